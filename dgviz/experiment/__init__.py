"""Runs: their options, the data they see, splits, training, results, and what is compared."""

"""Physics checks of a run."""

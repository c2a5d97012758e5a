"""Scores and statistics that any series can have."""

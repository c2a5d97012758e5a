"""How good a run is beyond its scores."""

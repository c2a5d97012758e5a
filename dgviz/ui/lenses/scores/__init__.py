"""How good the run is, at the picked site and over all sites."""

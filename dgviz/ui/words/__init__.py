"""How numbers, runs and figures are put into words."""

"""What concentration in rivers asks of a simulation beside its scores."""

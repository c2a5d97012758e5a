"""What hydrology asks of a simulated flow beside its scores."""

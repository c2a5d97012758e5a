"""What stream temperature asks of a simulation beside its scores."""

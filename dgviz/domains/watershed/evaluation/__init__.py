"""What a model from rain to oxygen is asked beside its scores."""

"""Differentiable geoscience models that can be seen, touched and questioned."""

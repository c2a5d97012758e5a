"""How an output responds to parameters and forcings, by exact gradients; one product a file."""

from .forcing_response import forcing_response
from .mean_response import mean_response
from .parameter_response import parameter_response

__all__ = ["forcing_response", "mean_response", "parameter_response"]

"""How an output responds to parameters and forcings, by exact gradients; one product a file."""

from .finite_difference import agreement, finite_difference
from .forcing_response import forcing_response
from .mean_response import mean_response
from .memory import memory
from .parameter_response import parameter_response
from .score_gradient import score_gradient

__all__ = [
    "agreement",
    "finite_difference",
    "forcing_response",
    "mean_response",
    "memory",
    "parameter_response",
    "score_gradient",
]

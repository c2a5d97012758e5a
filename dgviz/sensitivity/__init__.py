"""How an output responds to parameters and forcings, by exact gradients; one product a file."""

from dgviz.sensitivity.finite_difference import agreement, finite_difference
from dgviz.sensitivity.forcing_response import forcing_response
from dgviz.sensitivity.hessian import hessian
from dgviz.sensitivity.mean_response import mean_response
from dgviz.sensitivity.memory import memory
from dgviz.sensitivity.parameter_response import parameter_response
from dgviz.sensitivity.pathways import pathways
from dgviz.sensitivity.score_gradient import score_gradient
from dgviz.sensitivity.triangle import forcing_triangle

__all__ = [
    "agreement",
    "finite_difference",
    "forcing_response",
    "forcing_triangle",
    "hessian",
    "mean_response",
    "memory",
    "parameter_response",
    "pathways",
    "score_gradient",
]

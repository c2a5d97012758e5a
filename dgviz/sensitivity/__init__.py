"""How an output responds to parameters and forcings, by exact gradients; one product a file."""

from dgviz.sensitivity.attribute_contributions import attribute_contributions
from dgviz.sensitivity.attribute_response import attribute_response
from dgviz.sensitivity.chance import influence_by_chance
from dgviz.sensitivity.conservation import conservation
from dgviz.sensitivity.contributions import contributions
from dgviz.sensitivity.elasticities import elasticities
from dgviz.sensitivity.fate import fate
from dgviz.sensitivity.finite_difference import agreement, finite_difference
from dgviz.sensitivity.flux_elasticities import flux_elasticities
from dgviz.sensitivity.forcing_response import forcing_response
from dgviz.sensitivity.global_sensitivity import global_sensitivity
from dgviz.sensitivity.hessian import hessian
from dgviz.sensitivity.identifiability import identifiability
from dgviz.sensitivity.loss_slice import loss_slice
from dgviz.sensitivity.mean_response import mean_response
from dgviz.sensitivity.mechanisms import mechanisms
from dgviz.sensitivity.memory import memory, memory_of_sites
from dgviz.sensitivity.parameter_response import parameter_response
from dgviz.sensitivity.partial_dependence import partial_dependence
from dgviz.sensitivity.pathways import pathways
from dgviz.sensitivity.rewind import rewind, travel
from dgviz.sensitivity.score_gradient import score_gradient
from dgviz.sensitivity.target_statistics import global_target_sensitivity
from dgviz.sensitivity.triangle import forcing_triangle
from dgviz.sensitivity.wanted import wanted
from dgviz.sensitivity.what_matters import what_matters

__all__ = [
    "agreement",
    "attribute_contributions",
    "attribute_response",
    "conservation",
    "contributions",
    "elasticities",
    "fate",
    "finite_difference",
    "flux_elasticities",
    "forcing_response",
    "forcing_triangle",
    "global_sensitivity",
    "global_target_sensitivity",
    "hessian",
    "identifiability",
    "influence_by_chance",
    "loss_slice",
    "mean_response",
    "mechanisms",
    "memory",
    "memory_of_sites",
    "parameter_response",
    "partial_dependence",
    "pathways",
    "rewind",
    "score_gradient",
    "travel",
    "wanted",
    "what_matters",
]

"""What ecosystem productivity asks of a simulation beside its scores."""

from dgviz.domains.ecosystem.evaluation.seasons import SEASONS
from dgviz.domains.ecosystem.evaluation.stress import STRESS

EVALUATIONS = (SEASONS, STRESS)

__all__ = ["EVALUATIONS"]

"""What ecosystem productivity asks of a simulation beside its scores."""

from dgviz.domains.ecosystem.evaluation.seasons import EVALUATIONS

__all__ = ["EVALUATIONS"]

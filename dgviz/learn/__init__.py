"""Train networks through a process model."""

from dgviz.learn.fit import Epoch, fit, load, weights_of
from dgviz.learn.model import DifferentiableModel, Ensemble

__all__ = ["DifferentiableModel", "Ensemble", "Epoch", "fit", "load", "weights_of"]

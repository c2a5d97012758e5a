"""Train networks through a process model."""

from dgviz.learn.fit import Epoch, fit, load, site_weights
from dgviz.learn.model import DifferentiableModel, Ensemble

__all__ = ["DifferentiableModel", "Ensemble", "Epoch", "fit", "load", "site_weights"]

"""Train networks through a process model."""

from .fit import Epoch, fit, load, weights_of
from .model import DifferentiableModel, Ensemble

__all__ = ["DifferentiableModel", "Ensemble", "Epoch", "fit", "load", "weights_of"]

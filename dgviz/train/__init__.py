"""Train networks through a process model."""

from .fit import Epoch, fit, load
from .model import DifferentiableModel, Ensemble

__all__ = ["DifferentiableModel", "Ensemble", "Epoch", "fit", "load"]

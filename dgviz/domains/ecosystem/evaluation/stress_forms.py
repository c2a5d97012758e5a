"""The textbook forms of stress, to compare a learned one with."""

import numpy as np
import torch
import xarray as xr

from dgviz.domains.ecosystem.stress import SoilMoistureStress, VpdStress
from dgviz.processes.declare import Parameter, Process

N_POINTS = 101


def against_dry_soil() -> xr.Dataset:
    """The parabola of soil moisture at its defaults, along `wetness`."""
    return _curve(SoilMoistureStress(), "wetness", np.linspace(0.0, 1.0, N_POINTS), "Stocker et al. (2020)")


def against_dry_air() -> xr.Dataset:
    """The ramp of the vapour pressure deficit at its defaults, along `vpd`."""
    return _curve(VpdStress(), "vpd", np.linspace(0.0, 4000.0, N_POINTS), "Running et al. (2004)")


def _curve(process: Process, name: str, values: np.ndarray, called: str) -> xr.Dataset:
    defaults = {key: torch.tensor(declared.default) for key, declared in process.of(Parameter).items()}
    stress = process(**{name: torch.as_tensor(values, dtype=torch.float32)}, **defaults)["stress"]
    labels = {"units": "1", "long_name": called}
    return xr.Dataset({"textbook": (name, stress.numpy(), labels)}, {name: values})

"""A model that is linear in its parameters, at one site, so that what follows from its responses is known in closed
form."""

import numpy as np
import torch
import xarray as xr

from dgviz.learn.model import DifferentiableModel
from dgviz.learn.networks import ParameterNetwork
from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Flux, Forcing, Parameter, Process
from dgviz.processes.model import ProcessModel

RANGES = {"a": (0.0, 2.0), "b": (-1.0, 4.0), "c": (0.0, 1.0), "idle": (0.0, 1.0)}


class Line(Process):
    """The sum of three series, each with a factor."""

    a = Parameter("m", "Factor of the first", range=RANGES["a"])
    b = Parameter("kg", "Factor of the second", range=RANGES["b"])
    c = Parameter("1", "Factor of the third", range=RANGES["c"])
    idle = Parameter("1", "Factor of nothing", range=RANGES["idle"])
    y = Flux("W", "Sum")

    def forward(self, *, x1, x2, x3, a, b, c, idle):
        return dict(y=a * x1 + b * x2 + c * x3 + 0 * idle)


def linear_site(columns: np.ndarray, observed: np.ndarray, members: int = 3) -> SiteModel:
    """A site whose target is `columns (time, 3)` times a, b and c; in double precision, all members with weights of
    their own."""
    inputs = {name: Forcing("1", name, range=(-9.0, 9.0)) for name in ("x1", "x2", "x3")}
    process_model = ProcessModel([Line()], inputs, ())
    torch.manual_seed(0)
    network = ParameterNetwork(process_model.of(Parameter), 0, members=members, hidden=1, source="shared")
    model = DifferentiableModel(process_model, network, (), target="y").double().eval()
    forcings = {name: torch.as_tensor(columns[:, i, None, None]) for i, name in enumerate(inputs)}
    tensors = Tensors(forcings, torch.zeros(1, 0).double(), torch.as_tensor(observed[:, None]))
    return SiteModel(model, tensors, xr.DataArray(np.arange(len(observed)), dims="time"), "y")


def persistent(random: np.random.Generator, n: int, r: float, size: float = 1.0) -> np.ndarray:
    """Errors `(time,)` of which a share r stays from step to step, and whose new part has the size given."""
    error, new = np.zeros(n), size * random.standard_normal(n)
    error[0] = new[0] / np.sqrt(1 - r**2)
    for step in range(1, n):
        error[step] = r * error[step - 1] + new[step]
    return error

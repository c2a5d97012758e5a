"""Models that are linear in parameters or stores, at one site, so that what follows is known in closed form."""

import numpy as np
import torch
import xarray as xr

from dgviz.engine import CompiledModel
from dgviz.learn.model import DifferentiableModel
from dgviz.learn.networks import ParameterNetwork
from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Flux, Forcing, Parameter, Process, State
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


class Reservoir(Process):
    """A store that empties in proportion to what it holds."""

    k = Parameter("d-1", "Recession", range=(0.1, 0.9))
    store = State("mm", "Store", initial=0.0)
    inflow = Flux("mm d-1", "Inflow", out_of="outside", into="store")
    outflow = Flux("mm d-1", "Outflow", out_of="store", into="outside")

    def forward(self, *, rain, store, k):
        return dict(inflow=rain, outflow=k * store)


def reservoir_site(process: Process, members: int = 2, n_days: int = 80) -> SiteModel:
    """A site with one reservoir, which begins empty, under some rain; in double precision."""
    process_model = CompiledModel([process], {"rain": Forcing("mm d-1", "Rain", range=(0.0, 100.0))}, ("outside",))
    torch.manual_seed(0)
    network = ParameterNetwork(process_model.of(Parameter), 0, members=members, hidden=1, source="shared")
    model = DifferentiableModel(process_model, network, (), target="outflow").double().eval()
    rain = torch.as_tensor(np.random.default_rng(0).gamma(0.5, 6.0, (n_days, 1, 1)))
    tensors = Tensors({"rain": rain}, torch.zeros(1, 0).double(), torch.zeros(n_days, 1).double())
    return SiteModel(model, tensors, xr.DataArray(np.arange(n_days), dims="time"), "outflow")


def persistent(random: np.random.Generator, n: int, r: float, size: float = 1.0) -> np.ndarray:
    """Errors `(time,)` of which a share r stays from step to step, and whose new part has the size given."""
    error, new = np.zeros(n), size * random.standard_normal(n)
    error[0] = new[0] / np.sqrt(1 - r**2)
    for step in range(1, n):
        error[step] = r * error[step - 1] + new[step]
    return error

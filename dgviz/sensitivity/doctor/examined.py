"""A site as it is examined: in double precision, over its first scored days, with what each process saw and gave."""

import copy
from dataclasses import replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from dgviz.datasets.vocabulary import CALENDAR
from dgviz.learn.model import of_processes
from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Parameter
from dgviz.sensitivity.doctor.recorded import Seen, recorded

MOST_STEPS = 730  # of which derivatives are compared with reruns
MOST_PLAIN = 365  # the same where there are no kernels; and of which what each process sees is recorded
MOST_CELLS = 100_000  # sites times steps, where sites are joined


class Examined:
    """A site in double precision, over its first scored days and from the state before them."""

    def __init__(self, site: SiteModel):
        self.site, self.target = site, site.target
        self.model = copy.deepcopy(site.model).double().eval()
        self.processes = self.model.process_model
        tensors = site.tensors.to(torch.float64)
        started = _begun(self.model, tensors)
        n_sites = tensors.target.shape[1]
        plain = self.processes.backend("cpu", torch.float64)[0] == "torch"
        most = MOST_PLAIN if plain else MOST_STEPS
        n_steps = min(len(started.target), most, max(30, MOST_CELLS // n_sites))
        self.started = started
        self.tensors = started.part(slice(0, n_steps))
        self.n_steps, self.n_sites = n_steps, n_sites
        self.time = np.asarray(site.time.values)[:n_steps]

    @cached_property
    def learned(self) -> dict[str, Tensor]:
        """The parameters `(1 or time, site, member)` by name."""
        with torch.no_grad():
            return {name: values.detach() for name, values in self.model.parameters_of(self.tensors).items()}

    @cached_property
    def declared(self) -> dict[str, Parameter]:
        """The declarations of the parameters by name."""
        return self.processes.of(Parameter)

    @cached_property
    def varying(self) -> list[str]:
        """The forcings that the processes read and that vary in time, without the calendar."""
        given = self.tensors.forcings
        return [name for name in self.processes.forcings if len(given[name]) > 1 and name not in CALENDAR]

    @cached_property
    def stores(self) -> dict[str, Tensor]:
        """The stepped stores before the first day, `(1, site, member)` by name."""
        given = self.tensors.initial or {}
        n_members = max((v.shape[-1] for v in self.learned.values()), default=1)
        shape = 1, self.n_sites, n_members
        return {
            name: (given[name] if name in given else torch.full(shape, state.initial, dtype=torch.float64))
            .double()
            .expand(shape)
            for name, state in self.processes.stores.items()
        }

    @cached_property
    def seen(self) -> list[Seen]:
        """What each process saw and gave, in running order."""
        model, tensors = self.model.parts(self.tensors.part(slice(0, MOST_PLAIN)))[0]
        with torch.no_grad():
            parameters = model.parameters_of(tensors)
        return recorded(model.process_model, tensors.forcings, parameters, of_processes(tensors.initial), self.n_sites)

    def day(self, step: int) -> np.datetime64:
        """The time of a step."""
        return self.time[min(step, len(self.time) - 1)]

    @cached_property
    def simulated(self) -> dict[str, Tensor]:
        """Every flux and store `(time, site, member)` of the first model."""
        model, tensors = self.model.parts(self.tensors)[0]
        with torch.no_grad():
            return model(tensors)

    def mean_of(self, name: str) -> np.ndarray:
        """A flux or store as simulated, the mean over the members `(time,)` at the first site."""
        return self.simulated[name].double().mean(-1)[:, 0].numpy()

    def target_with(self, name: str, values: Tensor) -> np.ndarray:
        """The target rerun with another series of a forcing, the mean over the members `(time,)` at the first site."""
        tensors = replace(self.tensors, forcings=self.tensors.forcings | {name: values})
        with torch.no_grad():
            return self.model.respond(tensors, self.learned, [self.target])[self.target][:, 0].numpy()

    def units(self, name: str) -> str:
        """Units of a quantity, "" where they are 1."""
        units = self.processes.attrs(name)["units"]
        return "" if units == "1" else units


def _begun(model, tensors: Tensors) -> Tensors:
    """The scored days alone, from the state that the warm-up leaves."""
    if not tensors.warmup:
        return tensors
    with torch.no_grad():
        state = model.after(tensors.part(slice(tensors.warmup)))
    return replace(tensors.part(slice(tensors.warmup, None)), initial=state)

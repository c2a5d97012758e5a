"""A site as it is examined: in double precision, over its first scored days, with what each process saw and gave."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from dgviz.datasets.vocabulary import CALENDAR
from dgviz.engine import Fused
from dgviz.learn.model import of_processes
from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Parameter, Process

MOST_STEPS = 730  # of which derivatives are compared with reruns
MOST_PLAIN = 365  # the same where there are no kernels; and of which what each process sees is recorded
MOST_MEMBERS = 4  # of which a record is kept
MOST_CELLS = 100_000  # sites times steps, where sites are joined


@dataclass(frozen=True)
class Seen:
    """What a process saw and gave over all steps: `inputs` and `outputs` by name.

    Where each number follows from those at its own place (`by_place`), all have one shape: the steps of a stepped
    process are rows like sites, `(step * site, member)`, and `day_of` gives the step of a row. Else they are the
    series `(time, site, member)` of one call.
    """

    process: Process
    inputs: dict[str, Tensor]
    outputs: dict[str, Tensor]
    by_place: bool
    stepped: bool
    n_sites: int
    changed: tuple[str, ...]  # inputs that it changed in place
    places: Mapping[str, Tensor] = field(default_factory=dict)  # how sites are joined: no numbers to be moved a little

    @property
    def name(self) -> str:
        """The class of the process."""
        return type(self.process).__name__

    def day_of(self, row: int) -> int:
        """The step to which a row belongs."""
        return row // self.n_sites if self.stepped else row

    def run(self, inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """What the process makes of some inputs, with the kernels that it has for whole series."""
        with Fused.on_series((self.process,), 1, self.n_sites):
            # Copies: a process may change in place what it is given.
            return self.process(**{k: v.clone() for k, v in {**self.places, **inputs}.items()})

    def give(self, changed: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """The outputs with some inputs changed, each in the shape that the record has."""
        given = self.run(self.inputs | dict(changed or {}))
        return {name: given[name].expand(values.shape) for name, values in self.outputs.items()}


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
        model, tensors = self.model.parts(self.tensors)[0]
        return _recorded(model, tensors.part(slice(0, MOST_PLAIN)))

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


def _recorded(model, tensors: Tensors) -> list[Seen]:
    processes = model.process_model.processes
    calls: list[list] = [[] for _ in processes]
    hooks = [hook for process, of in zip(processes, calls, strict=True) for hook in _listening(process, of)]
    try:
        with torch.no_grad():
            parameters, initial = model.parameters_of(tensors), of_processes(tensors.initial)
            model.process_model(tensors.forcings, parameters, [], initial, backend="torch")
    finally:
        for hook in hooks:
            hook.remove()
    stepped = {*model.process_model._step.processes}
    return [
        _gathered(process, of_process, process in stepped, tensors.target.shape[1])
        for process, of_process in zip(processes, calls, strict=True)
        if of_process and of_process[0][1]
    ]


def _listening(process: Process, calls: list) -> list:
    """Hooks that add to `calls` what a process saw, gave and changed in place."""

    def before(process, _, given):
        calls.append([{k: v.double().clone() for k, v in given.items()}, {}, set()])

    def after(process, _, given, fluxes):
        seen, gave, changed = calls[-1]
        gave.update({k: torch.as_tensor(v).detach().double().clone() for k, v in fluxes.items()})
        changed.update(k for k, v in seen.items() if not torch.equal(v, given[k].double()) and v.isfinite().all())

    return [
        process.register_forward_pre_hook(before, with_kwargs=True),
        process.register_forward_hook(after, with_kwargs=True),
    ]


def _gathered(process: Process, calls: list, stepped: bool, n_sites: int) -> Seen:
    """The calls of a process as one."""
    changed = tuple(sorted(set().union(*(of_call for _, _, of_call in calls))))
    by_place = not (process.joins_sites or (not stepped and (process.memory or process.carries)))
    if not by_place:
        seen, outputs, _ = calls[0]
        constant = {k for k, v in seen.items() if len(v) == 1} - process.of(Parameter).keys()
        places = {k: v for k, v in seen.items() if process.joins_sites and k in constant}
        inputs = {k: v for k, v in seen.items() if k not in places}
        return Seen(process, inputs, outputs, by_place, stepped, n_sites, changed, places)
    shape = torch.broadcast_shapes(*(v.shape for of_call in calls[0][:2] for v in of_call.values()))
    shape = shape if stepped or len(shape) == 3 else (1,) * (3 - len(shape)) + tuple(shape)

    def together(part: int) -> dict[str, Tensor]:
        names = calls[0][part]
        few = slice(None, None, max(1, shape[-1] // MOST_MEMBERS))
        if not stepped:
            return {k: calls[0][part][k].expand(shape)[..., few].clone() for k in names}
        rows = {k: torch.stack([call[part][k].expand(shape)[..., few] for call in calls]) for k in names}
        return {k: v.flatten(0, 1) for k, v in rows.items()}

    return Seen(process, together(0), together(1), by_place, stepped, n_sites, changed)

"""What each process of a model saw and gave while it ran."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from dgviz.engine import Fused
from dgviz.processes.declare import Parameter, Process
from dgviz.processes.model import ProcessModel

MOST_MEMBERS = 4  # of which a record is kept

Series = Mapping[str, Tensor]


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


def recorded(model: ProcessModel, forcings: Series, parameters: Series, initial: Series, n_sites: int) -> list[Seen]:
    """What each process saw and gave, in running order."""
    processes = model.processes
    calls: list[list] = [[] for _ in processes]
    hooks = [hook for process, of in zip(processes, calls, strict=True) for hook in _listening(process, of)]
    try:
        with torch.no_grad():
            model(forcings, parameters, [], initial, backend="torch")
    finally:
        for hook in hooks:
            hook.remove()
    stepped = {*model._step.processes}
    return [
        _gathered(process, of_process, process in stepped, n_sites)
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

"""One day of the processes that are stepped through time, and the plain loop over the days."""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from dgviz.processes.declare import Flux, Process, State
from dgviz.processes.samples import repeated


class WiringError(ValueError):
    """The chosen processes do not fit together."""


@dataclass(frozen=True)
class Step:
    """The processes that are stepped through time, in running order, and the stores that they read or change.

    The processes run one after the other, and a flux moves its amount as soon as it is computed. Stores are kept in
    double precision: in single, thirty years of rounding lose more than a millionth of what came in.
    """

    processes: tuple[Process, ...]
    stores: Mapping[str, State]

    @cached_property
    def computed(self) -> tuple[str, ...]:
        """The names of all fluxes and stores that a day gives."""
        return (*(k for p in self.processes for k in p.of(Flux)), *self.stores)

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of what the processes read from outside (neither computed here nor a store), in a fixed order."""
        reads = dict.fromkeys(k for p in self.processes for k in p.reads)
        return tuple(k for k in reads if k not in self.computed)

    def day(self, known: dict[str, Tensor], stores: Mapping[str, Tensor], dtype: torch.dtype):
        """What is known at the end of a day, in `dtype`, and the stores then, in double precision.

        `known` are the inputs of the day and `stores` those at its beginning, `(site, member)` each.
        """
        # A copy: the caller still needs the stores at the beginning of the day.
        stores = dict(stores)
        known = known | {k: v.to(dtype) for k, v in stores.items()}
        for process in self.processes:
            fluxes = run(process, known)
            known |= fluxes
            # Later processes see the stores as this one left them: the sequential (operator-splitting) scheme.
            known |= {k: v.to(dtype) for k, v in self._move(process, fluxes, stores).items()}
        return known, stores

    def _move(self, process: Process, fluxes: Mapping[str, Tensor], stores: dict[str, Tensor]) -> dict[str, Tensor]:
        """Move the fluxes of a process out of and into the stores; returns those that changed."""
        changed = {}
        for name, flux in process.of(Flux).items():
            if flux.out_of in stores:
                stores[flux.out_of] = changed[flux.out_of] = stores[flux.out_of] - fluxes[name]
            if flux.into in stores:
                stores[flux.into] = changed[flux.into] = stores[flux.into] + fluxes[name]
        return changed

    def through_time(
        self,
        known: Mapping[str, Tensor],
        stores: Mapping[str, Tensor],
        n_time: int,
        kept: Collection[str],
        means: Collection[str],
    ) -> tuple[dict[str, Tensor], Mapping[str, Tensor]]:
        """The fluxes and stores in `kept`, `(time, site, member)`, and the stores after the last day.

        `known` are the inputs `(time, site, member)`, a dimension of 1 meaning constant, and `stores` those at the
        beginning, `(site, member)`; an input of fewer sites stands for equally many consecutive ones of these. For
        those in `means` only the mean over the members is kept, `(time, site, 1)`.
        """
        dtype = next(iter(known.values())).dtype
        shape = next(iter(stores.values())).shape
        known = {k: repeated(v, shape[0]) for k, v in known.items()}
        # (site, member) once for constants; one such slice for each day of the others
        constant = {k: v[0] for k, v in known.items() if len(v) == 1}
        varying = {k: v.unbind() for k, v in known.items() if len(v) > 1}
        history: dict[str, list[Tensor]] = {k: [] for k in (*kept, *means)}
        for day in range(n_time):
            now, stores = self.day(constant | {k: v[day] for k, v in varying.items()}, stores, dtype)
            for k in kept:
                history[k].append(now[k].expand(shape))
            for k in means:
                history[k].append(over_members(now[k].expand(shape)))
        return {k: torch.stack(days) for k, days in history.items()}, stores

    @staticmethod
    def on_series(processes: tuple[Process, ...], n_days: int, n_sites: int) -> AbstractContextManager:
        """In force while processes on whole series run: nothing."""
        return nullcontext()


def over_members(values: Tensor) -> Tensor:
    """The mean over the members, which stay as a dimension of 1."""
    if not values.ndim:  # a flux may be one number
        return values.reshape(1, 1, 1)
    return values if values.shape[-1] == 1 else values.mean(-1, keepdim=True)


def run(process: Process, known: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The fluxes of a process by name. Raises WiringError if they are not those that it declares."""
    inputs = {k: known[k] for k in process.reads if k in known}
    if process.member_mean:
        inputs = {k: over_members(v) for k, v in inputs.items()}
    fluxes = process(**inputs)
    if fluxes.keys() != process.of(Flux).keys() | ({process.carries} - {""}):
        raise WiringError(
            f"{type(process).__name__}.forward returned {sorted(fluxes)}, but it declares the fluxes "
            f"{sorted(process.of(Flux))}. Return each declared flux by name."
        )
    return fluxes

"""Processes wired into one model and stepped through time: the readable reference."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import torch
import xarray as xr
from torch import Tensor

from .declare import Flux, Parameter, Process, Quantity, State
from .words import suggest


class WiringError(ValueError):
    """The chosen processes do not fit together."""


class ProcessModel(torch.nn.Module):
    """An ordered list of processes that share inputs, stores and fluxes.

    Processes run in the order given, and a flux moves water (heat, carbon ...) between its stores as soon as it is
    computed, so that each process sees the stores as the one before left them. A store that no process reads is the
    running sum of its fluxes. From the first to the last process that reads or changes any other store, processes are
    stepped through time; those before and after see whole series.

    Raises WiringError when a process reads what nothing provides, when two compute the same flux, when one name is
    declared in two ways, or when a flux moves something between stores that nobody declares.
    """

    def __init__(self, processes: Iterable[Process], inputs: Mapping[str, Quantity], outside: Sequence[str]):
        super().__init__()
        self.processes = torch.nn.ModuleList(processes)
        self.outside = tuple(outside)
        self._check_wiring(inputs)
        fluxes, reads = self.of(Flux), set().union(*(p.reads for p in self.processes))
        self.forcings = {k: v for k, v in inputs.items() if k in reads - fluxes.keys()}
        self.gains = {s: [k for k, f in fluxes.items() if f.into == s] for s in self.of(State)}
        self.losses = {s: [k for k, f in fluxes.items() if f.out_of == s] for s in self.of(State)}
        self.inflows = [k for k, f in fluxes.items() if f.out_of in self.outside]
        self.outflows = [k for k, f in fluxes.items() if f.into in self.outside]
        self._carried = {k: s for k, s in self.of(State).items() if k in reads}
        steps = [i for i, p in enumerate(self.processes) if self._carried.keys() & (p.reads.keys() | _moved_by(p))]
        first, last = (steps[0], steps[-1] + 1) if steps else (0, 0)
        self._before, self._stepped, self._after = (
            tuple(self.processes)[part] for part in (slice(first), slice(first, last), slice(last, None))
        )

    def of(self, kind: type[Quantity]) -> dict[str, Quantity]:
        """The declared quantities of one kind over all processes, by name."""
        return {k: v for p in self.processes for k, v in p.of(kind).items()}

    def attrs(self, name: str) -> dict[str, str]:
        """The CF attributes of a forcing, parameter, state or flux."""
        return {**self.forcings, **self.of(Quantity)}[name].attrs

    def forward(
        self,
        forcings: Mapping[str, Tensor],
        parameters: Mapping[str, Tensor],
        only: Collection[str] | None = None,
    ) -> dict[str, Tensor]:
        """Every flux and state by name, `(time, site, member)` each.

        `forcings` and `parameters` hold tensors `(time, site, member)` in which a dimension of 1 means constant;
        a state is its value at the end of the day. `only` names the fluxes and states to return: the others are not
        kept. Raises ValueError naming what is missing or does not fit.
        """
        for name in set(only or ()) - self.of(Flux).keys() - self.of(State).keys():
            known = [*self.of(Flux), *self.of(State)]
            raise ValueError(
                f"The model has no flux or state {name!r}. It has: {', '.join(known)}.{suggest(name, known)}"
            )
        known = self._known({**forcings, **parameters})
        shape = torch.broadcast_shapes(*(v.shape for v in known.values()))
        wanted = self.of(Flux) | self.of(State) if only is None else only
        for process in self._before:
            known |= self._run(process, known)
        if self._stepped:
            known |= self._step_through_time(known, shape, wanted)
        for process in self._after:
            known |= self._run(process, known)
        known |= {k: self._sum_up(k, known, shape[0]) for k in self.of(State).keys() - self._carried if k in wanted}
        return {k: known[k].expand(shape) for k in wanted}

    def _known(self, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
        needed = [*self.forcings, *self.of(Parameter)]
        for name in needed:
            if name not in given:
                raise ValueError(f"The model needs {name!r}. It needs: {', '.join(needed)}.{suggest(name, given)}")
            if given[name].ndim != 3:
                raise ValueError(f"{name!r} has the shape {tuple(given[name].shape)}. Give (time, site, member).")
        known = {name: given[name] for name in needed}
        try:
            torch.broadcast_shapes(*(v.shape for v in known.values()))
        except RuntimeError:
            shapes = ", ".join(f"{k} {tuple(v.shape)}" for k, v in known.items())
            raise ValueError(f"These shapes do not fit together as (time, site, member): {shapes}.") from None
        return known

    def _step_through_time(self, known: Mapping[str, Tensor], shape: torch.Size, wanted) -> dict[str, Tensor]:
        computed = {k for p in self._stepped for k in p.of(Flux)} | self._carried.keys()
        kept = [k for k in computed if k in wanted or self._is_read_later(k)]
        reads = set().union(*(p.reads for p in self._stepped))
        known = {k: v for k, v in known.items() if k in reads}
        constant = {k: v[0] for k, v in known.items() if len(v) == 1}
        varying = {k: v.unbind() for k, v in known.items() if len(v) > 1}
        like = next(iter(known.values()))
        stores = {k: like.new_full(shape[1:], s.initial, dtype=torch.float64) for k, s in self._carried.items()}
        seen = {k: store.to(like.dtype) for k, store in stores.items()}
        history = {k: [] for k in kept}
        for day in range(shape[0]):
            now = seen | constant | {k: v[day] for k, v in varying.items()}
            for process in self._stepped:
                now |= seen
                now |= self._run(process, now)
                seen |= self._move(process, now, stores)
            now |= seen
            for k in kept:
                history[k].append(now[k])
        return {k: torch.stack([v.expand(shape[1:]) for v in days]) for k, days in history.items()}

    def _is_read_later(self, name: str) -> bool:
        summed = self.of(State).keys() - self._carried
        return any(name in p.reads for p in self._after) or any(
            name in self.gains[state] + self.losses[state] for state in summed
        )

    def _move(self, process: Process, now: Mapping[str, Tensor], stores: dict[str, Tensor]) -> dict[str, Tensor]:
        """Move the fluxes of a process out of and into the stores; returns the changed ones as processes see them.

        Stores are kept in double precision: in single, thirty years of rounding lose more than a millionth of the rain.
        """
        changed = set()
        for name, flux in process.of(Flux).items():
            if flux.out_of in stores:
                stores[flux.out_of] = stores[flux.out_of] - now[name]
                changed.add(flux.out_of)
            if flux.into in stores:
                stores[flux.into] = stores[flux.into] + now[name]
                changed.add(flux.into)
        return {k: stores[k].to(now[name].dtype) for k in changed}

    def _sum_up(self, state: str, known: Mapping[str, Tensor], n_time: int) -> Tensor:
        """A store that no process reads: what came in minus what went out, as a running sum."""
        into, out_of = ([known[k] for k in names] for names in (self.gains[state], self.losses[state]))
        declared_by = next(p for p in self.processes if state in p.of(State))
        if declared_by.member_mean:
            into, out_of = ([v.mean(-1, keepdim=True) for v in vs] for vs in (into, out_of))
        change = (sum(into) - sum(out_of)).expand(n_time, -1, -1)
        return self.of(State)[state].initial + torch.cumsum(change, 0)

    @staticmethod
    def _run(process: Process, known: Mapping[str, Tensor]) -> dict[str, Tensor]:
        inputs = {k: known[k] for k in process.reads if k in known}
        if process.member_mean:
            inputs = {k: v.mean(-1, keepdim=True) for k, v in inputs.items()}
        fluxes = process(**inputs)
        if fluxes.keys() != process.of(Flux).keys():
            raise WiringError(
                f"{type(process).__name__}.forward returned {sorted(fluxes)}, but it declares the fluxes "
                f"{sorted(process.of(Flux))}. Return each declared flux by name."
            )
        return fluxes

    def _check_wiring(self, inputs: Mapping[str, Quantity]) -> None:
        states, known, computed, declared = self.of(State), set(inputs), set(), {}
        for process in self.processes:
            name = type(process).__name__
            _check_same(name, process, declared)
            for taken in (process.of(Parameter).keys() | process.of(State).keys()) & inputs.keys():
                raise WiringError(f"{name} declares {taken!r}, which is the name of a forcing or attribute. Rename it.")
            known |= process.of(Parameter).keys() | states.keys()
            for missing in (k for k, required in process.reads.items() if required and k not in known):
                raise WiringError(
                    f"{name} reads {missing!r}, but no forcing, attribute, parameter, state or earlier process "
                    f"provides it.{suggest(missing, known)}"
                )
            for flux, moves in process.of(Flux).items():
                if flux in computed:
                    raise WiringError(f"{name} computes {flux!r}, which an earlier process computes. Keep one.")
                for store in {moves.out_of, moves.into} - {"", *self.outside, *states}:
                    raise WiringError(
                        f"{name} moves {flux!r} to or from {store!r}, but no process declares that store."
                        f"{suggest(store, [*states, *self.outside])}"
                    )
            computed |= process.of(Flux).keys()
            known |= computed
        for store in states.keys() - set().union(*map(_moved_by, self.processes)):
            raise WiringError(f"No flux moves anything into or out of {store!r}. Name it in the `into` of a Flux.")

    def to_dataset(self, values: Mapping[str, Tensor], **coords) -> xr.Dataset:
        """Values `(time, site, member)` as a CF dataset `(time, site)`, averaged over the members."""
        variables = {k: (("time", "site"), v.mean(-1).detach().cpu().numpy(), self.attrs(k)) for k, v in values.items()}
        return xr.Dataset(variables, coords=coords, attrs={"Conventions": "CF-1.11"})


def _moved_by(process: Process) -> set[str]:
    """The stores between which the fluxes of a process move something."""
    return {store for flux in process.of(Flux).values() for store in (flux.out_of, flux.into)}


def _check_same(name: str, process: Process, declared: dict[str, Quantity]) -> None:
    """A name that several processes declare is the same quantity everywhere."""
    for quantity, value in process.declared.items():
        if not isinstance(value, Flux) and declared.setdefault(quantity, value) != value:
            raise WiringError(
                f"{name} declares {quantity!r} as {value}, an earlier process as {declared[quantity]}. "
                "Share one declaration, for example `fc = BetaSoil.fc`."
            )

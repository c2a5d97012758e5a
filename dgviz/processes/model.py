"""Processes wired into one model."""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import ClassVar, Literal, Protocol, get_args

import torch
import xarray as xr
from torch import Tensor

from dgviz.processes.declare import Attribute, Flux, Forcing, Kind, Parameter, Process, Quantity, State, Target
from dgviz.processes.given import Given, in_one_precision, series
from dgviz.processes.one_sided import one_sided
from dgviz.processes.remembered import Remembered
from dgviz.processes.samples import by_sample, in_places, n_samples, one_by_one, repeated, side_by_side
from dgviz.processes.step import Step, WiringError, over_members, run
from dgviz.suggestions import suggest

Backend = Literal["auto", "torch", "fused"]
Input = Forcing | Attribute | Target
PAST = "past_"  # prefix, in the state at the end of a run, of the last days of a series


class Runner(Protocol):
    """What steps a model through time: the plain loop of `Step`, or kernels compiled from it."""

    def __init__(self, step: Step): ...

    def obstacle(self, device: str, dtype: torch.dtype, names: Collection[str]) -> str:
        """Why it cannot run the step when given the inputs named, or nothing."""

    def through_time(
        self,
        known: Mapping[str, Tensor],
        stores: Mapping[str, Tensor],
        n_time: int,
        kept: Collection[str],
        means: Collection[str],
    ) -> tuple[dict[str, Tensor], Mapping[str, Tensor]]:
        """See `Step.through_time`."""

    def on_series(self, processes: tuple[Process, ...], n_days: int, n_sites: int) -> AbstractContextManager:
        """In force while processes on whole series run."""


class ProcessModel(torch.nn.Module):
    """An ordered list of processes that share inputs, stores and fluxes.

    Processes run in the order given, and a flux moves water (heat, carbon ...) between its stores as soon as it is
    computed, so that each process sees the stores as the one before left them. A store that no process reads is the
    running sum of its fluxes. From the first to the last process that reads or changes any other store, processes are
    stepped through time; those before and after see whole series.

    Raises WiringError when a process reads what nothing provides, when two compute the same flux, when one name is
    declared in two ways, or when a flux moves something between stores that nobody declares.

    This one knows the plain loop only; `dgviz.engine.CompiledModel`, public as `dgviz.ProcessModel`, brings kernels.
    """

    compiler: ClassVar[type[Runner] | None] = None
    processes: Sequence[Process]

    def __init__(self, processes: Iterable[Process], inputs: Mapping[str, Input], outside: Sequence[str]):
        super().__init__()
        self.processes = torch.nn.ModuleList(processes)  # type: ignore[assignment]  # torch knows no lists of one type
        self.outside = tuple(outside)
        self.inputs = dict(inputs)
        self._declared = {k: v for p in self.processes for k, v in p.declared.items()}
        self._check_wiring(inputs)
        fluxes = self.of(Flux)
        reads = set[str]().union(*(p.reads for p in self.processes))
        self.forcings = {k: v for k, v in inputs.items() if k in reads - fluxes.keys()}
        self.gains = {s: [k for k, f in fluxes.items() if f.into == s] for s in self.of(State)}
        self.losses = {s: [k for k, f in fluxes.items() if f.out_of == s] for s in self.of(State)}
        self.inflows = [k for k, f in fluxes.items() if f.out_of in self.outside]
        self.outflows = [k for k, f in fluxes.items() if f.into in self.outside]
        # A store that is read has to be known at every step; one that is not can be summed up afterwards.
        carried = {k: s for k, s in self.of(State).items() if k in reads}
        self._summed = {k: s for k, s in self.of(State).items() if k not in carried}
        steps = [i for i, p in enumerate(self.processes) if carried.keys() & (p.reads.keys() | _moved_by(p))]
        # Three consecutive groups: on whole series, stepped through time, on whole series again.
        first, last = (steps[0], steps[-1] + 1) if steps else (0, 0)
        in_order = tuple(self.processes)
        self._before = in_order[:first]
        self._after = in_order[last:]
        self._step = Step(in_order[first:last], carried)
        self._fused = self.compiler(self._step) if self.compiler else None
        given = {*self.forcings, *self.of(Parameter), *(k for p in self._before for k in p.of(Flux))}
        self._stepped_inputs = [k for k in self._step.inputs if k in given]
        self._remembered = Remembered()
        self._logged: set[tuple[str, str]] = set()

    @property
    def joins_sites(self) -> bool:
        """Does what happens at one site depend on others, so that they are simulated together?"""
        return any(process.joins_sites for process in self.processes)

    def of(self, kind: type[Kind]) -> dict[str, Kind]:
        """The declared quantities of one kind over all processes, by name."""
        return {k: v for k, v in self._declared.items() if isinstance(v, kind)}

    def attrs(self, name: str) -> dict[str, str]:
        """The CF attributes of a forcing, parameter, state or flux."""
        return {**self.inputs, **self.of(Quantity)}[name].attrs

    def defaults(self) -> dict[str, Tensor]:
        """The declared defaults of all parameters by name, `(1, 1, 1)`: the same everywhere and always."""
        return {name: torch.full((1, 1, 1), float(p.default)) for name, p in self.of(Parameter).items()}

    def forward(
        self,
        forcings: Mapping[str, Given],
        parameters: Mapping[str, Given],
        only: Collection[str] | None = None,
        initial: Mapping[str, Tensor] | None = None,
        backend: Backend = "auto",
    ) -> dict[str, Tensor]:
        """Every flux and state by name, `(time, site, member)` each.

        `forcings` and `parameters` hold tensors `(time, site, member)` in which a dimension of 1 means constant, or
        tensors, arrays or numbers without the last dimensions: `(time, site)`, `(time,)`; the highest precision counts;
        a state is its value at the end of the day. `only` names the fluxes and states to return: the others are not
        kept. `initial` holds stores before the first day, `(1, site, member)` by name, where they are not those
        declared; or the state that `run` gave at the end of an earlier run. `backend` is "fused" (compiled kernels),
        "torch" (the plain loop over the days) or "auto": fused where it can run these processes, else torch.
        Raises ValueError naming what is missing or does not fit.
        """
        known, shape, _ = self._simulate(forcings, parameters, only, initial or {}, backend)
        return {k: v.expand(shape) for k, v in known.items()}

    def mean(
        self,
        forcings: Mapping[str, Given],
        parameters: Mapping[str, Given],
        only: Collection[str] | None = None,
        initial: Mapping[str, Tensor] | None = None,
        backend: Backend = "auto",
    ) -> dict[str, Tensor]:
        """What `forward` gives, averaged over the members, `(time, site)`; members are not kept."""
        known, shape, _ = self._simulate(forcings, parameters, only, initial or {}, backend, by_member=False)
        return {k: over_members(v)[..., 0].expand(shape[:2]) for k, v in known.items()}

    def map(
        self,
        forcings: Mapping[str, Given],
        parameters: Mapping[str, Given],
        only: Collection[str] | None = None,
        initial: Mapping[str, Tensor] | None = None,
        backend: Backend = "auto",
    ) -> dict[str, Tensor]:
        """What `mean` gives for many parameter sets of the same sites at once, `(time, site, sample)` by name.

        `parameters`, and forcings where samples differ in them, are tensors `(time, site, sample, member)` in which a
        dimension of 1 means constant; others are as in `mean`. What no sample changes is computed once. Sites that are
        joined are simulated one sample after the other. Raises ValueError where numbers of samples differ.
        """
        given = {**forcings, **parameters}
        n_sample = n_samples(given)
        if self.joins_sites:
            each = [self.mean(sample, {}, only, initial, backend) for sample in one_by_one(given, n_sample)]
            return {name: torch.stack([values[name] for values in each], -1) for name in each[0]}
        given = in_places(given, n_sample)
        known, shape, _ = self._simulate(given, {}, only, initial or {}, backend, False, n_sample=n_sample)
        return {k: by_sample(over_members(v)[..., 0], shape, n_sample) for k, v in known.items()}

    def run(
        self,
        forcings: Mapping[str, Given],
        parameters: Mapping[str, Given],
        only: Collection[str] | None = None,
        initial: Mapping[str, Tensor] | None = None,
        backend: Backend = "auto",
    ) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """What `forward` gives, and the state at the end; passed as `initial`, a second run continues from it exactly.

        The state holds every store, `(1, site, member)`, and, as `past_` and a name, the last days of the series on
        which a process looks back.
        """
        known, shape, state = self._simulate(forcings, parameters, only, initial or {}, backend, going_on=True)
        return {k: v.expand(shape) for k, v in known.items()}, state

    def stepper(
        self, forcings: Mapping[str, Tensor], parameters: Mapping[str, Tensor], backend: Backend = "auto"
    ) -> Callable[[Mapping[str, Tensor]], Mapping[str, Tensor]]:
        """What takes the stores before these days to those after them, and computes nothing else.

        Only stores that are stepped through time, `(site, member)` by name; they may be those of several copies of all
        sites, one copy after the other: `(copy * site, member)`.
        """
        known = self._known({**forcings, **parameters})
        shape = _common_shape(known)
        runner = self._choose(backend, known)
        with runner.on_series(self._before, *shape[:2]):
            for process in self._before:
                known |= self._run_on_series(process, known, {}, {})
        inputs = {k: known[k] for k in self._stepped_inputs}

        def step(stores: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
            n_copies = len(next(iter(stores.values()))) // shape[1]
            copies = {k: v if v.shape[1] == 1 else v.repeat(1, n_copies, 1) for k, v in inputs.items()}
            return runner.through_time(copies, stores, shape[0], [], [])[1]

        return step

    @property
    def stores(self) -> Mapping[str, State]:
        """The states that are stepped through time; the others are sums of what came in and went out."""
        return self._step.stores

    def backend(self, device: str, dtype: torch.dtype = torch.float32) -> tuple[str, str]:
        """What "auto" takes on a device, "fused" or "torch", and why."""
        device = torch.device(device).type
        if self._fused is None:
            return "torch", "this model was made without a compiler"
        if obstacle := self._fused.obstacle(device, dtype, self._stepped_inputs):
            return "torch", obstacle
        processor = "CPU" if device == "cpu" else "GPU"
        return "fused", f"all {len(self._step.processes)} stepped processes are compiled for the {processor}"

    def _simulate(self, forcings, parameters, only, initial, backend, by_member=True, going_on=False, n_sample=1):
        with one_sided():
            return self._simulated(forcings, parameters, only, initial, backend, by_member, going_on, n_sample)

    def _simulated(self, forcings, parameters, only, initial, backend: Backend, by_member, going_on, n_sample):
        """What is wanted `(time, site, member)`, a dimension of 1 meaning constant; the full shape; the state after."""
        self._check_names(only, initial)
        known = self._known({**forcings, **parameters})
        shape = _common_shape(known, n_sample)
        wanted = [*self.of(Flux), *self.of(State)] if only is None else list(only)
        summed = [k for k in self._summed if going_on or k in wanted]
        runner = self._choose(backend, known)
        state: dict[str, Tensor] = {}
        with runner.on_series(self._before, *shape[:2]):
            for process in self._before:
                known |= self._run_on_series(process, known, initial, state)
        if self._step.processes:
            known |= self._step_through_time(
                runner, known, shape, self._kept(wanted, summed, by_member), initial, state
            )
        with runner.on_series(self._after, *shape[:2]):
            for process in self._after:
                known |= self._run_on_series(process, known, initial, state)
        # In double precision, as the stores that are stepped: the sum of many small fluxes keeps its digits.
        for name in summed:
            amounts, dtype = self._sum_up(name, known, shape[0], initial)
            known[name] = amounts.to(dtype)
            state[name] = amounts[-1:]
        return {k: known[k] for k in wanted}, shape, state

    def _check_names(self, only: Collection[str] | None, initial: Mapping[str, Tensor]) -> None:
        outputs = [*self.of(Flux), *self.of(State)]
        for name in set(only or ()).difference(outputs):
            raise ValueError(
                f"The model has no flux or state {name!r}. It has: {', '.join(outputs)}.{suggest(name, outputs)}"
            )
        if not initial:
            return
        stores = [*self.of(State), *(PAST + k for p in self.processes if p.memory for k in p.reads)]
        stores += [PAST + p.carries for p in self.processes if p.carries]
        for name in initial.keys() - set(stores):
            raise ValueError(
                f"The model has no store {name!r} to begin with. It has: {', '.join(stores)}.{suggest(name, stores)}"
            )

    def _known(self, given: Mapping[str, Given]) -> dict[str, Tensor]:
        needed = [*self.forcings, *self.of(Parameter)]
        for name in needed:
            if name not in given:
                raise ValueError(f"The model needs {name!r}. It needs: {', '.join(needed)}.{suggest(name, given)}")
        return in_one_precision({name: series(name, given[name]) for name in needed})

    def _kept(self, wanted: list[str], summed: list[str], by_member: bool) -> tuple[list[str], list[str]]:
        """What to keep of each stepped day: for every member, and as mean over the members."""
        kept, means = [], []
        for name in self._step.computed:
            # Who needs it later: processes on whole series, and stores that are summed up from it.
            readers = [p for p in self._after if name in p.reads]
            readers += [self._declaring(k) for k in summed if name in self.gains[k] + self.losses[k]]
            # Keeping the mean alone saves (members - 1) / members of the memory.
            if name in wanted and by_member or any(not p.member_mean for p in readers):
                kept.append(name)
            elif name in wanted or readers:
                means.append(name)
        return kept, means

    def _step_through_time(self, runner: Step | Runner, known, shape, kept, initial, state) -> dict[str, Tensor]:
        inputs = {k: known[k] for k in self._stepped_inputs}
        new_full = next(iter(known.values())).new_full
        stores = {
            k: _first_day(k, initial[k], shape) if k in initial else new_full(shape[1:], s.initial).double()
            for k, s in self._step.stores.items()
        }
        values, after = runner.through_time(inputs, stores, shape[0], *kept)
        state |= {k: v[None] for k, v in after.items()}
        return values

    def _choose(self, backend: Backend, known: Mapping[str, Tensor]) -> Step | Runner:
        if backend not in get_args(Backend):
            raise ValueError(f"There is no backend {backend!r}. Backends: {', '.join(get_args(Backend))}.")
        chosen = "torch"
        why = "asked for" if backend == "torch" else _obstacle(known)
        if not why:
            like = next(iter(known.values()))
            chosen, why = self.backend(like.device.type, like.dtype)
        if backend == "fused" and chosen == "torch":
            raise ValueError(f"The fused backend cannot run this model: {why}. Use backend='auto' or 'torch'.")
        # Once for each reason: a model is run thousands of times.
        if (chosen, why) not in self._logged:
            self._logged.add((chosen, why))
            logging.getLogger(__name__).info("backend %s: %s", chosen, why)
        return self._fused if chosen == "fused" else self._step

    def _declaring(self, state: str) -> Process:
        return next(p for p in self.processes if state in p.of(State))

    def _run_on_series(self, process: Process, known, initial, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Run a process on whole series, with the past days from `initial` before them where it looks back."""
        known = side_by_side({k: known[k] for k in process.reads if k in known})
        if process.carries:
            return _carry_on(process, known, initial, state)
        if not process.memory:
            return self._remembered.run(process, known, lambda: run(process, known))
        series = {k: over_members(v) if process.member_mean else v for k, v in known.items()}
        past = {k: initial[PAST + k] for k in series if PAST + k in initial}
        n_past = max((len(v) for v in past.values()), default=0)
        n_time = max((len(v) for v in series.values()), default=0)
        series |= {k: _preceded(PAST + k, v, series[k], n_past, n_time) for k, v in past.items()}
        state |= {PAST + k: v[-process.memory :] for k, v in series.items()}
        # The days before the run were only there to be looked back on.
        return {k: v[n_past:] for k, v in run(process, series).items()}

    def _sum_up(self, state: str, known: Mapping[str, Tensor], n_time: int, initial: Mapping[str, Tensor]):
        """A store that no process reads, in double precision as the others, and the precision of its fluxes.

        It is what came in minus what went out, as a running sum.
        """
        moved = side_by_side({k: known[k] for k in self.gains[state] + self.losses[state]})
        into = [moved[k] for k in self.gains[state]]
        out_of = [moved[k] for k in self.losses[state]]
        if self._declaring(state).member_mean:
            into = [over_members(v) for v in into]
            out_of = [over_members(v) for v in out_of]
        change = (sum(into) - sum(out_of)).expand(n_time, -1, -1)  # type: ignore[union-attr]  # some flux moves it
        before = initial.get(state, change.new_full((1, 1, 1), self.of(State)[state].initial))
        if self._declaring(state).member_mean:
            before = over_members(before)
        before = _first_day(state, before, change.shape)
        # S(t) = S(0) + sum of (inflows - outflows) up to t
        return torch.cumsum(torch.cat([before[None], change.double()]), 0)[1:], change.dtype

    def _check_wiring(self, inputs: Mapping[str, Input]) -> None:
        states = self.of(State)
        known = set(inputs)
        computed: set[str] = set()
        declared: dict[str, Quantity] = {}
        for process in self.processes:
            name = type(process).__name__
            _check_same(name, process, declared)
            for taken in (process.of(Parameter).keys() | process.of(State).keys()) & inputs.keys():
                raise WiringError(f"{name} declares {taken!r}, which is the name of a forcing or attribute. Rename it.")
            # Any store can be read, also one declared by a later process: it holds what the day before left there.
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
        parameters = self.of(Parameter)
        for store, state in states.items():
            if state.capacity and state.capacity not in parameters:
                raise WiringError(
                    f"The capacity of {store!r} is {state.capacity!r}, but no process declares that parameter."
                    f"{suggest(state.capacity, parameters)}"
                )
        for store in states.keys() - set[str]().union(*map(_moved_by, self.processes)):
            raise WiringError(f"No flux moves anything into or out of {store!r}. Name it in the `into` of a Flux.")

    def to_dataset(self, values: Mapping[str, Tensor], **coords) -> xr.Dataset:
        """Values `(time, site, member)` as a CF dataset `(time, site)`, averaged over the members."""
        variables = {k: (("time", "site"), v.mean(-1).detach().cpu().numpy(), self.attrs(k)) for k, v in values.items()}
        return xr.Dataset(variables, coords=coords, attrs={"Conventions": "CF-1.11"})


def _carry_on(process: Process, known, initial, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Run a process from its state at the end of an earlier run, if `initial` has one; its own goes to `state`."""
    name = PAST + process.carries
    fluxes = run(process, known | ({process.carries: initial[name]} if name in initial else {}))
    state[name] = fluxes.pop(process.carries)
    return fluxes


def _moved_by(process: Process) -> set[str]:
    """The stores between which the fluxes of a process move something."""
    return {store for flux in process.of(Flux).values() for store in (flux.out_of, flux.into)}


def _obstacle(given: Mapping[str, Tensor]) -> str:
    """Why the inputs themselves rule out the kernels, or nothing."""
    if any(torch._C._functorch.is_functorch_wrapped_tensor(v) for v in given.values()):
        return "a transform of torch.func is at work"
    return ""


def _common_shape(known: Mapping[str, Tensor], n_sample: int = 1) -> tuple[int, ...]:
    """The common number of days, sites (with their samples) and members; a size of 1 fits any other."""
    sizes = [{v.shape[i] for v in known.values()} - {1} for i in range(3)]
    if n_sample > 1:  # what no sample changes has one place for each site
        sizes[1] -= {n_place // n_sample for n_place in sizes[1] if n_place % n_sample == 0}
    if empty := [name for name, v in known.items() if 0 in v.shape]:
        raise ValueError(f"{empty[0]!r} has the shape {tuple(known[empty[0]].shape)}. Give at least one of each.")
    if any(len(of_one) > 1 for of_one in sizes):
        shapes = ", ".join(f"{k} {tuple(v.shape)}" for k, v in known.items())
        raise ValueError(f"These shapes do not fit together as (time, site, member): {shapes}.")
    return tuple(of_one.pop() if of_one else 1 for of_one in sizes)


def _first_day(name: str, store: Tensor, shape: torch.Size) -> Tensor:
    """A store at the beginning, `(site, member)` in double precision."""
    try:
        return repeated(store.double(), shape[1]).expand(1, *shape[1:])[0]
    except RuntimeError:
        raise ValueError(
            f"The store {name!r} has the shape {tuple(store.shape)}. Give {(1, *shape[1:])} or what fits that."
        ) from None


def _preceded(name: str, before: Tensor, now: Tensor, n_past: int, n_time: int) -> Tensor:
    """A series with its past days before it; a constant (one day where others have many) stays as it is."""
    if len(now) == 1 < n_time:
        return now
    try:
        return torch.cat([repeated(before, now.shape[1]).expand(n_past, *now.shape[1:]), now])
    except RuntimeError:
        raise ValueError(
            f"The series {name!r} has the shape {tuple(before.shape)}. Give {(n_past, *now.shape[1:])}."
        ) from None


def _check_same(name: str, process: Process, declared: dict[str, Quantity]) -> None:
    """A name that several processes declare is the same quantity everywhere."""
    for quantity, value in process.declared.items():
        if not isinstance(value, Flux) and declared.setdefault(quantity, value) != value:
            raise WiringError(
                f"{name} declares {quantity!r} as {value}, an earlier process as {declared[quantity]}. "
                "Share one declaration, for example `fc = BetaSoil.fc`."
            )

"""A trained model together with the data of a site, for sensitivities, checks and what-if simulations."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from numbers import Real

import torch
import xarray as xr
from torch import Tensor

from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.learn.changed_parameters import with_changed_parameters
from dgviz.learn.samples import samples_of_forcings, samples_of_parameter
from dgviz.learn.spin_up import declared_stores, spun_up
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Parameter, State
from dgviz.processes.model import Backend
from dgviz.suggestions import suggest

HALVINGS = 40  # of the interval of a shift: 2^-40 is beyond single precision


class SiteModel:
    """A trained model at a site over some days; data, weights and learned parameters are read only once.

    `tensors` hold the data of the site, the warm-up included, and `time` its scored days; `target` is the output that
    was trained. Where processes join sites, the site is the first of all that are simulated together. `record` holds
    all days from the first on record to the last scored one: changed parameters act on all of these. `sites` are the
    names of the sites, the asked one first. `repeated` is how many of the first steps lie before the record begins, so
    that its first year stands there once more.
    """

    def __init__(
        self,
        model: DifferentiableModel | Ensemble,
        tensors: Tensors,
        time: xr.DataArray,
        target: str,
        exchange: Callable[[Mapping[str, str]], "SiteModel"] | None = None,
        record: Tensors | None = None,
        sites: Sequence[str] = (),
        repeated: int = 0,
    ):
        self.model, self.process_model = model, model.process_model
        self.tensors = tensors
        self.time = time
        self.target = target
        self._exchange, self._record = exchange, record
        self.sites, self.repeated = tuple(sites), repeated

    @cached_property
    def learned(self) -> dict[str, Tensor]:
        """The learned parameters `(1 or time, site, member)` by name."""
        with torch.no_grad():
            return self.model.parameters_of(self.tensors)

    def simulate(
        self,
        shifts: Mapping[str, float] | None = None,
        *,
        parameters: Mapping[str, float] | None = None,
        initial: Mapping[str, float] | None = None,
        backend: Backend = "auto",
    ) -> xr.Dataset:
        """Every flux and store `(time,)`, mean over the members, with some parameters shifted or set.

        A shift, in the units of its parameter, moves all members and, if the parameter is dynamic, all days by the
        same amount, as in the sensitivities; each stays within the declared range. `parameters` are set to a value for
        all members and days. Both act on the whole record before these days too, and on the stores with which that
        begins. `initial` are stores at the beginning of the first scored day, by name; the others are as
        the warm-up left them. `backend` is that of `ProcessModel.forward`. Raises ValueError naming an unknown
        parameter or store, or a value out of range.
        """
        shifts, parameters = shifts or {}, parameters or {}
        if both := shifts.keys() & parameters.keys():
            raise ValueError(f"{', '.join(sorted(both))}: both shifted and set. Do one of both.")
        for name, shift in shifts.items():
            self._check_shift(name, shift)
        for name, value in parameters.items():
            self._check_value(name, value)
        if shifts or parameters:
            return self._changed(shifts, parameters).simulate(initial=initial, backend=backend)
        tensors = self._begun(initial) if initial else self.tensors
        given = _of_last(self.learned, len(tensors.target))
        options = {} if backend == "auto" else {"backend": backend}
        with torch.no_grad():
            values = self.model.respond(tensors, given, **options)
        scored = {k: v[tensors.warmup :, :, None] for k, v in values.items()}
        return self.process_model.to_dataset(scored).assign_coords(time=self.time).isel(site=0)

    def map(
        self,
        parameters: Mapping[str, Tensor],
        forcings: Mapping[str, Tensor] | None = None,
        backend: Backend = "auto",
    ) -> Tensor:
        """The target on the scored days under many parameter sets at once, `(time, sample)`; it can be differentiated.

        `parameters` are `(sample,)`, set in all members and on all days, or `(sample, 1 or time, member)`; those not
        named are as learned. `forcings` `(time, sample)`, if any, replace those of all days, the warm-up too. The
        stores before the first day stay as they are, and values are not held to the declared range. Where sites are
        joined all of them have these, and samples run one after the other. Raises ValueError for an unknown name or a
        shape that does not fit.
        """
        for name in parameters:
            self.declared(name)
        given = {name: samples_of_parameter(name, self.learned[name], values) for name, values in parameters.items()}
        tensors = replace(self.tensors, forcings=samples_of_forcings(self.tensors, forcings or {}))
        return self.model.map(tensors, self.learned | given, backend)[self.tensors.warmup :, 0]

    def _changed(self, shifts: Mapping[str, float], parameters: Mapping[str, float]) -> "SiteModel":
        """The same with changed parameters, from the beginning of the record on."""

        def change(learned: Mapping[str, Tensor]) -> dict[str, Tensor]:
            moved = {k: (learned[k] + shift).clamp(*self.declared(k).range) for k, shift in shifts.items()}
            return moved | {k: torch.full_like(learned[k], value) for k, value in parameters.items()}

        # Stores of years before are those of the changed parameters, not of those learned.
        model = with_changed_parameters(self.model, change)
        tensors = spun_up(model, self._record).tensors if self._record else self.tensors
        return SiteModel(model, tensors, self.time, self.target)

    def with_process(self, **choices: str) -> "SiteModel":
        """The same with another option in some slots, as `with_process(SLOT="Option")`.

        Parameters that both have stay as learned, those that only the new option has are the declared defaults. Raises
        ValueError for an option that is not known, reads what the data lack, or has a network that nobody trained.
        """
        if self._exchange is None:
            raise ValueError("This model was not made by a run, which knows its slots. Build it with other processes.")
        return self._exchange(choices)

    def shift_for(self, name: str, change: float) -> float:
        """The shift of a parameter that moves its mean over members and days by `change`.

        Larger than `change` where some members reach the end of the range before the others.
        """
        low, high = self.declared(name).range
        values = self._scored(name)
        wanted = min(max(float(values.mean()) + change, low), high)
        least, most = low - float(values.max()), high - float(values.min())
        # Bisection: the mean of the clamped members grows with the shift, but not linearly.
        for _ in range(HALVINGS):
            middle = (least + most) / 2
            if float((values + middle).clamp(low, high).mean()) < wanted:
                least = middle
            else:
                most = middle
        return most

    def _check_shift(self, name: str, shift: float) -> None:
        units = self.declared(name).units
        if not _is_number(shift) or not math.isfinite(shift):
            raise ValueError(f"The shift of {name!r} is {shift!r}. Give a number, in {units}.")

    def _check_value(self, name: str, value: float) -> None:
        declared = self.declared(name)
        low, high = declared.range
        if not _is_number(value) or not low <= value <= high:
            raise ValueError(
                f"The parameter {name!r} is {value!r}. Give a value from {low:g} to {high:g} {declared.units}."
            )

    def _begun(self, initial: Mapping[str, float]) -> Tensors:
        """The scored days alone, beginning with the state that the warm-up left, some stores in it replaced."""
        warmup, tensors = self.tensors.warmup, self.tensors
        stores = self.process_model.of(State)
        for name, value in initial.items():
            if name not in stores:
                raise ValueError(
                    f"The model has no store {name!r}. It has: {', '.join(stores)}.{suggest(name, stores)}"
                )
            floor = stores[name].floor
            if not _is_number(value) or not math.isfinite(value) or (floor is not None and value < floor):
                least = "" if floor is None else f", {floor:g} or more,"
                raise ValueError(
                    f"The store {name!r} begins with {value!r}. Give a number{least} in {stores[name].units}."
                )
        given = {name: float(value) for name, value in initial.items()}
        state = self.state_before(warmup)
        shape = tensors.target.shape[1], next(iter(self.learned.values())).shape[-1]
        state |= {name: torch.full((1, *shape), value, dtype=torch.float64) for name, value in given.items()}
        return replace(tensors.part(slice(warmup, None)), initial=state)

    def state_before(self, step: int) -> dict[str, Tensor]:
        """The state before a step, counted from the first of the warm-up: `(1, site, member)` by name."""
        tensors = self.tensors
        state = dict(tensors.initial or {})
        if step:
            state = self.model.after(tensors.part(slice(step)))
        declared = declared_stores(self.process_model, self.learned, tensors)
        return {name: values[None] for name, values in declared.items()} | state

    @property
    def learned_when_scored(self) -> dict[str, Tensor]:
        """The learned parameters in the scored steps alone, `(1 or time, site, member)` by name."""
        return _of_last(self.learned, len(self.tensors.target) - self.tensors.warmup)

    def _scored(self, name: str) -> Tensor:
        values = self.learned[name].double()
        return values if len(values) == 1 else values[self.tensors.warmup :]

    @cached_property
    def _parameters(self) -> dict[str, Parameter]:
        return self.process_model.of(Parameter)

    def declared(self, name: str) -> Parameter:
        """A parameter by name. Raises ValueError naming an unknown one."""
        if name not in self._parameters:
            known = ", ".join(self._parameters)
            raise ValueError(f"The model has no parameter {name!r}. It has: {known}.{suggest(name, self._parameters)}")
        return self._parameters[name]


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _of_last(parameters: Mapping[str, Tensor], n_steps: int) -> dict[str, Tensor]:
    """Parameters on the last steps; static ones are the same on all."""
    return {name: values[-n_steps:] if len(values) > 1 else values for name, values in parameters.items()}

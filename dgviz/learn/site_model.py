"""A trained model together with the data of a site, for sensitivities, checks and what-if simulations."""

from collections.abc import Mapping
from functools import cached_property

import torch
import xarray as xr
from torch import Tensor

from dgviz.learn import DifferentiableModel, Ensemble
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Parameter
from dgviz.suggestions import suggest

HALVINGS = 40  # of the interval of a shift: 2^-40 is beyond single precision


class SiteModel:
    """A trained model at a site over some days; data, weights and learned parameters are read only once.

    `tensors` hold the data of the site, the warm-up included, and `time` its scored days; `target` is the output that
    was trained. Where processes join sites, the site is the first of all that are simulated together.
    """

    def __init__(self, model: DifferentiableModel | Ensemble, tensors: Tensors, time: xr.DataArray, target: str):
        self.model, self.process_model = model, model.process_model
        self.tensors = tensors
        self.time = time
        self.target = target

    @cached_property
    def learned(self) -> dict[str, Tensor]:
        """The learned parameters `(1 or time, site, member)` by name."""
        with torch.no_grad():
            return self.model.parameters_of(self.tensors)

    def simulate(self, shifts: Mapping[str, float] | None = None) -> xr.Dataset:
        """Every flux and store `(time,)`, mean over the members, with some parameters shifted.

        A shift, in the units of its parameter, moves all members and, if the parameter is dynamic, all days by the
        same amount, as in the sensitivities; each stays within the declared range. Raises ValueError naming an unknown
        parameter.
        """
        moved = {name: self._shifted(name, shift) for name, shift in (shifts or {}).items()}
        with torch.no_grad():
            values = self.model.respond(self.tensors, self.learned | moved)
        scored = {k: v[self.tensors.warmup :, :, None] for k, v in values.items()}
        return self.process_model.to_dataset(scored).assign_coords(time=self.time).isel(site=0)

    def shift_for(self, name: str, change: float) -> float:
        """The shift of a parameter that moves its mean over members and days by `change`.

        Larger than `change` where some members reach the end of the range before the others.
        """
        low, high = self._declared(name).range
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

    def _shifted(self, name: str, shift: float) -> Tensor:
        limits = self._declared(name).range
        return (self.learned[name] + shift).clamp(*limits)

    def _scored(self, name: str) -> Tensor:
        values = self.learned[name].double()
        return values if len(values) == 1 else values[self.tensors.warmup :]

    @cached_property
    def _parameters(self) -> dict[str, Parameter]:
        return self.process_model.of(Parameter)

    def _declared(self, name: str) -> Parameter:
        if name not in self._parameters:
            known = ", ".join(self._parameters)
            raise ValueError(f"The model has no parameter {name!r}. It has: {known}.{suggest(name, self._parameters)}")
        return self._parameters[name]

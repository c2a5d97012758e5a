"""A trained model at one site, to be run under changed forcings."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.declare import Flux, State

ROUNDING = 1e-9  # relative: more than double precision loses in thirty years of days


class Trial:
    """A trained model at one site, in double precision, to be run with its forcings as they are or changed.

    Changed forcings go through the whole model: its process model and whatever network
    sees them. Series are `(time,)`, mean over the members, and begin with the warm-up.
    """

    def __init__(self, site: SiteModel):
        self.model = copy.deepcopy(site.model).double().eval()
        self.tensors = site.tensors.to(torch.float64)
        self.time = site.time
        self.target = site.target
        self.warmup = site.tensors.warmup
        self.declared = self.model.process_model
        self.n_days = len(self.tensors.target)

    @property
    def alone(self) -> bool:
        """Is the site simulated without others?"""
        return self.tensors.target.shape[1] == 1

    @cached_property
    def as_trained(self) -> dict[str, np.ndarray]:
        """Every flux and store under the forcings as they are."""
        return self.simulate({})

    def simulate(self, changed: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Every flux and store with some forcings changed."""
        tensors = {k: torch.as_tensor(v)[:, None, None] for k, v in changed.items()}
        with torch.no_grad():
            return {k: v[:, 0].numpy() for k, v in self.model.mean(self.with_forcings(tensors)).items()}

    def with_forcings(self, changed: Mapping[str, Tensor]) -> Tensors:
        """The tensors with some forcings changed, `(time, site, 1)` each."""
        return replace(self.tensors, forcings=self.tensors.forcings | dict(changed))

    def on(self, steps: np.ndarray) -> "Trial":
        """The same model on steps of its record, by position, in any order and as often as wanted; all are scored.

        It begins with the stores of the first step of the record.
        """
        rows = torch.as_tensor(np.asarray(steps))
        forcings = {k: v[rows] if len(v) > 1 else v for k, v in self.tensors.forcings.items()}
        tensors = replace(self.tensors, forcings=forcings, target=self.tensors.target[rows], warmup=0)
        # The next step after each, whatever its date was.
        start, apart = self.time.values[0], np.timedelta64(1, "D")
        if len(self.time) > 1:
            apart = self.time.values[1] - start
        time = xr.DataArray(start + apart * np.arange(len(rows)), dims="time")
        return Trial(SiteModel(self.model, tensors, time, self.target))

    def told(self, tensors: Tensors) -> "Trial":
        """The same model on other tensors of as many steps."""
        return Trial(SiteModel(self.model, tensors, self.time, self.target))

    def slopes(self, names: Iterable[str], steps: slice) -> dict[str, np.ndarray]:
        """The derivative of the target, summed over some steps, with respect to forcings at every step `(time,)`."""
        given = self.tensors.forcings
        # A leaf for each step and forcing, so that steps have gradients of their own.
        leaves = {k: given[k].expand(self.n_days, 1, 1).clone().requires_grad_() for k in names}
        seen = self.model.mean(self.with_forcings(leaves), [self.target])[self.target][steps].sum()
        gradients = torch.autograd.grad(seen, list(leaves.values()), materialize_grads=True)
        return {k: gradient[:, 0, 0].numpy() for k, gradient in zip(leaves, gradients, strict=True)}

    def forcings(self, standard_name: str) -> dict[str, np.ndarray]:
        """The forcings of a CF standard name that the processes or a network see, by name."""
        declared = self.declared.inputs
        names = [k for k in self.tensors.forcings if k in declared and declared[k].standard_name == standard_name]
        return {k: self.forcing(k) for k in names}

    def fluxes(self, standard_name: str) -> list[str]:
        """The names of the fluxes of a CF standard name."""
        return [k for k, f in self.declared.of(Flux).items() if f.standard_name == standard_name]

    @property
    def fluxes_by_name(self) -> dict[str, Flux]:
        """All fluxes by name."""
        return self.declared.of(Flux)

    def forcing(self, name: str) -> np.ndarray | None:
        """A forcing by its name, `(time,)`; None where the model does not read it."""
        given = self.tensors.forcings.get(name)
        return None if given is None else given.expand(self.n_days, 1, 1)[:, 0, 0].numpy()

    def varying_forcings(self) -> dict[str, np.ndarray]:
        """The declared forcings that vary in time and that the processes or a network see, by name."""
        varying = [k for k, v in self.tensors.forcings.items() if len(v) > 1 and k in self.declared.inputs]
        return {k: self.forcing(k) for k in varying}

    @property
    def stores(self) -> dict[str, State]:
        """All stores by name."""
        return self.declared.of(State)

    def stored(self, simulated: Mapping[str, np.ndarray], units: str = "") -> np.ndarray:
        """What all stores, or those of some units, hold together at the end of each day."""
        return total(simulated, self._stores_of(units))

    def gained(self, simulated: Mapping[str, np.ndarray], units: str = "") -> np.ndarray:
        """What all stores, or those of some units, together gain on each day, the first included."""
        given = self.tensors.initial or {}
        # Mean over the members where the stores before the first day are given, else what is declared.
        stores = self._stores_of(units)
        initial = sum(float(given[k].mean()) if k in given else state.initial for k, state in stores.items())
        # S(t) - S(t - 1)
        return np.diff(self.stored(simulated, units), prepend=initial)

    def _stores_of(self, units: str) -> dict[str, State]:
        return {name: state for name, state in self.stores.items() if units in ("", state.units)}

    def left(self, simulated: Mapping[str, np.ndarray]) -> np.ndarray:
        """What leaves the model on each day."""
        return total(simulated, self.declared.outflows)

    def scored(self, values: np.ndarray) -> np.ndarray:
        """A series without its warm-up."""
        return values[self.warmup :]

    def dataset(self, cases: Sequence[str], series: Mapping, attrs: Mapping[str, dict[str, str]]) -> xr.Dataset:
        """Series by name on the scored days: `(time, case)` where there is a list, one for each case; else `(time,)`.

        `attrs` holds the CF attributes of what the model does not declare.
        """
        variables, n = {}, len(self.time)
        for name, values in series.items():
            about = attrs[name] if name in attrs else self.declared.attrs(name)
            by_case = isinstance(values, list)
            array = np.stack([v[-n:] for v in values], -1) if by_case else values[-n:]
            variables[name] = (("time", "case") if by_case else "time", array, about)
        return xr.Dataset(variables, {"time": self.time, "case": list(cases)})

    @property
    def target_words(self) -> str:
        """The target within a sentence."""
        return self.target.replace("_", " ")

    @property
    def units(self) -> str:
        """Those of the target."""
        return self.declared.attrs(self.target)["units"]


def total(simulated: Mapping[str, np.ndarray], names: Iterable[str]) -> np.ndarray:
    """The sum of some series of a simulation; zeros where none is named."""
    return np.sum([simulated[name] for name in names], 0) + np.zeros_like(next(iter(simulated.values())))

"""A data set as tensors, and windows of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from dgviz.steps import step_of


@dataclass(frozen=True)
class Tensors:
    """Tensors of a data set: forcings `(1 or time, 1 or site, 1)` by name, attributes `(site, attribute)` and the
    target `(time, site)`, of which the first `warmup` steps are not scored.

    `recurrent` names the forcings that a recurrent network sees; `sites (site,)` are positions in a table of sites;
    `year` is how many steps make one. `initial` is the state before the first step, `(1, site, member)` by name, where
    it is not the declared one.
    """

    forcings: dict[str, Tensor]
    attributes: Tensor
    target: Tensor
    warmup: int = 0
    recurrent: tuple[str, ...] = ()
    sites: Tensor | None = None
    year: int = 365
    initial: Mapping[str, Tensor] | None = None

    @classmethod
    def of(
        cls,
        dataset: xr.Dataset,
        forcings: Iterable[str],
        attributes: Iterable[str],
        target: str,
        device: str = "cpu",
        recurrent: Iterable[str] = (),
    ) -> "Tensors":
        """The named variables of a data set; its sites are numbered as they come.

        Raises ValueError naming one that the data set lacks.
        """
        tensors, recurrent = {}, tuple(recurrent)
        for name in dict.fromkeys((*forcings, *recurrent)):
            if name not in dataset.variables or not {"time", "site"}.issuperset(dataset[name].dims):
                raise ValueError(
                    f"The chosen processes need {name!r}, which the data set "
                    f"{dataset.attrs.get('title', '')!r} lacks. "
                    "Choose options that do not read it, or add it to the data."
                )
            values = dataset[name]
            # What lacks a dimension is constant along it: size 1. Then (time, site, member) with one member.
            values = values.expand_dims({d: 1 for d in ("time", "site") if d not in values.dims})
            tensors[name] = _tensor(values.transpose("time", "site"), device)[..., None]
        columns = [_tensor(dataset[name], device) for name in attributes]
        observed = _tensor(dataset[target].transpose("time", "site"), device)
        sites = torch.arange(dataset.sizes["site"], device=device)
        year = step_of(dataset.indexes["time"]).per_year
        descriptors = torch.stack(columns, -1) if columns else observed.new_zeros(dataset.sizes["site"], 0)
        return cls(tensors, descriptors, observed, 0, recurrent, sites, year)

    def series(self) -> Tensor:
        """What a recurrent network sees, as one tensor `(time, site, series)`."""
        shape = (*self.target.shape, 1)
        return torch.cat([self.forcings[name].expand(shape) for name in self.recurrent], -1)

    def to(self, dtype: torch.dtype) -> "Tensors":
        """The same in another precision."""
        forcings = {k: v.to(dtype) for k, v in self.forcings.items()}
        attributes, target = self.attributes.to(dtype), self.target.to(dtype)
        initial = _in_precision(self.initial, dtype)
        return replace(self, forcings=forcings, attributes=attributes, target=target, initial=initial)

    def part(self, steps: slice) -> "Tensors":
        """Some of these steps, in their order; the state before the first goes only with that."""
        start = steps.start or 0
        forcings = {k: v[steps] if len(v) > 1 else v for k, v in self.forcings.items()}
        initial = None if start else self.initial
        return replace(
            self, forcings=forcings, target=self.target[steps], warmup=max(0, self.warmup - start), initial=initial
        )

    def observed_at(self, sites: Tensor) -> "Tensors":
        """The same with the target of all other sites left empty (NaN)."""
        target = torch.full_like(self.target, torch.nan)
        target[:, sites] = self.target[:, sites]
        return replace(self, target=target)

    def take(self, steps: Tensor, sites: Tensor, warmup: int = 0) -> "Tensors":
        """Steps `(time, site)` and sites `(site,)` by position.

        Steps before the record repeat its first year, so that short records too can be warmed up.
        """
        steps = torch.where(steps < 0, steps % min(self.year, len(self.target)), steps)

        def pick(values: Tensor) -> Tensor:
            # Constants have one row or column only, whichever steps and sites are asked for.
            rows = steps if len(values) > 1 else torch.zeros_like(steps[:1])
            columns = sites if values.shape[1] > 1 else torch.zeros_like(sites)
            return values[rows, columns]

        forcings = {k: pick(v) for k, v in self.forcings.items()}
        numbers = None if self.sites is None else self.sites[sites]
        return Tensors(forcings, self.attributes[sites], pick(self.target), warmup, self.recurrent, numbers, self.year)

    def repeated(self, n: int) -> "Tensors":
        """Each site so many times, one copy after the other."""
        return self.at(torch.arange(self.target.shape[1], device=self.target.device).repeat_interleave(n))

    def at(self, sites: Tensor) -> "Tensors":
        """Some sites `(site,)` by position, with the state before the first step."""
        forcings = {k: v if v.shape[1] == 1 else v[:, sites] for k, v in self.forcings.items()}
        numbers = None if self.sites is None else self.sites[sites]
        initial = {k: v if v.shape[-2] == 1 else v[..., sites, :] for k, v in (self.initial or {}).items()} or None
        attributes, target = self.attributes[sites], self.target[:, sites]
        return replace(self, forcings=forcings, attributes=attributes, target=target, sites=numbers, initial=initial)

    def span(self, start: int, stop: int, warmup: int, sites: Sequence[int] | None = None) -> "Tensors":
        """The steps from `start` to before `stop` of some sites (or all), with a warm-up before them.

        Of all sites and steps on record it is a view, which takes no memory.
        """
        n_sites, device = self.target.shape[1], self.target.device
        columns = torch.arange(n_sites, device=device) if sites is None else torch.tensor(sites, device=device)
        begins = start == warmup  # with these tensors, and so with their state
        if start < warmup:
            # (time, site): the same steps at all sites
            steps = torch.arange(start - warmup, stop, device=device)[:, None].expand(-1, len(columns))
            return self.take(steps, columns, warmup)
        part = self.part(slice(start - warmup, stop))
        forcings = {name: values.expand(-1, n_sites, -1) for name, values in part.forcings.items()}
        part = replace(part, forcings=forcings, warmup=warmup, initial=self.initial if begins else None)
        if columns.tolist() == [*range(n_sites)]:
            return part
        return replace(part.at(columns), forcings={name: values[:, columns] for name, values in forcings.items()})


def _in_precision(state: Mapping[str, Tensor] | None, dtype: torch.dtype) -> Mapping[str, Tensor] | None:
    """A state in another precision; stores, which are always in double, stay so."""
    if state is None:
        return None
    return {k: v if v.dtype == torch.float64 else v.to(dtype) for k, v in state.items()}


def _tensor(values: xr.DataArray, device: str) -> Tensor:
    """In single precision: a copy, but of what stays in a file, as that may be larger than memory.

    A copy lies time by time, however the data do: in another order the last digits of a network would be others.
    """
    in_file = isinstance(values.data, np.memmap)
    numbers = values.values.astype("float32", copy=False) if in_file else np.array(values, dtype="float32", order="C")
    return torch.as_tensor(numbers, device=device)

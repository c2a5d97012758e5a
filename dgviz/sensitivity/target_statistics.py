"""Statistics of the target of a site under any parameters, and what they are sensitive to over all of these."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import torch
import xarray as xr
from torch import Tensor

from dgviz.learn.losses import nse
from dgviz.learn.model import of_networks, of_processes
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.sensitivity.effects import HIGH, LOW
from dgviz.sensitivity.global_sensitivity import N, global_sensitivity
from dgviz.sensitivity.samples import simulate_samples


def global_target_sensitivity(site: SiteModel, n: int = N, seed: int = 0) -> xr.Dataset:
    """What the target of a site is sensitive to over the whole ranges of its parameters: `global_sensitivity` of

    - `mean`, over the scored days;
    - `high` and `low`, over the days on which the target was, as observed, or where nothing was, as simulated, in its
      highest 2 % or lowest 30 %;
    - `score`, the NSE, where the observed varies.

    A parameter is the same in all members and on all days, from the first of the site's tensors on; local derivatives
    are at the means of what was learned. `unit` and `long_name` `(output,)` say what an output is. Raises ValueError
    for a model without parameters, and where sites are joined.
    """
    statistics = TargetStatistics(site)
    found = global_sensitivity(statistics, statistics.parameters, statistics.names, statistics.learned, n, seed)
    target = site.process_model.attrs(site.target)
    words = {
        "mean": f"Mean {lower_first(target['long_name'])}",
        "high": f"{target['long_name']} on high days",
        "low": f"{target['long_name']} on low days",
        "score": "NSE",
    }
    units = ["1" if name == "score" else target["units"] for name in statistics.names]
    names = "output", [words[name] for name in statistics.names]
    return found.assign_coords(unit=("output", units), long_name=names)


class TargetStatistics:
    """Statistics of the target `(sample, output)` as a function of parameters `(sample,)` by name."""

    def __init__(self, site: SiteModel):
        if not site.learned:
            raise ValueError("This model has no parameters to vary. Take one with processes.")
        self.parameters = {k: p for k, p in site.process_model.of(Parameter).items() if k in site.learned}
        self.learned = {name: float(values[:, 0].mean()) for name, values in site.learned.items()}
        # Members are alike: one of each model of an ensemble is enough.
        self._members = len(site.model.parts(site.tensors))
        self._site = _with_members(site, self._members)
        observed = site.tensors.target[site.tensors.warmup :, :1]
        self._groups = {"mean": torch.ones(len(observed), dtype=torch.bool)}
        known = observed
        if not observed.isfinite().any():
            with torch.no_grad():
                known = self._simulate({name: torch.tensor([value]) for name, value in self.learned.items()})
        values = known[known.isfinite()]
        self._groups["high"] = known[:, 0] >= torch.quantile(values, HIGH)
        self._groups["low"] = known[:, 0] <= torch.quantile(values, LOW)
        self._observed = observed if bool((observed - observed.nanmean()).nan_to_num().any()) else None

    @property
    def names(self) -> list[str]:
        """What there is."""
        return [*self._groups, *(["score"] if self._observed is not None else [])]

    def __call__(self, values: Mapping[str, Tensor]) -> Tensor:
        """The statistics under some parameters."""
        return self._simulate(values, self._statistics).T

    def _statistics(self, target: Tensor) -> Tensor:
        """Of the target `(time, sample)`, `(output, sample)`."""
        found = [target[days].mean(0) for days in self._groups.values()]
        if self._observed is not None:
            found.append(nse(target, self._observed))
        return torch.stack(found)

    def _simulate(self, values: Mapping[str, Tensor], of: Callable[[Tensor], Tensor] = lambda target: target) -> Tensor:
        """The target on the scored days `(time, sample)`, or what `of` makes of it."""
        dtype, members = self._site.tensors.target.dtype, (-1, -1, self._members)
        given = {name: v.to(dtype)[None, :, None].expand(members) for name, v in values.items()}
        return simulate_samples(self._site, given, of)


def _with_members(site: SiteModel, n_members: int) -> SiteModel:
    """The same with the stores before the first day as the means of the members, one for each model."""
    initial = site.tensors.initial
    if initial:
        stores = {k: v.unflatten(-1, (n_members, -1)).mean(-1) for k, v in of_processes(initial).items()}
        initial = stores | of_networks(initial)
    return SiteModel(site.model, replace(site.tensors, initial=initial), site.time, site.target)

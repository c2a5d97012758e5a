"""The states of a run's simulation at the beginning of every year.

A window that begins with the last of them before its warm-up is the same as in the whole simulation, to rounding.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
import torch
from torch import Tensor

from dgviz.learn.tensors import Tensors


@dataclass(frozen=True)
class YearlyStates:
    """States before the first step of every year of a simulation.

    The first is `start` steps after the time `origin`, the first on record, and the others follow every `year` steps.
    `values` are `(year, step, site, member)` by name, for the `sites`, each from the model number `fold`.
    `forcings (site, forcing)` are the sums over the record by which other data are told apart.
    """

    origin: str
    start: int
    year: int
    sites: list[str]
    fold: list[int]
    forcings: Tensor
    values: dict[str, Tensor]

    def begin(self, tensors: Tensors, times: pd.Index, sites: Sequence[str], first: int, last: int, warmup: int):
        """The steps from `first` to before `last`, from the last state that is at least `warmup` steps before them.

        `tensors` hold the whole record of the `sites`, at the `times`. None where there is no such state of them all,
        or the forcings are not those that were simulated.
        """
        known = pd.Index(self.sites).get_indexer(list(sites))
        offset = times.get_indexer([pd.Timestamp(self.origin)])[0]
        if (known < 0).any() or offset < 0 or len({self.fold[i] for i in known}) > 1:
            return None
        sums = forcing_sums(tensors)
        if sums.shape[1] != self.forcings.shape[1] or not torch.allclose(sums, self.forcings[known], rtol=1e-9, atol=0):
            return None
        n_years = len(next(iter(self.values.values())))
        number = min((first - warmup - self.start - offset) // self.year, n_years - 1)
        if number < 0:
            return None
        state = {name: values[number][..., known, :] for name, values in self.values.items()}
        lead = first - (offset + self.start + number * self.year)
        return replace(tensors.span(first, last, lead), initial=state)


def forcing_sums(tensors: Tensors) -> Tensor:
    """The sum of every forcing over the whole record, `(site, forcing)`."""
    n_sites = tensors.target.shape[1]
    sums = [values.sum(0, dtype=torch.float64).expand(n_sites, 1) for _, values in sorted(tensors.forcings.items())]
    return torch.cat(sums, -1).cpu()

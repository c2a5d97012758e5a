"""A data set as tensors, and windows of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr
from torch import Tensor

YEAR = 365


@dataclass(frozen=True)
class Samples:
    """Tensors of a data set: forcings `(1 or time, 1 or site, 1)` by name, attributes `(site, attribute)` and the
    target `(time, site)`, of which the first `warmup` days are not scored."""

    forcings: dict[str, Tensor]
    attributes: Tensor
    target: Tensor
    warmup: int = 0

    @classmethod
    def of(
        cls, dataset: xr.Dataset, forcings: Iterable[str], attributes: Iterable[str], target: str, device: str = "cpu"
    ) -> "Samples":
        """The named variables of a data set. Raises ValueError naming one that the data set lacks."""
        tensors = {}
        for name in forcings:
            if name not in dataset.variables:
                raise ValueError(
                    f"The chosen processes need {name!r}, which the data set "
                    f"{dataset.attrs.get('title', '')!r} lacks. Choose other options or add it to the data."
                )
            values = dataset[name]
            values = values.expand_dims({d: 1 for d in ("time", "site") if d not in values.dims})
            tensors[name] = _tensor(values.transpose("time", "site"), device)[..., None]
        columns = [_tensor(dataset[name], device) for name in attributes]
        if not columns:
            raise ValueError(
                f"The data set {dataset.attrs.get('title', '')!r} has no attributes to learn parameters from. "
                "Add descriptors of the sites to it, such as area or elevation."
            )
        return cls(tensors, torch.stack(columns, -1), _tensor(dataset[target].transpose("time", "site"), device))

    def series(self) -> Tensor:
        """The forcings as one tensor `(time, site, forcing)`."""
        shape = (*self.target.shape, 1)
        return torch.cat([v.expand(shape) for v in self.forcings.values()], -1)

    def take(self, days: Tensor, sites: Tensor, warmup: int = 0) -> "Samples":
        """Days `(time, site)` and sites `(site,)` by position.

        Days before the record repeat its first year, so that short records too can be warmed up.
        """
        days = torch.where(days < 0, days % min(YEAR, len(self.target)), days)

        def pick(values: Tensor) -> Tensor:
            rows = days if len(values) > 1 else torch.zeros_like(days[:1])
            columns = sites if values.shape[1] > 1 else torch.zeros_like(sites)
            return values[rows, columns]

        forcings = {k: pick(v) for k, v in self.forcings.items()}
        return Samples(forcings, self.attributes[sites], pick(self.target), warmup)

    def span(self, start: int, stop: int, warmup: int, sites: Sequence[int] | None = None) -> "Samples":
        """The days from `start` to before `stop` of some sites (or all), with a warm-up before them."""
        device = self.target.device
        columns = (
            torch.arange(self.target.shape[1], device=device) if sites is None else torch.tensor(sites, device=device)
        )
        days = torch.arange(start - warmup, stop, device=device)[:, None].expand(-1, len(columns))
        return self.take(days, columns, warmup)


def _tensor(values: xr.DataArray, device: str) -> Tensor:
    return torch.as_tensor(np.array(values, dtype="float32"), device=device)

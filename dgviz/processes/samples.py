"""Many parameter sets of the same sites at once: samples, which stand beside each other as sites do.

Inside a model, sample k of n of a site s has the place s n + k on the axis of sites. What no sample changes keeps one
place for each site, so that it is computed once and read by all of its samples.
"""

from collections.abc import Iterator, Mapping
from typing import TypeGuard

import numpy as np
from torch import Tensor

from dgviz.processes.given import Given


def repeated(values: Tensor, n_place: int) -> Tensor:
    """Values `(time, site, member)`, those of each site for as many consecutive places as there are for it."""
    n_site = values.shape[1] if values.ndim == 3 else 1  # a flux may be one number
    if n_site in (1, n_place) or n_place % n_site:
        return values
    return values[:, :, None].expand(-1, -1, n_place // n_site, -1).flatten(1, 2)


def side_by_side(inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Inputs `(time, site, member)`, repeated where others have samples and they have not."""
    n_place = max((v.shape[1] for v in inputs.values() if v.ndim == 3), default=1)
    return {name: repeated(values, n_place) for name, values in inputs.items()}


def n_samples(given: Mapping[str, Given]) -> int:
    """How many samples `(time, site, sample, member)` there are. Raises ValueError where their numbers differ."""
    sizes = {name: values.shape[2] for name, values in given.items() if has_samples(values)}
    if len({*sizes.values()} - {1}) > 1:
        found = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise ValueError(f"The numbers of samples differ: {found}. Give the same number for each, or 1.")
    return max(sizes.values(), default=1)


def has_samples(values: Given) -> TypeGuard[Tensor]:
    """Is it a tensor `(time, site, sample, member)`?"""
    return isinstance(values, Tensor) and values.ndim == 4


def in_places(given: Mapping[str, Given], n_sample: int) -> dict[str, Given]:
    """What is given as `(time, place, member)`; what has no samples stays as it is."""
    n_site = max((v.shape[1] for v in given.values() if not isinstance(v, float) and np.ndim(v) > 1), default=1)

    def placed(values: Tensor) -> Tensor:
        return values[:, :, 0] if values.shape[2] < n_sample else values.expand(-1, n_site, -1, -1).flatten(1, 2)

    return {name: placed(values) if has_samples(values) else values for name, values in given.items()}


def one_by_one(given: Mapping[str, Given], n_sample: int) -> Iterator[dict[str, Given]]:
    """The samples, `(time, site, member)` each."""
    for i in range(n_sample):
        yield {name: v[:, :, min(i, v.shape[2] - 1)] if has_samples(v) else v for name, v in given.items()}


def by_sample(values: Tensor, shape: tuple[int, ...], n_sample: int) -> Tensor:
    """Values `(time, place)` as `(time, site, sample)`, where `shape` is the full number of days and places."""
    return repeated(values[..., None], shape[1])[..., 0].expand(shape[:2]).unflatten(1, (-1, n_sample))

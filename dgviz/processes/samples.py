"""Many parameter sets of the same sites at once: samples, which stand beside each other as sites do.

Inside a model, sample k of n of a site s has the place s n + k on the axis of sites. What no sample changes keeps one
place for each site, so that it is computed once and read by all of its samples.
"""

from collections.abc import Iterator, Mapping

from torch import Tensor

from dgviz.processes.given import Given, series


def repeated(values: Tensor, n_place: int) -> Tensor:
    """Values `(time, site, member)`, those of each site for as many consecutive places as there are for it."""
    n_site = values.shape[1]
    if n_site in (1, n_place) or n_place % n_site:
        return values
    return values[:, :, None].expand(-1, -1, n_place // n_site, -1).flatten(1, 2)


def side_by_side(inputs: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Inputs `(time, site, member)`, repeated where others have samples and they have not."""
    n_place = max((v.shape[1] for v in inputs.values()), default=1)
    return {name: repeated(values, n_place) for name, values in inputs.items()}


def n_samples(given: Mapping[str, Tensor]) -> int:
    """How many samples `(time, site, sample, member)` there are. Raises ValueError where their numbers differ."""
    sizes = {name: values.shape[2] for name, values in given.items() if values.shape[2] > 1}
    if len(set(sizes.values())) > 1:
        found = ", ".join(f"{name} {size}" for name, size in sizes.items())
        raise ValueError(f"The numbers of samples differ: {found}. Give the same number for each, or 1.")
    return next(iter(sizes.values()), 1)


def with_samples(given: Mapping[str, Given]) -> dict[str, Tensor]:
    """What is given as tensors `(time, site, sample, member)`; it may lack the axis of samples, or the last ones."""

    def with_axis(name: str, values: Given) -> Tensor:
        return values if isinstance(values, Tensor) and values.ndim == 4 else series(name, values)[:, :, None]

    return {name: with_axis(name, values) for name, values in given.items()}


def in_places(given: Mapping[str, Tensor], n_sample: int) -> dict[str, Tensor]:
    """Tensors `(time, site, sample, member)` as `(time, place, member)`, a place a site where samples do not differ."""
    n_site = max(values.shape[1] for values in given.values())
    return {
        name: values[:, :, 0] if values.shape[2] < n_sample else values.expand(-1, n_site, -1, -1).flatten(1, 2)
        for name, values in given.items()
    }


def one_by_one(given: Mapping[str, Tensor], n_sample: int) -> Iterator[dict[str, Tensor]]:
    """The samples, `(time, site, member)` each."""
    for i in range(n_sample):
        yield {name: values[:, :, min(i, values.shape[2] - 1)] for name, values in given.items()}


def by_sample(values: Tensor, shape: tuple[int, ...], n_sample: int) -> Tensor:
    """Values `(time, place)` as `(time, site, sample)`, where `shape` is the full number of days and places."""
    return repeated(values[..., None], shape[1])[..., 0].expand(shape[:2]).unflatten(1, (-1, n_sample))

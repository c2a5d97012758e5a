"""Many parameter sets, and many forcings, of one site, as a model maps them."""

from collections.abc import Mapping

from torch import Tensor

from dgviz.learn.tensors import Tensors
from dgviz.suggestions import suggest


def samples_of_parameter(name: str, learned: Tensor, values: Tensor) -> Tensor:
    """Samples of a parameter as `(1 or time, site, sample, member)`, at all sites of what was learned the same.

    `values` are `(sample,)`, the same for all members and days, or `(sample, days, members)`; each of the last two is 1
    or as many as `learned` or the data have. Raises ValueError for another shape.
    """
    n_site, n_member = learned.shape[1:]
    if values.ndim == 1:
        values = values[:, None, None]
    if values.ndim != 3 or values.shape[2] not in (1, n_member):
        raise ValueError(
            f"The samples of {name!r} have the shape {tuple(values.shape)}. Give (sample,) or (sample, days, members) "
            f"with 1 or {n_member} members."
        )
    return values.to(learned).transpose(0, 1)[:, None].expand(-1, n_site, -1, n_member)


def samples_of_forcings(tensors: Tensors, forcings: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """All forcings, those given with samples `(time, sample)` as `(time, 1, sample, 1)`.

    Raises ValueError for an unknown one or another shape.
    """
    known, n_time = tensors.forcings, len(tensors.target)
    for name, values in forcings.items():
        if name not in known:
            raise ValueError(f"There is no forcing {name!r}. There are: {', '.join(known)}.{suggest(name, known)}")
        if values.ndim != 2 or len(values) != n_time:
            raise ValueError(
                f"The samples of {name!r} have the shape {tuple(values.shape)}. Give (days, sample) with {n_time} days."
            )
    return known | {name: values.to(known[name])[:, None, :, None] for name, values in forcings.items()}

"""One site under many sets of parameters at once, in parts that fit the memory."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from dgviz.learn.site_model import SiteModel

MOST = 2e6  # values `(time, sample, member)` at once: what fits a cache is done in half the time


def simulate_samples(
    site: SiteModel, parameters: Mapping[str, Tensor], of: Callable[[Tensor], Tensor] = lambda target: target
) -> Tensor:
    """The target on the scored days under samples of all parameters, `(time, sample)`; differentiable.

    `of` takes it to what is wanted of it, `(..., sample)`, part by part, so that the whole is never in memory.
    `parameters` are `(1 or time, sample, member)` by name. They act from the first of the site's tensors on; stores
    before stay as they are. Unlike `SiteModel.map` it takes as many members as are given, and without gradients works
    in parts, so that the memory has a bound.

    Raises ValueError where processes join sites: each sample would take as long as all of them.
    """
    if site.process_model.joins_sites:
        raise ValueError(
            "Sites are joined here, so that each sample would be a simulation of all of them. Take a run whose sites "
            "are simulated one by one."
        )
    n_samples, n_members = next(iter(parameters.values())).shape[1:]
    most = n_samples
    if not torch.is_grad_enabled():
        most = max(1, int(MOST / len(site.tensors.target) / n_members))
    parts = [{k: v[:, None, i : i + most] for k, v in parameters.items()} for i in range(0, n_samples, most)]
    scored = slice(site.tensors.warmup, None)
    return torch.cat([of(site.model.map(site.tensors, part)[scored, 0]) for part in parts], -1)

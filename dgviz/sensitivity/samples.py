"""One site under many sets of parameters at once."""

from collections.abc import Mapping

import torch
from torch import Tensor

from dgviz.learn.site_model import SiteModel

MOST = 2e6  # values `(time, sample, member)` at once: what fits a cache is done in half the time


def simulate_samples(site: SiteModel, parameters: Mapping[str, Tensor]) -> Tensor:
    """The target on the scored days under samples of all parameters, `(time, sample)`; differentiable.

    `parameters` are `(1 or time, sample, member)` by name, with the members of the model. They act from the first
    of the site's tensors on; stores before stay as they are. Without gradients it is done in parts, so that the
    memory has a bound.

    Raises ValueError where processes join sites: they cannot be repeated.
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
    parts = [{k: v[:, i : i + most] for k, v in parameters.items()} for i in range(0, n_samples, most)]
    # Samples stand where sites do: what is given once is the same for all of them.
    simulated = [site.model.respond(site.tensors, part, [site.target])[site.target] for part in parts]
    return torch.cat(simulated, 1)[site.tensors.warmup :]

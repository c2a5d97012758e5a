"""How far back an output remembers."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from dgviz.learn.site_model import SiteModel
from dgviz.quantities import lower_first
from dgviz.sensitivity.nudge import raised

MOMENTS = 12
SHARES = (0.5, 0.9)


def memory(response: xr.DataArray, day: int, share: float = 0.5) -> int:
    """The number of days up to and including `day` that cause a given `share` of a response `(time,)`.

    `response` is the response on one day, at position `day`, to a forcing on each day; signs do not count. Zero if
    there is no response.
    """
    # Sum of |response| over the last 1, 2, 3 ... days
    backwards = np.cumsum(np.abs(response.values[day::-1].astype("float64")))
    return int(np.searchsorted(backwards, share * backwards[-1])) + 1 if backwards[-1] else 0


def memory_of_sites(
    site: SiteModel, forcing: str, shares: Sequence[float] = SHARES, moments: int = MOMENTS
) -> xr.DataArray:
    """How many steps give each share of the response of the target to a forcing, `(share, site)`.

    As `memory`, mean over `moments` scored steps, evenly spaced in the second half so that each has a past; moments
    without any response are left out, and a site without any is NaN. A response is that to the steps simulated here,
    the warm-up too: what came before is not counted, so that long memories are too short. One reverse pass for each
    moment, of all sites at once. Raises ValueError for an unknown forcing, and where sites are joined.
    """
    if site.process_model.joins_sites:
        raise ValueError("Memory is of sites simulated one by one: here they are joined. See `rewind` for such a run.")
    if forcing not in site.tensors.forcings:
        raise ValueError(f"There is no forcing {forcing!r}. Forcings: {', '.join(site.tensors.forcings)}.")
    n_sites, n_steps = site.tensors.target.shape[1], len(site.tensors.target)
    series = raised({forcing: site.tensors.forcings[forcing].expand(n_steps, n_sites, -1)})
    tensors = replace(site.tensors, forcings=site.tensors.forcings | series)
    simulated = site.model.mean(tensors, [site.target])[site.target]
    first = (site.tensors.warmup + n_steps) // 2
    steps = torch.linspace(first, n_steps - 1, min(moments, n_steps - first)).long().unique().tolist()
    found = torch.full((len(steps), len(shares), n_sites), torch.nan, dtype=torch.float64)
    for i, step in enumerate(steps):
        # Sites do not influence each other, so the gradient of their sum holds that of each.
        (gradient,) = torch.autograd.grad(simulated[step].sum(), series[forcing], retain_graph=True)
        found[i] = _steps_back(gradient[: step + 1, :, 0], shares)
    attrs = {"units": "1", "long_name": _words(site, forcing), "moments": len(steps)}
    return xr.DataArray(found.nanmean(0).numpy(), {"share": list(shares)}, ("share", "site"), attrs=attrs)


def _steps_back(response: Tensor, shares: Sequence[float]) -> Tensor:
    """Steps `(share, site)` from the last one back that give each share of a response `(time, site)`."""
    backwards = response.detach().cpu().double().abs().flip(0).cumsum(0)
    whole = backwards[-1]
    counts = torch.stack([(backwards < share * whole).sum(0) + 1.0 for share in shares]).double()
    return torch.where(whole > 0, counts, torch.nan)


def _words(site: SiteModel, forcing: str) -> str:
    """What the numbers of steps are of."""
    target, driver = (lower_first(site.process_model.attrs(name)["long_name"]) for name in (site.target, forcing))
    return f"Steps of the response of {target} to {driver}"

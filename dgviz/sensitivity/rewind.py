"""A value rewound: how much it depends on each site on each earlier step, by one reverse pass."""

from dataclasses import replace

import numpy as np
import pandas as pd
import torch
import xarray as xr
from torch import Tensor
from torch.autograd import forward_ad

from dgviz.learn.site_model import SiteModel
from dgviz.learn.tensors import Tensors
from dgviz.processes.one_sided import along
from dgviz.sensitivity.cut import check_moment
from dgviz.sensitivity.nudge import NUDGE
from dgviz.sensitivity.one_more import one_more
from dgviz.sensitivity.units import derivative_attrs
from dgviz.steps import before

BACK = 60  # steps


def rewind(site: SiteModel, of: str, moment: int, back: int = BACK) -> xr.DataArray:
    """Derivative of the target in the scored step `moment` at the first site to a forcing of each site, `(time, site)`.

    Of the step itself and up to `back` before it, at each site that is simulated together with the first; the adjoint
    map of that value. Of a parameter instead: `(site,)`, shifted alike in these steps, from the state that the steps
    before have left. Of a store: what it holds before the first of these steps, `(site,)`. Parameters, dynamic ones
    too, stay as they are where a forcing changes.

    Raises ValueError for what is none of these.
    """
    check_moment(site, moment)
    tensors, times = _last(site, moment, back)
    model, state = site.process_model, tensors.initial or {}
    parameters = _of_steps(site, len(tensors.target), moment)
    known: dict[str, Tensor] = {**tensors.forcings, **parameters, **{k: state[k] for k in model.stores}}
    if of not in known:
        raise ValueError(f"There is no forcing, parameter or store {of!r}. There are: {', '.join(known)}.")
    n_sites = tensors.target.shape[1]
    values = known[of].expand(known[of].shape[0], n_sites, -1)
    leaf = (values + NUDGE * (of in tensors.forcings)).detach().requires_grad_()
    tensors = replace(
        tensors,
        forcings={k: leaf if k == of else v for k, v in tensors.forcings.items()},
        initial={k: leaf if k == of else v for k, v in state.items()},
    )
    parameters = {k: leaf if k == of else v for k, v in parameters.items()}
    value = site.model.respond(tensors, parameters, [site.target])[site.target][-1, 0]
    (gradient,) = torch.autograd.grad(value, leaf, materialize_grads=True)
    by_site = gradient.sum(-1).cpu().numpy()
    attrs = derivative_attrs(model, "Response of", site.target, of)
    names = list(site.sites) or [str(i) for i in range(n_sites)]
    if of in tensors.forcings and len(by_site) > 1:
        return xr.DataArray(by_site, {"time": times, "site": names}, ("time", "site"), attrs=attrs)
    return xr.DataArray(by_site.sum(0), {"site": names}, "site", attrs=attrs)


def travel(site: SiteModel, forcing: str, moment: int, source: str, ahead: int = BACK) -> xr.DataArray:
    """Where one unit more of a forcing at the site `source` in the scored step `moment` passes, `(time, site)`.

    The derivative of the target at each site that is simulated together, in that step and up to `ahead` later ones:
    one forward pass. Raises ValueError where `source` is none of them.
    """
    if source not in site.sites:
        raise ValueError(f"The site {source!r} is not simulated here. Sites: {', '.join(site.sites)}.")
    check_moment(site, moment)
    stop = min(moment + ahead, len(site.time) - 1)
    tensors, times = _last(site, stop, stop - moment)
    with torch.no_grad(), forward_ad.dual_level():
        dual = one_more(tensors, forcing, 0, site.sites.index(source))
        tensors = replace(tensors, forcings=tensors.forcings | {forcing: dual})
        found = site.model.respond(tensors, _of_steps(site, len(tensors.target), stop), [site.target])[site.target]
        moved = along(found)
    attrs = derivative_attrs(site.process_model, "Response of", site.target, forcing)
    return xr.DataArray(moved.cpu().numpy(), {"time": times, "site": list(site.sites)}, ("time", "site"), attrs=attrs)


def _last(site: SiteModel, moment: int, back: int) -> tuple[Tensors, np.ndarray]:
    """The step `moment` with up to `back` before it, from the state that those before have left, and its times."""
    tensors, stop = site.tensors, site.tensors.warmup + moment + 1
    start = max(stop - 1 - back, 0)
    part = replace(tensors.part(slice(start, stop)), initial=site.state_before(start), warmup=0)
    times = before(pd.Index(np.asarray(site.time)), tensors.warmup)[start:stop]
    return part, times.to_numpy()


def _of_steps(site: SiteModel, n_steps: int, moment: int) -> dict[str, Tensor]:
    """The learned parameters in the last `n_steps` up to a scored step."""
    stop = site.tensors.warmup + moment + 1
    return {k: v[stop - n_steps : stop] if len(v) > 1 else v for k, v in site.learned.items()}

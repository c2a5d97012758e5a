"""Through which quantities an output responds to an input: a total derivative, taken apart."""

import copy
from collections.abc import Sequence

import torch
import xarray as xr
from torch.autograd import forward_ad

from dgviz.learn.site_model import SiteModel
from dgviz.processes.one_sided import along
from dgviz.sensitivity.cut import below, check_alone, given_names, run_known
from dgviz.sensitivity.units import derivative_attrs
from dgviz.suggestions import suggest

DIRECT = "direct"


def pathways(site: SiteModel, of: str, through: Sequence[str]) -> xr.Dataset:
    """The derivative of the target on each scored day to a parameter or forcing `of`, `(time,)`, by pathway.

    With the processes cut at the quantities m that `through` names, which each of them is computed from above and read
    below,

        d target / d x = partial target / partial x + sum over m of (d target / d m) (d m / d x)

    `direct` is the first term, the others are by the name of m, and `total` is the derivative of the whole model: the
    terms add up to it exactly. `of` rises by the same amount on all days and in all members.

    Raises ValueError if nothing of that name is there, if the target does not follow from what is cut, if something
    below the cut acts on what is above it, or for a run whose target a network corrects.
    """
    model, tensors = site.process_model, site.tensors
    known = {**tensors.forcings, **site.learned}
    if of not in known:
        raise ValueError(f"There is no parameter or forcing {of!r}. There are: {', '.join(known)}.{suggest(of, known)}")
    check_alone(site, "Pathways")
    lower, given = below(model, through, site.target), given_names(model, through)
    with torch.no_grad(), forward_ad.dual_level():
        dual = forward_ad.make_dual(known[of], torch.ones_like(known[of]))
        above = run_known(model, known | {of: dual}, tensors.initial, [*through, site.target])
        found = {"total": along(above[site.target])}
        values, moved = {}, {}
        for name in through:
            value, tangent = forward_ad.unpack_dual(above[name])
            key = given[name]
            values[key], moved[key] = value, torch.zeros_like(value) if tangent is None else tangent
        found[DIRECT] = along(
            run_known(lower, known | values | {of: dual}, tensors.initial, [site.target])[site.target]
        )
        for name in through:
            key = given[name]
            cut = values | {key: forward_ad.make_dual(values[key], moved[key])}
            found[name] = along(run_known(lower, known | cut, tensors.initial, [site.target])[site.target])
    attrs = derivative_attrs(model, "Response of", site.target, of)
    series = {k: v.expand(tensors.target.shape[0], -1, -1)[tensors.warmup :, 0].mean(-1) for k, v in found.items()}
    return xr.Dataset({k: ("time", v.cpu().numpy(), attrs) for k, v in series.items()}, {"time": site.time})


def in_double(site: SiteModel) -> SiteModel:
    """The same site in double precision, in which the terms add up to the total to 1e-8 and better."""
    model = copy.deepcopy(site.model).double().eval()
    tensors = site.tensors.to(torch.float64)
    return SiteModel(model, tensors, site.time, site.target, sites=site.sites, repeated=site.repeated)

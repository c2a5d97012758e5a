"""Does what a parameter moves add up? What leaves more by one way is missing on another."""

import torch
import xarray as xr
from torch.autograd import forward_ad

from dgviz.learn.site_model import SiteModel
from dgviz.processes.balance import substances
from dgviz.sensitivity.account import account, labelled


def conservation(site: SiteModel, parameter: str, units: str = "") -> xr.Dataset:
    """By how much more of each term of the balance one unit more of a parameter makes, `(time,)` by name.

    Of the stores that have these `units`, by default those of the first; the terms are those of `account`, summed up
    from the beginning of the warm-up. As a parameter makes nothing, in every step

        sum over outflows of d(outflow, summed up) / dp + sum over stores of d(store) / dp = d(inflow, summed up) / dp

    and `residual` is what is left of that: zero to rounding, unless a process moves what it does not declare. In the
    units of the stores for one unit of the parameter.

    Raises ValueError for a parameter that the model does not have, or where no store has these units.
    """
    model, learned = site.process_model, site.learned
    if parameter not in learned:
        raise ValueError(f"The model has no parameter {parameter!r}. It has: {', '.join(learned)}.")
    with torch.no_grad(), forward_ad.dual_level():
        # All have a direction, of zero but for the one, so that one kernel serves for all.
        directions = {k: torch.full_like(v, k == parameter) for k, v in learned.items()}
        duals = {k: forward_ad.make_dual(v, directions[k]) for k, v in learned.items()}
        terms, kept, left = account(site, duals, units, site.tensors.warmup)
    units = units or next(iter(substances(model)))
    return xr.Dataset(labelled(model, terms, units, site.time), {"time": site.time}, {"kept": kept, "left": left})

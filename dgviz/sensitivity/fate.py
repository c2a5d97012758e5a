"""The fate of one unit of a forcing: through which stores it passes, and by which ways it leaves."""

import torch
import xarray as xr
from torch.autograd import forward_ad

from dgviz.learn.site_model import SiteModel
from dgviz.processes.balance import substances
from dgviz.sensitivity.account import account, labelled
from dgviz.sensitivity.cut import check_moment
from dgviz.sensitivity.one_more import one_more


def fate(site: SiteModel, forcing: str, moment: int, units: str = "") -> xr.Dataset:
    """Where one unit more of a forcing in the scored step `moment` is in each step `(time,)` from then on, by name.

    Of the stores that have these `units`, by default those of the first. What each store holds more by then (their
    names stand in the attribute `kept`), and what more has left by each way, summed up (`left`); `came_in`, and the
    `residual` of both, as `account` has them by origin. In the units of the stores, for one unit in one step.

    A negative amount is real, as where something new holds back what was there. It is the derivative at the state of
    that day and not a tracer: the unit displaces what was there before. One forward pass.

    Raises ValueError where no store has these units, or for a forcing that the model does not read.
    """
    check_moment(site, moment)
    model, start = site.process_model, site.tensors.warmup + moment
    with torch.no_grad(), forward_ad.dual_level():
        dual = one_more(site.tensors, forcing, start)
        terms, kept, left = account(site, {forcing: dual}, units, start, by_origin=True)
    units = units or next(iter(substances(model)))
    variables = labelled(model, terms, units, site.time)
    about = {"kept": kept, "left": left, "forcing": forcing, "units": units}
    return xr.Dataset(variables, {"time": site.time[moment:]}, about)

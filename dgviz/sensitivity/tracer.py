"""One unit of a forcing followed through every store and flux."""

import torch
import xarray as xr
from torch.autograd import forward_ad

from dgviz.learn.model import of_processes
from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Flux, State
from dgviz.processes.one_sided import along
from dgviz.sensitivity.cut import check_alone, check_moment
from dgviz.sensitivity.one_more import one_more


def tracer(site: SiteModel, forcing: str, moment: int) -> xr.Dataset:
    """By how much one unit more of a forcing in the scored step `moment` raises every store and flux, `(time,)`.

    From that step on, at the first site; in the units of each for one unit of the forcing. What `fate` sums up, step by
    step. Parameters, dynamic ones too, stay as they are. Raises ValueError for a forcing that the model does not read,
    or for a run whose target a network corrects, or of several seeds.
    """
    check_alone(site, "Tracers")
    check_moment(site, moment)
    model, tensors = site.process_model, site.tensors
    start = tensors.warmup + moment
    with torch.no_grad(), forward_ad.dual_level():
        forcings = tensors.forcings | {forcing: one_more(tensors, forcing, start)}
        wanted = [*model.of(Flux), *model.of(State)]
        found = model.mean(forcings, site.learned, wanted, of_processes(tensors.initial))
        series = {k: along(v) for k, v in found.items()}
    variables = {k: ("time", v[start:, 0].cpu().numpy(), model.attrs(k)) for k, v in series.items()}
    return xr.Dataset(variables, {"time": site.time[moment:]})

"""The slope d ln C / d ln Q of a model by differentiation: through time, and of its means by site."""

import torch
import xarray as xr
from torch.autograd import forward_ad

from dgviz.datasets.solutes_series import TARGETS
from dgviz.learn.site_model import SiteModel

SLOPE = {"units": "1", "long_name": "Slope d ln C / d ln Q by differentiation"}


def local_slope(site: SiteModel) -> xr.DataArray:
    """By how many percent concentration rises where discharge is one percent higher, on each day, `(time,)`.

    One forward pass with the direction Q itself, since d ln Q is the same on all days: the discharge of the weeks
    before counts as far as the model remembers it, and without memory it is the slope at the discharge of the day.
    Mean discharge stays what it is.
    """
    tensors, first = site.tensors, site.tensors.warmup
    discharge = tensors.forcings["discharge"]
    learned = {name: values.detach() for name, values in site.learned.items()}
    with forward_ad.dual_level(), torch.no_grad():
        rising = forward_ad.make_dual(discharge, discharge.clone())
        forcings = {**tensors.forcings, "discharge": rising}
        values = site.process_model.mean(forcings, learned, [site.target], tensors.initial)[site.target]
        concentration, change = forward_ad.unpack_dual(values)
        slope = (change / concentration)[first:, 0]
    return xr.DataArray(slope.cpu().numpy(), {"time": site.time.values}, "time", attrs=SLOPE)


def slope_of_means(results: xr.Dataset, dataset: xr.Dataset) -> xr.DataArray | None:
    """`(site,)`: the exact derivative of the mean concentration of a run to discharge, times mean Q over mean C.

    None where the run has no derivative to discharge.
    """
    if "sensitivity_discharge" not in results:
        return None
    target = next(name for name in TARGETS if name in results)
    discharge = dataset.discharge.sel(site=results.site, time=results.time).mean("time")
    return (results.sensitivity_discharge * discharge / results[target].mean("time")).drop_attrs().assign_attrs(SLOPE)

"""The loss on a plane through what was learned: how narrow it is one way and how flat another."""

from collections.abc import Mapping

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from dgviz.learn.site_model import SiteModel
from dgviz.processes.declare import Parameter
from dgviz.sensitivity.finite_difference import agreement
from dgviz.sensitivity.parameter_response import parameter_response
from dgviz.sensitivity.samples import simulate_samples

REACH = 0.3  # of the ranges of the parameters, to either side
STEP = 1e-3  # of the ranges, for reruns
N_POINTS = 21  # odd, so that the learned values are one of them


def loss_slice(site: SiteModel, eigenvectors: xr.DataArray, reach: float = REACH, n: int = N_POINTS) -> xr.DataArray:
    """The loss on a plane spanned by two `eigenvectors (parameter, direction)`, `(along, across)`.

    The loss is the squared error of the target at the observed scored days over the variance of the observed, 1 - NSE.
    `along` the first and `across` the second all members move by so much of the parameters' ranges, which they do not
    leave; at 0, 0 stands what was learned.
    """
    names = eigenvectors.parameter.values.tolist()
    steps = torch.linspace(-reach, reach, n)
    along, across = torch.meshgrid(steps, steps, indexing="ij")
    vectors = torch.as_tensor(eigenvectors.transpose("parameter", "direction").values, dtype=steps.dtype)
    with torch.no_grad():
        shares = vectors @ torch.stack([along.flatten(), across.flatten()])
        simulated = simulate_samples(site, _moved(site, names, shares))
    observed = site.tensors.target[site.tensors.warmup :, :1]
    spread = (observed - observed.nanmean()).square().nanmean()
    loss = ((simulated - observed).square().nanmean(0) / spread).reshape(n, n)
    places = {"units": "1", "long_name": "Share of the ranges"}
    coords = {dim: xr.DataArray(steps.double().numpy(), dims=dim, attrs=places) for dim in ("along", "across")}
    return xr.DataArray(
        loss.cpu().numpy(), coords, ("along", "across"), attrs={"units": "1", "long_name": "Loss, 1 - NSE"}
    )


def agreement_along(site: SiteModel, eigenvector: xr.DataArray, step: float = STEP) -> float:
    """How well reruns confirm the response along a direction `(parameter,)`, in % as of `agreement`.

    All members move by `step` of the ranges along it and against it.
    """
    names, declared = eigenvector.parameter.values.tolist(), site.process_model.of(Parameter)
    vector = torch.as_tensor(eigenvector.values)
    with torch.no_grad():
        higher, lower = simulate_samples(site, _moved(site, names, torch.stack([step * vector, -step * vector], -1))).T
    rerun = xr.DataArray(((higher - lower) / (2 * step)).cpu().numpy(), {"time": site.time}, "time")
    responses = parameter_response(site)
    widths = {name: declared[name].range[1] - declared[name].range[0] for name in names}
    return agreement(sum(widths[n] * float(eigenvector.sel(parameter=n)) * responses[n] for n in names), rerun)


def path_in_slice(
    path: xr.DataArray, eigenvectors: xr.DataArray, ranges: Mapping[str, tuple[float, float]]
) -> xr.DataArray:
    """Parameters of a site in the course of training, `(epoch, parameter)`, on the plane, `(epoch, direction)`.

    In shares of the ranges from the last epoch on, as in `loss_slice`. What moves them off the plane is not seen.
    """
    names = eigenvectors.parameter.values.tolist()
    widths = xr.DataArray(np.diff([ranges[name] for name in names])[:, 0], {"parameter": names}, "parameter")
    return ((path - path.isel(epoch=-1)) / widths * eigenvectors).sum("parameter").transpose("epoch", "direction")


def _moved(site: SiteModel, names: list[str], shares: Tensor) -> dict[str, Tensor]:
    """The learned parameters moved by shares of their ranges `(parameter, sample)`, and kept within these."""
    declared, n_samples = site.process_model.of(Parameter), shares.shape[1]
    moved = {name: values.expand(-1, n_samples, -1) for name, values in site.learned.items()}
    for name, share in zip(names, shares, strict=True):
        low, high = declared[name].range
        shift = ((high - low) * share[:, None]).to(site.learned[name])
        moved[name] = (site.learned[name] + shift).clamp(low, high)
    return moved

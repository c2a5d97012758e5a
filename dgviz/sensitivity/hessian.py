"""How the gradient of a loss by parameters changes with the parameters: second derivatives in one pass."""

from collections.abc import Callable, Sequence

import torch
import xarray as xr
from torch import Tensor
from torch.autograd import forward_ad

from dgviz.learn.site_model import SiteModel

Loss = Callable[[Tensor], Tensor]  # of the target on the scored days, `(time, sample)`, a number for each `(sample,)`


def hessian(site: SiteModel, parameters: Sequence[str], loss: Loss) -> xr.DataArray:
    """Second derivatives of a loss, without units, by each two parameters, `(parameter, other)`.

    A parameter is shifted by the same amount in all members and, if it is dynamic, on all days. Where the model has a
    kink they are those of the piece on which it is. In double precision, since second derivatives are small
    differences of first ones: take the site from `pathways.in_double`. Raises ValueError for an unknown parameter, or
    for a target that a network corrects, whose second derivatives torch lacks.
    """
    if site.model.corrected:
        raise ValueError("Second derivatives are of processes alone: take a run without correction.")
    if not parameters:
        raise ValueError(f"Give the parameters to shift. There are: {', '.join(site.learned)}.")
    for name in parameters:
        site.declared(name)
    n = len(parameters)
    learned = site.learned
    like = next(iter(learned.values()))
    # A sample for each parameter, with a tangent of 1 in the shift of that one: (sample, parameter).
    shifts = torch.zeros(n, n, dtype=like.dtype, device=like.device, requires_grad=True)
    with forward_ad.dual_level():
        dual = forward_ad.make_dual(shifts, torch.eye(n, dtype=like.dtype, device=like.device))
        samples = {name: dual[:, i, None, None] + learned[name][:, 0] for i, name in enumerate(parameters)}
        slopes = forward_ad.unpack_dual(loss(site.map(samples))).tangent
    # Backward over forward: row i is the gradient of the derivative along parameter i.
    (rows,) = torch.autograd.grad(slopes.sum(), shifts)
    return xr.DataArray(
        rows.cpu().numpy(),
        {"parameter": list(parameters), "other": list(parameters)},
        ("parameter", "other"),
        attrs={"long_name": "Second derivative of the loss", "units": "1"},
    )

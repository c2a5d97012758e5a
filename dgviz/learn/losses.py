"""Losses: what training minimises.

Each loss takes the simulated and observed target `(time, site)`, the standard deviation of the observations in the
training period `(site,)`, the weight of each site `(site,)`, and the declaration of the target; times without an
observation (NaN) do not count.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from dgviz.quantities import Parameter, Target

SMALLEST = 1e-6  # the least sum of weights to divide by


def nse(simulated: Tensor, observed: Tensor) -> Tensor:
    """The Nash-Sutcliffe efficiency of each site `(site,)`, differentiable; NaN where the observed is constant.

    For progress and gradients: scores proper, with their sources, are in `dgviz.scores.metrics`.
    """
    # Left out before the square: the derivative of the square of a NaN is NaN, even where it does not count.
    error = torch.where(observed.isfinite(), simulated - observed, 0.0).square().sum(0)
    spread = (observed - observed.nanmean(0)).square().nansum(0)
    varies = spread > 0
    return torch.where(varies, 1 - error / torch.where(varies, spread, 1.0), torch.nan)


def nse_loss(simulated: Tensor, observed: Tensor, deviation: Tensor, weight: Tensor, target: Target) -> Tensor:
    """Mean squared error, each site divided by (standard deviation + scale of the target) squared.

    Source: Kratzert et al. (2019), doi:10.5194/hess-23-5089-2019.
    """
    valid = observed.isfinite()
    error = torch.where(valid, simulated - observed.nan_to_num(), 0.0) / (deviation + target.scale)
    return (weight * error.square()).sum() / (weight * valid).sum().clamp(min=SMALLEST)


def rmse_loss(simulated: Tensor, observed: Tensor, deviation: Tensor, weight: Tensor, target: Target) -> Tensor:
    """The root mean squared error; of a target with a logarithm 0.75 of it plus 0.25 of the error of the logarithm.

    The logarithm is log10(sqrt(Q + 1e-6) + 0.1).

    Source: Feng et al. (2022), doi:10.1029/2022WR032404.
    """
    valid = observed.isfinite()
    pairs = simulated[valid], observed[valid]
    weights = weight.expand(valid.shape)[valid]
    if not target.logarithmic:
        return _rmse(*pairs, weights)
    log_s, log_o = (((q.clamp(min=0) + 1e-6).sqrt() + 0.1).log10() for q in pairs)
    # As in the paper: a quarter of the loss for low flows.
    return 0.75 * _rmse(*pairs, weights) + 0.25 * _rmse(log_s, log_o, weights)


def _rmse(simulated: Tensor, observed: Tensor, weights: Tensor) -> Tensor:
    errors = weights * (simulated - observed).square()
    return (errors.sum() / weights.sum().clamp(min=SMALLEST) + 1e-12).sqrt()


def kge_loss(simulated: Tensor, observed: Tensor, deviation: Tensor, weight: Tensor, target: Target) -> Tensor:
    """The mean over sites of the distance of (correlation, ratio of deviations, ratio of means) from (1, 1, 1).

    Where the target may be negative, a ratio of means says nothing: the third part is then the difference of the means
    over the standard deviation of the observed. Sites whose observed is constant have no KGE and do not count.

    Source: Gupta et al. (2009), doi:10.1016/j.jhydrol.2009.08.003; without a ratio of means: Tang et al. (2021),
    doi:10.1175/JCLI-D-21-0067.1.
    """
    valid = observed.isfinite()
    n = valid.sum(0).clamp(min=1)
    # Zeros in place of what is missing, so that sums over time (dimension 0) leave it out.
    s = torch.where(valid, simulated, 0.0)
    o = torch.where(valid, observed.nan_to_num(), 0.0)
    mean_s, mean_o = s.sum(0) / n, o.sum(0) / n
    s, o = torch.where(valid, s - mean_s, 0.0), torch.where(valid, o - mean_o, 0.0)
    # 1e-6 and 1e-12 keep the derivative of the square root finite at zero.
    std_s = (s.square().sum(0) / n + 1e-6).sqrt()
    std_o = (o.square().sum(0) / n + 1e-6).sqrt()
    correlation = (s * o).sum(0) / n / (std_s * std_o)
    ratio = (mean_s + 1e-3) / (mean_o + 1e-3)
    shift = (mean_s - mean_o) / std_o if target.floor is None else ratio - 1
    distance = ((correlation - 1).square() + (std_s / std_o - 1).square() + shift.square() + 1e-12).sqrt()
    seen = o.abs().amax(0) > 1e-3  # sites whose observations vary
    return (weight * distance)[seen].sum() / weight[seen].sum().clamp(min=SMALLEST)


def distance_from_defaults(learned: Mapping[str, Tensor], declared: Mapping[str, Parameter]) -> Tensor:
    """The mean squared distance of learned parameters `(1 or time, site, member)` from their declared defaults.

    Each as a share of its range, so that all count alike: the negative logarithm of a normal prior, but for a factor.
    """
    distances = []
    for name, values in learned.items():
        low, high = declared[name].range
        distances.append(((values - declared[name].default) / (high - low)).square().mean())
    return torch.stack(distances).mean()


LOSSES = {"nse": nse_loss, "rmse": rmse_loss, "kge": kge_loss}

"""How well a simulation matches what was observed.

Every metric compares `simulated` with `observed` along `dim` and keeps all other dimensions: `(time, site)`
gives `(site)`. A day missing in either counts in neither. With fewer than two common days, or where a formula
has no value (its docstring says where), the result is NaN. A positive bias means: simulated too high.

Each result carries `long_name`, `units`, the `best` value and the `limits` of its colour scale, which
diverges where the best value lies between them.
"""

import functools
import inspect
from collections.abc import Callable

import numpy as np
import xarray as xr

Metric = Callable[..., xr.DataArray]

HIGHEST = 0.02  # share of days that are high flows
LOWEST = 0.30  # share of days that are low flows


def scores(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.Dataset:
    """The usual scores side by side, one variable each, as in `SCORES`."""
    simulated, observed = _paired(simulated, observed, dim)
    return xr.Dataset({metric.__name__: metric(simulated, observed, dim) for metric in SCORES})


def _metric(best: float, limits: tuple[float, float], units: str = "") -> Callable[[Metric], Metric]:
    """Make a formula a metric: pair the days, label the result. No `units`: those of the observation."""

    def of(formula: Metric) -> Metric:
        long_name = inspect.getdoc(formula).splitlines()[0].rstrip(".")

        @functools.wraps(formula)
        def metric(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
            result = formula(*_paired(simulated, observed, dim), dim).rename(formula.__name__)
            result.attrs = {
                "long_name": long_name,
                "units": units or observed.attrs.get("units", ""),
                "best": best,
                "limits": list(limits),
            }
            return result

        return metric

    return of


@_metric(best=1.0, limits=(0.0, 1.0), units="1")
def nse(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Nash-Sutcliffe efficiency.

    1 - sum((s - o)^2) / sum((o - mean(o))^2), from -inf to 1; best 1; 0 is as good as the observed mean.
    NaN where the observation is constant.

    Source: Nash and Sutcliffe (1970), doi:10.1016/0022-1694(70)90255-6.
    """
    return _efficiency(simulated, observed, dim)


@_metric(best=1.0, limits=(0.0, 1.0), units="1")
def log_nse(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Nash-Sutcliffe efficiency of log flow.

    The NSE of log(s + e) and log(o + e), where e is a hundredth of the mean observed flow, so that days
    without flow count. From -inf to 1; best 1. A negative flow counts as none. NaN where the observation is
    constant.

    Source: Pushpalatha et al. (2012), doi:10.1016/j.jhydrol.2011.11.055.
    """
    mean = observed.mean(dim)
    smallest = (mean / 100).where(mean > 0)
    return _efficiency(np.log(simulated.clip(min=0) + smallest), np.log(observed.clip(min=0) + smallest), dim)


@_metric(best=1.0, limits=(0.0, 1.0), units="1")
def kge_2009(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Kling-Gupta efficiency (2009).

    1 - sqrt((r - 1)^2 + (alpha - 1)^2 + (beta - 1)^2), from -inf to 1; best 1; the observed mean scores
    1 - sqrt(2) = -0.41. The parts are `correlation`, `alpha` and `beta`; NaN where one of them is.

    Source: Gupta et al. (2009), doi:10.1016/j.jhydrol.2009.08.003; the mean: Knoben et al. (2019),
    doi:10.5194/hess-23-4323-2019.
    """
    return _kge((correlation, alpha, beta), simulated, observed, dim)


@_metric(best=1.0, limits=(0.0, 1.0), units="1")
def kge_2012(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Kling-Gupta efficiency (2012).

    1 - sqrt((r - 1)^2 + (gamma - 1)^2 + (beta - 1)^2), from -inf to 1; best 1. Unlike in 2009, a bias does
    not count again as variability. The parts are `correlation`, `gamma` and `beta`; NaN where one of them is.

    Source: Kling et al. (2012), doi:10.1016/j.jhydrol.2012.01.011.
    """
    return _kge((correlation, gamma, beta), simulated, observed, dim)


@_metric(best=1.0, limits=(0.0, 1.0), units="1")
def correlation(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Pearson correlation r.

    covariance(s, o) / (std(s) std(o)), from -1 to 1; best 1. A constant simulation follows nothing: 0.
    NaN where the observation is constant.

    Source: Gupta et al. (2009), doi:10.1016/j.jhydrol.2009.08.003; 0 for a constant: Knoben et al. (2019),
    doi:10.5194/hess-23-4323-2019.
    """
    deviations = _deviation(simulated, dim), _deviation(observed, dim)
    spreads = [(deviation**2).sum(dim) for deviation in deviations]
    r = (deviations[0] * deviations[1]).sum(dim) / np.sqrt(spreads[0] * spreads[1])
    return r.where(spreads[0] > 0, 0.0).where(spreads[1] > 0)


@_metric(best=1.0, limits=(0.0, 2.0), units="1")
def alpha(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Ratio of standard deviations.

    std(s) / std(o), 0 or more; best 1. NaN where the observation is constant.

    Source: Gupta et al. (2009), doi:10.1016/j.jhydrol.2009.08.003.
    """
    return np.sqrt(_ratio(_spread(simulated, dim), _spread(observed, dim)))


@_metric(best=1.0, limits=(0.0, 2.0), units="1")
def beta(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Ratio of means.

    mean(s) / mean(o); best 1. NaN where the observed mean is zero.

    Source: Gupta et al. (2009), doi:10.1016/j.jhydrol.2009.08.003.
    """
    return _ratio(simulated.mean(dim), observed.mean(dim))


@_metric(best=1.0, limits=(0.0, 2.0), units="1")
def gamma(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Ratio of coefficients of variation.

    (std(s) / mean(s)) / (std(o) / mean(o)); best 1. NaN where the observation is constant or a mean is zero.

    Source: Kling et al. (2012), doi:10.1016/j.jhydrol.2012.01.011.
    """
    variations = [_ratio(np.sqrt(_spread(flow, dim)), flow.mean(dim)) for flow in (simulated, observed)]
    return _ratio(*variations)


@_metric(best=0.0, limits=(-50.0, 50.0), units="%")
def pbias(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Bias of the total flow.

    100 sum(s - o) / sum(o) in percent, from -100 up; best 0; positive: simulated too high (some papers take
    the opposite sign). NaN where the observed total is zero.

    Source: Yilmaz et al. (2008), doi:10.1029/2007WR006716.
    """
    return _percent_bias(simulated, observed, dim)


@_metric(best=0.0, limits=(-50.0, 50.0), units="%")
def fhv(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Bias of the highest 2 % of flows.

    100 sum(s - o) / sum(o) in percent over the top 2 % of both flow-duration curves, at least one day. Each
    is sorted by itself: a peak on the wrong day is no bias. From -100 up; best 0; positive: simulated too
    high.

    Source: Yilmaz et al. (2008), doi:10.1029/2007WR006716.
    """
    days = observed.notnull().sum(dim)
    return _percent_bias(*_flow_duration(simulated, observed, dim, days - _share(HIGHEST, days), days), dim)


@_metric(best=0.0, limits=(-50.0, 50.0), units="%")
def flv(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Bias of the lowest 30 % of flows.

    100 sum(s - o) / sum(o) in percent over the lowest 30 % of both flow-duration curves, at least one day.
    From -100 up; best 0; positive: simulated too high. NaN where the observed ones sum to zero. This is the
    plain bias in volume; `flv_log` is the other measure that papers call FLV.

    Source: Feng et al. (2022), doi:10.1029/2022WR032404.
    """
    days = observed.notnull().sum(dim)
    return _percent_bias(*_flow_duration(simulated, observed, dim, 0, _share(LOWEST, days)), dim)


@_metric(best=0.0, limits=(-50.0, 50.0), units="%")
def flv_log(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Bias of the log shape of the lowest 30 % of flows.

    -100 (S - O) / O in percent, where O = sum(log(o) - log(min(o))) over the lowest 30 % of the flow-duration
    curve and S likewise. Up to 100; best 0; positive: the simulated low flows are too even. A constant factor
    changes nothing. NaN where a flow is zero or the low observed flows are constant.

    Source: Yilmaz et al. (2008), doi:10.1029/2007WR006716.
    """
    days = observed.notnull().sum(dim)
    low = _flow_duration(simulated, observed, dim, 0, _share(LOWEST, days))
    logs = [np.log(flow.where(flow.min(dim) > 0)) for flow in low]
    shapes = [(log - log.min(dim)).sum(dim, min_count=1) for log in logs]
    return -100 * _ratio(shapes[0] - shapes[1], shapes[1])


@_metric(best=0.0, limits=(0.0, 3.0))
def rmse(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Root-mean-square error.

    sqrt(mean((s - o)^2)) in the units of the observation, 0 or more; best 0.

    Source: Chai and Draxler (2014), doi:10.5194/gmd-7-1247-2014.
    """
    return np.sqrt(((simulated - observed) ** 2).mean(dim))


SCORES = (nse, log_nse, kge_2009, kge_2012, pbias, fhv, flv, rmse, correlation)
METRICS = {metric.__name__: metric for metric in (*SCORES, alpha, beta, gamma, flv_log)}


def _paired(simulated: xr.DataArray, observed: xr.DataArray, dim: str) -> tuple[xr.DataArray, xr.DataArray]:
    """Both in float64 on their common labels; NaN on days that miss either, or if fewer than two are left."""
    simulated, observed = xr.align(simulated, observed, join="inner")
    if not observed.sizes[dim]:  # a missing day, as nothing has no smallest value
        simulated, observed = simulated.pad({dim: 1}), observed.pad({dim: 1})
    both = simulated.notnull() & observed.notnull()
    both &= both.sum(dim) >= 2
    return simulated.astype("float64").where(both), observed.astype("float64").where(both)


def _ratio(above: xr.DataArray, below: xr.DataArray) -> xr.DataArray:
    """A quotient, NaN instead of infinite."""
    return above / below.where(below != 0)


def _deviation(flow: xr.DataArray, dim: str) -> xr.DataArray:
    """Distance from the mean: exactly zero where the flow is constant, whatever the mean's rounding."""
    return (flow - flow.mean(dim)).where(flow.max(dim) > flow.min(dim), 0.0)


def _spread(flow: xr.DataArray, dim: str) -> xr.DataArray:
    return (_deviation(flow, dim) ** 2).sum(dim)


def _efficiency(simulated: xr.DataArray, observed: xr.DataArray, dim: str) -> xr.DataArray:
    return 1 - _ratio(((simulated - observed) ** 2).sum(dim), _spread(observed, dim))


def _kge(parts: tuple[Metric, ...], simulated: xr.DataArray, observed: xr.DataArray, dim: str) -> xr.DataArray:
    """1 minus the distance of the parts from one. The days are paired already, so the bare formulas serve."""
    return 1 - np.sqrt(sum((part.__wrapped__(simulated, observed, dim) - 1) ** 2 for part in parts))


def _percent_bias(simulated: xr.DataArray, observed: xr.DataArray, dim: str) -> xr.DataArray:
    return 100 * _ratio((simulated - observed).sum(dim), observed.sum(dim))


def _share(fraction: float, days: xr.DataArray) -> xr.DataArray:
    return np.rint(fraction * days).clip(min=1)


def _flow_duration(
    simulated: xr.DataArray, observed: xr.DataArray, dim: str, first: xr.DataArray | int, end: xr.DataArray
) -> list[xr.DataArray]:
    """The places `first` to `end` (excluded) of both flow-duration curves, counted from the smallest flow."""
    place = xr.DataArray(np.arange(observed.sizes[dim]), dims=dim)
    core = {"input_core_dims": [[dim]], "output_core_dims": [[dim]]}
    curves = [xr.apply_ufunc(np.sort, flow, **core) for flow in (simulated, observed)]  # missing days come last
    return [curve.where((place >= first) & (place < end)) for curve in curves]

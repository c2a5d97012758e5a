"""How well a simulation matches what was observed, for series of any kind.

Every metric compares `simulated` with `observed` along `dim` and keeps all other dimensions: `(time, site)`
gives `(site)`. A day missing in either counts in neither. With fewer than two common days, or where a formula
has no value (its docstring says where), the result is NaN. A positive bias means: simulated too high.

Each result carries `long_name`, `units`, the `best` value and the `limits` of its colour scale, which
diverges where the best value lies between them.
"""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import pandas as pd
import xarray as xr

# A formula takes the paired series `(..., time)` in float64, NaN at times that do not count, and gives `(...)`; a
# seasonal one takes the waves of the year `(wave, time)` too.
Formula = Callable[..., np.ndarray]
HIGHEST = 0.02  # share of days that are high flows
LOWEST = 0.30  # share of days that are low flows


class Pairs(NamedTuple):
    """Both series `(..., time)` on common times; `rest` has the dimensions, coordinates and attributes of a result."""

    simulated: np.ndarray
    observed: np.ndarray
    rest: xr.DataArray
    times: pd.Index


class Metric(Protocol):
    """A formula as a function of labelled series, `(...)` from `(..., time)`."""

    __name__: str
    formula: Formula
    of_pairs: Callable[[Pairs], xr.DataArray]

    def __call__(self, simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray: ...


def scores(
    simulated: xr.DataArray, observed: xr.DataArray, names: Sequence[str] | None = None, dim: str = "time"
) -> xr.Dataset:
    """Several scores side by side, one variable each: those named, as in `METRICS`, or all.

    Raises ValueError naming one that is not known.
    """
    for name in names or ():
        if name not in METRICS:
            raise ValueError(f"There is no score {name!r}. Scores: {', '.join(METRICS)}.")
    pairs = _paired(simulated, observed, dim)
    return xr.Dataset({name: METRICS[name].of_pairs(pairs) for name in names or METRICS})


def _metric(
    best: float, limits: tuple[float, float], units: str = "", seasonal: bool = False
) -> Callable[[Formula], Metric]:
    """Make a formula a metric: pair the times, label the result. No `units`: those of the observation."""

    def of(formula: Formula) -> Metric:
        long_name = inspect.getdoc(formula).splitlines()[0].rstrip(".")

        def of_pairs(pairs: Pairs) -> xr.DataArray:
            rest = pairs.rest
            given = units or rest.attrs.get("units", "")
            attrs = {"long_name": long_name, "units": given, "best": best, "limits": list(limits)}
            season = (_waves(pairs.times),) if seasonal else ()
            with np.errstate(divide="ignore", invalid="ignore"):
                values = formula(pairs.simulated, pairs.observed, *season)
            return xr.DataArray(values, rest.coords, rest.dims, formula.__name__, attrs)

        @functools.wraps(formula)
        def metric(simulated: xr.DataArray, observed: xr.DataArray, dim: str = "time") -> xr.DataArray:
            return of_pairs(_paired(simulated, observed, dim))

        del metric.__wrapped__  # its signature is not that of the formula
        metric.formula, metric.of_pairs = formula, of_pairs  # type: ignore[attr-defined]  # of a function
        return metric  # type: ignore[return-value]  # it has both now

    return of


@_metric(best=1.0, limits=(0.0, 1.0), units="1")
def nse(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Nash-Sutcliffe efficiency.

    1 - sum((s - o)^2) / sum((o - mean(o))^2), from -inf to 1; best 1; 0 is as good as the observed mean.
    NaN where the observation is constant.

    Source: Nash and Sutcliffe (1970), doi:10.1016/0022-1694(70)90255-6.
    """
    return _efficiency(s, o)


@_metric(best=1.0, limits=(0.0, 1.0), units="1")
def log_nse(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Nash-Sutcliffe efficiency of log flow.

    The NSE of log(s + e) and log(o + e), where e is a hundredth of the mean observed flow, so that days
    without flow count. From -inf to 1; best 1. A negative flow counts as none. NaN where the observation is
    constant.

    Source: Pushpalatha et al. (2012), doi:10.1016/j.jhydrol.2011.11.055.
    """
    mean = _mean(o)
    # e = mean(o) / 100
    smallest = np.where(mean > 0, mean / 100, np.nan)[..., None]
    return _efficiency(np.log(s.clip(min=0) + smallest), np.log(o.clip(min=0) + smallest))


@_metric(best=1.0, limits=(0.0, 1.0), units="1")
def kge_2009(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Kling-Gupta efficiency (2009).

    1 - sqrt((r - 1)^2 + (alpha - 1)^2 + (beta - 1)^2), from -inf to 1; best 1; the observed mean scores
    1 - sqrt(2) = -0.41. The parts are `correlation`, `alpha` and `beta`; NaN where one of them is.

    Source: Gupta et al. (2009), doi:10.1016/j.jhydrol.2009.08.003; the mean: Knoben et al. (2019),
    doi:10.5194/hess-23-4323-2019.
    """
    return _kge((correlation, alpha, beta), s, o)


@_metric(best=1.0, limits=(0.0, 1.0), units="1")
def kge_2012(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Kling-Gupta efficiency (2012).

    1 - sqrt((r - 1)^2 + (gamma - 1)^2 + (beta - 1)^2), from -inf to 1; best 1. Unlike in 2009, a bias does
    not count again as variability. The parts are `correlation`, `gamma` and `beta`; NaN where one of them is.

    Source: Kling et al. (2012), doi:10.1016/j.jhydrol.2012.01.011.
    """
    return _kge((correlation, gamma, beta), s, o)


@_metric(best=1.0, limits=(0.0, 1.0), units="1")
def correlation(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Pearson correlation r.

    covariance(s, o) / (std(s) std(o)), from -1 to 1; best 1. A constant simulation follows nothing: 0.
    NaN where the observation is constant.

    Source: Gupta et al. (2009), doi:10.1016/j.jhydrol.2009.08.003; 0 for a constant: Knoben et al. (2019),
    doi:10.5194/hess-23-4323-2019.
    """
    spread_s, spread_o = _spread(s), _spread(o)
    r = np.nansum(_deviation(s) * _deviation(o), -1) / np.sqrt(spread_s * spread_o)
    return np.where(spread_o > 0, np.where(spread_s > 0, r, 0.0), np.nan)


@_metric(best=1.0, limits=(0.0, 2.0), units="1")
def alpha(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Ratio of standard deviations.

    std(s) / std(o), 0 or more; best 1. NaN where the observation is constant.

    Source: Gupta et al. (2009), doi:10.1016/j.jhydrol.2009.08.003.
    """
    return np.sqrt(_ratio(_spread(s), _spread(o)))


@_metric(best=1.0, limits=(0.0, 2.0), units="1")
def beta(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Ratio of means.

    mean(s) / mean(o); best 1. NaN where the observed mean is zero.

    Source: Gupta et al. (2009), doi:10.1016/j.jhydrol.2009.08.003.
    """
    return _ratio(_mean(s), _mean(o))


@_metric(best=1.0, limits=(0.0, 2.0), units="1")
def gamma(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Ratio of coefficients of variation.

    (std(s) / mean(s)) / (std(o) / mean(o)); best 1. NaN where the observation is constant or a mean is zero.

    Source: Kling et al. (2012), doi:10.1016/j.jhydrol.2012.01.011.
    """
    return _ratio(*(_ratio(np.sqrt(_spread(flow)), _mean(flow)) for flow in (s, o)))


@_metric(best=0.0, limits=(-50.0, 50.0), units="%")
def pbias(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Bias of the total flow.

    100 sum(s - o) / sum(o) in percent, from -100 up; best 0; positive: simulated too high (some papers take
    the opposite sign). NaN where the observed total is zero.

    Source: Yilmaz et al. (2008), doi:10.1029/2007WR006716.
    """
    return _percent_bias(s, o)


@_metric(best=0.0, limits=(-50.0, 50.0), units="%")
def fhv(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Bias of the highest 2 % of flows (FHV).

    100 sum(s - o) / sum(o) in percent over the top 2 % of both flow-duration curves, at least one day. Each
    is sorted by itself: a peak on the wrong day is no bias. From -100 up; best 0; positive: simulated too
    high.

    Source: Yilmaz et al. (2008), doi:10.1029/2007WR006716.
    """
    days = _count(o)
    return _percent_bias(*_flow_duration(s, o, days - _share(HIGHEST, days), days))


@_metric(best=0.0, limits=(-50.0, 50.0), units="%")
def flv(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Bias of the lowest 30 % of flows (FLV).

    100 sum(s - o) / sum(o) in percent over the lowest 30 % of both flow-duration curves, at least one day.
    From -100 up; best 0; positive: simulated too high. NaN where the observed ones sum to zero. This is the
    plain bias in volume; `flv_log` is the other measure that papers call FLV.

    Source: Feng et al. (2022), doi:10.1029/2022WR032404.
    """
    return _percent_bias(*_flow_duration(s, o, np.zeros(o.shape[:-1]), _share(LOWEST, _count(o))))


@_metric(best=0.0, limits=(-50.0, 50.0), units="%")
def flv_log(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Bias of the log shape of the lowest 30 % of flows.

    -100 (S - O) / O in percent, where O = sum(log(o) - log(min(o))) over the lowest 30 % of the flow-duration
    curve and S likewise. Up to 100; best 0; positive: the simulated low flows are too even. A constant factor
    changes nothing. NaN where a flow is zero or the low observed flows are constant.

    Source: Yilmaz et al. (2008), doi:10.1029/2007WR006716.
    """
    low = _flow_duration(s, o, np.zeros(o.shape[:-1]), _share(LOWEST, _count(o)))
    shapes = [_total(np.log(flow) - np.log(_smallest(flow))[..., None]) for flow in low]
    return np.where(_smallest(low[0]) > 0, -100 * _ratio(shapes[0] - shapes[1], shapes[1]), np.nan)


@_metric(best=0.0, limits=(0.0, 3.0))
def rmse(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Root-mean-square error.

    sqrt(mean((s - o)^2)) in the units of the observation, 0 or more; best 0.

    Source: Chai and Draxler (2014), doi:10.5194/gmd-7-1247-2014.
    """
    return np.sqrt(_mean((s - o) ** 2))


@_metric(best=0.0, limits=(-2.0, 2.0))
def bias(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """Mean error.

    mean(s - o) in the units of the observation; best 0; positive: simulated too high.

    Source: Chai and Draxler (2014), doi:10.5194/gmd-7-1247-2014.
    """
    return _mean(s - o)


@_metric(best=1.0, limits=(0.0, 1.0), units="1", seasonal=True)
def nse_seasonal(s: np.ndarray, o: np.ndarray, waves: np.ndarray) -> np.ndarray:
    """Efficiency over the seasonal cycle.

    1 - sum((s - o)^2) / sum((o - c)^2), from -inf to 1; best 1. c is the seasonal cycle of the observation, a mean and
    two harmonics of the year fitted by least squares to these same days: at 0 the simulation is as good as the season
    that was in hindsight, which a climatology of other years is not; the plain efficiency of a series with a strong
    season is high for nothing. NaN where the observation is its seasonal cycle, in less than a year, or without dates.

    Source: Garrick et al. (1978), doi:10.1016/0022-1694(78)90155-5, with harmonics in place of daily means.
    """
    residual = np.full_like(o, np.nan)
    for place in np.ndindex(o.shape[:-1]):
        known = ~np.isnan(o[place])
        if known.sum() > len(waves) and np.isfinite(waves).all():
            # c(t) = b0 + b1 cos wt + b2 sin wt + b3 cos 2wt + b4 sin 2wt, fitted to the days with an observation
            fitted, *_ = np.linalg.lstsq(waves[:, known].T, o[place][known], rcond=None)
            residual[place][known] = o[place][known] - fitted @ waves[:, known]
    return 1 - _ratio(_total((s - o) ** 2), _total(residual**2))


ALL = (
    *(nse, nse_seasonal, log_nse, kge_2009, kge_2012, correlation),
    *(rmse, bias, pbias, fhv, flv, flv_log, alpha, beta, gamma),
)
METRICS = {metric.__name__: metric for metric in ALL}


LEAST_OF_A_YEAR = pd.Timedelta(days=330)  # a year of months is 334 days from the first to the last


def _waves(times: pd.Index) -> np.ndarray:
    """A constant and two harmonics of the year `(wave, time)`; NaN where the times are no dates or less than a year."""
    if not isinstance(times, pd.DatetimeIndex) or len(times) < 2 or times[-1] - times[0] < LEAST_OF_A_YEAR:
        return np.full((5, len(times)), np.nan)
    angle = 2 * np.pi * (times.day_of_year + times.hour / 24).to_numpy() / 365.25
    return np.stack([np.ones(len(times)), np.cos(angle), np.sin(angle), np.cos(2 * angle), np.sin(2 * angle)])


def _paired(simulated: xr.DataArray, observed: xr.DataArray, dim: str) -> Pairs:
    """Both in float64 on common labels, `dim` last, NaN at times that miss either, or if fewer than two are left."""
    simulated, observed = xr.broadcast(*xr.align(simulated, observed, join="inner"))
    observed = observed.transpose(..., dim)
    s, o = (flow.transpose(*observed.dims).to_numpy().astype("float64") for flow in (simulated, observed))
    both = ~(np.isnan(s) | np.isnan(o))
    # A spread needs two values.
    both &= both.sum(-1, keepdims=True) >= 2
    coords = {name: coord for name, coord in observed.coords.items() if dim not in coord.dims}
    rest = xr.DataArray(np.empty(o.shape[:-1]), coords, observed.dims[:-1], attrs=observed.attrs)
    times = observed.indexes[dim] if dim in observed.indexes else pd.RangeIndex(observed.sizes[dim])
    return Pairs(np.where(both, s, np.nan), np.where(both, o, np.nan), rest, times)


def _count(flow: np.ndarray) -> np.ndarray:
    return (~np.isnan(flow)).sum(-1)


def _total(flow: np.ndarray) -> np.ndarray:
    """The sum over the days that count; NaN if none does."""
    return np.where(_count(flow) > 0, np.nansum(flow, -1), np.nan)


def _mean(flow: np.ndarray) -> np.ndarray:
    return _total(flow) / _count(flow)


def _smallest(flow: np.ndarray) -> np.ndarray:
    return np.fmin.reduce(flow, -1, initial=np.nan)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """A quotient, NaN instead of infinite."""
    return np.where(below != 0, above / below, np.nan)


def _deviation(flow: np.ndarray) -> np.ndarray:
    """Distance from the mean: exactly zero where the flow is constant, whatever the mean's rounding."""
    # A mean of equal numbers can differ from them in the last digit: the spread would not be zero.
    varies = np.fmax.reduce(flow, -1, initial=np.nan) > _smallest(flow)
    return np.where(varies[..., None], flow - _mean(flow)[..., None], 0.0)


def _spread(flow: np.ndarray) -> np.ndarray:
    return np.nansum(_deviation(flow) ** 2, -1)


def _efficiency(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    return 1 - _ratio(_total((s - o) ** 2), _spread(o))


def _kge(parts: tuple[Metric, ...], s: np.ndarray, o: np.ndarray) -> np.ndarray:
    """1 minus the distance of the parts from one."""
    return 1 - np.sqrt(sum((part.formula(s, o) - 1) ** 2 for part in parts))


def _percent_bias(s: np.ndarray, o: np.ndarray) -> np.ndarray:
    return 100 * _ratio(_total(s - o), _total(o))


def _share(fraction: float, days: np.ndarray) -> np.ndarray:
    return np.rint(fraction * days).clip(min=1)


def _flow_duration(s: np.ndarray, o: np.ndarray, first: np.ndarray, end: np.ndarray) -> list[np.ndarray]:
    """The places `first` to `end` (excluded) of both flow-duration curves, counted from the smallest flow."""
    place = np.arange(o.shape[-1])
    inside = (place >= first[..., None]) & (place < end[..., None])
    return [np.where(inside, np.sort(flow, -1), np.nan) for flow in (s, o)]  # missing days come last

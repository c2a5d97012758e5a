"""What characterises the flow of a river: signatures, from a series of days to one number.

Every signature takes `flow` `(time, ...)`, daily and in mm d-1, and keeps all dimensions but `dim`. A missing day does
not count; with fewer than two days, or where a formula has no value (its docstring says where), the result is NaN.
Computed for a simulation and for the observations, they show what a score hides: which behaviour is wrong.
"""

import functools
import inspect
from collections.abc import Callable

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.domains.evaluation import Evaluation, Scatter

Signature = Callable[..., xr.DataArray]

ALPHA = 0.925  # of the filter that separates baseflow: the usual value for daily flow
REFLECTED = 30  # days mirrored at both ends, so that the filter is warmed up
HIGH, LOW = 0.33, 0.66  # exceedance between which the flow-duration curve is nearly straight


def signatures(flow: xr.DataArray, prcp: xr.DataArray, dim: str = "time") -> xr.Dataset:
    """All signatures side by side, one variable each, as in `SIGNATURES`; `prcp` in mm d-1."""
    # A data set may have a published one, such as the baseflow index, beside its flow.
    flow = flow.drop_vars(SIGNATURES.keys() & flow.coords.keys())
    prcp = prcp.drop_vars(SIGNATURES.keys() & prcp.coords.keys())
    return xr.Dataset(
        {name: f(flow, prcp, dim) if f is runoff_ratio else f(flow, dim) for name, f in SIGNATURES.items()}
    )


def observed_and_simulated(
    simulated: xr.DataArray, observed: xr.DataArray, prcp: xr.DataArray, dim: str = "time"
) -> xr.Dataset:
    """Signatures of both on the days and sites that both have, along `of`: "observed", "simulated"."""
    simulated, observed, prcp = xr.align(simulated, observed, prcp, join="inner")
    both = simulated.notnull() & observed.notnull()
    parts = [signatures(flow.where(both), prcp, dim).reset_coords(drop=True) for flow in (observed, simulated)]
    return xr.concat(parts, pd.Index(["observed", "simulated"], name="of"), combine_attrs="override")


def _signature(units: str) -> Callable[[Signature], Signature]:
    """Label what a function of flow gives, and leave out where fewer than two days are known."""

    def of(function: Signature) -> Signature:
        attrs = {"long_name": inspect.getdoc(function).splitlines()[0].rstrip("."), "units": units}

        @functools.wraps(function)
        def signature(flow: xr.DataArray, *rest, dim: str = "time") -> xr.DataArray:
            rest, dim = (rest[:-1], rest[-1]) if rest and isinstance(rest[-1], str) else (rest, dim)
            known = flow.count(dim) >= 2
            value = function(flow.astype("float64"), *rest, dim=dim) if flow.sizes[dim] > 1 else flow.sum(dim)
            return value.where(known).rename(function.__name__).drop_attrs().assign_attrs(attrs)

        return signature

    return of


@_signature("1")
def runoff_ratio(flow: xr.DataArray, prcp: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Runoff ratio.

    sum(flow) / sum(precipitation) over the days that have both: the share of the precipitation that leaves as
    streamflow, 0 or more. No value where nothing falls.

    Source: Sawicz et al. (2011), doi:10.5194/hess-15-2895-2011.
    """
    both = flow.notnull() & prcp.notnull()
    return _ratio(flow.where(both).sum(dim), prcp.where(both).sum(dim))


@_signature("1")
def baseflow_index(flow: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Baseflow index.

    sum(baseflow) / sum(flow), from 0 to 1, with `baseflow` by the digital filter of Lyne and Hollick. It measures how
    slowly the flow changes, not where the water came from. No value where nothing flows.

    Source: Ladson et al. (2013), doi:10.7158/13241583.2013.11465417.
    """
    return _ratio(baseflow(flow, dim).sum(dim), flow.sum(dim))


@_signature("1")
def slope_fdc(flow: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Slope of the flow-duration curve.

    (log(q33) - log(q66)) / (0.66 - 0.33), where q33 is the flow exceeded on 33 % of the days; natural logarithm; 0 or
    more: 0 for a constant flow, high for a variable one. No value where a third of the days have no flow. What CAMELS
    publishes as the slope of its curve is another measure: of the flow over its mean, without the logarithm.

    Source: Sawicz et al. (2011), doi:10.5194/hess-15-2895-2011; Yilmaz et al. (2008), doi:10.1029/2007WR006716.
    """
    high = _quantile(flow, 1 - HIGH, dim)
    low = _quantile(flow, 1 - LOW, dim)
    return np.log(high.where(low > 0) / low) / (LOW - HIGH)  # type: ignore[return-value]  # numpy's types know no xarray


@_signature("mm d-1")
def q5(flow: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Low flow Q5.

    The 5 % quantile: the flow is lower on 5 % of the days and exceeded on 95 %. This is the convention of CAMELS; in
    the exceedance convention the same flow is called Q95.

    Source: Addor et al. (2017), doi:10.5194/hess-21-5293-2017.
    """
    return _quantile(flow, 0.05, dim)


@_signature("mm d-1")
def q95(flow: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """High flow Q95.

    The 95 % quantile: the flow is exceeded on 5 % of the days. This is the convention of CAMELS; in the exceedance
    convention the same flow is called Q5.

    Source: Addor et al. (2017), doi:10.5194/hess-21-5293-2017.
    """
    return _quantile(flow, 0.95, dim)


@_signature("1")
def flashiness(flow: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Richards-Baker flashiness.

    sum(|q_t - q_(t-1)|) / sum(q_t) over the days whose day before is known too; from 0, for a constant flow, to 2. No
    value where nothing flows.

    Source: Baker et al. (2004), doi:10.1111/j.1752-1688.2004.tb01046.x.
    """
    change = abs(flow.diff(dim))
    return _ratio(change.sum(dim), flow.where(change.notnull()).sum(dim))


@_signature("d")
def centroid_date(flow: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Centroid of the flow.

    sum(t q_t) / sum(q_t) with t the day of the water year, 1 on 1 October; the mean over the whole water years. Snow
    makes it late. No value without a whole water year (365 days known, or 366) in which something flows.

    Source: Stewart et al. (2005), doi:10.1175/JCLI3321.1.
    """
    return _mean_of_water_years(flow, dim, lambda q: (q * np.arange(1, q.shape[-1] + 1)).sum(-1) / q.sum(-1))


@_signature("d")
def half_flow_date(flow: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """Half-flow date.

    The day of the water year, 1 on 1 October, until which half of the year's flow has passed; the mean over the whole
    water years. No value without a whole water year in which something flows.

    Source: Court (1962), doi:10.1029/JZ067i011p04375.
    """
    return _mean_of_water_years(flow, dim, _day_of_half)


SIGNATURES = {
    f.__name__: f for f in (runoff_ratio, baseflow_index, slope_fdc, q5, q95, flashiness, centroid_date, half_flow_date)
}


def baseflow(flow: xr.DataArray, dim: str = "time") -> xr.DataArray:
    """The slow part of a flow by the filter of Lyne and Hollick, in the units and dimensions of `flow`.

    A pass takes away the quick part f_t = a f_(t-1) + (1 + a) / 2 (q_t - q_(t-1)), a = 0.925, on days on which it is
    above zero: forward, backward and forward once more, over the flow with 30 days mirrored at both ends. Every pass,
    and every stretch after a missing day, begins with f = 0. So does CAMELS for its `baseflow_index`.

    Source: Ladson et al. (2013), doi:10.7158/13241583.2013.11465417.
    """
    return xr.apply_ufunc(
        _filtered, flow.astype("float64"), input_core_dims=[[dim]], output_core_dims=[[dim]]
    ).transpose(*flow.dims)


def _ratio(above: xr.DataArray, below: xr.DataArray) -> xr.DataArray:
    """A quotient, NaN instead of infinite."""
    return above / below.where(below != 0)


def _quantile(flow: xr.DataArray, share: float, dim: str) -> xr.DataArray:
    """The flow that is higher than a share of the known days, interpolated between two days."""

    def of_days(days: np.ndarray) -> np.ndarray:
        rising = np.sort(days, -1)  # missing days come last
        place = share * np.maximum((~np.isnan(days)).sum(-1, keepdims=True) - 1, 0)
        low, high = (np.take_along_axis(rising, f(place).astype(int), -1) for f in (np.floor, np.ceil))
        return (low + (place % 1) * (high - low))[..., 0]

    return xr.apply_ufunc(of_days, flow, input_core_dims=[[dim]])


def _filtered(flow: np.ndarray) -> np.ndarray:
    """Three passes over flows `(..., day)`."""
    n = min(REFLECTED, flow.shape[-1] - 1)
    slow = np.concatenate([flow[..., n:0:-1], flow, flow[..., -2 : -n - 2 : -1]], -1)
    slow = np.moveaxis(slow, -1, 0).copy()  # days first: each step reads and writes one row
    for ordered in (slow, slow[::-1], slow):
        _pass(ordered)
    return np.moveaxis(slow[n : n + flow.shape[-1]], 0, -1)


def _pass(flow: np.ndarray) -> None:
    """Take the quick part out of flows `(day, ...)`, in place."""
    quick, before = np.zeros(flow.shape[1:]), flow[0].copy()
    for day in range(1, len(flow)):
        now = flow[day].copy()
        quick = ALPHA * quick + (1 + ALPHA) / 2 * (now - before)
        quick = np.where(np.isnan(quick), 0, quick)  # beside a missing day
        flow[day] = now - np.fmax(quick, 0)
        before = now


def _mean_of_water_years(flow: xr.DataArray, dim: str, of_year: Callable[[np.ndarray], np.ndarray]) -> xr.DataArray:
    """The mean over whole water years of what a function makes of one, `(..., day)` to `(...)`."""
    days = flow.indexes[dim]
    first = [d for d in days[(days.month == 10) & (days.day == 1)] if d + pd.DateOffset(years=1, days=-1) <= days[-1]]
    flow = flow.transpose(..., dim)
    years = [flow.sel({dim: slice(d, d + pd.DateOffset(years=1, days=-1))}).values for d in first]
    with np.errstate(invalid="ignore"):  # a year without flow
        dates = np.stack([of_year(year) for year in years]) if years else np.full((1, *flow.shape[:-1]), np.nan)
    return flow.isel({dim: 0}, drop=True).copy(data=_mean_of_known(dates))


def _day_of_half(flow: np.ndarray) -> np.ndarray:
    passed = flow.cumsum(-1)
    total = passed[..., -1]
    return np.where(total > 0, (passed >= total[..., None] / 2).argmax(-1) + 1.0, np.nan)


def _mean_of_known(dates: np.ndarray) -> np.ndarray:
    count = np.isfinite(dates).sum(0)
    return np.where(count > 0, np.nansum(dates, 0) / np.maximum(count, 1), np.nan)


def _of_period(results: xr.Dataset, dataset: xr.Dataset, period: str) -> xr.Dataset:
    """`observed_NAME` and `simulated_NAME` `(site,)` of every signature over a period."""
    days = slice(*period.split("/"))
    series = (results.streamflow, dataset.streamflow, dataset.prcp)
    both = observed_and_simulated(*(one.sel(time=days) for one in series))
    parts = {f"{of}_{name}": both[name].sel(of=of, drop=True) for name in both for of in ("observed", "simulated")}
    named = {name: values.assign_attrs(long_name=name.partition("_")[0].capitalize()) for name, values in parts.items()}
    return xr.Dataset(named)


def _picture(name: str, function: Signature) -> Scatter:
    """Its title and formula are the first paragraphs of its docstring."""
    title, formula, *_ = inspect.getdoc(function).split("\n\n")
    about = " ".join(formula.replace("`", "").split())
    return Scatter(title.rstrip("."), f"observed_{name}", f"simulated_{name}", about)


EVALUATION = Evaluation(
    title="Streamflow signatures",
    about="What characterises the flow of a river, of the simulation and of the observation.",
    compute=_of_period,
    pictures=tuple(_picture(name, function) for name, function in SIGNATURES.items()),
    target="streamflow",
)

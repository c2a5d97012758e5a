"""Series of one site as columns for Bokeh, and the days worth marking."""

import numpy as np
import pandas as pd
import xarray as xr
from bokeh.models import Range1d

FREEZING = 0.0  # degC: on colder days precipitation is drawn as snow


def flow_columns(
    dataset: xr.Dataset,
    site: str,
    results: xr.Dataset | None = None,
    baseline: xr.Dataset | None = None,
    what_if: xr.Dataset | None = None,
) -> dict[str, np.ndarray]:
    """Rain, snow and flows of one site on the days of the data set, each `(time)`; NaN where a run has none.

    `results` and `baseline` are of all sites, `what_if` is a simulation `(time,)` of this one.

    `snow_top` is where the snow's bar ends when it stands on the rain's. Rain and snow are told apart by the mean
    temperature of the day, which is what is observed; a model may split them otherwise.
    """
    here = dataset.sel(site=site)
    rain, snow = rain_and_snow(here)
    return {
        "time": dataset.indexes["time"].values,
        "rain": rain,
        "snow": snow,
        "snow_top": rain + snow,
        "observed": here.streamflow.values.astype("float32"),
        "simulated": flow_of(results, site, dataset),
        "baseline": flow_of(baseline, site, dataset),
        "what_if": on_all_days(what_if.streamflow if what_if is not None else None, dataset),
    }


def rain_and_snow(here: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Precipitation `(time)` of one site, on days above freezing and on days below."""
    prcp = here.prcp.values.astype("float32")
    cold = here.tmean.values < FREEZING if "tmean" in here else np.zeros(len(prcp), bool)
    return np.where(cold, 0, prcp).astype("float32"), np.where(cold, prcp, 0).astype("float32")


def flow_of(results: xr.Dataset | None, site: str, dataset: xr.Dataset) -> np.ndarray:
    """Simulated streamflow `(time)` of a site on the days of the data set; NaN where the run has none."""
    if results is None or site not in results.indexes["site"]:
        return on_all_days(None, dataset)
    return on_all_days(results.streamflow.isel(site=results.indexes["site"].get_loc(site)), dataset)


def spread_of(results: xr.Dataset | None, site: str) -> dict[str, np.ndarray] | None:
    """The least and greatest streamflow `(time)` of an ensemble at a site; None where the run is a single model."""
    if results is None or "streamflow_low" not in results or site not in results.indexes["site"]:
        return None
    here = results[["streamflow_low", "streamflow_high"]].sel(site=site)
    return {"time": here.time.values, "low": here.streamflow_low.values, "high": here.streamflow_high.values}


def on_all_days(flow: xr.DataArray | None, dataset: xr.Dataset) -> np.ndarray:
    """A series `(time)` on the days of the data set; NaN on days that it has not, and where there is none."""
    days = dataset.indexes["time"]
    if flow is None:
        return np.full(len(days), np.nan, "float32")
    if not flow.indexes["time"].equals(days):
        flow = flow.reindex(time=days)
    return flow.values.astype("float32")


def stretches(flags: np.ndarray, days: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """First and last moment of every unbroken stretch of flagged days."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    half = np.timedelta64(12, "h")
    return days.values[edges[::2]] - half, days.values[edges[1::2] - 1] + half


def periods(dataset: xr.Dataset, train: str | None = None, test: str | None = None) -> dict[str, tuple]:
    """The training and test period as pairs of days: those given, else the data set's own."""
    given = {"training": train or dataset.attrs.get("train_period"), "test": test or dataset.attrs.get("test_period")}
    return {name: tuple(pd.Timestamp(d) for d in text.split("/")) for name, text in given.items() if text}


def in_window(days: pd.DatetimeIndex, window: tuple[str, str]) -> slice:
    """The positions of the days of a window, both ends included."""
    return slice(*days.slice_locs(*window))


def overlap(window: tuple[str, str], days: pd.DatetimeIndex) -> tuple[str, str]:
    """The part of a window that some days cover; the window itself where they cover none of it."""
    inside = days[in_window(days, window)]
    return (str(inside[0].date()), str(inside[-1].date())) if len(inside) else window


def days_in_sight(x_range: Range1d) -> tuple[str, str]:
    """The first and the last whole day of a time axis."""
    start, end = (
        pd.Timestamp(v, unit="ms") if isinstance(v, int | float) else pd.Timestamp(v)
        for v in (x_range.start, x_range.end)
    )
    last = max(end.ceil("D") - pd.Timedelta(days=1), start.floor("D"))
    return str(start.floor("D").date()), str(last.date())

"""Series of one site as columns for Bokeh, and the times worth marking."""

import numpy as np
import pandas as pd
import xarray as xr
from bokeh.models import ColumnDataSource, Range1d


def bars_of(backdrop: xr.Dataset) -> list[str]:
    """The series of a backdrop that hang from the top, the uppermost first."""
    return [str(name) for name in backdrop if backdrop[name].attrs.get("drawn") == "bars"]


def lines_of(backdrop: xr.Dataset) -> list[str]:
    """The other series of a backdrop."""
    bars = bars_of(backdrop)
    return [str(name) for name in backdrop if name not in bars]


def backdrop_columns(backdrop: xr.Dataset) -> dict[str, np.ndarray]:
    """Every series of a backdrop by name; of bars also where each ends when it stands on those before it, `top_`."""
    columns = {str(name): values.values.astype("float32") for name, values in backdrop.items()}
    bars = bars_of(backdrop)
    tops = np.cumsum([columns[name] for name in bars], 0)
    return columns | {f"top_{name}": top for name, top in zip(bars, tops, strict=True)}


def target_columns(
    target: str,
    dataset: xr.Dataset,
    site: str,
    results: xr.Dataset | None = None,
    baseline: xr.Dataset | None = None,
    what_if: xr.Dataset | None = None,
    learning: xr.Dataset | None = None,
) -> dict[str, np.ndarray]:
    """The target of one site, observed and simulated, at the times of the data set, `(time)` each; NaN where none.

    `samples` are the observations of which a line would show nothing. `results` and `baseline` are of all sites,
    `what_if` and `learning` are simulations `(time,)` of this one.
    """
    observed = dataset[target].sel(site=site).values.astype("float32")
    return {
        "time": dataset.indexes["time"].values,
        "observed": observed,
        "samples": samples_of(observed),
        "simulated": simulated_of(results, target, site, dataset),
        "baseline": simulated_of(baseline, target, site, dataset),
        "what_if": at_all_times(what_if[target] if what_if is not None else None, dataset),
        "learning": at_all_times(learning[target] if learning is not None else None, dataset),
    }


def samples_of(observed: np.ndarray) -> np.ndarray:
    """The observations `(time)` that have none before or after them, and NaN at all other times."""
    known = np.concatenate([[False], np.isfinite(observed), [False]])
    return np.where(known[:-2] | known[2:], np.nan, observed).astype("float32")


def is_sampled(columns: dict[str, np.ndarray]) -> bool:
    """Do most observations of a site stand alone, as samples do?"""
    return np.isfinite(columns["samples"]).sum() > np.isfinite(columns["observed"]).sum() / 2


def simulated_of(results: xr.Dataset | None, target: str, site: str, dataset: xr.Dataset) -> np.ndarray:
    """The simulated target `(time)` of a site at the times of the data set; NaN where the run has none."""
    if results is None or target not in results or site not in results.indexes["site"]:
        return at_all_times(None, dataset)
    return at_all_times(results[target].isel(site=results.indexes["site"].get_loc(site)), dataset)


def spread_of(results: xr.Dataset | None, target: str, site: str) -> dict[str, np.ndarray] | None:
    """The least and greatest target `(time)` of an ensemble at a site; None where the run is a single model."""
    low, high = f"{target}_low", f"{target}_high"
    if results is None or low not in results or site not in results.indexes["site"]:
        return None
    here = results[[low, high]].sel(site=site)
    return {"time": here.time.values, "low": here[low].values, "high": here[high].values}


def at_all_times(series: xr.DataArray | None, dataset: xr.Dataset) -> np.ndarray:
    """A series `(time)` at the times of the data set; NaN at times that it lacks, and where there is none."""
    time = dataset.indexes["time"]
    if series is None:
        return np.full(len(time), np.nan, "float32")
    if not series.indexes["time"].equals(time):
        series = series.reindex(time=time)
    return series.values.astype("float32")


def stretches(flags: np.ndarray, time: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """First and last moment of every unbroken stretch of flagged time steps."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    half = np.median(np.diff(time.values)) / 2 if len(time) > 1 else np.timedelta64(12, "h")
    return time.values[edges[::2]] - half, time.values[edges[1::2] - 1] + half


def periods(dataset: xr.Dataset, train: str | None = None, test: str | None = None) -> dict[str, tuple]:
    """The training and test period as pairs of days: those given, else the data set's own."""
    given = {"training": train or dataset.attrs.get("train_period"), "test": test or dataset.attrs.get("test_period")}
    return {name: tuple(pd.Timestamp(d) for d in text.split("/")) for name, text in given.items() if text}


def in_window(time: pd.DatetimeIndex, window: tuple[str, str]) -> slice:
    """The positions of the time steps of a window, both ends included."""
    return slice(*time.slice_locs(*window))


def inside_of(source: ColumnDataSource, window: tuple[str, str]) -> slice:
    """The positions of a window in a source."""
    return in_window(pd.DatetimeIndex(source.data["time"]), window)


def overlap(window: tuple[str, str], time: pd.DatetimeIndex) -> tuple[str, str]:
    """The part of a window that a record covers; the window itself where it covers none of it."""
    inside = time[in_window(time, window)]
    return (str(inside[0].date()), str(inside[-1].date())) if len(inside) else window


def days_in_sight(x_range: Range1d) -> tuple[str, str]:
    """The first and the last whole day of a time axis."""
    start, end = (
        pd.Timestamp(v, unit="ms") if isinstance(v, int | float) else pd.Timestamp(v)
        for v in (x_range.start, x_range.end)
    )
    last = max(end.ceil("D") - pd.Timedelta(days=1), start.floor("D"))
    return str(start.floor("D").date()), str(last.date())


def show_days(x_range: Range1d, window: tuple[str, str]) -> None:
    """Let a time axis show the days from the first to the last of a window."""
    x_range.update(start=pd.Timestamp(window[0]), end=pd.Timestamp(window[1]) + pd.Timedelta(days=1))


def limits_of(columns: dict, names, inside: slice, floor: float | None) -> tuple[float, float]:
    """The least and the greatest of some columns within a slice, the least at most the floor where there is one.

    (0, 1) where nothing is known; never of no height.
    """
    values = np.concatenate([np.asarray(columns[name], "float64")[inside] for name in names])
    values = values[np.isfinite(values)]
    if not values.size:
        return (0.0, 1.0) if floor is None else (floor, floor + 1.0)
    low, high = float(values.min()), float(values.max())
    low = low if floor is None else min(low, floor)
    return (low, high) if high > low else (low, low + 1.0)

"""What a new session, or a data set that is opened, begins with: a run, a site and a window worth seeing."""

from collections.abc import Callable, Iterable, Sequence

import pandas as pd
import xarray as xr

from dgviz.datasets import DataError, period_slice
from dgviz.experiment.config import NOT_THE_MODEL, RunConfig
from dgviz.experiment.runs import Run
from dgviz.scores.statistics import best_median_worst

SHORT_TRAINING = 0.5  # of the usual number of epochs
SHORT = 4 * 366  # time steps: a record no longer than this is seen, and simulated, as a whole


def first_run(
    runs: Iterable[Run], default: RunConfig, own: Callable[[Run], bool], medians: Callable[[str], xr.Dataset]
) -> str:
    """The run to begin with, '' without any that is complete: one's own before others', then the most usual, the best.

    One that was trained for a short time only comes after all others.

    The most usual differs in the fewest options from the default; of equal ones the first is taken. `medians` gives the
    median scores `(period,)` of a run by its id.
    """
    score = default.target_quantity.scores[0]

    def rank(run: Run) -> tuple[bool, bool, int, bool, float]:
        config = run.config
        short = config.epochs < SHORT_TRAINING * config.default("epochs")
        unusual = len(config.differences(default).keys() - NOT_THE_MODEL)
        some_sites = bool(config.trained_sites or config.sites)
        return short, not own(run), unusual, some_sites, _miss(medians(run.id), score)

    complete = [run for run in runs if run.status == "done" and not run.config.start_from]  # a try is none
    return min(complete, key=rank).id if complete else ""


def _miss(medians: xr.Dataset, score: str) -> float:
    """How far the median of a score in the test period is from the best that it can be."""
    if score not in medians:
        return float("inf")
    miss = abs(float(medians[score].sel(period="test")) - medians[score].attrs.get("best", 1.0))
    return miss if miss == miss else float("inf")


def first_site(dataset: xr.Dataset, target: str, flags: xr.DataArray, scores: xr.DataArray | None) -> str:
    """The site that the data name, else the best of those with a natural target, else the first that is observed.

    `flags` say why a site is not natural, `scores` are those of the run that is shown, both `(site,)`.
    """
    named = str(dataset.attrs.get("first_site", ""))
    if named in dataset.indexes["site"]:
        return named
    natural = flags.site.values[flags.values == ""]
    if scores is not None and (best := best_median_worst(scores[scores.site.isin(natural)])):
        return best["best"]
    return str(dataset.site.values[int(dataset[target].notnull().any("time").values.argmax())])


def first_window(dataset: xr.Dataset, span: pd.DateOffset, test_period: str | None = None) -> tuple[str, str]:
    """The window that the data name, else the last part of the test period, as long as `span`; a short record whole.

    `test_period` is that of the run that is shown, where it is not that of the data: its window is then part of it.
    """
    time = dataset.indexes["time"]
    try:
        if not test_period:
            days = period_slice(dataset, dataset.attrs["first_window"])
            return str(days.start.date()), str(days.stop.date())
    except (KeyError, DataError):
        pass
    first, last = time[0], time[-1]
    if len(time) > SHORT:
        last = min(last, pd.Timestamp((test_period or dataset.attrs["test_period"]).split("/")[1]))
        first = max(first, last.normalize() - span + pd.DateOffset(days=1))
    return str(first.date()), str(last.date())


def first_moment(
    simulated: xr.DataArray, observed: xr.DataArray, window: tuple[str, str], test: Sequence[str]
) -> pd.Timestamp:
    """When the observed target `(time,)` is highest in a window; the simulated one, where the window has none of it.

    The test period comes first where the window has any of it: much of what moves the target at the beginning of the
    record fell in the warm-up. It is a time of `simulated`.
    """
    observed = observed.reindex(time=simulated.time)
    if observed.sel(time=slice(*window)).notnull().any():
        simulated = observed.fillna(float("-inf"))  # the same day whichever run is shown
    tested = simulated.sel(time=slice(*test)).sel(time=slice(*window))
    return highest(tested if tested.size else simulated, window)


def highest(series: xr.DataArray, window: tuple[str, str]) -> pd.Timestamp:
    """When a series `(time,)` is highest in a window; of all times where the window holds none."""
    inside = series.sel(time=slice(*window))
    inside = inside if inside.size else series
    return pd.Timestamp(inside.time.values[int(inside.values.argmax())])

"""Which basins have no natural flow: because the data say so, or because their flow shows it.

The limits are those at which none of 476 basins of CAMELS-US, which were chosen as near-natural, is flagged, and which
the gauges below the reservoirs of the Delaware pass.
"""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from dgviz.datasets.air_doubts import potential
from dgviz.datasets.doubts import covers_a_year, mean_over
from dgviz.domains.hydrology.evaluation.budyko import turc_pike

STATED = "regulation"  # the variable by which data say why a basin is not natural
NEEDED = ("prcp", "tmean", "streamflow")
SNOW, MELT = 1.5, 3.0  # degC below which it snows, and mm d-1 degC-1: only to leave out days on which snow may melt
LITTLE = 0.1  # mm d-1: flow below this is given in steps so coarse that it stays the same by itself
CONSTANT, RAINY, OFTEN = 14, 2.0, 0.02  # days in a row, mm of rain on each of them on average, share of all days
FLAT, STEP = 0.1, 0.3  # change of the logarithm of flow from day to day that is none, and one that is abrupt
DROP = 0.4  # likewise of flow that has not risen before
OFTEN_A_YEAR = 2.0
EACH_YEAR = 365.25
WEEKLY, BEYOND_CHANCE = 0.15, 9.0  # range of the logarithm over the days of the week; its variance over that by chance
HUMID, MISSING = 0.65, 0.35  # aridity, and the share of the flow to be expected below which water is diverted

RELEASED, HYDROPOWER = "probably released from a reservoir", "probably released for hydropower"
DIVERTED = "water is probably diverted"

Found = Iterator[tuple[np.intp, str, str]]  # the place of a basin, what is odd about its flow, and the probable cause


def regulated(ds: xr.Dataset) -> xr.DataArray:
    """Why the flow of each basin is not natural, in words `(site,)`; empty where nothing speaks against it."""
    words = [str(text) for text in ds[STATED].values] if STATED in ds else [""] * ds.sizes["site"]
    for place, evidence in _evidence(ds).items():
        found = [f"{', and '.join(odd)}: {cause}" for cause, odd in evidence.items()]
        words[place] = "; ".join([words[place], *found] if words[place] else found)
    return xr.DataArray(np.array(words, str), {"site": ds.site}, "site", attrs={"long_name": "Why flow is not natural"})


def _evidence(ds: xr.Dataset) -> dict[np.intp, dict[str, list[str]]]:
    """What is odd about the flow of single basins, by their place and by its probable cause."""
    evidence: dict[np.intp, dict[str, list[str]]] = {}
    if all(name in ds for name in NEEDED):
        for find in (_diverted, _constant, _stepped, _weekly):
            for place, odd, cause in find(ds):
                evidence.setdefault(place, {}).setdefault(cause, []).append(odd)
    return evidence


def _diverted(ds: xr.Dataset) -> Found:
    """Where far less flows than the climate lets expect: precipitation less the evapotranspiration of Turc and Pike."""
    flow = _series(ds, "streamflow")
    observed = np.isfinite(flow)
    rain = mean_over(_series(ds, "prcp"), observed & np.isfinite(_series(ds, "prcp")))
    with np.errstate(divide="ignore", invalid="ignore"):
        aridity = potential(ds) / rain
        expected = 1 - turc_pike(xr.DataArray(aridity)).values
        ratio = mean_over(flow, observed) / rain
        odd = (ratio < MISSING * expected) & (aridity < HUMID) & covers_a_year(ds.time, observed.sum(0))
    for i in np.flatnonzero(odd):
        share = f"only {ratio[i]:.0%} of the precipitation flows off where the climate lets expect {expected[i]:.0%}"
        yield i, share, DIVERTED


def _constant(ds: xr.Dataset) -> Found:
    """Where the flow stays exactly the same for weeks though it rains."""
    flow, rain = _series(ds, "streamflow"), np.where(_snow(ds), 0.0, np.nan_to_num(_series(ds, "prcp")))
    fallen = np.concatenate([np.zeros((1, flow.shape[1])), rain.cumsum(0)])
    changes = np.concatenate([np.ones((1, flow.shape[1]), bool), flow[1:] != flow[:-1]])
    for i in np.arange(flow.shape[1]):
        first = np.flatnonzero(changes[:, i])
        end = np.append(first[1:], len(flow))
        length, depth = end - first, fallen[end, i] - fallen[first, i]
        odd = (length >= CONSTANT) & (depth >= RAINY * length) & (flow[first, i] >= LITTLE)
        if length[odd].sum() >= max(CONSTANT, OFTEN * np.isfinite(flow[:, i]).sum()):
            longest = np.where(odd, length, 0).argmax()
            days, fell = length[longest], depth[longest]
            yield i, f"flow is constant for {days} days in a row while {fell:.0f} mm of rain fall", RELEASED


def _stepped(ds: xr.Dataset) -> Found:
    """Where the flow drops from one level to another, and rises without rain and snowmelt, several times a year.

    A natural flow falls fast only after it has risen, and ever slower.
    """
    flow, rain, snow = _series(ds, "streamflow"), _series(ds, "prcp"), _snow(ds)
    change = _changes(flow)
    # Days 2 to n - 2, and the changes to the next day, from the day before, and of the day after.
    now, before, after = change[2:-1], change[1:-2], change[3:]
    enough = flow[2:-2] > LITTLE
    levels = (now < -STEP) & (abs(before) < FLAT) & (abs(after) < FLAT) & enough
    dry = rain[:-4] + rain[1:-3] + rain[2:-2] + rain[3:-1] < 1
    frozen = snow[:-4] | snow[1:-3] | snow[2:-2] | snow[3:-1]
    rises = (now > STEP) & dry & ~frozen & enough
    drops = (now < -DROP) & (before < FLAT / 2) & (before > -FLAT) & enough
    years = np.isfinite(flow).sum(0) / EACH_YEAR
    with np.errstate(divide="ignore", invalid="ignore"):
        down, up, fall = (events.sum(0) / years for events in (levels, rises, drops | levels))
    odd = (levels.sum(0) >= 4) & (down >= OFTEN_A_YEAR) & (up >= OFTEN_A_YEAR)
    for i in np.flatnonzero(odd):
        words = f"flow drops abruptly from a steady level {fall[i]:.0f} times a year and rises {up[i]:.0f} times"
        yield i, f"{words} without rain or snowmelt", RELEASED


def _weekly(ds: xr.Dataset) -> Found:
    """Where the flow depends on the day of the week, as electricity does."""
    flow = _series(ds, "streamflow")
    if len(flow) < EACH_YEAR:
        return
    # Turbines that stand still let nothing through.
    level = _logarithm(np.maximum(flow, mean_over(flow, np.isfinite(flow)) / 100))
    weeks = np.lib.stride_tricks.sliding_window_view(level, 7, 0).mean(-1)
    off = np.clip(level[3:-3] - weeks, -0.5, 0.5)
    day = ds.indexes["time"].day_of_week.values[3:-3]
    means = np.stack([mean_over(off[day == k], np.isfinite(off[day == k])) for k in range(7)])
    known = np.isfinite(off)
    variance = mean_over(off**2, known)
    by_chance = variance / np.maximum(known.sum(0) / 7, 1)
    spread = np.ptp(means, axis=0)
    for i in np.flatnonzero((spread >= WEEKLY) & ((means**2).mean(0) > BEYOND_CHANCE * by_chance)):
        yield i, f"flow differs by {np.expm1(spread[i]):.0%} between the days of the week", HYDROPOWER


def _series(ds: xr.Dataset, name: str) -> np.ndarray:
    return ds[name].transpose("time", "site").values


def _logarithm(flow: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(flow > 0, np.log(flow), np.nan)


def _changes(flow: np.ndarray) -> np.ndarray:
    """The change of the logarithm of flow to the next day `(time - 1, site)`; NaN where one is not known, or zero."""
    return np.diff(_logarithm(flow), axis=0)


def _snow(ds: xr.Dataset) -> np.ndarray:
    """On which days it snows, or snow that may melt lies in a basin `(time, site)`."""
    air, fallen = _series(ds, "tmean"), np.nan_to_num(_series(ds, "prcp"))
    gain = np.where(air < SNOW, fallen, -MELT * np.maximum(air, 0))
    lies, pack = np.empty(air.shape, bool), np.zeros(air.shape[1], gain.dtype)
    for day, more in enumerate(gain):
        pack = np.maximum(pack + more, 0)
        lies[day] = pack > 1
    return lies | ~(air >= SNOW)

"""What is possible but not likely of a data set: for each doubt one remark, with the sites, the figures and the cause.

Long-term means tell most mistakes of units; they are taken of records of a year or more, so that no season counts more.
"""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from dgviz.datasets.errors import some
from dgviz.datasets.remarks import Remark
from dgviz.memory import by_sites
from dgviz.steps import step_of

MOST_OF_A_YEAR = 0.9
TROPICS, MOST_SEASON = 15.0, 6.0  # up to this latitude the halves of a year differ by less (degC)
HOTTEST = 40.0  # degC, above any long-term mean of air: Dallol, the hottest place known, has 35


def doubt(sites: np.ndarray, wrong: np.ndarray, figures: np.ndarray, words: str) -> Iterator[Remark]:
    """One remark about the sites that are `wrong (site,)`, if any; `{}` in the words is their figure, or the range."""
    if wrong.any():
        low, high = figures[wrong].min(), figures[wrong].max()
        figure = f"{low:.3g}" if f"{low:.3g}" == f"{high:.3g}" else f"{low:.3g} to {high:.3g}"
        yield Remark("doubtful", some(sites[wrong]), words.format(figure))


def covers_a_year(times: xr.DataArray, n_values: np.ndarray) -> np.ndarray:
    """Where there are values of most of a year or more."""
    return n_values >= MOST_OF_A_YEAR * step_of(times.to_index()).per_year


def mean_over(values: np.ndarray, where: np.ndarray) -> np.ndarray:
    """The mean `(site,)` of values `(time, site)` over the times that count; NaN where there are none."""
    n_values = where.sum(0)
    total = by_sites(lambda v, w: np.where(w, v, 0).sum(0, dtype="float64"), values, where)
    return np.divide(total, n_values, out=np.full(len(n_values), np.nan), where=n_values > 0)


def constant_doubts(series: xr.DataArray) -> Iterator[Remark]:
    """Does a series `(time, site)` never change?"""
    known = by_sites(np.isfinite, series.values)
    low = by_sites(lambda v, k: np.where(k, v, np.inf).min(0), series.values, known)
    high = by_sites(lambda v, k: np.where(k, v, -np.inf).max(0), series.values, known)
    words = f"{series.name} is {{}} at all times: is it put in where nothing was observed, or the sensor stuck?"
    yield from doubt(series.site.values, covers_a_year(series.time, known.sum(0)) & (low == high), low, words)


def warmest(lat: np.ndarray) -> np.ndarray:
    """A mean of air temperature (degC) that no place at a latitude is known to pass: 33, falling to 2 at the poles."""
    return 33 - 0.45 * np.maximum(np.abs(lat) - 22, 0)


def temperature_doubts(air: xr.DataArray, lat: np.ndarray) -> Iterator[Remark]:
    """Is the air too warm for the latitude, its summer that of the other hemisphere, or the place in the sea?"""
    known = by_sites(np.isfinite, air.values)
    long = covers_a_year(air.time, known.sum(0))
    mean, sites = mean_over(air.values, known), air.site.values
    yield from doubt(
        sites,
        long & (mean > warmest(lat)),
        mean,
        f"mean {air.name} of {{}} degC is warmer than any place at this latitude: is it in degrees Fahrenheit, or is "
        "the latitude wrong, or exchanged with the longitude?",
    )
    summer = _summer(air, known)
    # Near the equator there is no summer, and by the sea hardly any.
    wrong = long & (np.abs(lat) > 30) & (summer * np.sign(lat) < -3)
    yield from doubt(
        sites,
        wrong,
        np.abs(summer),
        f"{air.name} is {{}} degC warmer in the winter half of the year than in the summer of this hemisphere: are "
        "latitude (south is negative) and dates right?",
    )
    tropical = long & (np.abs(lat) < TROPICS) & (np.abs(summer) > MOST_SEASON)
    yield from doubt(
        sites,
        tropical,
        np.abs(summer),
        f"{air.name} differs by {{}} degC between the halves of the year, more than so near the equator: is the "
        "latitude wrong, or exchanged with the longitude?",
    )
    nowhere = (lat == 0) & (air.lon.values == 0)
    yield from doubt(sites, nowhere, lat, "at latitude 0 and longitude 0, in the sea: do these stand for unknown?")


def _summer(air: xr.DataArray, known: np.ndarray) -> np.ndarray:
    """How much warmer May to October is than the rest of the year `(site,)`; warmer in the north."""
    month = air.time.dt.month.values[:, None]
    north = (month >= 5) & (month <= 10)
    return mean_over(air.values, known & north) - mean_over(air.values, known & ~north)

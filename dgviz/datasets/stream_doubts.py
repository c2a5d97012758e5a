"""Do water, air and discharge of a stream fit together? Of 405 gauges of the United States two are doubted.

One follows a sensor that was stuck, at the other dams let out cold water all summer.
"""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from dgviz.datasets.doubts import constant_doubts, covers_a_year, doubt, mean_over, temperature_doubts
from dgviz.datasets.leads import leads
from dgviz.datasets.remarks import Remark
from dgviz.memory import by_sites

LEAST_CORRELATION = 0.4  # of daily air and water over the seasons; only springs and dams have less
MOST_SWING = 1.15  # of the water's deviation over that of the air: a stream is the calmer of the two
WARMEST = 33.0  # degC, an annual mean that no stream has
MOST_FLOW = 15.0  # mm d-1 over the drainage area: no gauge of the 405 has more than 11
MM_PER_DAY = 86.4  # of m3 s-1 over km2


def stream_doubts(ds: xr.Dataset) -> Iterator[Remark]:
    """What is not likely of the temperatures and the discharge of streams."""
    if "tair" in ds:
        yield from temperature_doubts(ds.tair, ds.lat.values.astype("float64"))
    if "water_temperature" in ds:
        yield from _water(ds)
    for name in ("water_temperature", "discharge"):
        if name in ds:
            yield from constant_doubts(ds[name])
    if "discharge" in ds and "area" in ds:
        known = by_sites(np.isfinite, ds.discharge.values)
        depth = mean_over(ds.discharge.values, known) * MM_PER_DAY / ds.area.values.astype("float64")
        yield from doubt(
            ds.site.values,
            covers_a_year(ds.time, known.sum(0)) & (depth > MOST_FLOW),
            depth,
            "mean discharge over the area is {} mm d-1, more than rivers carry: is it in ft3 s-1 or L s-1, or the area "
            "in square miles?",
        )


def _water(ds: xr.Dataset) -> Iterator[Remark]:
    water, sites = ds.water_temperature.values, ds.site.values
    known = np.isfinite(water)
    mean, long = mean_over(water, known), covers_a_year(ds.time, known.sum(0))
    words = "mean water_temperature is {} degC, warmer than any stream: is it in degrees Fahrenheit?"
    yield from doubt(sites, long & (mean > WARMEST), mean, words)
    if "tair" not in ds:
        return
    early, n_days = leads(np.diff(ds.tair.values, axis=0), np.diff(water, axis=0))
    words = "water_temperature changes {} days before tair does: are the dates of both local days, and none shifted?"
    yield from doubt(sites, long & early, n_days, words)
    both = known & by_sites(np.isfinite, ds.tair.values)
    moved, air = (np.where(both, values - mean_over(values, both), 0) for values in (water, ds.tair.values))
    variance, of_air = mean_over(moved**2, both), mean_over(air**2, both)
    with np.errstate(divide="ignore", invalid="ignore"):
        swing = np.sqrt(variance / of_air)
        correlation = mean_over(moved * air, both) / np.sqrt(variance * of_air)
    exchanged = long & (swing > MOST_SWING)
    words = "water_temperature varies {} times as much as tair; a stream is calmer than air: are the columns exchanged?"
    yield from doubt(sites, exchanged, swing, words)
    words = "water_temperature hardly follows tair (correlation {}): is it of another site or shifted in time, the "
    words += "sensor stuck, or the stream fed by a dam or a spring?"
    yield from doubt(sites, long & (correlation < LEAST_CORRELATION) & ~exchanged, correlation, words)

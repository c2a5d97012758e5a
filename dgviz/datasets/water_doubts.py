"""Does the water of a basin add up in the long run? Most mistakes of units show there at once.

Without gain or loss underground the flow of a basin is less than its precipitation, and what does not flow off
evaporates: at most what the energy allows (Budyko 1974). The limits are so wide that of 569 basins of CAMELS-US two are
doubted: one with springs (runoff ratio 1.4) and none for its units.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from dgviz.datasets.air_doubts import air_doubts, potential
from dgviz.datasets.doubts import HOTTEST, constant_doubts, covers_a_year, doubt, mean_over
from dgviz.datasets.errors import Problem
from dgviz.datasets.leads import leads, root
from dgviz.datasets.remarks import Remark
from dgviz.memory import by_sites

WETTEST = 35.0  # mm d-1, a year of Mawsynram or of the wettest gauged valleys: 12 to 13 m
MOST_RUNOFF = 1.2  # of the precipitation: gauges catch too little snow, springs add
LEAST_RUNOFF = 0.001
LEAST_HUMID_RUNOFF = 0.06  # where more falls than can evaporate no gauge of CAMELS-US or the Delaware has below 0.099
DRIEST = 0.03  # mm d-1: 11 mm a year, at the edge of the Atacama
DRY = 0.4  # mm d-1: where it rains less, hardly a river is gauged
EVAPORATED = 2.0  # times the potential: beyond any error of the two
ARID, ARID_RUNOFF = 8.0, 0.2  # where this much more could evaporate than falls, so much does not flow off
ODD_RUNOFF = 1.5  # from here on a mistake of units is likelier than water from elsewhere
DEPTHS = {"m": 1000.0, "kg m-2 s-1": 86400.0, "inch": 25.4, "cm": 10.0}
HUMID = 3.0  # mm d-1, where no potential evapotranspiration is known
OFTEN = 0.5  # of the days: where it is humid no gauge of CAMELS-US has so many without flow (most: 47 %)
FLOWS = {"m3 s-1": 86.4, "ft3 s-1": 86.4 * 0.3048**3}  # over km2, to mm d-1

SPECIFIC, PER_DEPTH = "L s-1 km-2", 0.0864  # to mm d-1; the usual specific discharge in Europe


def impossible_water(
    ds: xr.Dataset, source: str | Path, ranges: Mapping[str, tuple[float, float]]
) -> Iterator[Problem]:
    """Long-term means that no place on Earth has: a refusal, as nothing can be learned from them.

    Single values outside the `ranges` are refused by themselves, and do not count here.
    """
    limits = {
        "prcp": (2 * WETTEST, "mm d-1", "monthly sums, tenths of mm, or micrometres"),
        "streamflow": (2 * WETTEST, "mm d-1", "a discharge in m3 s-1 or ft3 s-1, or over an area that is too small"),
        "tmean": (HOTTEST, "degC", "degrees Fahrenheit, or tenths of a degree"),
    }
    for name in (name for name in limits if name in ds):
        most, units, likely = limits[name]
        low, high = ranges[name]
        known = by_sites(lambda v, low=low, high=high: (v >= low) & (v <= high), ds[name].values)
        mean = mean_over(ds[name].values, known)
        for site in np.flatnonzero(covers_a_year(ds.time, known.sum(0)) & (mean > most)):
            wrong = f"mean {name} is {mean[site]:.4g} {units}, more than anywhere on Earth: are these {likely}?"
            named = str(ds.site.values[site])
            yield Problem(named, f"{source}: site {named}: {wrong} Correct the values or their units.")


def water_doubts(ds: xr.Dataset) -> Iterator[Remark]:
    """What is not likely of the air, precipitation and streamflow of basins."""
    sites, pet = ds.site.values, potential(ds)
    yield from air_doubts(ds, pet)
    if "streamflow" in ds:
        yield from constant_doubts(ds.streamflow)
    if "prcp" not in ds:
        return
    rain = mean_over(ds.prcp.values, by_sites(np.isfinite, ds.prcp.values))
    long = covers_a_year(ds.time, np.full(len(sites), ds.sizes["time"]))
    yield from doubt(sites, long & (rain > WETTEST), rain, "mean prcp is {} mm d-1, more than the wettest gauges have: "
                     "are these tenths of mm or monthly sums?")  # fmt: skip
    few = long & (rain < DRIEST)
    yield from doubt(sites, few, rain, f"mean prcp is {{}} mm d-1, a desert without rain: {_depth(rain[few])}")
    if "streamflow" in ds:
        yield from _flow_doubts(ds, pet)


def _flow_doubts(ds: xr.Dataset, pet: np.ndarray) -> Iterator[Remark]:
    """Streamflow against precipitation: too much, too little, at no time, or before its cause."""
    sites, observed = ds.site.values, by_sites(np.isfinite, ds.streamflow.values)
    long = covers_a_year(ds.time, observed.sum(0))
    # Both over the days with an observation.
    flow = mean_over(ds.streamflow.values, observed)
    rain = mean_over(ds.prcp.values, observed & by_sites(np.isfinite, ds.prcp.values))
    yield from _too_much(ds, flow, rain, pet, long)
    yield from _too_little(ds, flow, rain, pet, long)
    early, n_days = by_sites(_leads, ds.prcp.values, ds.streamflow.values)
    words = "streamflow answers {} days before the rain falls: are the dates of both local days, and none shifted?"
    yield from doubt(sites, long & early, n_days, words)


def _leads(rain: np.ndarray, flow: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return leads(root(rain[1:]), root(np.diff(flow, axis=0)))


def _too_much(
    ds: xr.Dataset, flow: np.ndarray, rain: np.ndarray, pet: np.ndarray, long: np.ndarray
) -> Iterator[Remark]:
    """More streamflow than can come of the precipitation; all `(site,)`, `long` where the record is long enough."""
    sites = ds.site.values
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = flow / rain
        much = long & (ratio > MOST_RUNOFF)
        arid = long & (pet / rain > ARID) & (ratio > ARID_RUNOFF) & (rain >= DRIEST) & ~much
    said = "mean streamflow is {} times the mean precipitation: "
    # Where hardly any rain falls at all it is the rain that is wrong.
    dry = much & (rain < DRY) & (rain >= DRIEST)
    yield from doubt(sites, dry, ratio, said + _depth(rain[dry]))
    for likely in dict.fromkeys(causes := _causes(ds, ratio)):
        yield from doubt(sites, much & (rain >= DRY) & (causes == likely), ratio, said + likely)
    desert = f"much for a desert (prcp below 1/{ARID:g} of what could evaporate): are both in inches?"
    yield from doubt(sites, arid, ratio, said + desert)


def _too_little(
    ds: xr.Dataset, flow: np.ndarray, rain: np.ndarray, pet: np.ndarray, long: np.ndarray
) -> Iterator[Remark]:
    """Less streamflow than the precipitation leaves when all has evaporated that can; all `(site,)`."""
    sites, observed = ds.site.values, by_sites(np.isfinite, ds.streamflow.values)
    # P - Q = E, at most the potential
    evaporated = (rain - flow) / np.maximum(pet, 0.3)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = flow / rain
        humid = rain > np.where(np.isfinite(pet), pet, HUMID)
    share = "mean streamflow is {} of the mean precipitation"
    least = long & (ratio < LEAST_RUNOFF) & (flow > 0)
    yield from doubt(sites, least, ratio, f"{share}: is it in m d-1 or m3 s-1, or the area in m2 or ha?")
    dry_days = mean_over(ds.streamflow.values == 0, observed)
    words = "streamflow is 0 on {} % of the days though more falls than can evaporate: does 0 stand for no observation?"
    yield from doubt(sites, long & humid & (dry_days > OFTEN) & (flow > 0), 100 * dry_days, words)
    little = long & humid & (ratio < LEAST_HUMID_RUNOFF) & (ratio >= LEAST_RUNOFF) & ~(evaporated > EVAPORATED)
    words = f"{share} though more falls than can evaporate: is it in cm d-1, the "
    yield from doubt(sites, little, ratio, words + "area in ha or acres, or is water diverted?")
    yield from doubt(
        sites,
        long & (evaporated > EVAPORATED) & (rain < WETTEST),
        evaporated,
        "precipitation less streamflow is {} times the potential evapotranspiration, more than can evaporate: is prcp "
        "in tenths of mm or too high, streamflow too low, the area too large (ha?), or is water diverted?",
    )


def _depth(rain: np.ndarray) -> str:
    """The units that would make the means of precipitation (mm d-1) those of a land with rivers."""
    if not rain.size:
        return ""
    middle = np.median(rain)
    likely = [units for units, factor in DEPTHS.items() if 0.7 <= middle * factor <= 15]
    return f"is prcp in {' or '.join(likely[:1] or DEPTHS)} rather than mm d-1?"


def _causes(ds: xr.Dataset, ratio: np.ndarray) -> np.ndarray:
    """For each site what most likely makes its runoff ratio too high."""
    causes, much = _causes_by_area(ds, ratio), ratio > MOST_RUNOFF
    then = ratio[much] * PER_DEPTH
    # Units are those of all sites.
    if "conversion" not in ds.streamflow.attrs and (ratio > ODD_RUNOFF).any() and ((then > 0.1) & (then < 1.1)).all():
        causes[:] = [
            f"is it in {SPECIFIC}? Then write its column as streamflow [{SPECIFIC}]. Or {cause}" for cause in causes
        ]
    return causes


def _causes_by_area(ds: xr.Dataset, ratio: np.ndarray) -> np.ndarray:
    general = "is it a discharge in m3 s-1 or ft3 s-1 rather than mm d-1, is prcp too low, or does water come from "
    general += "elsewhere?"
    causes = np.full(ds.sizes["site"], general, object)
    if "area" not in ds:
        return causes
    area = ds.area.values.astype("float64")
    if "area" in ds.streamflow.attrs.get("conversion", ""):
        causes[:] = (
            "is the area too small (in square miles or other units?), the discharge in ft3 s-1, or prcp too low?"
        )
        return causes
    for units, factor in FLOWS.items():
        # What the ratio would be, were the flow a discharge of these units over the area.
        then = ratio * factor / area
        likely = (then > 0.03) & (then < 1.1) & (ratio > MOST_RUNOFF) & (causes == general)
        if (ratio[likely] > ODD_RUNOFF).any():  # then the same is true of sites where it shows less
            causes[likely] = (
                f"is it in {units}? Then write its column as discharge [{units}], to be spread over the area."
            )
    return causes

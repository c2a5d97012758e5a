"""The series and attributes of rainfall-runoff data; `range` is roughly what has been observed on Earth."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import xarray as xr

from dgviz.datasets.conversion import conversion_attrs
from dgviz.datasets.errors import DataError, Problem, some
from dgviz.datasets.labels import label
from dgviz.datasets.problems import cell_name, first_cells
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.vocabulary import Vocabulary
from dgviz.datasets.water_doubts import impossible_water, water_doubts
from dgviz.memory import by_sites
from dgviz.quantities import Attribute, Forcing, Quantity, Target

FORCINGS = {
    "prcp": Forcing("mm d-1", "Precipitation", "lwe_precipitation_rate", range=(0.0, 2000.0)),
    "tmin": Forcing("degC", "Minimum air temperature", "air_temperature", range=(-90.0, 60.0), fill=3),
    "tmax": Forcing("degC", "Maximum air temperature", "air_temperature", range=(-90.0, 60.0), fill=3),
    "tmean": Forcing("degC", "Mean air temperature", "air_temperature", range=(-90.0, 60.0), fill=3),
    "srad": Forcing("W m-2", "Shortwave radiation, mean of the whole day", range=(0.0, 600.0), fill=3),
    "vp": Forcing("Pa", "Water vapour pressure", range=(0.0, 10000.0), fill=3),
    "pet": Forcing("mm d-1", "Potential evapotranspiration", range=(0.0, 50.0), fill=3),
    "withdrawal": Forcing("mm d-1", "Water withdrawn from streams", range=(0.0, 20.0)),
}
TARGETS = {
    "streamflow": Target(
        "mm d-1",
        "Streamflow",
        range=(0.0, 2000.0),
        floor=0.0,
        scale=0.1,
        logarithmic=True,
        scores=("nse", "kge_2012", "log_nse", "pbias", "kge_2009", "fhv", "flv", "rmse", "correlation"),
    )
}
ATTRIBUTES = {
    "lat": Attribute("degrees_north", "Latitude", "latitude", range=(-90.0, 90.0)),
    "reach": Attribute("1", "Number of the river reach", range=(1.0, 1e6)),
    "downstream_reach": Attribute("1", "Number of the next reach downstream, 0 at the end", range=(0.0, 1e6)),
    "reach_area": Attribute("km2", "Land draining directly into the reach", range=(0.0, 1e4)),
    "reach_length": Attribute("m", "Reach length", range=(10.0, 1e5)),
    "reach_slope": Attribute("1", "Reach slope", range=(0.0, 0.3)),
    "reach_width": Attribute("m", "Channel width", range=(0.1, 5e3)),
}
OTHER_NAMES = {  # what people call the series, in lower case, the first before the others
    "prcp": ("prcp", "precipitation", "precip", "prec", "pcp", "ppt", "pr", "p", "rain", "rainfall", "tp",
             "total_precipitation_sum"),
    "tmin": ("tmin", "temp_min", "temperature_min", "t_min", "tasmin", "temperature_2m_min"),
    "tmax": ("tmax", "temp_max", "temperature_max", "t_max", "tasmax", "temperature_2m_max"),
    "tmean": ("tmean", "temp_mean", "temperature_mean", "t_mean", "tavg", "tas", "temperature", "temp", "t",
              "temperature_2m_mean"),
    "pet": ("pet", "potential_evapotranspiration", "potential_evaporation", "potential_evaporation_sum",
            "etp", "et0", "e"),
    "srad": ("srad", "shortwave_radiation", "solar_radiation", "swdown", "rsds", "surface_net_solar_radiation_mean"),
    "vp": ("vp", "vapour_pressure", "vapor_pressure"),
    "streamflow": ("streamflow", "qobs", "q_obs", "qmm", "q_mm", "discharge_spec", "specific_discharge", "runoff", "q"),
    "discharge": ("discharge", "discharge_vol", "q_m3s", "qobs_m3s", "q_cms", "flow"),
}  # fmt: skip
RAW = {"discharge": Quantity("m3 s-1", "Observed discharge")}
SECONDS_PER_DAY = 86400
OVER_AREA = "times 86.4 over the drainage area in km2"
TEMPERATURE_TOLERANCE = 0.1  # degC by which rounding may push tmin above tmax


def completed(ds: xr.Dataset, source: str | Path) -> xr.Dataset:
    """The data set with streamflow as a depth, tmin below tmax, and the mean temperature of a day."""
    return with_mean_temperature(in_order(with_streamflow(ds, source)))


def with_streamflow(ds: xr.Dataset, source: str | Path) -> xr.Dataset:
    """Observed discharge (m3 s-1) as a depth over the drainage area."""
    if "discharge" not in ds:
        return ds
    if "streamflow" in ds:
        raise DataError(f"{source}: both streamflow and discharge are given; keep one of them.")
    if "area" not in ds:
        raise DataError(f"{source}: discharge needs the drainage area of each site; add an attribute 'area' in km2.")
    # m3 s-1 over km2: 1e-6 m s-1, so 86.4 mm d-1
    area = ds["area"].where(ds["area"] > 0)  # one that is not is refused with its site
    depth = by_sites(
        lambda flow, of_site: (flow * (SECONDS_PER_DAY / 1000) / of_site).astype("float32"),
        *(ds["discharge"].values, area.values),
    )
    given, before = (ds["discharge"].attrs.get(key, "") for key in ("given_units", "conversion"))
    how = f"{before}, then {OVER_AREA}" if before else OVER_AREA
    attrs = label("streamflow", vocabulary) | conversion_attrs(given or "m3 s-1", how)
    return ds.drop_vars("discharge").assign(streamflow=(("time", "site"), depth, attrs))


def with_mean_temperature(ds: xr.Dataset) -> xr.Dataset:
    """The mean temperature of a day, halfway between its minimum and maximum where it is not given."""
    if "tmean" in ds or "tmin" not in ds or "tmax" not in ds:
        return ds
    tmean = by_sites(lambda low, high: (low + high) / 2, ds.tmin.values, ds.tmax.values)
    title = "Daily mean air temperature, (tmin + tmax) / 2"
    return ds.assign(tmean=(("time", "site"), tmean, {"units": "degC", "long_name": title}))


def in_order(ds: xr.Dataset) -> xr.Dataset:
    """Exchange the minimum and maximum temperature of days when the minimum is the higher, with a remark.

    The mean of the two stays what it was; a range below zero would have no potential evapotranspiration.
    """
    if "tmin" not in ds or "tmax" not in ds:
        return ds
    wrong = by_sites(np.greater, ds.tmin.values, ds.tmax.values)
    if not wrong.any():
        return ds
    where = wrong.any(0)
    days = f"{int(wrong.sum())} days of {int(where.sum())} basins ({some(ds.site.values[where])})"
    never_right = by_sites(lambda low, high: ~(low <= high).any(0), ds.tmin.values, ds.tmax.values)
    always = ds.site.values[never_right & where]
    columns = f"; on all days of {some(always)}, as if the columns were exchanged" if len(always) else ""
    said = Remark("exchanged", "tmin, tmax", f"where tmin was above tmax: {days}{columns}")
    # Swapped on those days only.
    pair = ds.tmin.values, ds.tmax.values
    low = by_sites(lambda a, b, swapped: np.where(swapped, b, a), *pair, wrong)
    high = by_sites(lambda a, b, swapped: np.where(swapped, a, b), *pair, wrong)
    return with_remarks(ds.assign(tmin=ds.tmin.copy(data=low), tmax=ds.tmax.copy(data=high)), [said])


def check_series(ds: xr.Dataset, source: str | Path, files: Mapping[str, Path]) -> Iterator[Problem]:
    """What is impossible between the series of a site, or of their long-term means."""
    yield from check_temperatures(ds, source, files)
    ranges = {name: quantity.range for name, quantity in vocabulary.series.items()}
    yield from impossible_water(ds, source, ranges)


def check_temperatures(ds: xr.Dataset, source: str | Path, files: Mapping[str, Path]) -> Iterator[Problem]:
    """The minimum of a day is not above its mean, nor the mean above its maximum."""
    order = [name for name in ("tmin", "tmean", "tmax") if name in ds]
    for lower, upper in zip(order, order[1:], strict=False):
        wrong = by_sites(lambda a, b: a > b + TEMPERATURE_TOLERANCE, ds[lower].values, ds[upper].values)
        for time, site, n_days in first_cells(wrong):
            low, high = (float(ds[name].values[time, site]) for name in (lower, upper))
            where = cell_name(ds[lower], time, site, source, files)
            fix = "correct the day, or exchange the columns if they are swapped."
            yield Problem(ds.site.values[site], f"{where} is {low:g}, above {upper} {high:g} degC; {fix}", n_days)


vocabulary = Vocabulary(
    *("hydrology", "day", FORCINGS, TARGETS, ATTRIBUTES, RAW, completed, check_series, water_doubts),
    needed=("prcp",),
    extremes={"tmin": "min", "tmax": "max"},
    other_names=OTHER_NAMES,
)

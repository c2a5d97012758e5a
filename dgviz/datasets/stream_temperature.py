"""Stream temperature: USGS gauges of the United States with daily water and air temperature and discharge.

Reads `stream_temperature_real.nc`, one prepared file of public data, from the folder named by the environment variable
DGVIZ_DATA, else from `../shared/data`. The air temperature comes from PRISM, whose days end at 12 UTC, in the early
morning of America: most of what stands under a date is the air of the day before. The mean of a date and the next is
taken as the air of the calendar day.

Source: USGS National Water Information System, doi:10.5066/F7P55KJN; GAGES-II: Falcone (2011), doi:10.3133/70046617;
PRISM AN81d: Daly et al. (2008), doi:10.1002/joc.1688.
"""

from pathlib import Path

import numpy as np
import xarray as xr

from dgviz.datasets.check import check
from dgviz.datasets.data_folder import find_file
from dgviz.datasets.labels import label
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.stream_temperature_series import vocabulary

title = "Stream temperature, 405 gauges, 2016-2020"
domain = "stream_temperature"

FILE = "stream_temperature_real.nc"
PERIODS = {"train_period": "2016-10-01/2018-09-30", "test_period": "2018-10-01/2020-09-30"}
NEAR = 5.0  # km: gauges nearer than this see much the same water and weather
FLAT_DAYS = 8  # a sensor that gives the same value for so long is stuck, or out of the water
FREEZING = 0.2  # degC; under ice the water does rest at the same temperature

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
ATTRIBUTES = {  # name in GAGES-II: (name, units, long_name)
    "DRAIN_SQKM": ("area", "km2", "Drainage area"),
    "ELEV_MEAN_M_BASIN": ("elevation", "m", "Mean elevation"),
    "SLOPE_PCT": ("slope", "percent", "Mean slope of the land"),
    "ASPECT_NORTHNESS": ("aspect_north", "1", "Aspect of the land, 1 facing north and -1 facing south"),
    "ASPECT_EASTNESS": ("aspect_east", "1", "Aspect of the land, 1 facing east and -1 facing west"),
    "PPTAVG_SITE": ("p_mean", "cm yr-1", "Mean precipitation at the gauge, 1971-2000"),
    "RH_SITE": ("relative_humidity", "percent", "Mean relative humidity at the gauge"),
    "SNOW_PCT_PRECIP": ("frac_snow", "percent", "Snow fraction"),
    "PRECIP_SEAS_IND": ("p_seasonality", "1", "Precipitation seasonality, 0 where all months are alike"),
    **{f"{m.upper()}_PPT7100_CM": (f"p_{m.lower()}", "cm", f"Precipitation in {m}, 1971-2000") for m in MONTHS},
    **{f"{m.upper()}_TMP7100_DEGC": (f"t_{m.lower()}", "degC", f"Air temperature in {m}, 1971-2000") for m in MONTHS},
    "BFI_AVE": ("baseflow_index", "percent", "Baseflow index, interpolated between gauges"),
    "STOR_NID_2009": ("dam_storage", "mm", "Storage of dams upstream, a volume over the drainage area"),
    "dam_RAW_DIS_NEAREST_DAM": ("dam_distance", "km", "Distance to the nearest dam upstream"),
    "dam_RAW_DIS_NEAREST_MAJ_DAM": ("major_dam_distance", "km", "Distance to the nearest major dam upstream"),
    "FORESTNLCD06": ("frac_forest", "percent", "Forest fraction"),
    "PLANTNLCD06": ("frac_crops", "percent", "Cropland and pasture fraction"),
    "WETLANDSNLCD06": ("frac_wetland", "percent", "Wetland fraction"),
    "MAINS100_FOREST": ("frac_forest_banks", "percent", "Forest fraction within 100 m of the main river"),
    "IMPNLCD06": ("frac_impervious", "percent", "Impervious fraction"),
    "AWCAVE": ("soil_water_capacity", "1", "Available water capacity of the soil, by volume"),
    "PERMAVE": ("soil_permeability", "inch h-1", "Permeability of the soil"),
    "WTDEPAVE": ("water_table_depth", "ft", "Depth to the seasonally high water table"),
    "ROCKDEPAVE": ("soil_depth", "inch", "Thickness of the soil"),
}


def file_of(path: str | Path | None = None) -> Path:
    """The prepared file; `path` is itself or its folder, by default as above."""
    return find_file("stream_temperature", FILE, path)


def load(path: str | Path | None = None) -> xr.Dataset:
    """Read the gauges that can be used; `path` is the file or its folder, by default as above."""
    file = file_of(path)
    raw = xr.load_dataset(file, engine="h5netcdf").transpose("time", "site")
    left_out = unusable(raw)
    raw = raw.sel(site=[site for site in raw.site.values if site not in left_out])
    said: list[Remark] = []
    series = {
        "tair": calendar_day_air(raw.tair, said),
        "discharge": without_gaps(raw.q, said),
        "water_temperature": without_flat_runs(raw.tw, said),
    }
    for name, values in series.items():
        usual = label(name, vocabulary)
        units = "ft3 s-1" if name == "discharge" else usual["units"]  # `check` converts it
        series[name] = labelled(values, units, usual["long_name"])
    place = {
        "name": ("site", raw.site.values, {"units": "1", "long_name": "USGS station number"}),
        "lat": labelled(raw.lat, "degrees_north", "Gauge latitude"),
        "lon": labelled(raw.lon, "degrees_east", "Gauge longitude"),
    }
    quality = raw.position_quality.astype("int8").drop_vars(["lat", "lon"])
    quality = quality.assign_attrs(units="1", long_name="Position: 0 as in the source, 1 repaired, 2 uncertain")
    flags = {"region": regions(raw), "position_quality": quality}
    dataset = xr.Dataset(series, place).assign(attributes(raw, said) | flags)
    lines = "\n".join(f"{site}: {reason}" for site, reason in sorted(left_out.items()))
    about = {"near_km": NEAR, "title": title, "source": raw.attrs["source"], "licence": raw.attrs["license"]}
    dataset = dataset.assign_attrs(about | PERIODS, history=raw.attrs["history"], left_out=lines)
    return check(with_remarks(dataset, said), file, vocabulary)


def unusable(raw: xr.Dataset) -> dict[str, str]:
    """Why a gauge is left out, by site: tides turn the flow, or nothing is known of its basin."""
    n_negative = (raw.q < 0).sum("time")
    left_out = {}
    for site in raw.site.values[(n_negative > 0).values]:
        left_out[str(site)] = f"discharge is negative on {int(n_negative.sel(site=site))} days"
    for site in raw.site.values[raw.DRAIN_SQKM.isnull().values]:
        left_out.setdefault(str(site), "no attributes")
    return left_out


def calendar_day_air(air: xr.DataArray, said: list[Remark]) -> xr.DataArray:
    """The air of a calendar day: the mean of its date and the next; the last day has only its own."""
    words = "the mean of a date and the next (the last is its own), as its days end at 12 UTC"
    said.append(Remark("aggregated", "tair", words))
    return (air + air.shift(time=-1).fillna(air)) / 2


def without_gaps(flow: xr.DataArray, said: list[Remark]) -> xr.DataArray:
    """Discharge on every day: gaps are bridged by a straight line, and those at an end hold the nearest value."""
    missing = flow.isnull().values
    if not missing.any():
        return flow
    n_days, n_gauges, most = missing.sum(), missing.any(0).sum(), missing.sum(0).max()
    words = f"interpolated on {n_days} days of {n_gauges} gauges, at most {most} at one"
    said.append(Remark("filled", "discharge", words))
    filled, day = flow.values.copy(), np.arange(len(missing))
    for site in np.flatnonzero(missing.any(0)):
        gap = missing[:, site]
        filled[gap, site] = np.interp(day[gap], day[~gap], filled[~gap, site])
    return flow.copy(data=filled)


def without_flat_runs(water: xr.DataArray, said: list[Remark]) -> xr.DataArray:
    """Observed temperatures without those of stuck sensors."""
    flat = np.stack([in_flat_run(values) for values in water.values.T], axis=1)
    n_days, n_gauges = int(flat.sum()), int(flat.any(0).sum())
    words = f"values above {FREEZING} degC that stay the same for {FLAT_DAYS} days or more: "
    said.append(Remark("taken as missing", "water_temperature", f"{words}{n_days} days of {n_gauges} gauges"))
    return water.where(~flat)


def in_flat_run(values: np.ndarray) -> np.ndarray:
    """Which days of a series `(time,)` lie in a run of equal values above freezing that is too long."""
    starts = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)  # a gap begins a run of its own
    lengths = np.diff(starts, append=len(values))
    return np.repeat(lengths, lengths) * (values > FREEZING) >= FLAT_DAYS


def attributes(raw: xr.Dataset, said: list[Remark]) -> dict[str, xr.DataArray]:
    """The attributes under the names used here; -999 stands for no dam."""
    table = {}
    for key, (name, units, long_name) in ATTRIBUTES.items():
        no_dam = raw[key] == -999
        if no_dam.any():
            said.append(Remark("taken as missing", name, f"-999 at {int(no_dam.sum())} gauges, where there is no dam"))
        table[name] = labelled(raw[key].where(~no_dam), units, long_name)
    return table


def regions(raw: xr.Dataset) -> xr.DataArray:
    """The part of the United States by which USGS numbers a gauge; one numbered by its position has its neighbour's."""
    sites = raw.site.values.astype(str)
    by_part = np.char.str_len(sites) < len("394220106431500")
    parts = np.array([site[:2] for site in sites])
    lat, lon = np.radians(raw.lat.values), np.radians(raw.lon.values)
    for i in np.flatnonzero(~by_part):
        distance = np.hypot(lat - lat[i], (lon - lon[i]) * np.cos(lat[i]))
        parts[i] = parts[by_part][distance[by_part].argmin()]
    return xr.DataArray(parts, {"site": sites}, attrs={"units": "1", "long_name": "Part of the USGS gauge numbers"})


def labelled(values: xr.DataArray, units: str, long_name: str) -> xr.DataArray:
    """Single precision, with units and long_name, and without the coordinates."""
    single = values.astype("float32").drop_vars(["lat", "lon"], errors="ignore")
    return single.drop_attrs().assign_attrs(units=units, long_name=long_name)

"""Make delaware.nc from the public-domain (CC0, USGS) files inside the PyPI wheel pywatershed 2.0.4.

    python data/make_delaware.py                      # downloads the wheel (14 MB) with pip
    python data/make_delaware.py pywatershed-2.0.4-py3-none-any.whl

The choices made here are explained in data/README.md.
"""

import io
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import xarray as xr

WHEEL = "pywatershed==2.0.4"
FOLDER = "pywatershed/data/drb_2yr/"
FILES = {
    "unit": "parameters_dis_both.nc",
    "channel": "parameters_PRMSChannel.nc",
    "cover": "parameters_PRMSCanopy.nc",
    "soil": "parameters_PRMSSoilzone.nc",
    "surface": "parameters_PRMSRunoff.nc",
    "prcp": "prcp.nc",
    "tmin": "tmin.nc",
    "tmax": "tmax.nc",
    "gauge": "drb_2yr_gage_poi_obs.nc",
}
FIRST_YEAR, SECOND_YEAR = "1979-01-01/1979-12-31", "1980-01-01/1980-12-31"
AREA_TOLERANCE = 0.15
# The gauges just below the three dams where New York City takes water out of the basin.
NEW_YORK_DAMS = {"Pepacton": "01417000", "Cannonsville": "01425000", "Neversink": "01436000"}
DIVERTED_SHARE = 0.10  # of the land upstream lies above these dams

MM_PER_INCH = 25.4
KM2_PER_ACRE = 0.0040468564224
KM2_PER_MILE2 = 2.589988110336
M3_PER_FT3 = 0.028316846592
SECONDS_PER_DAY = 86400.0

ABOUT = {
    "Conventions": "CF-1.11",
    "title": "Delaware River Basin, 1979-1980",
    "domain": "hydrology",
    "source": "pywatershed 2.0.4 (USGS), data/drb_2yr: land and reaches of the National Hydrologic Model, "
    "streamflow of the USGS gauges",
    "references": "https://github.com/EC-USGS/pywatershed; https://waterdata.usgs.gov (doi:10.5066/F7P55KJN)",
    "licence": "CC0-1.0 (public domain)",
    "history": "made by data/make_delaware.py from " + WHEEL,
    "train_period": FIRST_YEAR,
    "test_period": SECOND_YEAR,
}

Columns = dict[str, tuple[str, str, np.ndarray]]  # name: (units, long_name, values)


def fetch_wheel(folder: str) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, WHEEL]
    subprocess.run(command, check=True)
    return next(Path(folder).glob("pywatershed-*.whl"))


def read_wheel(wheel: Path) -> dict[str, xr.Dataset]:
    with zipfile.ZipFile(wheel) as archive:
        contents = {table: io.BytesIO(archive.read(FOLDER + file)) for table, file in FILES.items()}
    return {table: xr.load_dataset(content, engine="h5netcdf") for table, content in contents.items()}


# ---- the river network: reaches are numbered from 0, and -1 is where the water leaves it


def upstream_matrix(downstream: np.ndarray) -> np.ndarray:
    """Whether the water of a reach passes another, (reach passed, reach of origin); it passes itself."""
    passes = np.eye(len(downstream), dtype=bool)
    for origin in range(len(downstream)):
        reach = downstream[origin]
        while reach >= 0:
            passes[reach, origin] = True
            reach = downstream[reach]
    return passes


def next_gauge(reach: int, downstream: np.ndarray, gauge_of_reach: dict[int, str]) -> str:
    """The first kept gauge below a reach; empty where there is none."""
    reach = downstream[reach]
    while reach >= 0 and reach not in gauge_of_reach:
        reach = downstream[reach]
    return gauge_of_reach.get(reach, "")


def total_beside_reach(tables: dict, values: np.ndarray) -> np.ndarray:
    """Sum over the land units that drain directly into each reach."""
    n_reaches = tables["unit"].sizes["nsegment"]
    return np.bincount(tables["channel"].hru_segment.values, values, minlength=n_reaches + 1)[1:]


def reach_longitude(tables: dict, area: np.ndarray, downstream: np.ndarray) -> np.ndarray:
    """Reaches come without longitude: take the centre of the land beside each, else its neighbours'."""
    unit = tables["unit"]
    moment = total_beside_reach(tables, unit.hru_area.values * KM2_PER_ACRE * unit.hru_lon.values)
    longitude = np.divide(moment, area, out=np.full(len(area), np.nan), where=area > 0)
    linked = np.zeros((len(area), len(area)), dtype=bool)
    linked[np.flatnonzero(downstream >= 0), downstream[downstream >= 0]] = True
    linked |= linked.T
    while np.isnan(longitude).any():
        known = ~np.isnan(longitude)
        n_known = linked @ known.astype(float)
        found = ~known & (n_known > 0)
        longitude[found] = (linked @ np.where(known, longitude, 0))[found] / n_known[found]
    return longitude


def reaches(tables: dict, area: np.ndarray, downstream: np.ndarray) -> Columns:
    unit, lon = tables["unit"], reach_longitude(tables, area, downstream)
    return {
        "drawn_reach_below": ("1", "Position of the next reach downstream, -1 at the end", downstream),
        "reach_area": ("km2", "Land draining directly into the reach", area),
        "reach_length": ("m", "Reach length", unit.seg_length),
        "reach_slope": ("1", "Reach slope", unit.seg_slope),
        "reach_width": ("m", "Channel width", unit.seg_width),
        "reach_roughness": ("1", "Manning's roughness coefficient (SI)", tables["channel"].mann_n),
        "reach_elevation": ("m", "Elevation of the reach's middle", unit.seg_elev),
        "reach_lat": ("degrees_north", "Latitude of the reach's middle", unit.seg_lat),
        "reach_lon": ("degrees_east", "Longitude of the land beside the reach", lon),
    }


# ---- what drains to a gauge: `weights` (site, unit) are the shares of the land units in the land upstream


def forcing(tables: dict, weights: np.ndarray) -> Columns:
    """Daily means over the land upstream, (time, site)."""
    names = ("prcp", "tmin", "tmax")
    rain, tmin, tmax = (tables[name][name].values.astype(float) @ weights.T for name in names)
    tmin, tmax = ((fahrenheit - 32) / 1.8 for fahrenheit in (tmin, tmax))
    columns = {
        "prcp": ("mm d-1", "Precipitation", rain * MM_PER_INCH),
        "tmin": ("degC", "Daily minimum air temperature", tmin),
        "tmax": ("degC", "Daily maximum air temperature", tmax),
        "tmean": ("degC", "Daily mean air temperature, (tmin + tmax) / 2", (tmin + tmax) / 2),
    }
    return {name: (units, title, values.round(3)) for name, (units, title, values) in columns.items()}


def hamon(tmean: np.ndarray, lat: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Potential evapotranspiration, mm d-1 (time, site); Hamon (1961) in the form PRMS uses."""
    declination = 0.409 * np.sin(2 * np.pi * day / 365 - 1.39)[:, None]
    day_length = 24 / np.pi * np.arccos(-np.tan(np.deg2rad(lat)) * np.tan(declination))
    vapour_pressure = 6.108 * np.exp(17.26939 * tmean / (tmean + 237.3))
    vapour_density = 216.7 * vapour_pressure / (tmean + 273.3)
    return 0.0055 * (day_length / 12) ** 2 * vapour_density * MM_PER_INCH


def climate(year: xr.Dataset) -> Columns:
    """Climate attributes of one year, defined as by Addor et al. (2017), doi:10.5194/hess-21-5293-2017."""
    rain, warmth, day = (x.values.astype(float) for x in (year.prcp, year.tmean, year.time.dt.dayofyear))
    p_mean, pet_mean = rain.mean(0), hamon(warmth, year.lat.values, day).mean(0)
    # Agreement of the yearly waves of rain and warmth: Woods (2009), doi:10.1016/j.advwatres.2009.06.011.
    wave = np.exp(2j * np.pi * day / len(day))[:, None]
    rain_wave, warm_wave = 2 * (rain * wave).mean(0), 2 * (warmth * wave).mean(0)
    seasonality = (rain_wave * warm_wave.conj()).real / np.abs(warm_wave) / p_mean
    frac_snow = (rain * (warmth < 0)).mean(0) / p_mean
    wet_days, dry_days = (rain >= 5 * p_mean).sum(0).astype(float), (rain < 1).sum(0).astype(float)
    return {
        "p_mean": ("mm d-1", "Mean precipitation of 1979", p_mean),
        "t_mean": ("degC", "Mean air temperature of 1979", warmth.mean(0)),
        "pet_mean": ("mm d-1", "Mean potential evapotranspiration (Hamon) of 1979", pet_mean),
        "aridity": ("1", "Potential evapotranspiration over precipitation, 1979", pet_mean / p_mean),
        "frac_snow": ("1", "Share of precipitation on days below 0 degC, 1979", frac_snow),
        "p_seasonality": ("1", "Seasonality of precipitation, positive for summer rain, 1979", seasonality),
        "high_prec_freq": ("d yr-1", "Days above five times the mean precipitation, 1979", wet_days),
        "low_prec_freq": ("d yr-1", "Days below 1 mm of precipitation, 1979", dry_days),
    }


def landscape(tables: dict, weights: np.ndarray, upstream: np.ndarray, reach: np.ndarray) -> Columns:
    """Attributes of the land and rivers upstream; `upstream` (site, reach), `reach` (site)."""
    unit, cover, surface = tables["unit"], tables["cover"], tables["surface"]
    length = unit.seg_length.values
    elevation = weights @ unit.hru_elev.values
    river_slope = upstream @ (length * unit.seg_slope.values) / (upstream @ length)
    on_sand = tables["soil"].soil_type.values == 1
    return {
        "elevation": ("m", "Mean elevation", elevation),
        "relief": ("m", "Mean elevation above the gauge's reach", elevation - unit.seg_elev.values[reach]),
        "slope": ("m km-1", "Mean slope of the land", weights @ unit.hru_slope.values * 1000),
        "river_slope": ("m km-1", "Mean slope of the rivers", river_slope * 1000),
        "frac_grass": ("1", "Share of the land under grass", weights @ (cover.cov_type.values == 1)),
        "frac_forest": ("1", "Share of the land under trees", weights @ (cover.cov_type.values >= 3)),
        "cover_summer": ("1", "Density of the plant cover in summer", weights @ cover.covden_sum.values),
        "cover_winter": ("1", "Density of the plant cover in winter", weights @ cover.covden_win.values),
        "frac_impervious": ("1", "Share of sealed land", weights @ surface.hru_percent_imperv.values),
        "frac_ponds": ("1", "Share of the land in ponds and hollows", weights @ surface.dprst_frac.values),
        "frac_sand": ("1", "Share of the land on sand, the rest is on loam", weights @ on_sand),
    }


def readable(name: str) -> str:
    """Write a USGS station name given in capitals as on a map: 'BEAVER KILL AT COOKS FALLS NY'."""
    name = re.sub(r",? (NY|NJ|PA|DE)$", r", \1", name)
    place, comma, state = name.rpartition(", ")
    if name.isupper():
        small = {"AT", "NEAR", "NR", "ABOVE", "ABV", "BELOW", "BL"}
        place = " ".join(word.lower() if word in small else word.capitalize() for word in place.split())
    return place + comma + state


# ---- the data set


def variables(columns: Columns, dims: tuple[str, ...]) -> dict[str, xr.Variable]:
    """Label the columns; numbers in single precision."""
    single = {"f": "float32", "i": "int32"}
    arrays = {name: np.asarray(values) for name, (_, _, values) in columns.items()}
    arrays = {name: array.astype(single.get(array.dtype.kind, array.dtype)) for name, array in arrays.items()}
    labels = {name: {"units": units, "long_name": title} for name, (units, title, _) in columns.items()}
    return {name: xr.Variable(dims, array, labels[name]) for name, array in arrays.items()}


def reach_of_gauge(tables: dict) -> dict[str, int]:
    unit = tables["unit"]
    return dict(zip(unit.poi_gage_id.values.astype(str), unit.poi_gage_segment.values - 1, strict=True))


def closing_gauges(tables: dict, passes: np.ndarray, reach_area: np.ndarray) -> xr.Dataset:
    """Gauges with complete records whose land upstream agrees with the published drainage area."""
    gauge = tables["gauge"].rename(poi_id="site").sortby("site")
    reach = reach_of_gauge(tables)
    gauge["reach"] = "site", [reach[site] for site in gauge.site.values.astype(str)]
    gauge["land_area"] = "site", passes[gauge.reach.values] @ reach_area
    gauge["area"] = gauge.drainage_area.astype(float) * KM2_PER_MILE2
    complete = gauge.discharge.notnull().all("time")
    closes = abs(gauge.land_area / gauge.area - 1) <= AREA_TOLERANCE
    return gauge.isel(site=(complete & closes).values)


def descriptions(tables: dict, gauge: xr.Dataset, weights: np.ndarray) -> Columns:
    """Coordinates of the gauges: what a person reads, and a network does not."""
    unit = tables["unit"]
    lat, lon = weights @ unit.hru_lat.values, weights @ unit.hru_lon.values
    return {
        "lat": ("degrees_north", "Latitude of the gauge", gauge.latitude),
        "lon": ("degrees_east", "Longitude of the gauge", gauge.longitude),
        "name": ("1", "USGS station name", np.array([readable(str(name)) for name in gauge.poi_name.values])),
        "centroid_lat": ("degrees_north", "Latitude of the centre of the land upstream", lat),
        "centroid_lon": ("degrees_east", "Longitude of the centre of the land upstream", lon),
        "land_area": ("km2", "Area of the land units upstream", gauge.land_area),
    }


def links(tables: dict, gauge: xr.Dataset, passes: np.ndarray, reach_area: np.ndarray) -> Columns:
    """How the gauges hang together, and which of them lie below New York City's reservoirs."""
    site, reach = gauge.site.values.astype(str), gauge.reach.values
    downstream, gauge_of_reach = tables["unit"].tosegment.values - 1, dict(zip(reach, site, strict=True))
    dams = [reach_of_gauge(tables)[dam] for dam in NEW_YORK_DAMS.values()]
    held_back = passes[reach][:, dams] @ (passes[dams] @ reach_area)  # km2 above the dams that lie upstream
    share = held_back / gauge.land_area.values
    below = np.array([next_gauge(r, downstream, gauge_of_reach) for r in reach])
    return {
        "downstream_site": ("1", "Next gauge downstream, empty where there is none", below),
        "site_reach": ("1", "Position of the reach at whose end the gauge stands", reach),
        "diverted": ("1", "Flow reduced by New York City's diversions", share >= DIVERTED_SHARE),
    }


def build(tables: dict) -> xr.Dataset:
    unit, into = tables["unit"], tables["channel"].hru_segment.values - 1
    downstream, unit_area = unit.tosegment.values - 1, unit.hru_area.values * KM2_PER_ACRE
    passes, reach_area = upstream_matrix(downstream), total_beside_reach(tables, unit_area)
    gauge = closing_gauges(tables, passes, reach_area)
    reach, area = gauge.reach.values, gauge.area.values
    weights = passes[reach][:, into] * (into >= 0) * unit_area / gauge.land_area.values[:, None]
    depth = gauge.discharge.values.T.astype(float) * M3_PER_FT3 * SECONDS_PER_DAY / (area * 1000)

    series = forcing(tables, weights) | {"streamflow": ("mm d-1", "Observed streamflow", depth)}
    land = {"area": ("km2", "Drainage area published by USGS", area)}
    land |= landscape(tables, weights, passes[reach], reach)
    index = {"time": tables["prcp"].time.values, "site": gauge.site.values.astype(str)}
    dataset = xr.Dataset(
        variables(series, ("time", "site")) | variables(land, ("site",)),
        coords=index | variables(descriptions(tables, gauge, weights), ("site",)),
        attrs=ABOUT,
    )
    first_year = dataset.sel(time=slice(*FIRST_YEAR.split("/")))
    return dataset.assign(
        variables(climate(first_year), ("site",))
        | variables(links(tables, gauge, passes, reach_area), ("site",))
        | variables(reaches(tables, reach_area, downstream), ("reach",))
    ).assign_coords(reach=("reach", unit.nhm_seg.values.astype("int32"), {"long_name": "NHM segment number"}))


def save(dataset: xr.Dataset, path: Path) -> None:
    """Compress every series; each column of it is read at once, so one chunk each."""
    packed = {"zlib": True, "complevel": 9, "shuffle": True}
    encoding = {name: packed | {"_FillValue": None} for name in dataset if dataset[name].dtype.kind == "f"}
    dataset.to_netcdf(path, engine="h5netcdf", encoding=encoding)


def main() -> None:
    target = Path(__file__).with_name("delaware.nc")
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(sys.argv[1]) if len(sys.argv) > 1 else fetch_wheel(folder)
        dataset = build(read_wheel(wheel))
    save(dataset, target)
    rain, flow = (float(dataset[name].mean() * 365.5) for name in ("prcp", "streamflow"))
    print(f"{target}: {dataset.sizes['site']} gauges, P {rain:.0f} and Q {flow:.0f} mm a year")


if __name__ == "__main__":
    main()

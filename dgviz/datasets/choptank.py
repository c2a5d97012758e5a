"""Nitrate of the Choptank River: 606 samples and daily discharge, 1979-2011, of a river through farmland.

Reads `choptank.nc`, one prepared file of public data, from the folder named by the environment variable DGVIZ_DATA,
else from `../shared/data`.

Source: U.S. Geological Survey, station 01491000, as packaged in EGRET 3.0.12: Hirsch and De Cicco (2015),
doi:10.3133/tm4A10.
"""

from pathlib import Path

import xarray as xr

from dgviz.datasets.check import check
from dgviz.datasets.data_folder import find_file
from dgviz.datasets.labels import label
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.solutes_series import vocabulary

title = "Choptank River, nitrate, 1979-2011"
domain = "solutes"

FILE = "choptank.nc"
PERIODS = {"train_period": "1979-10-01/2000-09-30", "test_period": "2000-10-01/2011-09-30"}


def file_of(path: str | Path | None = None) -> Path:
    """The prepared file; `path` is itself or its folder, by default as above."""
    return find_file("choptank", FILE, path)


def series_in(path: str | Path) -> frozenset[str]:
    """The series that it has."""
    return frozenset({"discharge", "nitrate"})


def load(path: str | Path | None = None) -> xr.Dataset:
    """Read the river; `path` is the file or its folder, by default as above."""
    file = file_of(path)
    raw = xr.load_dataset(file, engine="h5netcdf").transpose("time", "site")
    below = raw.no3_censored.fillna(0) > 0
    series = {"discharge": raw.q, "nitrate": raw.no3.where(~below)}
    dataset = xr.Dataset(coords=raw[["lat", "lon"]].coords)
    for name, values in series.items():
        values = values.reset_coords(drop=True).astype("float32").drop_attrs()
        dataset[name] = values.assign_attrs(label(name, vocabulary))
    dataset["area"] = raw.area.reset_coords(drop=True).astype("float32").assign_attrs(label("area", vocabulary))
    place = {name: raw[name].reset_coords(drop=True).assign_attrs(label(name, vocabulary)) for name in ("lat", "lon")}
    dataset = dataset.assign_coords(place | {"name": ("site", ["Choptank River near Greensboro"])})
    said = []
    if n_below := int(below.sum()):
        said.append(Remark("taken as missing", "nitrate", f"{n_below} samples below the limit of detection"))
    about = {"title": title, "source": raw.attrs["source"], "licence": raw.attrs["licence"]}
    return check(with_remarks(dataset.assign_attrs(about | PERIODS), said), file, vocabulary)

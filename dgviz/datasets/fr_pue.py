"""Puéchabon: an evergreen oak forest in the south of France, FR-Pue, daily, 2007-2012.

Reads `ecosystem_frpue_daily.parquet`, one prepared file, from the folder named by the environment variable DGVIZ_DATA,
else from `../shared/data`. Reading Parquet takes pyarrow: `pip install "dgviz[parquet]"`.

Source: FLUXNET2015, Pastorello et al. (2020), doi:10.1038/s41597-020-0534-3 (CC-BY-4.0); forcing as prepared for the
P-model by Stocker et al. (2020), doi:10.5194/gmd-13-1545-2020.
"""

from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.check import check
from dgviz.datasets.data_folder import find_file
from dgviz.datasets.ecosystem_series import vocabulary
from dgviz.datasets.labels import label
from dgviz.datasets.parquet_table import read_parquet
from dgviz.datasets.remarks import Remark, with_remarks
from dgviz.datasets.root_zone import CAPACITY, wetness

title = "Puéchabon, evergreen oaks, daily, 2007-2012"
domain = "ecosystem"

FILE = "ecosystem_frpue_daily.parquet"
PERIODS = {"train_period": "2007-01-01/2009-12-31", "test_period": "2010-01-01/2012-12-31"}
LAT, LON, ELEVATION = 43.7413, 3.5957, 270.0
DAY = 86400  # s
# name here: (name in the file, factor)
SERIES = {
    "tair": ("temp", 1.0),
    "vpd": ("vpd", 1.0),
    "ppfd": ("ppfd", DAY),  # mol m-2 s-1
    "fapar": ("fapar", 1.0),
    "co2": ("co2", 1.0),
    "pressure": ("patm", 1.0),
    "prcp": ("rain", DAY),  # kg m-2 s-1
    "gpp": ("gpp", 1.0),
}


def file_of(path: str | Path | None = None) -> Path:
    """The prepared file; `path` is itself or its folder, by default as above."""
    return find_file("fr_pue", FILE, path)


def load(path: str | Path | None = None) -> xr.Dataset:
    """Read the tower; `path` is the file or its folder, by default as above."""
    file = file_of(path)
    table = read_parquet(file).set_index("date")
    # Leap days are left out of the file: the days between their neighbours.
    days = pd.date_range(table.index[0], table.index[-1])
    absent = days.difference(table.index)
    table = table.reindex(days)
    weather = table.columns.drop("gpp")
    table[weather] = table[weather].interpolate()
    variables = {}
    for name, (given, factor) in SERIES.items():
        values = (factor * table[given]).to_numpy("float32")[:, None]
        variables[name] = ("time", "site"), values, label(name, vocabulary)
    place = {
        "time": days,
        "site": ["FR-Pue"],
        "name": ("site", ["Puéchabon, evergreen oaks"], {"units": "1", "long_name": "Name of the tower"}),
        "lat": ("site", [LAT], {"units": "degrees_north", "long_name": "Latitude of the tower"}),
        "lon": ("site", [LON], {"units": "degrees_east", "long_name": "Longitude of the tower"}),
    }
    elevation = "site", [ELEVATION], {"units": "m", "long_name": "Elevation"}
    dataset = xr.Dataset(variables | {"elevation": elevation}, place)
    dataset = dataset.assign(wetness=wetness(dataset))
    about = {"title": title, "source": "FLUXNET2015 FR-Pue", "licence": "CC-BY-4.0"}
    return check(with_remarks(dataset.assign_attrs(about | PERIODS), told(absent)), file, vocabulary)


def told(absent: pd.DatetimeIndex) -> list[Remark]:
    """What was converted and filled."""
    without = ", ".join(f"{day:%Y-%m-%d}" for day in absent)
    return [
        Remark("converted", "ppfd", "from mol m-2 s-1: times 86400"),
        Remark("converted", "prcp", "rain from kg m-2 s-1: times 86400; no snow is in the file"),
        Remark(
            "filled", "FR-Pue", f"weather of the days that the file leaves out, between their neighbours: {without}"
        ),
        Remark("filled", "wetness", f"not in the data: from a bucket of {CAPACITY:g} mm, see dgviz.datasets.root_zone"),
    ]

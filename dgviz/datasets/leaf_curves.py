"""Leaf gas exchange: curves of photosynthesis over CO2, measured on leaves of 93 species of North and Central America.

Reads `leaf_aci_lce_curves.parquet` and `leaf_aci_lce_points.parquet`, prepared tables of the public data of the Leaf
Carbon Exchange (LCE) study, from the folder named by the environment variable DGVIZ_DATA, else from `../shared/data`. A
site is a curve of a C3 leaf. Its points stand in the order of CO2 between the cells, every second one from the first in
the training period and the others in the test period: both cover the whole curve.

Source: Smith and Dukes (2017), doi:10.1002/ecy.1992; data doi:10.5281/zenodo.826930.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.check import check
from dgviz.datasets.data_folder import find_file
from dgviz.datasets.labels import label
from dgviz.datasets.leaf_series import vocabulary
from dgviz.datasets.leaf_traits import published, texts, traits
from dgviz.datasets.parquet_table import read_parquet
from dgviz.datasets.points import FIRST_DAY
from dgviz.datasets.remarks import Remark, with_remarks

title = "Leaf photosynthesis, 555 curves of 93 species"
domain = "leaf"

FILE, POINTS = "leaf_aci_lce_curves.parquet", "leaf_aci_lce_points.parquet"
LEAST_CI = 20.0  # umol mol-1; below it the instrument's error is as large as what it measures
COLUMNS = {  # name here: column of the table
    "ppfd": "PAR",
    "tleaf": "Tleaf",
    "co2": "CO2S",
    "ci": "Ci",
    "vpd": "VPDleaf",
    "rh": "RH_S",
    "net_assimilation": "A",
    "gs": "gsw",
}


MoreAttributes = Callable[[pd.DataFrame], dict[str, tuple]]


def no_more(curves: pd.DataFrame) -> dict[str, tuple]:
    """No attributes beyond traits and climate."""
    return {}


def file_of(path: str | Path | None = None) -> Path:
    """The prepared table of curves; `path` is itself or its folder, by default as above."""
    return find_file("leaf_curves", FILE, path)


def series_in(path: Path) -> set[str]:
    """The names here of the series that all curves have."""
    return {*COLUMNS}


def load(path: str | Path | None = None) -> xr.Dataset:
    """Read the curves that can be used; `path` is the table of curves or its folder, by default as above."""
    return read_curves(path, title)


def read_curves(path: str | Path | None, title: str, more: MoreAttributes = no_more) -> xr.Dataset:
    """The curves with their traits and climate, and with the attributes that `more` makes of the table of curves."""
    file = file_of(path)
    table = read_parquet(file).set_index("aci_id")
    said: list[Remark] = []
    curves = table[table.Photosynthesis == "C3"]
    points = usable(read_parquet(find_file("leaf_curves", POINTS, file.parent)), curves.index, said)
    series, times = on_calendar(points, curves.index)
    place = {
        "name": ("site", [f"{row.Genus} {row.Species} {row.Rep}, {row.Location}" for row in curves.itertuples()]),
        "lat": ("site", curves.Lat.to_numpy("float32"), {"units": "degrees_north", "long_name": "Latitude"}),
        "lon": ("site", curves.Lon.to_numpy("float32"), {"units": "degrees_east", "long_name": "Longitude"}),
    }
    attributes = traits(curves, points, said) | more(curves)
    coordinates = {"time": times, "site": curves.index.to_numpy(str)} | place | published(curves)
    not_c3 = table.index[table.Photosynthesis != "C3"]
    about = {
        "title": title,
        "source": "Leaf Carbon Exchange (LCE): Smith and Dukes (2017), doi:10.1002/ecy.1992, doi:10.5281/zenodo.826930",
        "licence": "as published, doi:10.5281/zenodo.826930",
        "left_out": "\n".join(f"{curve}: a C4 leaf, which the equations are not for" for curve in not_c3),
        "train_period": f"{times[0]:%Y-%m-%d}/{times[len(times) // 2 - 1]:%Y-%m-%d}",
        "test_period": f"{times[len(times) // 2]:%Y-%m-%d}/{times[-1]:%Y-%m-%d}",
    }
    dataset = xr.Dataset(series | attributes | texts(curves), coordinates, about)
    return check(with_remarks(dataset, said), file, vocabulary)


def usable(points: pd.DataFrame, curves: pd.Index, said: list[Remark]) -> pd.DataFrame:
    """The points of these curves that were measured well, in the order of CO2 between the cells."""
    points = points[points.aci_id.isin(curves)]
    known = points[list(COLUMNS.values())].notna().all(axis=1)
    too_low = known & ~(points.Ci > LEAST_CI)
    for why, where in (("without a measurement", ~known), (f"with Ci of {LEAST_CI:g} umol mol-1 or less", too_low)):
        if where.any():
            said.append(
                Remark("not read", "points", f"{where.sum()} {why}, of {points.aci_id[where].nunique()} curves")
            )
    return points[known & ~too_low].sort_values(["aci_id", "Ci"], kind="stable")


def on_calendar(points: pd.DataFrame, curves: pd.Index) -> tuple[dict[str, tuple], pd.DatetimeIndex]:
    """The series `(time, site)`, and the days on which the points stand.

    The first half of the days holds every second point of a curve, the second half the others. Days for which a curve
    has no more points repeat its last one of that half, without an observation.
    """
    groups = points.groupby("aci_id", sort=False).indices
    most = max(map(len, groups.values()))
    half = (most + 1) // 2
    chosen = np.empty((2 * half, len(curves)), int)  # rows of the table
    observed = np.zeros(chosen.shape, bool)
    for place, curve in enumerate(curves):
        for part in (0, 1):
            rows = groups[curve][part::2]
            days = slice(part * half, (part + 1) * half)
            chosen[days, place] = np.pad(rows, (0, half - len(rows)), mode="edge")
            observed[days, place] = np.arange(half) < len(rows)
    series = {}
    for name, column in COLUMNS.items():
        values = points[column].to_numpy("float32")[chosen]
        values = np.where(observed, values, np.nan) if name in vocabulary.targets else values
        series[name] = (("time", "site"), values, label(name, vocabulary))
    return series, pd.date_range(FIRST_DAY, periods=2 * half)

"""CAMELS-CL, of 2018 and of 2022, as published: catchments of Chile.

    2018: 1_CAMELScl_attributes/1_CAMELScl_attributes.txt, 3_CAMELScl_streamflow_mm/3_CAMELScl_streamflow_mm.txt ...
    2022: catchment_attributes.csv, q_mm_day.csv, precip_cr2met_mm_day.csv, tmin_cr2met_C_day.csv ...

One file has one variable, with a column for each gauge; separators are tabulators in 2018, where the attributes have a
column for each gauge too. Of several products CR2MET is read, and the potential evapotranspiration after Hargreaves
that is made of it. Streamflow is mm d-1.

Source: Alvarez-Garreton et al. (2018), doi:10.5194/hess-22-5817-2018.
"""

from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.camels_family import CLIMATE_COLUMNS, GAUGE_COLUMNS, Layout
from dgviz.datasets.collection import Each
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.series_file import read_table
from dgviz.datasets.series_matrix import gauges, of_gauge, read_matrices
from dgviz.datasets.series_matrix import series_in as variables_in

title = "A folder of CAMELS-CL (3_CAMELScl_streamflow_mm.txt ... or q_mm_day.csv, precip_cr2met_mm_day.csv ...)"
domain = "hydrology"


def _names(number: int, name: str, *later: str) -> tuple[str, ...]:
    """Where the file of a variable may stand: 2018, in a folder of its name, and 2022."""
    old = f"{number}_CAMELScl_{name}"
    return f"{old}/{old}.txt", f"{old}.txt", *(f"{name}_day.csv" for name in later)


FILES = {
    "prcp": _names(4, "precip_cr2met", "precip_cr2met_mm", "precip_cr2met"),
    "tmin": _names(8, "tmin_cr2met", "tmin_cr2met_C", "tmin_cr2met"),
    "tmax": _names(9, "tmax_cr2met", "tmax_cr2met_C", "tmax_cr2met"),
    "tmean": _names(10, "tmean_cr2met", "tmean_cr2met_C", "tmean_cr2met"),
    "pet": _names(12, "pet_hargreaves", "pet_hargreaves_mm", "pet_hargreaves"),
    "streamflow": _names(3, "streamflow_mm", "q_mm"),
}
ATTRIBUTES = (
    "1_CAMELScl_attributes/1_CAMELScl_attributes.txt",
    "1_CAMELScl_attributes.txt",
    "catchment_attributes.csv",
)
CL = Layout(
    name="CAMELS-CL",
    signs=(*FILES["streamflow"], *FILES["prcp"], *ATTRIBUTES[:2]),
    series={name: name for name in FILES},
    static={
        **GAUGE_COLUMNS,
        "area_km2": ("area", "km2", "Drainage area"),
        "mean_elev": ("elevation", "m", "Mean elevation"),
        "slope_mean": ("slope", "m km-1", "Mean slope of the land"),
        "mean_slope_perc": ("slope", "percent", "Mean slope of the land"),
        **{f"{column}_cr2met": label for column, label in CLIMATE_COLUMNS.items() if column != "pet_mean"},
        "pet_mean": CLIMATE_COLUMNS["pet_mean"],
        "forest_frac": ("frac_forest", "percent", "Forest fraction"),
        "crop_frac": ("frac_crops", "percent", "Cropland fraction"),
        "grass_frac": ("frac_grass", "percent", "Grassland fraction"),
        "shrub_frac": ("frac_shrub", "percent", "Shrubland fraction"),
        "imp_frac": ("frac_urban", "percent", "Impervious fraction"),
        "wet_frac": ("frac_wetland", "percent", "Wetland fraction"),
        "lc_barren": ("frac_bare", "percent", "Bare-land fraction"),
        "lc_glacier": ("frac_glacier", "percent", "Glacier fraction"),
        "carb_rocks_frac": ("carbonate_rocks_frac", "1", "Carbonate-rock fraction"),
    },
    about={
        "source": "CAMELS-CL, doi:10.1594/PANGAEA.894885",
        "references": "Alvarez-Garreton et al. (2018), doi:10.5194/hess-22-5817-2018",
        "licence": "as doi:10.1594/PANGAEA.894885 states",
    },
    climate_period="1990-04-01/2010-03-31",
    labels={"tmean": {"long_name": "Daily mean air temperature"}},
)
recognises = CL.lies_in


def series_in(path: Path) -> set[str]:
    """The names here of the series that there are."""
    return variables_in(CL, path, FILES)


def load(path: str | Path, span: str | None = None, each: Each = iter) -> xr.Dataset:
    """Read all catchments that can be used, over the days of `span` or those they have in common."""
    path = Path(path)
    table = read_attributes(CL.needed(path, *ATTRIBUTES)[0])
    matrices = read_matrices(CL, path, FILES, ("streamflow", "prcp"))
    read = lambda gauge: CL.in_our_names(of_gauge(matrices, gauge), f"gauge {gauge}")  # noqa: E731
    return CL.join(path, CL.basins(table, path), gauges(matrices), read, span, each)


def read_attributes(file: Path) -> pd.DataFrame:
    """The attributes as texts by gauge, whether gauges stand in rows or in columns."""
    table = read_table(file, dtype=str)
    if "gauge_id" not in table:
        raise DataError(f"{file}: no column gauge_id; it has {', '.join(table)}.")
    table = table.set_index(table.pop("gauge_id").str.strip())
    if table.index.has_duplicates:
        twice = table.index[table.index.duplicated()].unique()
        raise DataError(f"{file}: {some(twice)} appears twice; keep one row of each.")
    table = table.apply(lambda column: column.str.strip())
    return table.T if "gauge_lat" in table.index else table

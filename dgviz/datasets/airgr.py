"""`BasinObs` of airGR as a CSV file, or a folder of such files, one for each basin.

    L0123001.csv    "","DatesR","P","T","E","Qls","Qmm"       as write.csv or write.csv2 writes it, for example
    attributes.csv  site,lat,lon,area,elevation

P and E (potential evapotranspiration) are mm a day, T is the mean of the day in degC. Streamflow is Qmm (mm a day), or
Qls (l s-1) over the area; without an area in attributes.csv that at which the two agree. NA marks what is missing.

Source: Coron et al. (2017), doi:10.1016/j.envsoft.2017.05.002.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.datasets.camels_family import MM_PER_DAY, depth_over
from dgviz.datasets.collection import Basins, Each, join
from dgviz.datasets.collection_tables import rename_sites
from dgviz.datasets.common_names import basins_of, by_first_column
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.fill_values import scaled
from dgviz.datasets.remarks import Remark
from dgviz.datasets.series_file import read_series, read_text

title = "BasinObs of airGR (CSV files with DatesR, P, T, E, Qls, Qmm, and attributes.csv)"
domain = "hydrology"

NAME = "BasinObs of airGR"
COLUMNS = {"P": "prcp", "T": "tmean", "E": "pet", "Qmm": "streamflow"}
AREA_TOLERANCE = 0.05
PLACES = "attributes.csv"


def recognises(path: Path) -> bool:
    """Whether this is such a file, or a folder with some."""
    return bool(files_of(path))


def files_of(path: Path) -> dict[str, Path]:
    """The file of each basin."""
    files = [path] if path.is_file() else sorted(path.glob("*.csv"))
    tables = [file for file in files if file.suffix == ".csv" and file.is_file()]
    return {file.stem: file for file in tables if {"DatesR", "P"} <= {*header(file)}}


def header(file: Path) -> list[str]:
    """The names of the columns."""
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        first = lines.readline()
    return [name.strip().strip('"') for name in first.replace(";", ",").split(",")]


def series_in(path: Path) -> set[str]:
    """The names here of the series that all basins have."""
    return set.intersection(
        *({COLUMNS[name] for name in header(file) if name in COLUMNS} for file in files_of(path).values())
    )


def load(path: str | Path, span: str | None = None, each: Each = iter) -> xr.Dataset:
    """Read all basins that can be used, over the days of `span` or those they have in common."""
    path = Path(path)
    files = files_of(path)
    places = (path.parent if path.is_file() else path) / PLACES
    if not places.is_file():
        raise DataError(
            f"{path}: looks like {NAME}, but there is no file {PLACES}; put one beside it with the columns "
            f"site,lat,lon and if wanted area (km2), and a row for {some([*files])}."
        )
    said: list[Remark] = []
    basins = basins_of(by_first_column(places, said), places, said)
    rename_sites(basins, list(files))
    for site in {*files} - {*basins.static.index}:
        basins.left[site] = f"no line in {PLACES}"
    basins.read(sorted({*files} - {*basins.left}), lambda site: read_basin(files[site], site, basins), each)
    about = {"title": path.resolve().stem, "domain": domain, "source": str(path), "licence": "not stated"}
    return join(basins, path, about, span, {})


def read_basin(file: Path, site: str, basins: Basins) -> pd.DataFrame:
    """The series of one basin; its area is taken from both forms of streamflow if it is not given."""
    semicolons = ";" in read_text(file).partition("\n")[0]
    table = read_series(file, columns=[*COLUMNS, "Qls"], decimal="," if semicolons else ".")
    if not {"Qmm", "Qls"} & {*table}:
        raise DataError(f"{file.name}: no column Qmm or Qls; it has {', '.join(table)}")
    table = table.assign(**{name: np.nan for name in ("Qmm", "Qls") if name not in table})
    area = float(basins.static["area"].get(site, np.nan)) if "area" in basins.static else np.nan
    shown = area_shown(table)
    if np.isnan(area) and not np.isnan(shown):
        note_area(basins, site, shown)
    elif abs(area / shown - 1) > AREA_TOLERANCE:
        text = f"area is {area:g} km2 in {PLACES}, but Qls is Qmm over {shown:.4g} km2: is it in ha, m2 or mi2?"
        basins.said.append(Remark("doubtful", site, text))
    if (table["Qmm"].isna() & table["Qls"].notna()).any():
        depth = depth_over(area if np.isnan(shown) else shown, scaled(table["Qls"], 1 / 1000), site)
        table["Qmm"] = table["Qmm"].fillna(depth)
    return table.drop(columns="Qls").rename(columns=COLUMNS)


def area_shown(table: pd.DataFrame) -> float:
    """The area (km2) over which Qls is Qmm, NaN if no day has both."""
    both = table[(table["Qls"] > 0) & (table["Qmm"] > 0)]
    return float((both["Qls"] * MM_PER_DAY / 1000 / both["Qmm"]).median())


def note_area(basins: Basins, site: str, area: float) -> None:
    """Keep an area that was found from the series."""
    if "area" not in basins.static:
        basins.static["area"] = np.nan
        basins.labels["area"] = {"units": "km2", "long_name": "Drainage area"}
        basins.notes.append("drainage area at which Qls is Qmm")
    basins.static.loc[site, "area"] = area

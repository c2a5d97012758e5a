"""CAMELS-US as it is published: a folder with basin_mean_forcing, usgs_streamflow and camels_attributes_v2.0.

    basin_dataset_public_v1p2/
        basin_mean_forcing/daymet/01/01013500_lump_cida_forcing_leap.txt   (or maurer, nldas ...)
        usgs_streamflow/01/01013500_streamflow_qc.txt
    camels_attributes_v2.0/camels_topo.txt, camels_name.txt, camels_clim.txt, camels_soil.txt ...

The attributes may stand inside the folder of the series or beside it, and files with or without the folders 01 to 18.
Of several weather products one is read, daymet before the others.

- Weather: three lines give latitude, elevation and the drainage area (m2); then a table by day. Radiation is the mean
  over the daylight hours and is converted to the mean over the whole day. Where the two temperatures of all days are
  the same (nldas and maurer hold the daily mean twice) there is only the mean.
- Streamflow: ft3/s, -999 where there is none, over the drainage area in the weather file, which is that of the gauge
  published by USGS; so did those who compared models on these data.

Source: Newman et al. (2015), doi:10.5194/hess-19-209-2015; Addor et al. (2017), doi:10.5194/hess-21-5293-2017.
"""

from pathlib import Path

import pandas as pd
import xarray as xr

from dgviz.datasets.camels_us import ATTRIBUTES, CLIMATE, CLIMATE_PERIOD, PERIODS, SERIES
from dgviz.datasets.collection import Basins, Each, find, join
from dgviz.datasets.csv_text import numbers
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.names import check_once

title = "A folder of CAMELS-US (basin_mean_forcing, usgs_streamflow, camels_attributes_v2.0)"
domain = "hydrology"

PRODUCTS = ("daymet", "maurer_extended", "nldas_extended", "maurer", "nldas")
TABLES = ("topo", "name", "clim", "soil", "vege", "geol")
MM_PER_DAY = 0.3048**3 * 86400 * 1000  # 1 ft3/s in m2 mm d-1
AREA_TOLERANCE = 0.05
COORDINATES = {
    "gauge_lat": ("lat", "degrees_north", "Gauge latitude"),
    "gauge_lon": ("lon", "degrees_east", "Gauge longitude"),
    "gauge_name": ("name", "1", "USGS station name"),
    "huc_02": ("region", "1", "Hydrologic region (HUC-02)"),
}
ABOUT = {
    "domain": domain,
    "source": "CAMELS-US 1.2, doi:10.5065/D6MW2F4D; attributes 2.0, doi:10.5065/D6G73C3Q",
    "references": "Newman et al. (2015), doi:10.5194/hess-19-209-2015; "
    "Addor et al. (2017), doi:10.5194/hess-21-5293-2017",
    "licence": "CC-BY-4.0",
}


def recognises(path: Path) -> bool:
    """Whether the folder has this layout."""
    return path.is_dir() and find(path, "basin_mean_forcing") is not None


def load(path: str | Path | None = None, span: str | None = None, each: Each = iter) -> xr.Dataset:
    """Read all basins that can be used, over the days of `span` or those they have in common."""
    if path is None or not recognises(Path(path)):
        raise DataError(f"camels_folder: {path} has no folder basin_mean_forcing; give the path of CAMELS-US.")
    path = Path(path)
    product, weather = forcing_files(find(path, "basin_mean_forcing"))
    flows = streamflow_files(path)
    basins = read_attributes(path)
    absent = {"weather file": weather, "streamflow file": flows, "line in camels_topo.txt": basins.static.index}
    for site in {*weather, *flows}:
        if lacking := [name for name, present in absent.items() if site not in present]:
            basins.left[site] = f"no {' and no '.join(lacking)}"
    areas: dict[str, list[float]] = {}
    sites = sorted({*weather, *flows} - {*basins.left})
    basins.read(sites, lambda site: read_basin(weather[site], flows[site], areas.setdefault(site, [])), each)
    without_range(basins, product)
    compare_areas(basins, areas)
    about = {"title": f"CAMELS-US ({product})", **ABOUT}
    dataset = join(basins, path, about, span, PERIODS)
    return dataset.assign_attrs(title=f"CAMELS-US ({product}), {dataset.sizes['site']} basins")


def forcing_files(folder: Path) -> tuple[str, dict[str, Path]]:
    """The weather product that is read and the file of each basin."""
    for product in PRODUCTS:
        if files := by_basin(folder / product, "_lump_*_forcing_leap.txt"):
            return product, files
    raise DataError(f"{folder}: no weather; it needs {' or '.join(PRODUCTS)} with files 01013500_lump_..._leap.txt.")


def streamflow_files(path: Path) -> dict[str, Path]:
    """The streamflow file of each basin."""
    folder = find(path, "usgs_streamflow")
    if folder is None:
        raise DataError(f"{path}: no folder usgs_streamflow; it stands beside basin_mean_forcing.")
    return by_basin(folder, "_streamflow_qc.txt")


def by_basin(folder: Path, ending: str) -> dict[str, Path]:
    """Files by the eight digits that their names start with."""
    return {file.name[:8]: file for file in sorted(folder.rglob("[0-9]" * 8 + ending))}


def read_attributes(path: Path) -> Basins:
    """The attribute tables, joined; only camels_topo.txt has to be there."""
    first = find(path, "camels_topo.txt") or find(path.resolve().parent / "camels_attributes_v2.0", "camels_topo.txt")
    if first is None:
        raise DataError(f"{path}: no camels_topo.txt; put the folder camels_attributes_v2.0 in it or beside it.")
    files = {name: first.with_name(f"camels_{name}.txt") for name in TABLES}
    tables = [read_table(file) for file in files.values() if file.is_file()]
    table = pd.concat(tables, axis=1).reindex(tables[0].index)
    wanted = COORDINATES | ATTRIBUTES
    named = table["gauge_name"].str.strip() if "gauge_name" in table else pd.Series(index=table.index, dtype=str)
    table["gauge_name"] = named.fillna(table.index.to_series())
    table = table[[key for key in wanted if key in table]]
    labels = {wanted[key][0]: {"units": wanted[key][1], "long_name": wanted[key][2]} for key in table}
    table = table.rename(columns={key: name for key, (name, *_) in wanted.items()})
    for name in CLIMATE:
        labels.get(name, {})["period"] = CLIMATE_PERIOD
    notes = [f"no {file.name}" for file in files.values() if not file.is_file()]
    return Basins(table, labels, notes=notes)


def read_table(file: Path) -> pd.DataFrame:
    """One table of attributes, by gauge."""
    table = pd.read_csv(file, sep=";", dtype={"gauge_id": str, "huc_02": str})
    if "gauge_id" not in table:
        raise DataError(f"{file}: no column gauge_id; columns are separated by ';'.")
    # Station numbers have eight digits; spreadsheets drop leading zeros.
    sites = table.pop("gauge_id").str.strip().str.zfill(8).set_axis(table.index + 2)
    check_once(sites, file)
    return table.set_index(pd.Index(sites, name="gauge_id"))


def read_basin(weather_file: Path, flow_file: Path, area: list[float]) -> pd.DataFrame:
    """Weather and streamflow (mm d-1) of one basin; its drainage area (m2) is appended to `area`."""
    area.append(read_area(weather_file))
    table = read_weather(weather_file)
    flow = read_numbers(flow_file, ["gauge", "year", "mnth", "day", "flow", "flag"])
    flow = flow["flow"].where(flow["flow"] != -999)
    if flow.index.has_duplicates:
        raise DataError(f"{flow_file.name}: day {flow.index[flow.index.duplicated()][0]:%Y-%m-%d} appears twice")
    # ft3 s-1 over m2 -> mm d-1
    return table.assign(streamflow=flow.reindex(table.index) * MM_PER_DAY / area[0])


def read_area(file: Path) -> float:
    """The drainage area (m2), the third line of a weather file."""
    with file.open() as lines:
        header = [lines.readline().strip() for _ in range(3)]
    try:
        area = float(header[2])
    except ValueError:
        raise DataError(f"{file.name}: its first three lines are not latitude, elevation and area") from None
    if not area > 0:
        raise DataError(f"{file.name}: the drainage area is {area:g} m2; it must be positive")
    return area


def read_weather(file: Path) -> pd.DataFrame:
    """The table of a weather file in the project's names and units."""
    table = read_numbers(file, None)
    needed = [name for name in SERIES if name != "qobs"]
    if lacking := [name for name in (*needed, "dayl") if name not in table]:
        raise DataError(f"{file.name}: no column {some(lacking)}; it has {', '.join(table.columns)}")
    table = table.mask(table == -999)
    table["srad"] *= table["dayl"] / 86400  # from the mean of the daylight hours
    return table[needed].assign(tmean=(table["tmin"] + table["tmax"]) / 2)


def read_numbers(file: Path, names: list[str] | None) -> pd.DataFrame:
    """A table in columns of blanks, by day; without names, after three lines and with its own: `prcp(mm/day)`."""
    try:
        table = pd.read_csv(file, sep=r"\s+", names=names, skiprows=0 if names else 3, dtype={"gauge": str})
        table = table.rename(columns=lambda name: name.partition("(")[0].lower())
        days = pd.to_datetime(table[["year", "mnth", "day"]].rename(columns={"mnth": "month"}))
    except (ValueError, KeyError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise DataError(f"{file.name}: cannot be read: {str(error).strip()}") from None
    # Line numbers as an editor shows them.
    table = table.drop(columns=["gauge", "flag"], errors="ignore").set_axis(table.index + (1 if names else 5))
    values = {name: numbers(table[name], file) for name in table}
    return pd.DataFrame(values).set_axis(pd.DatetimeIndex(days))


def without_range(basins: Basins, product: str) -> None:
    """Drop the two temperatures where they are the same on all days of all basins: both are the mean."""
    if all((table["tmin"] == table["tmax"]).all() for table in basins.series.values()):
        for site, table in basins.series.items():
            basins.series[site] = table.drop(columns=["tmin", "tmax"])
        basins.notes.append(f"{product} has the daily mean as tmin and tmax: only tmean is read")
    elif basins.series:
        basins.labels["tmean"] = {"long_name": "Daily mean air temperature, (tmin + tmax) / 2"}


def compare_areas(basins: Basins, areas: dict[str, list[float]]) -> None:
    """Note where the area in the weather file differs from the area in the attributes."""
    if "area" not in basins.static:
        return
    known = basins.static["area"]
    ratios = {site: area[0] / 1e6 / known[site] for site, area in areas.items() if area and site in basins.series}
    differing = [f"{site} ({ratio:.2f})" for site, ratio in ratios.items() if abs(ratio - 1) > AREA_TOLERANCE]
    if differing:
        basins.notes.append(
            f"drainage area of the weather file, over which streamflow is a depth, is not that of camels_topo.txt "
            f"within {AREA_TOLERANCE:.0%} (ratio): {', '.join(differing)}"
        )

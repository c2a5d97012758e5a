"""What people call the attributes of their basins: names in lower case, the first before the others."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from dgviz.datasets.collection import Basins
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.hydrology_series import vocabulary
from dgviz.datasets.labels import label
from dgviz.datasets.names import ATTRIBUTE_NAMES, name_and_units
from dgviz.datasets.series_file import read_table

ATTRIBUTES = {
    "lat": ("lat", "latitude", "gauge_lat", "lat_outlet"),
    "lon": ("lon", "longitude", "long", "gauge_lon", "long_outlet"),
    "name": ("name", "gauge_name", "station_name", "basin_name"),
    "region": ("region", "country", "huc_02", "state"),
    **ATTRIBUTE_NAMES,
    "slope": ("slope", "slope_mean", "mean_slope"),
}
# Attributes of CAMELS that are computed from the observed flow: a network that read them would know the answer.
FROM_FLOW = (
    *("q_mean", "runoff_ratio", "slope_fdc", "baseflow_index", "stream_elas", "hfd_mean", "q5", "q95"),
    *("high_q_freq", "high_q_dur", "low_q_freq", "low_q_dur", "zero_q_freq"),
)


def named(columns: Iterable[str], names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Which column is what: {name here: column}."""
    known = {name_and_units(column)[0].lower(): column for column in reversed([*columns])}
    found = {}
    for name, others in names.items():
        if column := next((known[other] for other in others if other in known), None):
            found[name] = column
    return found


def by_first_column(file: Path) -> pd.DataFrame:
    """A table of texts by the sites in its first column."""
    table = read_table(file, dtype=str)
    first = table.columns[0]
    table = table.set_index(table.pop(first).str.strip())
    if table.index.has_duplicates:
        twice = table.index[table.index.duplicated()].unique()
        raise DataError(f"{file}: {first} {some(twice)} appears twice; keep one row of each.")
    return table


def basins_of(table: pd.DataFrame, source: object) -> Basins:
    """The attributes of a table of texts by site, whose columns have any names: all that are numbers.

    Raises DataError if it does not say where the sites are.
    """
    chosen = named(table, ATTRIBUTES)
    if lacking := [name for name in ("lat", "lon") if name not in chosen]:
        raise DataError(
            f"{source}: no {some(lacking)} among the attributes {', '.join(table)}; add where the sites are."
        )
    units = {name: name_and_units(column)[1] or "" for name, column in chosen.items()}
    columns = {name: table[column] for name, column in chosen.items()}
    from_flow, texts = [], []
    for column in table.columns.difference([*chosen.values()], sort=False):
        name = name_and_units(column)[0]
        if name.lower() in FROM_FLOW:
            from_flow.append(name)
        elif pd.to_numeric(table[column], errors="coerce").notna().eq(table[column].notna()).all():
            columns[name], units[name] = table[column], name_and_units(column)[1] or ""
        else:
            texts.append(name)
    static = pd.DataFrame(
        {n: v if n in ("name", "region") else pd.to_numeric(v, errors="coerce") for n, v in columns.items()}
    )
    name = static.get("name", pd.Series(index=static.index, dtype=object)).fillna(static.index.to_series())
    static = static.assign(name=name, region=static.get("region", pd.Series("", static.index)).fillna(""))
    labels = {n: label(n, vocabulary, units.get(n) or "1") for n in static}
    labels |= {n: labels[n] | {"units": units[n]} for n in units if units[n]}
    notes = [f"not read, as computed from the observed flow: {', '.join(from_flow)}"] if from_flow else []
    notes += [f"not read, as they are no numbers: {', '.join(texts)}"] if texts else []
    return Basins(static, labels, notes=notes)

"""What people call the attributes of their basins: names in lower case, the first before the others."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from dgviz.datasets.collection import Basins
from dgviz.datasets.csv_columns import converted
from dgviz.datasets.csv_table import n_comments
from dgviz.datasets.csv_text import read_text, to_numbers
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.hydrology_series import vocabulary
from dgviz.datasets.labels import label
from dgviz.datasets.names import OTHER_NAMES, check_once, name_and_units
from dgviz.datasets.remarks import Remark

ATTRIBUTES = {
    **{name: OTHER_NAMES[name] for name in ("lat", "lon", "name", "area", "elevation")},
    "region": ("region", "country", "huc_02", "state"),
    "slope": ("slope", "slope_mean", "mean_slope"),
}
TEXTS = ("name", "region")
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


def by_first_column(file: Path, said: list[Remark]) -> pd.DataFrame:
    """A table of texts by the sites in its first column; what was assumed is added to `said`."""
    try:
        table, assumed = read_text(file, n_comments(file))
    except OSError as error:
        raise DataError(f"{file}: cannot be read: {error.strerror}.") from None
    said += assumed
    if not len(table.columns):
        raise DataError(f"{file}: there is no column; the first has the ids of the basins.")
    ids = table.pop(table.columns[0]).str.strip()
    check_once(ids, file)
    return table.set_index(ids)


def basins_of(table: pd.DataFrame, source: object, said: list[Remark]) -> Basins:
    """The attributes of a table of texts by site, whose columns have any names: all that are numbers.

    Those whose units are declared are converted to them: a discharge is spread over the area in km2. Raises DataError
    if the table does not say where the sites are.
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
        elif not to_numbers(table[column])[1].any():
            columns[name], units[name] = table[column], name_and_units(column)[1] or ""
        else:
            texts.append(name)
    static = pd.DataFrame({n: v if n in TEXTS else to_numbers(v)[0] for n, v in columns.items()})
    labels = {n: label(n, vocabulary, units.get(n) or "") for n in static}
    for key in vocabulary.static.keys() & {*static}:
        where = f"{source}: {chosen.get(key, key)}"
        static[key], labels[key] = converted(static[key], units[key] or None, labels[key], where)
    name = static.get("name", pd.Series(index=static.index, dtype=object)).fillna(static.index.to_series())
    static = static.assign(name=name, region=static.get("region", pd.Series("", static.index)).fillna(""))
    labels |= {n: label(n, vocabulary, "1") for n in TEXTS}
    notes = [f"not read, as computed from the observed flow: {', '.join(from_flow)}"] if from_flow else []
    notes += [f"not read, as they are no numbers: {', '.join(texts)}"] if texts else []
    return Basins(static, labels, notes=notes, said=said)

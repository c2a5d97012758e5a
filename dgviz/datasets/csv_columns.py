"""The columns of a science in a table of one's own: which they are, their marks and their units."""

import re
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd

from dgviz.datasets.conversion import conversion_attrs, to_units
from dgviz.datasets.csv_table import Given
from dgviz.datasets.errors import DataError, some
from dgviz.datasets.mending import marks_in
from dgviz.datasets.names import renamed, renaming
from dgviz.datasets.remarks import Remark
from dgviz.datasets.science import all_vocabularies
from dgviz.datasets.vocabulary import Vocabulary
from dgviz.suggestions import suggest
from dgviz.units import UnitsError, same

Labels = dict[str, dict[str, str]]  # name of a column: its units, long_name and conversion


def known_columns(
    table: pd.DataFrame, given: Given, file: Path, vocabulary: Vocabulary
) -> tuple[pd.DataFrame, Given, list[Remark]]:
    """The columns of the science, in any case of letters; others are not read, unless they look misspelt."""
    changes = renaming(table.columns, (), vocabulary.in_files, vocabulary.other_names)
    table, said = renamed(table, changes, file.name)
    given = {changes.get(name, name): units for name, units in given.items()}
    others = [name for name in table if name not in vocabulary.in_files]
    observed = {*vocabulary.targets, *vocabulary.raw}
    # Only where nothing observed was found: beside a flow, q_remark or discharge_source are none.
    unread = [] if observed & {*table} else [name for name in others if is_like(name, observed, vocabulary)]
    # What another science calls so is not misspelt.
    elsewhere = {name for other in all_vocabularies().values() for name in other.in_files}
    for name in others:
        if name in unread or name in elsewhere or is_another(name, table, vocabulary):
            continue
        if hint := suggest(name, [known for known in vocabulary.in_files if known not in table]):
            raise DataError(
                f"{file}: column {name!r} is not known.{hint} "
                f"Rename or remove it; known columns are date, {', '.join(vocabulary.in_files)}."
            )
    if len(others) == table.shape[1]:
        raise DataError(
            f"{file}: no column is known; it has {', '.join(others)} and needs {', '.join(vocabulary.series)}."
        )
    if unread:
        columns = [f"{name} [{vocabulary.in_files[name].units}]" for name in vocabulary.in_files if name in observed]
        text = f"{some(unread)} may be what was observed; to read it, call it with its units: {' or '.join(columns)}"
        said.append(Remark("doubtful", file.name, text))
    second = [name for name in others if is_another(name, table, vocabulary)]
    if second:
        said.append(Remark("not read", some(second), "another column is read for the same series"))
    if unknown := [name for name in others if name not in second]:
        said.append(Remark("not read", some(unknown), f"columns that {vocabulary.domain} does not know"))
    return table.drop(columns=others), given, said


def is_another(name: str, table: pd.DataFrame, vocabulary: Vocabulary) -> bool:
    """Whether a name, of more than a letter, is one that people use for a series that another column holds."""
    called = {key: (key, *vocabulary.other_names.get(key, ())) for key in vocabulary.in_files if key in table}
    return len(name) > 1 and any(name.lower() in others for others in called.values())


def is_like(name: str, observed: Collection[str], vocabulary: Vocabulary) -> bool:
    """Whether a part of a name, as in q_cfs or discharge_m3s, is what people call something observed."""
    called = {other for key in observed for other in (key, *vocabulary.other_names.get(key, ()))}
    return not called.isdisjoint(re.split(r"[^a-z0-9]+", name.lower()))


def without_marks(
    table: pd.DataFrame, given: Given, vocabulary: Vocabulary, file: Path
) -> tuple[pd.DataFrame, list[Remark]]:
    """The table without marks for missing values, and without forcings that have no value at all."""
    series = vocabulary.in_files
    marks = {
        name: marks_in(table[name].to_numpy(), series[name], has_usual_units(given[name], series[name].units))
        for name in table
    }
    found = {name: np.unique(table[name].to_numpy()[cells]) for name, cells in marks.items() if cells.any()}
    words = [
        f"{name} {some([f'{value:g}' for value in values])} ({marks[name].sum()})" for name, values in found.items()
    ]
    said = [Remark("taken as missing", file.name, f"marks (times): {', '.join(words)}")] if words else []
    table = table.assign(**{name: table[name].mask(marks[name]) for name in found})
    nothing = [name for name in table if name in vocabulary.forcings and table[name].isna().all()]
    if nothing:
        said.append(Remark("not read", file.name, f"{some(nothing)}: there is no value"))
    return table.drop(columns=nothing), said


def has_usual_units(given: str | None, usual: str) -> bool:
    """Whether the units in a header are the declared ones, perhaps in another spelling, or there are none."""
    with suppress(UnitsError):
        return given is None or same(given, usual)
    return False


def converted(
    values: pd.Series, given: str | None, usual: dict, where: str, area: np.ndarray | None = None, step: str = ""
) -> tuple[pd.Series, dict[str, str]]:
    """A column in the usual units and its label; without units in the header it is in these."""
    given = usual["units"] if given is None else given
    numbers, how = to_units(values.to_numpy(), given, usual["units"], where, area, step)
    return pd.Series(numbers, values.index), usual | conversion_attrs(given, how)

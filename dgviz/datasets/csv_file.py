"""One CSV file of a person's own: a table by day, its columns in the units of their science."""

from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from dgviz.datasets.csv_columns import Labels, converted, known_columns, without_marks
from dgviz.datasets.csv_rows import by_step, in_order_of_time, on_every_step
from dgviz.datasets.csv_table import read_table
from dgviz.datasets.csv_text import numbers, numbers_or_missing
from dgviz.datasets.dates import read_dates
from dgviz.datasets.labels import label
from dgviz.datasets.reading import reading_of
from dgviz.datasets.remarks import Remark
from dgviz.datasets.steps import check_times
from dgviz.datasets.to_step import at_step_of, is_finer, rates_in
from dgviz.datasets.vocabulary import Vocabulary


class Series(NamedTuple):
    """The series of one site, their labels, what was assumed, and which of them show to be rates per day."""

    table: pd.DataFrame
    labels: Labels
    remarks: list[Remark]
    rates: set[str]


def read_series(file: Path, vocabulary: Vocabulary, area: np.ndarray | None, rates: Collection[str] = ()) -> Series:
    """The series of one site by the step of its science; `area` (km2) is its drainage area.

    `rates` are series without units of which other sites show that they are rates per day.
    """
    table, given, said = read_table(file, ("date",))
    times, told = read_dates(table.pop("date"), file, reading_of(file.parent).dates)
    said += [Remark("read as", file.name, text) for text in told]
    table, given, told_names = known_columns(table, given, file, vocabulary)
    observed = {*vocabulary.targets, *vocabulary.raw}
    for name in table:
        if name in observed:
            table[name], words = numbers_or_missing(table[name], file)
            said += words
        else:
            table[name] = numbers(table[name], file)
    table, empty = without_marks(table, given, vocabulary, file)
    table, in_rows = in_order_of_time(table.set_axis(times), file)
    vocabulary = at_step_of(table.index, vocabulary)
    shown = rates_in(table, given, vocabulary) if is_finer(table.index, vocabulary.step) else set()
    table, given, gathered = by_step(table, given, file, vocabulary, shown.union(rates))
    table, gaps = on_every_step(table, file, vocabulary)
    step, labels = check_times(table.index, file, vocabulary), {}
    for name in table:
        where, usual = f"{file}: {name}", label(name, vocabulary)
        table[name], labels[name] = converted(table[name], given[name], usual, where, area, step)
    return Series(table, labels, [*said, *told_names, *empty, *in_rows, *gathered, *gaps], shown)

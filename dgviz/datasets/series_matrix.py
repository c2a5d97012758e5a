"""Series of a collection that has one file for each variable, with a column for each gauge."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from dgviz.datasets.camels_family import Layout
from dgviz.datasets.series_file import read_series


def read_matrices(
    layout: Layout, path: Path, files: Mapping[str, tuple[str, ...]], needed: Iterable[str]
) -> dict[str, pd.DataFrame]:
    """The table, days x gauges, of each variable that is there; `files` are names of its file, the first wins.

    The needed ones are asked for first, so that an error names them.
    """
    found = {name: layout.needed(path, *files[name])[0] for name in needed}
    for name, names in files.items():
        if name not in found and (others := layout.files(path, *names)):
            found[name] = others[0]
    return {name: read_series(file) for name, file in found.items()}


def series_in(layout: Layout, path: Path, files: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The variables that there are."""
    return {name for name, names in files.items() if layout.files(path, *names)}


def of_gauge(matrices: Mapping[str, pd.DataFrame], gauge: str) -> pd.DataFrame:
    """The series of one gauge, of the variables that have it."""
    return pd.DataFrame({name: table[gauge] for name, table in matrices.items() if gauge in table})


def gauges(matrices: Mapping[str, pd.DataFrame]) -> set[str]:
    """All gauges."""
    return {str(gauge) for table in matrices.values() for gauge in table}

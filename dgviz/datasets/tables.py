"""Tables of many sites, of which one at a time is in memory: the others wait in a temporary file."""

import pickle
import weakref
from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from dgviz.memory import empty, let_go, take_sites, temporary_file


class Tables(MutableMapping[str, pd.DataFrame]):
    """A table of numbers for each site, in the order in which the sites came."""

    def __init__(self, tables: Iterable[tuple[str, pd.DataFrame]] = ()):
        self._file: Any = temporary_file()
        weakref.finalize(self, self._file.close)
        self._at: dict[str, tuple[int, int]] = {}  # where a table begins in the file, and how long it is
        for site, table in tables:
            self[site] = table

    def __setitem__(self, site: str, table: pd.DataFrame) -> None:
        content, start = pickle.dumps(table.astype("float32")), self._file.seek(0, 2)
        self._file.write(content)
        self._at[site] = start, len(content)

    def __getitem__(self, site: str) -> pd.DataFrame:
        start, length = self._at[site]
        self._file.seek(start)
        return pickle.loads(self._file.read(length))

    def __delitem__(self, site: str) -> None:
        del self._at[site]

    def __iter__(self) -> Iterator[str]:
        return iter([*self._at])  # tables may be replaced or removed meanwhile

    def __len__(self) -> int:
        return len(self._at)


def side_by_side(tables: Tables, names: Iterable[str]) -> dict[str, np.ndarray]:
    """The columns of these names of all sites, each `(time, site)`."""
    n_times = len(next(iter(tables.values())))
    series = {name: empty(n_times, len(tables)) for name in names}
    for number, table in enumerate(tables.values()):
        for name, values in series.items():
            values[:, number] = table[name]
    let_go(*series.values())
    return series


def of_sites(ds: xr.Dataset, chosen: np.ndarray) -> xr.Dataset:
    """Some sites of a data set, by position or as a mask; their series are copied, large ones to a file."""
    positions = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
    series = {name: values for name, values in ds.variables.items() if values.dims == ("time", "site")}
    taken = {name: (values.dims, take_sites(values.values, positions), values.attrs) for name, values in series.items()}
    rest = ds.drop_vars(list(series)).isel(site=positions)
    whole = rest.assign({name: taken[name] for name in series if name in ds.data_vars})
    whole = whole.assign_coords({name: taken[name] for name in series if name in ds.coords})
    return whole[list(ds.data_vars)].assign_attrs(ds.attrs)

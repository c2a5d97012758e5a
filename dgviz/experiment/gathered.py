"""Results that come block of sites by block: their series are put where they belong, large ones into files."""

import numpy as np
import xarray as xr

from dgviz.memory import empty, give_back, in_file, let_go

SERIES = ("time", "site")
CHUNK = 2**21  # bytes of a series of some sites, of which a reader of one site reads as much


class Gathered:
    """The series `(time, site)` of the results of many sites."""

    def __init__(self, n_sites: int):
        self.n_sites = n_sites
        self.series: dict[str, xr.DataArray] = {}  # by name, without coordinates
        self.names: list[str] = []  # of all variables, in the order of the results

    def take(self, sites: np.ndarray, results: xr.Dataset) -> xr.Dataset:
        """Take the series of the sites at some positions out of their results; gives what is left of these."""
        self.names = [str(name) for name in results.data_vars]
        taken = [str(name) for name in results if results[name].dims == SERIES]
        for name in taken:
            values = results[name].variable
            if name not in self.series:
                room = empty(len(values), self.n_sites, values.dtype)
                self.series[name] = xr.DataArray(room, dims=SERIES, attrs=values.attrs)
            self.series[name].values[:, sites] = values.values
            let_go(self.series[name].values)
        give_back()
        return results.drop_vars(taken).assign_coords(site=sites)

    def empty_at(self, sites: np.ndarray) -> None:
        """Leave no values (NaN) at some sites, a mask."""
        for values in self.series.values():
            values.values[:, sites] = np.nan

    def with_series(self, results: xr.Dataset) -> xr.Dataset:
        """The results of all sites with their series, the variables in the order in which they came."""
        return results.assign({name: values.variable for name, values in self.series.items()})[self.names]


def chunks_of(results: xr.Dataset) -> dict[str, dict[str, tuple[int, int]]]:
    """How the series that lie in files are stored, by name: some sites in a chunk, with all their times."""
    large = {str(name): values for name, values in results.items() if in_file(values.data) is not None}
    sites = {name: max(1, CHUNK // (len(values) * values.dtype.itemsize)) for name, values in large.items()}
    return {name: {"chunks": (len(large[name]), min(n, large[name].shape[1]))} for name, n in sites.items()}

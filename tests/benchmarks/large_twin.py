"""A twin of thousands of sites as data of one's own, written block by block: a NetCDF file, or a folder of CSV files.

`python -m tests.benchmarks.large_twin 6000 40 world.nc`, or a folder instead of a file.
"""

import sys
from pathlib import Path

import h5netcdf
import numpy as np
import pandas as pd
import xarray as xr

from dgviz.experiment.sources import open_dataset

AT_ONCE = 100  # sites that are made together


def block_of_twin(first: int, n_sites: int, years: int) -> xr.Dataset:
    """Some sites of the twin, without the truth; each block is made from a seed of its own."""
    twin = open_dataset(f"twin:hydrology,sites={n_sites},years={years},seed={first}")
    twin = twin.drop_vars([name for name in twin.variables if str(name).startswith("true_")])
    sites = [f"twin{first + i:05d}" for i in range(n_sites)]
    return twin.assign_coords(site=sites, name=("site", sites))


def blocks_of_twin(n_sites: int, years: int):
    """Block after block, with the position of its first site."""
    for first in range(0, n_sites, AT_ONCE):
        yield first, block_of_twin(first, min(AT_ONCE, n_sites - first), years)


def write_netcdf(file: Path, n_sites: int, years: int) -> None:
    """One file, site by site."""
    with h5netcdf.File(file, "w") as stored:
        for first, block in blocks_of_twin(n_sites, years):
            block = block.drop_vars("day_of_year").transpose("site", "time")
            if not first:
                _lay_out(stored, block, n_sites)
            for name, values in block.variables.items():
                if "site" in values.dims:
                    part = values.values.astype("S9") if values.dtype.kind == "U" else values.values
                    stored[str(name)][first : first + len(part)] = part
            print(f"{first + block.sizes['site']} sites", flush=True)


def _lay_out(stored: h5netcdf.File, block: xr.Dataset, n_sites: int) -> None:
    stored.dimensions = {"site": n_sites, "time": block.sizes["time"]}
    stored.attrs["domain"] = block.attrs["domain"]
    for name, values in block.variables.items():
        if name == "time":
            days = (block.indexes["time"] - block.indexes["time"][0]).days.to_numpy()
            made = stored.create_variable("time", ("time",), "i4", data=days)
            made.attrs["units"] = f"days since {block.indexes['time'][0]:%Y-%m-%d}"
            continue
        kind = "S9" if values.dtype.kind == "U" else values.dtype
        made = stored.create_variable(str(name), values.dims, kind)
        if "units" in values.attrs:
            made.attrs["units"] = values.attrs["units"]


def write_folder(folder: Path, n_sites: int, years: int) -> None:
    """attributes.csv, and a file of each site."""
    folder.mkdir(parents=True)
    tables = []
    for first, block in blocks_of_twin(n_sites, years):
        series = [name for name in block if block[name].dims == ("time", "site")]
        static = block[[name for name in block if block[name].dims == ("site",)]].reset_coords(["lat", "lon"])
        named = {name: f"{name} [{static[name].attrs['units']}]" for name in static if name not in ("lat", "lon")}
        tables.append(static.reset_coords(drop=True).to_dataframe().rename(columns=named))
        days = block.indexes["time"].strftime("%Y-%m-%d").rename("date")
        for i, site in enumerate(block.site.values):
            table = pd.DataFrame({name: np.round(block[name].values[:, i], 4) for name in series}, days)
            table.to_csv(folder / f"{site}.csv", float_format="%.4g")
        print(f"{first + block.sizes['site']} sites", flush=True)
    pd.concat(tables).to_csv(folder / "attributes.csv")


if __name__ == "__main__":
    n, span, path = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    (write_netcdf if path.suffix == ".nc" else write_folder)(path, n, span)

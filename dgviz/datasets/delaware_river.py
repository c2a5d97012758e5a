"""Delaware River: 456 reaches with the land beside each, 1979-1980, in the public domain; it travels with dgviz.

A site is a reach; streamflow is observed at the end of 94 of them. The routing options for a river network join them.

Source: land units and reaches of the U.S. Geological Survey's National Hydrologic Model, as packaged in pywatershed
2.0.4 (CC0); data/README.md tells how the file was made.
"""

from pathlib import Path

import xarray as xr

from dgviz.datasets.check import check
from dgviz.datasets.delaware import TITLES
from dgviz.datasets.hydrology_series import vocabulary, with_mean_temperature
from dgviz.datasets.site_network import check_network
from dgviz.paths import data_folder

title = "Delaware River, 456 reaches, 1979-1980"
domain = "hydrology"

FILE = "delaware_river.nc"


def load(path: str | Path | None = None) -> xr.Dataset:
    """Read the packaged file, or another copy of it given as `path` (the file or its folder)."""
    file = Path(path or data_folder())
    file = file / FILE if file.is_dir() else file
    dataset = check(with_mean_temperature(xr.load_dataset(file, engine="h5netcdf")), file, vocabulary)
    check_network(dataset, file)
    for name, long_name in TITLES.items():
        dataset[name].attrs["long_name"] = long_name
    return dataset

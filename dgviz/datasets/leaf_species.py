"""The same curves of leaf gas exchange with one more attribute for each species: is the leaf of it?

For parameters that are learned from the species beside traits and climate. Of no use for species that are not trained
on; `leaf_curves` is without.

Source: Smith and Dukes (2017), doi:10.1002/ecy.1992; data doi:10.5281/zenodo.826930.
"""

from pathlib import Path

import xarray as xr

from dgviz.datasets.leaf_curves import read_curves, series_in
from dgviz.datasets.leaf_traits import LEAST_CURVES, species_columns

__all__ = ["domain", "load", "series_in", "title"]

title = f"Leaf photosynthesis, 555 curves, with columns for species of {LEAST_CURVES} curves or more"
domain = "leaf"


def load(path: str | Path | None = None) -> xr.Dataset:
    """Read the curves as `leaf_curves` does, with a column of 1 and 0 for each species that has some curves."""
    return read_curves(path, title, species_columns)

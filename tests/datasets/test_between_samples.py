"""Series between samples against straight lines."""

import numpy as np
import pytest
import xarray as xr

from dgviz.datasets.between_samples import between_samples, discharge_between_samples


def series(*values):
    return xr.DataArray(np.array(values, "float64")[:, None], dims=("time", "site"))


def test_lines_are_straight_and_ends_are_kept():
    nan = np.nan
    assert between_samples(series(nan, 1.0, nan, 3.0, nan)).values[:, 0].tolist() == [1, 1, 2, 3, 3]


def test_those_of_discharge_are_straight_in_its_logarithm():
    found = discharge_between_samples(series(1.0, np.nan, 100.0)).values[:, 0]
    assert found.tolist() == pytest.approx([1.0, 10.0, 100.0])


def test_a_dry_bed_stays_dry_on_the_day_of_the_sample():
    found = discharge_between_samples(series(0.0, np.nan, 1.0)).values[:, 0]
    assert found[0] == 0.0 and found[1] == pytest.approx(np.sqrt(1e-3 * 1.0))

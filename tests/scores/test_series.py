"""How often a value is exceeded, and the course of the year."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.scores.series import duration_curve, monthly_means


@pytest.fixture
def series() -> xr.DataArray:
    """Two years of three sites `(time, site)`, one of them with gaps."""
    random = np.random.default_rng(3)
    coords = {"time": pd.date_range("1999-10-01", "2001-09-30"), "site": ["a", "b", "c"]}
    values = xr.DataArray(random.gamma(1.5, 2.0, (731, 3)), coords, attrs={"units": "mm d-1"})
    values[::9, 2] = np.nan
    return values


def test_a_duration_curve_falls_and_says_how_often(series):
    curve = duration_curve(series.sel(site=["a", "b"]))
    assert curve.dims == ("exceeded", "site") and (curve.diff("exceeded") <= 0).all()
    assert curve.isel(exceeded=365).exceeded == 50
    np.testing.assert_allclose(curve.isel(exceeded=365), series.sel(site=["a", "b"]).median("time"))


def test_the_regime_is_the_mean_of_each_month(series):
    year = monthly_means(series)
    assert year.sizes == {"month": 12, "site": 3}
    january = series.sel(time=series.time.dt.month == 1)
    np.testing.assert_allclose(year.sel(month=1), january.mean("time"))
    assert np.isnan(monthly_means(series.sel(time=slice("2000-02-01", "2000-06-30"))).sel(month=1)).all()

"""The scores of rivals against those of single series."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.domains.evaluation import scores_of_rivals


def test_each_rival_is_scored_on_the_period_alone_and_says_what_it_is():
    days = pd.date_range("2001-01-01", periods=20)
    coords = {"time": days, "site": ["a", "b"], "name": ("site", ["A", "B"])}
    observed = xr.DataArray(np.random.default_rng(0).normal(size=(20, 2)), coords, ("time", "site"))
    before = observed.time < days[10]
    predicted = {"Mean": xr.zeros_like(observed) + observed[10:].mean("time"), "Truth": observed.where(~before, 99.0)}
    about = {"Truth": "What was seen", "Mean": "The mean", "Other": "Left out"}
    found = scores_of_rivals(predicted, observed, "2001-01-11/2001-01-20", ("rmse", "nse"), about)
    assert found.nse.dims == ("model", "site") and found.description.values.tolist() == ["The mean", "What was seen"]
    assert found.nse.sel(model="Mean").values == pytest.approx([0.0, 0.0], abs=1e-9)
    assert (found.rmse.sel(model="Truth") == 0).all() and set(found.source.values) == {"fitted here"}
    assert "name" not in found.coords

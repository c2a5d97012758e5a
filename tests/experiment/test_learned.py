import numpy as np
import pytest
import xarray as xr

from dgviz.experiment.learned import learned_over_sites
from dgviz.processes.declare import Parameter


def test_a_parameter_is_summed_up_over_sites():
    static = xr.DataArray(np.arange(22.0).reshape(11, 2), dims=("site", "member"))
    dynamic = xr.DataArray([[1.0, 3.0], [5.0, 7.0]], dims=("time", "site"))
    declared = {name: Parameter("mm", name, range=(0.0, 30.0)) for name in ("a", "b", "not_learned")}
    found = learned_over_sites(xr.Dataset({"a": static}), declared)
    assert found.parameter.values.tolist() == ["a"]
    # means of members are 0.5, 2.5, ... 20.5
    assert found.sel(parameter="a")[["low", "median", "high"]].to_array().values == pytest.approx([2.5, 10.5, 18.5])
    varying = learned_over_sites(xr.Dataset({"b": dynamic}), declared)
    assert float(varying.sel(parameter="b")["median"]) == pytest.approx(4.0)  # of 3 and 5
    assert varying.units.values.tolist() == ["mm"]

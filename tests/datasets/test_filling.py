"""Short gaps in forcings are filled as declared, and that is said; longer ones and rain stay empty."""

import numpy as np
import pytest

from dgviz.datasets import open_dataset
from dgviz.datasets.filling import filled
from dgviz.datasets.hydrology_series import vocabulary
from dgviz.datasets.remarks import remarks
from dgviz.experiment.sources import open_dataset as open_any


@pytest.fixture
def data():
    twin = open_any("twin:hydrology,sites=2,years=2")
    return twin.drop_attrs(deep=False).assign_attrs(domain="hydrology").copy(deep=True)


def test_a_short_gap_of_temperature_is_interpolated_and_said(data):
    before = data.tmean.values[[9, 13], 0]
    data.tmean.values[10:13, 0] = np.nan
    done = filled(data, vocabulary)
    np.testing.assert_allclose(done.tmean.values[10:13, 0], np.interp([1, 2, 3], [0, 4], before), rtol=1e-6)
    (remark,) = remarks(done)
    assert (remark.kind, remark.about) == ("filled", "tmean")
    assert "3 days without a value, from 2000-10-11 on, interpolated in time at 1 site" in remark.text


@pytest.mark.parametrize(
    ("name", "days"),
    [("tmean", slice(10, 14)), ("prcp", slice(10, 11)), ("tmean", slice(0, 1)), ("tmean", slice(-1, None))],
    ids=["too long", "rain", "the beginning", "the end"],
)
def test_what_is_not_declared_to_be_filled_stays_empty(name, days, data):
    data[name].values[days, 1] = np.nan
    done = filled(data, vocabulary)
    assert done[name].isnull().equals(data[name].isnull()) and remarks(done) == []


def test_own_files_are_filled_when_they_are_read(data, tmp_path):
    data.tmean.values[100, 1] = np.nan
    names = [name for name in data if data[name].dims == ("site",)]
    mine = data[["prcp", "tmean", "streamflow", *names]]
    mine.drop_encoding().to_netcdf(tmp_path / "mine.nc", engine="h5netcdf")
    opened = open_dataset(tmp_path / "mine.nc")
    assert opened.tmean.notnull().all() and [r.about for r in remarks(opened) if r.kind == "filled"] == ["tmean"]
    mine.prcp.values[100, 1] = np.nan
    mine.drop_encoding().to_netcdf(tmp_path / "gap.nc", engine="h5netcdf")
    (left,) = (r for r in remarks(open_dataset(tmp_path / "gap.nc")) if r.kind == "left out")
    assert left.about == str(data.site.values[1]) and "prcp on 2001-01-09 is empty" in left.text

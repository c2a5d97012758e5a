import pytest
import xarray as xr

from dgviz.datasets.errors import DataError
from dgviz.datasets.remarks import Remark, remarks, with_remarks

HOURLY = Remark("aggregated", "prcp", "summed from hours to days")
DOUBTFUL = Remark("doubtful", "01013500", "flow is 9 times the rain")


def test_remarks_stay_with_the_data_set_in_their_order_and_once(tmp_path):
    ds = with_remarks(with_remarks(xr.Dataset(), [HOURLY, DOUBTFUL]), [HOURLY])
    ds.to_netcdf(tmp_path / "kept.nc")
    assert remarks(xr.open_dataset(tmp_path / "kept.nc")) == [HOURLY, DOUBTFUL]
    assert remarks(xr.Dataset()) == []


def test_a_remark_of_another_kind_is_refused():
    with pytest.raises(ValueError, match="remark of kind odd: known are read as, converted"):
        with_remarks(xr.Dataset(), [Remark("odd", "prcp", "")])


@pytest.mark.parametrize("content", ["no JSON", "5", '[["filled", "prcp"]]', "[[1, 2, 3, 4]]"])
def test_an_attribute_that_holds_no_remarks_is_named(content):
    with pytest.raises(DataError, match="the attribute dgviz_remarks of 'Mine' holds no remarks"):
        remarks(xr.Dataset(attrs={"title": "Mine", "dgviz_remarks": content}))

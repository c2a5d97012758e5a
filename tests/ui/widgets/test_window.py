import numpy as np
import pandas as pd
from bokeh.document import Document
from bokeh.models import Range1d

from dgviz.domains.hydrology.evaluation.backdrop import rain_and_snow
from dgviz.ui.figures.series import backdrop_columns, days_in_sight, periods, stretches, target_columns
from dgviz.ui.figures.time_series import TimeSeries
from tests.ui.conftest import LOOK


def test_a_time_axis_is_read_in_whole_days():
    assert days_in_sight(Range1d(pd.Timestamp("2000-01-01"), pd.Timestamp("2000-01-03"))) == (
        "2000-01-01",
        "2000-01-02",
    )
    in_a_browser = Range1d(946684800000 + 3.6e6, 946684800000 + 1.5 * 86.4e6)
    assert days_in_sight(in_a_browser) == ("2000-01-01", "2000-01-02")


def test_the_server_does_not_move_an_axis_that_the_user_is_dragging(dataset):
    weather = rain_and_snow(dataset.sel(site="a1"))
    chart = TimeSeries(LOOK, weather)
    Document().add_root(chart.layout)
    columns = backdrop_columns(weather) | target_columns("streamflow", dataset, "a1")
    chart.update(columns, with_baseline=False)
    chart.show_window(("2000-01-01", "2000-03-01"))
    chart.x_range.start = 946684800000 + 3.6e6  # one hour later, as a drag would
    chart.show_window(("2000-01-01", "2000-03-01"))
    assert chart.x_range.start == 946684800000 + 3.6e6


def test_rain_and_snow_add_up_and_snow_falls_on_cold_days(dataset):
    here = dataset.sel(site="a1")
    weather = rain_and_snow(here)
    assert (weather.rain + weather.snow == here.prcp).all()
    assert weather.snow.where(here.tmean >= 0, 0).sum() == 0 < weather.snow.sum()
    columns = backdrop_columns(weather)
    np.testing.assert_allclose(columns["top_snow"], here.prcp)  # snow stands on rain


def test_gaps_are_whole_stretches_of_days():
    days = pd.date_range("2000-01-01", periods=6)
    start, end = stretches(pd.Series([True, False, True, True, False, True]).to_numpy(), days)
    assert [str(d)[:13] for d in start] == ["1999-12-31T12", "2000-01-02T12", "2000-01-05T12"]
    assert [str(d)[:13] for d in end] == ["2000-01-01T12", "2000-01-04T12", "2000-01-06T12"]


def test_a_record_of_a_single_time_is_a_day_wide():
    (start,), (end,) = stretches(np.array([True]), pd.DatetimeIndex(["2001-03-05"]))
    assert (start, end) == (pd.Timestamp("2001-03-04 12:00"), pd.Timestamp("2001-03-05 12:00"))


def test_periods_of_the_run_come_before_those_of_the_data(dataset):
    own = periods(dataset, train="2000-01-01/2000-06-30")
    assert str(own["training"][0].date()) == "2000-01-01" and str(own["test"][0].date()) == "2000-10-01"

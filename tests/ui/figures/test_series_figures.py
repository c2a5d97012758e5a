"""What hangs from the top stands over its own day, and stacks."""

from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr
from bokeh.models import GlyphRenderer, VAreaStep

from dgviz.domains.hydrology.evaluation.backdrop import rain_and_snow
from dgviz.experiment.config import RunConfig
from dgviz.processes.declare import Flux, State
from dgviz.ui import theme
from dgviz.ui.figures.series import backdrop_columns, simulated_of, target_columns
from dgviz.ui.figures.stores import StoreSeries, stack
from dgviz.ui.figures.time_series import TimeSeries
from tests.ui.conftest import LOOK


def bars(layout):
    """The areas in steps of a figure, in the order in which they were drawn."""
    areas = [r for r in layout.select({"type": GlyphRenderer}) if isinstance(r.glyph, VAreaStep)]
    assert {area.glyph.step_mode for area in areas} == {"center"}  # half a day to either side of its day
    assert {area.glyph.x for area in areas} == {"time"}
    return areas


def test_rain_and_snow_of_a_day_hang_over_that_day(dataset):
    weather = rain_and_snow(dataset.sel(site="b2"))
    chart = TimeSeries(LOOK, weather)
    columns = backdrop_columns(weather) | target_columns("streamflow", dataset, "b2")
    chart.update(columns, with_baseline=False)
    rain, snow = sorted(bars(chart.layout), key=lambda area: area.glyph.y2 == "top_snow")
    drawn = pd.DataFrame({k: rain.data_source.data[k] for k in ("time", "rain", "top_snow")}).set_index("time")
    assert (rain.glyph.y1, rain.glyph.y2, snow.glyph.y1, snow.glyph.y2) == (0, "top_rain", "top_rain", "top_snow")
    wettest = dataset.prcp.sel(site="b2").idxmax("time").values
    assert drawn.top_snow.idxmax() == pd.Timestamp(wettest)
    np.testing.assert_allclose(drawn.top_snow, dataset.prcp.sel(site="b2"))
    warm = dataset.tmean.sel(site="b2").values >= 0
    np.testing.assert_allclose(drawn.rain[warm], dataset.prcp.sel(site="b2")[warm])


def test_the_axis_of_the_target_has_its_name_where_that_fits(dataset):
    weather = rain_and_snow(dataset.sel(site="b2"))
    assert TimeSeries(LOOK, weather).main.yaxis[0].axis_label == "Streamflow, mm d\u207b\u00b9"
    longer = replace(LOOK, target=replace(LOOK.target, long_name="Mean water temperature", units="degC"))
    assert TimeSeries(longer, weather).main.yaxis[0].axis_label == "\u00b0C"


def test_the_key_has_areas_as_faint_as_they_are_drawn(dataset):
    chart = TimeSeries(LOOK, rain_and_snow(dataset.sel(site="b2")))
    chart.shown["gaps"] = True
    kinds = {words: kind for words, _, kind in chart.key}
    assert kinds["no observation"] == "shade" and kinds["rain, mm d\u207b\u00b9"] == "area"
    assert ".key i.shade { opacity: 0.25; }" in theme.TEXT  # as the strips and the spread


def test_observations_that_stand_alone_are_points_and_between_samples_nothing_is_missing(dataset):
    weather, every_week = rain_and_snow(dataset.sel(site="b2")), np.arange(dataset.sizes["time"])[:, None] % 7 == 3
    sampled = dataset.assign(streamflow=dataset.streamflow.where(xr.DataArray(every_week, dims=("time", "week"))[:, 0]))
    for data, alone in ((dataset, False), (sampled, True)):
        chart = TimeSeries(LOOK, weather)
        columns = backdrop_columns(weather) | target_columns("streamflow", data, "b2")
        chart.update(columns, with_baseline=False)
        assert ("gaps" in chart.drawn) != alone  # b2 lacks twenty days
        points = chart.lines["samples"].data_source.data["samples"]
        observed = data.streamflow.sel(site="b2").values
        np.testing.assert_array_equal(points, observed if alone else np.full_like(observed, np.nan))


def test_inflows_of_a_day_are_stacked(dataset):
    model, time = RunConfig().build(), dataset.time[:4]
    inflows = {name: model.of(Flux)[name] for name in ("snowfall", "rainfall")}
    others = {"melt": model.of(Flux)["melt"], "snowpack": model.of(State)["snowpack"]}
    values = {"snowfall": [0.0, 3.0, 1.0, 0.0], "rainfall": [2.0, 1.0, 0.0, 5.0]}
    values |= {"melt": [0.0, 0.0, 1.0, 1.0], "snowpack": [0.0, 3.0, 3.0, 2.0]}
    figure = StoreSeries(inflows, others, LOOK)
    figure.update(xr.Dataset({k: ("time", np.array(v)) for k, v in values.items()}, {"time": time}))
    lower, upper = sorted(bars(figure.layout), key=lambda area: area.glyph.y2 == "top_rainfall")
    assert (lower.glyph.y1, lower.glyph.y2) == ("base_snowfall", "top_snowfall")
    assert (upper.glyph.y1, upper.glyph.y2) == ("base_rainfall", "top_rainfall")
    drawn = upper.data_source.data
    snow, rain = (np.subtract(drawn[f"top_{name}"], drawn[f"base_{name}"]) for name in inflows)
    np.testing.assert_array_equal(snow, [0, 3, 1, 0])
    np.testing.assert_array_equal(rain, [2, 1, 0, 5])
    np.testing.assert_array_equal(np.maximum(drawn["top_snowfall"], drawn["top_rainfall"]), [2, 4, 1, 5])
    np.testing.assert_array_equal(drawn["time"], time)


def test_inflows_of_other_units_have_a_panel_of_their_own(dataset):
    kinds = {"rainfall": "mm d-1", "dissolving": "mg L-1 d-1"}
    inflows = {name: Flux(units, name, "atmosphere", "store") for name, units in kinds.items()}
    figure, time = StoreSeries(inflows, {}, LOOK), dataset.time[:3]
    values = {"rainfall": [1.0, 2.0, 4.0], "dissolving": [100.0, 200.0, 300.0]}
    figure.update(xr.Dataset({k: ("time", np.array(v)) for k, v in values.items()}, {"time": time}))
    figure.show_window((str(time.values[0])[:10], str(time.values[2])[:10]), [])
    rain, oxygen = figure.panels
    assert [panel.yaxis.axis_label[:6] for panel in figure.panels] == ["Inflow"] * 2
    assert 4 < rain.y_range.start < 10 and 300 < oxygen.y_range.start < 400
    assert (figure.source.data["base_dissolving"] == 0).all()  # it does not stand upon the rain


def test_gains_are_stacked_above_zero_and_losses_below():
    ends = stack({"air": np.array([2.0, -1.0, -3.0]), "inflow": np.array([1.0, -2.0, 4.0])})
    assert (ends["base_air"] == 0).all()
    np.testing.assert_array_equal(ends["top_air"], [2, -1, -3])
    np.testing.assert_array_equal(ends["base_inflow"], [2, -1, 0])
    np.testing.assert_array_equal(ends["top_inflow"], [3, -3, 4])


def test_zero_stays_in_sight_above_a_store_that_is_below_it(dataset):
    time = dataset.time[:3]
    figure = StoreSeries({}, {"snowpack": State("mm", "Frozen water")}, LOOK)
    figure.update(xr.Dataset({"snowpack": ("time", np.array([-5.0, -4.0, -3.0]))}, {"time": time}))
    figure.show_only(["snowpack"])
    figure.show_window((str(time.values[0])[:10], str(time.values[2])[:10]), ["snowpack"])
    (panel,) = figure.panels
    assert panel.y_range.start == -5 and panel.y_range.end >= 0


def test_a_run_of_another_target_is_drawn_as_none():
    times = pd.date_range("2001-01-01", periods=2)
    dataset = xr.Dataset(coords={"time": times, "site": ["a"]})
    results = xr.Dataset({"chloride": (("time", "site"), [[1.0], [2.0]])}, dataset.coords)
    assert np.isnan(simulated_of(results, "nitrate", "a", dataset)).all()
    assert simulated_of(results, "chloride", "a", dataset).tolist() == [1.0, 2.0]

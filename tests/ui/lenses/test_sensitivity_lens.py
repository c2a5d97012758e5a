"""The lens of sensitivities: responses through time, what matters, and the check."""

import numpy as np
import pytest
import xarray as xr
from bokeh.models import HoverTool, Slope

from dgviz.processes.declare import Parameter
from dgviz.sensitivity.effects import effects
from dgviz.ui.figures.gradient_check import plot_check
from dgviz.ui.lenses.sensitivity.gradient_check import STEPS, GradientCheck, agreement_words
from dgviz.ui.lenses.sensitivity.matters import Matters
from dgviz.ui.lenses.sensitivity.responses import MOST, Responses
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.words.text import number


@pytest.fixture
def view(state):
    state.param.update(moment="2002-09-10", parameter="k2")
    return Responses(state=state)


def test_parameter_panels_hold_the_exact_response_with_units(view, state):
    expected = Simulation.of(state).parameter_response()
    np.testing.assert_allclose(view.figure.parameters.data["p0"], expected.k2)
    assert [panel.visible for panel in view.figure.lines] == [True] + [False] * (MOST - 1)
    assert view.figure.lines[0].above[0].text == "To baseflow recession"
    assert view.figure.lines[0].yaxis[0].axis_label == "mm"
    assert view.figure.bars.above[0].text == "To precipitation"
    assert "mm" in view.figure.lines[0].select_one(HoverTool).tooltips
    assert view.heading.startswith("Streamflow sensitivity")
    assert "a rise of baseflow recession by 1 d\u207b\u00b9" in view.caption and "hard threshold" in view.caption
    view.parameters.value = ["k2", "fc"]
    assert "or a rise of field capacity by 1 mm" in view.caption
    np.testing.assert_allclose(view.figure.parameters.data["p1"], expected.fc)
    view.parameters.value = []
    assert not any(panel.visible for panel in view.figure.lines)
    assert view.figure.bars.xaxis.visible  # dates stand below the lowest panel


def test_rain_after_the_day_has_exactly_no_effect(view, state):
    data = view.figure.forcing_response.data
    response = np.asarray(data["response"])
    days = np.asarray(data["time"])
    assert not response[days > np.datetime64("2002-09-10")].any()
    assert response[days <= np.datetime64("2002-09-10")].any()
    np.testing.assert_allclose(response, Simulation.of(state).forcing_response("prcp", "2002-09-10"))
    assert "10 Sep 2002" in view.caption and "Half of the response" in view.caption and "exactly 0" in view.caption


def test_rain_that_fell_in_the_warm_up_is_part_of_the_response(view, state):
    state.moment = Simulation.of(state).start
    response = Simulation.of(state).forcing_response("prcp", state.moment)
    assert response.time.values[0] < np.datetime64(state.moment)
    assert f"sum to {number(float(response.sum()))}, {number(float(response[:30].sum()))} of it" in view.caption


def test_a_tap_chooses_another_day(view, state):
    view._tap(np.datetime64("2002-09-20", "ms").astype(float))
    assert state.moment == "2002-09-20" and "20 Sep 2002" in view.caption
    assert view.figure.moment.location.strftime("%d") == "20"


def test_axes_fit_the_window_and_keep_zero_in_sight(view, state):
    state.window = ("2002-09-05", "2002-09-15")
    for panel in [view.figure.bars, view.figure.lines[0]]:
        assert min(panel.y_range.start, panel.y_range.end) <= 0 <= max(panel.y_range.start, panel.y_range.end)
    assert view.figure.x_range.start.strftime("%Y-%m-%d") == "2002-09-05"


def test_the_parameter_looked_at_joins_those_that_are_drawn(view, state):
    state.parameter = "fc"
    assert view.parameters.value == ["fc", "k2"]


def test_another_run_offers_its_own_parameters(view, state):
    state.show("default")
    assert "tt" in view.parameters.options.values()
    view.parameters.value = ["tt"]
    state.show("no-snow")
    assert view.parameters.value == ["k2"]


def test_the_check_says_how_well_gradient_and_rerun_agree(state):
    state.parameter = "k2"
    view = GradientCheck(state=state)
    _, _, agreements = Simulation.of(state).check("k2", STEPS)
    assert agreements[0] > 99
    assert "agreement" in view.badge.object and "baseflow recession" in view.heading


def test_the_check_has_one_scale_and_all_points_in_sight(state):
    days = {"time": np.arange(3).astype("datetime64[D]")}
    exact, near = (xr.DataArray(v, days, attrs={"units": "mm"}) for v in ([0.0, 1.0, 2.0], [0.0, 1.1, 2.0]))
    figure = plot_check(exact, near, exact - 9, state.look)
    (line,) = figure.select({"type": Slope})
    assert (line.gradient, line.y_intercept) == (1, 0)
    (changed,) = figure.js_property_callbacks["change:inner_width"]
    both = changed.args["both"]
    assert changed.args["x"] is figure.x_range and changed.args["y"] is figure.y_range
    assert both.start < -9 and both.end > 2


def test_a_threshold_that_a_gradient_does_not_see_is_said():
    parameter = Parameter("degC", "Threshold", range=(-2.5, 2.5))
    assert "does not see" in agreement_words(parameter, [99.999, 40.0], dark=False)
    assert "more than 99.99 %" in agreement_words(parameter, [99.999, 40.0], dark=False)
    assert "0.1 \u00b0C" in agreement_words(parameter, [99.999, 40.0], dark=True)
    assert "does not see" not in agreement_words(parameter, [99.5, 99.2], dark=False)
    assert "less than 0" in agreement_words(parameter, [99.5, -20.0], dark=False)


def test_what_matters_is_a_bar_for_each_parameter_over_the_window(state):
    state.param.update(window=("2002-08-05", "2002-09-20"), parameter="fc")
    view, simulation = Matters(state=state), Simulation.of(state)
    simulated = state.results("default").streamflow.sel(site="a1", time=slice(*state.window))
    for case in ("all", "low", "high"):
        state.case = case
        found = effects(simulation.parameter_response(), simulated, case, state.parameters())
        assert dict(zip(view.source.data["name"], view.source.data["effect"], strict=True)) == found
    names = list(found)
    assert view.names.factors == names[::-1]  # the largest on top
    first = state.parameters()[names[0]].long_name
    assert first.lower() in view.heading.lower() and view.source.data["label"][0].startswith(f"{first} ({names[0]}): ")
    accent = state.look.token("primary")
    assert [name for name, ink in zip(names, view.source.data["colour"], strict=True) if ink == accent] == ["fc"]
    assert "highest 2 %" in view.caption and f"({names[0]}): {number(found[names[0]])} mm" in view.summary


def test_a_window_without_a_day_of_the_run_says_so_and_still_shows_responses(state, store):
    run = store.run(state.run)
    run.stored = run.results().sel(time=slice("2000-10-01", "2001-09-30"))
    store._results.clear()
    state.param.update(window=("2002-08-05", "2002-09-20"), moment="")
    assert "not simulated in this window" in Matters(state=state).caption
    view = Responses(state=state)
    assert view.has_body and "precipitation in a day" in view.caption


def test_a_bar_that_is_pressed_chooses_its_parameter(state):
    view = Matters(state=state)
    last = view.source.data["name"][-1]
    view.source.selected.indices = [len(view.source.data["name"]) - 1]
    assert state.parameter == last and view.source.selected.indices == []
    assert view.source.data["colour"][-1] == state.look.token("primary")

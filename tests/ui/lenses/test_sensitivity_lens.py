"""The lens of sensitivities: responses through time, what matters, and the check."""

import numpy as np
import pytest
import torch
import xarray as xr
from bokeh.models import HoverTool, Slope

from dgviz.processes.declare import Parameter
from dgviz.ui.figures.gradient_check import plot_check
from dgviz.ui.instrument.workspace import follow_lens
from dgviz.ui.lenses.sensitivity.gradient_check import STEPS, GradientCheck, agreement_words
from dgviz.ui.lenses.sensitivity.matters import Matters
from dgviz.ui.lenses.sensitivity.moment import shown_moment
from dgviz.ui.lenses.sensitivity.responses import MOST, Responses
from dgviz.ui.lenses.sensitivity.through_time import ThroughTime
from dgviz.ui.session.shown_colours import shown_colours
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.widgets.fold import UNFOLDED, fold
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


def test_bars_may_be_of_what_the_model_computes_from_forcings(view, state):
    assert view.forcing.options["Potential evapotranspiration (computed)"] == "pet"
    view.forcing.value = "pet"
    assert view.figure.bars.above[0].text == "To potential evapotranspiration"
    assert "rises for 1 mm d\u207b\u00b9 more potential evapotranspiration in a day" in view.caption
    response = Simulation.of(state).forcing_response("pet", "2002-09-10")
    np.testing.assert_allclose(view.figure.forcing_response.data["response"], response)


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


def test_what_matters_is_a_bar_for_each_cause_the_largest_first(state):
    state.param.update(window=("2002-08-05", "2002-09-20"))
    view, simulation = Matters(state=state), Simulation.of(state)
    view.every.value = True
    for aim in ("mean", "high", "timing"):
        view.aim.value = aim
        found = simulation.what_matters(aim, shown_moment(state, simulation))
        counts = found.isel(cause=~found.zero.values)
        assert view.ranking.source.data["name"] == counts.cause.values.tolist()
        assert view.ranking.rows.factors == counts.cause.values.tolist()[::-1]  # the largest on top
        drawn = counts.effect if aim == "timing" else counts.percent  # of a time a percent means nothing
        np.testing.assert_allclose(view.ranking.source.data["value"], drawn)
    first = counts.isel(cause=0)
    name = str(first.long_name.item())
    assert view.ranking.source.data["label"][0].startswith(f"{name} ({first.cause.item()})")
    assert name.lower() in view.heading.lower() and "the timing of streamflow" in view.heading
    assert view.ranking.source.data["label"][0] in view.summary


def test_causes_that_do_nothing_are_not_drawn_but_said_with_the_reason(state):
    state.param.update(window=("2002-08-05", "2002-09-20"))
    view = Matters(state=state)
    dead = [str(n) for n in view.found.cause.values[view.found.why.values != ""]]
    assert dead and not {*dead} & {*view.ranking.source.data["name"]}
    assert all(f"{name} (" in view.caption.partition("Exactly nothing: ")[2] for name in dead)


def test_a_window_without_a_day_of_the_run_still_says_what_matters(state, store):
    run = store.run(state.run)
    run.stored = run.results().sel(time=slice("2000-10-01", "2001-09-30"))
    store._results.clear()
    state.param.update(window=("2002-08-05", "2002-09-20"), moment="")
    assert Matters(state=state).ranking.source.data["name"]
    view = Responses(state=state)
    assert view.has_body and "precipitation in a day" in view.caption


def test_a_bar_that_is_pressed_chooses_its_parameter(state):
    view = Matters(state=state)
    view.every.value = True
    names = view.ranking.source.data["name"]
    last = [name for name in names if name in state.parameters()][-1]
    view.ranking.source.selected.indices = [names.index(last)]
    assert state.parameter == last and view.ranking.source.selected.indices == []


def test_a_question_unfolds_what_else_there_is_and_the_address_has_it(state):
    made = []
    place = fold(state, "matters", [ThroughTime], lambda: made.append(1) or [Matters(state=state)])
    button, rest = place
    assert not rest.visible and button.label == "More: Parameters through time" and not made
    button.clicks += 1
    assert rest.visible and made == [1] and state.choices == {UNFOLDED: "matters"} and button.label == "Less"
    button.clicks += 1
    assert not rest.visible and not state.choices
    button.clicks += 1
    assert made == [1]  # once is enough


def test_what_a_lens_puts_on_the_map_goes_with_the_lens(state):
    follow_lens(state)
    values = xr.DataArray([1.0, -2.0], {"site": state.sites[:2]}, "site").assign_attrs(
        long_name="Response of streamflow", units="1", limit=2.0, about="Of the flood"
    )
    state.mapped = values
    shown = shown_colours(state)
    assert (shown.title, shown.low, shown.high) == ("Response of streamflow", -2.0, 2.0)
    assert shown.values.sel(site=state.sites[1]) == -2.0 and shown.values.isnull().sum() == len(state.sites) - 2
    state.page = "Scores"
    assert state.mapped is None and shown_colours(state).title != shown.title


def test_the_loss_is_divided_by_what_the_site_varied_in_training(state, dataset):
    simulation = Simulation.of(state)
    days = slice(*(simulation.run.config.train_period or dataset.attrs["train_period"]).split("/"))
    observed = dataset.streamflow.sel(site=state.site, time=days).values
    loss = simulation.aims(simulation.stamps[0])["loss"]
    steps = torch.zeros(4, dtype=torch.float64), torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64)
    expected = np.mean(np.arange(1, 5) ** 2) / (np.nanstd(observed) + state.target.scale) ** 2
    assert float(loss.value(*steps)) == pytest.approx(expected, rel=1e-5)

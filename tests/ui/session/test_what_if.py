"""Parameters changed by hand: what follows is simulated, drawn beside the run, and never taken for a trained result."""

import re
import threading
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from dgviz.experiment.run_files import RunError
from dgviz.scores import metrics
from dgviz.sensitivity.effects import CASES, effects
from dgviz.ui.figures.duration import duration_columns, regime_columns
from dgviz.ui.figures.series import target_columns
from dgviz.ui.instrument.target_charts import TargetCharts
from dgviz.ui.lenses.budget.balance import Balance
from dgviz.ui.lenses.budget.buckets import Buckets
from dgviz.ui.lenses.budget.stores import Stores
from dgviz.ui.lenses.scores.window_scores import WindowScores
from dgviz.ui.lenses.what_if.sliders import ParameterSliders, at_an_end
from dgviz.ui.session import live_what_if as live
from dgviz.ui.session.live_what_if import LiveWhatIf
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.session.state import AppState
from dgviz.ui.session.what_if import WhatIf, what_if_badge
from dgviz.ui.widgets import material
from dgviz.ui.words.text import number, signed


@pytest.fixture
def asking(state):
    """A session in which what is supposed is simulated on the spot."""
    LiveWhatIf(state)
    return state


def supposed_flow(state):
    return state.what_if.simulated.streamflow


# --- what follows from a change


def test_what_follows_is_the_model_with_all_members_shifted(asking):
    learned = asking.learned()
    asking.suppose({"fc": 400.0, "k1": 0.3})
    at = Simulation.of(asking).site_model()
    shifts = {"fc": at.shift_for("fc", 400.0 - learned["fc"]), "k1": at.shift_for("k1", 0.3 - learned["k1"])}
    assert asking.what_if.shifts == shifts and abs(shifts["fc"]) > 1
    xr.testing.assert_identical(asking.what_if.simulated, at.simulate(shifts))
    assert float(abs(supposed_flow(asking) - at.simulate().streamflow).max()) > 1e-3


def test_changes_are_said_with_what_was_learned(asking):
    learned = asking.learned()
    asking.suppose({"fc": 400.0, "k1": 0.3, "beta": 2.0})
    assert f"k1 {learned['k1']:.3f} \u2192 0.300 d\u207b\u00b9" in asking.what_if.words
    assert f"fc {learned['fc']:.0f} \u2192 400 mm, " in asking.what_if.words
    assert "beta" not in what_if_badge(asking.what_if).partition(">")[2] and "and 1 more" in what_if_badge(
        asking.what_if
    )
    assert what_if_badge(None) == ""


def test_learned_values_are_the_means_over_the_members(state):
    state.pick("c3")
    fc = state.results("default").fc.sel(site="c3")
    assert state.learned()["fc"] == pytest.approx(float(fc.mean()))
    state.show("")
    assert state.learned() == {}


@pytest.mark.parametrize("turn", [lambda s: s.pick("c3"), lambda s: s.show("no-snow"), lambda s: s.edit(data="other")])
def test_another_basin_or_run_begins_from_what_was_learned(asking, turn):
    asking.suppose({"k1": 0.3})
    asking.pick(asking.site)
    assert asking.what_if is not None and asking.supposed == {"k1": 0.3}
    turn(asking)
    assert asking.what_if is None and asking.supposed == {}


def test_another_window_of_a_long_record_is_simulated_too(asking):
    asking.suppose({"k1": 0.3})
    asking.window = ("2000-03-01", "2000-03-31")
    assert str(supposed_flow(asking).indexes["time"][-1].date()) == "2000-03-31"


@pytest.mark.parametrize(
    ("supposed", "said"),
    [
        ({"bta": 2.0}, "no parameter 'bta'. It has: .*Did you mean 'beta'"),
        ({"k1": 0.7}, "k1 cannot be 0.7 d\u207b\u00b9. Give 0.01 to 0.5"),
        ({"k1": float("nan")}, "k1 cannot be nan"),
    ],
)
def test_what_cannot_be_supposed_is_said(asking, supposed, said):
    with pytest.raises(RunError, match=said):
        asking.suppose(supposed)
    assert asking.supposed == {} and asking.what_if is None


def test_nothing_can_be_supposed_without_a_run_or_of_a_basin_outside_it(empty_store, store, state):
    store.add("part", state.config, store.results("default").sel(site=["a1", "b2"]))
    state.show("part")
    state.pick("c3")
    with pytest.raises(RunError, match="c3 was not part of the run part. Pick another basin"):
        state.suppose({"k1": 0.3})
    state.show("")
    with pytest.raises(RunError, match="No run is shown"):
        state.suppose({"k1": 0.3})


def test_a_failure_is_said_and_the_learned_parameters_are_back(asking, monkeypatch, caplog):
    monkeypatch.setattr(live._Site, "suppose", lambda *_: {}["gone"])
    asking.suppose({"k1": 0.3})
    assert "could not be simulated: 'gone'" in asking.problem
    assert asking.supposed == {} and asking.what_if is None


# --- while a slider is dragged


@pytest.fixture
def served(state, monkeypatch, served_at_once):
    """A session in a served page whose callbacks and whose simulations go on when the test says so."""
    page = SimpleNamespace(ticks=[], begun=[], go=threading.Semaphore(0), came=threading.Semaphore(0))

    def later(action, *_):
        page.ticks.append(action)
        page.came.release()

    def slow(site, supposed):
        page.begun.append(supposed)
        page.go.acquire()
        return real(site, supposed)

    def let_one_end():
        page.go.release()
        assert page.came.acquire(timeout=60)  # the result
        page.ticks.pop(0)()
        assert page.came.acquire(timeout=60)  # the pause after it
        page.ticks.pop(0)()

    real, page.let_one_end = live._Site.suppose, let_one_end
    monkeypatch.setattr(live._Site, "suppose", slow)
    document = SimpleNamespace(session_context=True, add_next_tick_callback=later, add_timeout_callback=later)
    monkeypatch.setattr(live.pn, "state", SimpleNamespace(curdoc=document, onload=lambda action: action()))
    LiveWhatIf(state)
    yield page
    page.go.release(9)


def test_one_simulation_at_a_time_and_then_the_latest_wish(state, served):
    for value in (0.1, 0.2, 0.3, 0.4):
        state.suppose({"k1": value})
    served.let_one_end()
    assert state.what_if.changes[0].supposed == 0.1
    served.let_one_end()
    assert state.what_if.changes[0].supposed == 0.4
    assert served.begun == [{"k1": 0.1}, {"k1": 0.4}] and not served.ticks


def test_what_is_on_its_way_when_all_is_reset_is_not_shown(state, served):
    state.suppose({"k1": 0.1})
    state.suppose({})
    served.let_one_end()
    assert state.what_if is None and len(served.begun) == 1


def test_what_is_on_its_way_for_another_basin_is_not_shown(state, served):
    state.suppose({"k1": 0.1})
    state.pick("c3")
    state.suppose({"k1": 0.2})
    served.let_one_end()
    assert state.what_if is None
    served.let_one_end()
    assert state.what_if.changes[0].learned == state.learned()["k1"]


def test_the_model_of_a_basin_is_read_once(asking, monkeypatch):
    read, real = [], Simulation.site_model
    monkeypatch.setattr(Simulation, "site_model", lambda self: read.append(self.site) or real(self))
    for value in (0.1, 0.2, 0.3):
        asking.suppose({"k1": value})
    asking.pick("c3")
    asking.suppose({"k1": 0.1})
    assert read == ["a1", "c3"]


# --- views


def test_the_hydrograph_draws_it_and_forgets_it(asking):
    view = TargetCharts(state=asking)
    rain = view.chart.source.data["rain"]
    assert ">what if<" not in view.caption  # the key
    asking.suppose({"k1": 0.3})
    drawn = xr.DataArray(view.chart.source.data["what_if"], {"time": asking.dataset.time}, "time")
    np.testing.assert_allclose(drawn.sel(time=supposed_flow(asking).time), supposed_flow(asking), rtol=1e-6)
    assert view.chart.source.data["rain"] is rain  # only this column is sent
    assert view.chart.lines["what_if"].visible and ">what if<" in view.caption
    assert "@what_if" in view.chart.hover.tooltips and "what if: k1" in view.heading and "What if: mean" in view.summary
    asking.suppose({})
    assert np.isnan(view.chart.source.data["what_if"]).all() and "what if" not in view.heading
    assert not view.chart.lines["what_if"].visible and ">what if<" not in view.caption
    assert "@what_if" not in view.chart.hover.tooltips


def test_the_flow_axis_makes_room_for_it(asking):
    view = TargetCharts(state=asking)
    asking.window = ("2002-09-01", "2002-09-29")
    flow = asking.dataset.streamflow.sel(site=asking.site, time=slice("2002-08-01", None))
    asking.what_if = WhatIf((), xr.Dataset({"streamflow": xr.full_like(flow, 500.0)}))
    assert view.chart.y_range.end > 500


def regime_without_bars(columns, inside):
    return regime_columns(columns, inside, [])


@pytest.mark.parametrize("make", [duration_columns, regime_without_bars])
def test_other_charts_compare_the_days_that_all_have(make, dataset, store):
    results = store.results("default")
    part = results.sel(site="b2", time=slice("2000-10-01", "2001-09-30"))
    days = slice(0, dataset.sizes["time"])
    columns = make(target_columns("streamflow", dataset, "b2", results, None, part), days)
    year = dataset.indexes["time"].slice_indexer("2000-10-01", "2001-09-30")
    alone = make(target_columns("streamflow", dataset, "b2", results), year)
    for name in ("observed", "simulated"):
        np.testing.assert_allclose(columns[name], alone[name], rtol=1e-5)
    np.testing.assert_allclose(columns["what_if"], columns["simulated"], rtol=1e-5)


def test_scores_have_its_column_with_the_difference(asking):
    view = WindowScores(state=asking)
    asking.compare_with("no-snow")
    assert "what if" not in view.table.object
    asking.suppose({"fc": 900.0})
    days = slice(str(supposed_flow(asking).indexes["time"][0].date()), asking.window[1])
    observed = asking.dataset.streamflow.sel(site="a1", time=days)
    nse = float(metrics.nse(supposed_flow(asking).sel(time=days), observed))
    own = float(metrics.nse(asking.results("default").streamflow.sel(site="a1", time=days), observed))
    row = view.table.object.partition("NSE</td>")[2].partition("</tr>")[0]
    supposed = f"<td class='what-if'>{number(nse)}</td><td class='what-if'>{signed(nse - own)}</td>"
    assert f"<td>{number(own)}</td>{supposed}" in row
    assert row.count("<td") == 5  # A, what if, what if - A, B, A - B
    asking.suppose({})
    assert "what if" not in view.table.object


@pytest.mark.parametrize("view", [Stores, Buckets, Balance])
def test_stores_and_fluxes_follow_it_and_say_so(view, asking):
    shown = view(state=asking)
    before = content(shown)
    asking.suppose({"fc": 900.0})
    assert "class='what-if'" in shown.heading and content(shown) != before
    asking.suppose({})
    assert "what-if" not in shown.heading and content(shown) == before


def content(view):
    if isinstance(view, Stores):
        return view.series.source.data["soil_moisture"].tolist()
    return view.picture.object if isinstance(view, Buckets) else view.table.object


def test_buckets_keep_their_scale_so_that_levels_can_be_compared(asking):
    full = Buckets(state=asking).diagram.full
    asking.suppose({"fc": 900.0})
    assert Buckets(state=asking).diagram.full == full


# --- the sliders


@pytest.fixture
def card(asking):
    """The card with its sliders."""
    return ParameterSliders(state=asking)


def test_sliders_show_what_is_supposed_already(asking):
    asking.suppose({"k1": 0.3})  # as by a link
    view = ParameterSliders(state=asking)
    assert view.grid.visible and view.sliders["k1"].value == 0.3


@pytest.mark.parametrize("case", CASES)
def test_a_bar_below_each_slider_says_how_much_a_tenth_of_its_range_changes_in_the_window(card, asking, case):
    asking.param.update(case=case, window=("2002-08-05", "2002-09-20"))
    flow = asking.results("default").streamflow.sel(site="a1", time=slice(*asking.window))
    responses = Simulation.of(asking).parameter_response()
    found = effects(responses, flow.sel(time=flow.time.isin(responses.time)), case, asking.parameters())
    widths = {name: float(re.search(r"width:([\d.]+)%", bar.object)[1]) for name, bar in card.bars.items()}
    largest = max(found.values())
    assert widths == pytest.approx({name: 100 * effect / largest for name, effect in found.items()}, abs=0.06)
    assert f"{number(found['fc'], 3)} mm d\u207b\u00b9 for a tenth of the range" in card.bars["fc"].object


def test_a_value_at_a_bound_is_said_to_be_there(asking, store):
    declared = asking.parameters()["fc"]
    low, high = declared.range
    ends = {low: "at its lower bound", high: "at its upper bound", low + 0.03 * (high - low): ""}
    assert {value: at_an_end(value, declared) for value in ends} == ends
    results = store.results("default")
    store.runs()[-1].stored = results.assign(fc=xr.full_like(results.fc, high))
    store._results.clear()
    asking.pick("c3")
    card = ParameterSliders(state=asking)
    assert card.sliders["fc"].marks == [{"value": high, "label": "at its upper bound"}]


def test_there_is_a_slider_for_each_learned_parameter_over_its_declared_range(card, asking):
    declared, learned = asking.parameters(), asking.learned()
    assert list(card.sliders) == list(declared)
    for name, slider in card.sliders.items():
        assert (slider.start, slider.end) == declared[name].range and slider.value == learned[name]
        assert slider.marks[0]["value"] == learned[name]
        assert declared[name].long_name in slider.label and f"({name})" in slider.label
    assert "50 to 1000 mm. Read by: soil moisture" in card.sliders["fc"].description
    assert card.sliders["k1"].label.endswith("d\u207b\u00b9")


def test_a_dragged_slider_changes_the_parameter_and_shows_that_it_did(card, asking):
    learned = asking.learned()["k1"]
    card.sliders["k1"].value = 0.3
    assert asking.supposed == {"k1": 0.3} and asking.what_if.changes[0].supposed == 0.3
    assert card.sliders["k1"].color == "secondary" != card.sliders["fc"].color
    assert card.sliders["k1"].marks[0]["label"] == f"learned {learned:.3f}"
    assert "as learned" in card.said.object and "what if: k1" in card.heading
    card.sliders["k1"].value = learned
    assert asking.supposed == {} and card.sliders["k1"].color == "primary"


def test_one_button_resets_all(card, asking):
    (reset,) = [b for b in card.__panel__().select(material.Button) if b.label == "Reset"]
    assert not reset.visible
    card.sliders["k1"].value, card.sliders["fc"].value = 0.3, 400
    assert reset.visible and len(asking.supposed) == 2
    reset.param.trigger("clicks")
    assert asking.supposed == {} and not reset.visible
    assert {name: slider.value for name, slider in card.sliders.items()} == asking.learned()


def test_sliders_follow_basin_and_run(card, asking):
    card.sliders["k1"].value = 0.3
    asking.pick("c3")
    assert {name: slider.value for name, slider in card.sliders.items()} == asking.learned()
    asking.show("no-snow")
    assert "tt" not in card.sliders and card.sliders["k1"].value == asking.learned()["k1"]
    asking.show("")
    assert card.empty in card._place[0].object


def test_a_basin_outside_the_run_has_no_sliders(card, asking, store):
    store.add("part", asking.config, store.results("default").sel(site=["a1", "b2"]))
    asking.show("part")
    asking.pick("c3")
    assert not card.grid.visible and "not part of the run" in card.said.object
    asking.pick("b2")
    assert card.grid.visible


def test_a_session_opened_without_a_run_has_nothing_to_change(empty_store):
    view = ParameterSliders(state=AppState(empty_store))
    assert "Press Train" in view._place[0].object and not view.sliders

"""Every view renders in every science, before and after a run, and speaks no other science's words."""

import html
import re
from urllib.parse import parse_qsl

import panel as pn
import pytest
from bokeh.models import Axis, Legend

from dgviz.checks import checks_by_name
from dgviz.experiment.config import RunConfig
from dgviz.ui.instrument.target_charts import TargetCharts
from dgviz.ui.lenses.checks.physics_checks import PhysicsChecks
from dgviz.ui.lenses.compare.run_table import RunTable
from dgviz.ui.lenses.scores.window_scores import WindowScores
from dgviz.ui.session.address import OWN, from_query, to_query
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets.help import HelpDialog
from dgviz.ui.widgets.sidebar import Processes, sidebar
from dgviz.ui.words.text import score_label, units
from tests.ui.conftest import make_results
from tests.ui.test_views import VIEWS, failures

OF_HYDROLOGY = re.compile(r"streamflow|\bbasin|\brain|snowfall|mm d|hydrograph|\bflows?\b", re.IGNORECASE)
each_view = pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)


def with_runs(store):
    """Two runs, which differ in the first slot that leaves a choice, else in the number of members."""
    config, dataset = store.default_config("mine"), store.dataset("mine")
    given = {*config.science.forcings, *config.science.attributes}
    choices = [
        {slot: option.__name__}
        for slot, options in config.science.slots.items()
        for option in options[1:]
        if {name for name in option.reads if name in given} <= {*dataset.variables}
    ]
    other = choices[0] if choices else {"members": config.members + 1}
    for run_id, changes in (("first", {}), ("second", other)):
        changed = config.edited(**changes)
        store.add(run_id, changed, make_results(dataset, changed, 0.1))
    return store


def offered(science):
    """The checks that are offered of a science."""
    return checks_by_name(science.checks, science.has_stores)


def words_of(view, root) -> str:
    """All that can be read: heading, captions, texts, axes and legends."""
    figures = root.select({"type": Axis}), root.select({"type": Legend})
    labels = [str(axis.axis_label or "") for axis in figures[0]]
    labels += [str(getattr(item.label, "value", "")) for legend in figures[1] for item in legend.items]
    texts = [str(pane.object) for pane in view._place.select(pn.pane.HTML)]
    said = " ".join([view.heading, view.caption, view.summary, view.empty, *labels, *texts])
    return html.unescape(re.sub("<.*?>", " ", said))


def words_of_science(science):
    """All that a science itself calls something, in lower case: a watershed has basins and rain too."""
    quantities = science.quantities()
    presets = [f"{name} {preset.about}" for name, preset in science.presets.items()]
    units_of = [units(quantity.units) for quantity in quantities.values()]
    said = [science.site, science.title, *(q.long_name for q in quantities.values()), *quantities, *presets, *units_of]
    return " ".join(said).lower()


@each_view
def test_a_view_renders_before_a_run(view, science_store, caplog):
    view(state=AppState(science_store)).__panel__().get_root()
    assert failures(caplog) == []


@each_view
def test_a_view_renders_after_a_run_and_follows_the_state(view, science_store, caplog):
    state = AppState(with_runs(science_store))
    shown = view(state=state)
    root = shown.__panel__().get_root()
    _, last = state.window
    time = state.dataset.indexes["time"]
    state.compare_with("first" if state.run == "second" else "second")
    state.pick(state.sites[2])
    state.select(state.sites[:2])
    state.param.update(window=(str(time[len(time) // 2].date()), last), dark=True, log_axis=True)
    state.moment = state.step.stamp(time[len(time) // 2])
    for chart in ("duration", "regime", "series"):
        state.chart = chart
    assert failures(caplog) == []
    if state.config.domain != "hydrology":
        own = words_of_science(state.science)
        found = [word for word in OF_HYDROLOGY.findall(words_of(shown, root)) if word.lower().strip() not in own]
        assert not found, found
    state.edit(data="made-up")  # another science
    state.edit(data="mine")
    assert failures(caplog) == []


def test_the_side_bar_and_the_address_follow_the_science(science_store):
    state = AppState(with_runs(science_store))
    *_, place = sidebar(state, HelpDialog(pn.Column()))
    before = place.objects[0]
    mine = state.config.domain
    state.edit(data="made-up")
    again = AppState(science_store)
    assert from_query({"data": "made-up"}, again, ("Budget",)) == [] and again.config.domain == "hydrology"
    assert f"domain={state.config.domain}" in to_query(state)
    assert (place.objects[0] is before) == (mine == "hydrology")
    titles = list(place.objects[0]._names)
    assert titles[0] == "Basins"
    slots = Processes(state, HelpDialog(pn.Column())).__panel__()
    state.edit(data="mine")
    assert slots is not None and state.config.domain == mine


def test_values_below_zero_are_drawn_where_the_target_has_no_floor(science_store):
    state = AppState(with_runs(science_store))
    view = TargetCharts(state=state)
    if state.science.curves:  # drawn as curves instead
        assert not view.has_body
        return
    lowest = float(state.dataset[state.config.target].sel(site=state.site, time=slice(*state.window)).min())
    if state.target.floor is None:
        assert view.chart.y_range.start < lowest
    else:
        assert view.chart.y_range.start == state.target.floor


def test_the_scores_in_the_window_are_those_of_the_target_in_its_order(science_store):
    state = AppState(with_runs(science_store))
    view = WindowScores(state=state)
    view.__panel__()
    places = [view.table.object.index(f">{label}") for label in map(score_label, state.target.scores)]
    assert places == sorted(places) and len(places) == len(state.target.scores)


def test_a_moment_is_as_fine_as_the_step(science_store):
    state = AppState(with_runs(science_store))
    time = state.dataset.indexes["time"]
    tapped = state.step.nearest(time, time[33].value / 1e6 + 0.2 * state.step.ms)
    assert tapped == state.step.stamp(time[33]) and state.step.nearest(time, 0.0) == ""


def test_runs_of_another_science_are_counted_and_not_listed(science_store):
    state = AppState(with_runs(science_store))
    mine = state.config.domain
    state.edit(data="made-up")
    table = RunTable(state=state)
    table.__panel__()
    assert table.table.content.count("name='A'") == (2 if mine == "hydrology" else 0)
    assert ("Runs of other sciences are not listed: 2." in table.caption) == (mine != "hydrology")


def test_the_checks_are_those_of_the_science_that_is_looked_at(science_store):
    store = with_runs(science_store)
    basins = store.default_config("made-up")
    store.add("basins", basins, make_results(store.dataset("made-up"), basins, 0.1))
    state = AppState(store)
    view = PhysicsChecks(state=state)
    mine, before = state.config.domain, dict(view.verdicts)
    view.pick(next(iter(view.checks)))
    state.edit(data="made-up")
    state.show("basins")
    assert view.lines.keys() == view.checks.keys() == offered(state.config.science).keys()
    if mine != "hydrology":
        assert view.picked == "" and view.verdicts.keys() == view.checks.keys()
    state.edit(data="mine")
    assert view.verdicts.keys() == before.keys() == offered(state.config.science).keys()


def test_verdicts_that_come_after_the_data_set_changed_are_left_out(science_store):
    state = AppState(with_runs(science_store))
    view = PhysicsChecks(state=state)
    before = view.simulation, view.verdicts
    state.edit(data="made-up")
    view._keep(*before)
    assert view.heading == "Physics checks" and view.summary == ""


def test_options_at_the_default_of_another_science_come_back_from_the_address(science_store):
    state = AppState(science_store)
    state.edit(**{name: RunConfig.model_fields[name].default for name in state.science.defaults})
    query = dict(parse_qsl(to_query(state)[1:], keep_blank_values=True))
    again = AppState(science_store)
    assert from_query(query, again, ("Budget",)) == []
    assert again.config == state.config


def test_no_option_at_the_default_of_the_science_is_in_the_address(science_store):
    query = dict(parse_qsl(to_query(AppState(science_store))[1:]))
    assert not query.keys() & RunConfig.model_fields.keys() - OWN

"""Every view, of a lens or always in sight, renders before and after a run, and follows the state."""

import html
import re

import numpy as np
import pandas as pd
import pytest

from dgviz.experiment.config import RunConfig
from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.instrument import drawer
from dgviz.ui.instrument.lenses import LENSES
from dgviz.ui.instrument.site_map import SiteMap
from dgviz.ui.instrument.target_charts import TargetCharts
from dgviz.ui.lenses.scores.distribution import ScoreDistribution
from dgviz.ui.lenses.scores.window_scores import WindowScores, kinds_of_days, window_scores
from dgviz.ui.lenses.view import View, _below
from dgviz.ui.session.state import AppState
from dgviz.ui.words.kinds import lacks
from tests.ui.conftest import make_results

OF_LENSES = {view for lens in LENSES.values() for view in lens.views}
VIEWS = sorted({SiteMap, TargetCharts, *drawer.VIEWS, *OF_LENSES}, key=lambda v: v.__name__)
each_view = pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)

NAMES = ("nse", "pbias")
KINDS = {
    "network": {"predictor": "network"},
    "corrected": {"predictor": "corrected"},
    "fixed": {"parameters": "fixed"},
    "shared": {"parameters": "shared"},
    "sites": {"parameters": "sites"},
    "seeds": {"seeds": 3},
    "folds": {"holdout": "folds", "folds": 2},
    "held sites": {"holdout": "sites", "held_sites": ("b2",)},
    "shuffled": {"attributes_as": "shuffled"},
}


def failures(caplog):
    return [record.exc_info[1] for record in caplog.records if record.exc_info]


def said(view) -> str:
    """The words in place of a body."""
    return re.sub("<.*?>", "", str(getattr(view._place[0], "object", "")))


@each_view
def test_a_view_renders_before_a_run(view, empty_store, caplog):
    view(state=AppState(empty_store)).__panel__().get_root()
    assert failures(caplog) == []


@each_view
def test_a_view_renders_after_a_run_and_follows_the_state(view, state, caplog):
    root = view(state=state)
    root.__panel__().get_root()
    state.compare_with("no-snow")
    state.pick("c3")
    state.select(["a1", "c3"])
    state.param.update(window=("2000-11-01", "2000-12-31"), colour=ColourChoice("parameter", "fc"), dark=True)
    state.show("no-snow")
    state.edit(data="other")
    assert failures(caplog) == []


@pytest.mark.parametrize("kind", KINDS, ids=str)
@each_view
def test_a_view_stands_every_kind_of_run(view, kind, empty_store, dataset, caplog):
    config = RunConfig(domain="hydrology", data="made-up", members=4, **KINDS[kind])
    empty_store.add("run", config, make_results(dataset, config, 0.1))
    state = AppState(empty_store)
    shown = view(state=state)
    shown.__panel__().get_root()
    state.pick("c3")
    state.param.update(window=("2000-11-01", "2000-12-31"), dark=True)
    assert failures(caplog) == []


@each_view
def test_a_view_of_what_a_network_alone_has_not_says_so_until_another_run_is_shown(view, state, store, dataset, caplog):
    config = RunConfig(domain="hydrology", data="made-up").edited(predictor="network")
    store.add("network", config, make_results(dataset, config, 0.2))
    state.show("network")
    shown = view(state=state)
    shown.__panel__().get_root()
    if not view.applies(state):
        assert not shown.has_body
        return
    state.pick("c3")
    words = lacks(config, view.needs) if view.needs else ""
    assert (bool(words) and words in html.unescape(said(shown))) == bool(view.needs)
    state.show("default")
    assert not words or words not in html.unescape(said(shown))
    state.compare_with("network")
    state.show("network")
    assert failures(caplog) == []


@each_view
def test_a_view_has_a_title_and_says_what_to_do_when_empty(view):
    assert view.__doc__ and view.empty


def test_an_error_becomes_a_message_and_the_view_recovers(state):
    class Fragile(View):
        """Fragile."""

        def body(self, *, site):
            if site == "b2":
                raise ValueError("the <file> is gone")

    view = Fragile(state=state)
    state.pick("b2")
    assert "the &lt;file&gt; is gone" in view._place[0].object
    assert "Traceback" not in view._place[0].object
    state.pick("c3")
    assert Fragile.empty in view._place[0].object


def test_a_view_on_a_closed_page_waits_until_its_page_opens(state):
    drawn = []

    class Counted(View):
        """Counted."""

        def body(self, *, site):
            drawn.append(site)

    Counted(state=state, page="Data")
    state.pick("b2")
    state.pick("c3")
    assert drawn == ["a1"]
    state.page = "Data"
    assert drawn == ["a1", "c3"]


def test_a_click_changes_data_in_place(state):
    view = TargetCharts(state=state)
    figure, source = view.chart.main, view.chart.source
    state.pick("c3")
    assert view.chart.main is figure and view.chart.source is source
    np.testing.assert_allclose(source.data["observed"], state.dataset.streamflow.sel(site="c3"))
    assert "Cedar Run" in view.heading


def test_names_from_data_are_escaped(state):
    assert "&lt;Alder&gt; Creek" in TargetCharts(state=state).heading


def test_flow_axis_fits_the_window_and_gaps_are_shaded(state):
    view = TargetCharts(state=state)
    state.pick("b2")
    assert len(view.chart.lines["gaps"].data_source.data["start"]) == 1
    state.window = ("2000-06-01", "2000-06-30")
    inside = state.dataset.streamflow.sel(site="b2", time=slice(*state.window)).max()
    assert float(inside) < view.chart.y_range.end < 2 * float(inside)


@pytest.mark.parametrize("chart", ["duration", "regime"])
@pytest.mark.parametrize("log", [True, False])
def test_other_charts_show_the_same_site(state, chart, log):
    view = TargetCharts(state=state)
    state.param.update(chart=chart, log_axis=log)
    state.pick("c3")
    observed = state.dataset.streamflow.sel(site="c3")
    assert np.nanmax(view.source.data["observed"]) <= float(observed.max()) + 1e-6
    assert len(view.source.data["observed"]) == (12 if chart == "regime" else observed.size)


def test_map_and_distribution_select_each_other(state):
    site_map, cdf = SiteMap(state=state), ScoreDistribution(state=state)
    site_map.map.source.selected.indices = [1, 3]
    assert state.selected == ["b2", "d4"]
    assert {cdf.chart.shown.data["site"][i] for i in cdf.chart.shown.selected.indices} == {"b2", "d4"}
    cdf.chart.shown.selected.indices = [0]
    assert state.selected == [cdf.chart.shown.data["site"][0]]
    assert site_map.map.source.selected.indices == [state.sites.index(state.selected[0])]


def test_a_tap_takes_the_nearest_of_two_sites(state):
    site_map = SiteMap(state=state)
    x, y = site_map.map.x[3], site_map.map.y[3]
    site_map._pick(x + 1, y - 1)
    assert state.site == "d4"


def test_scores_follow_the_window(state):
    observed = state.dataset.streamflow.sel(site="a1")
    view = WindowScores(state=state)
    state.compare_with("no-snow")
    assert "A \u2212 B" in view.table.object
    month = ("2000-10-01", "2000-10-31")
    assert window_scores(observed, observed, month, NAMES).nse == 1
    assert window_scores(observed, observed * 2, month, NAMES).nse < 0
    assert window_scores(observed, observed * 2, month, NAMES).pbias == pytest.approx(100)


def test_a_site_outside_the_run_is_said(state, store):
    store.add("part", state.config, store.results("default").sel(site=["a1", "b2"]))
    state.show("part")
    view = WindowScores(state=state)
    state.pick("c3")
    assert "not part of the run" in view.table.object


def test_scores_in_the_window_say_which_days_they_are_of():
    spans = {"training": ("1999-10-01", "2000-09-30"), "test": ("2000-10-01", "2001-09-30")}
    spans = {name: tuple(map(pd.Timestamp, days)) for name, days in spans.items()}
    assert kinds_of_days(("1999-10-01", "2001-09-30"), spans) == "training and test days"
    assert kinds_of_days(("2000-10-01", "2001-09-30"), spans) == "test days"
    assert kinds_of_days(("2003-10-01", "2004-09-30"), spans) == "days of neither training nor test"
    assert kinds_of_days(("2000-10-01", "2001-09-30"), spans, "points") == "test points"


def test_the_first_line_of_a_caption_is_seen_and_the_rest_stands_behind_an_i():
    seen, _, behind = _below("As in Addor et al. (2018).\nMore <b>.", "Tap it.", "").partition("<details")
    assert "As in Addor et al. (2018)." in seen and "More" not in seen
    assert "More &lt;b&gt;." in behind and "<span class='use'>Tap it.</span>" in behind
    assert "<details" not in _below("Only this. And that.", "", "")

"""The one map: what colours the sites, how they are marked, and how sites are found and selected."""

import numpy as np
import pytest
import xarray as xr
from bokeh.events import SelectionGeometry

from dgviz.experiment.config import RunConfig
from dgviz.processes.declare import Parameter
from dgviz.scores.statistics import over_sites
from dgviz.ui import theme
from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.figures.colours import Showable
from dgviz.ui.figures.site_map import MARKERS, UNTRAINED
from dgviz.ui.instrument.site_map import SiteMap
from dgviz.ui.instrument.workspace import follow_lens
from dgviz.ui.session.state import AppState
from tests.ui.conftest import epoch, make_results


def drawn(view, column="value"):
    return np.asarray(view.map.source.data[column])


def limits(view):
    mapper = view.map.sites.glyph.fill_color.transform
    return mapper.low, mapper.high


def keep_sites(store, run_id, positions):
    """Leave only some sites in the results of a run."""
    run = store.run(run_id)
    run.stored = run.stored.isel(site=positions)
    store._results.clear()


def with_scores(state, scores):
    """Give the shown run these NSE of the test period."""
    run = state.store.run(state.run)
    run.stored = run.stored.copy(deep=True)
    run.stored.nse.loc[{"period": "test"}] = scores
    state.store._results.clear()


# --- what colours the sites


@pytest.mark.parametrize(("kind", "ends"), [("parameter", (1, 6)), ("spread", (0, 2.5))])
def test_learned_values_and_their_spread_are_shown_within_fixed_limits(state, kind, ends):
    state.colour = ColourChoice(kind, "beta")
    view = SiteMap(state=state)
    expected = over_sites(state.results(state.run).beta)["mean" if kind == "parameter" else "spread"]
    np.testing.assert_allclose(drawn(view), expected)
    assert limits(view) == ends and "shape of the recharge curve" in view.heading


def test_sensitivities_diverge_around_zero(state):
    state.colour = ColourChoice("sensitivity", "beta")
    view = SiteMap(state=state)
    np.testing.assert_allclose(drawn(view), state.results(state.run).sensitivity_beta)
    low, high = limits(view)
    assert low == -high < 0 and tuple(view.map.mapper.palette) == theme.DIVERGING
    state.dark = True
    assert tuple(view.map.mapper.palette) == theme.ON_DARK  # its middle is dark, not bright


def test_the_difference_of_scores_is_a_minus_b_about_zero(state, store):
    state.compare_with("no-snow")
    state.colour = ColourChoice("difference", "nse", "test")
    view = SiteMap(state=state)
    a, b = (store.results(run).nse for run in ("default", "no-snow"))
    np.testing.assert_allclose(drawn(view), (a - b).sel(period="test"))
    assert limits(view) == (-0.3, 0.3) and "A is higher" in view.caption
    assert "Values beyond \u00b10.3 have the colours of the ends." in view.caption
    state.colour = ColourChoice("difference", "nse", "train")
    np.testing.assert_allclose(drawn(view), (a - b).sel(period="train"))


def test_a_difference_of_parameters_ends_at_half_the_allowed_range(state, store, dataset):
    results = store.results("default")
    shifted = results.assign(fc=results.fc + 10)
    shown = Showable(state.config, dataset, shifted, results).colouring(ColourChoice("difference", "fc"))
    np.testing.assert_allclose(shown.values, 10)
    assert (shown.low, shown.high) == (-475, 475) and shown.units == "mm"
    assert shown.caption == "Colours end at half the allowed range"


def test_only_differences_of_parameters_of_both_models_are_offered(state):
    state.compare_with("no-snow")
    offered = SiteMap(state=state).picker.groups["Difference of learned parameters"].values()
    a, b = (state.store.run(run).config.build().of(Parameter) for run in ("default", "no-snow"))
    assert set(offered) == {f"difference:{name}" for name in a.keys() & b.keys()} and "tt" not in b


def test_sites_missing_in_one_run_are_grey_and_counted(state, store):
    keep_sites(store, "no-snow", [0, 1])
    state.compare_with("no-snow")
    state.colour = ColourChoice("difference", "nse", "test")
    view = SiteMap(state=state)
    assert np.isnan(drawn(view)).sum() == 3 and "grey: no value: 3" in view.caption
    keep_sites(store, "no-snow", [0])
    keep_sites(store, "default", [1])
    view = SiteMap(state=state)
    assert np.isnan(drawn(view)).all() and "grey: no value: 5" in view.caption


def test_limits_follow_the_data_where_that_is_switched_on(state):
    state.colour = ColourChoice("parameter", "fc")
    view = SiteMap(state=state)
    assert limits(view) == (50, 1000)
    view.fit.value = True
    low, high = limits(view)
    learned = over_sites(state.results(state.run).fc)["mean"]
    assert state.fitted and 50 < low <= np.percentile(learned, 2) < np.percentile(learned, 98) <= high < 1000
    assert "2nd to the 98th percentile" in view.caption and view.histogram.scale.low == low
    state.fitted = False
    assert limits(view) == (50, 1000) and not view.fit.value


def test_a_parameter_recolours_while_it_is_learned(state, training):
    state.colour = ColourChoice("parameter", "fc")
    view = SiteMap(state=state)
    assert list(drawn(view)) == [200, 200, 300, 400, 500]
    assert limits(view) == (50, 1000) and "after epoch 2" in view.heading
    training.progress.append(epoch(3))
    state.follow()
    assert drawn(view)[0] == 300 and "after epoch 3" in view.heading
    state.colour = ColourChoice("score", "nse", "test")
    assert list(drawn(view))[:2] == [0.3, 0.3] and "in training, after epoch 3" in view.heading
    state.colour = ColourChoice("attribute", "area")
    assert "epoch" not in view.heading
    training.status, training.stored = "done", state.store.results("default")
    state.follow()
    state.colour = ColourChoice("parameter", "fc")
    np.testing.assert_allclose(drawn(view), over_sites(training.stored.fc)["mean"])
    assert "epoch" not in view.heading


def test_what_is_learned_just_now_does_not_cover_what_a_card_put_there(state, training):
    state.colour = ColourChoice("parameter", "fc")
    view = SiteMap(state=state)
    attrs = {"long_name": "Memory", "units": "1", "low": 0.0, "limit": 9.0, "about": "Of a card"}
    state.mapped = xr.DataArray(np.arange(5.0), {"site": state.sites}, ("site",), attrs=attrs)
    training.progress.append(epoch(3))
    state.follow()
    assert list(drawn(view)) == [0, 1, 2, 3, 4] and view.heading == "Memory"


def test_the_first_training_shows_what_it_has_learned_so_far(state, store, worker):
    state.run = ""
    follow_lens(state)
    view = SiteMap(state=state)
    assert view.picker.value.startswith("attribute:")
    run = store.run(state.start_training())
    run.status, run.progress = "training", [epoch(1)]
    state.follow()
    assert state.colour == ColourChoice("parameter", "fc") and list(drawn(view)) == [100, 200, 300, 400, 500]
    assert "field capacity, after epoch 1, mm" in view.heading and limits(view) == (50, 1000)
    assert view.picker.value == "parameter:fc"


def test_a_training_on_some_sites_leaves_the_others_grey(state, training, store):
    run = store.run(state.training)
    run.config = run.config.edited(sites=("c3", "a1"))
    run.progress[-1] |= {"parameters": {"fc": [7.0, 8.0]}, "nse": [0.2, 0.3]}
    state.look_at(run.id)
    state.colour = ColourChoice("parameter", "fc")
    np.testing.assert_equal(drawn(SiteMap(state=state)), [8.0, np.nan, 7.0, np.nan, np.nan])


def test_what_the_shown_run_has_not_gives_way_to_what_it_has(state):
    state.colour = ColourChoice("parameter", "tt")
    view = SiteMap(state=state)
    view.__panel__()
    state.show("no-snow")
    assert state.colour.kind == "parameter" and state.colour.name in state.parameters()
    assert view.picker.value == state.colour.text and np.isfinite(drawn(view)).all()


def test_the_picker_colours_the_map_and_follows_it(state):
    view = SiteMap(state=state)
    view.picker.value = "attribute:area"
    np.testing.assert_allclose(drawn(view), state.dataset.area)
    assert view.heading == "Drainage area, km\u00b2"
    state.colour = ColourChoice("score", "kge_2012", "train")
    assert view.picker.value == "score:kge_2012:train"
    assert not [group for group in view.picker.groups if group.startswith("Difference")]
    state.compare_with("no-snow")
    assert "difference:nse:test" in view.picker.groups["Difference, test period"].values()


# --- how sites are marked


def test_scores_below_zero_get_a_cross(state):
    with_scores(state, [0.5, -0.1, 0.9, -3.0, np.nan])
    view = SiteMap(state=state)
    assert list(drawn(view, "cross") > 0) == [False, True, False, True, False]
    assert "\u00d7 below zero: 2" in view.caption
    (crosses,) = [r for r in view.map.figure.renderers if getattr(r.glyph, "marker", None) == "x"]
    assert crosses.glyph.size == "cross" and crosses.data_source is view.map.source
    state.colour = ColourChoice("difference", "nse", "test")
    state.compare_with("no-snow")
    assert not drawn(view, "cross").any() and "below zero" not in view.caption
    state.colour = ColourChoice("score", "pbias", "test")  # may well be below zero
    assert not drawn(view, "cross").any()


def test_sites_that_were_not_trained_on_are_small(empty_store, dataset):
    config = RunConfig(domain="hydrology", data="made-up", members=4, holdout="sites", held_sites=("b2", "d4"))
    empty_store.add("run", config, make_results(dataset, config, 0.1))
    state = AppState(empty_store)
    view = SiteMap(state=state)
    sizes = drawn(view, "size") / theme.POINT
    np.testing.assert_allclose(sizes, [1, UNTRAINED, 1, UNTRAINED, 1])
    assert "small: not trained on: 2" in view.caption
    state.colour = ColourChoice("attribute", "area")
    assert (drawn(view, "size") == theme.POINT).all() and "small" not in view.caption


def test_sites_whose_target_is_not_natural_are_squares(state, store):
    flags = xr.DataArray(["", "below a dam", "", "", "steps"], {"site": state.sites}, "site")
    store.flags = lambda config: flags
    view = SiteMap(state=state)
    circle, square = MARKERS
    assert list(drawn(view, "marker")) == [circle, square, circle, circle, square]
    assert view.map.sites.glyph.marker == "marker" and "\u25a0 streamflow altered by people: 2" in view.caption


def test_the_picked_site_has_a_ring_and_a_triangle(state):
    view = SiteMap(state=state)
    state.pick("d4")
    assert view.map.picked.data == {"x": [view.map.x[3]], "y": [view.map.y[3]]}
    nse = float(state.results("default").nse.sel(period="test", site="d4"))
    assert view.histogram.picked.data["x"] == [pytest.approx(nse)]


# --- finding and selecting


def test_a_site_is_found_by_its_name(state):
    search = SiteMap(state=state).search
    search.value = search.options["Cedar Run (c3)"]
    assert state.site == "c3"
    assert search.label == "Find a basin by name or number"


def test_brushing_the_distribution_of_an_attribute_selects_by_it(state):
    state.colour = ColourChoice("attribute", "elevation")  # 1, 20, 300, 40, 55 m
    view = SiteMap(state=state)
    brush(view, 15, 60)
    assert state.selected == ["b2", "d4", "e5"]
    assert view.map.source.selected.indices == [1, 3, 4]
    state.select([])
    assert view.map.source.selected.indices == []


def brush(view, low, high):
    """Draw a box from one value to another."""
    x0, x1 = view.histogram.scale.place(np.array([low, high]))
    geometry = {"type": "rect", "x0": x0, "x1": x1, "y0": 0, "y1": 1}
    view._brush(SelectionGeometry(view.histogram.figure, geometry, final=False))
    assert view.state.selected == []  # not while the box is drawn
    view._brush(SelectionGeometry(view.histogram.figure, geometry, final=True))


def test_the_distribution_of_the_selected_stands_out(state):
    state.colour = ColourChoice("attribute", "area")
    view = SiteMap(state=state)
    bars = view.histogram.bars.data
    np.testing.assert_allclose(bars["some"], bars["every"])
    state.select(["a1", "c3"])
    bars = view.histogram.bars.data
    tallest = np.round(1 / bars["every"][bars["every"] > 0].min())
    assert round(bars["some"].sum() * tallest) == 2 and round(bars["every"].sum() * tallest) == 5

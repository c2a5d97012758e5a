"""The cards of what was learned: of attributes, of the data, and over the whole ranges."""

import numpy as np
import pytest
import xarray as xr
from bokeh.models import MultiLine

from dgviz.processes.declare import Parameter
from dgviz.quantities import lower_first
from dgviz.sensitivity.global_sensitivity import disagreement
from dgviz.sensitivity.identifiability import identifiability
from dgviz.sensitivity.target_statistics import global_target_sensitivity
from dgviz.ui.figures.dependence import plot_dependence
from dgviz.ui.figures.global_bars import plot_shares
from dgviz.ui.figures.loss_plane import plot_loss
from dgviz.ui.figures.matrix import Matrix
from dgviz.ui.figures.standard_errors import plot_standard_errors
from dgviz.ui.lenses.sensitivity import attribute_maps, learned_law
from dgviz.ui.lenses.sensitivity.global_beside_local import GlobalBesideLocal
from dgviz.ui.lenses.sensitivity.identifiability import Identifiability
from dgviz.ui.lenses.sensitivity.learned_law import LearnedLaw
from dgviz.ui.session.learned_law import LearnedLaw as Law
from dgviz.ui.session.shown_colours import shown_colours
from dgviz.ui.session.simulation import Simulation
from dgviz.ui.words.text import number


@pytest.fixture
def view(state):
    state.parameter = "fc"
    return LearnedLaw(state=state)


def test_every_cell_is_the_influence_of_an_attribute_on_a_parameter(view, state):
    found = Law.of(state).response().influence
    data = view.matrix.source.data
    for row, column, value in zip(data["row"], data["column"], data["value"], strict=True):
        assert value == float(found.sel(parameter=row, attribute=column))
    assert len(data["row"]) == found.size and set(data["dot"]) == {0.0}
    most = found.sel(parameter="fc")
    named = most.attribute_name.values[most.values.argmax()].lower()
    assert f"field capacity follows {named}" in str(view.heading).lower() and named in view.summary.lower()
    assert number(float(most.max()), 1) in view.summary and "add up to within" in view.caption


def test_a_pressed_cell_chooses_its_parameter_and_its_attribute(view, state):
    data = view.matrix.source.data
    place = next(i for i, cell in enumerate(zip(data["row"], data["column"], strict=True)) if cell == ("k1", "area"))
    view.matrix.source.selected.indices = [place]
    assert state.parameter == "k1" and view.attribute.value == "area" and view.matrix.source.selected.indices == []
    framed = [i for i, edge in enumerate(view.matrix.source.data["edge"]) if edge]
    assert framed == [place]
    expected = Law.of(state).curves("area").sel(parameter="k1")
    (lines,) = (r for r in view.curves.object.renderers if isinstance(r.glyph, MultiLine))
    np.testing.assert_allclose(np.stack(lines.data_source.data["y"]), expected.individual)
    assert "Drainage area" in view.curves.object.xaxis[0].axis_label
    assert "Interflow recession" in view.curves.object.yaxis[0].axis_label


def test_what_an_attribute_adds_is_put_on_the_map(view, state):
    view.attribute.value = "area"
    view.on_map.param.trigger("clicks")
    found = Law.of(state).contributions().contribution.sel(parameter="fc", attribute="area")
    shown = shown_colours(state)
    np.testing.assert_allclose(shown.values, found)
    assert shown.title == "What drainage area adds to field capacity" and shown.units == "mm"
    assert shown.high == -shown.low == pytest.approx(float(abs(found).max()))


def test_the_attribute_that_adds_most_is_put_on_the_map(view, state):
    view.largest.param.trigger("clicks")
    found = Law.of(state).contributions().dominant.sel(parameter="fc")
    shown = shown_colours(state)
    assert shown.title == "Largest contribution to field capacity" and len(shown.palette) == len(shown.classes)
    for site, name in zip(found.site.values, found.values, strict=True):
        title = Law.of(state).contributions().attribute_name.sel(attribute=name).item()
        assert shown.said(float(shown.values.sel(site=site))) in (lower_first(title), "another attribute")


def test_attributes_beyond_the_colours_are_one_class(view, state, monkeypatch):
    monkeypatch.setattr(attribute_maps, "MOST_CLASSES", 1)
    found = Law.of(state).contributions()
    first, second = found.attribute.values[:2]
    names = [first, second, first, "", first]
    found["dominant"] = found.dominant.copy(data=np.repeat(np.array(names)[:, None], found.sizes["parameter"], 1))
    shown = attribute_maps.largest_of(found, "fc", state.parameters()["fc"], "basin", dark=False)
    np.testing.assert_array_equal(shown.values, [0, 1, 0, np.nan, 0])
    assert list(shown.attrs["classes"])[1:] == ["another attribute"]


def test_what_is_beyond_chance_is_marked_and_counted(view, state, monkeypatch):
    found = Law.of(state).response().influence
    limit = xr.full_like(found.isel(attribute=0, drop=True), float(np.median(found)))
    monkeypatch.setattr(Law, "chance", lambda self: limit)
    assert view.test.visible and "compare with chance" in view.caption and "about 20 s" in view.caption
    view.test.clicks += 1
    marked = np.asarray(view.matrix.source.data["dot"]) > 0
    np.testing.assert_array_equal(marked, np.asarray(view.matrix.source.data["value"]) > float(np.median(found)))
    assert f"dots, {marked.sum()} of {found.size}, are beyond chance" in view.caption and not view.test.visible


def test_chance_that_would_take_minutes_is_left_to_the_library(state, store, monkeypatch):
    monkeypatch.setattr(learned_law, "LONGEST", 1.0)
    monkeypatch.setattr(Law, "chance", lambda self: pytest.fail("It was computed."))
    view = LearnedLaw(state=state)
    view.tested = True
    assert not view.test.visible and "`influence_by_chance` of the library" in view.caption


def test_chance_is_asked_of_the_run_with_its_training_days(state, monkeypatch):
    asked = []
    monkeypatch.setattr("dgviz.ui.session.learned_law.influence_by_chance", lambda *args: asked.append(args))
    law = Law.of(state)
    law.chance()
    ((config, seen, days, warmup),) = asked
    assert config is law.run.config and seen is state.dataset
    assert str(seen.time.values[days][0])[:10] == "1999-10-01" and str(seen.time.values[days][-1])[:10] == "2000-09-30"
    assert warmup == 0


def test_contributions_of_parameters_that_vary_in_time_are_left_to_the_library(state, store, monkeypatch):
    monkeypatch.setattr(Law, "contributions", lambda self: pytest.fail("They were computed."))
    store.add("dynamic", state.config.edited(dynamic=("fc",)), store.results("default"))
    state.show("dynamic")
    view = LearnedLaw(state=state)
    assert view.has_body and "contributions would take minutes" in view.caption


@pytest.mark.parametrize("options", [{"parameters": "sites"}, {"parameters": "shared"}, {"predictor": "network"}])
def test_a_run_that_learns_nothing_from_attributes_has_no_such_card(state, store, options):
    store.add("other", state.config.edited(**options), store.results("default"))
    state.show("other")
    assert not LearnedLaw.applies(state)


def test_curves_stand_over_a_logarithmic_axis_where_the_network_reads_one(view, state):
    curves = Law.of(state).curves("area").sel(parameter="fc")
    assert curves.along.attrs["spacing"] == "logarithmic"  # of the made-up basins, 10 to 3000 km2
    figure = plot_dependence(curves, "Field capacity", "a1", state.look)
    assert type(figure.x_scale).__name__ == "LogScale"
    flat = plot_dependence(Law.of(state).curves("elevation").sel(parameter="fc"), "Field capacity", "a1", state.look)
    assert type(flat.x_scale).__name__ == ("LogScale" if state.dataset.elevation.max() > 100 else "LinearScale")


def test_the_card_of_the_data_says_what_is_known_least_and_what_makes_up_for_what(state):
    view = Identifiability(state=state)
    found = identifiability(Simulation.of(state).site_model())
    order = found.parameter.values[np.argsort(found.standard_error.values)]
    words = {name: p.long_name for name, p in state.parameters().items()}
    first, last = (words[name].lower() for name in order[[0, -1]])
    assert f"most of {first}, least of {last} " in str(view.heading).lower()
    assert "Sloppiest: " in view.words.object and "collinearity" in view.words.object
    assert number(float(found.autocorrelation)) in view.caption and "has not kept its parameters" in view.caption
    bars = view.errors.object.renderers[0].data_source.data
    np.testing.assert_allclose(bars["error"], np.minimum(np.sort(found.standard_error), 100), rtol=1e-4)
    shown = view.directions.source.data
    first = found.eigenvector.sel(direction=1)
    at = [i for i, column in enumerate(shown["column"]) if column.startswith("1: ")]
    np.testing.assert_allclose([shown["value"][i] for i in at], first, rtol=1e-3, atol=1e-4)
    assert "reruns along the stiffest agree to" in view.caption


def test_the_way_of_training_is_drawn_where_a_run_kept_it(state, store):
    run = store.run("default")
    state.show("default")
    middle = {name: [sum(p.range) / 2] * 5 for name, p in run.config.build().of(Parameter).items()}
    run.progress = [
        {"parameters": {n: [1.01 * v for v in values] for n, values in middle.items()}},
        {"parameters": middle},
    ]
    view = Identifiability(state=state)
    assert "its ring the first epoch" in view.caption
    state.show("no-snow")
    assert "has not kept" in view.caption


def test_a_parameter_whose_error_exceeds_its_range_is_not_determined(state):
    found = identifiability(Simulation.of(state).site_model())
    found["standard_error"][:] = 10.0
    found["standard_error"][0] = 150.0
    name = str(found.parameter.values[0])
    words = {n: p.long_name for n, p in state.parameters().items()}
    bars = plot_standard_errors(found, words, state.look).renderers[0].data_source.data
    assert bars["label"][-1] == f"{words[name]} ({name}): not determined" and bars["error"][-1] == 100.0


def test_simulations_over_all_ranges_begin_with_the_button(state):
    view = GlobalBesideLocal(state=state)
    assert view.shares.object is None and "thousands" in view.caption.lower()
    view.begin.clicks += 1
    found = global_target_sensitivity(Simulation.of(state).site_model())
    assert disagreement(found, "mean") in view.caption and not view.begin.visible
    bars = next(r for r in view.shares.object.renderers if "total" in r.data_source.data).data_source.data
    np.testing.assert_allclose(bars["total"], np.sort(found.total.sel(output="mean")), rtol=1e-6)
    assert "95 % interval" in view.caption and "totals exceed their bound" in view.caption
    view.output.value = "score"
    assert disagreement(found, "score") in view.caption and "nse" in view.heading.lower()


def test_a_bound_far_beyond_all_shares_is_said_but_not_drawn(state):
    found = global_target_sensitivity(Simulation.of(state).site_model(), n=16).sel(output="mean")
    found["derivative_bound"][:] = 288.0
    words = {name: p.long_name for name, p in state.parameters().items()}
    data = plot_shares(found, words, state.look).renderers[0].data_source.data
    assert np.isnan(data["bound"]).all() and set(data["bound_said"]) == {"288"}


def test_a_matrix_has_its_first_row_on_top_and_one_scale(state):
    values = xr.DataArray([[1.0, -4.0], [0.0, 2.0]], {"row": ["a", "b"], "column": ["x", "y"]}, ("row", "column"))
    tips = {(r, c): f"{r}{c}" for r in "ab" for c in "xy"}
    matrix = Matrix(state.look, signed=True)
    matrix.show(values, tips, [("b", "y")], ("a", "x"))
    assert matrix.rows.factors == ["b", "a"] and (matrix.mapper.low, matrix.mapper.high) == (-4.0, 4.0)
    assert matrix.source.data["tip"] == ["ax", "ay", "bx", "by"] and matrix.source.data["dot"] == [0, 0, 0, 5.0]
    assert [bool(edge) for edge in matrix.source.data["edge"]] == [True, False, False, False]


def test_a_loss_that_is_the_same_everywhere_is_drawn(state):
    axis = np.linspace(-0.3, 0.3, 5)
    loss = xr.DataArray(np.full((5, 5), 0.5), {"along": axis, "across": axis}, ("along", "across"))
    assert plot_loss(loss, None, state.look).renderers

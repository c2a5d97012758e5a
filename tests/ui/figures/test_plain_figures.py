"""Figures are lean, and their legends lie on no data: in every view, whatever it draws."""

import json
import subprocess
from shutil import which

import pytest
from bokeh.models import CustomJSTickFormatter, GlyphRenderer, Legend, Plot
from bokeh.plotting import figure

from dgviz.ui.figures import TICK, plain_figure, plain_legend, upright
from dgviz.ui.lenses.data.explorer import Explorer  # HoloViews draws it
from dgviz.ui.session.state import AppState
from tests.ui.test_views import VIEWS

each_view = pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)


def figures_of(view, state):
    shown = view(state=state)
    root = shown.__panel__().get_root()
    return list(root.select({"type": Plot}))


def glyphs(fig):
    return [renderer for renderer in fig.renderers if isinstance(renderer, GlyphRenderer)]


def selects(fig) -> bool:
    kinds = {type(tool).__name__ for tool in fig.toolbar.tools}
    return bool(kinds & {"BoxSelectTool", "LassoSelectTool", "TapTool"})


def test_a_glyph_has_no_looks_that_nobody_sees():
    fig = plain_figure(100, tools="xpan")
    first = fig.line([1, 2], [1, 2])
    second = fig.scatter("x", "y", source=first.data_source, size=3)
    assert first.view is second.view
    for renderer in (first, second):
        assert renderer.nonselection_glyph is renderer.selection_glyph is renderer.muted_glyph is None
    assert fig.line([1, 2], [1, 2]).view is not first.view


def test_small_ticks_are_powers_of_ten_and_not_computer_numbers():
    fig = plain_figure(100, x_axis_type="datetime")
    assert isinstance(fig.yaxis[0].formatter, CustomJSTickFormatter)
    assert not isinstance(fig.xaxis[0].formatter, CustomJSTickFormatter)
    assert isinstance(plain_figure(100, y_axis_type="log").xaxis[0].formatter, CustomJSTickFormatter)


def test_what_can_be_selected_keeps_its_looks():
    fig = plain_figure(100, tools="tap")
    points = fig.scatter([1, 2], [1, 2], size=3, nonselection_fill_alpha=0.1)
    assert points.nonselection_glyph.fill_alpha == 0.1 and points.muted_glyph is None


def test_a_figure_sends_fewer_models_than_one_of_bokeh():
    def models(fig):
        source = fig.line([1, 2], [1, 2]).data_source
        for _ in range(3):
            fig.line("x", "y", source=source)
        return len(fig.references())

    assert models(plain_figure(100)) < 0.8 * models(figure(height=100))


@pytest.mark.parametrize("view", [view for view in VIEWS if view is not Explorer], ids=lambda v: v.__name__)
def test_no_figure_of_a_view_has_looks_that_nobody_sees(view, state):
    state.compare_with("no-snow")
    for fig in figures_of(view, state):
        views = {}
        for renderer in glyphs(fig):
            assert renderer.muted_glyph is None
            if not selects(fig):
                assert renderer.nonselection_glyph is None and renderer.selection_glyph is None
            assert renderer.view is views.setdefault(renderer.data_source.id, renderer.view)


@each_view
def test_a_legend_stands_outside_the_frame(view, state):
    state.compare_with("no-snow")
    for fig in figures_of(view, state):
        inside = [item for item in fig.center if isinstance(item, Legend)]
        assert inside == [], [item.label for legend in inside for item in legend.items]


def test_a_plain_legend_is_moved_above_the_frame_once():
    fig = plain_figure(100)
    fig.line([1, 2], [1, 2], legend_label="a")
    plain_legend(fig)
    (legend,) = fig.legend
    assert legend in fig.above and legend not in fig.center and legend.click_policy == "hide"


@each_view
def test_no_view_draws_without_a_run_what_it_has_not(view, empty_store):
    for fig in figures_of(view, AppState(empty_store)):
        assert glyphs(fig)


@pytest.mark.skipif(not which("node"), reason="no node to run the browser's lines with")
@pytest.mark.parametrize(
    ("ticks", "written"),
    [
        ([0.0], ["0"]),
        ([-0.2, -5.5e-17, 0.25], ["\u22120.2", "0", "0.25"]),
        ([0.0, 5000.0, 10000.0], ["0", "5\u202f000", "10\u202f000"]),
        ([-5e-4, 2.5e-5], ["\u22125 \u00d7 10\u207b\u2074", "2.5 \u00d7 10\u207b\u2075"]),
        ([1979.0, 1980.0], ["1979", "1980"]),
    ],
)
def test_ticks_are_written_as_people_write_numbers(ticks, written):
    code = f"const ticks = {json.dumps(ticks)}; console.log(JSON.stringify(ticks.map(tick => {{{TICK}}})))"
    said = subprocess.run([which("node"), "-e", code], capture_output=True, text=True, check=True).stdout
    assert json.loads(said) == written


def test_a_label_longer_than_its_axis_is_broken_before_its_units():
    label = "Mean of observed stomatal conductance to water vapour, mol m-2 s-1"
    first, second = upright(label, 330).split("\n")
    assert f"{first} {second}" == label and second.endswith("mol m-2 s-1")
    assert upright(label, 900) == label and upright("Yield, mm", 100) == "Yield, mm" and upright("", 100) == ""

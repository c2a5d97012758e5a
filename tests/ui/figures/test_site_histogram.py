"""The distribution below the map: its bins, its scale, what a brush takes, and the mark of the picked site."""

import numpy as np
import pytest
import xarray as xr

from dgviz.ui import theme
from dgviz.ui.figures.colouring import Colouring
from dgviz.ui.figures.site_histogram import BEYOND, N_BINS, Scale, SiteHistogram
from dgviz.ui.words.text import MINUS


def shown(values, low=0.0, high=1.0, powers=False, picked=None, selected=None):
    values = np.asarray(values, float)
    chart = SiteHistogram(dark=False)
    of_sites = xr.DataArray(values, dims="site", attrs={"units": "mm"})
    flags = np.ones(len(values), bool) if selected is None else np.isin(np.arange(len(values)), selected)
    chart.show(Colouring("Value", of_sites, theme.SEQUENTIAL, low, high, "", powers), flags, picked, "basins")
    return chart


def counts(chart, which="every"):
    """How many sites each bar stands for: the tallest of all sites is 1."""
    bars = chart.bars.data
    least = bars["every"][bars["every"] > 0].min()
    return np.round(bars[which] / least).astype(int)


def test_each_value_is_in_its_bin_and_what_lies_beyond_the_ends_in_one_of_its_own():
    chart = shown([0.0, 0.01, 0.5, 1.0, np.nan, -3.0, 1.2, 40.0])
    every = counts(chart)
    assert len(every) == N_BINS + 2
    expected = np.zeros(N_BINS + 2, int)
    expected[0], expected[-1] = 1, 2  # below and above the scale
    expected[[1, 1 + N_BINS // 2, N_BINS]] = 2, 1, 1
    np.testing.assert_array_equal(every, expected)
    left, right = chart.bars.data["left"], chart.bars.data["right"]
    assert left[0] == -BEYOND and right[0] < 0 and left[-1] > 1 and right[-1] == 1 + BEYOND
    np.testing.assert_allclose(right[1:-1] - left[1:-1], 1 / N_BINS)


def test_bars_of_the_selected_stand_before_those_of_all():
    chart = shown([0.1, 0.1, 0.1, 0.9], selected=[0, 3])
    assert counts(chart)[[4, 29]].tolist() == [3, 1] and counts(chart, "some")[[4, 29]].tolist() == [1, 1]
    faint, strong = (r for r in chart.figure.renderers if r.data_source is chart.bars)
    assert faint.glyph.fill_alpha == 0.3 and strong.glyph.fill_alpha == 1
    assert (faint.glyph.top, strong.glyph.top) == ("every", "some")


def test_bars_have_the_colours_of_the_scale():
    chart = shown([0.0, 1.0])
    colours = chart.bars.data["colour"]
    assert colours[0] == colours[1] and colours[-1] == colours[-2]
    palette = list(theme.SEQUENTIAL)
    places = [palette.index(colour) for colour in chart.strip.data["colour"]]
    assert places == sorted(places) and max(places[0], len(palette) - places[-1]) < len(palette) / N_BINS


@pytest.mark.parametrize(
    ("low", "high", "powers", "ends", "taken"),
    [
        (0.0, 1.0, False, (0.2, 0.6), [1, 2]),
        (0.0, 1.0, False, (0.6, 0.2), [1, 2]),  # drawn from the right
        (0.0, 1.0, False, (0.5, 5.0), [2, 3, 4]),  # what lies above the scale
        (0.0, 1.0, False, (-5.0, 0.25), [0, 1]),  # and below it
    ],
)
def test_a_brush_takes_the_sites_within_it(low, high, powers, ends, taken):
    chart = shown([-7.0, 0.2, 0.55, 0.9, 8.0, np.nan], low, high, powers)
    inside = chart.inside(*(chart.scale.place(np.array(ends))))
    assert np.flatnonzero(inside).tolist() == taken


def test_a_brush_over_powers_of_ten_takes_the_sites_within_it():
    chart = shown([0.0, 0.02, 5.0, 50.0, 500.0, 1e6], 0.1, 1000.0, powers=True)
    place = chart.scale.place
    assert np.flatnonzero(chart.inside(*place(np.array([1.0, 100.0])))).tolist() == [2, 3]
    assert np.flatnonzero(chart.inside(place(np.array([100.0]))[0], 1 + BEYOND)).tolist() == [4, 5]
    assert np.flatnonzero(chart.inside(-BEYOND, place(np.array([1.0]))[0])).tolist() == [1]
    np.testing.assert_allclose(place(np.array([0.1, 10.0, 1000.0])), [0, 0.5, 1])
    assert np.isnan(place(np.array([0.0]))).all() and chart.scale.at(0.5) == pytest.approx(10.0)


def test_the_box_along_the_bars_is_the_only_tool():
    chart = shown([0.5])
    tools = [type(tool).__name__ for tool in chart.figure.toolbar.tools]
    assert sorted(tools) == ["BoxSelectTool", "HoverTool"]
    assert chart.figure.x_range.start < -BEYOND and chart.figure.x_range.end > 1 + BEYOND


def test_the_picked_site_has_a_triangle_and_its_value_where_there_is_room():
    chart = shown([0.2, 0.91, -4.0, 9.0, np.nan], picked=0)
    assert chart.picked.data == {"x": [0.2], "text": ["0.20"], "align": ["left"], "offset": [8]}
    chart = shown([0.2, 0.91, -4.0], picked=1)
    assert chart.picked.data["align"] == ["right"] and chart.picked.data["offset"] == [-8]
    below = shown([0.2, 0.91, -4.0], picked=2).picked.data
    assert -BEYOND < below["x"][0] < 0 and below["text"] == [f"{MINUS}4.00"]
    assert 1 < shown([0.2, 9.0], picked=1).picked.data["x"][0] < 1 + BEYOND
    for nothing in (shown([0.2, np.nan], picked=1), shown([0.2])):
        assert all(not column for column in nothing.picked.data.values())


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 1, [0, 0.25, 0.5, 0.75, 1]),
        (-0.3, 0.3, [-0.2, 0, 0.2]),
        (50, 1000, [250, 500, 750, 1000]),
        (1, 6, [2, 4, 6]),
        (-50, 50, [-50, -25, 0, 25, 50]),
    ],
)
def test_ticks_are_round(low, high, ticks):
    np.testing.assert_allclose(Scale(low, high).ticks, ticks, atol=1e-12)


def test_ticks_of_powers_of_ten_and_their_words():
    np.testing.assert_allclose(Scale(0.03, 2000, powers=True).ticks, [0.1, 1, 10, 100, 1000])
    labels = shown([1.0], 0.1, 1e5, powers=True).figure.xaxis[0].major_label_overrides
    assert list(labels.values()) == ["0.1", "1", "10", "100", "1\u202f000", "10\u202f000", "100\u202f000"]
    labels = shown([1.0], -50, 50).figure.xaxis[0].major_label_overrides
    assert labels[0.0] == f"{MINUS}50" and labels[0.5] == "0"


def test_other_values_need_no_new_models():
    chart = shown([0.2, 0.4], picked=0)
    before = chart.figure.references()
    of_sites = xr.DataArray([3.0, 70.0], dims="site", attrs={"units": "mm"})
    chart.show(Colouring("Other", of_sites, theme.SCORE, 0, 100, ""), np.array([True, False]), 1, "basins")
    assert chart.figure.references() == before and list(chart.figure.xaxis[0].ticker.ticks) == [0, 0.25, 0.5, 0.75, 1]


def test_a_bar_says_how_many_sites_and_between_which_values():
    words = shown([0.0, 0.01, -3.0], 0.0, 3.2).bars.data["words"]
    assert words[0] == "1 basins: below 0.00 mm" and words[-1] == "0 basins: above 3.20 mm"
    assert words[1] == "2 basins: 0.00 to 0.10 mm"


def test_classes_have_a_bar_each_with_their_count_below():
    chart = SiteHistogram(dark=False)
    values = xr.DataArray([0.0, 2.0, 2.0, np.nan, 1.0, 2.0], dims="site")
    classes = ("rain", "melt", "what was stored a long time before the peak and more")
    shown = Colouring("Largest part", values, ("#111111", "#222222", "#333333"), -0.5, 2.5, "", classes=classes)
    chart.show(shown, np.ones(6, bool), 1, "basins")
    assert counts(chart).tolist() == [0, 1, 1, 3, 0]
    assert chart.bars.data["colour"][1:-1] == list(shown.palette)
    assert chart.bars.data["words"][3] == f"3 basins: {classes[2]}"
    assert [*chart.figure.xaxis[0].major_label_overrides.values()] == ["1", "1", "3"]
    assert chart.picked.data["text"] == ["what was stored a long time\u2026"]
    assert shown.span == ", ".join(classes) and shown.fitted() is shown

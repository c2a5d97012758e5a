"""The map of a river: reaches are lines from one to the next, and what only gauges have is shown by dots."""

import numpy as np
import pytest
import xarray as xr

from dgviz.datasets import open_dataset
from dgviz.datasets.site_network import upstream_area
from dgviz.ui import theme
from dgviz.ui.figures.colouring import Colouring
from dgviz.ui.figures.network_lines import LINE_WIDTHS
from dgviz.ui.figures.site_map import SiteMap


@pytest.fixture(scope="module")
def river():
    return open_dataset("delaware_river")


def drawn_map(river, dark=False) -> SiteMap:
    return SiteMap(river, dark, "streamflow", np.zeros(456, bool))


def paint(drawn, values, palette, low, high, powers=False):
    shown = Colouring("Value, test period", xr.DataArray(values, dims="site"), palette, low, high, "", powers)
    drawn.paint(shown, *np.zeros((2, 456), bool))


@pytest.mark.parametrize("dark", [False, True])
def test_a_value_of_every_reach_colours_the_lines(river, dark):
    drawn = drawn_map(river, dark)
    values = np.linspace(0, 1, 456)
    paint(drawn, values, theme.SEQUENTIAL, 0, 1)
    assert np.array_equal(drawn.source.data["line"], values)
    assert (drawn.source.data["size"] == 0).all()


def test_a_value_of_the_gauges_only_colours_dots(river):
    drawn, gauged = drawn_map(river), river.gauge.values != ""
    paint(drawn, np.where(gauged, 0.5, np.nan), theme.SCORE, 0, 1)
    assert np.isnan(drawn.source.data["line"]).all()
    assert np.array_equal(drawn.source.data["size"] > 0, gauged)


def test_lines_run_to_the_next_reach_and_grow_downstream(river):
    columns = drawn_map(river).source.data
    position = {number: i for i, number in enumerate(river.reach.values.tolist())}
    for i, number in enumerate(river.downstream_reach.values.tolist()):
        below = position.get(number, i)
        assert columns["x_below"][i] == columns["x"][below] and columns["y_below"][i] == columns["y"][below]
        assert columns["width"][i] <= columns["width"][below]


def test_a_reach_of_a_quarter_of_the_land_is_half_as_much_wider(river):
    width, area = drawn_map(river).source.data["width"], upstream_area(river)
    thin, wide = LINE_WIDTHS
    assert width.max() == wide and width.argmax() == area.argmax()
    quarter = np.abs(area / area.max() - 0.25).argmin()
    assert (width[quarter] - thin) / (wide - thin) == pytest.approx(0.5, abs=0.05)


def test_powers_of_ten_and_back(river):
    drawn = drawn_map(river)
    paint(drawn, np.full(456, 10.0), theme.SEQUENTIAL, 0.1, 1000, powers=True)
    colours = drawn.sites.glyph.fill_color, drawn.reaches.glyph.line_color
    assert all(colour.transform is drawn.by_powers for colour in colours)
    paint(drawn, np.full(456, 0.5), theme.SCORE, 0, 1)
    colours = drawn.sites.glyph.fill_color, drawn.reaches.glyph.line_color
    assert all(colour.transform is drawn.mapper for colour in colours)

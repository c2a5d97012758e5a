"""Borders lie behind sites anywhere: of states where these hold all sites, else of the world."""

import numpy as np
import pytest
import xarray as xr
from bokeh.models import Title

from dgviz.ui.figures.outlines import REACH, outlines
from dgviz.ui.figures.site_map import SiteMap

PLACES = {  # longitude and latitude of the corners of basins as collections have them
    "CAMELS-GB": ([-7.0, 1.5], [50.2, 58.6]),
    "CAMELS-CH": ([6.0, 10.4], [45.9, 47.8]),
    "LamaH-CE": ([8.5, 17.0], [46.5, 50.3]),
    "CAMELS-BR": ([-70.9, -35.5], [-33.0, 4.2]),
    "CAMELS-CL": ([-72.9, -67.6], [-55.0, -17.8]),
    "CAMELS-AUS": ([115.0, 152.5], [-43.0, -12.5]),
    "Iceland": ([-23.0, -14.0], [63.5, 66.3]),
    "New Zealand": ([167.0, 178.4], [-46.5, -34.5]),
    "all of Caravan": ([-160.0, 179.0], [-55.0, 80.0]),
}


def crossing(lines, lon, lat) -> list[np.ndarray]:
    """The lines with a point in the box of the sites, half a degree wider."""
    west, east, south, north = min(lon) - 0.5, max(lon) + 0.5, min(lat) - 0.5, max(lat) + 0.5
    inside = [(west <= x) & (x <= east) & (south <= y) & (y <= north) for x, y in lines]
    return [line for line, hit in zip(lines, inside, strict=True) if hit.any()]


@pytest.mark.parametrize("place", PLACES)
def test_there_are_borders_in_view_of_any_sites(place):
    lon, lat = map(np.array, PLACES[place])
    lines = outlines(lon, lat)
    assert crossing(lines, lon, lat)
    reach = max(REACH, np.ptp(lon), np.ptp(lat))
    assert all(x.min() <= lon.max() + reach and x.max() >= lon.min() - reach for x, _ in lines)


def test_no_line_runs_around_the_world():
    for x, y in outlines(*map(np.array, PLACES["all of Caravan"])):
        assert np.abs(np.diff(x)).max() < 180 and np.abs(y).max() <= 90


def test_sites_of_the_conterminous_states_lie_on_the_borders_of_these():
    states = outlines(np.array([-75.0, -110.0]), np.array([40.0, 45.0]))
    wider = outlines(np.array([-75.0, -150.0]), np.array([40.0, 61.0]))
    assert max(x.max() for x, _ in states) < -60 < max(x.max() for x, _ in wider)


def test_the_map_draws_them():
    lon, lat = PLACES["CAMELS-GB"]
    place = {"site": ["a", "b"], "lat": ("site", lat), "lon": ("site", lon), "name": ("site", ["A", "B"])}
    drawn = SiteMap(xr.Dataset(coords=place), False, "streamflow", np.zeros(2, bool))
    (land,) = [renderer for renderer in drawn.figure.renderers if type(renderer.glyph).__name__ == "MultiLine"]
    assert len(land.data_source.data["xs"]) == len(outlines(np.array(lon), np.array(lat)))


def test_borders_reach_beyond_sites_that_lie_close():
    lines = outlines(np.array([7.0, 7.2]), np.array([46.8, 47.0]))
    assert max(x.max() for x, _ in lines) > 17 and min(y.min() for _, y in lines) < 40


def test_around_a_site_alone_one_sees_where_on_earth_it_is():
    place = {"site": ["a"], "lat": ("site", [38.1]), "lon": ("site", [-121.6]), "name": ("site", ["A"])}
    drawn = SiteMap(xr.Dataset(coords=place), False, "gpp", np.zeros(1, bool))
    for axis, place in (("x_range", drawn.x[0]), ("y_range", drawn.y[0])):
        _, room = getattr(drawn.figure, axis).renderers
        low, high = room.data_source.data[axis[0]]
        assert high - low >= 200 and low + high == pytest.approx(2 * place)


def test_sites_that_are_far_apart_have_the_map_to_themselves(delaware):
    drawn = SiteMap(delaware, False, "streamflow", np.zeros(delaware.sizes["site"], bool))
    assert drawn.figure.x_range.renderers == [drawn.sites]


def test_sites_without_coordinates_stand_in_a_grid_that_says_so():
    nan = ("site", [np.nan] * 5)
    drawn = SiteMap(
        xr.Dataset(coords={"site": list("abcde"), "lat": nan, "lon": nan, "name": ("site", list("abcde"))}),
        *(False, "dissolved_oxygen", np.zeros(5, bool)),
    )
    assert len({*zip(drawn.x, drawn.y, strict=True)}) == 5 and np.isfinite(drawn.x).all()
    assert [title.text for title in drawn.figure.select({"type": Title})][-1].startswith("No coordinates")

"""What made the peaks of all sites: part after part, by month, and as classes on the map."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from dgviz.domains import discover
from dgviz.experiment.config import RunConfig
from dgviz.sensitivity.mechanisms import by_month, joined, of_sites
from dgviz.ui.colour_choice import ColourChoice
from dgviz.ui.instrument.site_map import SiteMap
from dgviz.ui.lenses.applies import amounts, taken_apart
from dgviz.ui.lenses.sensitivity.peaks import Peaks
from dgviz.ui.session import simulation
from dgviz.ui.session.shown_colours import shown_colours
from dgviz.ui.session.simulation import Simulation

WAYS = ["rainfall", "snow_outflow"]


@pytest.fixture
def view(state, monkeypatch):
    monkeypatch.setattr(simulation, "AT_ONCE", 2)  # sites in a part
    return Peaks(state=state)


@pytest.fixture
def expected(state, view):
    return joined([work() for _, work in Simulation.of(state).mechanisms_in_parts(WAYS)])


def test_nothing_is_computed_before_it_is_asked(view, state):
    assert state.mapped is None and view.begin.visible and not view.has_body
    assert "Press \u2018Peaks of all basins\u2019" in view.empty


def test_every_peak_is_counted_in_its_month(view, expected):
    view.begin.clicks += 1
    counts, shown = by_month(expected), view.bars.source.data
    for name in counts.part_name.values:
        np.testing.assert_array_equal(shown[name], counts.sel(part_name=name))
    assert f"{expected.sizes['peak']} peaks of streamflow" in view.heading and "so far" not in view.heading
    assert "5 basins" in view.heading and not view.begin.visible
    assert f"Largest part of {expected.sizes['peak']} peaks" in view.summary
    assert sum(part.sizes["peak"] for part in view.data["the peaks"]) == expected.sizes["peak"]


def test_what_is_there_so_far_is_shown(view, state, monkeypatch):
    headings = []
    monkeypatch.setattr(Peaks, "_show", lambda self, found, more, show=Peaks._show: (
        show(self, found, more), headings.append(str(self.heading))))  # fmt: skip
    view.begin.clicks += 1
    assert ["so far" in heading for heading in headings] == [True, True, False]
    assert ["2 basins" in headings[0], "4 basins" in headings[1], "5 basins" in headings[2]] == [True] * 3


def test_the_map_shows_what_made_the_most_peaks(view, state, expected):
    view.begin.clicks += 1
    shown, most = shown_colours(state), of_sites(expected)
    names = [*WAYS, *(f"earlier_{name}" for name in WAYS), "baseline"]
    words = dict(zip(names, shown.classes, strict=True))
    assert words["rainfall"] == "rainfall, last 3 days" and words["baseline"].startswith("at the baseline")
    for site in state.sites:
        assert shown.said(float(shown.values.sel(site=site))) == words[most.sel(site=site).item()]
    map_view = SiteMap(state=state)
    assert map_view.picker.value == "mapped: What made the most peaks" and "rainfall, last 3 days" in map_view.caption
    assert map_view.map.source.data["said"].tolist() == [words[most.sel(site=s).item()] for s in state.sites]
    assert "@said" in str(map_view.map.hover.tooltips)


def test_the_map_goes_back_to_what_it_showed(view, state):
    map_view = SiteMap(state=state)
    before = map_view.picker.value
    view.begin.clicks += 1
    assert (
        map_view.picker.value == "mapped: What made the most peaks" and "What made the most peaks" in map_view.heading
    )
    map_view.picker.value = before
    assert state.mapped is None and map_view.picker.value == before == state.colour.text
    assert "What made" not in map_view.heading


def test_what_a_person_chose_since_stays_on_the_map(view, state):
    view.begin.clicks += 1
    state.colour, state.mapped = ColourChoice("attribute", "area"), None
    state.dark = not state.dark
    assert state.mapped is None and view.on_map.visible
    view.on_map.param.trigger("clicks")
    assert state.mapped.attrs["long_name"] == "What made the most peaks"
    classes = state.mapped.attrs["classes"]
    state.dark = not state.dark
    assert state.mapped.attrs["classes"] != classes  # in the colours of the other theme


def test_the_list_names_what_another_card_put_there(view, state):
    map_view = SiteMap(state=state)
    view.begin.clicks += 1
    attrs = {"long_name": "Memory", "units": "1", "low": 0.0, "limit": 9.0, "about": "Of a card"}
    state.mapped = of_sites(view.data["the peaks"][0]).copy(data=np.zeros(2)).assign_attrs(attrs)
    assert list(map_view.picker.groups["Of a card"]) == ["Memory"] and map_view.picker.value == "mapped: Memory"


def test_the_list_is_left_alone_while_a_player_shows_step_after_step(view, state):
    map_view, changes = SiteMap(state=state), []
    attrs = {"listed": "Response", "units": "1", "low": 0.0, "limit": 9.0, "about": "Of a card"}
    frame = xr.DataArray(np.zeros(5), {"site": state.sites}, ("site",))
    for day in range(3):
        state.mapped = frame.assign_attrs(attrs, long_name=f"Response, {day + 1} March")
        assert map_view.heading == f"Response, {day + 1} March" and map_view.picker.value == "mapped: Response"
        if not day:
            map_view.picker.param.watch(changes.append, ["groups", "value", "label"])
    assert changes == []


def test_where_there_is_no_nothing_of_what_comes_in_the_card_is_not_shown(state):
    assert Peaks.applies(state)
    other = SimpleNamespace(science=discover()["watershed"], shown_config=RunConfig(domain="watershed"))
    assert taken_apart(other) and not amounts(other) and not Peaks.applies(other)

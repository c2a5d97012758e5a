"""The lens of stores, fluxes and their balance, and the moment looked at; parameters against attributes."""

import html
import re

import numpy as np
import pytest
import xarray as xr

from dgviz.experiment.config import RunConfig
from dgviz.experiment.first_view import highest
from dgviz.experiment.sources import open_dataset
from dgviz.learn.defaults import unlearned
from dgviz.processes.balance import balance
from dgviz.scores.statistics import over_sites
from dgviz.ui.lenses.budget.balance import Balance, balance_table
from dgviz.ui.lenses.budget.buckets import Buckets
from dgviz.ui.lenses.budget.stores import Stores, first_choice, offered
from dgviz.ui.lenses.evaluate.attribute_scatter import AttributeScatter
from dgviz.ui.session.simulation import Simulation, moment_in_view, simulated_span
from dgviz.ui.session.state import AppState
from dgviz.ui.widgets.parameters import chosen, parameter_select
from dgviz.ui.words.steps import STEPS
from dgviz.ui.words.text import number
from tests.ui.conftest import FakeStore, make_results


class Event:
    def __init__(self, x, y=0):
        self.x, self.y = x, y


def test_a_short_record_is_simulated_whole_and_a_long_one_in_the_window(dataset, monkeypatch):
    monkeypatch.setattr("dgviz.ui.session.simulation.SHORT", len(dataset.time))
    assert simulated_span(dataset, ("2000-05-01", "2000-05-09"), STEPS["day"]) == ("1999-10-01", "2002-09-29")
    monkeypatch.setattr("dgviz.ui.session.simulation.SHORT", 0)
    monkeypatch.setattr("dgviz.ui.session.simulation.LONGEST", 60)
    assert simulated_span(dataset, ("2000-05-01", "2000-05-09"), STEPS["day"]) == ("2000-04-30", "2000-05-09")
    assert simulated_span(dataset, ("1999-10-01", "2002-09-29"), STEPS["day"]) == (
        "2002-07-31",
        "2002-09-29",
    )  # the last 60 days


def test_the_day_of_the_highest_flow_is_looked_at_first(dataset):
    flow = dataset.streamflow.sel(site="a1")
    day = highest(flow, ("2000-01-01", "2000-12-31"))
    assert float(flow.sel(time=day)) == float(flow.sel(time="2000").max())
    assert highest(flow, ("1900-01-01", "1900-12-31"))  # a window without days


def test_without_a_run_there_is_no_simulation(empty_store):
    assert Simulation.of(AppState(empty_store)) is None


def test_the_chosen_parameter_is_one_that_the_run_learned(state):
    assert chosen(state) == "fc"  # differs most between the sites
    state.parameter = "beta"
    assert chosen(state) == "beta"
    state.parameter = "tt"
    state.show("no-snow")
    assert chosen(state) in state.parameters() and chosen(state) != "tt"


def test_the_pickers_of_the_parameter_agree(state):
    one, other = parameter_select(state), parameter_select(state)
    one.value = "k2"
    assert state.parameter == "k2" and other.value == "k2"
    assert "tt" in one.options.values()
    state.show("no-snow")
    assert "tt" not in one.options.values()


def test_scatter_shows_parameter_and_attribute_and_selects(state):
    view = AttributeScatter(state=state)
    view.attribute.value, state.parameter = "area", "fc"
    data = view.scatter.source.data
    np.testing.assert_allclose(data["x"], state.dataset.area)
    np.testing.assert_allclose(data["y"], over_sites(state.results(state.run).fc)["mean"])
    assert "area" in view.heading and "Rank correlation" in view.caption
    view.scatter.source.selected.indices = [1, 2]
    assert state.selected == ["b2", "c3"]
    view.scatter.source.selected.indices = [4]
    assert state.site == "e5"
    assert view.scatter.picked.data["x"] == [55.0]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("run", ["default", "no-snow"])
def test_buckets_hold_what_the_simulation_says(state, run, dark):
    state.show(run)
    state.param.update(dark=dark, moment="2002-09-01")
    view = Buckets(state=state)
    expected = Simulation.of(state).simulate().sel(time="2002-09-01")
    drawn = html.unescape(view.picture.object)
    assert f"Soil moisture: {number(float(expected.soil_moisture))} mm; empty at 0.00, full at" in drawn
    assert ("Frozen water in the snowpack:" in drawn) == (run == "default")
    assert ("Snowpack: off" in drawn) == (run == "no-snow")
    here = state.dataset.sel(site="a1", time="2002-09-01")
    for name, words in (("prcp", "Precipitation"), ("streamflow", "Observed")):
        assert re.search(rf">{number(float(here[name]))} mm d\u207b\u00b9</text><text[^>]*>{words}</text>", drawn)
    assert "1 Sep 2002" in view.heading and "on 1 Sep 2002, <Alder> Creek" in drawn
    assert html.escape("<Alder>") in view.picture.object and "<Alder>" not in view.picture.object


def test_the_day_moves_by_steps_and_by_the_slider_and_stops_at_the_end(state):
    view = Buckets(state=state)
    state.param.update(moment="2002-09-27", playing=True)
    view._step(1)
    assert state.moment == "2002-09-28" and state.playing
    view._step(1)
    assert state.moment == "2002-09-29" and not state.playing  # the last day
    view._step(1)
    assert state.moment == "2002-09-29"
    view.slider.value = 0
    assert state.moment == "2002-07-31"  # the first that is simulated
    assert "31 Jul 2002" in view.heading


def test_outside_the_test_period_the_highest_flow_of_the_window_is_looked_at(state):
    flow = Simulation.of(state).simulate().streamflow
    state.window = ("1999-11-01", "1999-12-31")
    assert moment_in_view(state, flow) == str(highest(flow, state.window).date())


def test_a_day_that_is_not_simulated_gives_way_to_that_of_the_highest_flow(state):
    state.moment = "1999-12-01"
    view = Buckets(state=state)
    observed = state.dataset.streamflow.sel(site=state.site, time=view.simulated.time)
    peak = highest(observed, tuple(state.dataset.attrs["test_period"].split("/")))
    assert view.simulated.indexes["time"][view.slider.value].strftime("%Y-%m-%d") == str(peak.date())


def test_series_are_those_of_the_simulation_and_chips_choose_them(state):
    view = Stores(state=state)
    model, expected = Simulation.of(state).run.config.build(), Simulation.of(state).simulate()
    for name in offered(model):
        np.testing.assert_allclose(view.series.source.data[name], expected[name])
    assert {"evapotranspiration", "streamflow", "baseflow"} <= set(view.chips.value)
    view.chips.value = ["recharge"]
    assert [name for name, line in view.series.lines.items() if line.visible] == ["recharge"]
    top = float(expected.recharge.max())
    assert top <= view.series.lines["recharge"].data_source.data["recharge"].max() <= top


def test_the_first_choice_is_what_leaves_and_what_feeds_the_last_store(state):
    state.show("default")
    model, simulated = state.store.run("default").config.build(), Simulation.of(state).simulate()
    names = first_choice(model, simulated * 10, "streamflow")
    assert names[:5] == ["evapotranspiration", "quickflow", "interflow", "baseflow", "streamflow"]
    assert "soil_moisture" in names and "channel" not in names


def test_the_first_choice_holds_the_target_and_a_store_that_is_alone():
    model = RunConfig(data="twin:solutes", target="chloride").build()
    simulated = unlearned(model, open_dataset("twin:solutes,sites=1"), target="chloride").simulate()
    assert {"chloride", "wetness"} <= set(first_choice(model, simulated, "chloride"))


@pytest.mark.parametrize("separation", ["ShareOfWetness", "ShareOfDischarge"])
def test_a_run_on_one_solute_offers_no_other(tmp_path, separation):
    data = "twin:solutes,sites=3"
    dataset, config = open_dataset(data), RunConfig(data=data, target="chloride").edited(separation=separation)
    store = FakeStore(tmp_path, {data: dataset})
    store.add("only", config, make_results(dataset, config, 0.1))
    view = Stores(state=AppState(store))
    view.__panel__()
    assert "chloride" in view.chips.options.values() and "chloride" in view.chips.value
    assert not {"nitrate", "sulfate", "silica"} & {*view.chips.options.values(), *view.chips.value}


def test_a_tap_in_the_series_chooses_the_day(state):
    view = Stores(state=state)
    view._tap(np.datetime64("2002-09-03T05", "ms").astype(float))
    assert state.moment == "2002-09-03"
    view._tap(np.datetime64("1900-01-01", "ms").astype(float))  # beyond the record
    assert state.moment == "2002-09-03"


def test_the_balance_is_that_of_the_window(state):
    view = Balance(state=state)
    state.window = ("2002-09-01", "2002-09-20")
    simulation = Simulation.of(state)
    terms = balance(simulation.run.config.build(), simulation.simulate().sel(time=slice("2002-08-31", "2002-09-20")))
    assert view.table.object == balance_table(terms, state.look)
    assert "1 Sep 2002 \u2013 20 Sep 2002" in view.caption and "Observed streamflow" in view.caption
    rows = re.findall(r"<tr><td", view.table.object)
    assert len(rows) == terms.size


def test_the_balance_says_what_came_in_what_left_and_what_is_stored_in_shares_of_the_inflow(state):
    values = [30.0, 70.0, 90.0, 20.0, -10.0, 1e-6]
    kinds = ["inflow", "inflow", "outflow", "change", "change", "residual"]
    terms = xr.DataArray(
        values,
        {"term": ["rainfall", "snowfall", "streamflow", "soil", "snowpack", "residual"], "kind": ("term", kinds)},
        "term",
        attrs={"units": "mm"},
    )
    table = balance_table(terms, state.look)
    assert re.findall(r"<td colspan=4>(\w+)</td>", table) == ["In", "Out", "Stored"]
    rows = re.findall(
        r"<td class='left'>(.*?)</td>.*?margin-left:(.*?%);width:(.*?%);.*?nowrap'>(.*?)</td>.*?nowrap'>(.*?)</td>",
        table,
    )
    assert rows == [
        ("Rainfall", "10.00%", "30.00%", "30.0", "30.0"),
        ("Snowfall", "10.00%", "70.00%", "70.0", "70.0"),
        ("Streamflow", "10.00%", "90.00%", "90.0", "90.0"),
        ("Soil", "10.00%", "20.00%", "+20.0", "+20.0"),
        ("Snowpack", "0.00%", "10.00%", "\u221210.0", "\u221210.0"),  # to the left of zero
        ("Residual", "10.00%", "0.40%", "1 \u00d7 10\u207b\u2076", "1 \u00d7 10\u207b\u2076"),
    ]


def test_a_site_outside_the_runs_sites_is_simulated_too(state, store):
    store.runs()[0].stored = store.runs()[0].stored.sel(site=["a1", "b2"])
    store._results.clear()
    state.pick("e5")
    assert Buckets(state=state).diagram is not None

"""What a unit of rain, and what a parameter, moves: it adds up, and of a linear reservoir it is known."""

import numpy as np
import pytest

import dgviz
from dgviz.processes.balance import substances
from dgviz.processes.declare import Flux
from dgviz.sensitivity import conservation, fate, forcing_response
from dgviz.sensitivity.nudge import driving
from dgviz.sensitivity.tracer import tracer
from tests.sensitivity.conftest import shipped
from tests.sensitivity.linear import Reservoir, reservoir_site

SITES = 10
EXACT = 1e-10


class Leaking(Reservoir):
    """A reservoir of which some goes where no flux is declared to."""

    leak = Flux("mm d-1", "Leak", out_of="store")

    def forward(self, *, rain, store, k):
        return dict(inflow=rain, outflow=k * store, leak=0.1 * store)


def test_of_a_linear_reservoir_a_share_leaves_every_day():
    site = reservoir_site(Reservoir(), members=1)
    k = site.learned["k"].item()
    found = fate(site, "rain", 5)
    days = np.arange(len(found.time))
    # The day's outflow is taken from what was there before, so the unit waits for a day: (1 - k)^n are left after n.
    np.testing.assert_allclose(found.store, (1 - k) ** days, atol=1e-14)
    np.testing.assert_allclose(found.outflow, 1 - (1 - k) ** days, atol=1e-14)
    assert found.store.attrs["units"] == "mm" and found.attrs["kept"] == ["store"]


def test_what_goes_where_nothing_is_declared_is_not_accounted_for():
    assert abs(fate(reservoir_site(Reservoir()), "rain", 5).residual).max() < 1e-14
    assert fate(reservoir_site(Leaking()), "rain", 5).residual[-1] > 0.1


@pytest.mark.parametrize("place", range(SITES))
def test_rain_of_ten_days_at_ten_gauges_is_neither_made_nor_lost(place):
    site = shipped("delaware-hbv", start="1979-01-01", stop="1980-06-30", site=gauges()[place])
    moment = 30 + 45 * place
    found = fate(site, "prcp", moment)
    assert found.came_in[-1] == pytest.approx(1, abs=EXACT)
    assert float(abs(found.residual).max()) < EXACT
    response = forcing_response(site, "prcp", moment)
    assert not response[response.time > site.time[moment]].any()


@pytest.mark.parametrize("place", range(SITES))
def test_no_parameter_makes_water_at_ten_gauges(place):
    site = shipped("delaware-hbv", start="1979-01-01", stop="1980-06-30", site=gauges()[place])
    for name in site.learned:
        found = conservation(site, name)
        size = max(float(abs(found[k]).max()) for k in (*found.attrs["kept"], *found.attrs["left"]))
        assert float(abs(found.residual).max()) < EXACT * max(size, 1), name
        assert not found.came_in.any(), name


def gauges():
    """Every ninth gauge of the Delaware."""
    return [str(site) for site in dgviz.open_dataset("delaware").site.values[:: 94 // SITES]]


def test_flow_counts_from_where_it_came(gauge):
    found = fate(gauge, "prcp", 60)
    assert {"quickflow", "interflow", "baseflow", "evapotranspiration"} == {*found.attrs["left"]}
    assert "channel" not in found  # it only hands on


def test_fresh_snow_holds_melt_water_back(gauge):
    """A response below zero is real: rerun with more snow in the winter."""
    lowest = min(float(fate(gauge, "prcp", day).upper_zone.min()) for day in range(30, 75, 5))
    assert lowest < 0


def test_what_is_asked_in_other_units_or_of_no_forcing_is_named(gauge):
    with pytest.raises(ValueError, match="no store in 'K'. Units of stores: mm"):
        fate(gauge, "prcp", 3, "K")
    with pytest.raises(ValueError, match="reads no forcing 'rain'. It reads: .*prcp"):
        fate(gauge, "rain", 3)
    with pytest.raises(ValueError, match="no parameter 'kk'. It has: .*k2"):
        conservation(gauge, "kk")


@pytest.mark.parametrize("run_id", ["twin-oxygen", "twin-stream-temperature", "twin-watershed", "thames-chloride"])
def test_the_account_of_every_substance_closes_in_other_sciences(run_id):
    site = shipped(run_id)
    for units in substances(site.process_model):
        for forcing in driving(site).keys() & site.process_model.forcings.keys():
            found = fate(site, forcing, 100, units)
            size = max(float(abs(found[k]).max()) for k in (*found.attrs["kept"], *found.attrs["left"], "came_in"))
            assert float(abs(found.residual).max()) <= EXACT * max(size, 1), (units, forcing)


@pytest.mark.parametrize("day", [20, 65, 200])
def test_a_unit_on_its_way_is_what_its_fate_sums_up(gauge, day):
    on_its_way, summed = tracer(gauge, "prcp", day), fate(gauge, "prcp", day)
    for store in summed.attrs["kept"]:
        np.testing.assert_allclose(on_its_way[store], summed[store], atol=1e-12)
    for flux in summed.attrs["left"]:
        np.testing.assert_allclose(on_its_way[flux].cumsum("time"), summed[flux], atol=1e-12)
    with pytest.raises(ValueError, match="reads no forcing 'rain'"):
        tracer(gauge, "rain", day)

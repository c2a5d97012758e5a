"""Contributions to a value: complete, exact where the model is linear, and of another size for another baseline."""

from dataclasses import replace

import numpy as np
import pytest

from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity import contributions, fate, forcing_response, pathways, rewind
from dgviz.sensitivity.contributions import BASELINES, groups
from dgviz.sensitivity.cut import below
from dgviz.sensitivity.tracer import tracer
from dgviz.sensitivity.windows import COMPLETE
from tests.sensitivity.conftest import shipped

WAYS = ["rainfall", "snow_outflow"]


@pytest.mark.parametrize("baseline", BASELINES)
@pytest.mark.parametrize("moment", [24, 65, 300, 430])
def test_contributions_are_complete(gauge, moment, baseline):
    found = contributions(gauge, moment, WAYS, baseline)
    parts = groups(found)
    assert sum(parts.values()) == pytest.approx(found.attrs["value"], abs=1.01 * COMPLETE * found.attrs["value"] + 0.02)
    assert found.attrs["completeness"] < COMPLETE
    simulated = gauge.simulate()[gauge.target][moment].item()
    assert found.attrs["value"] == pytest.approx(simulated, rel=1e-9)


def test_a_flood_of_melt_is_told_from_one_of_rain(gauge):
    melt, rain = (groups(contributions(gauge, moment, WAYS)) for moment in (65, 24))
    assert melt["snow_outflow"] > 2 * melt["rainfall"]
    assert rain["rainfall"] > 2 * rain["snow_outflow"]


def test_shares_depend_on_the_baseline(gauge):
    none, mean = (groups(contributions(gauge, 24, WAYS, baseline)) for baseline in BASELINES)
    assert none["baseline"] < 0.5 * mean["baseline"]


@pytest.mark.parametrize("moment", [-1, 5000])
def test_a_moment_that_is_no_scored_step_is_named(gauge, moment):
    last = len(gauge.time) - 1
    for ask in (
        lambda: contributions(gauge, moment, WAYS),
        lambda: fate(gauge, "prcp", moment),
        lambda: tracer(gauge, "prcp", moment),
        lambda: rewind(gauge, "prcp", moment),
        lambda: forcing_response(gauge, "prcp", moment),
    ):
        with pytest.raises(ValueError, match=f"moment is {moment}: give the number of a scored step, 0 to {last}"):
            ask()


def test_joined_sites_are_refused():
    with pytest.raises(ValueError, match="Sites are joined here"):
        contributions(shipped("delaware-river", start="1980-01-01", stop="1980-03-31"), 50, WAYS)


def test_steps_before_the_record_are_counted(gauge):
    assert contributions(gauge, 24, WAYS).attrs["repeated"] == 90 - 24
    assert contributions(gauge, 300, WAYS).attrs["repeated"] == 0


def test_at_the_begin_of_a_record_there_is_no_past_to_look_back_on(gauge):
    tensors = replace(gauge.tensors.part(slice(0, 60)), warmup=0, initial=None)
    begun = SiteModel(gauge.model, tensors, gauge.time[:60], gauge.target)
    simulated = begun.simulate()[gauge.target][3].item()
    assert contributions(begun, 3, WAYS).attrs["value"] == pytest.approx(simulated, rel=1e-9)
    with pytest.raises(ValueError, match="1 steps back are too few: the model itself looks back 14"):
        contributions(begun, 30, WAYS, back=1)


def test_an_unknown_baseline_is_named(gauge):
    with pytest.raises(ValueError, match="no baseline 'median'. Baselines: none, mean"):
        contributions(gauge, 24, WAYS, "median")


@pytest.mark.parametrize("of", ["prcp", "tmean", "cfmax", "fc", "k1"])
def test_ways_through_fluxes_that_fill_stores_add_up_to_the_whole(gauge, of):
    found = pathways(gauge, of, WAYS)
    parts = sum(found[name] for name in found if name != "total")
    assert float(np.abs(parts - found.total).max()) <= 1e-8 * float(np.abs(found.total).max())


def test_snow_reaches_the_river_through_its_outflow_alone(gauge):
    found = pathways(gauge, "cfmax", WAYS)
    np.testing.assert_allclose(found.snow_outflow, found.total, atol=1e-10)
    assert not found.rainfall.any() and not found.direct.any()


def test_a_flux_that_passes_the_cut_by_is_named(gauge):
    with pytest.raises(ValueError, match="passes by rainfall"):
        below(gauge.process_model, ["rainfall"], gauge.target)


def test_the_oxygen_of_a_watershed_is_cut_at_its_heat_and_flow():
    site = shipped("twin-watershed")
    ways = ["water_temperature", "discharge"]
    found = contributions(site, 200, ways)
    assert found.attrs["completeness"] < COMPLETE

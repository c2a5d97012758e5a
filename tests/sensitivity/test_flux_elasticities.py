"""Elasticities to fluxes: those of what comes in by two ways add up, a rerun agrees, and shares sum to 1."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

import dgviz
from dgviz.learn.site_model import SiteModel
from dgviz.sensitivity import elasticities, flux_elasticities, mean_response
from dgviz.sensitivity.flux_elasticities import shares_of
from dgviz.sensitivity.pathways import in_double

RUN = {run.id: run for run in dgviz.list_runs(Path(dgviz.__file__).parents[1] / "data" / "runs")}["delaware-hbv"]
THREE = ["rainfall", "snow_outflow", "pet"]


@pytest.fixture(scope="module")
def sites():
    """Three gauges from the north to the coast, in double precision."""
    (site,) = RUN.at_all(RUN.dataset(), ["01411500", "01439500", "01484000"], "1979-01-01", "1980-06-30")
    return in_double(site)


def test_that_to_rain_and_to_what_leaves_the_snow_are_that_to_precipitation(sites):
    # Snow melts as it falls, times the same factor, but where its liquid water freezes or is held: both are linear.
    found, whole = flux_elasticities(sites, THREE), mean_response(sites).elasticity_prcp
    assert float(abs(found.rainfall + found.snow_outflow - whole).max()) < 0.01
    assert bool((found.rainfall > 0).all()) and bool((found.snow_outflow > 0).all()) and bool((found.pet < 0).all())


def test_that_to_evaporation_is_what_a_single_site_says(sites):
    found = flux_elasticities(sites, THREE)
    alone = in_double(RUN.at(RUN.dataset(), "01439500", "1979-01-01", "1980-06-30"))
    expected = elasticities(alone, ["pet"]).sel(cause="pet")
    assert float(found.pet[1]) == pytest.approx(float(expected.exact), rel=1e-6)
    assert float(found.pet[1]) == pytest.approx(float(expected.rerun), rel=0.02)


def test_shares_are_of_sizes(sites):
    found = flux_elasticities(sites, THREE)
    shares = shares_of(found)
    torch.testing.assert_close(torch.tensor(shares.sum("flux").values), torch.ones(3, dtype=torch.float64))
    ratio = float(shares.sel(flux="pet")[0] / shares.sel(flux="rainfall")[0])
    assert ratio == pytest.approx(-float(found.pet[0] / found.rainfall[0]))


def test_a_gap_is_named(sites):
    gap = sites.tensors.forcings["prcp"].clone()
    gap[400] = float("nan")
    tensors = replace(sites.tensors, forcings=sites.tensors.forcings | {"prcp": gap})
    with pytest.raises(ValueError, match="rainfall is not a number at some steps"):
        flux_elasticities(SiteModel(sites.model, tensors, sites.time, sites.target), THREE)


def test_a_flux_that_is_negative_is_named(sites):
    drawn = {"prcp": sites.tensors.forcings["prcp"] - 1.0}
    tensors = replace(sites.tensors, forcings=sites.tensors.forcings | drawn)
    with pytest.raises(ValueError, match="rainfall is negative at -1: take fluxes that never are"):
        flux_elasticities(SiteModel(sites.model, tensors, sites.time, sites.target), THREE)

"""The slope d ln C / d ln Q by differentiation against finite differences and closed forms."""

import numpy as np
import pytest
import xarray as xr

from dgviz import open_dataset
from dgviz.domains.solutes import domain
from dgviz.domains.solutes.evaluation.slopes import slopes
from dgviz.learn.defaults import unlearned
from dgviz.sensitivity import mean_response


@pytest.fixture(scope="module")
def twin():
    return open_dataset("twin:solutes,sites=3,years=1,noise=0,gaps=0")


def site_of(data, values, **choices):
    """Rivers whose parameters have their defaults, or `values`."""
    return unlearned(domain.build(**choices), data, values, target="chloride")


def elasticity(data, values, **choices):
    return mean_response(site_of(data, values, **choices)).elasticity_discharge


@pytest.mark.parametrize("separation", [option.__name__ for option in domain.slots["separation"]])
@pytest.mark.parametrize("mixing", [option.__name__ for option in domain.slots["concentration"]])
def test_it_is_that_of_finite_differences(separation, mixing, twin):
    choices = {"separation": separation, "concentration": mixing}
    values = {"shallow": 3.0, "deep": 9.0, "exponent": 0.3, "shallow_release": 20.0}
    by, means = 0.02, {}
    for sign in (-1, 1):
        changed = twin.assign(discharge=twin.discharge * np.exp(sign * by))
        target = unlearned(domain.build(**choices), changed, only(values, choices), target="chloride")
        tensors = target.tensors
        means[sign] = target.process_model.mean(tensors.forcings, target.learned, ["chloride"])["chloride"].mean(0)
    expected = (means[1].log() - means[-1].log()) / (2 * by)
    found = elasticity(twin, only(values, choices), **choices)
    np.testing.assert_allclose(found, expected.numpy(), atol=5e-3)
    assert found.attrs["units"] == "1"


def only(values, choices):
    """Those that the chosen processes have."""
    return {name: value for name, value in values.items() if name in domain.build(**choices).defaults()}


def test_of_a_power_law_it_is_the_exponent_however_uneven_the_discharge(twin):
    found = elasticity(twin, {"exponent": -0.4}, separation="ShareOfDischarge", concentration="PowerLaw")
    assert found.values == pytest.approx(-0.4, abs=1e-5)


@pytest.mark.parametrize(("deep", "sign"), [(9.0, -1), (1.0, 1)])
def test_floods_dilute_what_is_deep_and_flush_what_is_shallow(deep, sign, twin):
    found = elasticity(twin, {"shallow": 3.0, "deep": deep}, concentration="EndMembers")
    assert (sign * found > 0).all()


def test_only_what_is_never_negative_has_one(twin):
    found = mean_response(site_of(twin, {}, separation="SlowStore", concentration="WarmedSoluteStores"))
    assert "elasticity_discharge" in found and "water_temperature" in found
    assert "elasticity_water_temperature" not in found


def test_it_is_drawn_against_the_slope_of_the_samples(twin):
    made = twin.assign(chloride=(3.0 * twin.discharge**-0.3).astype("float32"))
    results = xr.Dataset({"chloride": made.chloride.reset_coords(drop=True)})
    assert "elasticity_discharge" not in slopes(results, made, made.attrs["test_period"])  # none of older runs
    site = site_of(twin, {"exponent": -0.3}, separation="ShareOfDischarge", concentration="PowerLaw")
    results["elasticity_discharge"] = mean_response(site).elasticity_discharge
    found = slopes(results, made, made.attrs["test_period"])
    np.testing.assert_allclose(found.elasticity_discharge, found.observed_slope, atol=1e-4)

"""What leaf gas exchange is judged by: published capacities, the law, rates, rivals."""

import numpy as np
import pytest
import torch
import xarray as xr

from dgviz.domains.leaf.evaluation.capacities import against_law, against_published, at_25, usual_ratio
from dgviz.domains.leaf.evaluation.rates import rates
from dgviz.domains.leaf.evaluation.rivals import own_curve, rivals
from dgviz.domains.leaf.temperature import JMAX, VCMAX, peaked
from dgviz.experiment.sources import open_dataset


@pytest.fixture(scope="module")
def twin():
    return open_dataset("twin:leaf")


def results_of(twin, factor=1.0):
    """Results that are the truth, times a factor."""
    names = ("vcmax25", "jmax25", "rd25", "g1")
    found = {name: factor * twin[f"true_{name}"].reset_coords(drop=True) for name in names}
    results = xr.Dataset({name: values.expand_dims(member=2).transpose() for name, values in found.items()})
    return results.assign(net_assimilation=factor * twin.true_net_assimilation.reset_coords(drop=True))


def test_published_capacities_are_converted_to_25_degrees():
    """At 25 degC they stay, at 35 degC they are divided by the factor of the response."""
    sites = {"site": ["cool", "hot"]}
    dataset = xr.Dataset(
        coords=sites
        | {
            "published_vcmax": ("site", [60.0, 60.0]),
            "published_jmax": ("site", [100.0, 100.0]),
            "published_tleaf": ("site", [25.0, 35.0]),
            "published_rd": ("site", [1.0, 1.92]),
            "published_tleaf_rd": ("site", [25.0, 35.0]),
        }
    )
    found, hot = at_25(dataset), torch.tensor(35.0, dtype=torch.float64)
    np.testing.assert_allclose(found.vcmax25, [60.0, 60.0 / float(peaked(hot, *VCMAX))])
    np.testing.assert_allclose(found.jmax25, [100.0, 100.0 / float(peaked(hot, *JMAX))])
    np.testing.assert_allclose(found.rd25, [1.0, 1.0])
    assert found.vcmax25[1] < 40


def test_learned_and_published_capacities_stand_side_by_side(twin):
    data = twin.assign_coords(published_vcmax=twin.true_vcmax25, published_jmax=twin.true_jmax25)
    data = data.assign_coords(published_tleaf=25.0 + 0 * twin.lat)
    found = against_published(results_of(twin, 1.1), data, twin.test_period)
    np.testing.assert_allclose(found.learned_vcmax25, 1.1 * found.published_vcmax25)
    np.testing.assert_allclose(found.learned_ratio, found.published_ratio)
    assert found.learned_jmax25.units == "umol m-2 s-1" and "published_rd25" not in found


def test_the_law_stands_beside_what_was_learned(twin):
    found = against_law(results_of(twin, 1.2), twin, twin.test_period)
    for name in ("vcmax25", "jmax25", "rd25", "g1"):
        np.testing.assert_allclose(found[f"learned_{name}"], 1.2 * found[f"true_{name}"])


def test_rates_are_those_of_the_points_that_are_observed(twin):
    found = rates(results_of(twin), twin, twin.test_period)
    np.testing.assert_allclose(found.simulated_mean, found.observed_mean, atol=0.5)
    assert (found.observed_saturated > found.observed_mean).all()


def test_the_usual_ratio_is_that_of_medlyn():
    usual = usual_ratio().usual
    np.testing.assert_allclose(usual / usual.learned_vcmax25, 1.67)


def test_a_line_through_the_training_points_beats_one_curve_for_all(twin):
    table = rivals(twin, {"train": twin.train_period, "test": twin.test_period})
    own, mean = (table.rmse.sel(model=name) for name in ("Own curve", "Mean curve"))
    assert float(own.median()) < 0.5 * float(mean.median())


def test_rivals_see_training_points_alone(twin):
    half = np.arange(14) < 7
    changed = twin.copy(deep=True)
    changed.net_assimilation[7:] += 50.0
    np.testing.assert_array_equal(own_curve(changed, half), own_curve(twin, half))

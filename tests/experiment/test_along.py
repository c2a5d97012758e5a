"""A site between its observed points."""

import numpy as np
import pytest

from dgviz.domains import discover
from dgviz.experiment.along import N_POINTS, along, curves_of
from dgviz.experiment.sources import open_dataset

LEAF = discover()["leaf"]


@pytest.fixture(scope="module")
def leaves():
    return open_dataset("twin:leaf,sites=8,noise=0")


def test_a_curve_runs_from_the_least_to_the_greatest_of_what_was_varied(leaves):
    site = leaves.site.values[0]
    x = curves_of(LEAF, leaves, site)[0].x
    points = along(leaves, site, x)
    measured = leaves[x].sel(site=site).values
    assert points.sizes == {"time": N_POINTS, "site": 1}
    assert points[x].values[[0, -1], 0] == pytest.approx([measured.min(), measured.max()])
    assert (np.diff(points[x].values[:, 0]) > 0).all()


def test_between_points_other_drivers_are_interpolated(leaves):
    site = leaves.site.values[0]
    x = curves_of(LEAF, leaves, site)[0].x
    for name in ("tleaf", "ppfd", "vpd"):
        measured, made = leaves[name].sel(site=site), along(leaves, site, x)[name]
        assert float(measured.min()) - 1e-4 <= float(made.min()) and float(made.max()) <= float(measured.max()) + 1e-4


def test_the_curve_that_is_drawn_first_is_of_what_was_varied(leaves):
    """Some leaves of the twin were given steps of light, the others steps of CO2."""
    first = {str(site): curves_of(LEAF, leaves, site)[0].x for site in leaves.site.values}
    for site, x in first.items():
        light = leaves.ppfd.sel(site=site)
        assert (x == "ppfd") == (float(light.max() - light.min()) > 500), site
    assert len({*first.values()}) > 1

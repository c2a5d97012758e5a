"""The loss on a plane through what was learned, of a linear model in closed form."""

import numpy as np
import pytest
import torch
import xarray as xr

from dgviz.sensitivity.identifiability import identifiability
from dgviz.sensitivity.loss_slice import agreement_along, loss_slice, path_in_slice
from tests.sensitivity.linear import RANGES, linear_site, persistent

N = 200


@pytest.fixture
def site():
    """Learned values in the middle of the ranges, which observations of another parameter set disagree with."""
    random = np.random.default_rng(3)
    columns = random.standard_normal((N, 3))
    middle = np.array([np.mean(RANGES[name]) for name in "abc"])
    observed = columns @ (middle + [0.1, 0.2, 0.05]) + persistent(random, N, 0.3, 0.2)
    observed[::7] = np.nan
    site = linear_site(columns, observed)
    with torch.no_grad():
        site.model.network.level.rows.zero_()
    return site


def test_the_loss_of_a_linear_model_is_a_parabola_with_the_stiff_way_steeper(site):
    vectors = identifiability(site).eigenvector.isel(direction=[0, -1])
    found = loss_slice(site, vectors, reach=0.2, n=5)
    assert found.dims == ("along", "across") and found.attrs["units"] == "1"
    observed = site.tensors.target[:, 0].numpy()
    centre = site.simulate()["y"].values
    spread = np.nanvar(observed)
    assert float(found.sel(along=0, across=0)) == pytest.approx(np.nanmean((centre - observed) ** 2) / spread)
    widths = {name: RANGES[name][1] - RANGES[name][0] for name in "abc"}
    shift = sum(
        widths[name] * (0.2 * float(vectors.sel(parameter=name)[0]) - 0.1 * float(vectors.sel(parameter=name)[1])) * x
        for name, x in zip("abc", (site.tensors.forcings[f"x{i}"][:, 0, 0].numpy() for i in (1, 2, 3)), strict=True)
    )
    expected = np.nanmean((centre + shift - observed) ** 2) / spread
    assert float(found.sel(along=0.2, across=-0.1, method="nearest")) == pytest.approx(expected, rel=1e-6)
    steep, flat = np.diff(found.sel(across=0), 2), np.diff(found.sel(along=0), 2)
    assert steep.min() > flat.max()


def test_parameters_stay_within_their_ranges(site):
    vectors = identifiability(site).eigenvector.isel(direction=[0, -1])
    far = loss_slice(site, vectors, reach=1e3, n=3)
    further = loss_slice(site, vectors, reach=1e4, n=3)
    np.testing.assert_allclose(far.isel(along=0, across=1), further.isel(along=0, across=1))


def test_a_path_ends_at_the_learned_values_in_shares_of_the_ranges(site):
    vectors = xr.DataArray(
        [[1.0, 0.0], [0.0, 0.6], [0.0, -0.8]], {"parameter": ["a", "b", "c"]}, ("parameter", "direction")
    )
    epochs = [[0.0, 1.5, 0.5], [1.0, 2.5, 0.5], [1.0, 1.5, 0.25]]
    path = xr.DataArray(epochs, {"parameter": ["a", "b", "c"]}, ("epoch", "parameter"))
    found = path_in_slice(path, vectors, RANGES)
    np.testing.assert_allclose(found, [[-0.5, -0.2], [0.0, 0.6 * 0.2 - 0.8 * 0.25], [0.0, 0.0]], atol=1e-12)


def test_reruns_confirm_the_response_along_a_direction(site):
    vectors = identifiability(site).eigenvector
    for place in (0, -1):
        assert agreement_along(site, vectors.isel(direction=place)) == pytest.approx(100)
    with torch.no_grad():
        site.model.network.level.rows.fill_(50.0)  # at the ends of the ranges only one way is open
    site.__dict__.pop("learned")
    assert agreement_along(site, vectors.isel(direction=0)) < 50

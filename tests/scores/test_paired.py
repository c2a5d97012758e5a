"""The interval of a paired difference: it covers what is true, tells a clear one, and does not tell chance."""

import numpy as np
import pytest
import xarray as xr

from dgviz.scores.paired import paired


def scores(values, seeds=False):
    dims = ("seed", "site") if seeds else ("site",)
    return xr.DataArray(values, dims=dims, coords={"site": [f"s{i}" for i in range(np.shape(values)[-1])]})


def test_a_clear_difference_is_told_and_its_interval_is_of_pairs():
    random = np.random.default_rng(0)
    basin = random.uniform(0.2, 0.9, 60)  # sites differ far more than the two models
    found = paired(scores(basin + 0.03 + random.normal(0, 0.01, 60)), scores(basin))
    assert found.low < 0.03 < found.high and found.high - found.low < 0.02
    assert found.above() is True and found.above(0.05) is False and found.above(0.03) is None
    assert (found.n_sites, found.n_seeds) == (60, 1)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    random, covered = np.random.default_rng(1), 0
    for i in range(200):
        noise = random.normal(0.02, 0.05, 40)
        found = paired(scores(0.5 + noise), scores(np.full(40, 0.5)), draws=400, seed=i)
        covered += found.low <= 0.02 <= found.high
    assert 0.9 <= covered / 200 <= 0.99


def test_what_differs_by_the_seed_widens_the_interval():
    random = np.random.default_rng(2)
    basin = random.uniform(0.2, 0.9, 50)
    of_seeds = random.normal(0, 0.05, 5)[:, None]
    alone = paired(scores(basin + of_seeds[0] + 0.02), scores(basin))
    several = paired(scores(basin + of_seeds + 0.02, seeds=True), scores(basin))
    assert several.n_seeds == 1 and several.high - several.low > 5 * (alone.high - alone.low)


def test_sites_that_one_side_lacks_do_not_count():
    mine, other = scores([0.5, 0.6, np.nan, 0.8]), scores([0.4, 0.5, 0.6, 0.7])
    assert paired(mine, other.isel(site=slice(0, 3))).n_sites == 2
    with pytest.raises(ValueError, match="1 sites have both"):
        paired(mine, other.isel(site=[0, 2]))

"""Sites and days are divided so that no water, no site and no day is on both sides."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.splits import belonging_together, distances, folds_of, nested, periods_of, training_days


def land(below, seed=0, **variables):
    """A data set of sites at random places; `below` is the number of the next site downstream of each, or -1."""
    random, names = np.random.default_rng(seed), [f"s{i}" for i in range(len(below))]
    downstream = np.array([names[i] if i >= 0 else "" for i in below])
    places = {
        "lat": ("site", random.uniform(30, 45, len(below))),
        "lon": ("site", random.uniform(-90, -70, len(below))),
    }
    days = pd.date_range("2000-01-01", "2003-12-31")
    return xr.Dataset(
        {"downstream_site": ("site", downstream), **{k: ("site", v) for k, v in variables.items()}},
        {"site": names, "time": days, **places},
    )


def random_river(n_sites, n_outlets):
    """Every site flows into a random one of those before it."""
    random = np.random.default_rng(1)
    return [-1 if i < n_outlets else int(random.integers(i)) for i in range(n_sites)]


@pytest.fixture(params=["delaware", "rivers", "small rivers"])
def country(request, delaware):
    """Nested sites: the Delaware, a few random trees of rivers, and many small ones."""
    made = {"rivers": (41, 5), "small rivers": (60, 25)}
    return land(random_river(*made[request.param])) if request.param in made else delaware


def folds(dataset, **options):
    return folds_of(RunConfig(**options), dataset)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("n_folds", [3, 8])
@pytest.mark.parametrize("holdout", ["folds", "regions"])
def test_every_site_is_held_out_once_and_never_beside_one_that_shares_its_water(holdout, n_folds, seed, country):
    made = folds(country, holdout=holdout, folds=n_folds, seed=seed)
    held = sorted(i for fold in made for i in fold.held)
    assert held == list(range(country.sizes["site"])) and len(made) == n_folds
    together = nested(country)
    for fold in made:
        assert fold.trained and not set(fold.trained) & set(fold.held)
        assert not together[np.ix_(fold.trained, fold.held)].any()
    sizes = [len(fold.held) for fold in made]
    assert max(sizes) - min(sizes) <= max(1, country.sizes["site"] // n_folds // 4), sizes


def test_sites_of_a_group_are_held_out_together():
    kinds = np.array(["wood", "crop", "grass"])[np.arange(41) % 3]
    country = land(random_river(41, 41), kind=kinds)
    made = folds(country, holdout="folds", folds=3, groups="kind")
    assert sorted({*kinds[list(fold.held)]}.pop() for fold in made) == ["crop", "grass", "wood"]
    for fold in made:
        assert not {*kinds[list(fold.held)]} & {*kinds[list(fold.trained)]}
    with pytest.raises(ConfigError, match=r"groups 'kinds' is no text .* Did you mean 'kind'"):
        folds(country, holdout="folds", groups="kinds")


@pytest.mark.parametrize(
    "holdout",
    [dict(holdout="regions", folds=3), dict(holdout="sites", held_sites=("s0", "s4"))],
    ids=["regions", "sites"],
)
def test_no_holdout_divides_a_group(holdout):
    kinds = np.array(["wood", "crop", "grass", "moss"])[np.arange(20) % 4]
    country = land([-1] * 20, kind=kinds).drop_vars("downstream_site")
    divided = [{*kinds[list(fold.held)]} & {*kinds[list(fold.trained)]} for fold in folds(country, **holdout)]
    assert all(divided)
    if holdout["holdout"] == "regions":  # every kind is in each
        with pytest.raises(ConfigError, match="or have the same kind. Hold out .* groups= keeps none together"):
            folds(country, groups="kind", **holdout)
        return
    (made,) = folds(country, groups="kind", **holdout)
    assert made.held == (0, 4) and {*kinds[list(made.trained)]} == {"crop", "grass", "moss"}


def test_regions_leave_out_of_training_what_has_the_group_of_one_held_out():
    kinds = np.repeat(["wood", "crop", "grass", "moss", "reed", "bush", "fern"], 3)
    made = folds(land([-1] * 21, kind=kinds).drop_vars("downstream_site"), groups="kind", holdout="regions", folds=7)
    assert sorted(i for fold in made for i in fold.held) == list(range(21))
    for fold in made:
        assert fold.trained and not {*kinds[list(fold.held)]} & {*kinds[list(fold.trained)]}


def test_the_usual_groups_of_a_science_keep_none_together_where_data_lack_them():
    leaves = land([-1] * 6).drop_vars("downstream_site").assign_attrs(domain="leaf")
    config = RunConfig(data="twin:leaf", holdout="folds", folds=3)
    assert config.groups == "species"
    assert sorted(len(fold.held) for fold in folds_of(config, leaves)) == [2, 2, 2]
    with pytest.raises(ConfigError, match="groups 'family' is no text"):
        folds_of(config.edited(groups="family"), leaves)


def test_groups_that_lie_near_each_other_are_held_out_one_by_one():
    """Two kinds stand beside each other at every place: each is held out alone, and nothing near it is trained on."""
    kinds = np.array(["wood", "crop"] * 4 + ["moss"])
    lat = np.array([*np.repeat([40.0, 41.0, 42.0, 43.0], 2), 44.0])
    towers = land([-1] * 9, kind=kinds).assign(lat=("site", lat + 0.001 * np.arange(9)))
    towers = towers.assign(lon=("site", np.full(9, 5.0))).assign_attrs(near_km=5.0)
    made = folds(towers, holdout="folds", folds=3, groups="kind")
    assert sorted(tuple({*kinds[list(fold.held)]}) for fold in made) == [("crop",), ("moss",), ("wood",)]
    for fold in made:
        assert {*kinds[list(fold.trained)]} == ({"wood", "crop"} if kinds[fold.held[0]] == "moss" else {"moss"})
    with pytest.raises(ConfigError, match="folds = 4: kind makes 3 groups of sites. Give at most 3"):
        folds(towers, holdout="folds", folds=4, groups="kind")


def test_sites_are_nested_along_the_river_only():
    """1 and 2 flow into 0; 3 into 1. Neighbours on two branches share nothing."""
    together = nested(land([-1, 0, 0, 1, -1]))
    pairs = {(int(i), int(j)) for i, j in zip(*np.nonzero(together), strict=True) if i < j}
    assert pairs == {(0, 1), (0, 2), (0, 3), (1, 3)}
    assert not nested(land([-1, 0]).drop_vars("downstream_site")).any()


def test_a_ring_in_the_data_ends():
    assert nested(land([1, 2, 0])).sum() == 6


def test_only_what_shares_water_with_held_sites_is_left_out_of_training():
    (fold,) = folds(land([-1, 0, 0, 1, -1]), holdout="sites", held_sites=["s1"])
    assert fold.held == (1,) and fold.trained == (2, 4)


def test_folds_are_random_by_seed():
    country = land([-1] * 40)
    first, again, other = (folds(country, holdout="folds", seed=seed) for seed in (3, 3, 4))
    assert first == again != other


@pytest.mark.parametrize("n_sites, n_folds", [(6, 4), (7, 7), (9, 4), (5, 2)])
def test_pairs_are_divided_where_else_a_group_would_be_empty(n_sites, n_folds):
    country = land([-1 if i % 2 == 0 else i - 1 for i in range(n_sites)])
    sizes = [len(fold.held) for fold in folds(country, holdout="folds", folds=n_folds)]
    assert len(sizes) == n_folds and min(sizes) >= 1 and max(sizes) - min(sizes) <= 1


def test_without_holding_out_all_sites_are_trained_on(delaware):
    (fold,) = folds(delaware)
    assert fold.trained == tuple(range(94)) and fold.held == ()


@pytest.mark.parametrize("n_folds", [2, 3, 7, 17])
def test_regions_are_held_out_whole_with_their_neighbours_in_number(n_folds):
    numbers = np.random.default_rng(5).choice(np.arange(1, 19), 300, p=np.arange(1, 19) / 171)
    country = land([-1] * 300, region=[f"{n:02d}" for n in numbers])
    made = folds(country, holdout="regions", folds=n_folds)
    spans = [(min(numbers[list(f.held)]), max(numbers[list(f.held)])) for f in made]
    assert len(made) == n_folds
    assert all(before[1] < after[0] for before, after in zip(spans, spans[1:], strict=False)), spans
    if n_folds < 4:
        assert max(len(f.held) for f in made) < 1.4 * 300 / n_folds


def test_sites_without_coordinates_have_no_regions():
    country = land([-1] * 50)
    nowhere = country.assign_coords(lat=country.lat.where(country.site != country.site[3]))
    with pytest.raises(ConfigError, match="1 of the 50 basins have no coordinates.*Choose holdout 'folds'"):
        folds(nowhere, holdout="regions", folds=5)


@pytest.mark.parametrize("regions", [None, ["02"] * 50], ids=["unknown", "one"])
def test_land_is_cut_where_regions_do_not_divide_it(regions):
    """Each part lies beside the others: boxes around their sites do not overlap."""
    country = land([-1] * 50, **({"region": regions} if regions else {}))
    made = folds(country, holdout="regions", folds=5)
    assert [len(f.held) for f in made] == [10] * 5
    boxes = [
        [(v[list(f.held)].min(), v[list(f.held)].max()) for v in (country.lat.values, country.lon.values)] for f in made
    ]
    for i, one in enumerate(boxes):
        for other in boxes[:i]:
            assert any(a[1] < b[0] or b[1] < a[0] for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(holdout="folds", folds=9), "folds = 9: there are only 5 sites. Give at most 5."),
        (dict(holdout="sites", held_sites=["s9"]), "held_sites: the run has no site 's9'."),
        (dict(holdout="sites", held_sites=["s0", "s4"]), "no site is left to train on when 2 are held out"),
        (dict(holdout="folds", folds=2), "no site is left to train on when .* Hold out fewer sites, or take more"),
    ],
    ids=["too many", "unknown", "all nested", "nested in every fold"],
)
def test_what_cannot_be_divided_is_said(options, message):
    with pytest.raises(ConfigError, match=message):
        folds(land([-1, 0, 1, 2, 3]), **options)


def test_training_and_test_share_no_day():
    country = land([-1])
    options = dict(train_period="2001-01-01/2001-12-31", test_period="2001-12-31/2002-12-31")
    with pytest.raises(ConfigError, match="share days. Choose periods that do not overlap"):
        periods_of(RunConfig(**options), country)


@pytest.mark.parametrize(
    "train, test, warmup, days",
    [
        ("2002-01-01/2002-12-31", "2003-01-01/2003-12-31", 100, 100),
        ("2002-01-01/2002-12-31", "2000-01-01/2001-11-30", 100, 31),
        ("2002-01-01/2002-12-31", "2000-01-01/2001-12-31", 100, 0),
        ("2000-01-11/2002-12-31", "2003-01-01/2003-12-31", 100, 10),
    ],
    ids=["before", "month", "none", "record"],
)
def test_warm_up_before_training_is_on_record_and_not_of_the_test(train, test, warmup, days):
    config, country = RunConfig(train_period=train, test_period=test, warmup=warmup), land([-1])
    span, n_days = training_days(config, country)
    assert n_days == days
    assert f"{country.indexes['time'][span.start]:%Y-%m-%d}" == train[:10]


def test_near_sites_are_never_divided():
    near = land([-1, -1, -1, -1, -1]).drop_vars("downstream_site")
    near = near.assign_coords(lat=("site", [40.0, 40.02, 41.0, 42.0, 43.0]), lon=("site", [-75.0] * 5))
    assert not belonging_together(near).any()
    together = belonging_together(near.assign_attrs(near_km=5.0))
    assert together.sum() == 2 and together[0, 1] and together[1, 0]  # a fiftieth of a degree is 2.2 km
    for fold in folds_of(RunConfig(holdout="folds", folds=2), near.assign_attrs(near_km=5.0)):
        assert (0 in fold.held) == (1 in fold.held)


def test_distances_are_those_on_the_globe():
    places = land([-1, -1]).assign_coords(lat=("site", [0.0, 0.0]), lon=("site", [0.0, 90.0]))
    np.testing.assert_allclose(distances(places)[0, 1], np.pi / 2 * 6371)


def test_the_same_series_under_two_names_is_never_divided():
    twice = land([-1, -1, -1, -1, -1]).drop_vars("downstream_site")
    random = np.random.default_rng(0)
    flow = random.gamma(0.5, 2.0, (twice.sizes["time"], 5))
    flow[:, 3] = 1.02 * flow[:, 0]
    twice["streamflow"] = ("time", "site"), flow, {"role": "target"}
    assert np.argwhere(belonging_together(twice)).tolist() == [[0, 3], [3, 0]]
    for seed in range(5):
        for fold in folds_of(RunConfig(holdout="folds", folds=2, seed=seed), twice):
            assert (0 in fold.held) == (3 in fold.held)
    (fold,) = folds_of(RunConfig(holdout="sites", held_sites=(str(twice.site.values[3]),)), twice)
    assert 0 not in fold.trained


def test_sites_at_one_place_are_never_divided():
    near = land([-1, -1, -1, -1, -1]).drop_vars("downstream_site")
    near = near.assign_coords(lat=("site", [40.0, 40.0001, 41.0, 42.0, 43.0]), lon=("site", [-75.0] * 5))
    assert np.argwhere(belonging_together(near)).tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize("holdout", ["folds", "regions"])
def test_of_each_fold_so_many_sites_are_trained_on_others_with_another_seed(holdout):
    apart = land([-1] * 30).drop_vars("downstream_site")
    options = dict(holdout=holdout, folds=3)
    every = [{*fold.trained} for fold in folds_of(RunConfig(**options), apart)]
    drawn = [[fold.trained for fold in folds_of(RunConfig(n_trained=4, seed=0, **options), apart)] for _ in range(2)]
    assert drawn[0] == drawn[1] and all(len(trained) == 4 for trained in drawn[0])
    assert all({*trained} <= allowed for trained, allowed in zip(drawn[0], every, strict=True))
    other = [fold.trained for fold in folds_of(RunConfig(n_trained=4, seed=1, **options), apart)]
    assert other != drawn[0]
    with pytest.raises(ConfigError, match=r"n_trained = 29: in fold 1 only \d+ basins may be trained on. Give at most"):
        folds_of(RunConfig(n_trained=29, **options), apart)


def test_how_many_are_trained_on_is_without_effect_where_sites_are_not_held_out_in_turn():
    assert "n_trained" in RunConfig(n_trained=4).without_effect()
    assert "n_trained" not in RunConfig(n_trained=4, holdout="folds").without_effect()

"""What is tested is never seen: not one bit of a weight depends on it; and what a data set gives away is told."""

import numpy as np
import pytest
import torch
import xarray as xr

from dgviz.datasets import open_dataset
from dgviz.datasets.site_network import downstream_positions
from dgviz.experiment import data as inputs
from dgviz.experiment import job
from dgviz.experiment.job import carry_out
from dgviz.experiment.leakage import leaks
from dgviz.experiment.runs import Run
from dgviz.experiment.splits import folds_of, nested

TEST = slice("1979-04-01", "1979-05-30")
TRAIN = slice("1979-01-01", "1979-03-31")
SEES = {
    "static": dict(),
    "dynamic": dict(dynamic=("k2",), dropout=0.3),
    "network": dict(predictor="network"),
    "corrected": dict(predictor="corrected"),
    "climate": dict(climate="training", attributes_as="shuffled"),
    "validation": dict(validation="period", weights="area"),
    "after the test": dict(
        train_period="1979-04-01/1979-05-30", test_period="1979-01-01/1979-03-31", warmup=60, dynamic=("k2",)
    ),
}


def scrambled(dataset, days=slice(None), sites=None, names=("prcp", "tmin", "tmax", "tmean", "streamflow")):
    """The data with other values on some days of some sites."""
    dataset = dataset.copy(deep=True)
    which = {"site": list(dataset.site.values) if sites is None else list(sites)}
    for name in names:
        at = which | ({"time": days} if "time" in dataset[name].dims else {})
        dataset[name].loc[at] = dataset[name].loc[at].values[::-1] * 1.5 + 1.0
    return dataset


def weights_with(data, config, folder, monkeypatch):
    """The trained weights of all parts, with these data in place of the Delaware's."""
    monkeypatch.setattr(inputs, "open_dataset", lambda name: data)
    monkeypatch.setattr(job, "make_results", lambda *_: (xr.Dataset(), None))
    run = Run.create(config, folder)
    carry_out(run)
    return torch.load(run.folder / "weights.pt", weights_only=True)


def same(one, other):
    return all(one[k].equal(other[k]) for k in other)


@pytest.mark.parametrize("options", SEES.values(), ids=SEES)
def test_no_weight_depends_on_the_test_period(options, small, delaware, tmp_path, monkeypatch):
    config = small.edited(**options)
    tested, trained = (TRAIN, TEST) if "train_period" in options else (TEST, TRAIN)
    ((weights,),) = weights_with(delaware, config, tmp_path, monkeypatch)
    ((unmoved,),) = weights_with(scrambled(delaware, tested), config, tmp_path, monkeypatch)
    ((moved,),) = weights_with(scrambled(delaware, trained), config, tmp_path, monkeypatch)
    assert same(weights, unmoved)
    assert not same(weights, moved)


@pytest.mark.parametrize(
    "options", [dict(), dict(predictor="network"), dict(dynamic=("k2",), validation="period")],
    ids=["static", "network", "dynamic"],
)  # fmt: skip
def test_no_weight_depends_on_sites_that_are_held_out(options, small, delaware, tmp_path, monkeypatch):
    """Neither on their streamflow nor on their weather nor on their attributes."""
    config = small.edited(holdout="folds", folds=2, epochs=1, **options)
    folds = folds_of(config, delaware.sel(site=list(config.sites)))
    weights = weights_with(delaware, config, tmp_path, monkeypatch)
    for number, fold in enumerate(folds):
        held = [config.sites[i] for i in fold.held]
        other = scrambled(delaware, sites=held, names=("prcp", "tmean", "streamflow", "area", "slope"))
        changed = weights_with(other, config, tmp_path, monkeypatch)
        assert same(weights[number][0], changed[number][0])
        assert not same(weights[1 - number][0], changed[1 - number][0])


@pytest.fixture
def late(small, delaware):
    """Data whose climate tells of the test period, and a run on them."""
    data = delaware.sel(site=list(small.sites)).copy()
    for name in ("p_mean", "aridity", "t_mean", "frac_snow"):
        data[name] = data[name].assign_attrs(period="1979-03-01/1979-12-31")
    return data, small


def test_climate_of_the_test_period_is_told_with_what_to_do(late):
    data, config = late
    (leak,) = leaks(config, data)
    assert leak.startswith("p_mean, t_mean, pet_mean and 5 more attributes ")
    assert "tell of 1979-03-01/1979-12-31, which has days of the test period 1979-04-01/1979-05-30" in leak
    assert "Set climate='training', or leave them out of attributes." in leak


@pytest.mark.parametrize(
    "options",
    [
        dict(climate="training"),
        dict(attributes=("area", "slope")),
        dict(parameters="shared"),
        dict(parameters="fixed"),
        dict(test_period="1980-01-01/1980-12-31"),
    ],
    ids=lambda o: next(iter(o.values())) if isinstance(o, dict) else "",
)
def test_what_no_network_reads_or_is_of_other_days_does_not_leak(options, late):
    data, config = late
    assert leaks(config.edited(**options), data) == []


@pytest.mark.parametrize("options", [dict(predictor="corrected"), dict(dynamic=("k2",)), dict(predictor="network")])
def test_recurrent_networks_read_attributes_too(options, late):
    data, config = late
    assert len(leaks(config.edited(parameters="shared", **options), data)) == 1


def test_attributes_made_of_streamflow_are_told(small, delaware):
    data = delaware.sel(site=list(small.sites)).assign(baseflow_index=delaware.area, q_mean=delaware.area)
    (leak,) = leaks(small.edited(test_period="1980-01-01/1980-12-31"), data)
    assert leak.startswith("baseflow_index, q_mean are computed from observed streamflow")


def test_validation_on_sites_that_share_water_is_told(small, delaware):
    config = small.edited(validation="sites", test_period="1980-01-01/1980-12-31")
    (leak,) = leaks(config, delaware)
    assert "joined to others, or near them, and validation 'sites' may divide them" in leak
    assert leaks(config.edited(validation="period"), delaware) == []


def test_trained_sites_of_the_same_group_as_others_are_told(small, delaware):
    data = delaware.sel(site=list(small.sites)).drop_vars("downstream_site")
    data = data.assign_coords(kind=("site", ["wood" if i % 2 else "crop" for i in range(len(small.sites))]))
    config = small.edited(parameters="shared", trained_sites=small.sites[:2], groups="kind")
    (leak,) = leaks(config, data)
    n_others = len(small.sites) - 2
    assert leak.startswith(f"{n_others} of the {n_others} sites that are not trained on have the same kind as some")
    assert leaks(config.edited(trained_sites=small.sites[::2]), data) == leaks(config.edited(groups=""), data) == []


def test_the_record_of_a_run_tells_its_leaks(done_run):
    """The climate of the packaged data is of 1979, as is this test."""
    (leak,) = done_run.record["leaks"]
    assert leak.startswith("p_mean, t_mean, pet_mean and 5 more attributes tell of 1979")


def test_the_packaged_split_does_not_leak(delaware, small):
    assert leaks(small.edited(sites=(), train_period=None, test_period=None), delaware) == []


def test_sites_between_those_chosen_do_not_hide_that_they_share_water(delaware, small):
    """The third of a row of gauges is below the first whether or not the second is in the run."""
    below = dict(zip(delaware.site.values.tolist(), delaware.downstream_site.values.tolist(), strict=True))
    first = next(site for site in below if below[site] and below[below[site]])
    third, elsewhere = below[below[first]], next(site for site in below if not below[site] and site != first)
    config = small.edited(sites=(first, third, elsewhere), holdout="sites", held_sites=(third,))
    dataset = inputs.dataset_of(config)
    assert dataset.downstream_site.values.tolist()[0] == third
    (fold,) = folds_of(config, dataset)
    assert fold.trained == (2,)


def test_reaches_between_those_chosen_do_not_hide_it_either(small):
    data = open_dataset("delaware_river")
    below = downstream_positions(data)
    first = next(i for i in range(len(below)) if below[i] >= 0 and below[below[i]] >= 0)
    chosen = [str(data.site.values[i]) for i in (first, below[below[first]])]
    assert nested(inputs.dataset_of(small.edited(data="delaware_river", sites=tuple(chosen)))).tolist() == [
        [False, True],
        [True, False],
    ]


def test_shuffled_attributes_are_those_of_another_site_everywhere(small, delaware):
    config = small.edited(attributes_as="shuffled")
    dataset, given = inputs.dataset_of(config), delaware.sel(site=list(small.sites))
    for site in small.sites:
        alone = inputs.select_sites(config, delaware, [site])
        (donor,) = given.site.values[given.area == alone.area.item()]
        assert donor != site
        for name in ("area", "slope", "p_mean"):
            assert alone[name].item() == dataset[name].sel(site=site).item() == given[name].sel(site=donor).item()
        xr.testing.assert_identical(alone.prcp, given.prcp.sel(site=[site]))
        assert alone.lat.item() == given.lat.sel(site=site).item()  # where a site lies is no attribute
    assert sorted(dataset.area.values) == sorted(given.area.values)


def test_a_site_outside_the_run_keeps_its_attributes(small, delaware):
    other = delaware.site.values[50]
    alone = inputs.select_sites(small.edited(attributes_as="shuffled"), delaware, [other])
    assert alone.area.item() == delaware.area.sel(site=other).item()


def test_random_attributes_lie_in_their_ranges_and_are_the_same_wherever_a_site_is_looked_at(small, delaware):
    config = small.edited(attributes_as="random")
    dataset, given = inputs.dataset_of(config), delaware.sel(site=list(small.sites))
    for name in ("area", "slope", "p_mean"):
        low, high = given[name].min(), given[name].max()
        assert (dataset[name] >= low).all() and (dataset[name] <= high).all()
        assert not np.isin(dataset[name], given[name]).any()  # no site has the value of another
    for site in small.sites:
        alone = inputs.select_sites(config, delaware, [site])
        assert alone.area.item() == dataset.area.sel(site=site).item()
    other = inputs.dataset_of(config.edited(seed=1))
    assert not np.isin(other.area, dataset.area).any()


def test_networks_read_where_a_site_lies_if_that_alone_is_chosen(small, delaware, tmp_path):
    run = Run.create(small.edited(attributes=("lat", "lon")), tmp_path)
    carry_out(run)
    assert [*run.inputs.attributes] == ["lat", "lon"] and run.inputs.ranges.keys() == {"lat", "lon"}
    site = small.sites[0]
    moved = delaware.assign_coords(lat=delaware.lat + 1)

    def parameter_at(data):
        return run.at(data, site, "1979-04-01", "1979-05-30").learned["fc"].detach().numpy().tolist()

    assert parameter_at(delaware) != parameter_at(moved)
    richer = delaware.assign(area=2 * delaware.area)
    assert parameter_at(delaware) == parameter_at(richer)


@pytest.mark.parametrize("attributes_as", ["given", "shuffled"])
def test_climate_of_the_training_days_is_the_same_for_a_site_alone(attributes_as, small, delaware):
    config = small.edited(climate="training", attributes_as=attributes_as)
    dataset = inputs.dataset_of(config)
    assert dataset.p_mean.attrs["period"] == small.train_period
    if attributes_as == "given":
        rain = delaware.prcp.sel(site=list(small.sites), time=TRAIN)
        np.testing.assert_allclose(dataset.p_mean, rain.mean("time"), rtol=1e-5)
    for site in small.sites:
        alone = inputs.select_sites(config, delaware, [site])
        for name in ("p_mean", "pet_mean", "p_seasonality"):
            assert alone[name].item() == dataset[name].sel(site=site).item()


# Signatures among the attributes of CAMELS: table 3 of Addor et al. (2017), doi:10.5194/hess-21-5293-2017.
SIGNATURES_OF_CAMELS = (
    *("q_mean", "runoff_ratio", "stream_elas", "slope_fdc", "baseflow_index", "hfd_mean", "q5", "q95"),
    *("high_q_freq", "high_q_dur", "low_q_freq", "low_q_dur", "zero_q_freq"),
)


@pytest.mark.parametrize("name", SIGNATURES_OF_CAMELS)
def test_every_signature_of_camels_is_told_as_made_of_streamflow(name, small, delaware):
    data = delaware.sel(site=list(small.sites)).assign({name: delaware.area})
    (leak,) = leaks(small.edited(test_period="1980-01-01/1980-12-31"), data)
    assert leak.startswith(f"{name} are computed from observed streamflow")


def test_the_same_series_under_two_names_is_told(small, delaware):
    config = small.edited(parameters="shared", holdout="folds", folds=2)
    data = delaware.sel(site=list(small.sites)).drop_vars("downstream_site").copy(deep=True)
    assert leaks(config, data) == []
    one, other = small.sites[0], small.sites[2]
    data.streamflow.loc[{"site": other}] = 0.9 * data.streamflow.sel(site=one)
    (leak,) = leaks(config, data)
    assert leak.startswith(f"{one} and {other} have the same series") and "never divides them" in leak


def test_a_period_that_is_none_is_told(late):
    data, config = late
    data["p_mean"] = data["p_mean"].assign_attrs(period="of the nineties")
    (told,) = [leak for leak in leaks(config, data) if "p_mean" in leak]
    assert "p_mean has the period 'of the nineties', which is none" in told

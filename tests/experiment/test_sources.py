"""Data by their names: sources, own files, and twins of every domain."""

import numpy as np
import pytest
import xarray as xr

from dgviz import RunConfig, open_dataset
from dgviz.datasets import DataError, attribute_names, forcing_names, target_names
from dgviz.domains import discover
from dgviz.experiment.config import ConfigError
from dgviz.experiment.data import dataset_of, select_sites
from dgviz.experiment.sources import domain_of, known_data, with_derived

every_twin = pytest.mark.parametrize("name", [name for name, science in discover().items() if science.twin])


@every_twin
def test_a_twin_is_a_data_set_of_its_domain_with_its_truth(name):
    science, twin = discover()[name], open_dataset(f"twin:{name},sites=4,years=2")
    target = next(iter(science.targets))
    assert twin.attrs["domain"] == name == domain_of(f"twin:{name}") and twin.sizes["site"] == 4
    assert target in target_names(twin) and set(target_names(twin)) <= science.targets.keys()
    assert set(forcing_names(twin)) <= science.forcings.keys()
    assert not [variable for variable in twin.data_vars if variable.startswith("true_")]
    assert not [attribute for attribute in attribute_names(twin) if attribute.startswith("true_")]
    truth = twin[f"true_{target}"]
    assert truth.dims == ("time", "site") and truth.notnull().all() and twin[target].isnull().any()
    assert len([coordinate for coordinate in twin.coords if coordinate.startswith("true_")]) > 5
    assert f"twin:{name}" in known_data()


@every_twin
def test_a_twin_without_noise_and_gaps_is_its_truth(name):
    twin = open_dataset(f"twin:{name},noise=0,gaps=0,sites=3,years=2")
    for target in target_names(twin):
        np.testing.assert_allclose(twin[target], twin[f"true_{target}"], rtol=1e-5, atol=1e-5)


@every_twin
def test_a_twin_is_the_same_for_the_same_seed_only(name):
    target = next(iter(discover()[name].targets))
    one, same, other = (open_dataset(f"twin:{name},sites=3,years=2,seed={seed}")[target] for seed in (1, 1, 2))
    xr.testing.assert_identical(one.reset_coords(drop=True), same.reset_coords(drop=True))
    assert not np.allclose(one, other, equal_nan=True)


@every_twin
def test_a_twin_has_sites_that_differ_as_its_law_says(name):
    twin = open_dataset(f"twin:{name},sites=10,years=2")
    static = {k: v for k, v in twin.coords.items() if k.startswith("true_") and v.dims == ("site",)}
    varying = [k for k, v in static.items() if np.ptp(v.values) > 0]
    assert len(varying) >= 3


@pytest.mark.parametrize(
    "data, message",
    [
        ("twin:hydrolgy", "there is no twin 'hydrolgy'. Twins: .* Did you mean 'hydrology'"),
        ("twin:stream_temperature,nois=1", "a twin has no option 'nois'. Options: noise, gaps"),
        ("twin:stream_temperature,noise=much", "'noise=much' is not a number by name; write noise=0"),
        ("twin:stream_temperature,sites=-3", "sites is -3; it has to be from 1 to 10000"),
        ("twin:stream_temperature,sites=1.5", "sites is 1.5; it has to be a whole number"),
        ("twin:stream_temperature,noise=nan", "noise is nan; it has to be from 0 to 100"),
    ],
)
def test_a_twin_that_cannot_be_made_is_explained(data, message):
    with pytest.raises(DataError, match=message):
        open_dataset(data)


def test_the_domain_follows_the_data_and_the_data_the_domain():
    assert RunConfig(data="twin:stream_temperature").domain == "stream_temperature"
    assert RunConfig(domain="stream_temperature").data == "twin:stream_temperature"
    assert RunConfig().domain == "hydrology" and RunConfig().data == "delaware"


def test_another_domain_drops_what_belongs_to_the_first():
    before = RunConfig(snow="NoSnow", sites=("01413500",), dynamic=("beta",), seed=3, hidden=7)
    there = before.edited(domain="stream_temperature")
    assert there.data == "twin:stream_temperature" and there.processes.keys() == {"exchange", "ice"}
    assert (there.sites, there.dynamic, there.seed, there.hidden) == ((), (), 3, 7)
    assert there.loss == "rmse" and there.edited(data="delaware").loss == "nse"
    assert there.edited(data="delaware") == RunConfig(seed=3, hidden=7)


def test_data_of_another_domain_are_refused():
    config = RunConfig(domain="hydrology", data="twin:stream_temperature")
    with pytest.raises(ConfigError, match="domain 'hydrology': the data set 'twin:stream_temperature' is for 'stream_"):
        dataset_of(config)


def test_what_a_domain_makes_of_its_data_is_there_but_no_attribute():
    twin = open_dataset("twin:stream_temperature,sites=3,years=2")
    assert "mean_discharge" in twin.coords and "mean_discharge" not in attribute_names(twin)


@every_twin
@pytest.mark.parametrize("noise", [0.5, 3])
def test_a_twin_seen_through_much_noise_is_still_read(name, noise):
    dataset = open_dataset(f"twin:{name},noise={noise},sites=4,seed=5")
    for target, declared in discover()[name].targets.items():
        low, high = declared.range
        assert target not in dataset or (dataset[target].min() >= low and dataset[target].max() <= high)


@pytest.mark.parametrize("data", ["thames", "twin:solutes,sites=3"])
def test_places_keep_their_units_beside_what_is_made_of_the_data(data):
    dataset = open_dataset(data)
    assert any("made_of" in dataset[name].attrs for name in dataset.coords)
    assert [dataset[name].attrs["units"] for name in ("lat", "lon")] == ["degrees_north", "degrees_east"]


def test_what_is_made_of_the_data_is_made_of_the_training_days_of_the_run():
    """With the periods swapped, the mean discharge is that of the other days."""
    twin = open_dataset("twin:stream_temperature,sites=3,years=2").drop_vars("mean_discharge")
    train, test = twin.attrs["train_period"], twin.attrs["test_period"]
    config = RunConfig(data="twin:stream_temperature")
    swapped = config.edited(train_period=test, test_period=train)
    for period, given in ((train, config), (test, swapped)):
        seen = select_sites(given, with_derived(twin), list(twin.site.values))
        expected = twin.discharge.sel(time=slice(*period.split("/"))).mean("time")
        assert abs(seen.mean_discharge.values / expected.values - 1).max() < 1e-5


def test_an_option_of_another_science_is_told_as_such():
    with pytest.raises(ConfigError, match="'snow' is an option of hydrology, and these data are for stream"):
        RunConfig(data="twin:stream_temperature", snow="NoSnow")


@pytest.mark.parametrize("data", ["", " "])
def test_an_empty_name_is_not_the_folder_one_is_in(data):
    with pytest.raises(DataError, match="data is empty. Name a data set"):
        open_dataset(data)

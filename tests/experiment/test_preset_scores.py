"""Scores of presets from several seeds: what travels with dgviz, and own runs in its place or beside it."""

import numpy as np
import pytest
import xarray as xr

from dgviz.experiment import preset_scores
from dgviz.experiment.config import RunConfig
from dgviz.experiment.needs import learns
from dgviz.experiment.preset_scores import shipped, shipped_file, some_sites, with_probe, write
from dgviz.experiment.presets import scores_of, wanted

SITES = ["a", "b", "c"]


def scores(nse: float) -> xr.Dataset:
    values = np.full((2, 3), nse) + np.arange(3) / 100
    named = {"nse": (("period", "site"), values), "fhv": (("period", "site"), values)}
    return xr.Dataset(named, {"period": ["train", "test"], "site": SITES})


@pytest.fixture
def travelling(tmp_path, monkeypatch):
    """Scores that are written as if they travelled with dgviz, and of what."""
    monkeypatch.setattr(preset_scores, "data_folder", lambda: tmp_path)
    configs = wanted(RunConfig())
    of_runs = {("HBV", "none", 0): scores(0.7), ("HBV", "none", 1): scores(0.6), ("LSTM", "folds", 0): scores(0.1)}
    of_runs = with_probe(of_runs, ("HBV", "none", 0), xr.Dataset({"unclosed": ("site", [0.5])}, {"site": ["b"]}))
    write(of_runs, configs, ["nse", "unclosed"], shipped_file("delaware"))
    return configs, of_runs


def test_what_is_written_is_read_again_by_run(travelling):
    configs, of_runs = travelling
    found = shipped("delaware", configs)
    assert found.keys() == of_runs.keys()
    assert [*found["HBV", "none", 1]] == ["nse"]  # no other score was asked for, and no balance known
    xr.testing.assert_allclose(found["HBV", "none", 1].nse, of_runs["HBV", "none", 1].nse)
    balance = found["HBV", "none", 0].unclosed.sel(period="test")
    assert balance.values.tolist() == pytest.approx([np.nan, 0.5, np.nan], nan_ok=True)
    assert shipped("twin:hydrology", configs) == {}


def test_the_file_says_of_which_configuration_versions_and_day_it_is(travelling):
    with xr.open_dataset(shipped_file("delaware"), engine="h5netcdf") as stored:
        assert "torch" in stored.versions and len(stored.created) == 10
        assert '"epochs":120' in stored.config.sel(preset="HBV", holdout="none").item()
        assert stored.config.sel(preset="HBV", holdout="regions").item() == ""


def test_scores_of_other_days_sites_or_options_than_wanted_are_not_taken(travelling):
    for other in (dict(sites=("a", "b")), dict(test_period="1980-06-01/1980-12-31")):
        assert shipped("delaware", wanted(RunConfig(**other))) == {}
    configs, _ = travelling
    changed = configs | {"HBV": {"none": configs["HBV"]["none"].edited(members=3)}}
    assert shipped("delaware", changed).keys() == {("LSTM", "folds", 0)}


def test_an_own_run_takes_the_place_of_its_seed_and_stands_beside_the_others(travelling):
    configs, _ = travelling
    own = {("HBV", "none", 1): scores(0.9), ("HBV", "none", 7): scores(0.8)}
    both = scores_of(shipped("delaware", configs) | own).nse.sel(preset="HBV", case="test", site="a")
    assert both.sel(seed=[0, 1, 7]).values.tolist() == pytest.approx([0.7, 0.9, 0.8], abs=1e-6)


def test_balances_are_looked_at_at_a_few_sites_across_all():
    assert some_sites(list(range(94))) == list(range(0, 94, 12)) and some_sites(SITES) == SITES


def test_what_travels_with_the_delaware_is_of_the_presets_as_they_are_and_of_five_seeds():
    configs = wanted(RunConfig())
    found = shipped("delaware", configs)
    with xr.open_dataset(shipped_file("delaware"), engine="h5netcdf") as stored:
        config = stored.config.load()
    there = {(str(p), str(h)) for p in config.preset.values for h in config.holdout.values if config.loc[p, h].item()}
    assert there == {key[:2] for key in found}, "presets were changed: train them again and write their scores"
    for name, holdout in there:
        seeds = {key[2] for key in found if key[:2] == (name, holdout)}
        assert seeds == (set(range(5)) if learns(configs[name][holdout]) else {0})

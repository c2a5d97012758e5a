"""Which runs stand for the presets between physics and learning, and their scores side by side."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from dgviz.datasets import open_dataset
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.presets import FEW, HOLDOUTS, found, n_weights, places, probe, scores_of, wanted
from dgviz.experiment.runs import Run, list_runs
from dgviz.learn.model import of_processes
from dgviz.paths import data_folder

SITES = ["01413500", "01415000", "01439500"]


def run_of(folder: Path, name: str, config: RunConfig) -> Run:
    (folder / name).mkdir()
    (folder / name / "config.json").write_text(config.model_dump_json())
    return Run(folder / name)


def results(sites, **nse):
    scores = {"nse": (("period", "site"), [nse["train"], nse["test"]])}
    scores["kge_2012"] = scores["nse"]
    return xr.Dataset(scores, {"period": ["train", "test"], "site": sites})


def test_every_preset_of_the_dial_is_wanted_on_the_same_data_sites_and_days():
    config = RunConfig(sites=SITES, test_period="1980-06-01/1980-12-31", loss="kge", members=3)
    configs, science = wanted(config), config.science
    assert list(configs) == [*science.dial, *science.controls]
    for name, of_preset in configs.items():
        for holdout, each in of_preset.items():
            assert (each.sites, each.test_period) == (config.sites, config.test_period)
            assert (each.holdout, each.n_trained) == (("folds", FEW[holdout]) if holdout in FEW else (holdout, 0))
            assert each.edited(holdout="none", folds=5, n_trained=0) == RunConfig(
                sites=SITES, test_period=config.test_period
            ).preset(name)


def test_sites_with_parameters_of_their_own_cannot_be_held_out():
    possible = {name: list(of_preset) for name, of_preset in wanted(RunConfig()).items()}
    assert possible.pop("HBV, calibrated") == ["none"]
    assert set(map(tuple, possible.values())) == {HOLDOUTS[:2], HOLDOUTS, (*HOLDOUTS, *FEW)}


def test_regions_are_held_out_where_a_claim_asks_for_it():
    asked = {name for name, of_preset in wanted(RunConfig()).items() if "regions" in of_preset}
    assert {"HBV", "HBV, shared", "LSTM", "Random attributes"} <= asked and "HBV, corrected" not in asked
    assert not any("regions" in of_preset for of_preset in wanted(RunConfig(data="twin:oxygen")).values())


def test_a_run_stands_for_a_preset_however_it_was_trained(tmp_path):
    configs = wanted(RunConfig())
    hbv = configs["HBV"]["none"]
    longer = run_of(tmp_path, "longer", hbv.edited(epochs=500, learning_rate=0.001, seed=7, validation="period"))
    folds = run_of(tmp_path, "folds", configs["LSTM"]["folds"].edited(folds=3))
    others = {
        "members": hbv.edited(members=2),
        "sites": hbv.edited(sites=SITES),
        "days": hbv.edited(test_period="1980-06-01/1980-12-31"),
        "data": hbv.edited(data="camels_us"),
        "loss": hbv.edited(loss="kge"),
    }
    runs = [longer, folds, *(run_of(tmp_path, name, config) for name, config in others.items())]
    standing = found(runs, configs)
    assert standing["HBV"] == {"none": [longer], **dict.fromkeys(("folds", "regions", *FEW), [])}
    assert standing["LSTM"] == {"none": [], "folds": [folds], **dict.fromkeys(("regions", *FEW), [])}
    assert sum(len(runs) for of_preset in standing.values() for runs in of_preset.values()) == 2


def test_runs_stay_in_the_order_given(tmp_path):
    configs = wanted(RunConfig())
    runs = [run_of(tmp_path, name, configs["HBV"]["none"]) for name in "ba"]
    assert found(runs, configs)["HBV"]["none"] == runs


def test_scores_of_other_days_and_of_sites_held_out_stand_side_by_side():
    known = {
        ("HBV", "none", 0): results(["a", "b"], train=[0.8, 0.7], test=[0.6, 0.5]),
        ("HBV", "none", 3): results(["a", "b"], train=[0.9, 0.9], test=[0.7, 0.4]),
        ("HBV", "folds", 0): results(["a", "b"], train=[0.4, 0.3], test=[0.2, 0.1]),
        ("HBV, calibrated", "none", 0): results(["b"], train=[0.9], test=[0.65]),
    }
    scores = scores_of(known)
    assert list(scores.preset.values) == ["HBV", "HBV, calibrated"] and list(scores.seed.values) == [0, 3]
    hbv = scores.nse.sel(preset="HBV", case=["train", "test", "held_out"])
    assert hbv.sel(seed=0).values.tolist() == [[0.8, 0.7], [0.6, 0.5], [0.2, 0.1]]
    assert hbv.sel(seed=3, case="test").values.tolist() == [0.7, 0.4]
    assert np.isnan(hbv.sel(seed=3, case="held_out")).all()
    calibrated = scores.nse.sel(preset="HBV, calibrated", seed=0)
    assert calibrated.sel(site="b", case=["train", "test"]).values.tolist() == [0.9, 0.65]
    assert np.isnan(calibrated.sel(case="held_out")).all() and np.isnan(calibrated.sel(site="a")).all()
    assert scores_of({}).sizes["preset"] == 0


def test_of_each_seed_the_newest_run_with_results_counts():
    config = wanted(RunConfig())["HBV"]["none"]
    seeds = ((0, "done"), (1, "stopped"), (0, "done"), (2, "training"))
    runs = [SimpleNamespace(config=config.edited(seed=seed), status=status) for seed, status in seeds]
    place = places(runs, {"HBV": {"none": config}})["HBV"]["none"]
    assert place.of_seeds == {0: runs[0], 1: runs[1]} and place.run == runs[0]


def test_weights_are_counted_where_something_is_learned():
    data, configs = open_dataset("delaware").sel(site=SITES), wanted(RunConfig(sites=SITES))
    counted = {
        name: n_weights(configs[name]["none"], data) for name in ("HBV, fixed", "HBV, shared", "HBV, calibrated")
    }
    one_set = 14 * 16  # parameters and members
    assert counted == {"HBV, fixed": 0, "HBV, shared": one_set, "HBV, calibrated": len(SITES) * one_set}


@pytest.mark.parametrize("corrected", [False, True])
def test_the_balance_shows_what_a_learned_residual_added(tmp_path, corrected):
    predictor = "corrected" if corrected else "processes"
    config = RunConfig(sites=SITES, predictor=predictor, members=2, hidden=4, epochs=2, learning_rate=0.1)
    run = Run.create(config, tmp_path)
    carry_out(run)
    data = open_dataset("delaware")
    share = probe("unclosed", run, data, SITES[:2]).unclosed
    assert list(share.site.values) == SITES[:2]
    if not corrected:
        assert float(abs(share).max()) < 1e-5
        return
    at = run.at(data, SITES[0], "1980-01-01", "1980-12-31")
    model, tensors = at.model, at.tensors
    given = tensors.forcings, model.parameters_of(tensors), ["streamflow"], of_processes(tensors.initial)
    physics = model.process_model.mean(*given)["streamflow"]
    inside = slice(tensors.warmup + 1, None)  # a balance begins at the end of the first day
    added = (model.mean(tensors)["streamflow"][inside] - physics[inside]).detach()
    rain = data.prcp.sel(site=SITES[0], time=slice("1980-01-02", "1980-12-31")).sum()
    assert float(share[0]) == pytest.approx(-float(added.sum()) / float(rain), rel=1e-3)


def test_an_experiment_asks_each_model_for_each_value():
    run = {run.id: run for run in list_runs(data_folder() / "runs")}["delaware-hbv"]
    data, (experiment,) = open_dataset("delaware"), run.config.science.experiments
    answers = probe("runoff_400", run, data, SITES[:2])
    assert {*answers} == {*experiment.scores}
    site = run.at(data, SITES[1], "1980-01-01", "1980-12-31")
    assert float(answers.runoff_400[1]) == pytest.approx(experiment.ask(site, 400))
    assert answers.runoff_400.attrs["units"] == "1"


@pytest.mark.parametrize(("shuffled", "name"), [(True, "Shuffled attributes"), (False, "HBV")])
def test_a_run_from_when_shuffled_was_an_option_of_its_own_stands_for_its_preset(shuffled, name, tmp_path):
    run = Run.create(RunConfig().preset(name), tmp_path)
    stored = json.loads((run.folder / "config.json").read_text())
    del stored["attributes_as"]
    (run.folder / "config.json").write_text(json.dumps(stored | {"shuffled": shuffled}))
    assert found([Run(run.folder)], wanted(RunConfig()))[name]["none"]


def test_a_run_from_before_a_slot_was_there_stands_for_its_preset(tmp_path):
    """Its file lacks the slot, which is then at its default, and names the others in their own order."""
    config = RunConfig().preset("HBV")
    run = Run.create(config, tmp_path)
    stored = json.loads((run.folder / "config.json").read_text())
    del stored["processes"]["abstraction"]
    stored["processes"] = dict(reversed(stored["processes"].items()))
    (run.folder / "config.json").write_text(json.dumps(stored))
    assert found([Run(run.folder)], wanted(RunConfig()))["HBV"]["none"]

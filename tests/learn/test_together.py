"""One training on two processes, each with a share of the sites, is that of one process, to rounding."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as processes

from dgviz.experiment.config import RunConfig
from dgviz.experiment.data import dataset_of
from dgviz.experiment.runs import list_runs
from dgviz.experiment.splits import training_days
from dgviz.learn import DifferentiableModel, fit, together
from dgviz.learn.options import ConfigError

ROOT = Path(__file__).parents[2]
TWIN = "twin:hydrology,sites=7,years=3"
OPTIONS = dict(members=2, hidden=4, epochs=3, warmup=30, window=60, batch_size=3)
# A training whose stores are spun up from update to update, and others without.
CASES = {
    "spun up": dict(warmup=200, window=200),
    "rmse, the last site of an update alone": dict(loss="rmse"),
    "kge, validation": dict(loss="kge", validation="sites"),
    "dynamic": dict(dynamic=("beta",)),
    "network, a table for each site": dict(predictor="corrected", parameters="sites"),
}


def trained(options):
    """Losses and weights of a training in double precision, where rounding is far below what is learned."""
    torch.set_num_threads(1)
    config = RunConfig(data=TWIN, **{**OPTIONS, **options})
    dataset = dataset_of(config)
    torch.manual_seed(0)
    model = DifferentiableModel.build(config, dataset).double()
    days, warmup = training_days(config, dataset)
    tensors = model.tensors(dataset, config.target).to(torch.float64).span(days.start, days.stop, warmup)
    losses = [epoch.loss for epoch in fit(model, tensors, config)]
    return losses, {name: values.tolist() for name, values in model.state_dict().items()}


def one_of(rank, n, folder, cases):
    store = dist.FileStore(f"{folder}/store", n)
    dist.init_process_group("gloo", store=store, rank=rank, world_size=n)
    found = {name: trained(options) for name, options in cases.items()}
    with open(f"{folder}/{rank}.json", "w") as file:
        json.dump(found, file)
    dist.destroy_process_group()


@pytest.fixture(scope="module")
def by_two(tmp_path_factory):
    """What each of two processes came to, by case."""
    folder = tmp_path_factory.mktemp("two")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)  # a new process imports this module by its name
        processes.spawn(one_of, (2, folder, CASES), nprocs=2)
    return [json.loads((folder / f"{rank}.json").read_text()) for rank in range(2)]


@pytest.mark.parametrize("case", CASES)
def test_two_processes_learn_what_one_learns(case, by_two):
    losses, weights = trained(CASES[case])
    assert by_two[0][case] == by_two[1][case]  # both have the same weights, bit for bit
    theirs, of_two = by_two[0][case]
    # Slopes of stores are differences, over steps that are measured by the stores of all sites of a share.
    rounding = 1e-6 if case == "spun up" else 1e-9
    assert theirs == pytest.approx(losses, rel=rounding) and len(theirs) == 3
    for name, values in weights.items():
        expected = torch.tensor(values)
        torch.testing.assert_close(torch.tensor(of_two[name]), expected, rtol=1e3 * rounding, atol=rounding)


def test_torchrun_trains_one_run(tmp_path):
    settings = [f"--set={name}={value}" for name, value in {**OPTIONS, "seeds": 2, "epochs": 2}.items()]
    train = ["dgviz", "train", "--data", TWIN, *settings, "--json", "--runs"]
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    two, one = tmp_path / "two", tmp_path / "one"
    for start, folder in (([*command, "-m"], two), ([sys.executable, "-m"], one)):
        done = subprocess.run([*start, *train, folder], env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["sites"] == 7  # one line, of the first process
    runs = [next(run for run in list_runs(folder) if run.folder.parent == folder) for folder in (one, two)]
    assert [run.status for run in runs] == ["done", "done"]
    losses = [[record["loss"] for record in run.progress] for run in runs]
    assert losses[1] == pytest.approx(losses[0], rel=1e-4) and len(losses[1]) == 4


def test_sites_that_are_joined_are_not_shared(monkeypatch):
    monkeypatch.setattr(sys.modules[fit.__module__], "n_processes", lambda: 2)
    config = RunConfig(data="delaware_river", routing="MuskingumCunge", epochs=1)
    dataset = dataset_of(config)
    model = DifferentiableModel.build(config, dataset)
    with pytest.raises(ConfigError, match="joins sites simulates them as a whole.*without torchrun"):
        next(fit(model, model.tensors(dataset, config.target), config))


def test_alone_one_process_does_everything():
    with together.joined() as first:
        assert first and together.n_processes() == 1 and together.told("stopped") == "stopped"
        (found,) = together.by_shares(lambda mine: (mine[None] * 2,), 3)
    assert found.tolist() == [[0, 2, 4]]

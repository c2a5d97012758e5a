"""On a cluster of processes a run, and a sweep of runs, gives what it gives in one process, bit for bit."""

import itertools
import json
import os
import signal
import sys

import dask
import pytest
import xarray as xr
from typer.testing import CliRunner

from dgviz.cli import app
from dgviz.experiment import results
from dgviz.experiment.cluster import Cluster, cluster
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run, list_runs

OPTIONS = dict(members=2, hidden=4, warmup=30, window=60)
TWIN = "twin:hydrology,sites=6,years=3"
CONFIG = RunConfig(data=TWIN, epochs=4, seeds=2, holdout="folds", folds=2, **OPTIONS)


@pytest.fixture(scope="module")
def two():
    """Two processes that train."""
    with cluster(2) as processes:
        yield processes


@pytest.fixture
def in_blocks(monkeypatch):
    """Results are computed in a block for each site."""
    monkeypatch.setattr(results, "CELL_DAYS_AT_ONCE", 1)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The run, trained in one process."""
    run = Run.create(CONFIG, tmp_path_factory.mktemp("alone"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(results, "CELL_DAYS_AT_ONCE", 1)
        carry_out(run)
    return run


def pids(processes):
    return processes.client.run(os.getpid)


def told(processes, run):
    """Part and epoch of all that tasks told of a run, in order, repetitions too."""
    events = processes.client.get_events()
    records = [json.loads(text) for topic, each in events.items() if topic.startswith(run.id) for _, text in each]
    return [(record["part"], record["epoch"]) for record in records]


def check_same(one, other):
    weights = [itertools.chain(*run.weights()) for run in (one, other)]
    for mine, its in zip(*weights, strict=True):
        assert all(mine[name].equal(its[name]) for name in mine)
    xr.testing.assert_identical(one.read_results(), other.read_results())
    losses = [{(r["part"], r["epoch"]): r["loss"] for r in run.progress} for run in (one, other)]
    assert losses[0] == losses[1] and len(one.progress) == len(other.progress)


@pytest.mark.usefixtures("in_blocks")
def test_folds_and_seeds_give_the_same_bits(two, alone, tmp_path):
    run, seen = Run.create(CONFIG, tmp_path), []
    carry_out(run, seen.append, two)
    check_same(alone, run)
    assert run.status == "done" and seen == run.progress and seen[-1]["eta"] == 0


@pytest.mark.usefixtures("in_blocks")
def test_a_part_whose_process_is_killed_goes_on_from_its_checkpoint(two, alone, tmp_path):
    run, killed, before = Run.create(CONFIG, tmp_path), [], pids(two)

    def kill(record):
        if record["epoch"] == 2 and not killed:
            at = next(worker for worker, keys in two.client.processing().items() if keys)
            os.kill(before[at], signal.SIGKILL)
            killed.append(before[at])

    carry_out(run, kill, two)
    assert killed and killed[0] not in pids(two).values()
    check_same(alone, run)
    # No epoch was trained again: only the last of a checkpoint is told twice.
    for part in range(1, 5):
        epochs = [epoch for number, epoch in told(two, run) if number == part]
        assert epochs == sorted(epochs) and len(epochs) - len(set(epochs)) <= 1


@pytest.mark.usefixtures("in_blocks")
def test_a_run_that_is_stopped_goes_on_in_one_process(two, alone, tmp_path):
    run = Run.create(CONFIG, tmp_path)
    carry_out(run, lambda record: run.request("stop") if record["epoch"] == 2 else None, two)
    assert run.status == "stopped" and len(run.progress) < 16
    carry_out(run)
    check_same(alone, run)


def test_what_is_wrong_in_a_task_is_said_by_the_run(two, tmp_path):
    run = Run.create(CONFIG, tmp_path)
    (run.folder / "checkpoint-2.pt").write_bytes(b"no checkpoint")
    with pytest.raises(RunError, match="put aside as checkpoint-2.pt.damaged"):
        carry_out(run, cluster=two)
    assert run.status == "failed" and "put aside" in run.error


def die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_task_that_kills_every_process_is_given_up():
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        cluster(1) as one,
        pytest.raises(RunError, match=r"died 1 times, the last at tcp://127.*fewer workers\. Train again"),
    ):
        one.map(die, [1])


def swept(folder, *more):
    options = ["--data", TWIN, *(f"--set={name}={value}" for name, value in (OPTIONS | {"epochs": 2}).items())]
    vary = ["--vary", "seed=0", "--vary", "seed=1", "--vary", "loss=nse", "--vary", "loss=rmse"]
    return CliRunner().invoke(app, ["sweep", *options, *vary, "--runs", str(folder), "--json", *more])


def test_a_sweep_gives_the_same_bits_side_by_side(two, tmp_path):
    address = two.client.scheduler.address
    here, there = swept(tmp_path / "here"), swept(tmp_path / "there", "--scheduler", address)
    assert here.exit_code == there.exit_code == 0, there.output
    said = [{line["options"]: line for line in map(json.loads, each.stdout.splitlines())} for each in (here, there)]
    assert said[0].keys() == said[1].keys() and "seed=1 loss=rmse" in said[0] and len(said[0]) == 4
    for options, line in said[0].items():
        check_same(Run(line["run"]), Run(said[1][options]["run"]))


def test_a_sweep_goes_on_without_a_run_that_fails(two, tmp_path):
    good, bad = (Run.create(CONFIG.edited(seeds=1, holdout="none", epochs=1), tmp_path) for _ in range(2))
    (bad.folder / "checkpoint-1.pt").write_bytes(b"no checkpoint")
    ended = {run.id: error for run, error in two.carry_out([bad, good])}
    assert ended[good.id] == "" and good.status == "done"
    assert "put aside" in ended[bad.id] and bad.status == "failed"


def test_a_sweep_names_what_is_varied_wrongly(tmp_path):
    for more, words in (
        (["--set", "seed=1"], "seed is varied and set"),
        (["--vary", "seed=0"], "--vary seed=0 is given twice"),
        (["--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], "Leave one out"),
    ):
        result = swept(tmp_path, *more)
        assert result.exit_code == 1 and words in " ".join(result.output.split()), result.output
    assert not [run for run in list_runs(tmp_path) if run.folder.parent == tmp_path]


def test_without_dask_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match=r"pip install 'dgviz\[cluster\]'"), cluster(1):
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr("dgviz.experiment.cluster.PATIENCE", 0.5)
    said = r"answers at 'tcp://127.0.0.1:1'.*`dask scheduler`"
    with pytest.raises(RunError, match=said), cluster(scheduler="tcp://127.0.0.1:1"):
        pass


def test_it_is_a_client_that_a_library_user_brings(two):
    assert Cluster(two.client).map(abs, [-1, 2]) == [1, 2]

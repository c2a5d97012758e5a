"""A training is killed, as by `kill -9`, at any line of its work: it goes on, and ends as if nothing had happened.

By default one kill in each stage; `DGVIZ_KILLS=10 pytest -n 0 -s tests/experiment/test_kills.py` makes ten and prints
what came of each.
"""

import multiprocessing
import os
import signal
import sys
from functools import partial

import numpy as np
import pytest
import torch

from dgviz.experiment import worker
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.run_folder import GONE
from dgviz.experiment.runs import Run, list_runs

KILLS = int(os.environ.get("DGVIZ_KILLS", 1))
STAGES = ("compile", "epoch", "checkpoint", "results", "weights", "record")
CONFIG = dict(data="twin:hydrology,sites=3,years=3", members=2, hidden=4, epochs=3, warmup=30, window=60)


def stage_of(frame):
    """The stage that a call begins, by the function and what it is called with."""
    function, given = frame.f_code.co_name, frame.f_locals
    if function in ("compiled", "run_epoch", "to_zarr"):
        return {"compiled": "compile", "run_epoch": "epoch", "to_zarr": "results"}[function]
    if function not in ("write_whole", "write_bytes", "_take_the_place"):
        return ""
    path = str(given.get("path", given.get("self", "")))
    files = {"checkpoint-": "checkpoint", "weights.pt": "weights", "results.zarr": "results"}
    files |= {"record.json": "record", "checksums.json": "record"}
    return next((stage for name, stage in files.items() if name in path), "")


class Lines:
    """Counts the lines run in a stage, and kills the process at one of them, if so asked."""

    def __init__(self, stage, deadly=0):
        self.stage, self.deadly, self.n, self.inside = stage, deadly, 0, 0

    def __call__(self, frame, event, argument):
        begins = event == "call" and stage_of(frame) == self.stage
        if not begins and not self.inside:
            return None
        self.inside += begins
        return partial(self.line, begins)

    def line(self, first, frame, event, argument):
        self.n += 1
        if self.n == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        self.inside -= first and event == "return"
        return partial(self.line, first)


def train(folder, stage, deadly, counted):
    """In a process of its own: train, and die at a line of a stage."""
    if stage == "compile":  # nothing is compiled yet
        os.environ["DGVIZ_CACHE"] = str(folder.parent / f"cache-{folder.name}")
    torch.set_num_threads(1)
    lines = Lines(stage, deadly)
    sys.settrace(lines)
    try:
        carry_out(Run(folder))
    finally:
        sys.settrace(None)
        counted.value = lines.n


@pytest.fixture(scope="module")
def processes():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["dgviz.experiment.worker", "xarray", "zarr", __name__])
    return context


def killed(processes, run, stage, deadly=0):
    """How the process ended that trained a run, and how many lines it ran in a stage."""
    counted = processes.Value("l", 0)
    process = processes.Process(target=train, args=(run.folder, stage, deadly, counted))
    process.start()
    process.join(180)
    return process.exitcode, counted.value


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    run = Run.create(RunConfig(**CONFIG), tmp_path_factory.mktemp("undisturbed"))
    carry_out(run)
    return run


@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_training_goes_on_as_if_nothing_had_happened(stage, undisturbed, processes, tmp_path):
    code, n_lines = killed(processes, Run.create(undisturbed.config, tmp_path / "count"), stage)
    assert code == 0 and n_lines > 1
    for kill in range(KILLS):
        run = Run.create(undisturbed.config, tmp_path / "runs")
        deadly = 1 + round((0.999 * kill / (KILLS - 1) if KILLS > 1 else 0.5) * (n_lines - 1))
        assert killed(processes, run, stage, deadly)[0] == -signal.SIGKILL
        kept = [record["epoch"] for record in run.progress]
        outcome = f"{run.status}, epochs {kept} kept"
        if not (stage == "record" and run.status == "done"):  # the record is in its place: nothing was left to do
            assert run.status == "failed" and run.error == GONE and run.damage == []
            run.wait_again()
            assert worker._waiting(tmp_path / "runs")[0].id == run.id
            assert killed(processes, run, stage)[0] == 0
        print(f"| {stage} | line {deadly} of {n_lines} | {outcome} | done, the same weights |")
        assert_same(run, undisturbed)
    assert len(list_runs(tmp_path / "runs")) == KILLS + len(list_runs(tmp_path / "none"))


def assert_same(run, undisturbed):
    assert run.status == "done" and run.error == "" and run.damage == []
    assert [record["epoch"] for record in run.progress] == [1, 2, 3]
    assert not [left for left in run.folder.rglob("*") if left.suffix in (".partial", ".earlier")]
    weights, expected = run.weights()[0][0], undisturbed.weights()[0][0]
    assert all(weights[name].equal(expected[name]) for name in expected)
    np.testing.assert_array_equal(run.read_results().streamflow, undisturbed.read_results().streamflow)

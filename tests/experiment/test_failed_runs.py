"""A run whose process died: it shows as failed, goes back in the queue and goes on from its last epoch."""

import json
import os
import shutil
import subprocess
import sys

import psutil
import pytest

from dgviz.experiment import worker
from dgviz.experiment.config import RunConfig
from dgviz.experiment.runs import Run, RunError

SMALL = dict(sites=("01413500", "01415000"), members=2, hidden=4, warmup=30, window=60)


@pytest.fixture
def run(tmp_path):
    return Run.create(RunConfig(epochs=2, **SMALL), tmp_path)


def claimed_by(run, pid):
    started = psutil.Process(pid).create_time()
    (run.folder / "worker.json").write_text(json.dumps({"pid": pid, "started": started}))


def test_a_dead_process_that_nobody_has_buried_does_not_live(run):
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    claimed_by(run, process.pid)
    assert run.status == "training" and run.worker == process.pid
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # ended, and still in the table of processes
    assert run.status == "failed" and "last epoch" in run.error
    process.communicate()


def test_a_failed_run_goes_on_from_its_last_epoch(run, monkeypatch):
    def fail(*_):
        raise MemoryError("no room for results")

    with monkeypatch.context() as patch, pytest.raises(MemoryError):
        patch.setattr(worker, "make_results", fail)
        worker.carry_out(run)
    assert run.status == "failed" and run.error.startswith("no room for results")
    first = run.progress
    run.wait_again()
    assert run.status == "waiting" and run.error == ""
    worker.carry_out(run)
    assert run.status == "done" and run.progress == first and [r["epoch"] for r in first] == [1, 2]
    assert first[0]["device"].startswith(("CPU", "NVIDIA"))


def test_a_run_put_back_and_asked_to_stop_while_it_waits_keeps_what_it_learned(run):
    worker.carry_out(run)
    shutil.rmtree(run.folder / "results.zarr")  # as if the process had died before it wrote them
    assert run.status == "waiting"
    learned = run.progress
    run.request("stop")
    assert run.folder.is_dir() and run.progress == learned
    worker.carry_out(run)
    assert run.status in ("stopped", "done") and run.progress[: len(learned)] == learned


def test_only_a_failed_run_is_put_back(run):
    with pytest.raises(RunError, match=r"is waiting\. Only a failed run"):
        run.wait_again()


def test_a_worker_knows_which_run_is_its_own(run, tmp_path):
    claimed_by(run, os.getpid())
    assert not worker.Worker(tmp_path).trains(run)

"""A run whose process died: it shows as failed, goes back in the queue and goes on from its last epoch."""

import json
import os
import subprocess
import sys

import pytest

from dgviz.experiment import job, worker, worker_file
from dgviz.experiment.config import RunConfig
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run, list_runs

SMALL = dict(sites=("01413500", "01415000"), members=2, hidden=4, warmup=30, window=60)


@pytest.fixture
def run(tmp_path):
    return Run.create(RunConfig(epochs=2, **SMALL), tmp_path)


def claimed_by(run, pid):
    (run.folder / "worker.json").write_text(json.dumps(worker_file._identity(pid)))


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
        patch.setattr(job, "make_results", fail)
        job.carry_out(run)
    assert run.status == "failed" and run.error.startswith("no room for results")
    first = run.progress
    run.wait_again()
    assert run.status == "waiting" and run.error == ""
    job.carry_out(run)
    assert run.status == "done" and run.progress == first and [r["epoch"] for r in first] == [1, 2]
    assert first[0]["device"].startswith(("CPU", "NVIDIA"))


def killed_before_the_record(run):
    job.carry_out(run)
    (run.folder / "record.json").unlink()
    (run.folder / "worker.json").write_text(json.dumps({"pid": 1, "boot": "another", "ticks": 0}))


def test_a_run_killed_before_its_record_is_not_done_and_goes_on(run):
    killed_before_the_record(run)
    assert run.status == "failed" and "is gone" in run.error
    epochs = run.progress
    job.carry_out(run)
    assert run.status == "done" and run.progress == epochs and run.damage == []


def test_a_run_taken_from_the_queue_is_again_what_it_was(run):
    killed_before_the_record(run)
    before, files = (run.status, run.error, run.progress), sorted(run.folder.rglob("*"))
    run.wait_again()
    assert run.status == "waiting"
    run.request("stop")
    assert (run.status, run.error, run.progress) == before and sorted(run.folder.rglob("*")) == files


@pytest.mark.parametrize("left", ["weights.pt", "progress.jsonl", "checkpoint-2.pt"])
def test_a_failed_run_without_a_first_checkpoint_is_not_removed_from_the_queue(run, left):
    (run.folder / left).touch()
    (run.folder / "error.txt").write_text("no luck")
    run.wait_again()
    run.request("stop")
    assert run.status == "failed" and run.error == "no luck" and (run.folder / left).exists()


def test_an_extended_run_taken_from_the_queue_is_kept(run):
    job.carry_out(run)
    longer = run.extended(4, run.folder.parent)
    longer.request("stop")
    assert longer.status == "failed" and longer.error.startswith("The run was taken from the queue")
    job.carry_out(longer)
    assert longer.status == "done" and len(longer.progress) == 4


def test_what_a_person_put_beside_a_waiting_run_is_not_removed_with_it(run):
    (run.folder / "notes.txt").write_text("mine")
    run.request("stop")
    assert (run.folder / "notes.txt").exists() and list_runs(run.folder.parent)[0].folder != run.folder


def test_only_a_failed_run_is_put_back(run):
    with pytest.raises(RunError, match=r"is waiting\. Only a failed run"):
        run.wait_again()


def test_a_worker_knows_which_run_is_its_own(run, tmp_path):
    claimed_by(run, os.getpid())
    assert not worker.Worker(tmp_path).trains(run)

"""A full disk, a folder that was removed, a clock that was set: the run says so, and nothing is tried in vain."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from dgviz.experiment import worker, worker_file
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.run_files import RunError
from dgviz.experiment.run_folder import NO_ROOM
from dgviz.experiment.runs import Run

CONFIG = dict(data="twin:hydrology,sites=3,years=3", members=2, hidden=4, epochs=2, warmup=30, window=60)


@pytest.fixture
def run(tmp_path):
    return Run.create(RunConfig(**CONFIG), tmp_path / "runs")


@pytest.fixture
def disk(monkeypatch):
    """A disk that may be full: names still fit on it, contents do not."""
    full, write = [], Path.write_bytes

    def write_bytes(path, content):
        if full:
            raise OSError(28, "No space left on device", str(path))
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    return full


def test_the_reason_is_said_as_soon_as_there_is_room_and_nothing_is_trained_before(run, disk, monkeypatch):
    trained, unsaid = [], {}
    monkeypatch.setattr(worker, "carry_out", lambda run: (trained.append(run.id), carry_out(run)))
    disk.append(True)
    for _ in range(3):
        worker._train_next(run.folder.parent, unsaid)
    assert trained == [run.id] and run.status == "failed" and run.error == NO_ROOM
    assert not list(run.folder.glob("*.partial"))
    disk.clear()
    worker._train_next(run.folder.parent, unsaid)
    assert "is full (No space left on device). Make room" in run.error and not unsaid and trained == [run.id]
    run.wait_again()
    worker._train_next(run.folder.parent, unsaid)
    assert run.status == "done" and [record["epoch"] for record in run.progress] == [1, 2]


def test_a_disk_without_room_for_a_name_is_not_tried_again_and_again(run, disk, monkeypatch):
    def no_room(path, **_):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "touch", no_room)
    disk.append(True)
    unsaid = {}
    for _ in range(3):
        worker._train_next(run.folder.parent, unsaid)
    assert unsaid.keys() == {run.folder} and run.status == "waiting" and run.progress == []
    disk.clear()
    worker._train_next(run.folder.parent, unsaid)
    assert run.status == "failed" and "is full" in run.error


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on files")
@pytest.mark.parametrize("kilobytes", [1, 8])
def test_a_file_that_may_not_grow(kilobytes, run):
    """Refused by the system itself, while the claim, a checkpoint or the results are written."""
    code = (
        "import resource, signal, sys; from pathlib import Path; from dgviz import Run, carry_out\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); run = Run(Path(sys.argv[1])); run.dataset()\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({kilobytes * 1024}, resource.RLIM_INFINITY))\n"
        "carry_out(run)"
    )
    environment = os.environ | {"DGVIZ_CACHE": str(run.folder.parent / "cache")}
    command = [sys.executable, "-c", code, run.folder]
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode and "is full (File too large). Make room" in done.stderr, done.stderr
    assert run.status == "failed" and "is full" in run.error and not list(run.folder.glob("*.partial"))
    run.wait_again()
    carry_out(run)
    assert run.status == "done" and run.damage == []


def test_a_folder_removed_while_it_is_trained_is_said_and_does_not_come_back(run):
    with pytest.raises(RunError, match=f"The folder of the run '{run.id}' was removed"):
        carry_out(run, lambda record: shutil.rmtree(run.folder))
    assert not run.folder.exists()
    unsaid = {}
    worker._train_next(run.folder.parent, unsaid)
    assert unsaid == {}


def test_a_folder_of_runs_that_was_removed_stops_no_worker(run):
    shutil.rmtree(run.folder.parent)
    worker._train_next(run.folder.parent, {})


def test_a_clock_that_is_set_changes_nothing(run, monkeypatch):
    """`psutil` tells the start of a process from the time of the boot, which moves when the clock is set."""
    assert run.claim()
    start = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: start(process) + 3600)
    assert run.status == "training" and not Run(run.folder).claim()


@pytest.mark.skipif(not worker_file.PROC.exists(), reason="reads /proc")
@pytest.mark.parametrize("changed", [{"boot": "another"}, {"ticks": 1}, {"pid": 2**22 + 1}])
def test_another_boot_or_start_is_another_process(changed, run):
    assert run.claim()
    (run.folder / "worker.json").write_text(json.dumps(worker_file.this_process() | changed))
    assert run.status == "failed"


def test_without_proc_a_process_is_known_by_the_time_of_its_start(run, monkeypatch, tmp_path):
    monkeypatch.setattr(worker_file, "PROC", tmp_path)
    assert run.claim() and run.status == "training"
    assert json.loads((run.folder / "worker.json").read_text()).keys() == {"pid", "started"}


def test_two_that_claim_a_failed_run_at_once(run):
    """Only one gets it, also where each has seen that the process that had it is gone."""
    (run.folder / "worker.json").write_text(json.dumps(worker_file.this_process() | {"pid": 1}))
    code = (
        "import sys; from pathlib import Path; from dgviz import Run; run = Run(Path(sys.argv[1])); input()\n"
        "print(run.claim(), flush=True); input()"
    )
    command = [sys.executable, "-c", code, run.folder]
    options = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    racers = [subprocess.Popen(command, **options) for _ in range(3)]
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    assert sorted(racer.stdout.readline() for racer in racers) == ["False\n", "False\n", "True\n"]
    for racer in racers:
        racer.communicate("end\n")

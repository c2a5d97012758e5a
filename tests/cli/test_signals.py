"""Ctrl-C and SIGTERM, at any moment: the command ends with a word, no traceback, and leaves a run that can go on."""

import contextlib
import signal
import subprocess
import sys
import time

import psutil
import pytest

from dgviz.experiment.config import RunConfig
from dgviz.experiment.runs import Run, list_runs

WORLD = "twin:hydrology,sites=3,years=3"
PATIENCE = 120  # seconds; others compute too
SIGNALS = [signal.SIGINT, signal.SIGTERM]


@contextlib.contextmanager
def started(*words, **options):
    process = subprocess.Popen(
        [sys.executable, "-m", "dgviz", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def ended(process, number, seconds=PATIENCE):
    """What a process said until it ended by a signal."""
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(number)
    said, _ = process.communicate(timeout=seconds)
    assert "Traceback" not in said and "Exception ignored" not in said, said
    assert not psutil.wait_procs(children, 10)[1]
    return said


def wait_for(condition):
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


def runs_in(folder):
    return [run for run in list_runs(folder) if run.folder.parent == folder]


def tidy(run):
    return not list(run.folder.glob("*.partial")) and run.damage == []


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("megabytes", [30, 150])
@pytest.mark.parametrize("command", ["serve", "train"])
def test_a_signal_while_python_still_imports(command, megabytes, number, tmp_path):
    options = ("--port", 0) if command == "serve" else ("--set", "epochs=10000")
    with started(command, *options, "--data", WORLD, "--runs", tmp_path) as process:
        wait_for(lambda: psutil.Process(process.pid).memory_info().rss > megabytes * 2**20)
        said = ended(process, number)
    assert process.returncode in (130, 0, -number) and len(said) < 2000


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_it_trains_leaves_a_usable_run(number, tmp_path):
    options = ("--set", "epochs=10000", "--set", "window=30", "--set", "warmup=10")
    with started("train", "--data", WORLD, *options, "--runs", tmp_path) as process:
        run = wait_for(lambda: [run for run in runs_in(tmp_path) if run.progress])[0]
        assert "is stopped" in ended(process, number)
    assert process.returncode == 0 and run.status == "stopped" and tidy(run)
    assert run.read_results().sizes["site"] == 3


SLOW_RESULTS = """
import sys, time
import xarray as xr
from dgviz.experiment import job, worker
from dgviz.experiment.runs import Run
{patch}
sys.argv = ["train", sys.argv[1]]
worker.main()
"""
SCORING = """
def make_results(*given):
    open(sys.argv[1] + "/here", "w").close()
    time.sleep(60)
job.make_results = make_results
"""
WRITING = """
write = xr.Dataset.to_zarr
def to_zarr(*given, **options):
    open(sys.argv[1] + "/here", "w").close()
    time.sleep(1)
    return write(*given, **options)
xr.Dataset.to_zarr = to_zarr
"""


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("patch", [SCORING, WRITING], ids=["scored", "written"])
def test_a_signal_while_results_are_made(patch, number, tmp_path):
    """Scoring is given up, and the run failed with the reason; what is being written is written to its end."""
    run = Run.create(RunConfig(data=WORLD, epochs=1, members=2, window=30, warmup=10), tmp_path)
    code = SLOW_RESULTS.format(patch=patch)
    process = subprocess.Popen([sys.executable, "-c", code, run.folder], stderr=subprocess.PIPE, text=True)
    try:
        wait_for((run.folder / "here").exists)
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert "Traceback" not in said and tidy(run) and process.returncode == 130
    if patch is SCORING:
        assert run.status == "failed" and run.error.startswith("Interrupted before there were results")
        assert not (run.folder / "record.json").exists() and not (run.folder / "results.zarr").exists()
    else:
        assert run.status == "done" and run.read_results().nse.notnull().all()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_server_that_is_stopped_while_it_trains(number, tmp_path):
    config = RunConfig(data=WORLD, epochs=10_000, members=2, window=30, warmup=10)
    with started("serve", "--port", 0, "--data", WORLD, "--runs", tmp_path) as process:
        run, waits = Run.create(config, tmp_path), Run.create(config, tmp_path)
        wait_for(lambda: run.progress)
        ended(process, number)
    assert run.status == "failed" and run.error.startswith("The dashboard that trained this run was stopped")
    assert tidy(run) and waits.status == "waiting"
    assert process.returncode == 0


def test_two_servers_share_a_folder_of_runs(tmp_path):
    """Each run is trained once, and both processes live to the end."""
    config = RunConfig(data=WORLD, epochs=2, members=2, window=30, warmup=10)
    options = ("--port", 0, "--data", WORLD, "--runs", tmp_path)
    with started("serve", *options) as one, started("serve", *options) as other:
        runs = [Run.create(config, tmp_path) for _ in range(8)]
        wait_for(lambda: all(run.status == "done" for run in runs))
        assert [process.poll() for process in (one, other)] == [None, None]
        ended(one, signal.SIGINT)
        later = Run.create(config, tmp_path)
        wait_for(lambda: later.status == "done")
        ended(other, signal.SIGINT)
    assert all([record["epoch"] for record in run.progress] == [1, 2] and tidy(run) for run in runs)


def test_a_run_trained_beside_an_open_dashboard_is_claimed_as_it_is_made(tmp_path):
    with started("serve", "--port", 0, "--data", WORLD, "--runs", tmp_path) as server:
        wait_for(lambda: psutil.Process(server.pid).children())
        first = Run.create(RunConfig(data=WORLD, epochs=1, members=2, window=30), tmp_path)
        wait_for(lambda: first.status == "done")  # it looks for runs ten times a second
        for _ in range(2):
            words = ("train", "--data", WORLD, "--set", "epochs=1", "--set", "members=2", "--runs", tmp_path)
            with started(*words) as training:
                said, _ = training.communicate(timeout=PATIENCE)
            assert training.returncode == 0 and "is done" in said, said
        ended(server, signal.SIGINT)
    assert [run.status for run in runs_in(tmp_path)] == ["done"] * 3


def test_two_signals_end_the_process_of_a_dashboard_without_a_word(tmp_path):
    """A terminal or a supervisor signals the whole group, and the server ends its worker besides."""
    code = "import os, sys; from dgviz.experiment.worker import _serve; print('up', flush=True); "
    code += "_serve(sys.argv[1], os.getppid())"
    process = subprocess.Popen(
        [sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline() == "up\n"
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert said == "" and process.returncode == 0

"""Training in another process: what a person asks is done, and no run is lost, whatever happens to the process."""

import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import torch
import xarray as xr

from dgviz.experiment import job, worker
from dgviz.experiment.check_config import check_config
from dgviz.experiment.config import ConfigError
from dgviz.experiment.job import carry_out
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run
from dgviz.experiment.splits import training_days
from dgviz.experiment.worker import Worker

PATIENCE = 180  # seconds; the process is polite and waits for all others


@contextmanager
def at_work(folder):
    process = Worker(folder)
    try:
        yield process
    finally:
        process.close()


def wait_until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def epochs_of(run):
    return [record["epoch"] for record in run.progress]


def progress(run, n=1):
    return lambda: len(run.progress) >= n


@pytest.fixture
def endless(small):
    return small.edited(epochs=10_000)


@pytest.fixture
def run(small, tmp_path):
    return Run.create(small, tmp_path)


def usable(run, n_sites=4):
    results = run.results()
    return results.sizes["site"] == n_sites and bool(results.streamflow.notnull().all())


def test_a_run_reports_every_epoch(run):
    seen = []
    carry_out(run, seen.append)
    assert run.status == "done" and usable(run)
    assert seen == run.progress and epochs_of(run) == [1, 2]
    assert len(seen[0]["parameters"]["fc"]) == 4 and seen[1]["eta"] == 0
    assert not list(run.folder.glob("*.partial"))


def test_a_queue_is_trained_in_order_and_obeys(endless, small, tmp_path):
    with at_work(tmp_path) as process:
        first, second, third = (process.submit(c) for c in (endless, small, small))
        wait_until(progress(first))
        assert process.queue == [second.id, third.id] and process.trains(first) and not process.trains(second)
        second.request("stop")
        assert process.queue == [third.id] and not second.folder.exists()

        first.request("pause")
        assert first.status == "paused"
        time.sleep(0.5)  # the update that was under way ends
        n = len(first.progress)
        time.sleep(0.5)
        assert len(first.progress) == n and third.status == "waiting"
        first.request("resume")
        wait_until(progress(first, n + 1))

        first.request("stop")
        wait_until(lambda: first.status == "stopped")
        assert usable(first) and first.error == ""
        wait_until(lambda: third.status == "done")
        assert process.queue == []
        child = process._process.pid
    assert not psutil.pid_exists(child)


def test_a_killed_run_fails_and_the_next_is_trained(endless, small, tmp_path):
    with at_work(tmp_path) as process:
        first, second = process.submit(endless), process.submit(small)
        wait_until(progress(first))
        with pytest.raises(RunError, match="is not in training here: it is waiting, and nothing was ended"):
            process.kill(second)
        assert first.status == "training"
        process.kill(first)
        assert first.status == "failed"
        assert first.error == "The process that trained this run is gone. Train again to continue from its last epoch."
        wait_until(lambda: second.status == "done")
    n = first.checkpoint()["epoch"]
    carry_out(first, lambda record: first.request("stop"))
    assert first.status == "stopped" and usable(first)
    assert epochs_of(first)[-1] == n + 1


def test_ctrl_c_leaves_a_usable_run(endless, tmp_path):
    run = Run.create(endless, tmp_path)
    process = subprocess.Popen([sys.executable, "-m", "dgviz.experiment", str(run.folder)])
    try:
        wait_until(progress(run))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
    assert run.status == "stopped" and usable(run) and run.record["ended"] == "stopped"


def test_training_by_hand_says_how(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train"])
    with pytest.raises(SystemExit, match="Usage: python -m dgviz.experiment RUN"):
        worker.main()


def test_training_by_hand_trains(run, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train", str(run.folder)])
    worker.main()
    assert run.status == "done"


def test_a_stopped_run_goes_on_as_if_never_stopped(run, small, tmp_path):
    carry_out(run, lambda record: run.request("stop"))
    assert run.status == "stopped" and epochs_of(run) == [1]
    statuses = []
    carry_out(run, lambda record: statuses.append(run.status))
    assert statuses == ["training"] and run.status == "done" and epochs_of(run) == [1, 2]
    whole = Run.create(small, tmp_path)
    carry_out(whole)
    weights, expected = (torch.load(r.folder / "weights.pt", weights_only=True) for r in (run, whole))
    (weights,), (expected,) = weights[0], expected[0]
    assert all(weights[k].equal(expected[k]) for k in expected)
    assert (run.results().streamflow == whole.results().streamflow).all()


def test_a_run_is_not_trained_twice_at_once(run):
    run.claim()
    with pytest.raises(RunError, match=f"The run {run.id!r} is being trained by another process"):
        carry_out(run)
    assert run.status == "training" and run.error == ""


@pytest.mark.parametrize("broken", ["results.zarr", "checkpoint-1.pt", "weights.pt", "checksums.json", "record.json"])
def test_what_cannot_be_written_whole_is_not_there(broken, run, monkeypatch):
    write = Path.write_bytes

    def torn(path, content):
        if f"{broken}." in str(path):
            write(path, content[:1])
            raise OSError(28, "No space left on device", str(path))
        return write(path, content)

    def torn_array(results, path, **options):
        write(path, b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(RunError, match="is full .No space left on device.. Make room"):
        patch.setattr(Path, "write_bytes", torn)
        if broken == "results.zarr":
            patch.setattr(xr.Dataset, "to_zarr", torn_array)
        carry_out(run)
    assert run.status == "failed" and "No space left on device" in run.error and "Traceback" not in run.error
    assert not (run.folder / broken).exists() and not list(run.folder.glob("*.partial"))
    carry_out(run)
    assert run.status == "done" and usable(run) and run.error == "" and run.damage == []


def test_results_that_were_half_written_are_written_again(run):
    (run.folder / "results.zarr.1.2.partial" / "streamflow").mkdir(parents=True)
    (run.folder / "results.zarr.1.2.partial" / "streamflow" / "junk").write_text("half")
    assert run.status == "waiting"
    carry_out(run)
    assert usable(run) and not (run.folder / "results.zarr" / "streamflow" / "junk").exists()
    assert not list(run.folder.glob("*.partial"))


def test_a_line_that_was_half_written_when_the_process_died_is_forgotten(run):
    (run.folder / "progress.jsonl").write_text('{"epo')
    carry_out(run)
    assert epochs_of(run) == [1, 2]


def test_an_error_without_words_has_its_name(run, monkeypatch):
    def out_of_memory(*_):
        raise MemoryError

    monkeypatch.setattr(job, "make_results", out_of_memory)
    with pytest.raises(MemoryError):
        carry_out(run)
    assert run.status == "failed" and run.error.startswith("MemoryError\n\nTraceback")


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(test_period="1979-03-31/1979-05-30"), "'1979-03-31/1979-05-30' share days"),
        (dict(test_period="1981-01-01/1981-05-30"), "test_period '1981-01-01/1981-05-30' reaches beyond the record"),
        (dict(train_period="1979-03-31/1979-01-01"), "ends before it starts"),
        (dict(attributes=("altitude",)), "attribute 'altitude' is not in"),
        (dict(pet="GivenPet"), "The chosen processes need 'pet', which the data set"),
    ],
    ids=["overlap", "beyond", "reversed", "attribute", "forcing"],
)
def test_what_does_not_fit_the_data_is_said(options, message, small, tmp_path):
    run = Run.create(small.edited(**options), tmp_path)
    with pytest.raises(ValueError, match=message):
        carry_out(run)
    assert run.status == "failed" and message.split("'")[-1] in run.error


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_said(small, tmp_path):
    with pytest.raises(ConfigError, match="'cuda': torch finds no GPU here. Use 'cpu' or 'auto'"):
        carry_out(Run.create(small.edited(device="cuda"), tmp_path))


def test_results_of_an_earlier_end_stay_until_there_are_new_ones(small, tmp_path, monkeypatch):
    run = Run.create(small.edited(epochs=3), tmp_path)
    carry_out(run, lambda record: run.request("stop"))
    assert run.status == "stopped"
    before = run.results().nse.load()

    def killed(*_):
        assert run.status == "training"
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(job, "make_results", killed)
        carry_out(run)
    assert run.status == "stopped"
    xr.testing.assert_equal(run.results().nse.load(), before)
    carry_out(run)
    assert run.status == "done" and len(run.progress) == 3
    with pytest.raises(RunError, match="is done; nothing is left to train"):
        carry_out(run)


def test_a_run_says_what_ran_it(done_run):
    assert done_run.record["backend"] == "fused: all 5 stepped processes are compiled for the CPU"
    assert done_run.progress[-1]["device"].endswith("thread, compiled")


def test_training_is_warmed_up_with_the_days_before_it_but_not_with_test_days(delaware, small):
    late = small.edited(train_period="1980-01-01/1980-12-31", test_period="1979-01-01/1979-11-30", warmup=365)
    assert training_days(late, delaware) == (slice(365, 731), 31)  # December 1979
    first = late.edited(train_period=late.test_period, test_period=late.train_period)
    assert training_days(first, delaware) == (slice(0, 334), 0)


@pytest.mark.parametrize(
    "options, message",
    [
        (dict(sites=("014",)), "has no 014"),
        (dict(attributes=("foo",)), "attribute 'foo' is not in"),
        (dict(pet="GivenPet"), "need 'pet'"),
        (dict(test_period="1979-03-31/1979-05-30"), "share days"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_does_not_fit_is_known_before_a_run_is_made(options, message, small):
    with pytest.raises(ValueError, match=message):
        check_config(small.edited(**options))

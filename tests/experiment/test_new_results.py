"""New results take the place of earlier ones: a kill at any step leaves the earlier or none, never a mixture."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run

CONFIG = dict(data="twin:hydrology,sites=3,years=3", members=2, hidden=4, epochs=2, warmup=30, window=60)
ORDER = ("stopped", "failed", "done")  # as new results take their place
SITE, DAYS = "twin001", ("2003-03-01", "2003-05-30")


@pytest.fixture(scope="module")
def world(trained):
    """Its data."""
    return trained.dataset()


@pytest.fixture(scope="module")
def stopped(tmp_path_factory):
    """A run stopped after its first epoch, with results; to be copied."""
    run = Run.create(RunConfig(**CONFIG), tmp_path_factory.mktemp("runs"))
    carry_out(run, lambda record: run.request("stop"))
    return run


def train_on(run, copies):
    """Train to the end. Returns what a kill would leave before each change of a name in the folder of the run."""
    left = []

    def kept_before(step):
        def change(path, *args, **options):
            if Path(path).parent == run.folder:
                left.append(Run(copies / f"{len(left)}"))
                shutil.copytree(run.folder, left[-1].folder)
            return step(path, *args, **options)

        return change

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in ((Path, "replace"), (Path, "unlink"), (shutil, "rmtree")):
            patch.setattr(owner, name, kept_before(getattr(owner, name)))
        carry_out(run)
    for run in left:
        if (run.folder / "worker.json").exists():
            (run.folder / "worker.json").write_text(json.dumps({"pid": 1, "boot": "another", "ticks": 0}))
    return left


def flow(run, world):
    return run.simulate(world, SITE, *DAYS).streamflow.load()


def test_a_kill_leaves_the_earlier_results_or_none(stopped, world, tmp_path):
    run = Run(shutil.copytree(stopped.folder, tmp_path / "runs" / "run"))
    left, earlier = train_on(run, tmp_path), flow(stopped, world)
    new = flow(run, world)
    assert run.status == "done" and not np.allclose(new, earlier)
    without = []
    for killed in left:
        if killed.status == "failed":
            without.append(killed)
            for ask in (killed.results, lambda run=killed: flow(run, world), lambda run=killed: run.model(world)):
                with pytest.raises(RunError, match=f"{killed.id}' has no results; it is failed"):
                    ask()
            assert killed.damage == []
        else:
            assert killed.status in ("stopped", "done")
            expected = earlier if killed.status == "stopped" else new
            np.testing.assert_array_equal(flow(killed, world), expected)
            results = killed.read_results().streamflow.sel(site=SITE, time=slice(*DAYS))
            np.testing.assert_allclose(results, expected, rtol=1e-5)
    assert [killed.status for killed in left] == sorted((killed.status for killed in left), key=ORDER.index)
    assert 0 < len(without) < len(left)
    for killed in without[:: len(without) - 1]:
        carry_out(killed)
        assert killed.status == "done"
        np.testing.assert_array_equal(flow(killed, world), new)


def test_new_results_between_the_reading_of_two_files_are_said(stopped, world, tmp_path, monkeypatch):
    run, read = Run(shutil.copytree(stopped.folder, tmp_path / "run")), Run._model

    def slow(run, *asked):
        model = read(run, *asked)
        carry_out(run)
        return model

    with monkeypatch.context() as patch, pytest.raises(RunError, match="was given new results in this moment. Ask aga"):
        patch.setattr(Run, "_model", slow)
        flow(run, world)
    assert run.status == "done" and flow(run, world).notnull().all()

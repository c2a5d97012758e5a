"""`dgviz doctor`: a table of what was found, and an exit status."""

import json

import pytest
import torch
from typer.testing import CliRunner

from dgviz import cli
from dgviz.cli import terminal
from dgviz.experiment.config import RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.runs import Run

TWIN = "twin:hydrology,sites=4,years=2"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of a minute's world."""
    options = dict(epochs=2, members=2, hidden=4, device="cpu")
    run = Run.create(RunConfig(data=TWIN, **options), tmp_path_factory.mktemp("runs"))
    carry_out(run)
    return run


@pytest.fixture
def command(monkeypatch):
    monkeypatch.setattr(terminal.out, "_width", 200)
    return lambda *words: CliRunner().invoke(cli.app, ["doctor", *map(str, words)])


def test_a_sound_run_is_said_to_be_so(trained, command, tmp_path):
    file = tmp_path / "found.json"
    done = command(trained.folder, "--site", "twin001", "--json", file)
    assert done.exit_code == 0, done.output
    assert f"{trained.id} at twin001" in done.output and "were compared with reruns" in done.output
    written = json.loads(file.read_text())
    assert {finding["severity"] for finding in written["findings"]} <= {"note"}
    assert written["examined"][0] == f"{trained.id} at twin001"


def test_a_fault_is_a_line_and_an_exit_status(trained, command, monkeypatch):
    def broken(run):
        (fold,) = weights(run)
        return [
            [
                fold[0]
                | {"network.level.layers.0.bias": torch.full_like(fold[0]["network.level.layers.0.bias"], torch.nan)}
            ]
        ]

    weights = Run.weights
    monkeypatch.setattr(Run, "weights", broken)
    monkeypatch.setattr(Run, "_states", lambda run: None)
    done = command(trained.folder)
    assert done.exit_code == 1, done.output
    assert "fault" in done.output and "network.level.layers.0.bias" in done.output


def test_what_is_not_there_is_said(trained, command):
    for words, said in ((("nowhere",), "There is no run 'nowhere'"), ((trained.folder, "--site", "x"), "no site 'x'")):
        done = command(*words)
        assert done.exit_code == 1 and said in done.output

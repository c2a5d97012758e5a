"""Whose turn it is: each visitor has a share of the process that trains, however much one of them asks for."""

import os
import random
from collections import Counter

import pytest

from dgviz.experiment import worker
from dgviz.experiment.physics import physics_of
from dgviz.experiment.run_folder import RunFolder
from dgviz.experiment.runs import Run, runs_in
from dgviz.experiment.turns import in_turn, is_over, sign, signed


@pytest.fixture
def asked(tmp_path):
    """Makes a run that waits, asked for by a visitor; '' is the owner. A later one is newer."""
    made = []

    def ask(visitor):
        folder = tmp_path / f"{len(made):03d}"
        folder.mkdir()
        (folder / "config.json").write_text("{}")
        os.utime(folder / "config.json", (1000 + len(made),) * 2)
        sign(folder, visitor)
        made.append(RunFolder(folder))
        return made[-1]

    return ask


def train(run, at):
    """As if a run had been begun at this time and had failed since."""
    (run.folder / "inputs.json").write_text("{}")
    (run.folder / "error.txt").write_text("reason")
    os.utime(run.folder / "inputs.json", (at, at))


def order(folder):
    return [signed(run.folder) for run in in_turn(runs_in(folder))]


def test_who_asks_for_much_waits_for_those_who_ask_for_little(asked, tmp_path):
    for who in ("ann", "ann", "ann", "bob", "", "bob"):
        asked(who)
    assert order(tmp_path) == ["ann", "bob", "", "ann", "bob", "ann"]


def test_the_runs_of_one_visitor_are_trained_in_the_order_in_which_they_were_asked_for(asked, tmp_path):
    made = [asked("ann") for _ in range(4)]
    assert [run.id for run in in_turn(runs_in(tmp_path))] == [run.id for run in made]


def test_next_is_who_had_their_last_turn_longest_ago(asked, tmp_path):
    for who, at in (("ann", 300.0), ("bob", 100.0), ("", 200.0), ("bob", 50.0)):
        train(asked(who), at)
    for who in ("ann", "", "bob", "new"):
        asked(who)
    assert order(tmp_path) == ["new", "bob", "", "ann"]


@pytest.mark.parametrize("seed", range(5))
def test_everybody_who_waits_has_the_same_share_but_for_one_turn(seed, asked, tmp_path):
    """Whoever is always in the queue gets every n-th turn, whatever the others ask for."""
    draw, turns = random.Random(seed), Counter()
    visitors = ["", "ann", "bob", "eve"]
    for who in visitors:
        asked(who)
    for at in range(24):
        for who in draw.choices(visitors, [1, 1, 1, 9], k=2):
            asked(who)
        run = in_turn(runs_in(tmp_path))[0]
        turns[signed(run.folder)] += 1
        train(run, 2000.0 + at)
        if signed(run.folder) not in order(tmp_path):
            asked(signed(run.folder))
    assert max(turns.values()) - min(turns.values()) <= 1, turns


def test_runs_that_travel_take_no_turn_of_the_owner(tmp_path, small):
    """They were installed later than all else, which would put the owner behind everybody."""
    own = Run.create(small, tmp_path)
    assert [run.id for run in worker._waiting(tmp_path)] == [own.id]


def test_a_run_with_results_is_over_unless_it_is_trained_again(asked):
    run = asked("ann")
    assert not is_over(run)
    (run.folder / "record.json").write_text("{}")
    assert is_over(run)
    for name in ("again", "worker.json"):
        (run.folder / name).write_text("{}")
        assert not is_over(run)
        (run.folder / name).unlink()


def test_checks_wait_until_nobody_waits(tmp_path, small, monkeypatch):
    seen = []
    monkeypatch.setattr(worker, "check_run", lambda run: seen.append(("check", run.id)))
    monkeypatch.setattr(worker, "carry_out", lambda run: (train(run, 1.0), seen.append(("train", run.id))))
    monkeypatch.setattr(Run, "status", property(lambda run: "done" if run._has("error.txt") else "waiting"))

    def rest(seconds):
        raise SystemExit

    monkeypatch.setattr(worker.time, "sleep", rest)
    monkeypatch.setattr(worker, "in_main_thread", lambda: False)
    monkeypatch.setattr(worker.threading, "Thread", lambda **_: type("T", (), {"start": lambda self: None})())
    monkeypatch.setattr(worker.psutil.Process, "nice", lambda self, value: None)
    runs = [Run.create(small, tmp_path).id for _ in range(2)]
    with pytest.raises(SystemExit):
        worker._serve(tmp_path, os.getpid())
    assert seen[:2] == [("train", run_id) for run_id in runs]
    assert sorted(seen[2:]) == sorted(("check", run_id) for run_id in runs)


def test_a_run_that_cannot_be_checked_is_said_and_stops_nothing(tmp_path, small, capsys):
    run = Run.create(small, tmp_path)
    worker._check(run)
    assert f"The run {run.id!r} could not be checked" in capsys.readouterr().err and physics_of(run) is None

"""A run that starts from another: what it takes over, what it says of it, and that it needs the other no more."""

import json
import shutil

import pytest
import torch

from dgviz.datasets.remarks import Remark
from dgviz.experiment.config import ConfigError, RunConfig
from dgviz.experiment.job import carry_out
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run, list_runs
from dgviz.experiment.warm_start import FILE, check_start, start_of

LONG = dict(epochs=30, learning_rate=0.05, window=90, batch_size=4)  # all at once: there is no chance in the loss


@pytest.fixture(scope="module")
def first(small, tmp_path_factory):
    """A run with snow that has learned for a while, to be started from; not changed."""
    run = Run.create(small.edited(snow="DegreeDaySnow", **LONG), tmp_path_factory.mktemp("first"))
    carry_out(run)
    return run


def started(first, folder, interrupted_after=None, **changes):
    """A run that starts from `first`, whose folder was copied beside it, done."""
    if not (folder / "first").exists():
        shutil.copytree(first.folder, folder / "first")
    run = Run.create(first.config.edited(**{"start_from": "first", "epochs": 2, **changes}), folder)

    def interrupt(record):
        if record["epoch"] == interrupted_after:
            raise KeyboardInterrupt

    carry_out(run, interrupt)
    return run


def remark(run):
    (text,) = (said.text for said in run.remarks if said.kind == "taken over")
    return text


def leaks(run):
    return [leak for leak in run.record["leaks"] if "begins with the weights" in leak]


def losses(run):
    return [record["loss"] for record in run.progress]


def test_a_run_goes_on_with_the_weights_of_another(first, tmp_path):
    run = started(first, tmp_path, learning_rate=1e-7)
    longer = Run.create(first.config.edited(epochs=LONG["epochs"] + 1), tmp_path)
    carry_out(longer)
    assert losses(run)[0] == pytest.approx(losses(longer)[-1], rel=1e-4)
    results = run.results()
    for name in ("fc", "tt"):
        torch.testing.assert_close(
            torch.tensor(results[name].values), torch.tensor(first.results()[name].values), rtol=1e-2, atol=0
        )
    assert remark(run) == "taken from first: tt, cfmax, cfr, cwh, fc, beta, lp, k2."
    assert not any("did not fall" in said.text for said in run.remarks)


def test_a_process_switched_off_leaves_a_run_far_better_than_an_untrained_one(tmp_path):
    config = RunConfig(data="twin:hydrology,sites=6,years=3", members=4, hidden=8, epochs=40, warmup=60)
    runs = {}
    for name, changes in {
        "snow": {},
        "started": dict(start_from="snow", snow="NoSnow", epochs=1),
        "untrained": dict(snow="NoSnow", epochs=1),
    }.items():
        run = Run.create(config.edited(**changes), tmp_path)
        carry_out(run)
        runs[name] = Run(run.folder.rename(tmp_path / name))
    assert losses(runs["started"])[0] < 0.6 * losses(runs["untrained"])[0]
    said = remark(runs["started"])
    assert said.startswith("taken from snow: fc, beta, ") and said.endswith("; of no use here: tt, cfmax, cfr, cwh.")


def test_without_a_word_nothing_is_taken_over(done_run, small):
    assert not (done_run.folder / FILE).exists() and small.start_from == ""
    assert [said for said in done_run.remarks if said.kind == "taken over"] == []


def test_a_run_that_was_interrupted_goes_on_as_if_it_had_not_been(first, tmp_path):
    whole = started(first, tmp_path, snow="NoSnow", epochs=3)
    run = started(first, tmp_path, snow="NoSnow", epochs=3, interrupted_after=1)
    assert run.status == "stopped" and len(run.progress) == 1
    shutil.rmtree(tmp_path / "first")  # it is not needed any more
    carry_out(run)
    assert losses(run) == losses(whole) and remark(run) == remark(whole)
    (weights,), (expected,) = run.weights()[0], whole.weights()[0]
    assert all(weights[name].equal(expected[name]) for name in expected)


def test_a_run_that_starts_from_another_can_be_trained_longer(first, tmp_path):
    run = started(first, tmp_path)
    shutil.rmtree(tmp_path / "first")
    longer = run.extended(4, tmp_path)
    carry_out(longer)
    assert len(longer.progress) == 4 and remark(longer) == remark(run)


def test_columns_that_come_in_another_order_change_nothing(first, tmp_path, delaware):
    shutil.copytree(first.folder, tmp_path / "first")
    inputs = json.loads((tmp_path / "first" / "inputs.json").read_text())
    names = list(inputs["attributes"])
    given = first.config.edited(start_from="first", epochs=1, attributes=tuple(names))
    turned = given.edited(attributes=tuple(names[::-1]))
    one, other = (Run.create(config, tmp_path) for config in (given, turned))
    for run in (one, other):
        carry_out(run)
    assert losses(one) == pytest.approx(losses(other), rel=1e-5)


def test_each_seed_and_fold_starts_from_its_own(first, small, tmp_path):
    folds = small.edited(holdout="folds", folds=2, epochs=1, seeds=2)
    before = Run.create(folds, tmp_path)
    carry_out(before)
    run = Run.create(folds.edited(start_from=before.id, learning_rate=1e-6), tmp_path)
    carry_out(run)
    for fold in (0, 1):
        for seed in (0, 1):
            weights, given = run.weights()[fold][seed], before.weights()[fold][seed]
            name = "network.level.layers.2.bias"
            torch.testing.assert_close(weights[name], given[name], rtol=0, atol=1e-4)
    assert leaks(run) == []
    assert len([said for said in run.remarks if said.kind == "taken over"]) == 1


def test_what_the_weights_tell_of_the_test_is_a_leak(first, tmp_path):
    turned = dict(train_period=first.config.test_period, test_period=first.config.train_period)
    (late,) = leaks(started(first, tmp_path, **turned))
    assert "begins with the weights of first, which was trained on 1979-01-01/1979-03-31" in late
    held = started(first, tmp_path, holdout="sites", held_sites=first.sites[:1])
    (known,) = leaks(held)
    assert f"1 of the 1 sites that are not trained on here ({first.sites[0]})" in known
    # What that run began with counts too: the days of the first, and the site of the second.
    again = Run.create(held.config.edited(start_from=held.id), tmp_path)
    carry_out(again)
    assert len(leaks(again)) == 1
    other = Run.create(
        first.config.edited(start_from="first", epochs=1, train_period="1979-02-01/1979-03-31"), tmp_path
    )
    carry_out(other)
    days = dict(train_period="1979-02-01/1979-03-31", test_period="1979-01-01/1979-01-31")
    last = Run.create(first.config.edited(start_from=other.id, epochs=1, **days), tmp_path)
    carry_out(last)
    assert "1979-01-01/1979-03-31" in " ".join(leaks(last))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(start_from="frist"), "no run 'frist' in .*Did you mean 'first'"),
        (dict(start_from="waits"), "'waits' has no weights to start from; it is waiting"),
        (dict(start_from="first", data="twin:stream_temperature"), "'first' is of hydrology, and this one of stream"),
        (dict(start_from="fixed"), "'fixed' has learned nothing"),
    ],
)
def test_what_it_cannot_start_from_is_refused_before_training(options, message, first, tmp_path):
    shutil.copytree(first.folder, tmp_path / "first")
    Run.create(first.config, tmp_path).folder.rename(tmp_path / "waits")
    fixed = Run.create(first.config.edited(parameters="fixed"), tmp_path)
    carry_out(fixed)
    fixed.folder.rename(tmp_path / "fixed")
    config = RunConfig(**options)
    with pytest.raises(ConfigError, match=message):
        check_start(config, tmp_path)
    run = Run.create(config, tmp_path)
    with pytest.raises(ConfigError, match=message):
        carry_out(run)
    assert run.status == "failed" and "Traceback" not in run.error.partition("\n")[0]


def test_a_run_cannot_start_from_itself(small, tmp_path):
    run = Run.create(small, tmp_path)
    (run.folder / "config.json").write_text(small.edited(start_from=run.id).model_dump_json())
    with pytest.raises(ConfigError, match="cannot begin with its own weights"):
        carry_out(Run(run.folder))


def test_one_of_those_that_travel_with_dgviz_can_be_started_from(tmp_path):
    config = RunConfig(start_from="delaware-hbv", snow="NoSnow", epochs=1)
    check_start(config, tmp_path)
    assert "delaware-hbv" in [run.id for run in list_runs(tmp_path)]


def test_a_remark_says_so_where_nothing_fits(first, tmp_path):
    run = started(first, tmp_path, predictor="network")
    assert "nothing of first fits" in remark(run)
    assert isinstance(run.remarks[0], Remark)


def test_an_attribute_in_other_units_is_another_one(first, tmp_path):
    shutil.copytree(first.folder, tmp_path / "first")
    given = Run.create(first.config.edited(start_from="first", attributes=("area", "elevation")), tmp_path)
    start = start_of(given)
    start.attributes["area"] = "m2"
    (given.folder / FILE).unlink()
    with (given.folder / FILE).open("wb") as file:
        torch.save(vars(start), file)
    carry_out(given)
    assert "new: the attribute area." in remark(given)


def test_weights_that_are_damaged_are_named(first, tmp_path):
    shutil.copytree(first.folder, tmp_path / "first")
    run = Run.create(first.config.edited(start_from="first"), tmp_path)
    (run.folder / FILE).write_bytes(b"no weights")
    with pytest.raises(RunError, match=f"{FILE} is damaged"):
        carry_out(run)
    start_of(Run.create(first.config.edited(start_from="first"), tmp_path))
    torch.save([1], run.folder / FILE)
    with pytest.raises(RunError, match="holds no weights to start from"):
        carry_out(run)

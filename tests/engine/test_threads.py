"""Results do not depend on threads, copies work like their originals, and only granted processors are used."""

import copy
import io
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from dgviz.domains import discover
from dgviz.engine import threads

hydrology = discover()["hydrology"]


@pytest.fixture
def two_processors(monkeypatch):
    """Lets kernels use two threads even where there is one processor."""
    monkeypatch.setattr(threads, "n_processors", lambda: 2)
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def large(example):
    """A model with weights and inputs large enough that two threads share them, and cut sites into other blocks."""
    torch.manual_seed(0)
    model = hydrology.build(evapotranspiration="LearnedEvapotranspiration")
    forcings, parameters = example(model, n_time=400, n_site=24, n_member=16, dtype=torch.float32)
    return model, forcings, parameters


def outcome(model, forcings, parameters):
    """Two values that no torch function computes (it rounds some by the thread), and gradients of their squares."""
    values = model(forcings, parameters, ["baseflow", "soil_moisture"], backend="fused")
    loss = sum(v.square().sum() for v in values.values())
    gradients = torch.autograd.grad(loss, [*parameters.values(), *model.parameters()], materialize_grads=True)
    return *values.values(), *gradients


def assert_identical(ones, others):
    assert all(a.equal(b) for a, b in zip(ones, others, strict=True))


@pytest.mark.parametrize("n_threads", [1, 2])
def test_results_do_not_depend_on_threads(n_threads, two_processors, example):
    model, forcings, parameters = large(example)
    torch.set_num_threads(1)
    alone = outcome(model, forcings, parameters)
    torch.set_num_threads(n_threads)
    for _ in range(3):
        assert_identical(outcome(model, forcings, parameters), alone)


@pytest.mark.parametrize("there, back", [(1, 2), (2, 1)])
def test_the_number_of_threads_may_change_before_the_way_back(there, back, two_processors, example):
    model, forcings, parameters = large(example)
    torch.set_num_threads(1)
    expected = outcome(model, forcings, parameters)[-1]
    torch.set_num_threads(there)
    values = model(forcings, parameters, ["baseflow", "soil_moisture"], backend="fused")
    torch.set_num_threads(back)
    loss = sum(v.square().sum() for v in values.values())
    assert torch.autograd.grad(loss, list(model.parameters()))[-1].equal(expected)


def test_several_python_threads_may_use_one_model(two_processors, example):
    model, forcings, parameters = large(example)
    torch.set_num_threads(2)
    alone = outcome(copy.deepcopy(model), forcings, parameters)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: outcome(model, forcings, parameters), range(4)):
            assert_identical(found, alone)


def test_a_copy_and_a_saved_model_give_the_same(example):
    model = hydrology.build()
    forcings, parameters = example(model)
    before = model(forcings, parameters, backend="fused")
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    for other in (copy.deepcopy(model), torch.load(file, weights_only=False)):
        for name, value in other(forcings, parameters, backend="fused").items():
            assert value.equal(before[name]), name


def test_a_copy_has_weights_of_its_own(example):
    model = hydrology.build(evapotranspiration="LearnedEvapotranspiration").double()
    forcings, parameters = example(model)
    before = model(forcings, parameters, ["soil_moisture"], backend="fused")["soil_moisture"]
    other = copy.deepcopy(model)
    with torch.no_grad():
        other.processes[3].ratio.output.bias += 1
    changed = (m(forcings, parameters, ["soil_moisture"], backend="fused")["soil_moisture"] for m in (model, other))
    assert [value.equal(before) for value in changed] == [True, False]


def processors(*commands):
    code = ";".join(("import os", *commands, "from dgviz.engine.threads import n_processors", "print(n_processors())"))
    return int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system has no affinity")
def test_processors_that_a_process_may_not_use_do_not_count():
    first = min(os.sched_getaffinity(0))
    assert processors(f"os.sched_setaffinity(0, {{{first}}})") == 1


@pytest.fixture
def group(tmp_path, monkeypatch):
    """Writes the files of a control group, by name, and says how many processors there are then; there are 64."""

    def count(**files):
        for name, text in files.items():
            (tmp_path / name).write_text(f"{text}\n")
        monkeypatch.setattr(threads, "QUOTA_V2", tmp_path / "max")
        monkeypatch.setattr(threads, "QUOTA_V1", tmp_path / "quota")
        monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
        threads._quota.cache_clear()
        return threads.n_processors()

    yield count
    threads._quota.cache_clear()


@pytest.mark.parametrize(
    "files, n_processors",
    [
        (dict(max="150000 100000"), 1),
        (dict(max="300000 100000"), 3),
        (dict(max="50000 100000"), 1),  # half a processor is still one
        (dict(max="max 100000"), 64),
        (dict(max="8000000 100000"), 64),
        ({"quota": "250000", "cpu.cfs_period_us": "100000"}, 2),
        ({"quota": "-1", "cpu.cfs_period_us": "100000"}, 64),
        (dict(quota="250000"), 64),
        (dict(max="nonsense"), 64),
        ({}, 64),
    ],
    ids=["one and a half", "three", "half", "no limit", "more than there are", "old", "old without limit", "no period"]
    + ["nonsense", "no group"],
)
def test_processors_that_the_control_group_does_not_grant_do_not_count(files, n_processors, group):
    assert group(**files) == n_processors


def test_no_more_threads_than_torch_has(two_processors):
    for n in (1, 2):
        torch.set_num_threads(n)
        assert threads.n_threads() == n
    torch.set_num_threads(5)
    assert threads.n_threads() == 2


def test_an_error_in_a_part_is_raised():
    def work(next_part):
        while next_part() is not None:
            raise ArithmeticError("wrong")

    with pytest.raises(ArithmeticError, match="wrong"):
        threads.spread(work, 4, 2)


def test_every_part_is_done_once():
    done = []

    def work(next_part):
        while (part := next_part()) is not None:
            done.append(part)

    threads.spread(work, 1000, 2)
    assert sorted(done) == list(range(1000))

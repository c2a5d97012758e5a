"""Compiled kernels are kept on disk: found again, never believed when damaged, never needed."""

import os
import time

import pytest
import torch

from dgviz.domains import discover
from dgviz.engine.cpu import compile as compiling

hydrology = discover()["hydrology"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty cache."""
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path))
    return tmp_path / "kernels"


@pytest.fixture
def compilations(monkeypatch):
    """Counts how often something is compiled."""
    sources = []
    compile_ = compiling._compile

    def count(source):
        sources.append(source)
        return compile_(source)

    monkeypatch.setattr(compiling, "_compile", count)
    return sources


@pytest.fixture
def inputs(example):
    """Forcings and parameters of a model with few processes."""
    return example(build(), n_time=20)


def build():
    return hydrology.build(snow="NoSnow", groundwater="LinearReservoir", routing="NoRouting")


def gradient(inputs, backend="fused"):
    """That of the mean soil moisture of a model made anew, which has no kernels of its own yet."""
    forcings, parameters = inputs
    value = build()(forcings, parameters, ["soil_moisture"], backend=backend)["soil_moisture"].mean()
    return torch.autograd.grad(value, parameters["beta"])[0]


def assert_right(found, inputs):
    torch.testing.assert_close(found, gradient(inputs, "torch"), rtol=1e-12, atol=1e-18)


def test_a_kernel_is_compiled_once_and_found_by_the_next_model(folder, compilations, inputs):
    first = gradient(inputs)
    assert len(compilations) == len(list(folder.iterdir())) == 2
    assert gradient(inputs).equal(first)
    assert len(compilations) == 2
    assert_right(first, inputs)


def test_only_whole_kernels_are_left_on_disk(folder, inputs):
    gradient(inputs)
    assert sorted(path.name.partition("-")[0] for path in folder.iterdir()) == ["backward", "forward"]
    assert all("." not in path.name for path in folder.iterdir())


def truncated(content):
    return content[: len(content) // 2]


def altered(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :]


@pytest.mark.parametrize("damage", [truncated, altered, lambda _: b"", lambda c: c[:32], lambda c: c + b"\0"])
def test_a_damaged_kernel_is_compiled_again(damage, folder, compilations, inputs):
    gradient(inputs)
    sound = {path: path.read_bytes() for path in folder.iterdir()}
    for path, content in sound.items():
        path.write_bytes(damage(content))
    assert_right(gradient(inputs), inputs)
    assert len(compilations) == 4
    assert {path: path.read_bytes() for path in folder.iterdir()} == sound


def test_a_cache_that_is_a_file_is_not_needed(tmp_path, monkeypatch, compilations, inputs):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path / "file"))
    assert_right(gradient(inputs), inputs)
    assert_right(gradient(inputs), inputs)
    assert len(compilations) == 4
    assert (tmp_path / "file").read_text() == "not a folder"


def test_old_kernels_of_other_versions_are_deleted_at_a_later_start(folder, inputs, monkeypatch):
    gradient(inputs)
    own = {path.name for path in folder.iterdir()}
    days_old = time.time() - 3 * 24 * 3600
    for name in (*own, "forward-01234567-0", "backward-01234567-0", "module_of_a_gpu.py", "forward-recent-0"):
        (folder / name).touch()
        if "recent" not in name:
            os.utime(folder / name, (days_old, days_old))
    compiling._tidied.cache_clear()  # as a new session begins
    gradient(inputs)
    assert {path.name for path in folder.iterdir()} == own | {"module_of_a_gpu.py", "forward-recent-0"}
    assert all((folder / name).stat().st_mtime > days_old + 3600 for name in own), "what is in use is not old"


def test_a_full_disk_leaves_nothing_behind(folder, monkeypatch, inputs):
    def write_some(path, content):
        with path.open("wb") as file:
            file.write(content[:10])
        raise OSError("No space left on device")

    monkeypatch.setattr(compiling.Path, "write_bytes", write_some)
    assert_right(gradient(inputs), inputs)
    assert list(folder.iterdir()) == []


def test_another_processor_version_or_program_has_another_key(monkeypatch):
    target, triple, processor, features = compiling._target()
    keys = [compiling._digest("a kernel"), compiling._digest("another kernel")]
    for other in ((target, "wasm32", processor, features), (target, triple, "386", features)):
        keys.append(digest_with(monkeypatch, "_target", lambda other=other: other))
    keys.append(digest_with(monkeypatch, "_target", lambda: (target, triple, processor, "-avx")))
    keys.append(digest_with(monkeypatch, "_own_version", lambda: "an older program"))
    keys.append(digest_with(monkeypatch, "OPTIMIZATION", 0))
    monkeypatch.setattr(compiling.llvmlite, "__version__", "0.1")
    keys.append(compiling._digest("a kernel"))
    assert len(set(keys)) == len(keys) == 8


def digest_with(monkeypatch, name, value):
    with monkeypatch.context() as patch:
        patch.setattr(compiling, name, value)
        return compiling._digest("a kernel")


def test_kernels_of_other_inputs_precisions_and_sizes_are_others(folder, compilations, example):
    """Whatever changes the code changes the key: none of these may find the kernel of another."""
    model = build()
    found = 0
    for n_member, dtype in ((2, torch.float64), (2, torch.float32), (200, torch.float64)):
        forcings, parameters = example(model, n_time=20, n_member=n_member, dtype=dtype)
        varying = parameters | dict(beta=parameters["beta"].expand(20, -1, -1))
        for given in (parameters, varying):
            with torch.no_grad():
                build()(forcings, given, ["soil_moisture"], backend="fused")
                build()(forcings, given, ["surface"], backend="fused")
            found += 2
    assert len(compilations) == len(list(folder.iterdir())) == found

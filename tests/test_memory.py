"""What a process may take, and series that are larger: in files, and block by block the same."""

import numpy as np
import pytest

from dgviz import memory
from dgviz.memory import available, blocks, by_sites, empty, in_file, let_go, take_sites


@pytest.fixture
def three_at_once(monkeypatch, tmp_path):
    """All series count as large, and blocks have three sites of ten times."""
    monkeypatch.setenv("DGVIZ_CACHE", str(tmp_path))
    monkeypatch.setattr(memory, "LARGEST", 0)
    monkeypatch.setattr(memory, "MOST_OF_BLOCK", 3 * 10 * 8)
    return tmp_path


@pytest.fixture
def series():
    return np.random.default_rng(0).normal(size=(10, 8)).astype("float32")


def test_block_by_block_a_function_gives_the_same(three_at_once, series):
    seen = []

    def of_block(values, more):
        seen.append(values.shape[1])
        return values + more, values.max(0), np.where(values > 0, values, 0) > more

    found = by_sites(of_block, series, series * 2)
    assert seen == [3, 3, 2]
    whole, most, which = of_block(series, series * 2)
    for part, expected in zip(found, (whole, most, which), strict=True):
        assert part.dtype == expected.dtype
        np.testing.assert_array_equal(part, expected)
    np.testing.assert_array_equal(by_sites(np.isfinite, series), True)
    np.testing.assert_array_equal(by_sites(lambda v, n: v.sum(0) * n, series, np.arange(8)), series.sum(0) * range(8))


def test_a_small_series_is_taken_as_a_whole(series):
    seen = []
    by_sites(lambda values: seen.append(values) or values.max(0), series)
    assert seen[0] is series
    assert in_file(empty(10, 8)) is None and empty(10, 8).flags.c_contiguous


def test_a_large_series_lies_in_a_file_site_by_site(three_at_once, series):
    stored = empty(10, 8)
    stored[:] = series
    assert in_file(stored) and stored.strides == (4, 40)
    let_go(stored)  # to be read again
    np.testing.assert_array_equal(stored, series)
    some = np.array([5, 0, 7, 7, 2])
    taken = take_sites(stored, some)
    assert in_file(taken)
    np.testing.assert_array_equal(taken, series[:, some])


def test_the_file_is_gone_with_the_series_and_whatever_happens(three_at_once):
    stored = empty(10, 8)
    assert not any(file.is_file() for file in three_at_once.rglob("*"))  # it has no name from the beginning
    del stored


def test_a_disk_without_room_is_an_error_before_anything_is_written(three_at_once):
    with pytest.raises(OSError, match="No space left|too large"):
        empty(2**29, 2**29)  # 1 EB


@pytest.mark.parametrize(("text", "size"), [("2GB", 2**31), ("1.5 gb", 1.5 * 2**30), ("300MB", 300 * 2**20)])
def test_what_was_asked_for_is_the_limit(monkeypatch, text, size):
    monkeypatch.setattr(memory.psutil, "virtual_memory", lambda: type("Free", (), {"available": 2.0**40}))
    monkeypatch.setattr(memory, "_left_in_groups", lambda *paths: [float("inf")])
    assert available() == 2**40
    monkeypatch.setenv("DGVIZ_MEMORY", text)
    assert available() == size
    assert memory.is_large(size / 8) and not memory.is_large(min(size / 8, 2**30) - 1)
    assert blocks(1, 2 * 10**9)[0].stop == min(2**26, size / 32) // 8


@pytest.mark.parametrize("text", ["much", "2", "0GB", "-1GB", "2 GB each"])
def test_what_is_no_size_is_said(monkeypatch, text):
    monkeypatch.setenv("DGVIZ_MEMORY", text)
    with pytest.raises(ValueError, match=rf"DGVIZ_MEMORY is '{text}', which is no size. Write it as 2GB or 500MB"):
        available()


def test_the_limit_of_a_container_counts(tmp_path):
    group = tmp_path / "slice" / "mine"
    group.mkdir(parents=True)
    for folder, limit in ((group, "max"), (group.parent, "1000000000")):
        (folder / "memory.max").write_text(limit)
        (folder / "memory.current").write_text("900000000")
        (folder / "memory.stat").write_text("anon 1\ninactive_file 300000000\n")
    (tmp_path / "cgroup").write_text("0::/slice/mine\n")
    assert min(memory._left_in_groups(tmp_path / "cgroup", tmp_path)) == 400_000_000
    assert memory._left_in_groups(tmp_path / "none", tmp_path) == [float("inf")]
    assert 0 < available() < 2**50

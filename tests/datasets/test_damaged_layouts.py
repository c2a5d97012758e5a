"""Damage anywhere in the files of a collection: the rest is read, or an error says what is wrong, never a traceback."""

import random
import shutil

import pytest

from dgviz.datasets import DataError, read_path
from tests.datasets.test_own_collections import PLACES, write_basin_obs, write_generic
from tests.datasets.test_published_layouts import LAYOUTS

DAMAGE = {
    "cut off": lambda content, rng: content[: rng.randrange(len(content))],
    "other bytes": lambda content, rng: b"".join(
        rng.randbytes(1) if rng.random() < 20 / len(content) else content[i : i + 1] for i in range(len(content))
    ),
    "empty": lambda content, rng: b"",
    "without a header": lambda content, rng: content.partition(b"\n")[2],
    "a line twice": lambda content, rng: content + content.rstrip(b"\n").rpartition(b"\n")[2],
    "letters": lambda content, rng: content.replace(b"1", b"Ice", 40).replace(b"e", b"\xe9", 3),
    "zeros": lambda content, rng: content.replace(b"0", b"\x00", 50),
    "another header": lambda content, rng: content.replace(b"a", b"xy", 2),
}


def write_airgr(root):
    for site in ("L0123001", "L0123002"):
        write_basin_obs(root / f"{site}.csv")
    (root / "attributes.csv").write_text(PLACES)
    return root


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The folders without a fault."""
    writers = {**LAYOUTS, "generic": write_generic, "airgr": write_airgr}
    return [write(tmp_path_factory.mktemp("whole") / "data") for write in writers.values()]


# h5netcdf's own, from a file that it could not open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("damage", DAMAGE)
def test_no_damage_is_a_traceback(whole, tmp_path, damage):
    rng = random.Random(damage)
    for number, folder in enumerate(whole):
        path = shutil.copytree(folder, tmp_path / str(number))
        file = rng.choice(sorted(file for file in path.rglob("*") if file.is_file()))
        file.write_bytes(DAMAGE[damage](file.read_bytes(), rng))
        try:
            assert read_path(path).sizes["site"] in (1, 2)
        except DataError as error:
            assert str(path) in str(error) or file.name in str(error)

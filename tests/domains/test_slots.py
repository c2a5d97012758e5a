"""A slot that a file declares takes its place; one that has none is refused with what to do."""

import sys

import pytest

from dgviz.domains.hydrology import BetaSoil, NoSnow
from dgviz.domains.slots import with_files

TEXT = """
from dgviz.domains import Slot
from dgviz.domains.hydrology import NoCapillaryRise

SLOT = Slot(after={after!r}, options=(NoCapillaryRise,))
"""
SLOTS = dict(snow=(NoSnow,), soil=(BetaSoil,))


@pytest.fixture
def package(tmp_path, monkeypatch, request):
    """Writes a package of files, each with a slot after another, and gives its name."""
    name = f"made_{request.node.name}"

    def make(**files):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").write_text("")
        (folder / "no_slot.py").write_text("")
        for file, after in files.items():
            (folder / f"{file}.py").write_text(TEXT.format(after=after))
        return name

    monkeypatch.syspath_prepend(tmp_path)
    yield make
    for module in [module for module in sys.modules if module.startswith(name)]:
        del sys.modules[module]


def test_a_slot_comes_right_after_the_one_it_names(package):
    assert list(with_files(package(litter="snow"), SLOTS)) == ["snow", "litter", "soil"]


def test_a_package_without_such_files_has_the_slots_it_gives(package):
    assert with_files(package(), SLOTS) == SLOTS


def test_a_slot_after_one_that_is_not_there_is_refused(package):
    with pytest.raises(ValueError, match="litter: the slot comes after 'snw', which is not there. .*Did you mean"):
        with_files(package(litter="snw"), SLOTS)


def test_a_slot_that_is_there_already_is_refused(package):
    with pytest.raises(ValueError, match="there is a slot 'soil' already. Give the file another name"):
        with_files(package(soil="snow"), SLOTS)

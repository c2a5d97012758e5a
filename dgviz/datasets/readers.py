"""Which reader is for what: the sources by name, and the layouts that are recognised in files."""

import importlib
import pkgutil
from pathlib import Path
from types import ModuleType

from dgviz.datasets.errors import DataError


def sources() -> dict[str, ModuleType]:
    """The modules that read a source, by name."""
    package, folder = __name__.rpartition(".")[0], str(Path(__file__).parent)
    names = [info.name for info in pkgutil.iter_modules([folder])]
    modules = {name: importlib.import_module(f"{package}.{name}") for name in names}
    return {name: module for name, module in modules.items() if hasattr(module, "load")}


def collections() -> list[str]:
    """The names of what is recognised in a folder."""
    layouts = [module for module in sources().values() if hasattr(module, "recognises") and hasattr(module, "domain")]
    return [short_title(module) for module in layouts]


def short_title(layout: ModuleType) -> str:
    """The name of a collection: `CAMELS-GB`."""
    return layout.title.removeprefix("A folder of ").partition(" (")[0]


def reader_of(path: Path) -> ModuleType:
    """The source of whose file this is a copy, or that recognises what lies at a path.

    Raises DataError naming the collections where it holds several.
    """
    readers = sources()
    # By name first (a copy of a source's own file), then by layout, else a table.
    copied = [module for module in readers.values() if path.is_file() and getattr(module, "FILE", "") == path.name]
    table = readers.pop("table")
    layouts = [module for module in readers.values() if hasattr(module, "recognises") and module.recognises(path)]
    if len(layouts) > 1:
        found = " and ".join(short_title(module) for module in layouts)
        raise DataError(f"{path}: there is more than one collection in it, {found}; give the path of one of them.")
    return next(iter([*copied, *layouts]), table)

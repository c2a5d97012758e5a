"""Slots that a domain finds in files of its own, so that a new process is one new file."""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass

from dgviz.processes.declare import Process
from dgviz.suggestions import suggest

Options = tuple[type[Process], ...]


@dataclass(frozen=True)
class Slot:
    """A place for one of several processes, in running order after another slot; the first option is the default."""

    after: str
    options: Options


def with_files(package: str, slots: Mapping[str, Options]) -> dict[str, Options]:
    """These slots, and behind the one that it names each slot that a file of the package declares as `SLOT`.

    The name of the file is the name of the slot. Raises ValueError for a file whose slot comes after one that is not
    there, or has the name of one that is.
    """
    found = dict(slots)
    for name, slot in _declared(package).items():
        if name in found:
            raise ValueError(f"{package}.{name}: there is a slot {name!r} already. Give the file another name.")
        if slot.after not in found:
            known = ", ".join(found)
            raise ValueError(
                f"{package}.{name}: the slot comes after {slot.after!r}, which is not there. Slots: {known}."
                f"{suggest(slot.after, found)}"
            )
        place = list(found).index(slot.after) + 1
        items = list(found.items())
        found = dict([*items[:place], (name, slot.options), *items[place:]])
    return found


def _declared(package: str) -> dict[str, Slot]:
    """The slots of the files beside a package's `__init__`, by the name of the file."""
    path = importlib.import_module(package).__path__
    names = sorted(module.name for module in pkgutil.iter_modules(path) if not module.ispkg)
    modules = {name: importlib.import_module(f"{package}.{name}") for name in names}
    return {name: module.SLOT for name, module in modules.items() if isinstance(getattr(module, "SLOT", None), Slot)}

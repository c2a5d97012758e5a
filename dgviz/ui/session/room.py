"""A room of visitors who learn together: their names, where each of them is, and what is shown to all at once."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from dgviz.experiment.run_files import read_json
from dgviz.files import write_whole

FILE = "names.json"  # in the folder of runs: who comes back, also to another server, keeps their name
LONGEST = 40  # letters of a name


@dataclass(frozen=True)
class Shown:
    """What the instructor shows to all: a lesson, or a site of a data set."""

    lesson: str = ""
    data: str = ""
    site: str = ""


@dataclass(frozen=True)
class Place:
    """Where a visitor is: the open lens and lesson, the picked site and the shown run; how many pages are open.

    `seen` is when they last did something, in s as `time.time` has it.
    """

    visitor: str
    lens: str = ""
    lesson: str = ""
    data: str = ""
    site: str = ""
    run: str = ""
    seen: float = 0.0
    pages: int = 0


class Room:
    """All visitors of a server, by what their browsers are known by. Raises DamagedFile for a file that holds none."""

    def __init__(self, folder: Path):
        self._file = Path(folder) / FILE
        self._names: dict[str, str] = {k: v for k, v in read_json(self._file).items() if isinstance(v, str)}
        self._places: dict[str, Place] = {}
        self._listening: dict[object, tuple[str, Callable[[Shown], None]]] = {}

    def name_of(self, visitor: str) -> str:
        """What a visitor is called; '' for who has not said, and for the owner."""
        return self._names.get(visitor, "")

    def call(self, visitor: str, name: str) -> str:
        """Give a visitor a name, and return it: with a number behind it where another has the same.

        Raises ValueError for what is no name.
        """
        words = " ".join(name.split())
        if not words or len(words) > LONGEST or not words.isprintable():
            raise ValueError(
                f"{words[:LONGEST]!r} cannot be a name. Give one of up to {LONGEST} letters, digits and signs."
            )
        taken = {known.casefold() for who, known in self._names.items() if who != visitor}
        several = (f"{words} {number}" for number in range(2, len(taken) + 3))
        self._names[visitor] = next(each for each in (words, *several) if each.casefold() not in taken)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._file, json.dumps(self._names, indent=1))
        return self._names[visitor]

    def enter(self, visitor: str, show: Callable[[Shown], None]) -> Callable[[], None]:
        """A page of a visitor is open, which `show` shows something; what is returned is called when it is closed."""
        key = object()
        self._listening[key] = visitor, show
        self._count(visitor)

        def leave() -> None:
            self._listening.pop(key, None)
            self._count(visitor)

        return leave

    def note(self, visitor: str, **where: str) -> None:
        """A visitor has just done something, and is there now."""
        known = self._places.get(visitor, Place(visitor))
        self._places[visitor] = replace(known, **where, seen=time.time())

    def _count(self, visitor: str) -> None:
        pages = sum(who == visitor for who, _ in self._listening.values())
        known = self._places.get(visitor, Place(visitor, seen=time.time()))
        self._places[visitor] = replace(known, pages=pages)

    def places(self) -> list[Place]:
        """Where everybody with a name is, or was when they left, by name; the owner is not among them."""
        known = [place for who, place in self._places.items() if self.name_of(who)]
        return sorted(known, key=lambda place: self.name_of(place.visitor).casefold())

    def show_all(self, shown: Shown) -> int:
        """Show something on all open pages of visitors; returns how many there are."""
        theirs = [show for visitor, show in self._listening.values() if visitor]
        for show in theirs:
            show(shown)
        return len(theirs)

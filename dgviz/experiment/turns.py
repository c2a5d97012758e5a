"""Who asked for a run, and whose turn it is: the share that each has of the process that trains."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from dgviz.experiment.run_folder import RunFolder

AnyRun = TypeVar("AnyRun", bound=RunFolder)
FILE = "visitor"  # in the folder of a run or an upload; one without is the owner's


def sign(folder: Path, visitor: str) -> None:
    """Note in the folder of a new run or upload whose it is; nothing where it is the owner's."""
    if visitor:
        (folder / FILE).write_text(visitor)


def signed(folder: Path) -> str | None:
    """Whose a folder is: a visitor, '' for the owner; None where that cannot be told."""
    try:
        return (folder / FILE).read_text()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        return None


def in_turn(runs: Iterable[AnyRun]) -> list[AnyRun]:
    """Those of the runs of a folder that wait, the next one first.

    It is that of the visitor whose last turn is longest ago, and of several of theirs the oldest. Who had none yet
    comes first, in the order in which they asked; the owner counts as one visitor. `runs` are given newest first.
    """
    waiting: dict[str | None, list[AnyRun]] = defaultdict(list)
    last_turn: dict[str | None, float] = defaultdict(float)
    for run in reversed([*runs]):
        who = signed(run.folder)
        if not is_over(run) and run.status == "waiting":
            waiting[who].append(run)
        else:
            last_turn[who] = max(last_turn[who], _begun(run))
    order: list[AnyRun] = []
    now = max(last_turn.values(), default=0.0)
    while waiting:
        who = min(waiting, key=last_turn.__getitem__)
        order.append(waiting[who].pop(0))
        last_turn[who] = now + len(order)  # later than all before
        if not waiting[who]:
            del waiting[who]
    return order


def is_over(run: RunFolder) -> bool:
    """Has a run results, and neither waits nor is trained again? Told from which files there are, as there are many."""
    there = [os.path.lexists(run.folder / name) for name in ("record.json", "again", "worker.json")]
    return there == [True, False, False]


def _begun(run: RunFolder) -> float:
    """When the training of a run was begun, in s: it wrote down then what it reads. Zero where it never was."""
    try:
        return os.stat(run.folder / "inputs.json").st_mtime
    except OSError:
        return 0.0

"""Which visitor of the server asked for a run: only that one, and the owner of the server, may stop it."""

from pathlib import Path

from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run

FILE = "visitor"  # in the folder of a run; one without was asked for by the owner


def sign(run: Run, visitor: str) -> None:
    """Note in the folder of a new run who asked for it; nothing where it was the owner."""
    if visitor:
        (run.folder / FILE).write_text(visitor)


def owns(run: Run, visitor: str) -> bool:
    """May this visitor stop a run, take it from the queue or train it again? The owner, '', may do all."""
    return not visitor or asked_for(run, visitor)


def is_own(run: Run, visitor: str, folder: Path) -> bool:
    """Is a run in the folder of this server, and asked for by this visitor?"""
    return run.folder.parent == folder and asked_for(run, visitor)


def asked_for(run: Run, visitor: str) -> bool:
    """Did this visitor, or the owner, '', ask for a run?"""
    try:
        return (run.folder / FILE).read_text() == visitor
    except FileNotFoundError:
        return not visitor
    except (OSError, UnicodeDecodeError):
        return False


def check_owner(run: Run, visitor: str) -> None:
    """Raises RunError where a run is another's."""
    if not owns(run, visitor):
        raise RunError(
            f"The run {run.id!r} was started by somebody else: only they, or who runs this server, can change it."
        )

"""Which visitor of the server asked for a run, or sent data: only that one, and the owner, may stop it or see them."""

from pathlib import Path

from dgviz.datasets.uploads import upload_named
from dgviz.experiment.run_files import RunError
from dgviz.experiment.runs import Run
from dgviz.experiment.turns import signed


def may_see(data: str, visitor: str) -> bool:
    """May this visitor see a data set? The owner, '', may see all; what was sent, otherwise who sent it."""
    upload = upload_named(data)
    return not visitor or upload is None or signed(upload) == visitor


def sent_by(data: str, visitor: str) -> bool:
    """Has this visitor sent a data set, so that they may remove it?"""
    upload = upload_named(data)
    return upload is not None and signed(upload) == visitor


def owns(run: Run, visitor: str) -> bool:
    """May this visitor stop a run, take it from the queue or train it again? The owner, '', may do all."""
    return not visitor or signed(run.folder) == visitor


def is_own(run: Run, visitor: str, folder: Path) -> bool:
    """Is a run in the folder of this server, and asked for by this visitor?"""
    return run.folder.parent == folder and signed(run.folder) == visitor


def check_owner(run: Run, visitor: str) -> None:
    """Raises RunError where a run is another's."""
    if not owns(run, visitor):
        raise RunError(
            f"The run {run.id!r} was started by somebody else: only they, or who runs this server, can change it."
        )

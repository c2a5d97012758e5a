"""A run in the queue of its folder: who trains it, and what is asked of that process."""

import json
import os
from contextlib import suppress
from typing import Literal

from dgviz.experiment.run_files import (
    RunError,
    remove,
)
from dgviz.experiment.run_folder import LIVING, TAKEN, RunFolder
from dgviz.experiment.worker_file import only_one, this_process
from dgviz.files import write_whole


class QueuedRun(RunFolder):
    """A run that can be claimed by a process, asked to stop or pause, given back and put in the queue again."""

    def request(self, what: Literal["stop", "pause", "resume"]) -> None:
        """Ask the worker to stop, pause or resume.

        A run that waits and is asked to stop leaves the queue: it is again what it was before, and removed if it was
        never trained. Raises RunError if the run is there no more.
        """
        if not self.folder.is_dir():
            raise RunError(f"The run {self.id!r} was removed; there is nothing to {what}.")
        with only_one(self.folder):  # a worker that would claim it now comes before or after
            if what == "stop" and self.status == "waiting":
                self._leave_the_queue()
            elif what == "resume":
                remove(self.folder / "request")
            else:
                write_whole(self.folder / "request", what)

    def _leave_the_queue(self) -> None:
        if self._has("again"):
            remove(self.folder / "again")
        elif any(map(self._has, ("weights.pt", "results.zarr", "progress.jsonl"))) or self.checkpointed:
            write_whole(self.folder / "error.txt", TAKEN)
        else:
            for name in ("config.json", "request"):
                remove(self.folder / name)
            with suppress(OSError):  # something else lies in it
                self.folder.rmdir()

    def claim(self) -> bool:
        """Make this process the one that trains the run; False if a living one does already, or it is done.

        Raises OSError if its folder is there no more or cannot be written.
        """
        if self._mine:  # once: it was claimed when it was made
            self._mine = False
            return True
        with only_one(self.folder):
            status = self.status
            if status in LIVING or status == "done":
                return False
            if status != "waiting" or self._has("again"):
                for name in ("error.txt", "request", "worker.json"):
                    remove(self.folder / name)
            mine = self.folder / f"worker.{os.getpid()}.json"
            try:
                mine.write_text(json.dumps(this_process()))
                os.link(mine, self.folder / "worker.json")  # whole at once, and only for the first who claims
            except FileExistsError:
                return False
            finally:
                mine.unlink(missing_ok=True)
            remove(self.folder / "again")
        return True

    def give_up(self) -> None:
        """Take a run from the queue that was claimed when it was made, and has not been begun since."""
        if self._mine:
            self._mine = False
            with only_one(self.folder):
                self.release()
                self._leave_the_queue()

    def tidy(self) -> None:
        """Clear away what a process that died has left half written; for who has claimed the run."""
        for pattern in ("*.partial", "*.earlier"):
            for left in self.folder.glob(pattern):
                remove(left)
        path = self.folder / "progress.jsonl"
        if not self._has(path.name):
            return
        records, end = self.read_progress(0)
        if path.is_symlink() or not path.is_file() or self._found.pop(path.name, ""):
            remove(path)
            self.write_progress(records)
        else:
            os.truncate(path, end)

    def release(self) -> None:
        """Say that no process trains the run any more."""
        remove(self.folder / "worker.json")

    def fail(self, reason: str) -> bool:
        """Write down why the run failed; False if the disk has no room for it, and the run only shows as failed."""
        if not self.folder.is_dir():
            return True  # nothing is left to write it to
        path = self.folder / "error.txt"
        try:
            write_whole(path, reason.encode(errors="backslashreplace"))
        except OSError:
            with suppress(OSError):
                path.touch()  # a name alone takes no room on most disks
            return False
        return True

    def wait_again(self) -> None:
        """Put a failed run back in the queue, to continue from its last epoch. Raises RunError if it has not failed."""
        if self.status != "failed":
            raise RunError(f"The run {self.id!r} is {self.status}. Only a failed run can be put back in the queue.")
        (self.folder / "again").touch()  # how it failed stays, until it is trained again

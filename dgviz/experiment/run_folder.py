"""What is in the folder of a run, and how it stands with it."""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Literal

from dgviz.datasets.remarks import Remark
from dgviz.experiment.config import RunConfig
from dgviz.experiment.progress import EpochRecord
from dgviz.experiment.run_files import (
    DamagedFile,
    RunError,
    as_called_now,
    check_own,
    is_epoch,
    parse,
    read_bytes,
    read_json,
    read_record,
    read_tensors,
    short,
)
from dgviz.experiment.worker_file import lives
from dgviz.files import write_whole

Status = Literal["waiting", "training", "paused", "stopping", "done", "stopped", "failed"]
FINISHED: tuple[Status, ...] = ("done", "stopped")  # with results
ENDED: tuple[Status, ...] = (*FINISHED, "failed")
LIVING: tuple[Status, ...] = ("training", "paused", "stopping")
GONE = "The process that trained this run is gone. Train again to continue from its last epoch."
TAKEN = "The run was taken from the queue before it was trained further. Train again to continue from its last epoch."
LONGEST = 20_000  # characters of an error with where it came from
NO_ROOM = "The reason could not be written: the disk is full. Make room, then train again."


class RunFolder:
    """A folder with a configuration. Status is derived from which files exist and whether the worker lives."""

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self._found: dict[str, str] = {}  # what is wrong, by file, with what was read
        self._mine = False  # claimed when it was made

    def __repr__(self) -> str:
        return f"Run({self.id!r}, {self.status})"

    @property
    def id(self) -> str:
        """The name of the folder."""
        return self.folder.name

    @cached_property
    def config(self) -> RunConfig:
        """What was asked. Raises RunError if the file is missing or not valid."""
        path = self.folder / "config.json"
        if not self.id.isprintable():
            raise DamagedFile(path, "is not the configuration of a run: the name of its folder is no text.")
        try:
            return RunConfig(**as_called_now(parse(read_bytes(path))))
        except FileNotFoundError:
            raise DamagedFile(path, "is not the configuration of a run: it is missing.") from None
        except DamagedFile:
            raise
        except Exception as error:  # whatever JSON that is no set of options makes pydantic stumble over
            raise DamagedFile(path, f"is not the configuration of a run: {short(error)}") from None

    @property
    def status(self) -> Status:
        """waiting, training, paused, stopping, done, stopped or failed. A run has ended when its record is there."""
        if self._worker_lives():
            asked: dict[str, Status] = {"stop": "stopping", "pause": "paused"}
            return asked.get(self.requested, "training")
        if self._has("again"):
            return "waiting"
        if self._has("record.json"):
            return self.record.get("ended", "failed") if self._has("results.zarr") else "failed"
        return "failed" if self._has("error.txt") or self._has("worker.json") else "waiting"

    def _has(self, name: str) -> bool:
        return os.path.lexists(self.folder / name)

    @property
    def error(self) -> str:
        """Why the run failed, or nothing; after an empty line, where."""
        status = self.status
        if status == "waiting":
            return ""
        try:
            return short(read_bytes(self.folder / "error.txt").decode(errors="replace"), LONGEST) or NO_ROOM
        except DamagedFile as error:
            return str(error)
        except FileNotFoundError:
            pass
        if status != "failed":
            return ""
        if not self._has("record.json"):
            return GONE
        lost = self._found.get("record.json") or f"{self.folder / 'results.zarr'} is missing."
        return f"{lost} Train again: the results are written anew, from the last epoch."

    @property
    def damage(self) -> list[str]:
        """What is wrong with files of the run, as far as it is known, a sentence each: those that were read, and those
        from which the status is told."""
        for name in ("record.json", "worker.json"):
            self._read(name)
        try:
            _ = self.config
        except RunError as error:
            return [str(error), *self._found.values()]
        return list(self._found.values())

    def _read(self, name: str) -> dict:
        """What a file of names and values holds; nothing where it is damaged, which is remembered."""
        read = read_record if name == "record.json" else read_json
        try:
            content = read(self.folder / name)
        except DamagedFile as error:
            self._found[name] = str(error)
            return {}
        self._found.pop(name, None)
        return content

    @property
    def record(self) -> dict:
        """Device, versions, seed, seconds and how the run ended; empty before that."""
        return self._read("record.json")

    @property
    def remarks(self) -> list[Remark]:
        """What was assumed, left out or found doubtful in the data and in training; none before there are results."""
        return [Remark(*parts) for parts in self.record.get("remarks", [])]

    @property
    def progress(self) -> list[EpochRecord]:
        """A record for every finished epoch."""
        return self.read_progress(0)[0]

    def read_progress(self, cursor: int) -> tuple[list[EpochRecord], int]:
        """The records after a position in the file, and the position after them; half a line is left for later.

        A line that is no record is left out.
        """
        path = self.folder / "progress.jsonl"
        try:
            check_own(path)
            with path.open("rb") as file:
                file.seek(cursor)
                text = file.read()
        except FileNotFoundError:
            return [], 0
        except (DamagedFile, OSError) as error:
            self._found["progress.jsonl"] = str(error)
            return [], cursor
        whole = text[: text.rfind(b"\n") + 1]
        records = [record for line in whole.splitlines() if (record := self._epoch(line))]
        return records, cursor + len(whole)

    def _epoch(self, line: bytes) -> EpochRecord | None:
        with suppress(ValueError):
            record = parse(line)
            if is_epoch(record):
                return record
        self._found["progress.jsonl"] = f"{self.folder / 'progress.jsonl'} has lines that are no record of an epoch."
        return None

    def write_progress(self, records: Iterable[EpochRecord]) -> None:
        """Write the progress anew."""
        write_whole(self.folder / "progress.jsonl", "".join(json.dumps(record) + "\n" for record in records))

    @property
    def requested(self) -> str:
        """What was asked of the worker last: stop, pause or nothing."""
        try:
            return read_bytes(self.folder / "request").decode(errors="replace")
        except (DamagedFile, FileNotFoundError):
            return ""

    @property
    def worker(self) -> int | None:
        """The id of the process that trains or trained the run, or None before that."""
        return self._read("worker.json").get("pid")

    def _worker_lives(self) -> bool:
        return lives(self._read("worker.json"))

    @property
    def checkpointed(self) -> bool:
        """Does the run keep a checkpoint from which training could continue?"""
        return any(self.folder.glob("checkpoint-*.pt"))

    def checkpoint(self, part: int = 1) -> dict | None:
        """The checkpoint of a part (a fold, a seed), or None before its first epoch. Raises RunError if damaged."""
        path = self.folder / f"checkpoint-{part}.pt"
        try:
            checkpoint = read_tensors(path)
        except FileNotFoundError:
            return None
        if not isinstance(checkpoint, dict) or not {"weights", "epoch", "since_best"} <= checkpoint.keys():
            raise DamagedFile(path, "is not the checkpoint of a training.")
        return checkpoint

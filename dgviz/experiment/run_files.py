"""The files of a run, read with care: a disk, another program or a person may have changed them."""

import json
import math
import os
import shutil
import stat
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from dgviz.learn import load

LARGEST = 2**28  # bytes of a text; a progress of 10 000 epochs at 600 sites has half of it
LARGEST_WHOLE = 2**63  # a whole number beyond it, which JSON may hold, is none of a run, and may be no float either
NUMBER = (int, float)
RECORD = {"ended": str, "seconds": NUMBER, "device": str, "backend": str, "created": str}
EPOCH = {
    "epoch": int,
    "epochs": int,
    "part": int,
    "parts": int,
    "part_name": str,
    "loss": NUMBER,
    "median_nse": NUMBER,
    "seconds": NUMBER,
    "eta": NUMBER,
    "device": str,
}


class RunError(ValueError):
    """A run that cannot be made, found or read."""


class DamagedFile(RunError):
    """A file of a run that is not what a run writes."""

    def __init__(self, path: Path, what: str):
        # Names and contents of files may hold what is no text.
        super().__init__(f"{path} {what}".encode(errors="backslashreplace").decode())


def check_own(path: Path) -> None:
    """Is it a file, and the run's own? Raises DamagedFile if not, FileNotFoundError where there is none."""
    try:
        mode = os.lstat(path)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DamagedFile(path, f"cannot be read: {error.strerror}.") from None
    if stat.S_ISLNK(mode.st_mode):
        raise DamagedFile(path, "is a link. A run reads only files of its own: put the file itself there.")
    if not stat.S_ISREG(mode.st_mode):
        raise DamagedFile(path, "is not a file.")


def read_bytes(path: Path) -> bytes:
    """What is in a file. Raises DamagedFile, or FileNotFoundError where there is none."""
    check_own(path)
    try:
        if path.stat().st_size > LARGEST:
            raise DamagedFile(path, f"is too large for what it should be: {path.stat().st_size / 2**20:.0f} MB.")
        return path.read_bytes()
    except OSError as error:
        raise DamagedFile(path, f"cannot be read: {error.strerror}.") from None


def parse(line: bytes) -> Any:
    """JSON. Raises ValueError for what is none, is nested too deeply, or has a number that is too large."""
    try:
        return json.loads(line, parse_int=_whole_number)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _whole_number(digits: str) -> int:
    number = int(digits)
    if abs(number) > LARGEST_WHOLE:
        raise ValueError(f"a number of {len(digits)} digits is too large")
    return number


def read_json(path: Path) -> dict:
    """The mapping in a file, empty where there is none. Raises DamagedFile."""
    try:
        content = parse(read_bytes(path))
    except FileNotFoundError:
        return {}
    except DamagedFile:
        raise
    except ValueError as error:
        raise DamagedFile(path, f"is damaged: {short(error)}.") from None
    if not isinstance(content, dict):
        raise DamagedFile(path, "is damaged: it holds no names and values.")
    return content


def read_record(path: Path) -> dict:
    """The record of a run, empty where there is none. Raises DamagedFile."""
    record = read_json(path)
    if not record:
        return record
    wrong = _unlike(record, RECORD)
    if not wrong and record["ended"] not in ("done", "stopped"):
        wrong = "no valid 'ended'"
    if not wrong and not math.isfinite(record["seconds"]):
        wrong = "no valid 'seconds'"
    if wrong:
        raise DamagedFile(path, f"is damaged: it has {wrong}.")
    said = record.get("remarks", [])
    if not isinstance(said, list) or not all(map(_is_remark, said)):
        raise DamagedFile(path, "is damaged: its remarks are none.")
    try:
        datetime.strptime(record["created"], "%Y-%m-%d %H:%M")
    except ValueError:
        raise DamagedFile(path, f"is damaged: created {short(record['created'])!r} is no time.") from None
    return record


def _is_remark(said: Any) -> bool:
    return isinstance(said, list) and len(said) == 3 and all(isinstance(part, str) for part in said)


def is_epoch(record: Any) -> bool:
    """Is it a record of progress?"""
    if not isinstance(record, dict) or _unlike(record, EPOCH):
        return False
    validation, parameters = record.get("validation_loss"), record.get("parameters", {})
    if validation is not None and not isinstance(validation, NUMBER) or not isinstance(parameters, dict):
        return False
    if not (math.isfinite(record["seconds"]) and math.isfinite(record["eta"])):
        return False
    if min(record[name] for name in ("epoch", "epochs", "part", "parts")) < 1:
        return False
    of_sites = record.get("nse", [])
    if not isinstance(of_sites, list) or not all(x is None or isinstance(x, NUMBER) for x in of_sites):
        return False
    return all(isinstance(v, list) and all(isinstance(x, NUMBER) for x in v) for v in parameters.values())


def _unlike(record: Mapping, kinds: Mapping) -> str:
    """Which entry is missing or of another kind; nothing where all are there."""
    wrong = [name for name, kind in kinds.items() if not isinstance(record.get(name), kind)]
    return f"no valid {wrong[0]!r}" if wrong else ""


def read_tensors(path: Path) -> Any:
    """Tensors and numbers as torch saves them, on the CPU. Raises DamagedFile, or FileNotFoundError."""
    check_own(path)
    try:
        with zipfile.ZipFile(path) as archive:  # torch writes checksums into its archives and does not read them
            whole = archive.testzip() is None
        content = load(path) if whole else None
    except Exception as error:  # of torch, zipfile, pickle: whatever a foreign file makes them stumble over
        raise DamagedFile(path, f"is damaged or was not written by a training ({type(error).__name__}).") from None
    if not whole:
        raise DamagedFile(path, "is damaged: its content differs from its checksums.")
    return content


def remove(path: Path) -> None:
    """Remove a file, a link or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def short(words: Any, longest: int = 300) -> str:
    """The beginning of what may be long, as of what was wrong in a file."""
    text = str(words)
    return text if len(text) <= longest else f"{text[:longest]} ..."


def as_called_now(options: dict) -> dict:
    """The options of a run, also of one that was made while shuffled attributes were an option of their own."""
    if "shuffled" not in options:
        return options
    as_now = {"attributes_as": "shuffled" if options["shuffled"] else "given"}
    return {name: value for name, value in options.items() if name != "shuffled"} | as_now

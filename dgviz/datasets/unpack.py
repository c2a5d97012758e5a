"""A zip archive that somebody sent, unpacked: within limits, and nowhere but in the folder that is given."""

import re
import shutil
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from dgviz.datasets.errors import DataError

MOST_BYTES = 2 * 1000**3  # unpacked; thirty years of daily series of a thousand sites as CSV are a tenth of it
MOST_FILES = 20_000
PIECE = 1 << 20  # bytes written at a time
ADDED = ("__MACOSX", "Thumbs.db", "desktop.ini")  # by the file managers of macOS and Windows
UNSEEN = re.compile(r"[\x00-\x1f\x7f]")


def clean_name(name: str, source: str) -> str:
    """The name of a file within a folder, its parts between slashes; '' for one that no person made.

    Raises DataError, naming the `source` of the file, where it leads out of the folder.
    """
    parts = unicodedata.normalize("NFC", name).replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or re.fullmatch(r"[A-Za-z]:", parts[0]):
        raise DataError(f"{source}: the file {name!r} would lie outside of its folder; pack the folder itself again.")
    parts = [UNSEEN.sub("_", part).strip() for part in parts if part not in ("", ".")]
    if any(part.startswith(".") or part in ADDED for part in parts):
        return ""
    return "/".join(parts)


def unpack(archive: Path, name: str, folder: Path, most_bytes: int = MOST_BYTES, most_files: int = MOST_FILES) -> None:
    """Unpack an archive into a folder; what is too much is found while it is written, whatever the archive says.

    `name` is what the archive was called. Raises DataError saying what is wrong with it and what to do.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            free, members = most_bytes, list(_members(opened, name, most_files))
            if not members:
                raise DataError(f"{name}: there is no file in it; pack the folder of the data.")
            for member, target in members:
                file = folder / target
                file.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(member) as packed, file.open("xb") as unpacked:
                    free -= _copy(packed, unpacked, free, name, most_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        why = str(error).rstrip(".") or "it breaks off"
        raise DataError(f"{name}: cannot be read as a zip archive: {why}; pack it again.") from None
    except NotImplementedError:
        raise DataError(f"{name}: is packed in a way that is not read; pack it again as zip (Deflate).") from None
    except (FileExistsError, NotADirectoryError, IsADirectoryError):
        raise DataError(f"{name}: two files in it have the same name; rename one of them.") from None


def _members(opened: zipfile.ZipFile, name: str, most_files: int) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """The files in an archive that a person put there, with their clean names."""
    n_files = 0
    for member in opened.infolist():
        target = clean_name(member.filename, name)
        if member.is_dir() or not target:
            continue
        if stat.S_ISLNK(member.external_attr >> 16):
            raise DataError(f"{name}: {member.filename!r} is a link; put the file itself there.")
        if member.flag_bits & 1:
            raise DataError(f"{name}: {member.filename!r} needs a password; pack it without one.")
        n_files += 1
        if n_files > most_files:
            raise DataError(f"{name}: there are more than {most_files} files in it; pack those of the data alone.")
        yield member, target


def _copy(packed: IO[bytes], unpacked: IO[bytes], free: int, name: str, most_bytes: int) -> int:
    """Write a file, unless it is larger than what is free; its size."""
    n_bytes = 0
    while piece := packed.read(PIECE):
        n_bytes += len(piece)
        if n_bytes > free:
            raise DataError(
                f"{name}: unpacked it is larger than {size(most_bytes)}; send fewer sites or years, or import it on "
                "the server's machine: dgviz data import PATH."
            )
        unpacked.write(piece)
    return n_bytes


def check_room(folder: Path, n_bytes: int) -> None:
    """Raise DataError where there is no room for so many bytes beside what is in a folder."""
    free = shutil.disk_usage(folder).free
    if free < n_bytes:
        raise DataError(f"There is no room for {size(n_bytes)}: only {size(free)} are free on the server's disk.")


def size(n_bytes: float) -> str:
    """A number of bytes as people write it."""
    for unit, factor in (("GB", 1000**3), ("MB", 1000**2), ("kB", 1000)):
        if n_bytes >= factor:
            return f"{n_bytes / factor:.3g} {unit}"
    return f"{n_bytes:.0f} bytes"

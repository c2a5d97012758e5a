"""Checksums of the results of a run: a file that was changed, lost or added since is named when it is read.

Zarr takes a chunk that is not there for one of missing values, and does not notice when the values in one were changed.
"""

import os
import zlib
from collections.abc import Mapping
from pathlib import Path

from zarr.abc.store import ByteRequest
from zarr.core.buffer import Buffer, BufferPrototype, default_buffer_prototype
from zarr.storage import LocalStore, WrapperStore

from dgviz.experiment.run_files import DamagedFile, check_own


def checksum(content: bytes) -> str:
    """CRC-32, as eight hexadecimal digits: it finds damage, no forgery."""
    return f"{zlib.crc32(content):08x}"


def checksums(path: Path) -> dict[str, str]:
    """The checksum of a file, or of every file in a folder by its path in there."""
    if path.is_file():
        return {"": checksum(path.read_bytes())}
    files = (file for file in path.rglob("*") if file.is_file())
    return {file.relative_to(path).as_posix(): checksum(file.read_bytes()) for file in files}


class CheckedStore(WrapperStore[LocalStore]):
    """A folder of arrays, for reading, of which every file is compared with its checksum as it is read.

    Without `known` checksums only what is no file of the folder is refused. Reading raises DamagedFile.
    """

    def __init__(self, folder: Path, known: Mapping[str, str]):
        super().__init__(LocalStore(folder, read_only=True))
        self.folder, self.known = Path(os.path.realpath(folder)), known

    async def get(
        self, key: str, prototype: BufferPrototype | None = None, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """The content of a file, checked; None where there is none and none was written."""
        path = self.folder / key
        if os.path.realpath(path) != str(path):
            raise DamagedFile(path, "is a link. A run reads only files of its own: put the file itself there.")
        if path.exists():
            check_own(path)
        content = await super().get(key, prototype or default_buffer_prototype(), byte_range)
        if content is None and key in self.known:
            raise DamagedFile(path, "is missing.")
        if content is not None and self.known and byte_range is None:
            if key not in self.known:
                raise DamagedFile(path, "was not written with the results.")
            if checksum(content.to_bytes()) != self.known[key]:
                raise DamagedFile(path, "is damaged: its content differs from its checksum.")
        return content

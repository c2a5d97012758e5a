"""Files that arrive in pieces, as a browser sends them: appended one after the other until all are there."""

import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from dgviz.datasets.errors import DataError
from dgviz.datasets.uploads import check_sent, uploads_folder


class Arriving:
    """Files on their way, of the `sizes` in bytes that were told by name; nothing larger is taken."""

    def __init__(self, sizes: Mapping[str, int]):
        check_sent(sizes)
        self.folder = uploads_folder() / secrets.token_hex(6)
        self.folder.mkdir(parents=True)
        self.files = {name: self.folder / str(place) for place, name in enumerate(sizes)}
        self.missing = dict(sizes)
        for file in self.files.values():
            file.touch()

    def add(self, name: str, piece: bytes) -> None:
        """The next piece of a file. Raises DataError where more comes than was told."""
        if name not in self.missing or len(piece) > self.missing[name]:
            raise DataError(f"{name[:100]!r}: more came than was told; send it again.")
        with self.files[name].open("ab") as file:
            file.write(piece)
        self.missing[name] -= len(piece)

    @property
    def complete(self) -> bool:
        """Is all there?"""
        return not any(self.missing.values())

    def drop(self) -> None:
        """Remove what has come."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> dict[str, Path]:
        """The files by name, for as long as they are needed."""
        return self.files

    def __exit__(self, *_: object) -> None:
        self.drop()

"""Prepared files that do not travel with dgviz: the folder of DGVIZ_DATA, else `../shared/data`."""

import os
from pathlib import Path

from dgviz.datasets.errors import DataError


def find_file(source: str, name: str, path: str | Path | None, otherwise: str = "") -> Path:
    """The file `name` of a source, where `path` is itself or its folder, by default as above.

    Raises DataError saying where it was sought, how to name its folder, and what `otherwise` can be done.
    """
    folder = Path(path or os.environ.get("DGVIZ_DATA", "../shared/data"))
    file = folder / name if not folder.is_file() else folder
    if not file.is_file():
        raise DataError(
            f"{source}: {file} does not exist; set the environment variable DGVIZ_DATA to the folder that has {name}."
            f"{otherwise}"
        )
    return file

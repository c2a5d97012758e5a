"""Files and folders that other sessions may read at the same time."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """The name under which to write a file or folder that is then renamed to `path`: it is there whole or not at all.

    What was there before stays until the new is complete.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.partial")
    try:
        yield partial
        _take_the_place(partial, path)
    except BaseException:  # such as a full disk, or Ctrl-C
        with suppress(OSError):
            shutil.rmtree(partial) if partial.is_dir() else partial.unlink()
        raise


def _take_the_place(partial: Path, path: Path) -> None:
    if not path.is_dir():
        partial.replace(path)
        return
    earlier = path.replace(path.with_name(path.name + ".earlier"))  # a folder cannot be renamed onto another
    partial.replace(path)
    shutil.rmtree(earlier)


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file whole or not at all."""
    with whole(path) as partial:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)

"""Fetch large files: an interrupted download continues where it was; a file counts only if its checksum fits.

HTTP ranges: RFC 9110, section 14.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from dgviz.datasets.errors import DataError

CHUNK = 1 << 20  # bytes
TIMEOUT = 60  # seconds without a byte
ATTEMPTS = 5  # in a row that bring nothing
OnBytes = Callable[[int, int | None], None]  # bytes that are there, and of how many where the server says so


class UnreachableError(DataError):
    """The address cannot be reached, is refused, or breaks off again and again."""


class BrokenOffError(Exception):
    """The connection failed; what has come is kept."""


def fetch(address: str, file: Path, md5: str, on_bytes: OnBytes) -> None:
    """Download an address to a file with this MD5 checksum, unless it is there and fits.

    What has arrived is kept as `NAME.part` and continued, now or in a later session, if the server serves ranges.
    Raises UnreachableError; or DataError where the checksum is another, and then `NAME.part` is deleted.
    """
    if file.is_file() and checksum(file) == md5:
        on_bytes(size(file), size(file))
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    failures = 0
    while True:
        before = size(part)
        try:
            append(address, part, on_bytes)
            break
        except BrokenOffError as error:
            # Attempts count only while nothing more arrives.
            failures = failures + 1 if size(part) <= before else 0
            if failures == ATTEMPTS:
                raise UnreachableError(f"{address}: {error}") from None
    found = checksum(part)
    if found != md5:
        part.unlink()
        raise DataError(f"{address}: its checksum is {found}, not {md5}; what came is deleted, try again.")
    part.replace(file)


def append(address: str, part: Path, on_bytes: OnBytes) -> None:
    """Download the missing rest of a file; all of it if the server serves no ranges."""
    part.touch()
    request = Request(address, headers={"User-Agent": "dgviz"})
    if size(part):
        request.add_header("Range", f"bytes={size(part)}-")
    with connected(address, request) as response, part.open("r+b") as out:
        if response is None:
            return
        start, total = extent(response)
        # A server without ranges sends the whole file: then start is 0.
        out.seek(start)
        out.truncate()
        on_bytes(start, total)
        while chunk := read(response):
            out.write(chunk)
            on_bytes(out.tell(), total)
        if total is not None and out.tell() < total:
            raise BrokenOffError("the connection was closed early")


@contextmanager
def connected(address: str, request: Request) -> Iterator[HTTPResponse | None]:
    """The answer of the server, none where there is nothing after the bytes that are there (416)."""
    try:
        response = urlopen(request, timeout=TIMEOUT)
    except HTTPError as error:
        error.close()
        if error.code != 416:
            raise UnreachableError(f"{address}: the server answers {error.code} {error.reason}") from None
        response = None
    except (OSError, HTTPException) as error:
        raise BrokenOffError(getattr(error, "reason", error)) from None
    if response is None:
        yield None
        return
    with response:
        yield response


def read(response: HTTPResponse) -> bytes:
    """Some bytes, none at the end."""
    try:
        return response.read(CHUNK)
    except (OSError, HTTPException) as error:
        raise BrokenOffError(error) from None


def extent(response: HTTPResponse) -> tuple[int, int | None]:
    """Where in the file the answer begins, and the size of the whole file where it is known."""
    span, _, whole = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("/")
    if response.status == 206:
        return int(span.partition("-")[0]), int(whole) if whole.isdigit() else None
    length = response.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None


def size(file: Path) -> int:
    """Bytes of a file, 0 where there is none."""
    return file.stat().st_size if file.is_file() else 0


def checksum(file: Path) -> str:
    """MD5 of a file, as archives publish it: against damage, not against forgery."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()

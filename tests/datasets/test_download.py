"""Downloads from a server of the test's own: whole, broken off and gone on with, without ranges, damaged, absent."""

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from dgviz.datasets import DataError, archive
from dgviz.datasets.download import UnreachableError, fetch
from tests.datasets.camels_files import write_camels

CONTENT = bytes(range(256)) * 1000
MD5 = hashlib.md5(CONTENT).hexdigest()


class Server:
    """Serves `files` by name, parts of them too if `ranges`; hangs up after as many bytes as `breaks` says, in turn."""

    def __init__(self, files, ranges=True, breaks=()):
        self.files, self.ranges, self.breaks, self.asked = files, ranges, list(breaks), []

    @contextmanager
    def running(self) -> Iterator[str]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def handler(server):  # noqa: N805  the handler's methods have `self`
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                name, asked = self.path.partition("?")[0].rpartition("/")[2], self.headers.get("Range")
                server.asked.append((name, asked))
                if name not in server.files:
                    return self.send_error(404)
                content = server.files[name]
                start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and server.ranges else 0
                if start and start >= len(content):
                    self.send_response(416)
                    self.send_header("Content-Range", f"bytes */{len(content)}")
                    return self.end_headers()
                self.send_response(206 if start else 200)
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
                self.send_header("Content-Length", str(len(content) - start))
                self.end_headers()
                n_bytes = server.breaks.pop(0) if server.breaks else len(content)
                self.wfile.write(content[start : start + n_bytes])

            def log_message(self, *_):
                pass

        return Handler


def get(server, tmp_path, md5=MD5):
    """Fetch data.bin; gives the file and what was shown of its progress."""
    shown = []
    with server.running() as address:
        fetch(f"{address}/data.bin", tmp_path / "data.bin", md5, lambda *progress: shown.append(progress))
    return tmp_path / "data.bin", shown


def test_a_whole_download_shows_its_progress(tmp_path):
    file, shown = get(Server({"data.bin": CONTENT}), tmp_path)
    assert file.read_bytes() == CONTENT
    assert shown[0] == (0, len(CONTENT)) and shown[-1] == (len(CONTENT), len(CONTENT))
    assert [path.name for path in tmp_path.iterdir()] == ["data.bin"]


def test_what_is_there_and_fits_is_not_asked_for_again(tmp_path):
    server = Server({"data.bin": CONTENT})
    get(server, tmp_path)
    assert get(server, tmp_path)[1] == [(len(CONTENT), len(CONTENT))]
    assert len(server.asked) == 1
    (tmp_path / "data.bin").write_bytes(b"damaged")
    assert get(server, tmp_path)[0].read_bytes() == CONTENT and len(server.asked) == 2


def test_a_broken_download_goes_on_where_it_was(tmp_path):
    server = Server({"data.bin": CONTENT}, breaks=(1000, 30000))
    file, shown = get(server, tmp_path)
    assert file.read_bytes() == CONTENT
    assert [asked for _, asked in server.asked] == [None, "bytes=1000-", "bytes=31000-"]
    assert shown[-1] == (len(CONTENT), len(CONTENT))


def test_a_later_session_goes_on_where_an_earlier_was(tmp_path):
    (tmp_path / "data.bin.part").write_bytes(CONTENT[:5000])
    server = Server({"data.bin": CONTENT})
    file, shown = get(server, tmp_path)
    assert file.read_bytes() == CONTENT and server.asked == [("data.bin", "bytes=5000-")]
    assert shown[0] == (5000, len(CONTENT))


def test_a_part_that_is_whole_needs_nothing_more(tmp_path):
    (tmp_path / "data.bin.part").write_bytes(CONTENT)
    assert get(Server({"data.bin": CONTENT}), tmp_path)[0].read_bytes() == CONTENT


def test_a_server_without_ranges_starts_again(tmp_path):
    server = Server({"data.bin": CONTENT}, ranges=False, breaks=(1000,))
    assert get(server, tmp_path)[0].read_bytes() == CONTENT
    assert [asked for _, asked in server.asked] == [None, "bytes=1000-"]


def test_a_server_that_always_breaks_off_is_given_up_and_the_part_kept(tmp_path):
    server = Server({"data.bin": CONTENT}, breaks=(1000,) + 50 * (0,))
    with pytest.raises(UnreachableError, match=r"data\.bin: the connection was closed early"):
        get(server, tmp_path)
    assert (tmp_path / "data.bin.part").read_bytes() == CONTENT[:1000] and not (tmp_path / "data.bin").exists()


def test_a_wrong_checksum_leaves_nothing(tmp_path):
    with pytest.raises(DataError, match=f"its checksum is {MD5}, not 0123; what came is deleted, try again"):
        get(Server({"data.bin": CONTENT}), tmp_path, md5="0123")
    assert not list(tmp_path.iterdir())


def test_a_part_of_another_file_is_found_out(tmp_path):
    (tmp_path / "data.bin.part").write_bytes(b"x" * 5000)
    with pytest.raises(DataError, match="its checksum is"):
        get(Server({"data.bin": CONTENT}), tmp_path)
    assert get(Server({"data.bin": CONTENT}), tmp_path)[0].read_bytes() == CONTENT


def test_a_refusal_is_said(tmp_path):
    with pytest.raises(UnreachableError, match=r"data\.bin: the server answers 404 Not Found"):
        get(Server({}), tmp_path)


# ---- the archive of CAMELS-US


@pytest.fixture
def published(tmp_path, monkeypatch):
    """The files of a small archive, with their checksums in place of those of the record."""
    root = write_camels(tmp_path / "source", sites=("01013500", "01022500"))
    with zipfile.ZipFile(tmp_path / "series.zip", "w") as series:
        for file in sorted((root / "basin_dataset_public_v1p2").rglob("*.txt")):
            series.write(file, file.relative_to(root))
        series.writestr("basin_dataset_public_v1p2/basin_mean_forcing/maurer/01/large.txt", "not needed")
    files = {file.name: file.read_bytes() for file in (root / "camels_attributes_v2.0").iterdir()}
    files[archive.SERIES] = (tmp_path / "series.zip").read_bytes()
    monkeypatch.setattr(archive, "FILES", {name: hashlib.md5(data).hexdigest() for name, data in files.items()})
    return files


def test_only_what_is_read_is_unpacked_and_whole(published, tmp_path):
    folder = tmp_path / "downloads"
    folder.mkdir()
    (folder / archive.SERIES).write_bytes(published[archive.SERIES])

    def break_off(names):
        yield names[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        archive.unpack(folder, break_off)
    assert not (folder / "series").exists()
    archive.unpack(folder)
    assert {file.parents[1].name for file in (folder / "series").rglob("*.txt")} == {"daymet", "usgs_streamflow"}


def test_offline_it_says_what_to_put_where(published, tmp_path, monkeypatch):
    monkeypatch.setenv("DGVIZ_ARCHIVE", "http://127.0.0.1:9")  # nobody listens
    with pytest.raises(DataError) as error:
        archive.download("camels_topo.txt", tmp_path / "here", lambda *_: None)
    for part in (
        "127.0.0.1:9",
        "by hand",
        "https://zenodo.org/records/15529996",
        archive.SERIES,
        str(tmp_path / "here"),
    ):
        assert part in str(error.value)


def test_the_record_is_asked_for_the_files_that_the_reader_needs():
    assert archive.record() == "https://zenodo.org/records/15529996"
    assert {"camels_topo.txt", "camels_name.txt", "camels_clim.txt", archive.SERIES} <= archive.FILES.keys()
    assert all(len(md5) == 32 for md5 in archive.FILES.values())

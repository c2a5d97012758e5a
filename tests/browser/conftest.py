"""A real server, started as a user would, and a real browser that may talk to nobody else."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.browser.dashboard import PATIENCE, Dashboard

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")


def pytest_collection_modifyitems(items):
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="needs Chromium (Debian: apt install chromium)"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, which asks nobody for updates."""
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": [*QUIET, "--disable-sync", "--no-first-run"],
    }


@pytest.fixture(scope="session")
def runs_folder(tmp_path_factory):
    """Where the server keeps its runs."""
    return tmp_path_factory.mktemp("browser") / "runs"


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def served(runs_folder, *options, port=None):
    """The address of `dgviz serve` in a process of its own."""
    port = port or free_port()
    command = [sys.executable, "-c", "from dgviz.cli import app; app()", "serve", f"--port={port}", *options]
    log = runs_folder.with_name(f"server-{port}.log")
    with log.open("w") as file:
        process = subprocess.Popen(
            [*command, f"--runs={runs_folder}"],
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(address, process, log)
        yield address
        assert process.poll() is None, f"The server died:\n{log.read_text()}"
    finally:
        process.send_signal(signal.SIGINT)  # as Ctrl-C does: it takes its training process along
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
    assert "Traceback" not in log.read_text(), log.read_text()


@pytest.fixture(scope="session")
def server(runs_folder):
    """The server that most tests share."""
    with served(runs_folder) as address:
        yield address


def _wait_until_it_answers(address, process, log):
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError(f"The server ended at once:\n{log.read_text()}")
        try:
            urllib.request.urlopen(f"{address}/favicon.ico", timeout=1).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not answer:\n{log.read_text()}")


@pytest.fixture(scope="session")
def base_url(server):
    """What addresses in tests are relative to."""
    return server


@pytest.fixture
def page(page, server):
    """A page that must ask no other host for anything, and write no error to its console."""
    page.set_default_timeout(PATIENCE)
    outside, errors = [], []
    own = (server, server.replace("http", "ws", 1), "data:", "blob:")
    page.on("request", lambda request: None if request.url.startswith(own) else outside.append(request.url))
    page.on("websocket", lambda socket: None if socket.url.startswith(own) else outside.append(socket.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    assert outside == [], "The page asked other hosts"
    assert errors == [], "The browser's console has errors"


@pytest.fixture
def dashboard(page, server):
    """The dashboard, not opened yet."""
    return Dashboard(page, server)

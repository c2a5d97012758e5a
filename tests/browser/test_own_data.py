"""Own data in a real browser: dropped as a zip archive or chosen as a folder, looked at, opened, seen on the map."""

import base64
import io
import zipfile

import pytest

from tests.browser.conftest import served
from tests.datasets.own_files import SITES, write_own


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server with a cache of its own."""
    folder = tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DGVIZ_CACHE", str(folder / "cache"))
        with served(folder / "runs") as address:
            yield address


def drop(page, name: str, content: bytes) -> None:
    """Drop a file on the zone, as the browser tells it."""
    given = page.evaluate_handle(
        """([name, content]) => {
          const dropped = new DataTransfer()
          dropped.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name))
          return dropped
        }""",
        [name, base64.b64encode(content).decode()],
    )
    page.locator(".zone").dispatch_event("drop", {"dataTransfer": given})


def test_a_dropped_archive_is_opened_in_three_actions_and_a_folder_chosen(dashboard, tmp_path):
    folder, written = write_own(tmp_path / "rivers"), io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
        archive.writestr("noise.bin", bytes(range(256)) * 40_000, zipfile.ZIP_STORED)  # 10 MB: more than one message
    dashboard.open()
    dashboard.turn_to("Data")
    drop(dashboard.page, "own rivers.zip", written.getvalue())
    dashboard.sees("731, 2000-01-01 to 2001-12-31")
    dashboard.press("Open it")
    dashboard.page.wait_for_function("new URLSearchParams(location.search).get('data').startsWith('own_rivers-')")
    dashboard.turn_to("Budget")
    dashboard.wait_for_column("site", f"values.join() === '{','.join(SITES)}'")

    dashboard.turn_to("Data")
    dashboard.page.locator("input[webkitdirectory]").set_input_files(folder)
    dashboard.sees("731, 2000-01-01 to 2001-12-31")
    assert dashboard.page.get_by_label("Name", exact=True).input_value() == "rivers"
    dashboard.press("Discard")
    dashboard.press("Remove")
    dashboard.press("Remove for good")
    dashboard.wait_for(data="delaware")

"""A workshop in two browsers: who sits at the machine shows something to all, and a visitor sees it."""

import io
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import served
from tests.browser.dashboard import PATIENCE, Dashboard

PASSWORD = "open sesame"
SIZES = {"desk": (1440, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("workshop") / "runs"
    with served(folder, "--workshop", f"--password={PASSWORD}") as address:
        yield address


@pytest.fixture
def come_in(workshop, browser):
    """Makes a page that has given the password; of who sits elsewhere where a number is given."""
    contexts = []

    def open_page(number=None, **query):
        away = {"X-Forwarded-For": f"192.0.2.{number}"} if number else {}
        contexts.append(browser.new_context(extra_http_headers=away))
        dashboard = Dashboard(contexts[-1].new_page(), workshop)
        dashboard.page.goto(workshop)
        dashboard.page.locator("input[type=password]").fill(PASSWORD)
        dashboard.page.get_by_role("button", name="Open").click()
        dashboard.wait_until_complete()
        return dashboard

    yield open_page
    for context in contexts:
        context.close()


def give_name(dashboard, name):
    dashboard.page.get_by_label("Your name").fill(name)
    dashboard.press("Come in")
    expect(dashboard.page.get_by_role("dialog")).to_have_count(0)


def test_the_instructor_shows_a_lesson_and_a_site_to_all(come_in, tmp_path):
    teacher, visitor = come_in(), come_in(7)
    expect(visitor.page.get_by_role("button", name="The room")).to_have_count(0)
    give_name(visitor, "Ada <b>Lovelace</b>")
    teacher.press("The room")
    teacher.sees("Ada <b>Lovelace</b>")
    teacher.sees("No visitor has trained a run on these data yet")
    teacher.press("Open it for all")
    visitor.sees("The instructor has opened this lesson for all")
    assert visitor.query["lesson"]
    visitor.press("Leave lesson")
    teacher.press("Show my site to all")
    visitor.wait_for(site=teacher.query["site"])
    visitor.sees("The instructor shows this basin to all")

    run = visitor.train()
    visitor.wait_for(run=run)
    teacher.sees("Of 1 visitor the newest run")
    for size, (width, height) in SIZES.items():
        teacher.page.set_viewport_size({"width": width, "height": height})
        dialog = teacher.page.get_by_role("dialog")
        box = dialog.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        teacher.page.screenshot(path=Path(tmp_path / f"room-{size}.png"))

    visitor.press("Details")
    with visitor.page.expect_download(timeout=PATIENCE) as taken:
        visitor.press("Take home, ZIP")
    assert taken.value.suggested_filename == f"{run}.zip"
    with zipfile.ZipFile(io.BytesIO(Path(taken.value.path()).read_bytes())) as archive:
        assert f"{run}/weights.pt" in archive.namelist()

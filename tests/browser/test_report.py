"""The report of a run as a file in a browser that has no network."""

import re

import pytest

from dgviz import list_runs
from dgviz.paths import data_folder
from dgviz.ui.report import report


@pytest.mark.parametrize("name", ["delaware-hbv", "twin-leaf"])
def test_all_figures_are_drawn_without_a_network(browser, tmp_path, name):
    run = {run.id: run for run in list_runs(data_folder() / "runs")}[name]
    file = tmp_path / "report.html"
    file.write_text(report(run), encoding="utf-8")
    context = browser.new_context(offline=True, viewport={"width": 1000, "height": 900})
    page, said, asked = context.new_page(), [], []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_function("window.Bokeh && Bokeh.documents.length && Bokeh.documents.every(doc => doc.is_idle)")
    count = len(re.findall("<div id='figure-", file.read_text(encoding="utf-8")))
    places = page.locator("[id^=figure-]")
    assert places.count() == count
    for i in range(count):
        assert places.nth(i).locator(".bk-Figure, svg").count() and places.nth(i).bounding_box()["height"] > 60
    assert said == [] and [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()

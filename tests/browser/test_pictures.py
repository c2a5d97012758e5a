"""What is taken away of a card in a browser, and what an address keeps of it."""

import re

import pytest
from playwright.sync_api import expect

# What a click at a place of the window takes.
ON_TOP = """([x, y]) => {
    let top = document.elementFromPoint(x, y)
    while (top.shadowRoot) top = top.shadowRoot.elementFromPoint(x, y)
    return top.dataset.take
}"""


@pytest.fixture
def scores(dashboard):
    dashboard.page.set_viewport_size({"width": 1440, "height": 900})
    dashboard.open(page="Scores", run="delaware-hbv", baseline="delaware-without-snow")
    dashboard.wait_until_drawn()
    return dashboard


def curves(dashboard):
    return dashboard.page.locator(".card", has_text=re.compile("over 94 basins")).first


def test_a_choice_in_a_card_survives_reload_and_back(scores):
    scores.choose("Score", "KGE")
    scores.wait_for(**{"ScoreDistribution.score": "kge_2012"})
    expect(curves(scores).get_by_role("heading")).to_have_text(re.compile("^KGE over"))
    scores.page.reload()
    scores.wait_until_complete()
    expect(curves(scores).get_by_role("heading")).to_have_text(re.compile("^KGE over"))
    scores.page.go_back()
    expect(curves(scores).get_by_role("heading")).to_have_text(re.compile("^NSE over"))
    scores.page.go_forward()
    expect(curves(scores).get_by_role("heading")).to_have_text(re.compile("^KGE over"))


def test_what_may_be_taken_lies_over_the_card_and_closes(scores):
    card = curves(scores)
    menu, button = card.locator("details.take > div"), card.locator(".take summary")
    before = card.bounding_box()
    for leave in (lambda: scores.page.keyboard.press("Escape"), lambda: scores.page.mouse.click(3, 3)):
        button.click()
        inside = card.get_by_role("button", name="Copy Python")
        box = inside.bounding_box()
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        assert card.bounding_box() == before and scores.page.evaluate(ON_TOP, middle) == "figure"
        leave()
        expect(menu).to_be_hidden()


def test_an_exported_figure_has_key_and_run_and_no_word_of_the_page(scores):
    card = curves(scores)
    card.locator(".take summary").click()
    with scores.page.expect_download() as made:
        card.get_by_role("button", name="SVG").click()
    assert made.value.suggested_filename == "NSE over 94 basins, Delaware River Basin, 1979-1980.svg"
    svg = made.value.path().read_text()
    width = float(re.search(r'width="([\d.]+)"', svg)[1])
    ends = scores.page.evaluate(
        """(svg) => {
        document.body.insertAdjacentHTML("beforeend", `<div id="made" style="position:fixed;left:0;top:0">${svg}</div>`)
        return [...document.querySelectorAll("#made text")].map((text) => text.getBoundingClientRect().right)
    }""",
        svg,
    )
    assert "A: HBV, example, median 0.7" in svg and "B: HBV without snow, example, median 0." in svg
    assert "94 basins of Delaware River Basin" in svg and "Ticks on the axis" in svg and "A box selects" not in svg
    assert ends and max(ends) <= width and "data:font/woff2" in svg


def test_texts_of_an_exported_diagram_keep_their_halo(dashboard):
    dashboard.open(page="Budget", run="delaware-hbv")
    dashboard.wait_until_drawn()
    card = dashboard.page.locator(".card", has=dashboard.page.locator("svg.buckets")).first
    card.locator(".take summary").click()
    with dashboard.page.expect_download() as made:
        card.get_by_role("button", name="SVG").click()
    texts = re.findall(r"<text[^>]*style=\"([^\"]*)\"", made.value.path().read_text())
    assert texts and all("paint-order: stroke" in style and "stroke-width: 3.5px" in style for style in texts)


def test_what_fails_while_a_figure_is_drawn_is_said(scores):
    scores.page.evaluate("() => { HTMLCanvasElement.prototype.toBlob = () => { throw new Error('no memory') } }")
    card = curves(scores)
    card.locator(".take summary").click()
    card.get_by_role("button", name="PNG, 300 dpi").click()
    scores.sees(re.compile("The picture could not be made: Error: no memory"))

"""What a newcomer wants to do, each in at most four actions: a click, a choice, a drag, a press of keys.

Own files are opened in three: test_own_data.py.
"""

import re
import subprocess
import sys
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser.dashboard import Dashboard
from tests.browser.test_flows import NORTH, SMALL

MOST = 4
PATIENCE = 120_000


# Has what has the focus a role that a browser tells, or a name?
ROLE_OR_NAME = """() => {
  let element = document.activeElement
  while (element.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  return element.tagName !== "DIV" || element.hasAttribute("role") || element.hasAttribute("aria-label")
}"""


class Person:
    """Counts what is done on a dashboard."""

    def __init__(self, dashboard):
        self.dashboard, self.page, self.actions = dashboard, dashboard.page, 0

    def does(self, action, *given):
        self.actions += 1
        return action(*given)

    def opens(self, lens):
        self.does(self.dashboard.turn_to, lens)
        self.dashboard.wait_until_drawn()

    def presses(self, label):
        self.does(self.dashboard.press, label)


@contextmanager
def task(dashboard, name, most=MOST):
    """A task that begins on the first page, unless an address was opened already."""
    person = Person(dashboard)
    yield person
    print(f"\n{name}: {person.actions} actions")
    assert 0 < person.actions <= most, f"{name} took {person.actions} actions"


@pytest.fixture
def first_page(dashboard):
    dashboard.page.set_viewport_size({"width": 1440, "height": 900})
    dashboard.open()
    return dashboard


def test_find_a_snowy_basin(first_page):
    with task(first_page, "snowy basin found") as person:
        picker = first_page.page.get_by_role("combobox", name="Colour")
        person.does(picker.click)
        person.does(first_page.page.get_by_placeholder("Search...").fill, "snow fraction")
        person.does(first_page.page.get_by_role("menuitem", name=re.compile("Snow fraction")).click)
        first_page.sees(re.compile("^Snow fraction"))
        values = first_page.column("value")
        person.does(first_page.click_site, max(first_page.free_sites(), key=lambda site: values[site]))
        first_page.page.wait_for_function("new URLSearchParams(location.search).get('site') !== '01415000'")


def test_switch_snow_off_and_see_it_within_seconds(first_page):
    with task(first_page, "snow off and seen") as person:
        person.presses("Model")
        person.does(first_page.page.get_by_role("combobox", name="Snow", exact=True).click)
        person.does(first_page.page.get_by_role("menuitem", name="No snow", exact=True).click)
        first_page.wait_for(snow="NoSnow")
        person.presses("Try it")
        first_page.wait_for_column("learning", "values.some(Number.isFinite)")  # drawn while it learns
        first_page.sees(re.compile("after epoch"))  # the map follows
    first_page.page.wait_for_function("new URLSearchParams(location.search).get('baseline') !== ''", timeout=PATIENCE)
    first_page.sees(re.compile("epochs from HBV"))  # a short run is said to be one
    with task(first_page, "compared") as person:
        person.opens("Compare")
        first_page.sees("Degree-day snow")


def test_name_the_parameter_that_matters_for_low_flow(first_page):
    with task(first_page, "parameter that matters for low flow") as person:
        person.opens("Sensitivity")
        person.does(first_page.choose, "For", "Low values")
        first_page.sees(
            # by itself, or as the first of the parameters where a forcing matters more
            re.compile(
                "For low values of .*(maximum perc|baseflow|interflow|quickflow|upper).* matters most|"
                "For low values of .* most, of the parameters (maximum perc|baseflow|interflow|quickflow|upper)"
            )
        )


def test_read_the_balance_drag_a_slider_and_have_beta_explained(first_page):
    with task(first_page, "water balance read") as person:
        person.opens("Budget")
        first_page.sees("Evapotranspiration")
        first_page.sees(re.compile("Balance of"))
    with task(first_page, "slider dragged") as person:
        person.opens("What if")
        person.does(first_page.drag, re.compile("beta"), 0.3)
        first_page.sees(re.compile("what if: beta"))
    with task(first_page, "beta explained") as person:
        person.presses("Model")
        person.does(first_page.page.get_by_role("button", name=re.compile("ranges: soil")).click)
        first_page.sees(re.compile("Shape of the recharge curve"))


def test_export_a_figure_and_run_its_python(first_page, tmp_path):
    page = first_page.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card = page.locator(".card", has_text="Stores and fluxes on").first
    with task(first_page, "figure exported") as person:
        person.does(card.locator(".take summary").click)
        with page.expect_download() as made:
            person.does(card.get_by_role("button", name="PNG, 300 dpi").click)
        content = made.value.path().read_bytes()
        place = content.index(b"pHYs")
        assert int.from_bytes(content[place + 4 : place + 8], "big") == 11811  # pixels in a metre: 300 dpi
    with task(first_page, "its Python run") as person:
        person.does(card.locator(".take summary").click)
        person.does(card.get_by_role("button", name="Copy Python", exact=True).click)
        lines = first_page.copied("picture(")
        script = f"{lines.replace('picture(', 'made = picture(')}\nprint(made.heading)"
        said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        expect(card.get_by_role("heading")).to_have_text(said.stdout.strip())


def test_share_the_address(first_page):
    first_page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with task(first_page, "address shared") as person:
        person.does(first_page.page.get_by_role("button", name="Copy a link to this view").click)
        assert first_page.copied("http://") == first_page.page.url
    shared = first_page.query
    other = Dashboard(first_page.page.context.new_page(), first_page.server)
    other.open(**{name: value for name, value in shared.items() if name != "chart"})  # that is written by the session
    assert other.query == shared


def test_train_a_lasso_stop_and_go_on(dashboard):
    dashboard.page.set_viewport_size({"width": 1440, "height": 900})
    dashboard.open(epochs=400, **SMALL)
    with task(dashboard, "lasso trained") as person:
        selected = person.does(dashboard.lasso, *NORTH)
        person.actions += 1  # the tool is chosen, then drawn with
        person.presses("Train")
        dashboard.sees(re.compile("epoch [0-9]+ of 400"))
    with task(dashboard, "stopped") as person:
        person.presses("Stop")
        dashboard.page.wait_for_function("new URLSearchParams(location.search).get('run') !== 'delaware-hbv'")
        dashboard.sees(re.compile(f"trained on {len(selected)} of 94 basins"))
    with task(dashboard, "resumed") as person:
        person.presses("Details")
        stopped = dashboard.query["followed"]
        person.presses("Train longer")  # to the end that was planned
        dashboard.page.wait_for_function(f"new URLSearchParams(location.search).get('followed') !== {stopped!r}")
        dashboard.sees(re.compile("epoch [0-9]+ of 400"))
        dashboard.press("Stop")


def test_all_by_keyboard(first_page):
    page = first_page.page

    def tab_to(role, name):
        for _ in range(60):
            page.keyboard.press("Tab")
            assert page.evaluate(ROLE_OR_NAME), "the tabulator stops at something without a name"
            at = page.get_by_role(role, name=name).locator("visible=true").first
            if at.evaluate("(element) => element.getRootNode().activeElement === element"):
                return
        raise AssertionError(f"{name} cannot be reached by the tabulator")

    tab_to("link", "Skip to the lens")
    tab_to("tab", "Water")
    page.keyboard.press("ArrowRight")
    first_page.wait_for(page="Sensitivity")
    page.locator("[aria-label^='Map of basins']").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("new URLSearchParams(location.search).get('site') !== '01415000'")
    tab_to("button", "Train")

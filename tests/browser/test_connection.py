"""Back and forward, a connection that is lost, and a page that is slower than its session."""

import asyncio
import threading
from concurrent.futures import wait

import pytest

from dgviz.ui.app import create_app
from dgviz.ui.instrument import workspace
from dgviz.ui.server import Access, make_server
from dgviz.ui.session.background import Computed
from dgviz.ui.session.store import DataStore
from tests.browser.conftest import free_port, served
from tests.browser.dashboard import Dashboard


def test_back_and_forward_move_the_page(dashboard):
    dashboard.open(site="01439500")
    before = dashboard.page.evaluate("history.length")
    dashboard.turn_to("Compare")
    dashboard.turn_to("Checks")
    dashboard.page.go_back()
    dashboard.stands_on("Compare")
    dashboard.page.go_back()
    dashboard.stands_on("Budget")
    dashboard.page.go_forward()
    dashboard.stands_on("Compare")
    dashboard.wait_for(page="Compare", site="01439500")
    assert dashboard.page.evaluate("history.length") == before + 2


def test_going_back_faster_than_the_session_follows_loses_no_step(dashboard):
    dashboard.open(site="01439500")
    dashboard.turn_to("Compare")
    dashboard.turn_to("Checks")
    dashboard.page.evaluate("history.back(); setTimeout(() => history.back(), 50)")
    dashboard.wait_for(page="Budget", site="01439500")
    dashboard.stands_on("Budget")
    dashboard.wait_until_complete()
    for page in ("Compare", "Checks"):
        dashboard.page.go_forward()
        dashboard.wait_for(page=page, site="01439500")
        dashboard.stands_on(page)


def test_back_brings_the_site_and_the_selection_back(dashboard):
    dashboard.open(site="01439500")
    dashboard.click_site(dashboard.free_sites()[0])
    dashboard.page.wait_for_function("new URLSearchParams(location.search).get('site') !== '01439500'")
    dashboard.page.go_back()
    dashboard.sees("01439500")
    dashboard.wait_for(site="01439500")


def test_a_page_comes_back_where_it_was_when_the_server_does(context, tmp_path):
    port, page = free_port(), context.new_page()
    dashboard = Dashboard(page, f"http://127.0.0.1:{port}")
    with served(tmp_path / "runs", port=port):
        dashboard.open(page="Compare", site="01439500")
        page.locator("#lost").wait_for(state="hidden")
    page.locator("#lost").wait_for(state="visible")
    assert "lost" in page.locator("#lost").inner_text()
    with served(tmp_path / "runs", port=port):
        page.wait_for_function("document.getElementById('loader') === null && document.getElementById('lost').hidden")
        dashboard.wait_until_complete()
        dashboard.wait_for(page="Compare", site="01439500")
        dashboard.sees("Runs")


@pytest.fixture
def hasty(tmp_path):
    """The port of a server that lets sessions go after a second without a connection."""
    store = DataStore(tmp_path, "delaware")
    ready, found = threading.Event(), {}

    def run():
        async def serve():
            server = make_server(lambda: create_app(store), 0, "127.0.0.1", Access(), forgotten=1, look=0.3)
            server.start()
            found.update(port=server.port, loop=asyncio.get_running_loop(), end=asyncio.Event())
            ready.set()
            await found["end"].wait()
            server.stop()

        asyncio.run(serve())

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(60)
    yield found["port"]
    found["loop"].call_soon_threadsafe(found["end"].set)
    thread.join(30)
    store.close()


def test_a_page_that_is_slower_than_its_session_is_drawn(context, hasty):
    page, errors = context.new_page(), []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.route("**/bokeh.min.js*", lambda route: (page.wait_for_timeout(5000), route.continue_()))
    dashboard = Dashboard(page, f"http://127.0.0.1:{hasty}")
    dashboard.open(page="Compare", site="01439500")
    dashboard.sees("Runs")
    assert errors == []


def test_what_is_computed_while_its_lens_is_made_is_drawn(context, hasty, monkeypatch):
    make, ask, asked = workspace._islands, Computed.ask, []

    def remember(self, key, work):
        asked.append(ask(self, key, work))
        return asked[-1]

    def make_slowly(state, name):
        made = make(state, name)
        wait(asked, 60)  # so that what is computed comes before the browser has the lens
        return made

    monkeypatch.setattr(Computed, "ask", remember)
    monkeypatch.setattr(workspace, "_islands", make_slowly)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    Dashboard(page, f"http://127.0.0.1:{hasty}").open(page="Sensitivity")
    page.wait_for_function(
        "[...Bokeh.documents[0]._all_models.values()].some(m => /^Change of the mean of/.test(m.axis_label))"
    )
    assert errors == []

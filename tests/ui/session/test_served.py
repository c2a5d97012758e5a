"""What differs in a page that is served: others are looked at now and then, and slow work is done beside the server."""

import asyncio
import threading
from contextvars import ContextVar
from types import SimpleNamespace

import pytest
from bokeh.document import Document

from dgviz.ui.session.served import in_background, now_and_then, served, to_session


@pytest.fixture
def page(monkeypatch, served_at_once):
    """A page in a browser, with what it was asked to do now and then, and at its next tick."""
    document = SimpleNamespace(session_context=True, ticks=[])
    document.add_next_tick_callback = document.ticks.append
    periodic = []
    state = SimpleNamespace(
        curdoc=document,
        onload=lambda begin: begin(),
        add_periodic_callback=lambda look, period: periodic.append((look, period)),
    )
    monkeypatch.setattr("dgviz.ui.session.served.pn.state", state)
    return SimpleNamespace(document=document, periodic=periodic)


def test_outside_a_page_all_is_done_at_once_and_nothing_again():
    done = []
    in_background(lambda show: show(lambda: done.append(threading.current_thread())))
    now_and_then(lambda: done.append("looked"))
    assert done == [threading.current_thread()] and served() is None


def test_in_a_page_work_is_done_beside_the_server_and_shown_in_the_session(page):
    worked, done = threading.Event(), []
    in_background(lambda show: (show(lambda: done.append("shown")), worked.set()))
    assert worked.wait(10) and not done
    page.document.ticks[0]()
    assert done == ["shown"] and served() is page.document


def test_a_page_looks_every_other_second(page):
    now_and_then(print)
    assert page.periodic == [(print, 2000)]


def test_a_thread_never_touches_the_document_of_a_page(monkeypatch):
    """A document that holds back its changes, as while a card is filled, can lose what a thread adds to it."""
    document = Document()
    document._session_context = SimpleNamespace  # makes something, as the weak reference to a session does
    monkeypatch.setattr("dgviz.ui.session.served.pn.state", SimpleNamespace(curdoc=document))

    async def serve():
        show = to_session()
        thread = threading.Thread(target=show, args=(print,))
        thread.start()
        thread.join()
        assert not document.session_callbacks
        await asyncio.sleep(0.01)  # the loop goes on
        assert len(document.session_callbacks) == 1
        document._session_context = None  # the page was closed
        show(print)
        await asyncio.sleep(0.01)
        assert len(document.session_callbacks) == 1

    asyncio.run(serve())


def test_what_another_session_hands_over_is_done_as_if_nobody_else_were_there(monkeypatch):
    """Panel keeps in a context whose page it works on: in that of another session it would change that one's page."""
    working_on = ContextVar("working_on", default="nobody's page")
    found = []
    document = SimpleNamespace(session_context=True)
    document.add_next_tick_callback = lambda action: found.append(working_on.get())
    monkeypatch.setattr("dgviz.ui.session.served.pn.state", SimpleNamespace(curdoc=document))

    async def serve():
        show = to_session()
        working_on.set("another page")
        show(print)
        await asyncio.sleep(0.01)

    asyncio.run(serve())
    assert found == ["nobody's page"]

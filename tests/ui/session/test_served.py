"""What differs in a page that is served: others are looked at now and then, and slow work is done beside the server."""

import threading
from types import SimpleNamespace

import pytest

from dgviz.ui.session.served import in_background, now_and_then, served


@pytest.fixture
def page(monkeypatch):
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

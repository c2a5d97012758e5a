"""What a session tells its browser arrives, also what comes while earlier messages are being written."""

import asyncio
from types import SimpleNamespace

import pytest
from bokeh.document import Document
from panel.io import document as of_panel

from dgviz.ui.session.messages import AS_SHIPPED, lose_none


class Browser:
    """A connection to a browser that takes a while to receive each message."""

    def __init__(self):
        self.got = []
        self.free = asyncio.Event()
        self._socket = self
        self.protocol = SimpleNamespace(create=lambda _, events: events)

    async def receive(self, message):
        await self.free.wait()
        self.got.append(message)


async def two_in_turn() -> list[str]:
    """Two messages, of which the second comes when the first is about to have arrived."""
    document, browser = Document(), Browser()
    of_panel.schedule_write_events(document, [browser], "first")
    await asyncio.sleep(0)  # the first is on its way
    browser.free.set()
    await asyncio.sleep(0)  # it is received; who waits for that comes next
    of_panel.schedule_write_events(document, [browser], "second")
    for _ in range(20):
        await asyncio.sleep(0)
    return browser.got


@pytest.fixture
def slow_browsers(monkeypatch):
    """Panel's way to write a message, to a `Browser`."""
    monkeypatch.setattr(of_panel, "dispatch_django", lambda browser, msg: [asyncio.ensure_future(browser.receive(msg))])
    monkeypatch.setattr(of_panel, "_dispatch_msgs", AS_SHIPPED)


def test_a_message_that_comes_while_another_is_written_arrives(slow_browsers):
    lose_none()
    assert asyncio.run(two_in_turn()) == ["first", "second"]


def test_the_cure_is_still_needed(slow_browsers):
    assert asyncio.run(two_in_turn()) == ["first"], "Panel writes all by itself now: take lose_none() away."

"""Computing in the background: once for all who ask, nothing that nobody waits for, failures tried again."""

import threading

import pytest
from bokeh.document import Document

from dgviz.ui.lenses.computing import ComputingView
from dgviz.ui.session import background as module
from dgviz.ui.session.background import Computed


@pytest.fixture
def busy():
    """Computations behind one that lasts until the test lets it go."""
    computed, gate = Computed(), threading.Event()
    computed.ask("gate", gate.wait)
    yield computed, gate
    gate.set()


def test_a_key_is_computed_once():
    computed, calls = Computed(), []
    futures = [computed.ask("a", lambda: calls.append(1)) for _ in range(3)]
    assert [f.result() for f in futures] == [None] * 3 and len(calls) == 1


def test_what_failed_is_tried_again():
    computed = Computed()
    with pytest.raises(ZeroDivisionError):
        computed.ask("a", lambda: 1 / 0).result()
    assert computed.ask("a", lambda: 2).result() == 2


def test_what_nobody_waits_for_is_not_begun(busy):
    computed, gate = busy
    wanted, left = computed.ask("wanted", lambda: 1), computed.ask("left", lambda: 2)
    shared = [computed.ask("shared", lambda: 3) for _ in range(2)]
    computed.leave("left")
    computed.leave("shared")
    gate.set()
    assert left.cancelled() and wanted.result() == 1 and shared[0].result() == 3
    assert computed.ask("left", lambda: 4).result() == 4


def test_only_so_much_is_kept(monkeypatch):
    monkeypatch.setattr(module, "ROOM", 2)
    computed, calls = Computed(), []
    for key in "abca":
        computed.ask(key, lambda key=key: calls.append(key)).result()
    assert calls == ["a", "b", "c", "a"]


class Slow(ComputingView):
    """Slow."""

    def body(self):
        return None


def test_a_view_drops_an_earlier_question_and_says_what_it_computes(state, busy, monkeypatch, served_at_once):
    computed, gate = busy
    state.store.computed = computed
    view, shown, ticks, document = Slow(state=state), [], [], Document()
    call = staticmethod(lambda action: action())  # the page is loaded
    served = type("Context", (), {"session_context": True, "add_next_tick_callback": lambda _, f: ticks.append(f)})()
    monkeypatch.setattr("dgviz.ui.lenses.computing.pn.state", type("State", (), {"curdoc": served, "onload": call}))
    view.compute("it", ("old",), lambda: "old", shown.append)
    view.compute("it", ("new",), lambda: "new", shown.append)
    assert view.hint == "computing it \u2026" and not shown
    gate.set()
    computed.ask(("it", "new"), str).result()
    while not ticks:
        pass
    ticks[-1]()
    assert shown == ["new"] and view.hint == ""
    assert document is not served


def test_a_failure_is_said_in_the_card(state, caplog):
    view = Slow(state=state)
    view.compute("it", (), lambda: {}["gone <b>"], print)
    assert "gone &lt;b&gt;" in view._place[0].object

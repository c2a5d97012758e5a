"""What differs in a page that is served to a browser: outside of one, as in a notebook, all is done at once."""

import threading
from collections.abc import Callable
from contextvars import Context

import panel as pn
from bokeh.document import Document
from tornado.ioloop import IOLoop

LOOK = 2000  # ms between two looks at what others may have changed


def served() -> Document | None:
    """The document of the page that a browser shows; None outside a served page."""
    document = pn.state.curdoc
    return document if document is not None and document.session_context else None


def to_session() -> Callable[[Callable[[], None]], None]:
    """What hands an action over to the session of this page from any thread. On the spot outside a served page.

    It goes by way of the server's loop: a document that just holds back its changes can lose what another thread adds.
    And in a context of its own: in that of another session, which hands something over, Panel would take its page for
    this one.
    """
    if (document := served()) is None:
        return lambda action: action()
    loop = IOLoop.current()

    def add(action: Callable[[], None]) -> None:
        if document.session_context:  # the page is still open
            document.add_next_tick_callback(action)

    return lambda action: Context().run(loop.add_callback, add, action)


def in_background(work: Callable[[Callable[[Callable[[], None]], None]], None]) -> None:
    """Call `work` beside the server; what it hands over is called in the session. On the spot outside a served page.

    For what would keep others waiting if it were computed in turn with all else, as reading a large data set.
    """
    show = to_session()
    if served() is None:
        work(show)
    else:
        threading.Thread(target=work, args=(show,), daemon=True).start()


def now_and_then(look: Callable[[], object]) -> None:
    """Call `look` every other second, once the page is loaded; never outside a served page."""

    def begin():
        if served():
            pn.state.add_periodic_callback(look, period=LOOK)

    pn.state.onload(begin)

"""Ctrl-C and the signal by which others end a process (SIGTERM): obeyed at once, but never between two files."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = (signal.SIGINT, signal.SIGTERM)
INTERRUPTED = 130  # as a shell reports Ctrl-C: 128 + SIGINT


def in_main_thread() -> bool:
    """Only there can signals be handled."""
    return threading.current_thread() is threading.main_thread()


def terminate_as_interrupt() -> None:
    """Let SIGTERM do what Ctrl-C does: raise KeyboardInterrupt."""
    if in_main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@contextmanager
def signals_wait() -> Iterator[None]:
    """What arrives in here is obeyed at the end: for work that is short and must not be left half done."""
    if not in_main_thread():
        yield
        return
    arrived: list[int] = []
    before = {each: signal.signal(each, lambda number, _: arrived.append(number)) for each in ENDING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, signal.SIG_DFL if handler is None else handler)
    for number in arrived[:1]:
        signal.raise_signal(number)


@contextmanager
def blocked_in_children() -> Iterator[None]:
    """Processes that are started in here hear of no Ctrl-C: it is for the one that started them, who ends them."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def end_at_once() -> Iterator[None]:
    """A signal ends the process on the spot, with a word and no traceback: while there is nothing to clear away."""
    before = {each: signal.signal(each, _leave) for each in ENDING}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, signal.SIG_DFL if handler is None else handler)


def _leave(*_) -> None:
    os.write(sys.stderr.fileno(), b"Interrupted.\n")
    os._exit(INTERRUPTED)

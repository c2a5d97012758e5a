"""What takes a moment to compute: done in the background, one thing at a time, and kept while there is room."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

ROOM = 64  # results that are kept


class Computed:
    """Results by key, shared by all sessions. One thread, so that a click never waits behind several computations."""

    def __init__(self):
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="computed")
        self._futures: OrderedDict[Hashable, Future] = OrderedDict()
        self._waiting: Counter[Hashable] = Counter()
        self._lock = threading.Lock()

    def ask(self, key: Hashable, work: Callable[[], Any]) -> Future:
        """The future of `work()`: known, on its way, or begun now. What failed is tried again.

        Whoever no longer waits for it says so with `leave`.
        """
        with self._lock:
            future = self._futures.get(key)
            if future is None or future.cancelled() or (future.done() and future.exception()):
                future = self._futures[key] = self._thread.submit(work)
            self._futures.move_to_end(key)
            self._waiting[key] += 1
            while len(self._futures) > ROOM:
                self._futures.popitem(last=False)
            return future

    def leave(self, key: Hashable) -> None:
        """One fewer waits for a key; what nobody waits for is not begun."""
        with self._lock:
            self._waiting[key] -= 1
            if self._waiting[key] <= 0:
                del self._waiting[key]
                if key in self._futures and self._futures[key].cancel():
                    del self._futures[key]

    def close(self) -> None:
        """Begin nothing any more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

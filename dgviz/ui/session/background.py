"""What takes a moment to compute: done in the background, one thing at a time, and kept while there is room."""

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

ROOM = 64  # results that are kept


class Kept(OrderedDict):
    """Values by key; where there are more than `room`, the one that nobody has asked for longest is dropped."""

    def __init__(self, room: int):
        super().__init__()
        self.room = room

    def of(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What is kept under a key, else what `make` gives."""
        value = self[key] if key in self else make()
        self[key] = value
        self.move_to_end(key)
        while len(self) > self.room:
            self.popitem(last=False)
        return value


class Computed:
    """Results by key, shared by all sessions. One thread, so that a click never waits behind several computations."""

    def __init__(self):
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="computed")
        self._futures = Kept(ROOM)
        self._waiting: Counter[Hashable] = Counter()
        self._lock = threading.Lock()

    def ask(self, key: Hashable, work: Callable[[], Any]) -> Future:
        """The future of `work()`: known, on its way, or begun now. What failed is tried again.

        Whoever no longer waits for it says so with `leave`.
        """
        with self._lock:
            known = self._futures.get(key)
            if known is not None and (known.cancelled() or (known.done() and known.exception())):
                del self._futures[key]
            self._waiting[key] += 1
            return self._futures.of(key, lambda: self._thread.submit(work))

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

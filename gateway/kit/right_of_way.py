"""Whoever opens doors goes first: Python lets only one thread work at a time, and shares it out evenly."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

PIECE: Final = 20  # things that are done in one go: well under a millisecond
PATIENCE_S: Final = 1.0  # others wait for no longer than that in one go …
SHARE: Final = 0.5  # … nor for more than this of their time: under a siege of unlocks readings still come in

_Thing = TypeVar("_Thing")


class RightOfWay:
    """One thread has it while it acts; another works in small pieces, and waits between them until that is over.

    A thread that merely goes on working costs the other half a millisecond each time it comes back from the database
    or the disk, which it does a hundred times an unlock.
    """

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self._is_free = threading.Event()
        self._is_free.set()
        self._free_from = 0.0  # monotonic
        self._most_s = self._patience_s = patience_s
        self._went_on_at = time.monotonic()

    @contextmanager
    def taken(self, *, and_then_s: float = 0.0) -> Iterator[None]:
        """While this lasts, and for so long after it, the other waits. For one thread only."""
        self._is_free.clear()
        try:
            yield
        finally:
            self._free_from = max(self._free_from, time.monotonic() + and_then_s)
            self._is_free.set()

    def give_way(self) -> None:
        """Wait while it is taken, as far as patience goes. For one thread only."""
        now = time.monotonic()
        if self._is_free.is_set() and now >= self._free_from:
            return
        left_s = min(self._most_s, self._patience_s + (now - self._went_on_at) * SHARE)
        self._wait(until=now + left_s)
        self._went_on_at = time.monotonic()
        self._patience_s = left_s - (self._went_on_at - now)

    def giving_way(self, things: Iterable[_Thing]) -> Iterator[_Thing]:
        """The same things, with a wait after every piece of them where it is taken."""
        for no, thing in enumerate(things, start=1):
            yield thing
            if no % PIECE == 0:
                self.give_way()

    def _wait(self, *, until: float) -> None:
        while (left_s := until - time.monotonic()) > 0:
            self._is_free.wait(left_s)
            rest_s = min(self._free_from, until) - time.monotonic()
            if self._is_free.is_set() and rest_s <= 0:
                return
            time.sleep(max(0.0, rest_s))

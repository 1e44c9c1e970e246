"""Whoever opens doors goes first: Python lets only one thread work at a time, and shares it out evenly."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol, TypeVar

PIECE: Final = 20  # things that are done in one go: well under a millisecond
PATIENCE_S: Final = 1.0  # others wait for no longer than that in one go …
SHARE: Final = 0.5  # … nor for more than this of their time: under a siege of unlocks readings still come in

_Thing = TypeVar("_Thing")


class GivingWay(Protocol):
    """`RightOfWay.giving_way`, for whoever is handed it."""

    def __call__(self, things: Iterable[_Thing], /) -> Iterator[_Thing]:
        """The same things."""


class _Patience(threading.local):
    """How much of it this thread has used up, and when it went on with its work."""

    used_s = 0.0
    went_on_at = 0.0  # monotonic


class RightOfWay:
    """One thread has it while it acts; others work in small pieces, and wait between them until that is over.

    A thread that merely goes on working costs the first half a millisecond each time it comes back from the database
    or the disk, which it does a hundred times an unlock.
    """

    def __init__(self, *, patience_s: float = PATIENCE_S) -> None:
        self._is_free = threading.Event()
        self._is_free.set()
        self._free_from = 0.0  # monotonic
        self._most_s = patience_s
        self._patience = _Patience()

    @contextmanager
    def taken(self, *, and_then_s: float = 0.0) -> Iterator[None]:
        """While this lasts, and for so long after it, the others wait. For one thread only."""
        self._is_free.clear()
        try:
            yield
        finally:
            self._free_from = max(self._free_from, time.monotonic() + and_then_s)
            self._is_free.set()

    def give_way(self) -> None:
        """Wait while it is taken, as far as this thread's patience goes."""
        now, patience = time.monotonic(), self._patience
        if self._is_free.is_set() and now >= self._free_from:
            return
        left_s = self._most_s - max(0.0, patience.used_s - (now - patience.went_on_at) * SHARE)
        self._wait(until=now + left_s)
        patience.went_on_at = time.monotonic()
        patience.used_s = self._most_s - left_s + (patience.went_on_at - now)

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

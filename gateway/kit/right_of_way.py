"""Whoever opens doors goes first: Python lets only one thread work at a time, and shares it out evenly."""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

PIECE: Final = 20  # things that are done in one go: well under a millisecond
PATIENCE_S: Final = 0.05  # after each piece at the most: under a siege of unlocks readings still come in

_Thing = TypeVar("_Thing")


class RightOfWay:
    """One thread has it while it acts; others do their work in small pieces, and wait between them until it is over.

    A thread that merely goes on working costs the other half a millisecond each time it comes back from the database
    or the disk, which it does a hundred times an unlock.
    """

    def __init__(self) -> None:
        self._is_free = threading.Event()
        self._is_free.set()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """While this lasts the others wait. For one thread only."""
        self._is_free.clear()
        try:
            yield
        finally:
            self._is_free.set()

    def give_way(self, *, patience_s: float = PATIENCE_S) -> None:
        """Wait while it is taken."""
        self._is_free.wait(patience_s)

    def giving_way(self, things: Iterable[_Thing], *, patience_s: float = PATIENCE_S) -> Iterator[_Thing]:
        """The same things, with a wait after every piece of them where it is taken."""
        for no, thing in enumerate(things, start=1):
            yield thing
            if no % PIECE == 0:
                self.give_way(patience_s=patience_s)

"""Which way somebody went through two light beams, a hand's breadth apart."""

from enum import Enum


class Way(Enum):
    """Through the door."""

    IN = "in"
    OUT = "out"


class Passage:
    """Told of each beam as it breaks and clears; says which way, once somebody is through.

    Somebody is through when both beams were broken at the same time, and the one that was broken last clears last.
    Who turns round in the doorway has gone nowhere, and a hand in one beam is nobody.
    """

    def __init__(self) -> None:
        self._outer = self._inner = False  # broken now
        self._came_by_outer: bool | None = None  # None: the doorway is free
        self._was_in_both = False

    def outer(self, is_broken: bool) -> Way | None:
        """The beam on the street's side."""
        self._outer = is_broken
        return self._moved(is_outer=True)

    def inner(self, is_broken: bool) -> Way | None:
        """The beam on the house's side."""
        self._inner = is_broken
        return self._moved(is_outer=False)

    def _moved(self, *, is_outer: bool) -> Way | None:
        if self._came_by_outer is None:
            self._came_by_outer = is_outer if self._outer or self._inner else None
            self._was_in_both = self._outer and self._inner
            return None
        self._was_in_both = self._was_in_both or (self._outer and self._inner)
        if self._outer or self._inner:
            return None
        way = self._way(last_was_outer=is_outer)
        self._came_by_outer, self._was_in_both = None, False
        return way

    def _way(self, *, last_was_outer: bool) -> Way | None:
        if not self._was_in_both or last_was_outer is self._came_by_outer:
            return None
        return Way.IN if self._came_by_outer else Way.OUT

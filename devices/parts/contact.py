"""A reed contact: a switch that says whether its door is shut."""

import logging
from collections import deque
from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from gpiozero.input_devices import DigitalInputDevice
from gpiozero.pins import Factory

from devices.ports import Timer, Timers

log = logging.getLogger(__name__)

DoorReading = Literal["open", "shut", "unknown"]

SETTLE_S: Final = 0.03  # a reed bounces for 1 to 5 ms, a slammed door for some 20


class _Edge(NamedTuple):
    """What the pin became, and when, in seconds on the timers' clock."""

    level: DoorReading
    at: float


class Contact:
    """A contact on one input pin, settled by our own timers: a level counts once it has been steady for `settle_s`.

    That is measured when the edges come, not when the node has time for them: a door that opened and was shut again
    while the node's thread was held up (a card that flushes for seconds) has opened, and is told so afterwards.

    The first reading is taken as it is. `when_opened` and `when_shut` are called on the node's thread. But for the
    constructor, use it on that thread only.
    """

    def __init__(
        self,
        pin: int,
        *,
        closed_is_low: bool = True,
        settle_s: float = SETTLE_S,
        timers: Timers,
        pin_factory: Factory | None = None,
    ) -> None:
        """`pin` is a GPIO number. `closed_is_low`: the switch connects the pin to ground while the door is shut,
        else to 3.3 V. Either way the pin is pulled the other way, so that a broken wire reads as open, never as shut.

        `settle_s` in seconds; 0 takes every edge at once. Raises OSError when the pin cannot be had.
        """
        self.when_opened: Callable[[], None] | None = None
        self.when_shut: Callable[[], None] | None = None
        self._settle_s = settle_s
        self._timers = timers
        self._edges: deque[_Edge] = deque()  # seen by gpiozero's thread, not yet by ours
        self._newest: _Edge | None = None  # the last one that was taken; how long it lasted shows with the next
        self._settling: Timer | None = None
        self._level: DoorReading = "unknown"
        try:
            self._input = DigitalInputDevice(pin, pull_up=closed_is_low, pin_factory=pin_factory)
        except Exception as error:  # the pin libraries' errors have no common base
            raise OSError(f"pin {pin} cannot be used: {error}") from error
        self._input.when_activated = lambda: self._edge_seen("shut")
        self._input.when_deactivated = lambda: self._edge_seen("open")
        self._level = self._read()  # after listening: an edge in between is heard, not lost

    @property
    def level(self) -> DoorReading:
        """The settled word; "unknown" when the pin cannot be read."""
        return self._level

    def flush(self) -> None:
        """Settle whatever is pending right now, from the pin's present level; the callbacks run before this returns."""
        self._take_edges()
        self._settle()

    def close(self) -> None:
        """Give the pin back; nothing is reported any more. Safe to repeat."""
        self._stop_settling()
        self._input.close()
        self._edges.clear()
        self._newest = None
        self._level = "unknown"
        self.when_opened = self.when_shut = None

    def _edge_seen(self, level: DoorReading) -> None:
        """On gpiozero's thread: note it and when it was, and nothing else."""
        self._edges.append(_Edge(level, self._timers.now()))
        self._timers.call_soon(self._take_edges)

    def _take_edges(self) -> None:
        """Tell of what has lasted; the last edge is the beginning of a new wait."""
        if self._judge_edges() and self._settle_s > 0 and not self._input.closed:
            self._stop_settling()
            if self._read() != self._level:
                self._settling = self._timers.call_later(self._settle_s, self._settle)

    def _judge_edges(self) -> bool:
        """Each edge says how long the level before it lasted. False: there was none."""
        edges = [self._edges.popleft() for _ in range(len(self._edges))]
        for edge in edges:
            if self._settle_s <= 0:
                self._become(edge.level)
            elif self._newest is not None and edge.at - self._newest.at >= self._settle_s:
                self._become(self._newest.level)
            self._newest = edge
        return bool(edges)

    def _settle(self) -> None:
        self._stop_settling()
        self._judge_edges()
        if not self._input.closed:
            self._become(self._read())

    def _stop_settling(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None

    def _become(self, level: DoorReading) -> None:
        if level == self._level:
            return
        self._level = level
        tell = {"open": self.when_opened, "shut": self.when_shut, "unknown": None}[level]
        if tell is not None:
            tell()

    def _read(self) -> DoorReading:
        try:
            return "shut" if self._input.is_active else "open"
        except Exception:
            log.exception("a contact cannot be read")
            return "unknown"

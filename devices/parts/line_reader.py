"""A card reader or a code scanner that sends a line for each card: serial, USB "virtual COM", or a TCP bridge."""

import logging
import re
from collections.abc import Callable
from typing import Final, Protocol

from devices.parts.shown import HELD_S, LONGEST, Shown
from devices.ports import Timers

log = logging.getLogger(__name__)

LINE_S: Final = 1.0  # at 1200 baud the longest takes that long; what began earlier is half of something

_ENDS: Final = re.compile(rb"[\r\n\x03]+")  # and ETX, with which RFID modules end
_STX: Final = b"\x02"


class Port(Protocol):
    """What a reader needs of a port. The callbacks come on the timers' thread."""

    when_received: Callable[[bytes], None]
    when_up: Callable[[], None]
    when_down: Callable[[], None]

    def start(self) -> None:
        """Open it, and again whenever it is lost."""

    def close(self) -> None:
        """Give it up for good. Safe to repeat."""


class LineReader:
    """Figures and letters, and an end of line. `when_read` is called once for each card held there."""

    def __init__(self, name: str, port: Port, *, timers: Timers, held_s: float = HELD_S) -> None:
        """Not open yet. `name`: what its technician calls it. `held_s` in seconds, as in `Shown`."""
        self.name = name
        self.is_lost = True
        self.when_changed: Callable[[], None] | None = None
        self.shown = Shown(name, timers=timers, held_s=held_s)
        self._timers = timers
        self._port = port
        self._buffer = b""
        self._heard_at = 0.0
        port.when_received = self._received
        port.when_up = lambda: self._become(is_lost=False)
        port.when_down = lambda: self._become(is_lost=True)

    def start(self) -> None:
        """Listen, now or whenever it is plugged in. Once only."""
        self._port.start()

    def close(self) -> None:
        """Listen no more. Safe to repeat."""
        self._port.close()

    def _received(self, data: bytes) -> None:
        now = self._timers.now()
        if now - self._heard_at > LINE_S:
            self._buffer = b""
        self._heard_at = now
        *lines, self._buffer = _ENDS.split(self._buffer + data)
        for line in lines:
            self.shown.take(line.replace(_STX, b"").decode("ascii", "replace"))
        if len(self._buffer) > 2 * LONGEST:
            log.warning("reader %s sends no end of line: is its speed right?", self.name)
            self._buffer = b""

    def _become(self, *, is_lost: bool) -> None:
        self._buffer = b""
        self.is_lost = is_lost
        if self.when_changed is not None:
            self.when_changed()

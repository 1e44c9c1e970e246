"""What somebody holds to a reader: read many times a second, shown once."""

import logging
import re
from collections.abc import Callable
from typing import Final

from devices.ports import Timers

log = logging.getLogger(__name__)

HELD_S: Final = 2.0  # a card that is read again within this has not been away; readers repeat several times a second
LONGEST: Final = 128  # a pass has 120

_CODE: Final = re.compile(rf"[0-9A-Za-z_:.-]{{4,{LONGEST}}}")


class Shown:
    """Lets the same card through once for as long as it is held there. On the node's thread."""

    def __init__(self, name: str, *, timers: Timers, held_s: float = HELD_S) -> None:
        """`name`: of the reader, for the log. `held_s` in seconds."""
        self.when_read: Callable[[str], None] | None = None
        self._name = name
        self._timers = timers
        self._held_s = held_s
        self._last = ""
        self._last_at = 0.0

    def take(self, raw: str) -> None:
        """What the reader has read, up to its end of line. What no card or code looks like is nothing."""
        code = "".join(raw.split())
        if not code:
            return
        if not _CODE.fullmatch(code):
            log.warning("reader %s: %d characters that are no card and no code", self._name, len(code))
            return
        now = self._timers.now()
        is_held = code == self._last and now - self._last_at < self._held_s
        self._last, self._last_at = code, now
        if not is_held and self.when_read is not None:
            self.when_read(code)

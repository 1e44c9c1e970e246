"""A device's readings that survive a pretended power cut, because the object is kept."""

import secrets
from collections import deque
from collections.abc import Sequence
from itertools import islice

from devices.ports import KeptReadings
from devices.wire.messages import Measurement


class MemoryReadings:
    """A ReadingLog without a disk."""

    def __init__(self) -> None:
        self.store = secrets.token_hex(8)
        self._last_seq = 0
        self._waiting: deque[KeptReadings] = deque()

    def append(self, *, boot_id: str, mono_ms: int, clock_ms: int, measurements: Sequence[Measurement]) -> None:
        """Number and keep what was measured at one moment."""
        self._last_seq += 1
        kept = KeptReadings(
            seq=self._last_seq, boot_id=boot_id, mono_ms=mono_ms, clock_ms=clock_ms, measurements=list(measurements)
        )
        self._waiting.append(kept)

    def oldest(self) -> int:
        """The lowest number still kept; one above the newest when there is none."""
        return self._waiting[0].seq if self._waiting else self._last_seq + 1

    def waiting(self, *, after: int, limit: int) -> list[KeptReadings]:
        """Those with a number above `after`, in order."""
        return list(islice((kept for kept in self._waiting if kept.seq > after), limit))

    def forget(self, seq: int) -> None:
        """Drop every one up to and with `seq`."""
        while self._waiting and self._waiting[0].seq <= seq:
            self._waiting.popleft()

"""A device's readings that survive a pretended power cut, because the object is kept."""

import secrets
from collections import deque
from itertools import islice

import msgspec

from devices.ports import KeptReadings


class MemoryReadings:
    """A ReadingLog without a disk."""

    def __init__(self) -> None:
        self.store = secrets.token_hex(8)
        self._last_seq = 0
        self._waiting: deque[KeptReadings] = deque()

    def append(self, draft: KeptReadings) -> int:
        """Keep it under the next number, and return that."""
        self._last_seq += 1
        self._waiting.append(msgspec.structs.replace(draft, seq=self._last_seq))
        return self._last_seq

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

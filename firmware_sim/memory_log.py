"""A device's memory that survives a pretended power cut, because the object is kept."""

from collections import deque
from collections.abc import Mapping
from itertools import islice

import msgspec

from devices.ports import DoorMemory, Draft
from devices.wire.codec import event_hash
from devices.wire.messages import Event

_NO_EVENT_YET = "0" * 64


class MemoryLog:
    """An EventLog without a disk."""

    def __init__(self) -> None:
        self._last_seq = 0
        self._last_hash = _NO_EVENT_YET
        self._waiting: deque[Event] = deque()
        self._doors: dict[int, DoorMemory] = {}

    def last_seq(self) -> int:
        """The newest event's number; 0 before the first."""
        return self._last_seq

    def append(self, draft: Draft, doors: Mapping[int, DoorMemory]) -> Event:
        """Number, chain and keep an event together with the doors' memory."""
        event = Event(seq=self._last_seq + 1, prev_hash=self._last_hash, **msgspec.structs.asdict(draft))
        self._last_seq, self._last_hash = event.seq, event_hash(event)
        self._waiting.append(event)
        self.remember(doors)
        return event

    def remember(self, doors: Mapping[int, DoorMemory]) -> None:
        """Keep the doors' memory alone."""
        self._doors = dict(doors)

    def doors(self) -> dict[int, DoorMemory]:
        """The doors' memory as last kept."""
        return dict(self._doors)

    def waiting(self, limit: int = 32) -> list[Event]:
        """The oldest events not yet forgotten, in order."""
        return list(islice(self._waiting, limit))

    def forget(self, seq: int) -> None:
        """Drop every event up to and with `seq`."""
        while self._waiting and self._waiting[0].seq <= seq:
            self._waiting.popleft()

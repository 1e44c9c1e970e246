"""What changes, told at once: to the browsers that stream and to the requests that wait for an unlock.

A hub lives on one event loop. Nothing here is kept: a reader that misses something reads the database again.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from gateway.kit.db import Change
from gateway.unlocking.model import TERMINAL

MOST_WAITING: Final = 64  # changes for one reader; whoever is slower is let go and comes back for a fresh look
MOST_READERS: Final = 6  # of one session: what a browser opens to one host; the oldest makes room
PULSE_S: Final = 5.0  # silence after which the gateway counts as away; it pulses every second


class Reader:
    """One open stream. `session` names the sign-in it belongs to, `member_id` whose changes it may see."""

    def __init__(self, *, member_id: str, session: str) -> None:
        self.member_id = member_id
        self.session = session
        self._waiting: asyncio.Queue[Change | None] = asyncio.Queue(MOST_WAITING)
        self._is_over = False

    def offer(self, change: Change) -> None:
        """Put a change in line, unless it is another member's. A full line lets the reader go."""
        if change.what.get("member_id", self.member_id) != self.member_id:
            return
        try:
            self._waiting.put_nowait(change)
        except asyncio.QueueFull:
            self.end()

    def end(self) -> None:
        """Let the reader go. What still waits is dropped."""
        self._is_over = True
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    @property
    def is_over(self) -> bool:
        """Let go."""
        return self._is_over

    async def next(self, *, within_s: float) -> Change | None:
        """The next change; None when none came in time, or the reader was let go."""
        try:
            async with asyncio.timeout(within_s):
                return await self._waiting.get()
        except TimeoutError:
            return None


class Hub:
    """Everybody who listens in this process, and when the gateway was last heard."""

    def __init__(self) -> None:
        self._readers: dict[str, list[Reader]] = defaultdict(list)  # by session, oldest first
        self._watches: dict[str, set[asyncio.Event]] = defaultdict(set)  # by unlock, or by kiosk
        self._is_closed = False
        self._pulse_at: float | None = None
        self._gateway_is_ready = False

    def tell(self, change: Change) -> None:
        """Something changed. Call on the hub's loop."""
        if change.kind == "unlock" and change.what.get("state") in TERMINAL:
            for event in self._watches.get(change.what["id"], ()):
                event.set()
        if change.kind == "presented":  # the kiosk's business, and no reader's
            for event in self._watches.get(change.what["kiosk_id"], ()):
                event.set()
            return
        for readers in list(self._readers.values()):
            for reader in list(readers):
                reader.offer(change)

    def feel_pulse(self, *, ready: bool, at: float) -> None:
        """The gateway lives. `at`: monotonic seconds; `ready`: it can reach devices."""
        self._pulse_at, self._gateway_is_ready = at, ready

    def gateway_trouble(self, at: float) -> str | None:
        """Why nobody would take an unlock just now; None when the gateway is there and reaches its devices."""
        if self._pulse_at is None or at - self._pulse_at > PULSE_S:
            return "the gateway is not heard"
        return None if self._gateway_is_ready else "the gateway does not reach its devices"

    @contextmanager
    def listen(self, reader: Reader) -> Iterator[Reader]:
        """Let a reader hear of changes while the block lasts."""
        mates = self._readers[reader.session]
        mates.append(reader)
        if len(mates) > MOST_READERS:
            mates[0].end()
            del mates[0]
        if self._is_closed:
            reader.end()
        try:
            yield reader
        finally:
            self._forget(reader)

    @contextmanager
    def watch(self, what: str) -> Iterator[asyncio.Event]:
        """An event that is set when this unlock ends, or something is held to this kiosk's reader.

        Begin before reading the row: then it is not missed.
        """
        event = asyncio.Event()
        if self._is_closed:
            event.set()
        watches = self._watches[what]
        watches.add(event)
        try:
            yield event
        finally:
            watches.discard(event)
            if not watches:
                self._watches.pop(what, None)

    @property
    def readers(self) -> int:
        """How many listen now."""
        return sum(len(mates) for mates in self._readers.values())

    @property
    def is_closed(self) -> bool:
        """The program is stopping: nobody should wait any more."""
        return self._is_closed

    def sign_out(self, session: str) -> None:
        """Let every reader of a session go."""
        for reader in self._readers.get(session, ()):
            reader.end()

    def sign_out_others(self, *, member_id: str, session: str) -> None:
        """Let every reader of a member go except those of one session."""
        for readers in self._readers.values():
            for reader in readers:
                if reader.member_id == member_id and reader.session != session:
                    reader.end()

    def close(self) -> None:
        """Let everybody go: the program stops."""
        self._is_closed = True
        for readers in self._readers.values():
            for reader in readers:
                reader.end()
        for events in self._watches.values():
            for event in events:
                event.set()

    def _forget(self, reader: Reader) -> None:
        mates = self._readers[reader.session]
        if reader in mates:
            mates.remove(reader)
        if not mates:
            del self._readers[reader.session]

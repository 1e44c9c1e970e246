"""What a node needs of the world, and no more: time, a memory that survives a power cut, and a way to speak."""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from devices.wire.messages import Event, EventKind, Level, Measurement, SecondKey


class Timer(Protocol):
    """Something that will happen unless cancelled."""

    def cancel(self) -> None:
        """Prevent it. Harmless when it has happened."""


class Timers(Protocol):
    """Monotonic time that counts suspend, and acts run on the node's one thread."""

    def now(self) -> float:
        """Seconds since some fixed moment of this boot. Safe from any thread."""

    def call_later(self, delay_s: float, act: Callable[[], None]) -> Timer:
        """Run `act` on the node's thread after `delay_s`."""

    def call_soon(self, act: Callable[[], None]) -> None:
        """Run `act` on the node's thread next. Safe from any thread."""


class DoorMemory(msgspec.Struct, frozen=True):
    """What must be remembered of a door through a power cut."""

    level: Level = Level.UNKNOWN
    pending: str | None = None  # the command whose pulse may still open it
    by_rule: SecondKey | None = None  # or the second key by whose rule it was pulsed


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """An event before the log has numbered it."""

    kind: EventKind
    dev_boot: str
    mono_ms: int
    door: int | None = None
    cmd_id: str | None = None
    level_before: Level | None = None
    reason: str | None = None


class EventLog(Protocol):
    """A device's memory. What a call has returned from survives any crash; what it has not may or may not."""

    def last_seq(self) -> int:
        """The newest event's number; 0 before the first."""

    def append(self, draft: Draft, doors: Mapping[int, DoorMemory]) -> Event:
        """Number, chain and keep an event together with the doors' memory: both or neither."""

    def remember(self, doors: Mapping[int, DoorMemory]) -> None:
        """Keep the doors' memory alone."""

    def doors(self) -> dict[int, DoorMemory]:
        """The doors' memory as last kept; a door never seen is absent."""

    def waiting(self, limit: int = 32) -> list[Event]:
        """The oldest events not yet forgotten, in order."""

    def forget(self, seq: int) -> None:
        """Drop every event up to and with `seq`; numbering and chain go on."""


class KeptReadings(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured at one moment, as it waits for the gateway."""

    seq: int = 0
    boot_id: str
    mono_ms: int  # when, on the clock of that boot
    clock_ms: int  # when, on the calendar clock, as far as that can be believed
    is_waited_for: bool = False  # by a person, who sees when it has been heard
    measurements: list[Measurement]


class ReadingLog(Protocol):
    """A device's readings until the gateway has them. What a call has returned from survives any crash."""

    @property
    def store(self) -> str:
        """The name of this store: random, and new whenever it began empty."""

    def append(self, draft: KeptReadings) -> int:
        """Keep what was measured at one moment under the next number, whatever `draft` has, and return that."""

    def oldest(self) -> int:
        """The lowest number still kept; one above the newest when there is none."""

    def waiting(self, *, after: int, limit: int) -> list[KeptReadings]:
        """Those with a number above `after`, in order."""

    def forget(self, seq: int) -> None:
        """Drop every one up to and with `seq`; numbering goes on."""


class Outbox(Protocol):
    """How a node speaks. Never raises, never waits: what cannot be sent now is lost, and the caller plans for that."""

    def send(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> None:
        """Hand one message to the network."""

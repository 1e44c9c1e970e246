"""Judgements about doors and locks: plain values in, an answer out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final, Protocol

from gateway.faults.model import PulseEnd

SEEN_BY: Final = timedelta(seconds=15)  # after a pulse, every edge that it caused has come in
LOOKED_AT: Final = 3  # of a lock's newest pulses
STOOD_OPEN_FOR: Final = timedelta(minutes=10)  # between the first and the last of them; a member presses thrice sooner
FLAPS: Final = 10  # edges within FLAPPING_WITHIN: nobody opens and shuts a door five times a minute
FLAPPING_WITHIN: Final = timedelta(minutes=1)
FIRST_OPENINGS: Final = 50  # of a lock: what is usual for it
NEWEST_OPENINGS: Final = 20
USUAL_MS_AT_LEAST: Final = 240  # two looks of a lock board: faster than that nobody can tell latches apart

EDGES: Final = frozenset({"door_open", "forced", "inferred", "emergency", "door_closed"})  # kinds of event
OF_A_KEY: Final = frozenset({"boot", "key_on", "key_off", "key_fault"})
OF_A_PULSE: Final = frozenset({"done", "door_open", "inferred", "possible"})
TELLING: Final = frozenset({"forced", "inferred", "door_closed"})  # what may change how a lock is judged at once


class Told(Protocol):
    """What these rules read of a device's event."""

    kind: str
    boot_id: str
    mono_ms: int
    level_before: str | None


@dataclass(frozen=True)
class Came:
    """What came of a pulse, and how long the door took to open, in ms."""

    to: PulseEnd
    open_ms: int | None = None


def came_of(events: Collection[Told]) -> Came | None:
    """What a command's events so far say of its pulse; None while they tell of none."""
    by_kind = {event.kind: event for event in events}
    pulse = by_kind.get("done")
    if pulse is None and not by_kind.keys() & {"inferred", "possible"}:
        return None
    if (intent := by_kind.get("intent")) and intent.level_before == "open":
        return Came(PulseEnd.STOOD_OPEN)
    if edge := by_kind.get("door_open"):
        return Came(PulseEnd.OPENED, _ms_between(pulse, edge))
    if "inferred" in by_kind:
        return Came(PulseEnd.OPENED)
    return Came(PulseEnd.UNSEEN if "possible" in by_kind else PulseEnd.NOTHING)


def _ms_between(pulse: Told | None, edge: Told) -> int | None:
    """On the device's own clock, which only counts within one boot. An edge may be seen while the pulse still lasts."""
    if pulse is None or pulse.boot_id != edge.boot_id:
        return None
    return max(0, edge.mono_ms - pulse.mono_ms)


def in_vain(newest_first: Sequence[PulseEnd]) -> int:
    """How many pulses in a row moved nothing. One that nobody could see speaks neither for the lock nor against it."""
    times = 0
    for end in newest_first:
        if end is PulseEnd.NOTHING:
            times += 1
        elif end is not PulseEnd.UNSEEN:
            break
    return times


def stands_open_for_ever(newest_first: Sequence[tuple[PulseEnd, datetime]], *, open_since: datetime | None) -> bool:
    """Again and again somebody wanted in, over a while, and its contact always said that it was open already.

    Whoever stands before an open door does not ask for it; so the contact is wrong, or the door cannot shut.
    """
    if len(newest_first) < LOOKED_AT or open_since is None:
        return False
    if any(end is not PulseEnd.STOOD_OPEN for end, _ in newest_first):
        return False
    first, last = newest_first[-1][1], newest_first[0][1]
    return open_since <= first and last - first >= STOOD_OPEN_FOR


def flaps(edges: Collection[datetime], *, now: datetime) -> int:
    """How often a door has moved within the last minute."""
    return sum(now - edge <= FLAPPING_WITHIN for edge in edges)


@dataclass(frozen=True)
class Latch:
    """How long a lock takes from pulse to open, in ms: when it was new, and now."""

    usual_ms: int
    now_ms: int

    @property
    def slowness(self) -> float:
        """How many times as slow as when it was new."""
        return self.now_ms / max(self.usual_ms, USUAL_MS_AT_LEAST)


def latch(first_ms: Sequence[int], newest_ms: Sequence[int]) -> Latch | None:
    """Compare medians, so that one slow opening is nothing; None while there are too few openings to tell."""
    if len(first_ms) < FIRST_OPENINGS or len(newest_ms) < NEWEST_OPENINGS:
        return None
    return Latch(round(median(first_ms)), round(median(newest_ms)))

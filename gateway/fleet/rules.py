"""Judgements about devices: plain values in, an answer out."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from hashlib import sha256
from statistics import median
from typing import Final, Self

from gateway.fleet.model import DevicePart, DoorLevel, Inside, PartHealth, SecondKey

HEARD_AGAIN = timedelta(minutes=1)  # how exactly it is known when an off-the-shelf device was heard last
OLDEST_EVENT = timedelta(days=3660)  # no device runs for longer without a restart; one that says so is wrong
MOST_PENDING = 100  # devices waiting for approval; anybody on the wire can introduce one


@dataclass(frozen=True, kw_only=True)
class Report:
    """An event as its device tells it, verified. `hash` is this event's, `prev_hash` what it says of the one before."""

    device_id: str
    seq: int
    hash: str
    prev_hash: str
    boot_id: str
    kind: str
    mono_ms: int
    door: int | None = None
    cmd_id: str | None = None
    level_before: str | None = None
    reason: str | None = None
    age_ms: int | None = None

    def observed_at(self, now: datetime) -> datetime | None:
        """When it happened; None when it was before the device's last restart, or longer ago than can be."""
        age = None if self.age_ms is None else timedelta(milliseconds=self.age_ms)
        return None if age is None or age > OLDEST_EVENT else now - age


@dataclass(frozen=True, kw_only=True)
class Part:
    """How a device says that one of its lock boards is, and which doors hang on it."""

    health: PartHealth
    doors: tuple[tuple[int, int], ...]  # in runs: the first and the last of doors that follow one another

    @classmethod
    def of(cls, kept: DevicePart) -> Self:
        """As it was told last."""
        return cls(health=kept.health, doors=tuple((first, last) for first, last in json.loads(kept.doors)))

    def has(self, door: int) -> bool:
        """That door hangs on it."""
        return any(first <= door <= last for first, last in self.doors)

    def doors_in_words(self, *, between: str) -> str:
        """As it stands in a sentence: `1–24`, then `between`, then `30`."""
        return between.join(str(first) if first == last else f"{first}–{last}" for first, last in self.doors)


@dataclass(frozen=True, kw_only=True)
class Presentation:
    """How a device says it is; unsigned. Only `online` and `boot_id` when it is a will."""

    device_id: str
    online: bool
    boot_id: str
    kind: str = ""
    firmware: str = ""
    public_key: str = ""
    fingerprint: str = ""
    doors: int = 0
    parts: Mapping[str, Part] = field(default_factory=dict)  # by name


class Place(Enum):
    """Where a report falls in what we hold of its device's log."""

    NEXT = "next"
    DUPLICATE = "duplicate"
    AFTER_A_GAP = "after a gap"  # one before it may still come; the device sends again, and says where its log begins
    UNHEARD = "unheard"  # its device is not approved, or not any more
    WENT_BACK = "went back"  # the device's memory was wiped or swapped


def place_of(report: Report, *, last_seq: int | None, last_hash: str, stored_hash: str | None) -> Place:
    """Compare a report with the newest event stored and with the one stored under its number."""
    if last_seq is None:
        return Place.AFTER_A_GAP
    if report.seq <= last_seq:
        return Place.DUPLICATE if stored_hash == report.hash else Place.WENT_BACK
    if report.seq > last_seq + 1:
        return Place.AFTER_A_GAP
    # After a gap that was skipped there is no hash to join.
    return Place.NEXT if last_hash in {"", report.prev_hash} else Place.WENT_BACK


_LEVEL_AFTER = {
    "door_open": DoorLevel.OPEN,
    "inferred": DoorLevel.OPEN,
    "forced": DoorLevel.OPEN,
    "emergency": DoorLevel.OPEN,
    "door_closed": DoorLevel.SHUT,
}


MOVES = frozenset(_LEVEL_AFTER)  # kinds of event that say how a door stands now
OPENINGS = frozenset(kind for kind, level in _LEVEL_AFTER.items() if level is DoorLevel.OPEN)


def level_after(kind: str) -> DoorLevel | None:
    """What an event of this kind says of its door; None when it says nothing."""
    return _LEVEL_AFTER.get(kind)


_INSIDE_AFTER = {"empty": Inside.EMPTY, "occupied": Inside.OCCUPIED}
PROOFS_OF_INSIDE = frozenset(_INSIDE_AFTER)  # kinds of event that say what is behind a shut door


def inside_after(kind: str) -> Inside | None:
    """What an event of this kind proves of what is behind its door; None when it proves nothing."""
    return _INSIDE_AFTER.get(kind)


def inside_now(inside: Inside, door: DoorLevel) -> Inside:
    """What is known of it now: nothing while the door is not sensed shut."""
    return inside if door is DoorLevel.SHUT else Inside.UNKNOWN


_KEY_AFTER = {"key_on": SecondKey.ON, "key_off": SecondKey.OFF, "key_fault": SecondKey.FAULT}


def key_after(kind: str) -> SecondKey | None:
    """What an event of this kind says of the second key that its reason names; None when it says nothing."""
    return _KEY_AFTER.get(kind)


def is_worth_the_trail(before: SecondKey, after: SecondKey) -> bool:
    """At each start a device tells of its keys; that one is off is news only when it was not."""
    return after is not before and (before, after) != (SecondKey.NONE, SecondKey.OFF)


LEAST_GAPS: Final = 8  # heard before a rhythm is believed
MOST_GAPS: Final = 32  # remembered
SAME_BREATH: Final = timedelta(seconds=5)  # several messages about one thing
GAPS_MISSED: Final = 3
LEAST_SILENCE: Final = timedelta(minutes=5)
_ONE_IN: Final = 4  # deviations of more than a quarter from the usual gap are no rhythm


def usual_gap_s(gaps_s: Sequence[float]) -> int:
    """How often a device speaks: the median of its gaps, which one outage does not move. 0: there is no rhythm in it.

    A door contact that speaks when somebody comes has none, and its silence says nothing.
    """
    if len(gaps_s) < LEAST_GAPS:
        return 0
    usual = median(gaps_s)
    return round(usual) if median(abs(gap - usual) for gap in gaps_s) * _ONE_IN <= usual else 0


def is_about(gap_s: int, known_s: int) -> bool:
    """Not worth writing down: within a fifth of what is known already."""
    return abs(gap_s - known_s) * 5 <= known_s


def has_gone_silent(*, heard_at: datetime, usual_s: int, now: datetime) -> bool:
    """It has missed three times when it usually speaks. One without a rhythm never has."""
    return usual_s > 0 and now - heard_at > max(GAPS_MISSED * timedelta(seconds=usual_s) + HEARD_AGAIN, LEAST_SILENCE)


def outsider_id(maker: str, name: str) -> str:
    """What we call an off-the-shelf device: readable, and its own whatever others are called."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:20]
    return "-".join(part for part in (plain, sha256(f"{maker}/{name}".encode()).hexdigest()[:10]) if part)


def is_an_old_will(told: Presentation, *, known_boot_id: str) -> bool:
    """A will that the broker held back until after the device had come up again."""
    return not told.online and told.boot_id != known_boot_id

"""Judgements about crowds, from plain values. What nobody knows is None, never 0."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from gateway.telemetry.rules import Sample

DRIFT_FREE: Final = 2  # people that beams may miscount in a day before anybody doubts them
DRIFT_SHARE: Final = 0.1  # or of all who came
QUIET_BELOW: Final = 0.4  # of the capacity
FULL_FROM: Final = 0.9

DAYS_BACK: Final = 8  # that a closing time is looked for


class Confidence(StrEnum):
    """How sure a count is."""

    KNOWN = "known"
    ROUGH = "rough"
    UNKNOWN = "unknown"


class Doubt(StrEnum):
    """Why a count is not quite sure, or not known at all."""

    NO_COUNTER = "no_counter"  # nothing counts people at its borders
    SILENT = "counter_silent"  # one of its counters says nothing now
    AWAY = "counter_was_away"  # one of them said nothing for a while since the opening: who passed then nobody knows
    DRIFT = "drift_seen"  # more went out than had come in
    PRESENCE = "presence_disagrees"  # it should be empty, and a sensor sees somebody


class Passed(NamedTuple):
    """How many came in and went out within a minute."""

    at_ms: int
    entered: float
    left: float


class Tallied(NamedTuple):
    """What a day's passages come to. `corrected`: people that had to be added lest fewer than nobody were there."""

    people: int
    entered: int
    corrected: int


@dataclass(frozen=True)
class Crowd:
    """How many people are in a zone, or in the whole house. `people` None: unknown.

    `corrected` and `entered` since the opening, the latter None where a sensor sees how many there are and nothing
    counts who comes; `left_over`: who was still counted in at the last closing, and no
    longer after it; None when it is not known. `since`: when counting began at zero.
    """

    people: int | None
    confidence: Confidence
    doubt: Doubt | None
    capacity: int | None
    entered: int | None
    corrected: int
    left_over: int | None
    since: datetime

    @property
    def fullness(self) -> float | None:
        """How full it is: 1 is as many as it is for. None: unknown."""
        return None if self.people is None or not self.capacity else self.people / self.capacity


def is_occupied(crowd: Crowd, *, sees_somebody: bool) -> bool | None:
    """Whether anybody is there. Only a sure count of nobody says no: a sensor that sees none proves nothing."""
    if sees_somebody or crowd.people:
        return True
    return False if crowd.people == 0 and crowd.confidence is Confidence.KNOWN else None


class Level(StrEnum):
    """How full a place is, in a word."""

    QUIET = "quiet"
    MODERATE = "moderate"
    FULL = "full"
    CLOSED = "closed"
    UNKNOWN = "unknown"


def level(fullness: float | None) -> Level:
    """In a word."""
    if fullness is None:
        return Level.UNKNOWN
    if fullness < QUIET_BELOW:
        return Level.QUIET
    return Level.FULL if fullness >= FULL_FROM else Level.MODERATE


def tallied(passed: Iterable[Passed], *, opens_ms: int) -> Tallied:
    """Entries minus exits, in order of time, and never below zero.

    Who was there before the opening, such as staff, is let out without being taken for drift.
    """
    came: dict[int, float] = defaultdict(float)
    net: dict[int, float] = defaultdict(float)
    for one in passed:  # within a minute nobody knows who came first
        came[one.at_ms] += one.entered
        net[one.at_ms] += one.entered - one.left
    people = entered = corrected = 0.0
    for at_ms in sorted(net):
        people += net[at_ms]
        is_open = at_ms >= opens_ms
        entered += came[at_ms] if is_open else 0.0
        if people < 0:
            corrected -= people if is_open else 0.0
            people = 0.0
    return Tallied(round(people), round(entered), round(corrected))


class Course(NamedTuple):
    """How many were there at each of some marks, the most that ever were, and when; None: nobody ever was."""

    people: Sequence[int]
    most: int
    most_at_ms: int | None


def course(passed: Iterable[Passed], *, closings_ms: Collection[int], marks_ms: Sequence[int]) -> Course:
    """Entries minus exits up to each mark, in order of time: never below zero, and zero again at each closing."""
    net: dict[int, float] = defaultdict(float)
    for one in passed:
        net[one.at_ms] += one.entered - one.left
    people, most, most_at_ms = 0.0, 0, None
    found: dict[int, int] = {}
    for at_ms in sorted({*net, *closings_ms, *marks_ms}):
        found[at_ms] = round(people) if at_ms not in closings_ms else 0
        people = max(0.0, (0.0 if at_ms in closings_ms else people) + net.get(at_ms, 0.0))
        if round(people) > most:
            most, most_at_ms = round(people), at_ms
    return Course([found[at_ms] for at_ms in marks_ms], most, most_at_ms)


def seen_at(heads: Iterable[Sequence[Sample]], marks_ms: Sequence[int], *, holds_ms: int) -> list[int | None]:
    """How many all of them saw at each mark, in order of time. None where one of them had said nothing for too long."""
    found: list[float | None] = [0.0] * len(marks_ms)
    for said in heads:
        no, last = 0, None
        for at, mark_ms in enumerate(marks_ms):
            while no < len(said) and said[no].taken_ms <= mark_ms:
                last, no = said[no], no + 1
            fresh = last is not None and mark_ms - last.taken_ms <= holds_ms
            value, so_far = last.value if last is not None and fresh else None, found[at]
            found[at] = None if value is None or so_far is None else so_far + value
    return [None if people is None else round(people) for people in found]


def doubt(
    today: Tallied, *, has_counters: bool, is_silent: bool, back_ms: int, opens_ms: int, sees_somebody: bool
) -> Doubt | None:
    """What speaks against a count: the gravest. None: nothing.

    `back_ms`: when the counter that was heard again last was heard again.
    """
    if not has_counters:
        return Doubt.NO_COUNTER
    if is_silent:
        return Doubt.SILENT
    if back_ms >= opens_ms:
        return Doubt.AWAY
    if today.corrected > max(DRIFT_FREE, DRIFT_SHARE * today.entered):
        return Doubt.DRIFT
    return Doubt.PRESENCE if today.people == 0 and sees_somebody else None


def confidence(why: Doubt | None) -> Confidence:
    """How sure a count is that this speaks against."""
    if why is None:
        return Confidence.KNOWN
    return Confidence.UNKNOWN if why in {Doubt.NO_COUNTER, Doubt.SILENT} else Confidence.ROUGH


class Frame(NamedTuple):
    """The day that is lived now, from the last closing on; when it opened or will; and the closing before."""

    before_at: datetime
    closed_at: datetime
    opens_at: datetime


def frame(days: Mapping[datetime, datetime], *, midnight: datetime, now: datetime) -> Frame:
    """`days`: when each of the last days opened and closed. Where no day has closed, counting began at `midnight`."""
    closings = sorted(closed for closed in days.values() if closed <= now)
    closed_at = closings[-1] if closings else midnight
    before_at = closings[-2] if len(closings) > 1 else closed_at - timedelta(days=1)
    opens = [opened for opened in sorted(days) if opened >= closed_at]
    return Frame(before_at, closed_at, opens[0] if opens else closed_at)

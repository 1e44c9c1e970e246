"""Judgements about alerts: plain values in, an answer out."""

from datetime import datetime, time, timedelta
from enum import Enum
from typing import Final
from zoneinfo import ZoneInfo

from gateway.alerts.kinds import KINDS, Kind
from gateway.alerts.model import Alert, AlertState

QUIET_FROM: Final = time(22, 0)  # by the centre's clock: nobody is there
QUIET_UNTIL: Final = time(8, 0)
LONGEST_SHELF: Final = timedelta(days=30)


def has_held(kind: Kind, *, since: datetime, now: datetime, hold: timedelta | None = None) -> bool:
    """It has been so for long enough to be raised. `hold` None: the kind's own."""
    return now >= held_at(kind, since=since, hold=hold)


def held_at(kind: Kind, *, since: datetime, hold: timedelta | None = None) -> datetime:
    """When it will have been so for long enough. `hold` None: the kind's own."""
    return since + (kind.hold if hold is None else hold)


def is_so(kind: Kind, level: float, *, was_so: bool) -> bool:
    """A measured level is too high: from `raise_at` on, and once it is so until it falls below `clear_below`."""
    return level >= (kind.clear_below if was_so else kind.raise_at)


def is_over(kind: Kind, *, over_at: datetime | None, now: datetime) -> bool:
    """It clears by itself now: it has not been so for long enough, and is no kind that waits for a person."""
    return not kind.latched and over_at is not None and now - over_at >= kind.calm


def disturbs_from(kind: Kind, at: datetime, zone: ZoneInfo) -> datetime:
    """From when on somebody may be disturbed by an alert of `at`: at once, or when the quiet hours are over."""
    there = at.astimezone(zone)
    if not kind.keeps_quiet or QUIET_UNTIL <= there.time() < QUIET_FROM:
        return at
    day = there.date() + timedelta(days=1 if there.time() >= QUIET_FROM else 0)
    return datetime.combine(day, QUIET_UNTIL, zone).astimezone(at.tzinfo)


def must_escalate(kind: Kind, *, waiting_since: datetime, zone: ZoneInfo, now: datetime) -> bool:
    """Nobody has taken it up for too long."""
    if kind.escalate_after is None:
        return False
    return now >= disturbs_from(kind, waiting_since, zone) + kind.escalate_after


class Due(Enum):
    """What time asks of an alert."""

    CLEAR = "clear"
    END_SHELF = "end shelf"
    ESCALATE = "escalate"


def what_time_asks(one: Alert, *, zone: ZoneInfo, now: datetime) -> Due | None:
    """What is due of an alert, if anything is: the most final thing."""
    kind = KINDS[one.kind]
    if one.cleared_at is not None:
        return None
    if is_over(kind, over_at=one.over_at, now=now):
        return Due.CLEAR
    if one.shelved_until is not None:
        return Due.END_SHELF if now >= one.shelved_until else None
    if one.state is AlertState.OPEN and one.escalated_at is None:
        late = must_escalate(kind, waiting_since=one.waiting_since, zone=zone, now=now)
        return Due.ESCALATE if late else None
    return None


def is_worth_telling(count: int) -> bool:
    """Of repeats only the 2nd, 4th, 8th … are told at once, so that a storm drowns nobody."""
    return count & (count - 1) == 0


def shelf_fault(*, until: datetime, now: datetime) -> str | None:
    """What is wrong with putting an alert aside until then; None when nothing is."""
    if until <= now:
        return "in_the_past"
    return "too_long" if until - now > LONGEST_SHELF else None

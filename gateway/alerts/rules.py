"""Judgements about alerts: plain values in, an answer out."""

from datetime import datetime, timedelta
from enum import Enum
from typing import Final
from zoneinfo import ZoneInfo

from gateway.alerts.kinds import Hours, Kind
from gateway.alerts.model import Alert, AlertState
from gateway.channels.model import Severity
from gateway.channels.rules import quiet_until

QUIET: Final = Hours(22 * 60, 8 * 60)  # nobody is there
LONGEST_SHELF: Final = timedelta(days=30)

_ORDER: Final = list(Severity)


def has_held(kind: Kind, *, since: datetime, now: datetime, hold: timedelta | None = None) -> bool:
    """It has been so for long enough to be raised. `hold` None: the kind's own."""
    return now >= held_at(kind, since=since, hold=hold)


def held_at(kind: Kind, *, since: datetime, hold: timedelta | None = None) -> datetime:
    """When it will have been so for long enough. `hold` None: the kind's own."""
    return since + (kind.hold if hold is None else hold)


def is_so(kind: Kind, level: float, *, was_so: bool) -> bool:
    """A measured level is too high: from `raise_at` on, and once it is so until it falls below `clear_at`.

    Of a kind that `falls` it is too low: below `raise_at`, and once it is so until it is at `clear_at` again.
    """
    limit = kind.clear_at if was_so else kind.raise_at
    return level < limit if kind.falls else level >= limit


def is_over(kind: Kind, *, over_at: datetime | None, now: datetime) -> bool:
    """It clears by itself now: it has not been so for long enough, and is no kind that waits for a person."""
    return not kind.latched and over_at is not None and now - over_at >= kind.calm


def disturbs_from(kind: Kind, at: datetime, zone: ZoneInfo) -> datetime:
    """From when on somebody may be disturbed by an alert of `at`: at once, or when the quiet hours are over."""
    if not kind.keeps_quiet:
        return at
    hours = kind.quiet or QUIET
    return quiet_until(at, zone=zone, from_min=hours.from_min, until_min=hours.until_min)


def must_escalate(kind: Kind, *, waiting_since: datetime, zone: ZoneInfo, now: datetime) -> bool:
    """Nobody has taken it up for too long."""
    if kind.escalate_after is None:
        return False
    return now >= disturbs_from(kind, waiting_since, zone) + kind.escalate_after


class Due(Enum):
    """What time asks of an alert, or a rule that has been changed."""

    DROP = "drop"  # its rule was switched off
    CLEAR = "clear"
    RATE = "rate"  # its rule has another severity
    END_SHELF = "end shelf"
    ESCALATE = "escalate"


def what_is_due(one: Alert, rule: Kind, *, zone: ZoneInfo, now: datetime) -> Due | None:
    """What is due of an alert, if anything is: the most final thing. `rule`: in force for it."""
    if one.cleared_at is not None:
        return None
    if not rule.on:
        return Due.DROP
    if is_over(rule, over_at=one.over_at, now=now):
        return Due.CLEAR
    if one.severity is not rule.severity:
        return Due.RATE
    return _what_time_asks(one, rule, zone=zone, now=now)


def presses_more(severity: Severity, than: Severity) -> bool:
    """Whether somebody may hear of it who did not before."""
    return _ORDER.index(severity) > _ORDER.index(than)


def is_worth_telling(count: int) -> bool:
    """Of repeats only the 2nd, 4th, 8th … are told at once, so that a storm drowns nobody."""
    return count & (count - 1) == 0


def shelf_fault(*, until: datetime, now: datetime) -> str | None:
    """What is wrong with putting an alert aside until then; None when nothing is."""
    if until <= now:
        return "in_the_past"
    return "too_long" if until - now > LONGEST_SHELF else None


def _what_time_asks(one: Alert, rule: Kind, *, zone: ZoneInfo, now: datetime) -> Due | None:
    if one.shelved_until is not None:
        return Due.END_SHELF if now >= one.shelved_until else None
    if one.state is AlertState.OPEN and one.escalated_at is None:
        late = must_escalate(rule, waiting_since=one.waiting_since, zone=zone, now=now)
        return Due.ESCALATE if late else None
    return None

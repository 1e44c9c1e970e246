"""Keeping the latest time that is known to have come. Nothing here commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.kit import audit
from gateway.kit.clock import Clock
from gateway.kit.errors import Conflict
from gateway.timekeeping import rules
from gateway.timekeeping.model import TimeMark
from gateway.timekeeping.rules import Mark


def keep(session: Session, *, clock: Clock) -> None:
    """Write down that it is now, or later where the clock was set back. Once a minute is often enough."""
    row = _hold(session)
    _write(session, row, rules.next_mark(_mark_of(row), _shown_by(clock)))


def believe(session: Session, *, it_is: datetime, actor: str, clock: Clock) -> None:
    """Somebody looked at another clock, where it is `it_is`: when ours agrees it counts, whatever was kept before.

    For a clock that ran ahead and was set right. Raises Conflict("clock_differs") when ours shows another time.
    """
    shown = _shown_by(clock)
    if abs(shown.at - it_is) > rules.TOLERANCE:
        raise Conflict("clock_differs", shows=shown.at.isoformat())
    row = _hold(session)
    was = row.at.isoformat() if row else None
    _write(session, row, shown)
    audit.append(session, actor=actor, act="clock_believed", thing="gateway", now=shown.at, was=was)


def _hold(session: Session) -> TimeMark | None:
    """The row, which nobody else writes before this transaction ends: what somebody has just said is not undone."""
    return session.get(TimeMark, 1, with_for_update=True)


def _shown_by(clock: Clock) -> Mark:
    return Mark(clock.now(), clock.monotonic(), clock.host_boot())


def _mark_of(row: TimeMark | None) -> Mark | None:
    return Mark(row.at, row.mono_s, row.host_boot) if row else None


def _write(session: Session, row: TimeMark | None, mark: Mark) -> None:
    row = row or TimeMark(id=1)
    row.at, row.mono_s, row.host_boot = mark
    session.add(row)
    session.flush()

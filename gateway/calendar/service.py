"""Setting opening hours, and saying what a date is. Nothing here commits."""

from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from gateway.calendar import queries
from gateway.calendar.model import HOUSE, CalendarDay, DayKind, OpeningHours
from gateway.calendar.rules import Opening, Said, Week
from gateway.kit import audit
from gateway.kit.errors import NotFound


def set_week(session: Session, *, whose: str, week: Week, actor: str, now: datetime) -> None:
    """From now on these are the hours that a space, or the HOUSE, has set for itself; what is left out is inherited."""
    told = {day.value: _text(opening) if opening else "closed" for day, opening in week.items()}
    # The trail first: on PostgreSQL two who set the same hours take turns there.
    audit.append(session, actor=actor, act="opening_hours_set", thing=_thing(whose), now=now, week=told)
    session.execute(delete(OpeningHours).where(OpeningHours.whose == whose))
    for day, opening in week.items():
        opens_min, closes_min = opening or (None, None)
        session.add(OpeningHours(whose=whose, day=day, opens_min=opens_min, closes_min=closes_min))
    session.flush()


def set_day(
    session: Session,
    *,
    whose: str,
    day: date,
    kind: DayKind,
    reason: str,
    opening: Opening | None,
    actor: str,
    now: datetime,
) -> Said:
    """Say what a date is for a space or the HOUSE, in place of what was said before. Bookings stay as they are."""
    facts = {"day": day.isoformat(), "kind": kind.value, "reason": reason}
    hours = {"hours": _text(opening)} if opening else {}
    audit.append(session, actor=actor, act="day_set", thing=_thing(whose), now=now, **facts, **hours)  # first, as above
    opens_min, closes_min = opening or (None, None)
    row = session.merge(
        CalendarDay(whose=whose, day=day, kind=kind, opens_min=opens_min, closes_min=closes_min, reason=reason)
    )
    session.flush()
    return queries.said_by(row)


def clear_day(session: Session, *, whose: str, day: date, actor: str, now: datetime) -> None:
    """Take back what was said of a date. Raises NotFound("day") when nothing was."""
    gone = session.execute(
        delete(CalendarDay).where(CalendarDay.whose == whose, CalendarDay.day == day).returning(CalendarDay.day)
    )
    if gone.first() is None:
        raise NotFound("day")
    audit.append(session, actor=actor, act="day_cleared", thing=_thing(whose), now=now, day=day.isoformat())


def _thing(whose: str) -> str:
    return "centre" if whose == HOUSE else whose


def _text(opening: Opening) -> str:
    return "–".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in opening)

"""How days are at one place. Read-only."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from gateway.calendar.model import HOUSE, CalendarDay, DayKind, DayName, OpeningHours
from gateway.calendar.national import PublicCalendar
from gateway.calendar.rules import Day, Opening, Said, Week, Why, day_at


@dataclass(frozen=True)
class Almanac:
    """Every day of a span at one place, read once and asked of day by day.

    `said`: by date and by whose it is. `line`: the place itself and what it is part of, up to the HOUSE.
    """

    line: Sequence[str]
    usual: Opening
    public: PublicCalendar
    said: Mapping[date, Mapping[str, Said]]
    weeks: Sequence[Week]

    def day(self, day: date) -> Day:
        """How that day is. It must lie within the span that the almanac was made for."""
        said = self.said.get(day, {})
        nearest_first = [said[whose] for whose in self.line if whose in said]
        # Whoever books a whole has all of its parts.
        parts_closed = [word for word in said.values() if word.kind is DayKind.CLOSED]
        return day_at(
            day, said=[*nearest_first, *parts_closed], public=self.public.of(day), weeks=self.weeks, usual=self.usual
        )


def almanac(
    session: Session,
    *,
    line: Sequence[str],
    parts: Sequence[str],
    usual: Opening,
    public: PublicCalendar,
    first: date,
    last: date,
) -> Almanac:
    """For the days from `first` to `last`.

    `line`: the ids of the place itself and of what it is part of, upwards; `parts`: of what is part of it.
    """
    whole_line = [*line, HOUSE]
    said: dict[date, dict[str, Said]] = defaultdict(dict)
    for row in session.scalars(
        select(CalendarDay).where(CalendarDay.whose.in_([*whole_line, *parts]), CalendarDay.day.between(first, last))
    ):
        said[row.day][row.whose] = said_by(row)
    weeks = weeks_of(session, whole_line)
    return Almanac(whole_line, usual, public, said, [weeks[whose] for whose in whole_line])


def weeks_of(session: Session, whose: Sequence[str]) -> Mapping[str, Week]:
    """The opening hours that each of these has set for itself."""
    weeks: dict[str, dict[DayName, Opening | None]] = {one: {} for one in whose}
    for row in session.scalars(select(OpeningHours).where(OpeningHours.whose.in_(whose))):
        weeks[row.whose][row.day] = _opening(row)
    return weeks


def days_said(session: Session, *, whose: str, year: int) -> dict[date, Said]:
    """What staff have said of a year's days, of one space or of the HOUSE."""
    rows = session.scalars(
        select(CalendarDay).where(CalendarDay.whose == whose, CalendarDay.day.between(*_ends_of(year)))
    )
    return {row.day: said_by(row) for row in rows}


def has_holidays(session: Session, year: int) -> bool:
    """Whether staff have entered any public holiday of that year for the whole centre."""
    entered = exists().where(
        CalendarDay.whose == HOUSE,
        CalendarDay.kind == DayKind.HOLIDAY,
        CalendarDay.day.between(*_ends_of(year)),
    )
    return bool(session.scalar(select(entered)))


def missing_year(session: Session, *, public: PublicCalendar, today: date) -> int | None:
    """The year that is about to begin without its public holidays being known to anybody here; else None."""
    year = public.unknown_year(today)
    return None if year is None or has_holidays(session, year) else year


def said_by(row: CalendarDay) -> Said:
    """As the row says; staff write in one language."""
    return Said(row.kind, Why(row.reason, row.reason), _opening(row))


def _ends_of(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _opening(row: OpeningHours | CalendarDay) -> Opening | None:
    if row.opens_min is None or row.closes_min is None:
        return None
    return Opening(row.opens_min, row.closes_min)

"""How days are at one place. Read-only."""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from gateway.calendar.model import HOUSE, CalendarDay, DayKind, DayName, OpeningHours
from gateway.calendar.national import PublicCalendar
from gateway.calendar.rules import Day, Opening, Said, Week, Why, day_at, kind_at
from gateway.kit.edition import kept


@dataclass(frozen=True)
class Almanac:
    """Every day at one place, asked of day by day.

    `said`: by date and by whose it is. `line`: the place itself and what it is part of, up to the HOUSE. `parts`: of
    what is part of it. Only who has said something is among them: by that, places are `alike`.
    """

    line: Sequence[str]
    parts: Sequence[str]
    usual: Opening
    public: PublicCalendar
    said: Mapping[date, Mapping[str, Said]]
    weeks: Sequence[Week]

    @property
    def alike(self) -> Hashable:
        """Equal for two places at which every day is the same, of almanacs that were read together."""
        return self.usual, tuple(self.line), tuple(self.parts)

    def day(self, day: date) -> Day:
        """How that day is."""
        said = self.said.get(day, {})
        nearest_first = [said[whose] for whose in self.line if whose in said]
        # Whoever books a whole has all of its parts.
        parts_closed = [said[whose] for whose in self.parts if whose in said and said[whose].kind is DayKind.CLOSED]
        return day_at(
            day, said=[*nearest_first, *parts_closed], public=self.public.of(day), weeks=self.weeks, usual=self.usual
        )

    def kind(self, day: date) -> DayKind | None:
        """What an open day is beside its weekday. None: a day like any other."""
        said = self.said.get(day, {})
        nearest_first = [said[whose] for whose in self.line if whose in said]
        return kind_at(day, said=nearest_first, public=self.public.of(day))


@dataclass(frozen=True)
class AllSaid:
    """What is said of every day, everywhere."""

    said: Mapping[date, Mapping[str, Said]]
    weeks: Mapping[str, Week]

    def at(self, *, line: Sequence[str], parts: Sequence[str], usual: Opening, public: PublicCalendar) -> Almanac:
        """For one place. `line`: its id and those of what it is part of, upwards; `parts`: of what is part of it."""
        heard = [one for one in (*line, HOUSE) if one in self._speakers or one in self.weeks]
        parts = [one for one in parts if one in self._speakers]
        return Almanac(heard, parts, usual, public, self.said, [self.weeks.get(one, {}) for one in heard])

    @cached_property
    def _speakers(self) -> frozenset[str]:
        return frozenset(whose for said in self.said.values() for whose in said)


@kept
def all_said(session: Session) -> AllSaid:
    """Of every day, and of the weeks."""
    said: dict[date, dict[str, Said]] = defaultdict(dict)
    for day in session.scalars(select(CalendarDay)):
        said[day.day][day.whose] = said_by(day)
    weeks: dict[str, dict[DayName, Opening | None]] = defaultdict(dict)
    for row in session.scalars(select(OpeningHours)):
        weeks[row.whose][row.day] = _opening(row)
    return AllSaid(dict(said), dict(weeks))


def weeks_of(session: Session, whose: Sequence[str]) -> Mapping[str, Week]:
    """The opening hours that each of these has set for itself."""
    weeks = all_said(session).weeks
    return {one: weeks.get(one, {}) for one in whose}


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

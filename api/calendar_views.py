"""Days and opening hours, as JSON."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, model_validator

from api.views import AnyId, Ask, InBothLanguages, PlainText, View, name_of, wrong
from gateway.calendar.model import DayKind, DayName
from gateway.calendar.rules import Day, Opening, Said, Week

FIRST_YEAR, LAST_YEAR = 2000, 2100

Minute = Annotated[StrictInt, Field(ge=0, le=1440, description="Wall-clock minutes after midnight.")]


def _iso(value: object) -> object:
    """Only text: a bare number would be taken for seconds since 1970."""
    if not isinstance(value, str) or len(value) != len("2026-10-01"):
        raise ValueError("write a date like 2026-10-01")
    return value


def _of_this_century(day: date) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"a date from {FIRST_YEAR} to {LAST_YEAR}")
    return day


IsoDay = Annotated[date, BeforeValidator(_iso), AfterValidator(_of_this_century)]


class Hours(Ask):
    """From opening to closing on one day."""

    opens_min: Minute
    closes_min: Minute

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> Self:
        if self.closes_min <= self.opens_min:
            raise wrong("closes_min", "closes_min must come after opens_min")
        return self

    @property
    def opening(self) -> Opening:
        """Both ends."""
        return Opening(self.opens_min, self.closes_min)


class HoursView(View):
    """From opening to closing on one day: wall-clock minutes after midnight."""

    opens_min: int
    closes_min: int

    @classmethod
    def of(cls, opening: Opening | None) -> Self | None:
        """None: closed."""
        return None if opening is None else cls(opens_min=opening.opens_min, closes_min=opening.closes_min)


class WeekAsk(Ask):
    """Opening hours by the name of the day; null: closed. What is left out is inherited.

    `holiday`: a public holiday, closed unless somebody says otherwise. `workday`: a Saturday or Sunday that is worked.
    """

    week: dict[DayName, Hours | None]

    def told(self) -> Week:
        """As the service takes it."""
        return {day: hours.opening if hours else None for day, hours in self.week.items()}


class WeekView(View):
    """The opening hours that a space, or the whole centre, has set for itself; null: closed."""

    week: dict[DayName, HoursView | None]

    @classmethod
    def of(cls, week: Week) -> Self:
        """In the order of the week."""
        return cls(week={day: HoursView.of(week[day]) for day in DayName if day in week})


class NewDay(Ask):
    """What a date is. `hours` goes with `special_hours`, and only with it. `space_id`: of one space, not of all."""

    kind: DayKind
    reason: PlainText
    space_id: AnyId | None = None
    hours: Hours | None = None

    @model_validator(mode="after")
    def _hours_when_special(self) -> Self:
        if (self.kind is DayKind.SPECIAL_HOURS) != (self.hours is not None):
            raise wrong("hours", "hours go with special_hours, and only with it")
        return self


class NamedDayView(View):
    """A date that is unlike others. `said_by`: staff, whose word goes first, or the public calendar."""

    day: date
    kind: DayKind
    why: InBothLanguages
    hours: HoursView | None
    said_by: Literal["staff", "public"]

    @classmethod
    def of(cls, day: date, said: Said, said_by: Literal["staff", "public"]) -> Self:
        """As it was said."""
        return cls(day=day, kind=said.kind, why=name_of(*said.why), hours=HoursView.of(said.opening), said_by=said_by)


class SetDayView(NamedDayView):
    """The date as it is now. `bookings_outside`: so many stand that day at times that are no longer open."""

    bookings_outside: int


class YearView(View):
    """The dates of a year that are unlike others. `is_known`: whether the public calendar has them by now."""

    year: int
    is_known: bool
    items: list[NamedDayView]


class DayView(View):
    """How one day is at a space. `hours` null: closed, and `why` says why; else `why` is the day's name, if any."""

    day: date
    hours: HoursView | None
    why: InBothLanguages | None

    @classmethod
    def of(cls, day: date, found: Day) -> Self:
        """As the calendar has it."""
        return cls(day=day, hours=HoursView.of(found.opening), why=name_of(*found.why) if found.why else None)

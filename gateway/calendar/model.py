"""Tables of opening hours and of the days that are unlike others."""

import datetime as dt
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, Date, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, word_column

HOUSE: Final = ""  # whose hours and days they are when they are the whole centre's

_SPAN: Final = "0 <= opens_min AND opens_min < closes_min AND closes_min <= 1440"
_SPAN_FITS: Final = f"(opens_min IS NULL) = (closes_min IS NULL) AND (opens_min IS NULL OR ({_SPAN}))"


class DayName(StrEnum):
    """What a day is called when it is opened: a weekday, a public holiday, or a weekend day on which people work."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"
    HOLIDAY = "holiday"
    WORKDAY = "workday"  # a make-up workday (调休) on a Saturday or Sunday


class DayKind(StrEnum):
    """What staff, or the public calendar, say of one date."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"
    CLOSED = "closed"
    SPECIAL_HOURS = "special_hours"


class OpeningHours(Base):
    """When somebody is let in on days of one name. `whose`: a space's id, or HOUSE. Without times: closed.

    Minutes are wall-clock minutes after midnight in the centre's zone.
    """

    __tablename__ = "opening_hours"
    __table_args__ = (CheckConstraint(_SPAN_FITS, name="span"),)

    whose: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[DayName] = mapped_column(word_column(DayName), primary_key=True)
    opens_min: Mapped[int | None]
    closes_min: Mapped[int | None]


class CalendarDay(Base):
    """What staff say of one date. `whose`: a space's id, or HOUSE. Times are those of special hours."""

    __tablename__ = "calendar_days"
    __table_args__ = (
        CheckConstraint(_SPAN_FITS, name="span"),
        CheckConstraint("(kind = 'special_hours') = (opens_min IS NOT NULL)", name="hours"),
    )

    whose: Mapped[str] = mapped_column(String(32), primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    kind: Mapped[DayKind] = mapped_column(word_column(DayKind))
    opens_min: Mapped[int | None]
    closes_min: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(64))  # as staff wrote it, in whichever language

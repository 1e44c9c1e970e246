"""Series of bookings, as JSON."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import StrictBool
from sqlalchemy.orm import Session

from api.calendar_views import IsoDay
from api.space_views import BookingChange
from api.views import InBothLanguages, View, name_of
from api.words import WORDS
from gateway.bookings import queries as bookings
from gateway.bookings.model import BookingState, Series
from gateway.bookings.queries import Turn
from gateway.bookings.series import Missed
from gateway.kit.sentences import in_language
from gateway.members.model import Language
from gateway.spaces import queries as spaces


class SeriesChange(BookingChange):
    """Another time for the occurrence of a day, and for every later one alike. `all`: all of them, or nothing."""

    from_day: IsoDay
    all: StrictBool | None = None


class Near(View):
    """A time near by that was free."""

    starts_at: datetime
    ends_at: datetime


class MissedView(View):
    """Why there is no booking, or why it was not moved. `alternatives`: times near by that are free."""

    code: str
    detail: str
    alternatives: list[Near]


class OccurrenceView(View):
    """One time of a series, named by its day: a booking, or why there is none, or why it stayed where it was."""

    day: date
    starts_at: datetime
    ends_at: datetime
    booking_id: str | None
    state: BookingState | None
    missed: MissedView | None


class SeriesView(View):
    """A space again and again. `starts_at` and `ends_at`: of the first. From `ended_from` on there is nothing more."""

    id: str
    space_id: str
    space_name: InBothLanguages
    recurrence: str
    starts_at: datetime
    ends_at: datetime
    guests: int
    ended_from: date | None
    occurrences: list[OccurrenceView]


def series_view(session: Session, series: Series, language: Language, missed: Sequence[Missed] = ()) -> SeriesView:
    """As its member reads it. `missed`: what an act has just found, with more facts than are kept."""
    space = spaces.space(session, series.space_id)
    just_found = {one.day: one for one in missed}
    return SeriesView(
        id=series.id,
        space_id=series.space_id,
        space_name=name_of(space.name_zh, space.name_en),
        recurrence=series.rule,
        starts_at=series.starts_at,
        ends_at=series.ends_at,
        guests=series.guests,
        ended_from=series.ended_from,
        occurrences=[
            _occurrence(turn, just_found.get(turn.occurrence.day), language)
            for turn in bookings.turns(session, series.id)
        ],
    )


def _occurrence(turn: Turn, just_found: Missed | None, language: Language) -> OccurrenceView:
    return OccurrenceView(
        day=turn.occurrence.day,
        starts_at=turn.span.starts_at,
        ends_at=turn.span.ends_at,
        booking_id=turn.booking.id if turn.booking else None,
        state=turn.booking.state if turn.booking else None,
        missed=_missed(turn, just_found, language),
    )


def _missed(turn: Turn, just_found: Missed | None, language: Language) -> MissedView | None:
    if just_found is not None:
        return _why(just_found.code, just_found.facts, language)
    if turn.occurrence.skipped_for is None:
        return None
    return _why(turn.occurrence.skipped_for, json.loads(turn.occurrence.skipped_facts), language)


def _why(code: str, facts: Mapping[str, Any], language: Language) -> MissedView:
    told = in_language(language, {name: value for name, value in facts.items() if name != "alternatives"})
    near: Iterable[Mapping[str, Any]] = facts.get("alternatives", ())
    return MissedView(
        code=code,
        detail=WORDS[code].sentence(language, told),
        alternatives=[Near(starts_at=one["starts_at"], ends_at=one["ends_at"]) for one in near],
    )

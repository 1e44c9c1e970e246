"""Bookings that come again and again: made, moved, cancelled and added back together. Nothing here commits.

Each time is an ordinary booking, judged by the policy and claimed by itself. Whoever changes a series has its row
first, then those of all its bookings in one order, and only then touches claims: two who do wait for each other, and
never in a circle.
"""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.bookings import queries, recurrence, rules, service
from gateway.bookings.model import Booking, BookingState, Occurrence, Series
from gateway.bookings.queries import Turn
from gateway.bookings.rules import Policy
from gateway.kit import audit
from gateway.kit.errors import Conflict, NotFound
from gateway.kit.ids import new_id
from gateway.members.model import Member
from gateway.notices import service as notices
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Space
from gateway.spaces.rules import Span


@dataclass(frozen=True)
class Missed:
    """A time of a series that could not be had, or not be moved to: the code of the refusal, and its facts."""

    day: date
    code: str
    facts: dict[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As a fact of the whole series' refusal."""
        return {"day": self.day.isoformat(), "code": self.code, **self.facts}


def book(
    session: Session,
    *,
    member: Member,
    space_id: str,
    first: Span,
    recurs: str,
    all_or_none: bool,
    policy: Policy,
    now: datetime,
    guests: int = 0,
) -> tuple[Series, list[Missed]]:
    """Book every time of a series that can be had. What cannot is skipped, named, and can be added back later.

    Raises NotFound("space"); Malformed naming `recurrence`; Conflict("series_not_free") with what was `missed` when
    nothing of it can be had, or not all of it though `all_or_none`: the transaction must then end.
    """
    space, rule = spaces.space(session, space_id), recurrence.read(recurs)
    times = recurrence.expand(rule, first, policy.zone)
    series = _begin(session, member, space, first=first, rule=rule.text, guests=guests, now=now)
    missed: list[Missed] = []
    for day, span in times:
        try:
            booking = service.book(
                session, member=member, space_id=space.id, span=span, guests=guests, policy=policy, now=now
            )
        except Conflict as refused:
            missed.append(Missed(day, refused.code, refused.facts))
            session.add(_skipped(series, missed[-1], span))
        else:
            session.add(_booked(series, day, booking))
    _refuse_if_too_few(missed, len(times), all_or_none=all_or_none)
    session.flush()
    counts = {"booked": len(times) - len(missed), "skipped": len(missed)}
    _write_down(session, series, actor=member.audit_id, act="series_booked", now=now, rule=rule.text, **counts)
    return series, missed


def add_back(session: Session, *, series: Series, day: date, member: Member, policy: Policy, now: datetime) -> Booking:
    """Book a time that was skipped or cancelled.

    Raises NotFound("occurrence"); Conflict: `series_ended`, `occurrence_booked`, and what `service.book` raises.
    """
    service.take_turns(session, member)
    turn = next((turn for turn in _take_up(session, series) if turn.occurrence.day == day), None)
    if turn is None:
        raise NotFound("occurrence")
    if series.ended_from is not None and day >= series.ended_from:
        raise Conflict("series_ended")
    if turn.booking is not None and turn.booking.state not in {BookingState.CANCELLED, BookingState.DENIED}:
        raise Conflict("occurrence_booked")
    span = Span(turn.occurrence.starts_at, turn.occurrence.ends_at)
    booking = service.book(
        session,
        member=member,
        space_id=series.space_id,
        span=span,
        guests=series.guests,
        policy=policy,
        now=now,
    )
    turn.occurrence.booking_id, turn.occurrence.skipped_for, turn.occurrence.skipped_facts = booking.id, None, "{}"
    session.flush()
    return booking


def move(
    session: Session,
    *,
    series: Series,
    from_day: date,
    to: Span,
    all_or_none: bool,
    member: Member,
    policy: Policy,
    now: datetime,
) -> list[Missed]:
    """Have the occurrence of a day at another time, and every later one moved alike by the wall clock.

    What cannot be moved stays as it was, and is named. Raises NotFound("occurrence"); Conflict: `series_ended` when
    nothing from that day on is still ahead, and `series_not_free` as `book` does.
    """
    service.take_turns(session, member)
    turns = _ahead(_take_up(session, series), series, from_day, now)
    if not any(turn.occurrence.day == from_day for turn in turns):
        raise NotFound("occurrence")
    shift = recurrence.Shift.to(to, from_day=from_day, zone=policy.zone)
    # The last one first when they go later: none then stands in the way of the one before it.
    goes_later = to.starts_at > turns[0].span.starts_at
    missed: list[Missed] = []
    for turn in sorted(turns, key=lambda turn: turn.occurrence.day, reverse=goes_later):
        span = shift.of(turn.occurrence.day)
        if turn.is_standing and turn.booking is not None:
            try:
                service.move(session, booking=turn.booking, member=member, span=span, policy=policy, now=now)
            except Conflict as refused:
                missed.append(Missed(turn.occurrence.day, refused.code, refused.facts))
                continue
        turn.occurrence.starts_at, turn.occurrence.ends_at = span
    _refuse_if_too_few(missed, sum(turn.is_standing for turn in turns), all_or_none=all_or_none)
    session.flush()
    facts = {"from_day": from_day.isoformat(), "kept": len(missed)}
    _write_down(session, series, actor=member.audit_id, act="series_moved", now=now, **facts)
    return sorted(missed, key=lambda one: one.day)


def cancel(
    session: Session, *, series: Series, from_day: date | None, member: Member, policy: Policy, now: datetime
) -> list[Missed]:
    """Give back what has not begun: all of it, or what comes on a day and later. The series ends there.

    What it is too late to cancel stays booked, and is named. Raises Conflict("series_ended") when nothing of it is left
    there.
    """
    turns = _ahead(_take_up(session, series), series, from_day or date.min, now)
    if not turns:
        raise Conflict("series_ended")
    missed: list[Missed] = []
    spaces_service.take_turns(session, spaces.space(session, series.space_id))
    for turn in turns:
        if turn.is_standing and turn.booking is not None:
            try:
                service.cancel(session, booking=turn.booking, member=member, policy=policy, now=now)
            except Conflict as refused:
                missed.append(Missed(turn.occurrence.day, refused.code, refused.facts))
    _end(session, series, turns[0])
    _write_down(session, series, actor=member.audit_id, act="series_cancelled", now=now, kept=len(missed))
    return missed


def trim_if_dead(session: Session, *, series_id: str, policy: Policy, now: datetime) -> bool:
    """Give back the rest of a series to which nobody has come so many times in a row, and tell its member.

    True when it was. Safe to repeat.
    """
    series = session.get_one(Series, series_id)
    turns = _take_up(session, series)
    in_a_row = rules.no_shows_in_a_row([turn.booking for turn in turns if turn.booking is not None], now)
    left = _ahead(turns, series, date.min, now)
    if not (0 < policy.series_no_shows <= in_a_row and any(turn.is_standing for turn in left)):
        return False
    standing = [turn.booking for turn in left if turn.booking is not None and turn.is_standing]
    spaces_service.take_turns(session, spaces.space(session, series.space_id))
    for booking in standing:
        service.give_back(session, booking=booking, actor="gateway", policy=policy, now=now)
    _end(session, series, left[0])
    count = len(standing)
    space = spaces.space(session, series.space_id)
    name = {"zh-CN": space.name_zh, "en": space.name_en}
    notices.leave(
        session,
        member_id=series.member_id,
        kind="series_trimmed",
        about=series.id,
        now=now,
        space=name,
        in_a_row=in_a_row,
        count=count,
    )
    _write_down(session, series, actor="gateway", act="series_trimmed", now=now, in_a_row=in_a_row, cancelled=count)
    return True


def _begin(
    session: Session, member: Member, space: Space, *, first: Span, rule: str, guests: int, now: datetime
) -> Series:
    series = Series(
        id=new_id(),
        space_id=space.id,
        member_id=member.id,
        rule=rule,
        starts_at=first.starts_at,
        ends_at=first.ends_at,
        guests=guests,
        made_at=now,
        ended_from=None,
    )
    session.add(series)
    session.flush()
    return series


def _booked(series: Series, day: date, booking: Booking) -> Occurrence:
    return Occurrence(
        series_id=series.id,
        day=day,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        booking_id=booking.id,
        skipped_for=None,
    )


def _skipped(series: Series, missed: Missed, span: Span) -> Occurrence:
    # Times near by that were free at that moment are for the answer alone.
    facts = {name: value for name, value in missed.facts.items() if name != "alternatives"}
    return Occurrence(
        series_id=series.id,
        day=missed.day,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        booking_id=None,
        skipped_for=missed.code,
        skipped_facts=json.dumps(facts, ensure_ascii=False, sort_keys=True),
    )


def _refuse_if_too_few(missed: list[Missed], wanted: int, *, all_or_none: bool) -> None:
    if missed and (all_or_none or len(missed) == wanted):
        raise Conflict("series_not_free", count=len(missed), missed=[one.told() for one in missed])


def _take_up(session: Session, series: Series) -> list[Turn]:
    """Have the series and all its bookings for oneself until the transaction ends, as they stand now.

    Whoever may book or move has their member's row before it, as for a single booking.
    """
    session.refresh(series, with_for_update=True)
    mine = select(Occurrence.booking_id).where(Occurrence.series_id == series.id)
    in_one_order = select(Booking).where(Booking.id.in_(mine)).order_by(Booking.id)
    session.scalars(in_one_order.with_for_update().execution_options(populate_existing=True)).all()
    return queries.turns(session, series.id)


def _ahead(turns: list[Turn], series: Series, from_day: date, now: datetime) -> list[Turn]:
    """Those of a day and later that have not begun, and that the series still has."""
    until = series.ended_from or date.max
    return [turn for turn in turns if from_day <= turn.occurrence.day < until and turn.span.starts_at > now]


def _end(session: Session, series: Series, turn: Turn) -> None:
    """From that one on there is nothing of the series any more."""
    series.ended_from = turn.occurrence.day
    session.flush()


def _write_down(session: Session, series: Series, *, actor: str, act: str, now: datetime, **facts: Any) -> None:  # noqa: ANN401 - JSON values
    audit.append(session, actor=actor, act=act, thing=series.id, now=now, space=series.space_id, **facts)

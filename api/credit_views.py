"""Points and appeals, as JSON."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import StringConstraints
from sqlalchemy.orm import Session

from api.views import Ask, InBothLanguages, View, name_of
from gateway.bookings import queries as bookings
from gateway.credit import queries, rules
from gateway.credit.model import Appeal, Cause, CreditEntry
from gateway.credit.rules import Counted
from gateway.members.model import Member
from gateway.spaces import queries as spaces

Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class Why(Ask):
    """In the words of whoever objects or decides."""

    reason: Reason


class CreditEntryView(View):
    """One thing that cost points. `cost`: what it cost at first; `costs_now`: what it still does.

    `forgiven`: of all that still counts the dearest costs nothing. `asked_for` and `answer`: the appeal's words.
    """

    id: str
    cause: Cause
    at: datetime
    booking_id: str
    space_name: InBothLanguages
    starts_at: datetime
    cost: int
    costs_now: int
    forgiven: bool
    appeal: Appeal
    asked_for: str
    answer: str
    answered_at: datetime | None

    @classmethod
    def of(cls, session: Session, entry: CreditEntry, counted: Counted) -> Self:
        """As it counts today."""
        booking = bookings.booking(session, entry.booking_id)
        space = spaces.space(session, booking.space_id)
        return cls(
            id=entry.id,
            cause=entry.cause,
            at=entry.at,
            booking_id=entry.booking_id,
            space_name=name_of(space.name_zh, space.name_en),
            starts_at=booking.starts_at,
            cost=rules.COSTS[entry.cause],
            costs_now=counted.points,
            forgiven=counted.forgiven,
            appeal=entry.appeal,
            asked_for=entry.asked_for,
            answer=entry.answer,
            answered_at=entry.answered_at,
        )


class CreditView(View):
    """What a member has left of `most`, and everything that it comes from, the newest first.

    `is_on`: whether points are kept here at all. `is_low`: fewer than `low_below`, so that rules for low credit hold.
    """

    is_on: bool
    points: int
    most: int
    low_below: int
    is_low: bool
    entries: list[CreditEntryView]

    @classmethod
    def of(cls, session: Session, *, member_id: str, now: datetime) -> Self:
        """As it stands today."""
        score = queries.score_of(session, member_id=member_id, now=now)
        counted = {one.id: one for one in score.counted}
        return cls(
            is_on=queries.is_on(session),
            points=score.points,
            most=rules.MOST,
            low_below=rules.LOW_BELOW,
            is_low=score.is_low,
            entries=[
                CreditEntryView.of(session, entry, counted[entry.id])
                for entry in queries.entries_of(session, member_id=member_id)
            ],
        )


class AppealView(View):
    """Somebody's objection, for whoever decides about it."""

    member_no: str
    member_name: str
    entry: CreditEntryView

    @classmethod
    def of(cls, session: Session, entry: CreditEntry, member: Member, *, now: datetime) -> Self:
        """As it stands."""
        return cls(
            member_no=member.member_no, member_name=member.name, entry=credit_entry_view(session, entry, now=now)
        )


def credit_entry_view(session: Session, entry: CreditEntry, *, now: datetime) -> CreditEntryView:
    """One entry by itself."""
    score = queries.score_of(session, member_id=entry.member_id, now=now)
    return CreditEntryView.of(session, entry, next(one for one in score.counted if one.id == entry.id))

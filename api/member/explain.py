"""May somebody do this to this thing then, and which rule says so."""

from datetime import date
from typing import Annotated, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.deps import Caller, Desk, SignedIn
from api.explain_views import Asked, BankLimits, Explanation, MyPolicy, SpaceLimits
from api.openapi import SIGNED_IN, problems
from api.signpost import Doors
from api.views import AnyId, Instant
from gateway.bookings import asking
from gateway.bookings import queries as bookings
from gateway.kit.errors import Malformed, NotFound
from gateway.lockers import asking as renting
from gateway.lockers import queries as lockers
from gateway.members import queries as members
from gateway.members.model import Member, Role
from gateway.policies.judged import Judged
from gateway.spaces.rules import Span

router = Doors(tags=["policies"])

T = TypeVar("T")

_ASKED_BY_STAFF = (Role.DESK, Role.MANAGER)


class Question(BaseModel):
    """What somebody asks about, as a query has it. Which of it an act needs, that act says."""

    model_config = ConfigDict(frozen=True)

    act: Asked
    bank_id: AnyId | None = Field(None, description="To rent.")
    rental_id: AnyId | None = Field(None, description="To extend.")
    space_id: AnyId | None = Field(None, description="To book or wait.")
    booking_id: AnyId | None = Field(None, description="To move or cancel.")
    starts_at: Instant | None = Field(None, description="To book, wait or move.")
    ends_at: Instant | None = Field(None, description="To book, move or extend; to rent, if not as usual.")
    recurrence: str | None = Field(None, max_length=200, description="To book again and again; RFC 5545.")
    guests: int = Field(0, ge=0, le=1000)
    member_no: AnyId | None = Field(None, description="For staff: whom it is about.")

    def span(self) -> Span:
        """Raises Malformed where it is none."""
        start, end = _given(self.starts_at, "starts_at"), _given(self.ends_at, "ends_at")
        if end <= start:
            raise Malformed("malformed", field="ends_at")
        return Span(start, end)


@router.get("/explain", responses=problems(*SIGNED_IN, "not_allowed", "not_found", "malformed"))
async def explain(who: SignedIn, asked: Annotated[Question, Query()]) -> Explanation:
    """What would come of it now, as if it were done: every rule that was looked at, and the one that decides."""
    desk = who.desk

    def look() -> Explanation:
        judge = _judge_rental if asked.act in ("rent", "extend") else _judge_booking
        with desk.sessions.read() as session:
            member = _whom(session, who, asked.member_no)
            if asked.act == "book" and asked.recurrence is not None:
                times = _judge_series(session, asked, asked.recurrence, member=member, desk=desk)
                return Explanation.of(asked.act, times[0][2], times)
            return Explanation.of(asked.act, judge(session, asked, member=member, desk=desk))

    return await desk.backroom.read(look)


@router.get("/me/policy", responses=problems(*SIGNED_IN))
async def read_my_policy(who: SignedIn) -> MyPolicy:
    """What holds for whoever asks, at every locker bank and every space."""
    desk = who.desk

    def look() -> MyPolicy:
        policy = desk.centre.booking_policy
        with desk.sessions.read() as session:
            member, rentals = who.member(session), desk.centre.settings.rentals
            found = asking.limits_of(session, member=member, policy=policy)
            at_banks = renting.limits_of(session, member=member, max_days=rentals.max_days, now=desk.clock.now())
            return MyPolicy(
                zone=policy.zone.key,
                key_early_min=policy.key_early_min,
                no_show_after_min=policy.no_show_after_min,
                banks=[BankLimits.of(bank, bounds) for bank, bounds in at_banks],
                spaces=[SpaceLimits.of(space, bounds) for space, bounds in found],
            )

    return await desk.backroom.read(look)


def _judge_booking(session: Session, asked: Question, *, member: Member, desk: Desk) -> Judged:
    now, policy = desk.clock.now(), desk.centre.booking_policy
    if asked.act in ("book", "wait"):
        may = asking.may_book if asked.act == "book" else asking.may_wait
        space_id = _given(asked.space_id, "space_id")
        span, guests = asked.span(), asked.guests
        return may(session, member=member, space_id=space_id, span=span, policy=policy, now=now, guests=guests)
    wanted = _given(asked.booking_id, "booking_id")
    booking = bookings.booking_of(session, member_id=member.id, booking_id=wanted)
    if asked.act == "cancel":
        return asking.may_cancel(session, booking=booking, now=now)
    return asking.may_move(session, booking=booking, member=member, span=asked.span(), policy=policy, now=now)


def _judge_series(
    session: Session, asked: Question, recurs: str, *, member: Member, desk: Desk
) -> list[tuple[date, Span, Judged]]:
    return asking.may_book_series(
        session,
        member=member,
        space_id=_given(asked.space_id, "space_id"),
        first=asked.span(),
        recurs=recurs,
        guests=asked.guests,
        policy=desk.centre.booking_policy,
        now=desk.clock.now(),
    )


def _judge_rental(session: Session, asked: Question, *, member: Member, desk: Desk) -> Judged:
    now, settings = desk.clock.now(), desk.centre.settings.rentals
    if asked.act == "rent":
        bank_id, until = _given(asked.bank_id, "bank_id"), asked.ends_at
        facts = {"days": settings.days, "max_days": settings.max_days}
        return renting.may_rent(session, member=member, bank_id=bank_id, until=until, now=now, **facts)
    rental = lockers.rental_of(session, member_id=member.id, rental_id=_given(asked.rental_id, "rental_id"))
    until = _given(asked.ends_at, "ends_at")
    return renting.may_extend(session, rental=rental, member=member, until=until, max_days=settings.max_days, now=now)


def _given(value: T | None, field: str) -> T:
    """Raises Malformed naming what this act needs and did not get."""
    if value is None:
        raise Malformed("malformed", field=field)
    return value


def _whom(session: Session, who: Caller, member_no: str | None) -> Member:
    """Whoever asks, or the one that staff ask about. Raises Refused("not_allowed"), NotFound("member")."""
    if member_no is None:
        return who.member(session)
    who.staff(session, *_ASKED_BY_STAFF)
    found = members.member_by_no(session, member_no=member_no)
    if found is None:
        raise NotFound("member")
    return found

"""May somebody do this to this thing then, and which rule says so."""

from datetime import date
from typing import Annotated, TypeVar

from fastapi import Query
from sqlalchemy.orm import Session

from api.deps import Caller, SignedIn
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


@router.get("/explain", responses=problems(*SIGNED_IN, "not_allowed", "not_found", "malformed"))
async def explain(
    *,
    who: SignedIn,
    act: Asked,
    bank_id: Annotated[AnyId | None, Query(description="To rent.")] = None,
    rental_id: Annotated[AnyId | None, Query(description="To extend.")] = None,
    space_id: Annotated[AnyId | None, Query(description="To book or wait.")] = None,
    booking_id: Annotated[AnyId | None, Query(description="To move or cancel.")] = None,
    starts_at: Annotated[Instant | None, Query(description="To book, wait or move.")] = None,
    ends_at: Annotated[Instant | None, Query(description="To book, move or extend; to rent, if not as usual.")] = None,
    recurrence: Annotated[str | None, Query(max_length=200, description="To book again and again; RFC 5545.")] = None,
    guests: Annotated[int, Query(ge=0, le=1000)] = 0,
    member_no: Annotated[AnyId | None, Query(description="For staff: whom it is about.")] = None,
) -> Explanation:
    """What would come of it now, as if it were done: every rule that was looked at, and the one that decides."""
    desk = who.desk

    def span() -> Span:
        start, end = _given(starts_at, "starts_at"), _given(ends_at, "ends_at")
        if end <= start:
            raise Malformed("malformed", field="ends_at")
        return Span(start, end)

    def judge_booking(session: Session, member: Member) -> Judged:
        now, policy = desk.clock.now(), desk.centre.booking_policy
        if act in ("book", "wait"):
            may = asking.may_book if act == "book" else asking.may_wait
            space = _given(space_id, "space_id")
            return may(session, member=member, space_id=space, span=span(), policy=policy, now=now, guests=guests)
        wanted = _given(booking_id, "booking_id")
        booking = bookings.booking_of(session, member_id=member.id, booking_id=wanted)
        if act == "cancel":
            return asking.may_cancel(session, booking=booking, now=now)
        return asking.may_move(session, booking=booking, member=member, span=span(), policy=policy, now=now)

    def judge_series(session: Session, member: Member, rule: str) -> list[tuple[date, Span, Judged]]:
        return asking.may_book_series(
            session,
            member=member,
            space_id=_given(space_id, "space_id"),
            first=span(),
            recurs=rule,
            guests=guests,
            policy=desk.centre.booking_policy,
            now=desk.clock.now(),
        )

    def judge_rental(session: Session, member: Member) -> Judged:
        now, settings = desk.clock.now(), desk.centre.settings.rentals
        if act == "rent":
            bank = _given(bank_id, "bank_id")
            facts = {"days": settings.days, "max_days": settings.max_days}
            return renting.may_rent(session, member=member, bank_id=bank, until=ends_at, now=now, **facts)
        rental = lockers.rental_of(session, member_id=member.id, rental_id=_given(rental_id, "rental_id"))
        until = _given(ends_at, "ends_at")
        return renting.may_extend(
            session, rental=rental, member=member, until=until, max_days=settings.max_days, now=now
        )

    def look() -> Explanation:
        judge = judge_rental if act in ("rent", "extend") else judge_booking
        with desk.sessions.read() as session:
            member = _whom(session, who, member_no)
            if act == "book" and recurrence is not None:
                times = judge_series(session, member, recurrence)
                return Explanation.of(act, times[0][2], times)
            return Explanation.of(act, judge(session, member))

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

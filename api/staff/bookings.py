"""Bookings that wait for an answer, and bookings that staff make for somebody."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from fastapi import Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.deps import Caller, Id, Paged, SignedIn
from api.idempotency import Attempt, Keyed, Repeatable
from api.member.bookings import POLICY
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.booking_views import BookingForMember, Denial, StaffBooking
from api.staff.sheet_views import BookingSheet, SheetPlan
from api.views import Items, behind, items
from gateway.bookings import approvals, sheet
from gateway.bookings import queries as bookings
from gateway.bookings import service as bookings_service
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.service import OnBehalf
from gateway.kit.errors import NotFound
from gateway.members import queries as members
from gateway.members.model import Member, Role
from gateway.spaces import queries as spaces

router = Doors("/staff/bookings", tags=["staff"])


class _OnlyLooked(Exception):
    """Ends the transaction of a rehearsal: all of it was done, and none of it stays."""

    def __init__(self, view: SheetPlan) -> None:
        super().__init__()
        self.view = view


_ROLES = (Role.DESK, Role.MANAGER)
_ANSWERED = (
    *STAFF_ONLY,
    "not_found",
    "booking_not_pending",
    "booking_in_the_past",
    "malformed",
    "idempotency_key_reused",
)


@router.get("", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_bookings_of_all(
    who: SignedIn, page: Paged, state: Literal["pending", "confirmed", "denied"] = "pending"
) -> Items[StaffBooking]:
    """Everybody's in that state whose time is not over, the soonest first. `pending`: they wait for an answer."""
    desk = who.desk

    def look() -> Items[StaffBooking]:
        with desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            found = bookings.not_over(session, state=BookingState(state.upper()), now=desk.clock.now())
            rest = behind(found, page, name=lambda one: one[0].id)
            return items(rest, page, view=lambda one: _view(session, *one), name=lambda one: one[0].id)

    return await desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=StaffBooking,
    responses=problems(
        *STAFF_ONLY, *POLICY, "not_found", "malformed", "idempotency_key_missing", "idempotency_key_reused"
    ),
)
async def book_for_member(wish: BookingForMember, who: SignedIn, attempt: Keyed) -> Response:
    """Book for a member, as the rules say, or past them with a reason. Never a time that somebody else has."""
    desk = who.desk

    def act(session: Session, staff: Member, now: datetime) -> Booking:
        member = members.member_by_no(session, member_no=wish.member_no)
        if member is None:
            raise NotFound("member")
        return bookings_service.book(
            session,
            member=member,
            space_id=wish.space_id,
            span=wish.span,
            guests=wish.guests or 0,
            policy=desk.centre.booking_policy,
            now=now,
            by=OnBehalf(staff, wish.override),
        )

    return await done(who, attempt, act, status=201)


@router.post(
    "/import",
    response_model=SheetPlan,
    responses=problems(*STAFF_ONLY, "malformed", "sheet_faulty", "idempotency_key_reused"),
)
async def import_bookings(wanted: BookingSheet, who: SignedIn, attempt: Repeatable) -> Response:
    """Make a sheet's bookings, all of them or none. With `dry_run` only tell which, and what is wrong, line by line."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            made = sheet.take_in(session, text=wanted.csv, staff=staff, policy=desk.centre.booking_policy, now=now)
            view = SheetPlan.of(session, made, who.language, is_done=not wanted.dry_run)
            if wanted.dry_run:
                raise _OnlyLooked(view)
            made.insist()
            return attempt.keep(session, member_id=staff.id, status=200, view=view, now=now)

    try:
        return await desk.backroom.write(act)
    except _OnlyLooked as looked:
        return JSONResponse(looked.view.model_dump(mode="json"))


@router.post("/{booking_id}/approve", response_model=StaffBooking, responses=problems(*_ANSWERED))
async def approve_booking(booking_id: Id, who: SignedIn, attempt: Repeatable) -> Response:
    """Say yes: it is the member's, with its key. Send `{}`."""
    policy = who.desk.centre.booking_policy

    def act(session: Session, staff: Member, now: datetime) -> Booking:
        return approvals.approve(session, booking_id=booking_id, staff=staff, policy=policy, now=now)

    return await done(who, attempt, act)


@router.post("/{booking_id}/deny", response_model=StaffBooking, responses=problems(*_ANSWERED))
async def deny_booking(booking_id: Id, denial: Denial, who: SignedIn, attempt: Repeatable) -> Response:
    """Say no, and why: the time is free again, and the member reads the reason."""
    policy = who.desk.centre.booking_policy

    def act(session: Session, staff: Member, now: datetime) -> Booking:
        return approvals.deny(session, booking_id=booking_id, staff=staff, reason=denial.reason, policy=policy, now=now)

    return await done(who, attempt, act)


async def done(
    who: Caller, attempt: Attempt, step: Callable[[Session, Member, datetime], Booking], *, status: int = 200
) -> Response:
    """Do it, once for each key, and answer with the booking."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            booking = step(session, staff, now)
            view = _view(session, booking, session.get_one(Member, booking.member_id))
            return attempt.keep(session, member_id=staff.id, status=status, view=view, now=now)

    return await desk.backroom.write(act)


def _view(session: Session, booking: Booking, member: Member) -> StaffBooking:
    return StaffBooking.of(booking, member, spaces.space(session, booking.space_id))

"""The bookings board: a day as the desk sees it, and what the desk does with somebody's booking."""

from datetime import datetime, timedelta
from typing import Annotated, Final

from fastapi import Query, Response
from sqlalchemy.orm import Session

from api.deps import Id, SignedIn
from api.idempotency import Repeatable
from api.member.bookings import POLICY
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.space_views import ClosureView, SpaceView
from api.staff.booking_views import Board, Cancelling, MoveForMember, StaffBooking
from api.staff.bookings import done
from api.views import Instant
from gateway.bookings import queries as bookings
from gateway.bookings import service as bookings_service
from gateway.bookings.model import Booking
from gateway.bookings.service import OnBehalf
from gateway.kit.errors import Malformed
from gateway.members.model import Member, Role
from gateway.spaces import queries as spaces
from gateway.spaces.rules import Span

router = Doors("/staff", tags=["staff"])

_ROLES = (Role.DESK, Role.MANAGER)
_ENDED = ("booking_cancelled", "booking_released", "booking_denied", "booking_over", "locker_in_use")
_LONGEST: Final = timedelta(days=8)


@router.get("/board", responses=problems(*STAFF_ONLY, "malformed"))
async def read_board(
    who: SignedIn,
    since: Annotated[Instant, Query(alias="from")],
    until: Annotated[Instant, Query(alias="to", description="At most 8 days after `from`.")],
) -> Board:
    """Every space, who has it at some moment of a span or has asked for it, and what is closed then."""
    if not timedelta() < until - since <= _LONGEST:
        raise Malformed("malformed", field="to")
    within = Span(since, until)

    def look() -> Board:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            all_of_them = spaces.spaces(session)
            of_id = {space.id: space for space in all_of_them}
            return Board(
                spaces=[SpaceView.of(space) for space in all_of_them],
                bookings=[
                    StaffBooking.of(booking, member, of_id[booking.space_id])
                    for booking, member in bookings.standing_within(session, within)
                ],
                closures=[
                    ClosureView(
                        id=one.closure_id,
                        space_id=one.space_id,
                        starts_at=one.starts_at,
                        ends_at=one.ends_at,
                        reason=one.reason,
                    )
                    for one in spaces.closures(session, within)
                ],
            )

    return await who.desk.backroom.read(look)


@router.patch(
    "/bookings/{booking_id}",
    responses=problems(*STAFF_ONLY, *POLICY, *_ENDED, "booking_begun", "not_found", "malformed"),
)
async def move_for_member(booking_id: Id, change: MoveForMember, who: SignedIn) -> StaffBooking:
    """Give somebody's booking another time, or a place for so many, as the rules say or past them.

    Never a time or a place that somebody else has.

    The member is told, with the reason.
    """
    desk = who.desk

    def act() -> StaffBooking:
        with desk.sessions.begin() as session:
            staff = who.staff(session, *_ROLES)
            booking = bookings.booking(session, booking_id)
            member = session.get_one(Member, booking.member_id)
            moved = bookings_service.move(
                session,
                booking=booking,
                member=member,
                span=change.span,
                guests=change.guests,
                policy=desk.centre.booking_policy,
                now=desk.clock.now(),
                by=OnBehalf(staff, change.reason if change.past_rules else None, change.reason),
            )
            return StaffBooking.of(moved, member, spaces.space(session, moved.space_id))

    return await desk.backroom.write(act)


@router.post(
    "/bookings/{booking_id}/cancel",
    response_model=StaffBooking,
    responses=problems(*STAFF_ONLY, *_ENDED, "not_found", "malformed", "idempotency_key_reused"),
)
async def cancel_for_member(booking_id: Id, wanted: Cancelling, who: SignedIn, attempt: Repeatable) -> Response:
    """Cancel somebody's booking. The time is free again, and the member is told, with the reason."""
    policy = who.desk.centre.booking_policy

    def act(session: Session, staff: Member, now: datetime) -> Booking:
        booking = bookings.booking(session, booking_id)
        return bookings_service.cancel_for(
            session, booking=booking, reason=wanted.reason, staff=staff, policy=policy, now=now
        )

    return await done(who, attempt, act)

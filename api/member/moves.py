"""A booked space is out of order: what the house offers in its place."""

from collections.abc import Callable
from datetime import datetime

from fastapi import Response
from sqlalchemy.orm import Session

from api.deps import Caller, Id, SignedIn
from api.idempotency import Attempt, Repeatable
from api.member.bookings import booking_view
from api.openapi import SIGNED_IN, problems
from api.outage_views import MoveChoice, MoveOfferView, MoveOfferViews
from api.signpost import Doors
from api.space_views import BookingView
from api.views import Ask
from gateway.bookings import moving
from gateway.bookings.model import Booking
from gateway.members.model import Member

router = Doors(tags=["bookings"])

_ANSWERED = (
    *SIGNED_IN,
    "not_found",
    "move_not_offered",
    "offer_lapsed",
    "booking_cancelled",
    "booking_released",
    "booking_denied",
    "booking_begun",
    "booking_over",
    "malformed",
    "idempotency_key_reused",
)


class NoneOfThem(Ask):
    """Nothing need be said. Send `{}`."""


@router.get("/move-offers", responses=problems(*SIGNED_IN))
async def list_move_offers(who: SignedIn) -> MoveOfferViews:
    """What is held in place of the member's bookings, the most pressing first."""

    def look() -> MoveOfferViews:
        with who.desk.sessions.read() as session:
            found = moving.offers_of(session, member_id=who.member(session).id)
            return MoveOfferViews(items=[MoveOfferView.of(session, one) for one in found])

    return await who.desk.backroom.read(look)


@router.post("/bookings/{booking_id}/move-offer/accept", response_model=BookingView, responses=problems(*_ANSWERED))
async def accept_move(booking_id: Id, choice: MoveChoice, who: SignedIn, attempt: Repeatable) -> Response:
    """Have one of them: the booking is moved there, with its key, and the others are free again."""
    policy = who.desk.centre.booking_policy

    def act(session: Session, member: Member, now: datetime) -> Booking:
        facts = {"booking_id": booking_id, "option_id": choice.option_id}
        return moving.accept(session, **facts, member=member, policy=policy, now=now)

    return await _answered(who, attempt, act)


@router.post("/bookings/{booking_id}/move-offer/decline", response_model=BookingView, responses=problems(*_ANSWERED))
async def decline_move(booking_id: Id, _wish: NoneOfThem, who: SignedIn, attempt: Repeatable) -> Response:
    """Want none of them: the house cancels the booking, and no points are taken. Send `{}`."""
    policy = who.desk.centre.booking_policy

    def act(session: Session, member: Member, now: datetime) -> Booking:
        return moving.decline(session, booking_id=booking_id, member=member, policy=policy, now=now)

    return await _answered(who, attempt, act)


async def _answered(who: Caller, attempt: Attempt, step: Callable[[Session, Member, datetime], Booking]) -> Response:
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            view = booking_view(session, step(session, member, now))
            return attempt.keep(session, member_id=member.id, status=200, view=view, now=now)

    return await desk.backroom.write(act)

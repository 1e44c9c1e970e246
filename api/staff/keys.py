"""Cards and PINs, as the desk hands them out and takes them back."""

from datetime import datetime
from typing import Self

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import StrictBool
from sqlalchemy.orm import Session

from api.deps import Caller, Id, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.pins import CardNumber, RentalPin, hashed
from api.signpost import Doors
from api.views import Ask, Items, PlainText, View
from gateway.credentials import queries as credentials
from gateway.credentials import service as credentials_service
from gateway.credentials.model import Card, PinOf
from gateway.credentials.rules import card_number, new_pin
from gateway.kiosks import limits
from gateway.kit.errors import NotFound
from gateway.lockers import queries as lockers
from gateway.members import queries as members
from gateway.members.model import Member, Role
from gateway.staff import keys as staff_keys

router = Doors("/staff", tags=["staff"])

_ROLES = (Role.DESK, Role.MANAGER)
_POSTED = (*STAFF_ONLY, "not_found", "malformed", "idempotency_key_reused")
_TOLD_A_WORD = ("password_again", "staff_openings_used_up")
_NOT_ALONE = (*_TOLD_A_WORD, "second_person_needed")


class NewCard(Ask):
    """A card to be a member's: its number as a reader says it. `label`: by which their cards are told apart."""

    number: CardNumber
    label: PlainText | None = None


class CardChange(Ask):
    """Whether a card is lost."""

    blocked: StrictBool


class CardView(View):
    """A member's card. Its number is not kept, only what it can be recognised by."""

    id: str
    label: str
    registered_at: datetime
    blocked_at: datetime | None

    @classmethod
    def of(cls, card: Card) -> Self:
        """As the row says."""
        return cls(id=card.id, label=card.label, registered_at=card.registered_at, blocked_at=card.blocked_at)


class OneTimePin(View):
    """What to tell the member at the desk. `pin`: told this once; null when this request was answered before."""

    pin: str | None
    ends_at: datetime


class PinReset(Ask):
    """Why a rental gets another PIN. Its holder reads it."""

    reason: PlainText


@router.get("/members/{member_no}/cards", responses=problems(*STAFF_ONLY, "not_found"))
async def list_cards(member_no: Id, who: SignedIn) -> Items[CardView]:
    """A member's cards, lost ones too."""

    def look() -> Items[CardView]:
        with who.desk.sessions.read() as session:
            _, member = _both(session, who, member_no)
            found = credentials.cards_of(session, member_id=member.id)
            return Items[CardView](items=[CardView.of(card) for card in found], next=None)

    return await who.desk.backroom.read(look)


@router.post(
    "/members/{member_no}/cards",
    status_code=201,
    response_model=CardView,
    responses=problems(*_POSTED, "card_taken"),
)
async def register_card(member_no: Id, wanted: NewCard, who: SignedIn, attempt: Repeatable) -> Response:
    """Let a card stand for a member, who is told. It opens nothing without the member's own PIN."""
    desk, pepper = who.desk, who.desk.centre.pepper

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, member = _both(session, who, member_no)
            if told := attempt.recall(session, member_id=staff.id):
                return told
            card = credentials_service.register_card(
                session,
                member=member,
                number_hash=pepper.card(card_number(wanted.number)),
                pepper=pepper.name,
                label=wanted.label or "",
                actor=staff.audit_id,
                now=desk.clock.now(),
            )
            return attempt.keep(session, member_id=staff.id, status=201, view=CardView.of(card), now=desk.clock.now())

    return await desk.backroom.write(act)


@router.patch("/members/{member_no}/cards/{card_id}", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def change_card(member_no: Id, card_id: Id, change: CardChange, who: SignedIn) -> CardView:
    """Block a card that was lost, at once; or let it count again when it was found."""
    desk = who.desk

    def act() -> CardView:
        with desk.sessions.begin() as session:
            staff, member = _both(session, who, member_no)
            card = credentials.card_of(session, member_id=member.id, card_id=card_id)
            return CardView.of(
                credentials_service.set_blocked(
                    session, card=card, blocked=change.blocked, actor=staff.audit_id, now=desk.clock.now()
                )
            )

    return await desk.backroom.write(act)


@router.delete("/members/{member_no}/cards/{card_id}", status_code=204, responses=problems(*STAFF_ONLY, "not_found"))
async def remove_card(member_no: Id, card_id: Id, who: SignedIn) -> Response:
    """The card is nobody's any more, and may be registered anew."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            staff, member = _both(session, who, member_no)
            credentials_service.remove_card(
                session, member=member, card_id=card_id, actor=staff.audit_id, now=desk.clock.now()
            )

    await desk.backroom.write(act)
    return Response(status_code=204)


@router.post(
    "/members/{member_no}/kiosk-pin",
    status_code=201,
    response_model=OneTimePin,
    responses=problems(*_POSTED, *_TOLD_A_WORD, "busy"),
)
async def reset_kiosk_pin(member_no: Id, who: SignedIn, attempt: Repeatable) -> Response:
    """Give a member a one-time PIN, with which they choose their own at a kiosk. They are told. Send `{}`.

    Of a member who has a locker it counts among the doors that you open in a day; after `password_again` sign in anew
    (`POST /session`) and ask again.
    """
    desk, digits = who.desk, new_pin()

    def whose() -> str:
        with desk.sessions.read() as session:
            return _both(session, who, member_no)[1].id

    made = await hashed(desk, digits, of=PinOf.MEMBER, of_id=await desk.backroom.read(whose))

    def act() -> Response:
        with desk.sessions.begin() as session:
            (staff, member), now = _both(session, who, member_no), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            signed_in_at = who.signed_in_at(session)
            staff_keys.give_one_time_pin(
                session, member=member, made=made, staff=staff, signed_in_at=signed_in_at, now=now
            )
            limits.forgive_cards(session, member_id=member.id)
            kept = OneTimePin(pin=None, ends_at=now + credentials_service.ONE_TIME_LASTS)
            attempt.keep(session, member_id=staff.id, status=201, view=kept, now=now)
            return _told_once(kept, digits)

    return await desk.backroom.write(act)


@router.post(
    "/rentals/{rental_id}/pin",
    status_code=201,
    response_model=RentalPin,
    responses=problems(*_POSTED, *_NOT_ALONE, "rental_ended", "assigned_by_staff", "busy"),
)
async def reset_pin(rental_id: Id, wanted: PinReset, who: SignedIn, attempt: Repeatable) -> Response:
    """Make a rental's PIN anew for somebody at the desk. Its holder is told, with the reason.

    It counts as opening that door does: after `password_again` sign in anew (`POST /session`) and ask again.
    """
    desk, digits = who.desk, new_pin()

    def look() -> None:
        with desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            lockers.rental(session, rental_id)

    await desk.backroom.read(look)
    made = await hashed(desk, digits, of=PinOf.RENTAL, of_id=rental_id)

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            rental = lockers.rental(session, rental_id)
            staff_keys.reset_pin(
                session,
                rental_id=rental_id,
                made=made,
                staff=staff,
                reason=wanted.reason,
                signed_in_at=who.signed_in_at(session),
                now=now,
            )
            limits.forgive_locker(session, compartment_id=rental.compartment_id)
            kept = RentalPin(rental_id=rental_id, pin=None)
            attempt.keep(session, member_id=staff.id, status=201, view=kept, now=now)
            return _told_once(kept, digits)

    return await desk.backroom.write(act)


def _both(session: Session, who: Caller, member_no: str) -> tuple[Member, Member]:
    """Who acts, and for whom. Raises NotFound("member")."""
    staff = who.staff(session, *_ROLES)
    member = members.member_by_no(session, member_no=member_no)
    if member is None:
        raise NotFound("member")
    return staff, member


def _told_once(kept: View, digits: str) -> Response:
    return JSONResponse({**kept.model_dump(mode="json"), "pin": digits}, status_code=201)

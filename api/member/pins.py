"""What a member without their phone comes in with: the PIN of a rental, and their own for use with a card."""

from fastapi import Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.deps import Caller, Id, SignedIn
from api.idempotency import Repeatable
from api.openapi import SIGNED_IN, problems
from api.pins import ChosenPin, KioskPinView, RentalPin, hashed
from api.signpost import Doors
from gateway.credentials import queries as credentials
from gateway.credentials import service as credentials_service
from gateway.credentials.model import PinOf
from gateway.credentials.rules import is_easy_to_guess, new_pin
from gateway.credentials.service import HashedPin
from gateway.kiosks import limits
from gateway.kit.errors import HearthError, Malformed
from gateway.lockers import pins
from gateway.lockers import queries as lockers
from gateway.lockers.model import Rental
from gateway.members.model import Member

router = Doors(tags=["pins"])

MAKE = ("not_found", "rental_ended", "assigned_by_staff", "malformed", "idempotency_key_reused", "busy")


@router.post(
    "/rentals/{rental_id}/pin",
    status_code=201,
    response_model=RentalPin,
    responses=problems(*SIGNED_IN, *MAKE),
)
async def make_pin(rental_id: Id, who: SignedIn, attempt: Repeatable) -> Response:
    """Make the rental's PIN anew, and tell it this once; the one before is good for nothing. Send `{}`."""
    desk = who.desk
    await desk.backroom.read(lambda: _look_whose(who, rental_id))
    digits = new_pin()
    made = await hashed(desk, digits, of=PinOf.RENTAL, of_id=rental_id)

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.member(session), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            _put(session, lockers.rental_of(session, member_id=member.id, rental_id=rental_id), made, who, member)
            kept = RentalPin(rental_id=rental_id, pin=None)
            attempt.keep(session, member_id=member.id, status=201, view=kept, now=now)
            return JSONResponse({"rental_id": rental_id, "pin": digits}, status_code=201)

    return await desk.backroom.write(act)


@router.get("/me/kiosk-pin", responses=problems(*SIGNED_IN))
async def read_kiosk_pin(who: SignedIn) -> KioskPinView:
    """Whether the member has a PIN for use with their card. Nobody can say which."""

    def look() -> KioskPinView:
        with who.desk.sessions.read() as session:
            member = who.member(session)
            now = who.desk.clock.now()
            return KioskPinView.of(credentials.pin(session, of=PinOf.MEMBER, of_id=member.id, now=now))

    return await who.desk.backroom.read(look)


@router.patch("/me/kiosk-pin", responses=problems(*SIGNED_IN, "pin_too_easy", "malformed", "busy"))
async def choose_kiosk_pin(chosen: ChosenPin, who: SignedIn) -> KioskPinView:
    """Choose the PIN for use with the member's card. Whatever was begun with the one before is over."""
    desk = who.desk
    made = await chosen_pin(who, chosen.pin)

    def act() -> KioskPinView:
        with desk.sessions.begin() as session:
            member = who.member(session)
            pin = credentials_service.choose_pin(session, member=member, made=made, now=desk.clock.now())
            limits.forgive_cards(session, member_id=member.id)
            return KioskPinView.of(pin)

    return await desk.backroom.write(act)


@router.delete("/me/kiosk-pin", status_code=204, responses=problems(*SIGNED_IN))
async def forget_kiosk_pin(who: SignedIn) -> Response:
    """Want none: the member's cards are good for nothing until there is one."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            credentials_service.forget_pin(session, member=who.member(session), now=desk.clock.now())

    await desk.backroom.write(act)
    return Response(status_code=204)


async def first_pin(who: Caller, rental_id: str) -> str | None:
    """Give a rental that was just begun its PIN; None when that could not be: the rental stands all the same."""
    desk, digits = who.desk, new_pin()

    def act(made: HashedPin) -> str:
        with desk.sessions.begin() as session:
            member = who.member(session)
            _put(session, lockers.rental_of(session, member_id=member.id, rental_id=rental_id), made, who, member)
            return digits

    try:
        made = await hashed(desk, digits, of=PinOf.RENTAL, of_id=rental_id)
        return await desk.backroom.write(lambda: act(made))
    except HearthError:
        return None


async def chosen_pin(who: Caller, digits: str) -> HashedPin:
    """What to keep of a PIN that the member chose. Raises Malformed("pin_too_easy")."""

    def look() -> Member:
        with who.desk.sessions.read() as session:
            return who.member(session)

    member = await who.desk.backroom.read(look)
    if is_easy_to_guess(digits, member.member_no):
        raise Malformed("pin_too_easy", field="pin")
    return await hashed(who.desk, digits, of=PinOf.MEMBER, of_id=member.id)


def _look_whose(who: Caller, rental_id: str) -> None:
    """Raises NotFound before anything is hashed for a stranger."""
    with who.desk.sessions.read() as session:
        lockers.rental_of(session, member_id=who.member(session).id, rental_id=rental_id)


def _put(session: Session, rental: Rental, made: HashedPin, who: Caller, member: Member) -> None:
    pins.put(session, rental_id=rental.id, made=made, actor=member.audit_id, now=who.desk.clock.now())
    limits.forgive_locker(session, compartment_id=rental.compartment_id)

"""The PIN of a rental: six digits for whoever comes without their phone. It dies with the rental."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from gateway.credentials import service as credentials
from gateway.credentials.model import Pin, PinOf
from gateway.credentials.service import HashedPin
from gateway.kit import audit
from gateway.kit.errors import Conflict
from gateway.lockers import moves, queries
from gateway.lockers.queries import RentalView
from gateway.members.model import Member
from gateway.notices import service as notices

RESET: Final = "pin_reset"  # in the trail: staff made it, and were told it


def put(session: Session, *, rental_id: str, made: HashedPin, actor: str, now: datetime) -> Pin:
    """Let this be the rental's PIN from now on, in place of the one before.

    Raises Conflict: `rental_ended`, `assigned_by_staff` for what is not one member's alone.
    """
    _of_one(session, rental_id)
    row = credentials.put_pin(session, of=PinOf.RENTAL, of_id=rental_id, made=made, now=now)
    notices.take_back(session, about=rental_id, kinds=["pin_reset"], now=now)
    audit.append(session, actor=actor, act="pin_made", thing=rental_id, now=now)
    return row


def reset(session: Session, *, rental_id: str, made: HashedPin, staff: Member, reason: str, now: datetime) -> Pin:
    """Staff make the PIN anew, for somebody who stands at the desk. The holder is told, with the reason.

    Raises Conflict: `rental_ended`, `assigned_by_staff` for what is not one member's alone.
    """
    place = _of_one(session, rental_id)
    row = credentials.put_pin(session, of=PinOf.RENTAL, of_id=rental_id, made=made, now=now)
    notices.take_back(session, about=rental_id, kinds=["pin_reset"], now=now)
    moves.leave_notice(session, place, "pin_reset", now, reason=reason)
    lock_id = place.compartment.lock_id
    audit.append(session, actor=staff.audit_id, act=RESET, thing=rental_id, now=now, reason=reason, lock=lock_id)
    return row


def _of_one(session: Session, rental_id: str) -> RentalView:
    """Whoever types a PIN must be known by it."""
    place = moves.hold(session, rental_id)
    if place.rental.ended_at is not None:
        raise Conflict("rental_ended")
    if queries.sole_holder_of(session, place.rental) is None:
        raise Conflict("assigned_by_staff")
    return place

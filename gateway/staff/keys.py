"""Helping somebody at the desk who has forgotten the PIN of their locker. Whoever is told it can open that door."""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.credentials.service import HashedPin
from gateway.lockers import moves, pins
from gateway.members.model import Member
from gateway.staff.alone import refuse_alone


def reset_pin(
    session: Session,
    *,
    rental_id: str,
    made: HashedPin,
    staff: Member,
    reason: str,
    signed_in_at: datetime,
    now: datetime,
) -> None:
    """Make a rental's PIN anew. Its holder is told, with the reason.

    It counts as an opening of that door does. Raises NotFound("rental"); Conflict: `rental_ended`, `assigned_by_staff`;
    Refused: `password_again`, `second_person_needed`, `staff_openings_used_up`.
    """
    lock_id = moves.hold(session, rental_id).compartment.lock_id
    refuse_alone(session, lock_id=lock_id, staff=staff, signed_in_at=signed_in_at, now=now)
    pins.reset(session, rental_id=rental_id, made=made, staff=staff, reason=reason, now=now)

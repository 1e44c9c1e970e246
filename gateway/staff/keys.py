"""Helping somebody at the desk who has forgotten a PIN. Whoever is told it can come to what is behind it."""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.credentials import service as credentials
from gateway.credentials.service import HashedPin
from gateway.lockers import moves, pins
from gateway.members.model import Member
from gateway.staff.alone import refuse_alone, refuse_telling


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


def give_one_time_pin(
    session: Session, *, member: Member, made: HashedPin, staff: Member, signed_in_at: datetime, now: datetime
) -> None:
    """Let a member choose a PIN at a kiosk. They are told.

    Of somebody who has a locker it counts as opening a door does. Raises Refused: `password_again`,
    `staff_openings_used_up`.
    """
    locks = refuse_telling(session, member=member, staff=staff, signed_in_at=signed_in_at, now=now)
    credentials.give_one_time_pin(session, member=member, made=made, actor=staff.audit_id, now=now, locks=locks)

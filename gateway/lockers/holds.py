"""Compartments that staff keep: for lost property, a delivery, an event. Nothing frees one but their giving it back."""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.fleet.model import DoorLevel
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.lockers import moves, offers, rules
from gateway.lockers.model import Rental, Use
from gateway.lockers.moves import Unsettled
from gateway.lockers.queries import RentalView
from gateway.members.model import Member


def hold(
    session: Session,
    *,
    compartment_id: str,
    reason: str,
    until: datetime | None,
    staff: Member,
    unsettled_locks: Unsettled,
    now: datetime,
) -> Rental:
    """Keep a compartment, whatever its mode. Its end (None: none is set) reminds staff, and frees nothing.

    Raises NotFound("compartment"), Malformed for a past `until`; Conflict: `compartment_taken`,
    `compartment_not_ready`, `unlock_under_way`.
    """
    if until is not None and until <= now:
        raise Malformed("malformed", field="until")
    offer = offers.of(session, compartment_id)
    if refusal := rules.set_aside_refusal(offer, unsettled_locks()):
        raise Conflict(refusal)
    rental = moves.take(
        session,
        offer,
        use=Use.HELD,
        member_id=None,
        until=until,
        note=reason,
        unsettled_locks=unsettled_locks,
        now=now,
    )
    if rental is None:
        raise Conflict("compartment_taken")
    moves.tell(session, rental, actor=staff.audit_id, act="held", now=now, reason=reason)
    return rental


def release(
    session: Session,
    *,
    rental_id: str,
    staff: Member,
    unsettled_locks: Unsettled,
    now: datetime,
    seen_shut_and_empty: bool = False,
) -> Rental:
    """Give it back: everybody of staff can.

    `seen_shut_and_empty`: by their own eyes. It counts while the contact does not say shut, and leads to an inspection.

    Raises NotFound("hold"); Conflict: `rental_ended`, `door_open`, `door_unknown`, `unlock_under_way`.
    """
    place = _hold(session, rental_id)
    refusal = rules.hold_end_refusal(
        place.door, unsettled=place.compartment.lock_id in unsettled_locks(), seen_by_eye=seen_shut_and_empty
    )
    if refusal:
        raise Conflict(refusal)
    was_sensed = place.door is DoorLevel.SHUT
    return moves.end(
        session,
        place.rental,
        actor=staff.audit_id,
        act="hold_released",
        unsettled_locks=unsettled_locks,
        now=now,
        door_was_sensed=was_sensed,
        seen_shut="by_contact" if was_sensed else "by_eye",
    )


def _hold(session: Session, rental_id: str) -> RentalView:
    """One that runs, held until this transaction ends."""
    place = moves.hold(session, rental_id)
    if place.rental.use is not Use.HELD:
        raise NotFound("hold")
    if place.rental.ended_at is not None:
        raise Conflict("rental_ended")
    return place

"""Ending somebody's rental for staff: only of what they have looked into and seen empty, and never in silence."""

import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.fleet import queries as fleet
from gateway.fleet.model import DoorLevel
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound
from gateway.lockers import moves, rules
from gateway.lockers.history import ASKED_BY_STAFF
from gateway.lockers.model import Rental, Use
from gateway.lockers.moves import Unsettled
from gateway.lockers.queries import RentalView
from gateway.members.model import Member


def release(
    session: Session,
    *,
    rental_id: str,
    staff: Member,
    reason: str,
    unsettled_locks: Unsettled,
    now: datetime,
    seen_shut_and_empty: bool = False,
) -> Rental:
    """Staff say that a compartment is empty: its rental is over, and the member is told why.

    They have asked for the door a short while ago, and since then it was sensed to move, and is shut. Where its contact
    tells nothing, or says open though they have asked for it and it stands shut before them, `seen_shut_and_empty` is
    their word that they see it so; the compartment is inspected then.

    Raises NotFound("rental"); Conflict: `rental_ended`, `door_open`, `door_unknown`, `unlock_under_way`,
    `not_looked_inside`.
    """
    place = moves.hold(session, rental_id)
    if place.rental.use is Use.HELD:  # nobody's to be told, and given back in a way of its own
        raise NotFound("rental")
    if place.rental.ended_at is not None:
        raise Conflict("rental_ended")
    lock_id = place.compartment.lock_id
    asked_at = _asked_at(session, place, now)
    refusal = rules.release_refusal(
        place.door,
        unsettled=lock_id in unsettled_locks(),
        has_asked=asked_at is not None,
        has_looked=asked_at is not None and fleet.has_moved(session, lock_id, since=asked_at),
        seen_by_eye=seen_shut_and_empty,
    )
    if refusal:
        raise Conflict(refusal)
    moves.leave_notice(session, place, "released_by_staff", now, reason=reason, released_at=now.isoformat())
    was_sensed = place.door is DoorLevel.SHUT
    return moves.end(
        session,
        place.rental,
        actor=staff.audit_id,
        act="rental_ended",
        unsettled_locks=unsettled_locks,
        now=now,
        door_was_sensed=was_sensed,
        reason=reason,
        seen_shut="by_contact" if was_sensed else "by_eye",
    )


def _asked_at(session: Session, place: RentalView, now: datetime) -> datetime | None:
    """When staff last asked for this holder's door; None: not within LOOK_WINDOW."""
    lock_id = place.compartment.lock_id
    asked = select(AuditEntry).where(
        AuditEntry.thing == lock_id, AuditEntry.act == ASKED_BY_STAFF, AuditEntry.at > now - rules.LOOK_WINDOW
    )
    newest = session.scalars(asked.order_by(AuditEntry.seq.desc()).limit(1)).first()
    if newest is None or json.loads(newest.detail)["rental"] != place.rental.id:
        return None
    return newest.at

"""Writing down what staff see inside. Nothing here commits."""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.counts import rules
from gateway.counts.model import Seen, Sighting
from gateway.kit import audit
from gateway.kit.errors import Conflict
from gateway.kit.ids import new_id
from gateway.lockers import moves
from gateway.lockers import queries as lockers
from gateway.lockers import service as lockers_service
from gateway.lockers.model import Condition
from gateway.members.model import Member


def note_sighting(
    session: Session, *, compartment_id: str, staff: Member, seen: Seen, note: str, keep: bool, now: datetime
) -> Sighting:
    """One of the staff has looked into a compartment, and says what is inside.

    `keep`: somebody's things lie there and it is nobody's; it goes to nobody before they are seen to. `note` is why.

    Raises NotFound("compartment"); Conflict("nothing_to_keep") for `keep` where that is not so.
    """
    place = lockers.compartment(session, compartment_id)
    moves.hold_behind(session, place.compartment.lock_id)  # so that nobody gets it meanwhile
    place = lockers.compartment(session, compartment_id)
    if keep:
        if refusal := rules.hold_refusal(taken=place.rental is not None, seen=seen):
            raise Conflict(refusal)
        if place.compartment.condition is not Condition.OUT_OF_SERVICE:
            moves.set_condition(session, place.compartment, Condition.INSPECTION, note, now)
    sighting = Sighting(
        id=new_id(),
        compartment_id=compartment_id,
        rental_id=place.rental.id if place.rental else None,
        seen=seen,
        note=note,
        door=place.door,
        seen_by_id=staff.id,
        seen_at=now,
    )
    session.add(sighting)
    session.flush()
    if place.rental is not None:
        lockers_service.note_seen(session, rental=place.rental, is_empty=seen is Seen.EMPTY, now=now)
    audit.append(
        session,
        actor=staff.audit_id,
        act=f"seen_{seen}",
        thing=compartment_id,
        now=now,
        note=note,
        rental=sighting.rental_id,
        kept=keep,
    )
    return sighting

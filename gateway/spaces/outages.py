"""Taking a space out of order, and giving it back. Nothing here commits.

Who has booked a time of it keeps it for now: `bookings.moving` offers each of them another.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from gateway.kit import audit
from gateway.kit.errors import Conflict
from gateway.kit.ids import new_id
from gateway.spaces import queries
from gateway.spaces import service as spaces_service
from gateway.spaces.model import ClaimKind, Outage, Space


def begin(
    session: Session,
    *,
    space: Space,
    starts_at: datetime,
    ends_at: datetime | None,
    reason: str,
    actor: str,
    now: datetime,
) -> Outage:
    """From then on, or from now, nobody can book the space any more. `ends_at` None: until `end`.

    Raises Conflict("outage_over") when it would have ended already.
    """
    if ends_at is not None and ends_at <= now:
        raise Conflict("outage_over")
    spaces_service.take_turns(session, space)
    outage = Outage(
        id=new_id(),
        space_id=space.id,
        starts_at=max(starts_at, now),
        ends_at=ends_at,
        reason=reason,
        begun_at=now,
        ended_at=None,
    )
    session.add(outage)
    session.flush()
    within = queries.span_of_outage(outage)
    spaces_service.claim_gaps(session, space=space, within=within, kind=ClaimKind.MAINTENANCE, source_id=outage.id)
    until = ends_at.isoformat() if ends_at else ""
    audit.append(
        session,
        actor=actor,
        act="outage_begun",
        thing=outage.id,
        now=now,
        space=space.id,
        reason=reason,
        starts_at=outage.starts_at.isoformat(),
        until=until,
    )
    return outage


def end(session: Session, *, outage: Outage, actor: str, now: datetime) -> Outage:
    """It is in order again: what is left of the time is everybody's. Raises Conflict("outage_over")."""
    spaces_service.take_turns(session, queries.space(session, outage.space_id))
    session.refresh(outage)  # as it stands now: whoever ends it has the space's turn
    if outage.ended_at is not None or (outage.ends_at is not None and outage.ends_at <= now):
        raise Conflict("outage_over")
    outage.ended_at = now
    session.flush()
    spaces_service.release_rest(session, kind=ClaimKind.MAINTENANCE, source_id=outage.id, now=now)
    audit.append(session, actor=actor, act="outage_ended", thing=outage.id, now=now, space=outage.space_id)
    return outage

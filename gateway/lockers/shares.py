"""Letting somebody else open a compartment. A share is an access grant: what ends it counts at the next signing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.access import queries as access
from gateway.access import service as access_service
from gateway.access.model import AccessGrant, GrantSource
from gateway.kit import audit
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.lockers import moves, queries, rules
from gateway.lockers.queries import RentalView
from gateway.members import queries as members
from gateway.members.model import Member
from gateway.notices import service as notices


@dataclass(frozen=True)
class Share:
    """A grant that its rental's holder gave, whom it names and where it leads."""

    grant: AccessGrant
    holder: Member
    member: Member
    place: RentalView


def share(
    session: Session,
    *,
    rental_id: str,
    holder: Member,
    with_member_no: str,
    once: bool,
    until: datetime | None,
    now: datetime,
) -> Share:
    """Let the member of that number open the holder's compartment, once or as often as they like, and tell them.

    `until` None: as long as the rental runs. Raises NotFound("rental") for other people's, NotFound("member"),
    Malformed for a past `until`; Conflict: `assigned_by_staff`, `rental_ended`, `rental_overdue`,
    `policy.share_within_rental`, `policy.max_shares`, `already_shared`, `shared_with_oneself`.
    """
    if refusal := rules.change_refusal(queries.rental_of(session, member_id=holder.id, rental_id=rental_id).use):
        raise Conflict(refusal)
    place = moves.hold(session, rental_id)
    ends_at = until or place.rental.until_at
    shares = _live(session, rental_id, now)
    refusal = rules.share_refusal(
        place.stage(now), until=ends_at, rental_until=place.rental.until_at, shares=len(shares)
    )
    if refusal:
        raise Conflict(refusal)
    if ends_at is not None and ends_at <= now:
        raise Malformed("malformed", field="until")
    member = _somebody_else(session, holder, with_member_no)
    if member.id in {grant.member_id for grant in shares}:
        raise Conflict("already_shared")
    audit.append(
        session,
        actor=holder.audit_id,
        act="shared",
        thing=rental_id,
        now=now,
        member=member.audit_id,
        once=once,
        until=ends_at.isoformat() if ends_at else None,
    )
    grant = access_service.give(
        session,
        lock_id=place.compartment.lock_id,
        member_id=member.id,
        source=GrantSource.SHARE,
        source_id=rental_id,
        from_at=now,
        until_at=ends_at,
        once_after_seq=audit.head(session).seq if once else None,
    )
    if ends_at is None:
        moves.leave_notice(session, place, "shared_with_you_meanwhile", now, to=member.id)
    else:
        moves.leave_notice(session, place, "shared_with_you", now, to=member.id, shared_until=ends_at.isoformat())
    return Share(grant, holder, member, place)


def revoke(session: Session, *, rental_id: str, share_id: str, holder: Member, now: datetime) -> None:
    """Take a share back: no signature is given for it from here on.

    Raises NotFound("rental") for other people's, NotFound("share") when there is none that is live.
    """
    queries.rental_of(session, member_id=holder.id, rental_id=rental_id)
    grant = next((one for one in _live(session, rental_id, now) if one.id == share_id), None)
    if grant is None or not access_service.end_one(session, grant_id=grant.id, now=now):
        raise NotFound("share")
    notices.take_back(session, about=rental_id, kinds=moves.SHARED, now=now, member_id=grant.member_id)
    whom = session.get_one(Member, grant.member_id).audit_id
    audit.append(session, actor=holder.audit_id, act="share_revoked", thing=rental_id, now=now, member=whom)


def shares_of(session: Session, *, rental_id: str, holder: Member, now: datetime) -> list[Share]:
    """The live ones of the holder's own rental. Raises NotFound("rental") for other people's."""
    rental = queries.rental_of(session, member_id=holder.id, rental_id=rental_id)
    place = queries.view(session, rental)
    live = _live(session, rental_id, now)
    return [Share(one, holder, session.get_one(Member, one.member_id), place) for one in live]


def shared_with(session: Session, *, member: Member, now: datetime) -> list[Share]:
    """What others let this member open."""
    grants = access.grants_to(session, source=GrantSource.SHARE, member_id=member.id, now=now)
    places = [queries.view(session, queries.rental(session, one.source_id)) for one in grants]
    return [
        Share(one, session.get_one(Member, place.rental.member_id), member, place)
        for one, place in zip(grants, places, strict=True)
    ]


def _live(session: Session, rental_id: str, now: datetime) -> Sequence[AccessGrant]:
    return access.grants_from(session, source=GrantSource.SHARE, source_id=rental_id, now=now)


def _somebody_else(session: Session, holder: Member, member_no: str) -> Member:
    member = members.member_by_no(session, member_no=member_no)
    if member is None or member.disabled_at is not None:
        raise NotFound("member")
    if member.id == holder.id:
        raise Conflict("shared_with_oneself")
    return member

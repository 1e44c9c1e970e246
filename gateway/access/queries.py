"""Who may open what, now. The one place that says so."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Exists, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from gateway.access.model import AccessGrant, GrantSource
from gateway.kit.audit import AuditEntry
from gateway.kit.clock import Clock
from gateway.members.model import Member
from gateway.timekeeping import queries as timekeeping
from gateway.timekeeping.model import TimeMark
from gateway.timekeeping.rules import TOLERANCE

_OPENED_OR_MAY_HAVE: Final = ("door_opened", "door_inferred", "unlock_already_open", "unlock_possible")


def may_open(session: Session, *, member_id: str, lock_id: str, now: datetime) -> bool:
    """Whether the member, not disabled, holds a grant on the lock that has begun, not run out, ended or been used.

    While the clock shows a time that is over (ADR 0047), one that ends at a time counts for nothing, unless
    staff gave it to themselves just now.
    """
    return bool(session.scalar(_MAY_OPEN, _asked(member_id, lock_id, now)))


def is_for_the_clock_to_say(session: Session, *, member_id: str, lock_id: str, now: datetime) -> bool:
    """Whether nothing but a clock that cannot be believed keeps the member from opening the lock, as far as it shows.

    For whoever may not open it.
    """
    if not timekeeping.is_behind(session, now=now):
        return False
    return bool(session.scalar(_MIGHT_OPEN, _asked(member_id, lock_id, now)))


def hold_right(session: Session, *, member_id: str, lock_id: str, clock: Clock) -> bool:
    """Like `may_open`; and whoever would end the right, disable the member or erase them waits for this transaction.

    Who is doing so already is waited for, and what counts is the time at which that is over: what has run out meanwhile
    is no right. On PostgreSQL the member comes before the grants, as everywhere.
    """
    session.execute(_HOLD_MEMBER, {"member_id": member_id})
    held = session.scalars(_HOLD_MINE, _asked(member_id, lock_id, clock.now())).all()
    now = clock.now()  # the grants may have had to be waited for as well
    return any(grant.until_at is None or grant.until_at > now for grant in held)


def rights(session: Session, *, member_id: str, lock_id: str, source: GrantSource, now: datetime) -> Sequence[str]:
    """The ids of the things of that kind by which the member may open the lock now."""
    return session.scalars(_RIGHTS, _asked(member_id, lock_id, now) | {"source": source}).all()


def grants_from(session: Session, *, source: GrantSource, source_id: str, now: datetime) -> Sequence[AccessGrant]:
    """The grants that follow from this and are live, by when they end."""
    return session.scalars(
        _LIVE.where(AccessGrant.source == source, AccessGrant.source_id == source_id), {"now": now}
    ).all()


def grants_to(session: Session, *, source: GrantSource, member_id: str, now: datetime) -> Sequence[AccessGrant]:
    """A member's live grants of one kind, by when they end."""
    return session.scalars(
        _LIVE.where(AccessGrant.source == source, AccessGrant.member_id == member_id), {"now": now}
    ).all()


def lockers_of(session: Session, *, member_id: str, now: datetime) -> Sequence[str]:
    """The locks behind which their things may be: those that a rental or a share of one lets them open now."""
    return session.scalars(_LOCKERS, {"member_id": member_id, "now": now}).all()


def grants_on(session: Session, *, lock_id: str, source: GrantSource, now: datetime) -> Sequence[AccessGrant]:
    """The live grants of one kind on a lock, by when they end."""
    return session.scalars(
        _LIVE.where(AccessGrant.source == source, AccessGrant.lock_id == lock_id), {"now": now}
    ).all()


def last_opened_at(session: Session, *, lock_id: str, rental_id: str, since: datetime) -> datetime | None:
    """When the lock last opened, or may have, for somebody whom that rental lets in; None: never since then."""
    of_rental = select(AccessGrant.member_id).where(
        AccessGrant.source.in_((GrantSource.RENTAL, GrantSource.SHARE)), AccessGrant.source_id == rental_id
    )
    openings = (
        select(func.max(AuditEntry.at))
        .join(Member, Member.audit_id == AuditEntry.actor)
        .where(
            AuditEntry.thing == lock_id,
            AuditEntry.act.in_(_OPENED_OR_MAY_HAVE),
            AuditEntry.at >= since,
            Member.id.in_(of_rental),
        )
    )
    return session.scalar(openings)


def _asked(member_id: str, lock_id: str, now: datetime) -> dict[str, object]:
    return {"member_id": member_id, "lock_id": lock_id, "now": now, "believed_until": now + TOLERANCE}


def _standing() -> Select[AccessGrant]:
    """Of members who are not disabled: not ended, not used up."""
    return (
        select(AccessGrant)
        .join(Member, Member.id == AccessGrant.member_id)
        .where(
            AccessGrant.ended_at.is_(None),
            or_(AccessGrant.once_after_seq.is_(None), ~_is_used_up()),
            Member.disabled_at.is_(None),
        )
        .order_by(AccessGrant.until_at, AccessGrant.id)
    )


def _is_used_up() -> Exists:
    """Of a grant for once: the door opened for its member, or may have. The trail has every opening exactly once."""
    return exists().where(
        AuditEntry.thing == AccessGrant.lock_id,
        AuditEntry.actor == Member.audit_id,
        AuditEntry.act.in_(_OPENED_OR_MAY_HAVE),
        AuditEntry.seq > AccessGrant.once_after_seq,
    )


_HAS_BEGUN: Final = or_(AccessGrant.from_at.is_(None), AccessGrant.from_at <= bindparam("now"))
_IS_NOT_OVER: Final = or_(AccessGrant.until_at.is_(None), AccessGrant.until_at > bindparam("now"))

# What the clock has no say in, or is believed in. It is no statement more, since the time that is known is one row.
_HAS_BEGUN_FOR_CERTAIN: Final = or_(
    _HAS_BEGUN, and_(AccessGrant.until_at.is_(None), exists().where(TimeMark.at >= AccessGrant.from_at))
)
_IS_NOT_OVER_FOR_CERTAIN: Final = or_(
    AccessGrant.until_at.is_(None),
    AccessGrant.source == GrantSource.STAFF,  # given for this very press, by whoever opens what nobody else can
    ~exists().where(TimeMark.at > bindparam("believed_until")),
)

# Made once: every press asks these several times, and to put them together takes longer than to answer them.
_STANDING: Final = _standing()
_LIVE: Final = _STANDING.where(_HAS_BEGUN, _IS_NOT_OVER)
_THEIRS: Final = _STANDING.where(
    AccessGrant.lock_id == bindparam("lock_id"), AccessGrant.member_id == bindparam("member_id")
)
_MINE: Final = _THEIRS.where(_HAS_BEGUN_FOR_CERTAIN, _IS_NOT_OVER, _IS_NOT_OVER_FOR_CERTAIN)
_HOLD_MEMBER: Final = (
    select(Member.id).where(Member.id == bindparam("member_id")).with_for_update(read=True, key_share=True)
)
_HOLD_MINE: Final = _MINE.order_by(None).order_by(AccessGrant.id).with_for_update(read=True, of=AccessGrant)
_MAY_OPEN: Final = select(exists(_MINE.order_by(None)))
_MIGHT_OPEN: Final = select(exists(_THEIRS.where(_IS_NOT_OVER).order_by(None)))
_LOCKERS: Final = (
    _LIVE.where(
        AccessGrant.member_id == bindparam("member_id"), AccessGrant.source.in_((GrantSource.RENTAL, GrantSource.SHARE))
    )
    .with_only_columns(AccessGrant.lock_id)
    .order_by(None)
    .order_by(AccessGrant.lock_id)
    .distinct()
)
_RIGHTS: Final = _MINE.where(AccessGrant.source == bindparam("source")).with_only_columns(AccessGrant.source_id)

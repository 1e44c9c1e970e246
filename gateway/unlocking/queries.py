"""Questions about unlocks. Read-only."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, or_, select, tuple_
from sqlalchemy.orm import Session

from gateway.access import queries as access
from gateway.emergencies import queries as emergencies
from gateway.fleet.model import Device, DeviceState, Presence
from gateway.kit.clock import Clock
from gateway.kit.errors import NotFound
from gateway.unlocking.model import Unlock, UnlockState

# Made once: every press asks these, and to put them together takes longer than to answer them.
_OF_MEMBER: Final = select(Unlock).where(
    Unlock.id == bindparam("unlock_id"), Unlock.member_id == bindparam("member_id")
)
_UNSETTLED: Final = select(Unlock).where(Unlock.settled_at.is_(None)).order_by(Unlock.requested_at)
_UNSETTLED_IN: Final = _UNSETTLED.where(Unlock.state.in_(bindparam("states", expanding=True)))
_UNDER_WAY: Final = select(Unlock).where(Unlock.lock_id == bindparam("lock_id"), Unlock.settled_at.is_(None))


def unlock_of(session: Session, *, member_id: str, unlock_id: str) -> Unlock:
    """Raises NotFound("unlock"), also for other people's."""
    found = session.scalar(_OF_MEMBER, {"unlock_id": unlock_id, "member_id": member_id})
    if found is None:
        raise NotFound("unlock")
    return found


def unlocks_of(session: Session, *, member_id: str, limit: int, after: str | None = None) -> Sequence[Unlock]:
    """A member's own, newest first. `after` is the id of the last one already seen."""
    query = select(Unlock).where(Unlock.member_id == member_id)
    if after is not None:
        last = unlock_of(session, member_id=member_id, unlock_id=after)
        query = query.where(tuple_(Unlock.requested_at, Unlock.id) < tuple_(last.requested_at, last.id))
    return session.scalars(query.order_by(Unlock.requested_at.desc(), Unlock.id.desc()).limit(limit)).all()


def unsettled(session: Session, *, states: Collection[UnlockState] | None = None) -> Sequence[Unlock]:
    """Those that may still open a door, oldest first."""
    if states is None:
        return session.scalars(_UNSETTLED).all()
    return session.scalars(_UNSETTLED_IN, {"states": list(states)}).all()


def unsettled_locks(session: Session) -> frozenset[str]:
    """Locks that a command may still open: no new holder gets one (the quarantine)."""
    return frozenset(session.scalars(select(Unlock.lock_id).where(Unlock.settled_at.is_(None))))


def under_way(session: Session, *, lock_id: str) -> Unlock | None:
    """The unsettled unlock of this lock; there is never a second."""
    return session.scalar(_UNDER_WAY, {"lock_id": lock_id})


def was_asked_for(session: Session, *, member_id: str, lock_id: str, since: datetime) -> bool:
    """Whether a member has asked for this lock since then, whatever came of it."""
    asked = select(Unlock.id).where(
        Unlock.lock_id == lock_id, Unlock.member_id == member_id, Unlock.requested_at >= since
    )
    return session.scalar(asked.limit(1)) is not None


def device_refusal(session: Session, device_id: str) -> str | None:
    """Why this device cannot be asked to open anything now; None when it can."""
    if refusal := signing_refusal(session, device_id):
        return refusal
    return None if session.get_one(Device, device_id).presence is Presence.ONLINE else "bank_offline"


def signing_refusal(session: Session, device_id: str) -> str | None:
    """Why nothing may be signed for this device, as it stands in this transaction; None when it may."""
    if session.get_one(Device, device_id).state is not DeviceState.APPROVED:
        return "device_suspended"
    return "frozen" if emergencies.is_frozen(session, device_id=device_id) else None


def grant_refusal(session: Session, unlock: Unlock, *, clock: Clock) -> str | None:
    """Whether whoever asked may open this lock, as it stands in this transaction; None when they may.

    `clock_wrong`: they might, but nobody can tell while the clock shows a time that is over.
    """
    who, now = {"member_id": unlock.member_id, "lock_id": unlock.lock_id}, clock.now()
    return None if access.may_open(session, **who, now=now) else _why_not(session, now=now, **who)


def right_refusal(session: Session, unlock: Unlock, *, clock: Clock) -> str | None:
    """Like `grant_refusal`; where it is None nobody takes their right away before this transaction has ended."""
    who = {"member_id": unlock.member_id, "lock_id": unlock.lock_id}
    return None if access.hold_right(session, **who, clock=clock) else _why_not(session, now=clock.now(), **who)


def _why_not(session: Session, *, member_id: str, lock_id: str, now: datetime) -> str:
    is_for_the_clock = access.is_for_the_clock_to_say(session, member_id=member_id, lock_id=lock_id, now=now)
    return "clock_wrong" if is_for_the_clock else "no_grant"


def newest_at(session: Session, *, device_id: str, since: datetime) -> Sequence[Unlock]:
    """What was asked for at a device since then and not refused, and whatever may still open a door there."""
    may_count = Unlock.requested_at >= since, Unlock.state.not_in([UnlockState.REFUSED, UnlockState.EXPIRED])
    return session.scalars(
        select(Unlock).where(Unlock.device_id == device_id, or_(Unlock.settled_at.is_(None), and_(*may_count)))
    ).all()

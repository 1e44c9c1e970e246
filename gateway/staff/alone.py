"""What one person of the staff may not do alone, one after another: go through what is behind members' doors."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.access import queries as access
from gateway.credentials.service import ONE_TIME_PIN
from gateway.kit.audit import AuditEntry
from gateway.kit.db import take_turn
from gateway.kit.errors import Refused
from gateway.lockers.history import ASKED_BY_STAFF
from gateway.lockers.pins import RESET
from gateway.members.model import Member
from gateway.members.service import LET_IN
from gateway.staff import rules

_DAY: Final = timedelta(days=1)


def refuse_alone(session: Session, *, lock_id: str, staff: Member, signed_in_at: datetime, now: datetime) -> None:
    """They are about to come behind somebody's door, by asking for it or by a PIN of its rental that they are told.

    `signed_in_at`: when they last gave their password. Raises Refused: `password_again`, `second_person_needed`,
    `staff_openings_used_up`.
    """
    _refuse_unproved(session, staff, signed_in_at, now)
    asked = _asked_for(session, staff, since=now - _DAY)
    if refusal := rules.opening_refusal(lock_id, asked, told=_told(session, staff, since=now - _DAY), now=now):
        raise Refused(refusal)


def refuse_telling(
    session: Session, *, member: Member, staff: Member, signed_in_at: datetime, now: datetime
) -> Sequence[str]:
    """They are about to be told a word by which that member comes to their lockers, whose locks are returned.

    Of somebody who has none anybody at the desk may be told. The desk helps several people one after another, so that
    no colleague is asked for; so many a day it is, together with doors. Raises Refused: `password_again`,
    `staff_openings_used_up`.
    """
    locks = access.lockers_of(session, member_id=member.id, now=now)
    if not locks:
        return locks
    _refuse_unproved(session, staff, signed_in_at, now)
    doors = len(_asked_for(session, staff, since=now - _DAY))
    if doors + _told(session, staff, since=now - _DAY) >= rules.MOST_A_DAY:
        raise Refused("staff_openings_used_up")
    return locks


def _refuse_unproved(session: Session, staff: Member, signed_in_at: datetime, now: datetime) -> None:
    if not rules.is_proved(signed_in_at, now):
        raise Refused("password_again")
    # On PostgreSQL one person's wishes take turns, so that two at once do not both count as the last of the day.
    take_turn(session, Member, staff.id)


def _asked_for(session: Session, staff: Member, *, since: datetime) -> list[tuple[str, datetime]]:
    """The locks of what others hold that they asked for, and when."""
    asked = ((_lock_of(entry), entry.at) for entry in _did(session, staff, (ASKED_BY_STAFF, RESET), since))
    return [(lock, at) for lock, at in asked if lock is not None]


def _told(session: Session, staff: Member, *, since: datetime) -> int:
    """How often they were told a word of somebody who had a locker."""
    entries = _did(session, staff, (ONE_TIME_PIN, LET_IN), since)
    return sum(bool(json.loads(entry.detail).get("locks")) for entry in entries)


def _did(session: Session, staff: Member, acts: Collection[str], since: datetime) -> Iterable[AuditEntry]:
    return session.scalars(
        select(AuditEntry).where(AuditEntry.actor == staff.audit_id, AuditEntry.act.in_(acts), AuditEntry.at > since)
    )


def _lock_of(entry: AuditEntry) -> str | None:
    """None where it was nobody's."""
    told = json.loads(entry.detail)
    if entry.act == RESET:
        lock: str | None = told.get("lock")
        return lock
    return entry.thing if told.get("held") else None

"""What one person of the staff may not do alone, one after another: go through what is behind members' doors."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

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
_TOLD_A_WORD: Final = (ONE_TIME_PIN, LET_IN)
_ACTS: Final = (ASKED_BY_STAFF, RESET, *_TOLD_A_WORD)


def refuse_alone(session: Session, *, lock_id: str, staff: Member, signed_in_at: datetime, now: datetime) -> None:
    """They are about to come behind somebody's door, by asking for it or by a PIN of its rental that they are told.

    `signed_in_at`: when they last gave their password. Raises Refused: `password_again`, `second_person_needed`,
    `staff_openings_used_up`.
    """
    _refuse_unproved(session, staff, signed_in_at, now)
    if refusal := rules.opening_refusal(lock_id, _come_to(session, staff, since=now - _DAY), now=now):
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
    if rules.is_used_up(_come_to(session, staff, since=now - _DAY)):
        raise Refused("staff_openings_used_up")
    return locks


def _refuse_unproved(session: Session, staff: Member, signed_in_at: datetime, now: datetime) -> None:
    if not rules.is_proved(signed_in_at, now):
        raise Refused("password_again")
    # On PostgreSQL one person's wishes take turns, so that two at once do not both count as the last of the day.
    take_turn(session, Member, staff.id)


def _come_to(session: Session, staff: Member, *, since: datetime) -> rules.ComeTo:
    """What of others they asked for, or were told a word for."""
    entries = session.scalars(
        select(AuditEntry).where(AuditEntry.actor == staff.audit_id, AuditEntry.act.in_(_ACTS), AuditEntry.at > since)
    )
    asked: list[tuple[str, datetime]] = []
    told = 0
    for entry in entries:
        detail = json.loads(entry.detail)
        if entry.act in _TOLD_A_WORD:
            told += bool(detail.get("locks"))  # of somebody who had a locker
        elif lock := _lock_of(entry, detail):
            asked.append((lock, entry.at))
    return rules.ComeTo(asked, told)


def _lock_of(entry: AuditEntry, detail: Mapping[str, Any]) -> str | None:
    """None where it was nobody's."""
    if entry.act == RESET:
        lock: str | None = detail.get("lock")
        return lock
    return entry.thing if detail.get("held") else None

"""What one person of the staff may not do alone, one after another: go through what is behind members' doors."""

import json
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.kit.audit import AuditEntry
from gateway.kit.db import take_turn
from gateway.kit.errors import Refused
from gateway.lockers.history import ASKED_BY_STAFF
from gateway.lockers.pins import RESET
from gateway.members.model import Member
from gateway.staff import rules

_DAY: Final = timedelta(days=1)


def refuse_alone(session: Session, *, lock_id: str, staff: Member, signed_in_at: datetime, now: datetime) -> None:
    """They are about to come behind somebody's door, by asking for it or by a PIN of its rental that they are told.

    `signed_in_at`: when they last gave their password. Raises Refused: `password_again`, `second_person_needed`,
    `staff_openings_used_up`.
    """
    if not rules.is_proved(signed_in_at, now):
        raise Refused("password_again")
    # On PostgreSQL one person's wishes take turns, so that two at once do not both count as the last of the day.
    take_turn(session, Member, staff.id)
    asked = [(lock, at) for lock, at in _asked_for(session, staff, since=now - _DAY) if lock is not None]
    if refusal := rules.opening_refusal(lock_id, asked, now=now):
        raise Refused(refusal)


def _asked_for(session: Session, staff: Member, *, since: datetime) -> list[tuple[str | None, datetime]]:
    """The locks of what others hold, None where it was nobody's; and when."""
    entries = session.scalars(
        select(AuditEntry).where(
            AuditEntry.actor == staff.audit_id, AuditEntry.act.in_([ASKED_BY_STAFF, RESET]), AuditEntry.at > since
        )
    )
    return [(_lock_of(entry), entry.at) for entry in entries]


def _lock_of(entry: AuditEntry) -> str | None:
    told = json.loads(entry.detail)
    if entry.act == RESET:
        lock: str | None = told.get("lock")
        return lock
    return entry.thing if told.get("held") else None

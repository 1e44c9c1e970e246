"""Freezing and clearing; what opens everything stands in `openings.py`. They never commit, send or sleep."""

from dataclasses import asdict
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.emergencies import queries, rules
from gateway.emergencies.model import WHOLE_CENTRE, Emergency, EmergencyKind, EmergencyState
from gateway.kit import audit
from gateway.kit.db import announce
from gateway.kit.errors import Conflict, Refused
from gateway.kit.ids import new_id
from gateway.lockers import queries as lockers
from gateway.members.model import Member

_SIGNING_LOCK: Final = 7_318_403  # PostgreSQL advisory lock (on SQLite BEGIN IMMEDIATE is that already)


def freeze(session: Session, *, bank_id: str | None, reason: str, actor: Member, now: datetime) -> Emergency:
    """Let nothing open by command, at one bank or (None) in the whole centre, until two persons clear it.

    What was signed before may still open its door for T_DEV. Raises NotFound("bank"), Conflict("already_frozen").
    """
    _wait_for_signers(session)
    frozen = Emergency(
        id=new_id(),
        kind=EmergencyKind.FREEZE,
        scope=bank_id or WHOLE_CENTRE,
        bank_id=bank_id,
        reason=reason,
        state=EmergencyState.ACTIVE,
        first_id=actor.id,
        by_key_switch=False,
        proposed_at=now,
        begun_at=now,
    )
    add(session, frozen, otherwise="already_frozen")
    tell(session, frozen, "begun", actor=actor, now=now)
    return frozen


def clear(session: Session, *, emergency_id: str, actor: Member, now: datetime) -> Emergency:
    """Say that it is over. The first person's word changes nothing yet; the second's, soon enough, ends it.

    A proposal that has not begun ends by one word. Raises NotFound("emergency"), Conflict("emergency_over"), Refused:
    `second_is_the_first`, `needs_a_manager`.
    """
    found = hold(session, emergency_id)
    if found.state is EmergencyState.PROPOSED:
        close(session, found, EmergencyState.CALLED_OFF, actor=actor, now=now)
        return found
    first = _who_asked_to_clear(session, found, now)
    if first is None:
        found.clear_first_id, found.clear_asked_at = actor.id, now
        session.flush()
        tell(session, found, "clear_asked", actor=actor, now=now)
        return found
    if refusal := rules.pair_refusal(first_id=first.id, second_id=actor.id, roles={first.role, actor.role}):
        raise Refused(refusal)
    found.clear_second_id = actor.id
    close(session, found, EmergencyState.CLEARED, actor=actor, now=now)
    return found


def add(session: Session, new: Emergency, *, otherwise: str) -> None:
    """Keep it, unless there is one like it that is not over: Conflict(otherwise). Raises NotFound("bank")."""
    if new.bank_id is not None:
        lockers.bank(session, new.bank_id)
    try:
        with session.begin_nested():
            session.add(new)
    except IntegrityError as error:
        raise Conflict(otherwise) from error


def keep_out_freezes(session: Session) -> None:
    """Until this transaction ends no freeze begins, so that what is signed in it was signed before one."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock_shared(:key)"), {"key": _SIGNING_LOCK})


def hold(session: Session, emergency_id: str) -> Emergency:
    """One that is not over, held until this transaction ends: whoever else would move it waits, on PostgreSQL too.

    Raises NotFound("emergency"), Conflict("emergency_over").
    """
    queries.emergency(session, emergency_id)
    found = session.get_one(Emergency, emergency_id, with_for_update=True, populate_existing=True)
    if found.closed_at is not None:
        raise Conflict("emergency_over")
    return found


def tell(session: Session, found: Emergency, step: str, *, actor: Member, now: datetime, **more: object) -> None:
    """The trail and, after the commit, whoever watches. The trail comes last: on PostgreSQL it makes others wait."""
    announce(session, "emergency", id=found.id, emergency=found.kind, bank_id=found.bank_id, state=found.state)
    audit.append(
        session,
        actor=actor.audit_id,
        act=f"{found.kind}_{step}",
        thing=found.bank_id or WHOLE_CENTRE,
        now=now,
        emergency=found.id,
        reason=found.reason,
        **more,
    )


def still_staff(session: Session, member_id: str) -> Member | None:
    """Who said so first, if they still may."""
    member = session.get_one(Member, member_id, populate_existing=True)
    return member if member.disabled_at is None and member.role in rules.STAFF else None


def _who_asked_to_clear(session: Session, found: Emergency, now: datetime) -> Member | None:
    if found.clear_first_id is None or found.clear_asked_at is None:
        return None
    if rules.has_lapsed(asked_at=found.clear_asked_at, now=now):
        return None
    return still_staff(session, found.clear_first_id)


def close(session: Session, found: Emergency, state: EmergencyState, *, actor: Member, now: datetime) -> None:
    """It is over, and so is every right to open that followed from it."""
    access.end(session, source=GrantSource.EMERGENCY, source_id=found.id, now=now)
    found.state, found.closed_at = state, now
    session.flush()
    tell(session, found, state.lower(), actor=actor, now=now, doors=asdict(queries.count_doors(session, found)))


def _wait_for_signers(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SIGNING_LOCK})

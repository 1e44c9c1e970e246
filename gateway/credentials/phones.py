"""Phones that show passes: registering one, taking it away, and letting each pass count once.

A phone's passes are worth what being signed in on it is worth, and last no longer: it belongs to the session in which
it was registered, and the database drops it with that session (signed out, password changed or reset, disabled).
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from gateway.credentials.model import Phone
from gateway.credentials.passes import Pass, PublicKey
from gateway.kit import audit
from gateway.kit.db import take_turn
from gateway.kit.errors import Conflict, NotFound, Refused
from gateway.members import rules as members
from gateway.members import service as members_service
from gateway.members.model import Member, MemberSession, Role
from gateway.notices import service as notices

MOST_PHONES: Final = 5  # a member


@dataclass(frozen=True)
class Bearer:
    """A phone, and whose it is."""

    phone: Phone
    member: Member


def register(
    session: Session, *, member: Member, session_hash: str, key: PublicKey, label: str, now: datetime
) -> Phone:
    """Let the phone that is signed in by this session show passes. The one it had before counts no more.

    Raises Conflict("too_many_phones"). The member is told.
    """
    take_turn(session, Member, member.id)  # so that two at once do not both count as the last
    session.execute(delete(Phone).where(Phone.session_hash == session_hash))
    if len(phones_of(session, member_id=member.id, now=now)) >= MOST_PHONES:
        raise Conflict("too_many_phones", limit=MOST_PHONES)
    phone = Phone(
        id=secrets.token_hex(8),
        session_hash=session_hash,
        public_key=str(key),
        label=label,
        registered_at=now,
        last_pass_at=None,
    )
    session.add(phone)
    session.flush()
    notices.leave(session, member_id=member.id, kind="phone_registered", about=phone.id, now=now, label=label)
    audit.append(session, actor=member.audit_id, act="phone_registered", thing=member.audit_id, now=now, phone=phone.id)
    return phone


def remove(session: Session, *, member: Member, phone_id: str, session_hash: str, now: datetime) -> str | None:
    """Its passes count no more, and it is signed out, unless it is the one in hand (`session_hash`).

    Returns the hash of the session that ended with it. Raises NotFound("phone") for other people's too.
    """
    phone = session.scalar(_of(member.id).where(Phone.id == phone_id))
    if phone is None:
        raise NotFound("phone")
    notices.take_back(session, about=phone.id, kinds=["phone_registered"], now=now)
    audit.append(session, actor=member.audit_id, act="phone_removed", thing=member.audit_id, now=now, phone=phone.id)
    if phone.session_hash == session_hash:
        session.execute(delete(Phone).where(Phone.id == phone.id))
        return None
    session.execute(delete(MemberSession).where(MemberSession.token_hash == phone.session_hash))
    session.expunge(phone)  # the database has dropped it
    return phone.session_hash


def phones_of(session: Session, *, member_id: str, now: datetime) -> Sequence[Phone]:
    """Those whose passes count, the newest first."""
    rows = session.execute(
        _of(member_id).add_columns(MemberSession, Member.role).order_by(Phone.registered_at.desc(), Phone.id)
    )
    return [phone for phone, signed_in, role in rows if not _is_over(signed_in, role, now)]


def use(session: Session, *, told: Pass, now: datetime) -> Bearer:
    """Let a pass count, this once: none that its phone made before or with it counts from here on.

    Raises Refused: `pass_unknown` (made by no phone that is signed in, or by nobody: the two are never told apart),
    `pass_late`, `pass_used`.
    """
    row = session.execute(
        select(Phone, MemberSession, Member)
        .join(MemberSession, MemberSession.token_hash == Phone.session_hash)
        .join(Member, Member.id == MemberSession.member_id)
        .where(Phone.id == told.phone_id, Member.disabled_at.is_(None))
    ).first()
    if row is None:
        raise Refused("pass_unknown")
    phone, signed_in, member = row
    if _is_over(signed_in, member.role, now) or not told.is_by(PublicKey.read(phone.public_key)):
        raise Refused("pass_unknown")
    if not told.is_shown_now(now):
        raise Refused("pass_late")
    # The session's row before the phone's, as signing out has them. A phone that is in use stays signed in.
    members_service.note_seen_by_hash(session, token_hash=phone.session_hash, now=now)
    first = (
        update(Phone)
        .where(Phone.id == phone.id, or_(Phone.last_pass_at.is_(None), Phone.last_pass_at < told.made_at))
        .values(last_pass_at=told.made_at)
        .returning(Phone.id)
    )
    if session.scalar(first) is None:
        raise Refused("pass_used")
    return Bearer(phone, member)


def _of(member_id: str) -> Select[Phone]:
    return (
        select(Phone)
        .join(MemberSession, MemberSession.token_hash == Phone.session_hash)
        .join(Member, Member.id == MemberSession.member_id)
        .where(Member.id == member_id)
    )


def _is_over(signed_in: MemberSession, role: Role, now: datetime) -> bool:
    return members.is_over(role=role, seen_at=signed_in.seen_at, ends_at=signed_in.ends_at, now=now)

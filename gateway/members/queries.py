"""Who somebody is, and whether they are signed in."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from gateway.kit.db import may_write
from gateway.members import rules
from gateway.members.model import Member, MemberSession, SignInFailures

_BY_NO: Final = select(Member).where(Member.member_no == bindparam("member_no"))
_SIGNED_IN: Final = (  # made once: every request of somebody's asks it
    select(Member, MemberSession)
    .join(MemberSession, MemberSession.member_id == Member.id)
    .where(MemberSession.token_hash == bindparam("token_hash"), Member.disabled_at.is_(None))
)
_SIGNED_IN_TO_ACT: Final = _SIGNED_IN.with_for_update(read=True, key_share=True)


def member_by_no(session: Session, *, member_no: str) -> Member | None:
    """The member with that number, in use or not; None when nobody has it."""
    return session.scalar(_BY_NO, {"member_no": member_no})


def find(session: Session, *, words: str, after_no: str | None, limit: int) -> Sequence[Member]:
    """Who has a number that begins so or a name with all these words in it, by number; empty: everybody."""
    found = select(Member).order_by(Member.member_no).limit(limit)
    for word in words.split():
        begins = Member.member_no.istartswith(word, autoescape=True)
        found = found.where(begins | Member.name.icontains(word, autoescape=True))
    if after_no is not None:
        found = found.where(Member.member_no > after_no)
    return session.scalars(found).all()


def numbers_of(session: Session, *, audit_ids: Collection[str]) -> dict[str, str]:
    """Member numbers by the ids that stand for people in the audit trail; what stands for nobody is left out."""
    found = session.scalars(select(Member).where(Member.audit_id.in_(audit_ids)))
    return {member.audit_id: member.member_no for member in found}


@dataclass(frozen=True)
class Visitor:
    """Who is signed in. `is_seen_anew`: `service.note_seen` has something to write, at most once a minute a session."""

    member: Member
    is_seen_anew: bool


def signed_in(session: Session, *, token: str, now: datetime) -> Visitor | None:
    """Whose session this is; None when it never was, has ended, or its member is disabled.

    Whoever may write has both for as long as the transaction lasts: neither is erased or signed out under it.
    """
    asked = _SIGNED_IN_TO_ACT if may_write(session) else _SIGNED_IN
    row = session.execute(asked, {"token_hash": token_hash(token)}).first()
    if row is None:
        return None
    member, found = row
    if rules.is_over(role=member.role, seen_at=found.seen_at, ends_at=found.ends_at, now=now):
        return None
    return Visitor(member, rules.is_seen_anew(found.seen_at, now))


def signed_in_at(session: Session, *, token: str) -> datetime:
    """When the password was given for a session that is not over."""
    return session.get_one(MemberSession, token_hash(token)).created_at


def wait_before_sign_in_s(session: Session, *, member_no: str, now: datetime) -> float:
    """Seconds until a password for this number is looked at again; 0.0: at once. The same for numbers nobody has."""
    failures = session.get(SignInFailures, number_hash(member_no))
    if failures is None or now - failures.last_at >= rules.FORGET_FAILURES_AFTER:
        return 0.0
    return rules.left_of_wait_s(failures.count, last_at=failures.last_at, now=now)


def number_hash(member_no: str) -> str:
    """Under what wrong passwords for a number are counted: SHA-256, hex."""
    return hashlib.sha256(member_no.encode("utf-8", "surrogatepass")).hexdigest()


def token_hash(token: str) -> str:
    """What is kept of a session's token: SHA-256, hex. 256 random bits need no stretching."""
    return hashlib.sha256(token.encode()).hexdigest()

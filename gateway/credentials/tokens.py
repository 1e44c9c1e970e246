"""Programs that ask in a member's name: making, knowing and ending their tokens. Nothing here commits."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, bindparam, or_, select, update
from sqlalchemy.orm import Session

from gateway.credentials import rights as rules
from gateway.credentials.model import Token
from gateway.credentials.rights import MOST_TOKENS, PREFIX, SHOWN_AFTER_END, USED_EVERY, Right
from gateway.kit import audit
from gateway.kit.db import may_write, take_turn
from gateway.kit.errors import Conflict, Malformed, NotFound, Refused
from gateway.kit.ids import new_id
from gateway.members.model import Member
from gateway.members.queries import token_hash
from gateway.members.rules import is_staff
from gateway.notices import service as notices

_SHOWN: Final = (  # made once: every request of a program's asks it
    select(Token, Member)
    .join(Member, Member.id == Token.member_id)
    .where(
        Token.token_hash == bindparam("token_hash"),
        Token.ends_at > bindparam("now"),
        Token.ended_at.is_(None),
        Member.disabled_at.is_(None),
    )
)
_SHOWN_TO_ACT: Final = _SHOWN.with_for_update(read=True, key_share=True)


@dataclass(frozen=True)
class Program:
    """Whose program asks, and what it may. `is_used_anew`: `note_used` has something to write, at most once an hour."""

    token: Token
    member: Member
    is_used_anew: bool

    @property
    def rights(self) -> frozenset[Right]:
        """Beyond reading."""
        return rights_of(self.token)


def make(
    session: Session,
    *,
    member: Member,
    label: str,
    rights: Collection[Right],
    ends_at: datetime,
    password_hash: str,
    now: datetime,
) -> tuple[Token, str]:
    """Let a program ask in the member's name; returns also what it shows, which is kept nowhere. They are told.

    `password_hash`: of the password that was just proved. Raises Refused("wrong_credentials") when it is another's by
    now, Refused("not_allowed") for `staff` unless they work here; Malformed("token_ends_before", "token_ends_late",
    "token_ends_late_staff"); Conflict("too_many_tokens").
    """
    for_staff = Right.STAFF in rights
    if for_staff and not is_staff(member.role):
        raise Refused("not_allowed")
    if fault := rules.end_fault(ends_at=ends_at, for_staff=for_staff, now=now):
        raise Malformed(fault, field="ends_at", days=rules.longest(for_staff=for_staff).days)
    take_turn(session, Member, member.id)  # so that two at once do not both count as the last
    session.refresh(member)
    if member.password_hash != password_hash or member.disabled_at is not None:
        raise Refused("wrong_credentials")
    if len(_good(session, member, now)) >= MOST_TOKENS:
        raise Conflict("too_many_tokens", limit=MOST_TOKENS)
    shown = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        id=new_id(),
        member_id=member.id,
        token_hash=token_hash(shown),
        label=label,
        may_act=Right.ACT in rights,
        may_open=Right.OPEN in rights,
        for_staff=for_staff,
        made_at=now,
        ends_at=ends_at,
        ended_at=None,
        used_at=None,
    )
    session.add(token)
    session.flush()
    notices.leave(session, member_id=member.id, kind="token_made", about=token.id, now=now, label=label)
    audit.append(
        session,
        actor=member.audit_id,
        act="token_made",
        thing=member.audit_id,
        now=now,
        token=token.id,
        rights=sorted(rights_of(token)),
        ends_at=ends_at.isoformat(),
    )
    return token, shown


def program(session: Session, *, shown: str, now: datetime) -> Program | None:
    """Whose program shows this; None when it never was one's, has ended, or its member is disabled.

    Whoever may write has both for as long as the transaction lasts: neither is ended or erased under it.
    """
    asked = _SHOWN_TO_ACT if may_write(session) else _SHOWN
    row = session.execute(asked, {"token_hash": token_hash(shown), "now": now}).first()
    if row is None:
        return None
    token, member = row
    return Program(token, member, rules.is_used_anew(token.used_at, now))


def note_used(session: Session, *, token_id: str, now: datetime) -> None:
    """A program came. Writes at most once an hour."""
    long_ago = or_(Token.used_at.is_(None), Token.used_at <= now - USED_EVERY)
    session.execute(update(Token).where(Token.id == token_id, long_ago).values(used_at=now))


def end(session: Session, *, member: Member, token_id: str, now: datetime) -> str:
    """It is good for nothing from now on; returns its hash. Raises NotFound("token"), for other people's too."""
    _wait_for_programs(session, Token.id == token_id)
    mine = update(Token).where(Token.id == token_id, Token.member_id == member.id, Token.ended_at.is_(None))
    ended: str | None = session.scalar(mine.values(ended_at=now).returning(Token.token_hash))
    if ended is None:
        raise NotFound("token")
    notices.take_back(session, about=token_id, kinds=["token_made"], now=now)
    _note_ended(session, member, token_id, actor=member.audit_id, now=now)
    return ended


def end_all(session: Session, *, member: Member, actor: str, now: datetime) -> None:
    """Whoever had got a token out of the account is out. Harmless when there is none."""
    _wait_for_programs(session, Token.member_id == member.id)
    theirs = update(Token).where(Token.member_id == member.id, Token.ended_at.is_(None))
    gone = session.scalars(theirs.values(ended_at=now).returning(Token.id)).all()
    for token_id in sorted(gone):
        _note_ended(session, member, token_id, actor=actor, now=now)


def end_everybodys(session: Session, *, actor: str, now: datetime) -> None:
    """No program asks in anybody's name from now on."""
    having_one = select(Token.member_id).where(Token.ended_at.is_(None), Token.ends_at > now)
    for member in session.scalars(select(Member).where(Member.id.in_(having_one)).order_by(Member.id)).all():
        end_all(session, member=member, actor=actor, now=now)


def tokens_of(session: Session, *, member_id: str, now: datetime) -> Sequence[Token]:
    """A member's, the newest first; for a while also those whose time is over, but none that somebody ended."""
    mine = select(Token).where(
        Token.member_id == member_id, Token.ended_at.is_(None), Token.ends_at > now - SHOWN_AFTER_END
    )
    return session.scalars(mine.order_by(Token.made_at.desc(), Token.id)).all()


def rights_of(token: Token) -> frozenset[Right]:
    """What it may beyond reading."""
    kept = {Right.ACT: token.may_act, Right.OPEN: token.may_open, Right.STAFF: token.for_staff}
    return frozenset(right for right, is_given in kept.items() if is_given)


def names(session: Session, *, token_ids: Collection[str], member_id: str | None = None) -> dict[str, str]:
    """What programs are called, by their tokens' ids, also of those that have ended; `member_id`: only of theirs."""
    found = select(Token.id, Token.label).where(Token.id.in_(token_ids))
    if member_id is not None:
        found = found.where(Token.member_id == member_id)
    return {one.id: one.label for one in session.execute(found)}


def _wait_for_programs(session: Session, which: ColumnElement[bool]) -> None:
    """What is under way by these comes first, and whatever comes now waits: a mere change would not keep it out."""
    session.scalars(select(Token.id).where(which).order_by(Token.id).with_for_update()).all()


def _good(session: Session, member: Member, now: datetime) -> Sequence[Token]:
    return [token for token in tokens_of(session, member_id=member.id, now=now) if token.ends_at > now]


def _note_ended(session: Session, member: Member, token_id: str, *, actor: str, now: datetime) -> None:
    audit.append(session, actor=actor, act="token_ended", thing=member.audit_id, now=now, token=token_id)

"""What happens to people's accounts."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.kit import audit
from gateway.kit.db import take_turn
from gateway.kit.errors import Conflict, Refused
from gateway.kit.ids import new_id
from gateway.members import rules
from gateway.members.model import Language, Member, MemberSession, Role, SignInFailures
from gateway.members.queries import number_hash, token_hash

LET_IN: Final = "one_time_password_given"  # in the trail: staff made it, and were told it


def add_member(
    session: Session,
    *,
    member_no: str,
    name: str,
    role: Role,
    password_hash: str,
    language: Language | None,
    now: datetime,
    password_ends_at: datetime | None = None,
    actor: str = "gateway",
) -> Member:
    """Open an account. `language` None: nobody knows yet what they read.

    `password_ends_at`: the password is a one-time code, good until then, and must be replaced.

    Raises Conflict("member_no_taken").
    """
    member = Member(
        id=new_id(),
        member_no=member_no,
        name=name,
        role=role,
        language=language or Language.ZH_CN,
        has_chosen_language=language is not None,
        elder_mode=False,
        password_hash=password_hash,
        password_ends_at=password_ends_at,
        audit_id=new_id(),
        created_at=now,
        disabled_at=None,
    )
    try:
        with session.begin_nested():
            session.add(member)
    except IntegrityError as error:
        raise Conflict("member_no_taken", member_no=member_no) from error
    audit.append(session, actor=actor, act="member_added", thing=member.audit_id, now=now, role=role)
    return member


def begin_session(session: Session, *, member: Member, now: datetime) -> str:
    """Sign a member in whose password was right; returns the token, which is kept nowhere.

    Always a new token: none that a browser brought along becomes a session. Raises Refused("wrong_credentials") for a
    disabled account, for a one-time code that is over, and for a password that is another by now; to a stranger they
    look like a wrong password.
    """
    proved = member.password_hash
    # Looked up again: checking the password took its time, and it or the account may have been changed meanwhile.
    take_turn(session, Member, member.id)
    account = session.get_one(Member, member.id, populate_existing=True)
    if account.password_hash != proved:
        raise Refused("wrong_credentials")
    if not rules.may_sign_in(disabled_at=account.disabled_at, password_ends_at=account.password_ends_at, now=now):
        raise Refused("wrong_credentials")
    token = secrets.token_urlsafe(32)
    session.add(
        MemberSession(
            token_hash=token_hash(token),
            member_id=account.id,
            created_at=now,
            seen_at=now,
            ends_at=now + rules.session_length(account.role),
        )
    )
    audit.append(session, actor=account.audit_id, act="signed_in", thing=account.audit_id, now=now)
    return token


def note_seen(session: Session, *, token: str, now: datetime) -> None:
    """The member is still here. Writes at most once a minute."""
    note_seen_by_hash(session, token_hash=token_hash(token), now=now)


def note_seen_by_hash(session: Session, *, token_hash: str, now: datetime) -> None:
    """Like `note_seen`, for whoever has no token of the session and proved themselves otherwise."""
    session.execute(
        update(MemberSession)
        .where(MemberSession.token_hash == token_hash, MemberSession.seen_at <= now - rules.SEEN_EVERY)
        .values(seen_at=now)
    )


def end_session(session: Session, *, token: str, now: datetime) -> None:
    """Sign out. Harmless when that session is over already."""
    owner = session.execute(
        delete(MemberSession).where(MemberSession.token_hash == token_hash(token)).returning(MemberSession.member_id)
    ).scalar_one_or_none()
    if owner is not None:
        who = session.get_one(Member, owner).audit_id
        audit.append(session, actor=who, act="signed_out", thing=who, now=now)


def note_wrong_password(session: Session, *, member_no: str, now: datetime) -> None:
    """Count it, whether or not that number exists. After a quiet day the count begins anew."""
    number = number_hash(member_no)
    failures = session.get(SignInFailures, number, with_for_update=True) or _first_failure(session, number, now)
    if now - failures.last_at >= rules.FORGET_FAILURES_AFTER:
        failures.count = 0
    failures.count += 1
    failures.last_at = now
    session.flush()


def clear_wrong_passwords(session: Session, *, member_no: str) -> None:
    """The right password came."""
    session.execute(delete(SignInFailures).where(SignInFailures.number_hash == number_hash(member_no)))


def change_password(session: Session, *, member: Member, password_hash: str, token: str | None, now: datetime) -> None:
    """Take a new password that `passwords.password_fault` has passed. Ends every other session of theirs.

    `token` is the session in which they did it and which goes on; None: none goes on.
    """
    _sign_out_everywhere(session, member, but=token)
    _replace_hash(session, member, password_hash, password_ends_at=None)
    audit.append(session, actor=member.audit_id, act="password_changed", thing=member.audit_id, now=now)


def give_one_time_password(
    session: Session,
    *,
    member: Member,
    password_hash: str,
    ends_at: datetime,
    actor: str,
    now: datetime,
    locks: Sequence[str] = (),
) -> None:
    """Let the member in with a one-time code until then; their old password and every session of theirs end.

    `locks`: to which it leads, for the trail. Raises Refused("account_disabled").
    """
    if member.disabled_at is not None:
        raise Refused("account_disabled")
    _sign_out_everywhere(session, member)
    _replace_hash(session, member, password_hash, password_ends_at=ends_at)
    clear_wrong_passwords(session, member_no=member.member_no)
    audit.append(session, actor=actor, act=LET_IN, thing=member.audit_id, now=now, locks=list(locks))


def renew_hash(session: Session, *, member: Member, password_hash: str) -> None:
    """Keep the same password under today's figures. Nothing else changes."""
    _replace_hash(session, member, password_hash, password_ends_at=member.password_ends_at)


def set_preferences(
    session: Session,
    *,
    member: Member,
    now: datetime,
    language: Language | None = None,
    elder_mode: bool | None = None,
    prefers_accessible: bool | None = None,
) -> None:
    """How the member wants to be spoken to, and what to look for first for them. None leaves a thing as it is."""
    chosen = {"language": language, "elder_mode": elder_mode, "prefers_accessible": prefers_accessible}
    values = {name: value for name, value in chosen.items() if value is not None}
    if not values:
        return
    noted = values | ({"has_chosen_language": True} if language else {})
    session.execute(update(Member).where(Member.id == member.id).values(**noted))
    # What somebody's body needs does not belong into a trail that nobody can ever erase: only that they chose.
    told = values | ({"prefers_accessible": "chosen"} if "prefers_accessible" in values else {})
    audit.append(session, actor=member.audit_id, act="preferences_set", thing=member.audit_id, now=now, **told)


def disable_member(session: Session, *, member: Member, actor: str, now: datetime, reason: str = "") -> None:
    """Nothing of theirs works from here on: they are signed out everywhere and may open nothing. Harmless to repeat."""
    _sign_out_everywhere(session, member)
    session.get(Member, member.id, with_for_update=True)  # what is being signed for them comes first
    disabled = session.scalar(
        update(Member)
        .where(Member.id == member.id, Member.disabled_at.is_(None))
        .values(disabled_at=now)
        .returning(Member.id)
    )
    if disabled:
        audit.append(session, actor=actor, act="member_disabled", thing=member.audit_id, now=now, reason=reason)


def enable_member(session: Session, *, member: Member, actor: str, now: datetime) -> None:
    """They may sign in again, with the password they had. Harmless to repeat."""
    take_turn(session, Member, member.id)
    enabled = session.scalar(
        update(Member)
        .where(Member.id == member.id, Member.disabled_at.is_not(None))
        .values(disabled_at=None)
        .returning(Member.id)
    )
    if enabled:
        audit.append(session, actor=actor, act="member_enabled", thing=member.audit_id, now=now)


def forget_ended_sessions(session: Session, *, now: datetime) -> None:
    """Drop what can matter no more: sessions that are over by age, wrong passwords of days ago."""
    session.execute(delete(MemberSession).where(MemberSession.ends_at <= now))
    long_ago = now - rules.FORGET_FAILURES_AFTER
    session.execute(delete(SignInFailures).where(SignInFailures.last_at <= long_ago))


def _first_failure(session: Session, number: str, now: datetime) -> SignInFailures:
    """A row to count in. Two may want the first one at once; the slower counts in the other's."""
    try:
        with session.begin_nested():
            failures = SignInFailures(number_hash=number, count=0, last_at=now)
            session.add(failures)
    except IntegrityError:
        return session.get_one(SignInFailures, number, with_for_update=True)
    return failures


def _sign_out_everywhere(session: Session, member: Member, *, but: str | None = None) -> None:
    """But where they hold this token. Whoever is just signing in comes before it, or finds what has changed."""
    take_turn(session, Member, member.id)
    theirs = delete(MemberSession).where(MemberSession.member_id == member.id)
    session.execute(theirs.where(MemberSession.token_hash != token_hash(but)) if but else theirs)


def _replace_hash(session: Session, member: Member, password_hash: str, *, password_ends_at: datetime | None) -> None:
    session.execute(
        update(Member)
        .where(Member.id == member.id)
        .values(password_hash=password_hash, password_ends_at=password_ends_at)
    )

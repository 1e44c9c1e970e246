"""Passkeys: making one, signing in with it, and taking it away.

A challenge is a row, so that it counts once whichever program is asked; each is taken before anything is looked at.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.credentials import ceremony
from gateway.credentials.ceremony import Made, Site
from gateway.credentials.model import Passkey, PasskeyChallenge
from gateway.kit import audit
from gateway.kit.db import take_turn
from gateway.kit.errors import Conflict, NotFound, Refused
from gateway.kit.ids import new_id
from gateway.members.model import Member
from gateway.notices import service as notices

MOST_PASSKEYS: Final = 10  # a member
CHALLENGE_LASTS: Final = timedelta(minutes=5)
MOST_CHALLENGES: Final = 1_000  # at a time: anybody may ask for one


def challenge(session: Session, *, session_hash: str | None, now: datetime) -> bytes:
    """What an authenticator is to sign: for the session in which a passkey is made, or None: to sign in with one.

    Raises Refused("busy") while so many wait already.
    """
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.ends_at <= now))
    if (session.scalar(select(func.count()).select_from(PasskeyChallenge)) or 0) >= MOST_CHALLENGES:
        raise Refused("busy", retry_after_s=60)
    told = secrets.token_bytes(32)
    session.add(PasskeyChallenge(hash=_hash(told), session_hash=session_hash, ends_at=now + CHALLENGE_LASTS))
    session.flush()
    return told


def take_challenge(session: Session, *, told: bytes, session_hash: str | None, now: datetime) -> bool:
    """Whether it was asked for here and still counts. It counts no more: commit before anything else is looked at."""
    taken = session.execute(
        delete(PasskeyChallenge)
        .where(PasskeyChallenge.hash == _hash(told), PasskeyChallenge.ends_at > now)
        .returning(PasskeyChallenge.session_hash)
    ).first()
    return taken is not None and taken[0] == session_hash


def add(session: Session, *, member: Member, site: Site, made: Made, label: str, now: datetime) -> Passkey:
    """Let a member sign in with it. They are told. Raises Conflict: `too_many_passkeys`, `passkey_taken`."""
    take_turn(session, Member, member.id)
    if len(passkeys_of(session, member_id=member.id)) >= MOST_PASSKEYS:
        raise Conflict("too_many_passkeys", limit=MOST_PASSKEYS)
    passkey = Passkey(
        id=new_id(),
        member_id=member.id,
        credential_hash=_hash(made.credential_id),
        credential_id=ceremony.text_of(made.credential_id),
        public_key=ceremony.text_of(made.public_key),
        site=site.name,
        sign_count=made.sign_count,
        label=label,
        made_at=now,
        used_at=None,
    )
    try:
        with session.begin_nested():
            session.add(passkey)
    except IntegrityError as error:
        raise Conflict("passkey_taken") from error
    notices.leave(session, member_id=member.id, kind="passkey_added", about=passkey.id, now=now, label=label)
    audit.append(
        session, actor=member.audit_id, act="passkey_added", thing=member.audit_id, now=now, passkey=passkey.id
    )
    return passkey


def with_credential(session: Session, *, credential_id: bytes, site: Site) -> Passkey | None:
    """The passkey that this names at this site; None: nobody's, or removed."""
    return session.scalar(
        select(Passkey).where(Passkey.credential_hash == _hash(credential_id), Passkey.site == site.name)
    )


def note_used(session: Session, *, passkey_id: str, count: int, now: datetime) -> Member | None:
    """It was proved: whose it is. None when it was removed meanwhile, or its count says that there are two of it.

    Then the member is told, and nobody is signed in: which of the two asks cannot be known.
    """
    passkey = session.scalar(select(Passkey).where(Passkey.id == passkey_id).with_for_update())
    if passkey is None:
        return None
    member = session.get_one(Member, passkey.member_id)
    if ceremony.is_copied(before=passkey.sign_count, now=count):
        notices.take_back(session, about=passkey.id, kinds=["passkey_copied"], now=now)
        notices.leave(
            session, member_id=member.id, kind="passkey_copied", about=passkey.id, now=now, label=passkey.label
        )
        audit.append(session, actor="gateway", act="passkey_copied", thing=member.audit_id, now=now, passkey=passkey.id)
        return None
    passkey.sign_count, passkey.used_at = count, now
    return member


def rename(session: Session, *, member: Member, passkey_id: str, label: str) -> Passkey:
    """By which the member tells theirs apart. Raises NotFound("passkey")."""
    passkey = _of(session, member, passkey_id)
    session.execute(update(Passkey).where(Passkey.id == passkey.id).values(label=label))
    session.refresh(passkey)
    return passkey


def remove(session: Session, *, member: Member, passkey_id: str, now: datetime) -> None:
    """Nobody signs in with it from now on. Raises NotFound("passkey") for other people's too."""
    passkey = _of(session, member, passkey_id)
    session.execute(delete(Passkey).where(Passkey.id == passkey.id))
    notices.take_back(session, about=passkey.id, kinds=["passkey_added", "passkey_copied"], now=now)
    audit.append(
        session, actor=member.audit_id, act="passkey_removed", thing=member.audit_id, now=now, passkey=passkey.id
    )


def remove_all(session: Session, *, member: Member, actor: str, now: datetime) -> None:
    """The account begins anew: whoever had got a passkey of their own into it is out. Harmless when there is none."""
    gone = session.scalars(delete(Passkey).where(Passkey.member_id == member.id).returning(Passkey.id)).all()
    for passkey_id in sorted(gone):
        audit.append(session, actor=actor, act="passkey_removed", thing=member.audit_id, now=now, passkey=passkey_id)


def passkeys_of(session: Session, *, member_id: str) -> Sequence[Passkey]:
    """A member's, the newest first."""
    mine = select(Passkey).where(Passkey.member_id == member_id)
    return session.scalars(mine.order_by(Passkey.made_at.desc(), Passkey.id)).all()


def _of(session: Session, member: Member, passkey_id: str) -> Passkey:
    found = session.scalar(select(Passkey).where(Passkey.id == passkey_id, Passkey.member_id == member.id))
    if found is None:
        raise NotFound("passkey")
    return found


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

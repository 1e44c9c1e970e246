"""Registering kiosks, and letting people in and out at them."""

import secrets
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from gateway.credentials.model import Card, Pin
from gateway.kiosks import queries, rules
from gateway.kiosks.model import Kiosk, KioskReader, KioskVisit, Presentation
from gateway.kiosks.queries import Claim, Guest, token_hash
from gateway.kit import audit
from gateway.kit.errors import Refused
from gateway.kit.ids import new_id
from gateway.lockers import queries as lockers
from gateway.lockers.model import Rental
from gateway.members.model import Member


def register(
    session: Session, *, name: str, name_en: str = "", bank_id: str | None, actor: str, now: datetime
) -> tuple[Kiosk, str]:
    """Give a kiosk an identity; returns its token too, which is kept nowhere. Raises NotFound("bank").

    `name_en` empty: it is called by `name` in English too.
    """
    if bank_id is not None:
        lockers.bank(session, bank_id)
    token = secrets.token_urlsafe(32)
    kiosk = Kiosk(
        id=new_id(),
        name=name,
        name_en=name_en or name,
        bank_id=bank_id,
        token_hash=token_hash(token),
        registered_at=now,
        seen_at=None,
        revoked_at=None,
    )
    session.add(kiosk)
    session.flush()
    audit.append(session, actor=actor, act="kiosk_registered", thing=kiosk.id, now=now, name=name)
    return kiosk, token


def rename(
    session: Session, *, kiosk_id: str, name: str | None, name_en: str | None, actor: str, now: datetime
) -> Kiosk:
    """Call it otherwise; None: as before in that language. Raises NotFound("kiosk")."""
    kiosk = queries.kiosk(session, kiosk_id)
    kiosk.name, kiosk.name_en = name or kiosk.name, name_en or kiosk.name_en
    session.flush()
    audit.append(
        session,
        actor=actor,
        act="kiosk_renamed",
        thing=kiosk_id,
        now=now,
        name_zh=kiosk.name,
        name_en=kiosk.name_en,
    )
    return kiosk


def revoke(session: Session, *, kiosk_id: str, actor: str, now: datetime) -> None:
    """From here on its token opens nothing, whoever stands before it is out, and its reader is free.

    Raises NotFound("kiosk").
    """
    kiosk = queries.kiosk(session, kiosk_id)
    kiosk.revoked_at = now
    for table in (KioskVisit, Presentation, KioskReader):
        session.execute(delete(table).where(table.kiosk_id == kiosk.id))
    audit.append(session, actor=actor, act="kiosk_revoked", thing=kiosk.id, now=now)


def note_seen(session: Session, *, kiosk_id: str, now: datetime) -> None:
    """The kiosk is still there. Writes at most once a minute."""
    session.execute(
        update(Kiosk)
        .where(Kiosk.id == kiosk_id, (Kiosk.seen_at.is_(None)) | (Kiosk.seen_at <= now - rules.SEEN_EVERY))
        .values(seen_at=now)
    )


def let_in(session: Session, *, kiosk: Kiosk, claim: Claim, now: datetime) -> tuple[Guest, str]:
    """Begin the visit of somebody whose PIN was right; returns its token too. Whoever stood there before is out.

    Raises Refused("wrong_pin") when it is no longer so: looking at a PIN took its time.
    """
    member = _still_so(session, kiosk, claim)
    assert claim.pin is not None  # noqa: S101 - there was one to be right
    session.execute(delete(KioskVisit).where(KioskVisit.kiosk_id == kiosk.id))
    token = secrets.token_urlsafe(32)
    visit = KioskVisit(
        token_hash=token_hash(token),
        kiosk_id=kiosk.id,
        member_id=member.id,
        rental_id=claim.rental_id,
        card_id=claim.card_id,
        phone_id=None,
        pin_id=claim.pin.id,
        began_at=now,
        used_at=now,
        idle_s=rules.idle_s(elder_mode=member.elder_mode),
        ends_at=now + rules.VISIT_LASTS,
    )
    session.add(visit)
    session.flush()
    audit.append(
        session,
        actor=member.audit_id,
        act="kiosk_visited",
        thing=claim.rental_id or member.audit_id,
        now=now,
        kiosk=kiosk.id,
        card=claim.card_id,
    )
    return Guest(member, visit, must_choose_pin=claim.pin.ends_at is not None), token


def note_used(session: Session, *, token: str, now: datetime) -> None:
    """Somebody touched the screen."""
    session.execute(update(KioskVisit).where(KioskVisit.token_hash == token_hash(token)).values(used_at=now))


def renew_pin(session: Session, *, token: str, pin: Pin) -> None:
    """The visit goes on with the PIN that was just chosen in it. One by pass goes on by itself."""
    visit = update(KioskVisit).where(KioskVisit.token_hash == token_hash(token), KioskVisit.pin_id.is_not(None))
    session.execute(visit.values(pin_id=pin.id))


def let_out(session: Session, *, kiosk_id: str, token: str) -> None:
    """The visit is over. Harmless when it was."""
    session.execute(
        delete(KioskVisit).where(KioskVisit.token_hash == token_hash(token), KioskVisit.kiosk_id == kiosk_id)
    )


def let_out_everywhere(session: Session, *, member: Member) -> None:
    """Whoever stands at a kiosk as this member does so no longer."""
    session.execute(delete(KioskVisit).where(KioskVisit.member_id == member.id))


def forget_ended_visits(session: Session, *, now: datetime) -> None:
    """Drop those that are over by their age, and what was presented and is good for nothing any more."""
    session.execute(delete(KioskVisit).where(KioskVisit.ends_at <= now))
    session.execute(delete(Presentation).where(Presentation.at <= now - rules.GOOD_FOR))


def _still_so(session: Session, kiosk: Kiosk, claim: Claim) -> Member:
    """Who it is, if nothing has changed since the claim was made. From here on one at a time comes to this kiosk.

    What changes a moment later ends the visit: `queries.guest` asks for all of it each time.
    """
    here = select(Kiosk.id).where(Kiosk.id == kiosk.id, Kiosk.revoked_at.is_(None)).with_for_update(key_share=True)
    holds = select(Pin.id).where(Pin.id == (claim.pin.id if claim.pin else ""))
    if claim.rental_id is not None:
        standing = select(Rental.id).where(Rental.id == claim.rental_id, Rental.ended_at.is_(None))
    else:
        standing = select(Card.id).where(Card.id == claim.card_id, Card.blocked_at.is_(None))
    member = session.scalar(select(Member).where(Member.id == claim.member_id, Member.disabled_at.is_(None)))
    if member is None or any(session.scalar(query) is None for query in (here, holds, standing)):
        raise Refused("wrong_pin")
    return member

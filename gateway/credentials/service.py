"""Making PINs, and registering, blocking and taking away cards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.credentials import queries
from gateway.credentials.model import Card, Pin, PinOf
from gateway.kit import audit
from gateway.kit.errors import Conflict
from gateway.kit.ids import new_id
from gateway.members.model import Member
from gateway.notices import service as notices

ONE_TIME_LASTS: Final = timedelta(hours=24)
ONE_TIME_PIN: Final = "kiosk_pin_reset"  # in the trail: staff made it, and were told it


@dataclass(frozen=True, kw_only=True)
class HashedPin:
    """What to keep of a PIN: its Argon2id hash, and the name of the pepper in it. Made before any transaction."""

    hash: str = field(repr=False)
    pepper: str


def put_pin(
    session: Session, *, of: PinOf, of_id: str, made: HashedPin, now: datetime, ends_at: datetime | None = None
) -> Pin:
    """Let this be the PIN from now on; the one before, and whatever was begun with it, is over.

    The caller holds the row of the rental or the member, so that two makings take turns.
    """
    drop_pin(session, of=of, of_id=of_id)
    row = Pin(of=of, of_id=of_id, id=new_id(), hash=made.hash, pepper=made.pepper, made_at=now, ends_at=ends_at)
    session.add(row)
    session.flush()
    return row


def drop_pin(session: Session, *, of: PinOf, of_id: str) -> None:
    """There is no PIN any more. Harmless to repeat."""
    session.execute(delete(Pin).where(Pin.of == of, Pin.of_id == of_id))


def choose_pin(session: Session, *, member: Member, made: HashedPin, now: datetime) -> Pin:
    """The member's own PIN for kiosks, by their own act."""
    _hold(session, member)
    row = put_pin(session, of=PinOf.MEMBER, of_id=member.id, made=made, now=now)
    notices.take_back(session, about=member.id, kinds=["kiosk_pin_reset"], now=now)
    audit.append(session, actor=member.audit_id, act="kiosk_pin_chosen", thing=member.audit_id, now=now)
    return row


def forget_pin(session: Session, *, member: Member, now: datetime) -> None:
    """The member wants no PIN: their cards open nothing until there is one. Harmless to repeat."""
    _hold(session, member)
    drop_pin(session, of=PinOf.MEMBER, of_id=member.id)
    audit.append(session, actor=member.audit_id, act="kiosk_pin_forgotten", thing=member.audit_id, now=now)


def give_one_time_pin(
    session: Session, *, member: Member, made: HashedPin, actor: str, now: datetime, locks: Sequence[str] = ()
) -> Pin:
    """Staff let a member choose a PIN at a kiosk: good for a day and for nothing else. The member is told.

    `locks`: to which it leads, for the trail.
    """
    _hold(session, member)
    ends_at = now + ONE_TIME_LASTS
    row = put_pin(session, of=PinOf.MEMBER, of_id=member.id, made=made, now=now, ends_at=ends_at)
    notices.take_back(session, about=member.id, kinds=["kiosk_pin_reset"], now=now)
    notices.leave(session, member_id=member.id, kind="kiosk_pin_reset", about=member.id, now=now)
    audit.append(session, actor=actor, act=ONE_TIME_PIN, thing=member.audit_id, now=now, locks=list(locks))
    return row


def register_card(
    session: Session, *, member: Member, number_hash: str, pepper: str, label: str, actor: str, now: datetime
) -> Card:
    """Let a card stand for a member. They are told. Raises Conflict("card_taken"), blocked or whosever it is."""
    card = Card(
        id=new_id(),
        member_id=member.id,
        number_hash=number_hash,
        pepper=pepper,
        label=label,
        registered_at=now,
        blocked_at=None,
    )
    try:
        with session.begin_nested():
            session.add(card)
    except IntegrityError as error:
        raise Conflict("card_taken") from error
    notices.leave(session, member_id=member.id, kind="card_registered", about=card.id, now=now, label=label)
    audit.append(session, actor=actor, act="card_registered", thing=member.audit_id, now=now, card=card.id)
    return card


def set_blocked(session: Session, *, card: Card, blocked: bool, actor: str, now: datetime) -> Card:
    """A lost card says nothing any more, until it is found. Harmless to repeat: the first time stands."""
    if blocked is (card.blocked_at is not None):
        return card
    session.execute(update(Card).where(Card.id == card.id).values(blocked_at=now if blocked else None))
    member = session.get_one(Member, card.member_id)
    act = "card_blocked" if blocked else "card_unblocked"
    audit.append(session, actor=actor, act=act, thing=member.audit_id, now=now, card=card.id)
    session.refresh(card)
    return card


def remove_card(session: Session, *, member: Member, card_id: str, actor: str, now: datetime) -> None:
    """The card is nobody's any more, and may be registered anew. Raises NotFound("card")."""
    card = queries.card_of(session, member_id=member.id, card_id=card_id)
    session.execute(delete(Card).where(Card.id == card.id))
    notices.take_back(session, about=card.id, kinds=["card_registered"], now=now)
    audit.append(session, actor=actor, act="card_removed", thing=member.audit_id, now=now, card=card.id)


def _hold(session: Session, member: Member) -> None:
    """Two who make a PIN for one member take turns."""
    session.get_one(Member, member.id, with_for_update=True)

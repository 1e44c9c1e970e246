"""Questions about PINs and cards. Read-only."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.credentials.model import Card, Pin, PinOf
from gateway.kit.errors import NotFound


def pin(session: Session, *, of: PinOf, of_id: str, now: datetime) -> Pin | None:
    """The PIN that counts now; None when none was made, and when a one-time PIN is over."""
    found = session.get(Pin, (of, of_id))
    if found is None or (found.ends_at is not None and found.ends_at <= now):
        return None
    return found


def card_by_number(session: Session, *, number_hash: str) -> Card | None:
    """The card of that number, unless it is blocked."""
    return session.scalar(select(Card).where(Card.number_hash == number_hash, Card.blocked_at.is_(None)))


def cards_of(session: Session, *, member_id: str) -> Sequence[Card]:
    """A member's cards, blocked ones too, the first registered in front."""
    return session.scalars(select(Card).where(Card.member_id == member_id).order_by(Card.registered_at, Card.id)).all()


def card_of(session: Session, *, member_id: str, card_id: str) -> Card:
    """One of the member's. Raises NotFound("card")."""
    found = session.scalar(select(Card).where(Card.id == card_id, Card.member_id == member_id))
    if found is None:
        raise NotFound("card")
    return found


def made_with_another_pepper(session: Session, *, name: str) -> int:
    """How many PINs and cards cannot be recognised with the pepper of that name."""
    strange = (select(func.count()).select_from(table).where(table.pepper != name) for table in (Pin, Card))
    return sum(session.scalar(query) or 0 for query in strange)

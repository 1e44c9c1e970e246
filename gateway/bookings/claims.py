"""Claiming a time for a booking, or for whoever is offered one, and who is kept out by a locker not given back in time.

Whoever books, moves, waits, only asks or looks what is free hears the same.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gateway.kit.errors import Conflict
from gateway.lockers.model import Rental
from gateway.spaces import service as spaces_service
from gateway.spaces.model import ClaimKind, Space, SpaceKind
from gateway.spaces.rules import Span

LATE_CLOSES: Final = timedelta(days=1)  # so long ahead nobody books a compartment that was not given back in time


def claim(session: Session, *, space: Space, span: Span, source_id: str, people: int, now: datetime) -> None:
    """As `spaces.service.claim`; Conflict("slot_taken") too while somebody's things are in the locker."""
    _refuse_late(session, space, span, now)
    spaces_service.claim(session, space=space, span=span, kind=ClaimKind.BOOKING, source_id=source_id, people=people)


def move(session: Session, *, space: Space, span: Span, source_id: str, people: int, now: datetime) -> None:
    """As `spaces.service.move`; Conflict("slot_taken") too while somebody's things are in the locker."""
    _refuse_late(session, space, span, now)
    spaces_service.move(
        session, space=space, span=span, kind=ClaimKind.BOOKING, source_id=source_id, people=people, now=now
    )


def is_late(session: Session, *, space: Space, span: Span, now: datetime) -> bool:
    """Whether it is a locker that somebody has not given back in time, and the span is too near to be booked."""
    is_near = space.kind is SpaceKind.LOCKER and span.starts_at < now + LATE_CLOSES
    return is_near and space.id in late(session, now=now)


def late(session: Session, *, now: datetime) -> set[str]:
    """The ids of all lockers that are booked ahead and that somebody has not given back in time."""
    over = or_(Rental.until_at.is_(None), Rental.until_at <= now)
    rented = select(Rental.compartment_id).join(Space, Space.id == Rental.compartment_id)
    return set(session.scalars(rented.where(Rental.ended_at.is_(None), over)))


def _refuse_late(session: Session, space: Space, span: Span, now: datetime) -> None:
    if is_late(session, space=space, span=span, now=now):
        raise Conflict("slot_taken")

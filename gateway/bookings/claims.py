"""Claiming a time for a booking, or for whoever is offered one, and who is kept out by a locker not given back in time.

Whoever books, moves, waits, only asks or looks what is free hears the same.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from gateway.bookings.waits import Line, Wait, WaitState
from gateway.kit.errors import Conflict
from gateway.lockers.model import Rental
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import ClaimKind, Space, SpaceKind
from gateway.spaces.rules import Span

LATE_CLOSES: Final = timedelta(days=1)  # so long ahead nobody books a compartment that was not given back in time

# Made once: every booking asks it, and to put it together takes longer than to answer it.
_OPENED: Final = select(Line.id).where(Line.drawn_at.is_(None), Line.opens_at <= bindparam("now"))


def claim(session: Session, *, space: Space, span: Span, source_id: str, people: int, now: datetime) -> None:
    """As `spaces.service.claim`.

    Conflict("slot_taken") too while somebody's things are in the locker, "in_line" while a line for it is to be drawn.
    """
    _refuse(session, space, span, now)
    spaces_service.claim(session, space=space, span=span, kind=ClaimKind.BOOKING, source_id=source_id, people=people)


def move(session: Session, *, space: Space, span: Span, source_id: str, people: int, now: datetime) -> None:
    """As `spaces.service.move`, and refused as `claim` is."""
    _refuse(session, space, span, now)
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


def is_in_line(session: Session, *, space: Space, span: Span, now: datetime) -> bool:
    """Whether it has opened by now for those who stand in line for any of it, and their order is not drawn yet."""
    if not (line_ids := session.connection().scalars(_OPENED, {"now": now}).all()):
        return False
    standing = select(Wait.id).where(
        Wait.line_id.in_(line_ids),
        Wait.state == WaitState.WAITING,
        Wait.space_id.in_(spaces.family(session, space.id)),
        Wait.starts_at < span.ends_at,
        Wait.ends_at > span.starts_at,
    )
    return session.scalar(standing.limit(1)) is not None


def _refuse(session: Session, space: Space, span: Span, now: datetime) -> None:
    if is_late(session, space=space, span=span, now=now):
        raise Conflict("slot_taken")
    if is_in_line(session, space=space, span=span, now=now):
        raise Conflict("in_line")

"""Photos of work: how a thing was found, and how it was left. These acts never commit, send or sleep."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from gateway.kit import audit
from gateway.kit.db import take_turn
from gateway.kit.errors import Conflict, Refused
from gateway.kit.ids import new_id
from gateway.maintenance import queries
from gateway.maintenance.model import STANDING, OrderPhoto, Taken, WorkOrder
from gateway.maintenance.service import in_turn
from gateway.members.model import Member, Role

MOST: Final = 12  # of one work order
KEPT: Final = timedelta(days=365)  # after its order was closed


def refuse_another(session: Session, order_id: str) -> None:
    """Raises what `add` would. Asked before a photo is drawn anew too, which takes a while."""
    if queries.order(session, order_id).state not in STANDING:
        raise Conflict("work_order_closed")
    count = session.scalar(select(func.count()).where(OrderPhoto.order_id == order_id)) or 0
    if count >= MOST:
        raise Conflict("too_many_photos", most=MOST)


def add(
    session: Session, *, order_id: str, taken: Taken, caption: str, jpeg: bytes, actor: Member, now: datetime
) -> OrderPhoto:
    """Keep what somebody of the staff photographed. `jpeg`: as `kit.photo.redrawn` made it.

    Raises NotFound("work_order"), Conflict("work_order_closed"), Conflict("too_many_photos").
    """
    in_turn(session, order_id)
    refuse_another(session, order_id)
    made = OrderPhoto(
        id=new_id(),
        order_id=order_id,
        by_id=actor.id,
        at=now,
        taken=taken,
        caption=caption,
        size=len(jpeg),
        jpeg=jpeg,
    )
    session.add(made)
    session.flush()
    audit.append(
        session, actor=actor.audit_id, act="order_photo_added", thing=order_id, now=now, photo=made.id, taken=taken
    )
    return made


def remove(session: Session, *, order_id: str, photo_id: str, actor: Member, now: datetime) -> None:
    """Take a photo away for good, of a closed order too: it may show somebody.

    Raises NotFound("photo"), and Refused("photo_of_another") for whoever neither made it nor is a manager.
    """
    take_turn(session, WorkOrder, order_id)
    photo = queries.photo(session, order_id=order_id, photo_id=photo_id)
    if actor.role is not Role.MANAGER and photo.by_id != actor.id:
        raise Refused("photo_of_another")
    session.delete(photo)
    session.flush()
    audit.append(session, actor=actor.audit_id, act="order_photo_removed", thing=order_id, now=now, photo=photo_id)


def forget_old(session: Session, *, now: datetime) -> None:
    """So long after its order was closed nobody looks at a photo any more. Harmless to repeat."""
    old = select(WorkOrder.id).where(WorkOrder.closed_at < now - KEPT)
    session.execute(delete(OrderPhoto).where(OrderPhoto.order_id.in_(old)))

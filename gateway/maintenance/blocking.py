"""Taking what is worked on out of use, and giving it back. Nothing here commits.

A space goes out of order, so that nobody books it and whoever had is offered another; a compartment gets no next
holder, and whoever has it keeps it. Claims come before the trail: call these before anything is written there.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.lockers import service as lockers
from gateway.lockers.model import Compartment, Condition
from gateway.maintenance import queries
from gateway.maintenance.model import Asset, WorkOrder, WorkOrderOutage
from gateway.spaces import outages
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Outage, Space

TOLD_TO_MEMBERS: Final = "维修保养 / Maintenance"
BY_WORK: Final = "work_order"  # why a compartment is out of service

_HOUSE: Final = "gateway"


def block(session: Session, order: WorkOrder, asset: Asset, *, now: datetime) -> None:
    """From now on, until the order is closed, nobody new gets what the asset is or belongs to.

    The order is in the database already.
    """
    compartment = _compartment(session, asset)
    if compartment is not None and compartment.condition is not Condition.OUT_OF_SERVICE:
        _set(session, compartment, Condition.OUT_OF_SERVICE, now)
    concerned = _spaces(session, asset)
    spaces_service.take_turns_at(session, {one.id for one in concerned})
    for space in concerned:
        begun = outages.begin(
            session, space=space, starts_at=now, ends_at=None, reason=TOLD_TO_MEMBERS, actor=_HOUSE, now=now
        )
        session.add(WorkOrderOutage(order_id=order.id, outage_id=begun.id))
    session.flush()


def unblock(session: Session, order: WorkOrder, *, now: datetime) -> None:
    """The order is about to be closed, or to block no more: what it alone has blocked can be had again."""
    begun = [
        spaces.outage(session, one)
        for one in session.scalars(
            select(WorkOrderOutage.outage_id)
            .where(WorkOrderOutage.order_id == order.id)
            .order_by(WorkOrderOutage.outage_id)
        ).all()
    ]
    compartment = _compartment(session, queries.asset(session, order.asset_id))
    others = [one for one in queries.standing(session, asset_id=order.asset_id) if one.blocks and one.id != order.id]
    spaces_service.take_turns_at(session, {one.space_id for one in begun})
    for one in begun:
        session.refresh(one)  # as it stands now that its space's turn is ours
        if one.ended_at is None:  # else somebody has given it back already
            outages.end(session, outage=one, actor=_HOUSE, now=now)
    is_ours = compartment is not None and compartment.condition_reason == BY_WORK
    if compartment is not None and is_ours and compartment.condition is Condition.OUT_OF_SERVICE and not others:
        _set(session, compartment, Condition.READY, now)


def holds_anything(session: Session, order: WorkOrder) -> bool:
    """Whether something that a standing order blocks cannot be had: a space that it took out of order, a compartment
    that is not ready."""
    begun = select(Outage.id).join(WorkOrderOutage, WorkOrderOutage.outage_id == Outage.id)
    still = begun.where(WorkOrderOutage.order_id == order.id, Outage.ended_at.is_(None))
    if session.scalars(still.limit(1)).first() is not None:
        return True
    compartment = _compartment(session, queries.asset(session, order.asset_id))
    return compartment is not None and compartment.condition is not Condition.READY


def _compartment(session: Session, asset: Asset) -> Compartment | None:
    if asset.lock_id is None:
        return None
    behind = select(Compartment).where(Compartment.lock_id == asset.lock_id)
    return session.scalars(behind.execution_options(populate_existing=True)).one_or_none()


def _spaces(session: Session, asset: Asset) -> list[Space]:
    """Behind a door all that it leads to; else what the asset is, or stands in."""
    if asset.lock_id is not None:
        return list(session.scalars(select(Space).where(Space.lock_id == asset.lock_id).order_by(Space.id)))
    return [] if asset.space_id is None else [spaces.space(session, asset.space_id)]


def _set(session: Session, compartment: Compartment, condition: Condition, now: datetime) -> None:
    lockers.set_condition(
        session, compartment_id=compartment.id, condition=condition, reason=BY_WORK, actor=_HOUSE, now=now
    )

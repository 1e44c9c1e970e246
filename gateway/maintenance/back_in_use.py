"""Staff give back by hand what a work order took out of use: the order says so from then on, and goes on.

An order's turn comes before that of what it blocks, as when it is worked on. Nothing here commits.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.kit.db import take_turn
from gateway.lockers import service as lockers
from gateway.lockers.model import Compartment, Condition
from gateway.maintenance import blocking, service
from gateway.maintenance.model import STANDING, Asset, WorkOrder, WorkOrderOutage
from gateway.members.model import Member
from gateway.spaces import outages
from gateway.spaces import queries as spaces
from gateway.spaces.model import Outage


def end_outage(session: Session, *, outage_id: str, actor: Member, now: datetime) -> Outage:
    """The space is in order again, and the order for whose sake it was out blocks no more once nothing else is.

    Raises NotFound("outage"), Conflict("outage_over").
    """
    of_outage = select(WorkOrderOutage.order_id).where(WorkOrderOutage.outage_id == outage_id)
    concerned = _in_turn(session, session.scalars(of_outage).all())
    outage = outages.end(session, outage=spaces.outage(session, outage_id), actor=actor.audit_id, now=now)
    _tell(session, concerned, actor=actor, now=now)
    return outage


def set_condition(
    session: Session, *, compartment_id: str, condition: Condition, reason: str, actor: Member, now: datetime
) -> None:
    """Like `lockers.set_condition`; where it is ready again, the orders that took it out of service block no more.

    Raises NotFound("compartment").
    """
    at_door = (
        select(WorkOrder.id)
        .join(Asset, Asset.id == WorkOrder.asset_id)
        .join(Compartment, Compartment.lock_id == Asset.lock_id)
        .where(Compartment.id == compartment_id, WorkOrder.state.in_(STANDING), WorkOrder.blocks)
    )
    concerned = _in_turn(session, session.scalars(at_door).all())
    lockers.set_condition(
        session, compartment_id=compartment_id, condition=condition, reason=reason, actor=actor.audit_id, now=now
    )
    _tell(session, concerned, actor=actor, now=now)


def _in_turn(session: Session, order_ids: Sequence[str]) -> list[WorkOrder]:
    for one in sorted(order_ids):
        take_turn(session, WorkOrder, one)
    return [session.get_one(WorkOrder, one) for one in sorted(order_ids)]


def _tell(session: Session, orders: Sequence[WorkOrder], *, actor: Member, now: datetime) -> None:
    for order in orders:
        if order.blocks and order.state in STANDING and not blocking.holds_anything(session, order):
            service.set_blocks(session, order_id=order.id, blocks=False, actor=actor, now=now)

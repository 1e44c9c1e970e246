"""Opening work orders and working on them. These acts never commit, send or sleep.

What an order blocks comes first, then the trail, and the order moves last: two that meet wait for each other in one
order.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gateway.alerts import queries as alerts
from gateway.kit import audit
from gateway.kit.db import take_turn
from gateway.kit.errors import Conflict, NotFound, Refused
from gateway.kit.ids import new_id
from gateway.maintenance import assets, blocking, queries
from gateway.maintenance.assets import Thing
from gateway.maintenance.model import (
    MOVES,
    STANDING,
    Asset,
    OpenedBy,
    OrderKind,
    OrderPart,
    OrderState,
    OrderStep,
    Priority,
    WorkOrder,
)
from gateway.members import queries as members
from gateway.members.model import Member, Role

_WORKERS = (Role.TECHNICIAN, Role.MANAGER)
_HOUSE = "gateway"  # in the trail, where nobody's hand did it


def open_order(
    session: Session,
    *,
    about: Thing | Asset,
    kind: OrderKind,
    reason: str | Mapping[str, str],
    opened_by: OpenedBy,
    now: datetime,
    actor: Member | None = None,
    priority: Priority = Priority.NORMAL,
    blocks: bool = False,
    due_at: datetime | None = None,
    alert_id: str | None = None,
    report_id: str | None = None,
    plan_id: str | None = None,
) -> WorkOrder:
    """Ask for work on a thing of the house, which becomes an asset if it is none yet.

    `reason`: as somebody wrote it, or a sentence by language. `actor` None: nobody's hand. `blocks`: while it stands
    nobody new gets the thing. Raises NotFound for a thing or an alert that is not there, and
    Conflict("work_order_exists") with its `order_id` while one stands for the same alert, report, plan or prediction.
    """
    asset = about if isinstance(about, Asset) else assets.asset_of(session, about, now=now)
    if alert_id is not None:
        alerts.alert(session, alert_id)
    why = {"opened_by": opened_by, "alert_id": alert_id, "report_id": report_id, "plan_id": plan_id}
    _refuse_a_second(session, asset, why)
    order = WorkOrder(
        id=new_id(),
        asset_id=asset.id,
        kind=kind,
        state=OrderState.OPEN,
        priority=priority,
        reason=_by_language(reason),
        opened_by_id=actor.id if actor else None,
        blocks=blocks,
        due_at=due_at,
        minutes=0,
        opened_at=now,
        **why,
    )
    try:
        with session.begin_nested():
            session.add(order)
    except IntegrityError as error:  # another was quicker, in the very same moment
        raise Conflict("work_order_exists") from error
    if blocks:
        blocking.block(session, order, asset, now=now)
    audit.append(
        session,
        actor=_name(actor),
        act="work_order_opened",
        thing=order.id,
        now=now,
        asset=asset.id,
        order=kind,
        opened_by=opened_by,
        blocks=blocks,
    )
    _write_step(session, order, "opened", actor, now)
    return order


def assign(session: Session, *, order_id: str, member_no: str, actor: Member, now: datetime) -> WorkOrder:
    """Make it the work of a technician or manager; also one that waited goes on so.

    Raises NotFound: `work_order`, `member`; Refused("not_a_technician"), Conflict("work_order_closed").
    """
    worker = members.member_by_no(session, member_no=member_no)
    if worker is None:
        raise NotFound("member")
    if worker.role not in _WORKERS:
        raise Refused("not_a_technician")
    work = Work(note=worker.member_no)
    return _move(session, order_id, OrderState.ASSIGNED, actor, now, work=work, assigned_to_id=worker.id)


def wait(session: Session, *, order_id: str, note: str, actor: Member, now: datetime) -> WorkOrder:
    """Put it aside until a part or somebody else has come. Raises NotFound("work_order"), Conflict."""
    return _move(session, order_id, OrderState.WAITING, actor, now, work=Work(note=note))


@dataclass(frozen=True)
class Work:
    """What somebody did: in words, how long it took, with which parts (count by name)."""

    note: str = ""
    minutes: int = 0
    parts: Mapping[str, int] = field(default_factory=dict)


def note_work(session: Session, *, order_id: str, work: Work, actor: Member, now: datetime) -> WorkOrder:
    """Write down what was done so far. Raises NotFound("work_order"), Conflict("work_order_closed")."""
    order = in_turn(session, order_id)
    audit.append(session, actor=actor.audit_id, act="work_order_noted", thing=order_id, now=now)
    _write_step(session, order, "noted", actor, now, work=work)
    return order


def finish(
    session: Session, *, order_id: str, work: Work, replaced: bool = False, actor: Member, now: datetime
) -> WorkOrder:
    """It is done: the plan that asked for it begins anew. `replaced`: the asset is a new one, and so is all its count.

    Raises NotFound("work_order"), Conflict("work_order_closed").
    """
    order = _move(session, order_id, OrderState.DONE, actor, now, work=work, closed_at=now)
    if replaced:
        queries.asset(session, order.asset_id).replaced_at = now
        session.flush()
    return order


def cancel(session: Session, *, order_id: str, note: str, actor: Member, now: datetime) -> WorkOrder:
    """There is nothing to do. Raises NotFound("work_order"), Conflict("work_order_closed")."""
    return _move(session, order_id, OrderState.CANCELLED, actor, now, work=Work(note=note), closed_at=now)


def set_priority(
    session: Session, *, order_id: str, priority: Priority, due_at: datetime | None, actor: Member | None, now: datetime
) -> WorkOrder:
    """Say how much it presses, and by when. Raises NotFound("work_order"), Conflict("work_order_closed")."""
    order = in_turn(session, order_id)
    audit.append(session, actor=_name(actor), act="work_order_priority", thing=order_id, now=now, priority=priority)
    order.priority, order.due_at = priority, due_at
    _write_step(session, order, "priority", actor, now, work=Work(note=priority))
    return order


def set_blocks(session: Session, *, order_id: str, blocks: bool, actor: Member, now: datetime) -> WorkOrder:
    """Take the thing out of use while the order stands, or give it back before it is closed.

    Safe to repeat. Raises NotFound("work_order"), Conflict("work_order_closed").
    """
    order = in_turn(session, order_id)
    if order.blocks is blocks:
        return order
    if blocks:
        blocking.block(session, order, queries.asset(session, order.asset_id), now=now)
    else:
        blocking.unblock(session, order, now=now)
    audit.append(session, actor=actor.audit_id, act="work_order_blocks", thing=order_id, now=now, blocks=blocks)
    order.blocks = blocks
    _write_step(session, order, "blocks" if blocks else "frees", actor, now)
    return order


def fall_due(session: Session, *, order_id: str, blocks: bool, now: datetime) -> WorkOrder:
    """What was planned is due now: it presses, and where its plan says so nobody new gets the thing.

    Raises NotFound("work_order"), Conflict("work_order_closed").
    """
    order = in_turn(session, order_id)
    if blocks and not order.blocks:
        blocking.block(session, order, queries.asset(session, order.asset_id), now=now)
    audit.append(session, actor=_HOUSE, act="work_order_due", thing=order_id, now=now, blocks=blocks)
    order.priority, order.due_at, order.blocks = Priority.HIGH, now, order.blocks or blocks
    _write_step(session, order, "due", None, now)
    return order


def in_turn(session: Session, order_id: str) -> WorkOrder:
    """Of two who work on one order, one comes after the other and sees what that did.

    Raises NotFound("work_order"), Conflict("work_order_closed").
    """
    take_turn(session, WorkOrder, order_id)
    order = queries.order(session, order_id)
    if order.state not in STANDING:
        raise Conflict("work_order_closed")
    return order


def _refuse_a_second(session: Session, asset: Asset, why: Mapping[str, Any]) -> None:
    if stands := queries.standing_for(session, asset_id=asset.id, **why):
        raise Conflict("work_order_exists", order_id=stands.id)


def _move(
    session: Session,
    order_id: str,
    to: OrderState,
    actor: Member,
    now: datetime,
    *,
    work: Work,
    **values: object,
) -> WorkOrder:
    order = in_turn(session, order_id)
    if to not in STANDING:
        blocking.unblock(session, order, now=now)
    act = f"work_order_{to.lower()}"
    audit.append(session, actor=actor.audit_id, act=act, thing=order_id, now=now, asset=order.asset_id)
    moved = session.scalars(
        update(WorkOrder)
        .where(WorkOrder.id == order_id, WorkOrder.state.in_(MOVES[to]))
        .values(state=to, **values)
        .returning(WorkOrder),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if moved is None:
        raise Conflict("work_order_closed")
    _write_step(session, moved, to.lower(), actor, now, work=work)
    return moved


def _write_step(
    session: Session, order: WorkOrder, what: str, actor: Member | None, now: datetime, *, work: Work = Work()
) -> None:
    session.add(
        OrderStep(
            order_id=order.id,
            no=queries.last_step_no(session, order.id) + 1,
            at=now,
            by_id=actor.id if actor else None,
            what=what,
            note=work.note,
            minutes=work.minutes,
        )
    )
    order.minutes += work.minutes
    for name, count in work.parts.items():
        part = session.get(OrderPart, (order.id, name))
        if part is None:
            session.add(OrderPart(order_id=order.id, name=name, count=count))
        else:
            part.count += count
    session.flush()


def _by_language(reason: str | Mapping[str, str]) -> str:
    told = {"zh-CN": reason, "en": reason} if isinstance(reason, str) else dict(reason)
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _name(actor: Member | None) -> str:
    return actor.audit_id if actor else _HOUSE

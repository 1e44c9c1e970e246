"""Work orders: opened by anybody of the staff or from an alert, worked on by technicians and managers."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query, Response
from sqlalchemy.orm import Session

from api.deps import Caller, Id, Paged, SignedIn
from api.idempotency import Attempt, Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff import maintenance_words as words
from api.staff.assets import csv_file
from api.staff.usage_tables import Cell
from api.staff.work_order_views import (
    NewWorkOrder,
    OrderChange,
    OrderForAlert,
    OrderForReport,
    OrderNote,
    ToWhom,
    WorkDone,
    WorkFinished,
    WorkOrderDetail,
    WorkOrderView,
)
from api.views import AnyId, Items, items
from gateway.kit.errors import Malformed
from gateway.maintenance import causes, names, queries, service
from gateway.maintenance.assets import Thing
from gateway.maintenance.model import OpenedBy, OrderState, WorkOrder
from gateway.maintenance.service import Work
from gateway.members.model import Language, Member, Role
from gateway.reports import orders

router = Doors("/staff", tags=["staff"])

_STAFF = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)
_WORKERS = (Role.TECHNICIAN, Role.MANAGER)
_OPENED = (*STAFF_ONLY, "not_found", "work_order_exists", "malformed", "idempotency_key_reused")
_POSTED = (*STAFF_ONLY, "not_found", "work_order_closed", "malformed", "idempotency_key_reused")

InState = Annotated[OrderState | None, Query(description="Only those that stand there.")]
OfAsset = Annotated[AnyId | None, Query(description="Only those of one asset.")]


@router.get("/work-orders", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_work_orders(
    who: SignedIn, page: Paged, state: InState = None, asset_id: OfAsset = None
) -> Items[WorkOrderView]:
    """Those that stand first, then the newest first."""

    def look() -> Items[WorkOrderView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_STAFF)
            language = who.language
            found = queries.orders(session, limit=page.limit + 1, after=page.after, state=state, asset_id=asset_id)
            return items(
                found,
                page,
                view=lambda one: WorkOrderView.of(session, one, language=language),
                name=lambda one: one.id,
            )

    return await who.desk.backroom.read(look)


@router.post("/work-orders", status_code=201, response_model=WorkOrderDetail, responses=problems(*_OPENED))
async def open_work_order(wanted: NewWorkOrder, who: SignedIn, attempt: Repeatable) -> Response:
    """Ask for work on an asset, or on a lock, a space, a device or a zone, which becomes one by it."""

    def act(session: Session, actor: Member, now: datetime) -> WorkOrder:
        if (wanted.asset_id is None) == (wanted.about is None):
            raise Malformed("malformed", field="about")
        about = (
            queries.asset(session, wanted.asset_id or "")
            if wanted.about is None
            else Thing(wanted.about.what, wanted.about.id)
        )
        return service.open_order(
            session,
            about=about,
            kind=wanted.kind,
            reason=wanted.reason,
            opened_by=OpenedBy.HAND,
            actor=actor,
            priority=wanted.priority,
            blocks=wanted.blocks,
            due_at=wanted.due_at,
            now=now,
        )

    return await _done(who, attempt, act, roles=_STAFF, status=201)


@router.post(
    "/alerts/{alert_id}/work-order",
    status_code=201,
    response_model=WorkOrderDetail,
    responses=problems(*_OPENED, "nothing_to_repair"),
)
async def open_work_order_for_alert(alert_id: Id, said: OrderForAlert, who: SignedIn, attempt: Repeatable) -> Response:
    """Turn an alert into a repair of what it is about. The alert stands until it is cleared, as every alert."""
    zone = ZoneInfo(who.desk.centre.settings.zone)

    def act(session: Session, actor: Member, now: datetime) -> WorkOrder:
        return causes.open_for_alert(session, alert_id=alert_id, blocks=said.blocks, actor=actor, zone=zone, now=now)

    return await _done(who, attempt, act, roles=_STAFF, status=201)


@router.post(
    "/reports/{report_id}/work-order",
    status_code=201,
    response_model=WorkOrderDetail,
    responses=problems(*_OPENED, "nothing_to_repair", "report_over"),
)
async def open_work_order_for_report(
    report_id: Id, said: OrderForReport, who: SignedIn, attempt: Repeatable
) -> Response:
    """Have repaired what a member reported. Everybody who reported it reads the answer, and that it is looked at."""

    def act(session: Session, actor: Member, now: datetime) -> WorkOrder:
        return orders.open_for_report(
            session, report_id=report_id, answer=said.answer, blocks=said.blocks, staff=actor, now=now
        )

    return await _done(who, attempt, act, roles=_STAFF, status=201)


@router.get("/work-orders/export.csv", include_in_schema=False)
async def export_work_orders(who: SignedIn) -> Response:
    """All of them, for other programs."""

    def look() -> Response:
        with who.desk.sessions.read() as session:
            who.staff(session, *_STAFF)
            language = who.language
            found = queries.orders(session)
            about = {one.asset_id: queries.asset(session, one.asset_id) for one in found}
            called = names.of_all(session, list(about.values()))
            rows = [_row(session, one, called[one.asset_id][language], language) for one in found]
            return csv_file("work-orders", [word.sentence(language, {}) for word in words.ORDERS], rows)

    return await who.desk.backroom.read(look)


@router.get("/work-orders/{order_id}", responses=problems(*STAFF_ONLY, "not_found"))
async def read_work_order(order_id: Id, who: SignedIn) -> WorkOrderDetail:
    """One of them, with everything that was done."""

    def look() -> WorkOrderDetail:
        with who.desk.sessions.read() as session:
            who.staff(session, *_STAFF)
            language = who.language
            return WorkOrderDetail.with_all(session, queries.order(session, order_id), language=language)

    return await who.desk.backroom.read(look)


@router.patch("/work-orders/{order_id}", responses=problems(*STAFF_ONLY, "not_found", "work_order_closed", "malformed"))
async def change_work_order(order_id: Id, wanted: OrderChange, who: SignedIn) -> WorkOrderDetail:
    """Say how much it presses and by when, or whether it takes its thing out of use: whoever has booked that is then
    offered another, and it comes back as soon as it is no longer so."""
    desk = who.desk

    def act() -> WorkOrderDetail:
        with desk.sessions.begin() as session:
            actor, now = who.staff(session, *_WORKERS), desk.clock.now()
            if wanted.blocks is not None:
                service.set_blocks(session, order_id=order_id, blocks=wanted.blocks, actor=actor, now=now)
            if wanted.priority is not None:
                service.set_priority(
                    session, order_id=order_id, priority=wanted.priority, due_at=wanted.due_at, actor=actor, now=now
                )
            return WorkOrderDetail.with_all(session, queries.order(session, order_id), language=who.language)

    return await desk.backroom.write(act)


@router.post(
    "/work-orders/{order_id}/assign",
    response_model=WorkOrderDetail,
    responses=problems(*_POSTED, "not_a_technician"),
)
async def assign_work_order(order_id: Id, to: ToWhom, who: SignedIn, attempt: Repeatable) -> Response:
    """Make it somebody's work; also one that waited goes on so."""

    def act(session: Session, actor: Member, now: datetime) -> WorkOrder:
        return service.assign(session, order_id=order_id, member_no=to.member_no, actor=actor, now=now)

    return await _done(who, attempt, act)


@router.post("/work-orders/{order_id}/wait", response_model=WorkOrderDetail, responses=problems(*_POSTED))
async def put_work_order_aside(order_id: Id, said: OrderNote, who: SignedIn, attempt: Repeatable) -> Response:
    """Put it aside until a part or somebody else has come."""

    def act(session: Session, actor: Member, now: datetime) -> WorkOrder:
        return service.wait(session, order_id=order_id, note=said.note, actor=actor, now=now)

    return await _done(who, attempt, act)


@router.post("/work-orders/{order_id}/notes", response_model=WorkOrderDetail, responses=problems(*_POSTED))
async def note_work(order_id: Id, done: WorkDone, who: SignedIn, attempt: Repeatable) -> Response:
    """Write down what was done so far: in words, minutes and parts."""

    def act(session: Session, actor: Member, now: datetime) -> WorkOrder:
        work = Work(done.note, done.minutes, done.by_name())
        return service.note_work(session, order_id=order_id, work=work, actor=actor, now=now)

    return await _done(who, attempt, act)


@router.post("/work-orders/{order_id}/done", response_model=WorkOrderDetail, responses=problems(*_POSTED))
async def finish_work_order(order_id: Id, done: WorkFinished, who: SignedIn, attempt: Repeatable) -> Response:
    """It is done: the plan that asked for it counts anew, and where the asset was replaced everything does."""

    def act(session: Session, actor: Member, now: datetime) -> WorkOrder:
        work = Work(done.note, done.minutes, done.by_name())
        return service.finish(session, order_id=order_id, work=work, replaced=done.replaced, actor=actor, now=now)

    return await _done(who, attempt, act)


@router.post("/work-orders/{order_id}/cancel", response_model=WorkOrderDetail, responses=problems(*_POSTED))
async def cancel_work_order(order_id: Id, said: OrderNote, who: SignedIn, attempt: Repeatable) -> Response:
    """There is nothing to do, or it is done under another one. A plan that asked for it counts anew."""

    def act(session: Session, actor: Member, now: datetime) -> WorkOrder:
        return service.cancel(session, order_id=order_id, note=said.note, actor=actor, now=now)

    return await _done(who, attempt, act)


async def _done(
    who: Caller,
    attempt: Attempt,
    step: Callable[[Session, Member, datetime], WorkOrder],
    *,
    roles: tuple[Role, ...] = _WORKERS,
    status: int = 200,
) -> Response:
    """Take one step, once for each key, and answer with where the order stands."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *roles), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            view = WorkOrderDetail.with_all(session, step(session, member, now), language=who.language)
            return attempt.keep(session, member_id=member.id, status=status, view=view, now=now)

    return await desk.backroom.write(act)


def _row(session: Session, order: WorkOrder, asset: str, language: Language) -> list[Cell]:
    one = WorkOrderView.of(session, order, language=language)
    return [
        one.id,
        asset,
        one.kind,
        one.state,
        one.priority,
        json.loads(order.reason)[language],
        one.opened_by,
        one.opened_at.isoformat(),
        one.due_at.isoformat() if one.due_at else None,
        one.assigned_to,
        one.closed_at.isoformat() if one.closed_at else None,
        one.minutes,
        "; ".join(f"{part.name} x {part.count}" for part in queries.parts(session, order.id)),
    ]

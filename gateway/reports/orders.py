"""Having what members report repaired: one work order, however many reported it. Nothing here commits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from gateway.kit.errors import Conflict
from gateway.lockers import queries as lockers
from gateway.maintenance import service as maintenance
from gateway.maintenance.assets import Thing, What
from gateway.maintenance.model import OpenedBy, OrderKind, WorkOrder
from gateway.members.model import Member
from gateway.reports import queries, service
from gateway.reports.model import About, FaultReport, ReportState, Wrong

_SAYS: Final[Mapping[Wrong, tuple[str, str]]] = {
    Wrong.WILL_NOT_OPEN: ("打不开", "it will not open"),
    Wrong.WILL_NOT_SHUT: ("关不上", "it will not shut"),
    Wrong.BROKEN: ("坏了", "it is broken"),
    Wrong.DIRTY: ("脏了", "it is dirty"),
    Wrong.NO_LIGHT: ("灯不亮", "there is no light"),
    Wrong.WATER: ("漏水", "there is water"),
    Wrong.OTHER: ("有问题", "something is wrong"),
}


def open_for_report(
    session: Session, *, report_id: str, answer: str, blocks: bool, staff: Member, now: datetime
) -> WorkOrder:
    """Order the repair of what a member reported, and tell everybody who reported it (`answer`) that it is looked at.

    Raises NotFound("report"); Conflict: `work_order_exists` with its `order_id`, `report_over`, and
    `nothing_to_repair` for a report about no thing that can be an asset.
    """
    report = queries.report(session, report_id)
    if report.work_order_id is not None:
        raise Conflict("work_order_exists", order_id=report.work_order_id)
    thing = _thing_of(session, report)
    if thing is None:
        raise Conflict("nothing_to_repair")
    zh, en = _SAYS[report.wrong]
    words = f" {report.words}" if report.words else ""
    order = maintenance.open_order(
        session,
        about=thing,
        kind=OrderKind.REPAIR,
        reason={"zh-CN": f"会员报修：{zh}。{words}".strip(), "en": f"A member reports: {en}.{words}"},
        opened_by=OpenedBy.REPORT,
        report_id=report_id,
        blocks=blocks,
        actor=staff,
        now=now,
    )
    service.answer(
        session,
        report_id=report_id,
        to=ReportState.LOOKED_AT,
        words=answer,
        staff=staff,
        now=now,
        all_of_thing=True,
        work_order_id=order.id,
    )
    return order


def _thing_of(session: Session, report: FaultReport) -> Thing | None:
    match report.about, report.thing_id:
        case About.LOCKER, str(compartment_id):
            return Thing(What.LOCK, lockers.compartment(session, compartment_id).compartment.lock_id)
        case About.DOOR, str(lock_id):
            return Thing(What.LOCK, lock_id)
        case About.SPACE, str(space_id):
            return Thing(What.SPACE, space_id)
        case About.ELSEWHERE, str(zone_id):
            return Thing(What.ZONE, zone_id)
    return None

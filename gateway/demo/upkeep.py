"""What has worn out, been reported and been mended in the demo centre's six weeks, and what still waits for a hand."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.demo.house import NODE, VENTILATOR
from gateway.demo.weeks import BEHIND, Act
from gateway.kit.clock import at_wall
from gateway.maintenance import assets, plans, queries, running, service
from gateway.maintenance.assets import Thing, What, Wish
from gateway.maintenance.model import Asset, AssetKind, Counter, OpenedBy, OrderKind, Plan, Priority, WorkOrder
from gateway.maintenance.plans import Rhythm
from gateway.maintenance.service import Work
from gateway.maintenance.templates import TEMPLATES
from gateway.members import queries as members
from gateway.members.model import Member
from gateway.reports import orders as report_orders
from gateway.reports import queries as reports_queries
from gateway.reports import service as reports
from gateway.reports.model import About, ReportState, Wrong
from gateway.telemetry.queries import Series

_TECHNICIAN: Final = "s003"
_DESK: Final = "s002"
_MACHINES: Final = (
    (AssetKind.MACHINE, "大厅饮水机", "Lobby water dispenser"),
    (AssetKind.FAN, "篮球馆新风机", "Sports hall ventilator"),
)
_DISPENSER: Final = _MACHINES[0][1]
_VENTILATOR: Final = _MACHINES[1][1]
_RUNS_FROM_W: Final = 40  # by its own meter: more than it draws at night
_FILTER: Final = ("更换饮水机滤芯", "Change the filter of the water dispenser")
_FILTER_DAYS: Final = 30


class _Repair(NamedTuple):
    """Something of a space that failed, `days` ago and at `from_min` minutes after midnight.

    `took`: hours until it was done; None: it is not. `waits_for`: what it is put aside for.
    """

    space_id: str
    days: int
    from_min: int
    why: tuple[str, str]
    done: str = ""
    minutes: int = 0
    parts: tuple[str, ...] = ()
    took: int | None = None
    waits_for: str = ""


_REPAIRS: Final = (
    _Repair(
        "court-2",
        34,
        10 * 60,
        ("球网断了一股绳。", "A cord of the net has torn."),
        "换了新网绳。",
        40,
        ("网绳",),
        took=5,
    ),
    _Repair("hall", 27, 9 * 60, ("篮筐松了。", "A basket is loose."), "四颗螺栓都拧紧了。", 30, took=2),
    _Repair(
        "piano-room",
        20,
        14 * 60,
        ("中央 C 按下去不回弹。", "Middle C stays down."),
        "换了一个弹簧，试弹正常。",
        55,
        ("弹簧",),
        took=26,
    ),
    _Repair(
        "court-2", 9, 16 * 60, ("球网又断了。", "The net has torn again."), "整张网都换新了。", 45, ("球网",), took=20
    ),
    _Repair(
        "meeting-room",
        3,
        11 * 60,
        ("投影仪不亮。", "The projector stays dark."),
        waits_for="灯泡已订货，三天后到。",
    ),
)


class _Report(NamedTuple):
    """What a member told, and what became of it after an hour; an empty answer: nobody has looked yet."""

    days: int
    from_min: int
    number: str
    space_id: str
    wrong: Wrong
    words: str
    answer: str = ""
    becomes: ReportState | None = None  # None: a work order


_REPORTS: Final = (
    _Report(
        13,
        19 * 60,
        "10033",
        "court-3",
        Wrong.DIRTY,
        "地上有水渍，差点滑倒。",
        "已经拖干净了，谢谢您。",
        ReportState.MENDED,
    ),
    _Report(1, 20 * 60, "10047", "court-4", Wrong.NO_LIGHT, "靠墙那盏灯一闪一闪的。", "明天换灯管，谢谢您告诉我们。"),
    _Report(0, 8 * 60 + 20, "10062", "piano-room", Wrong.OTHER, "琴凳有点摇。"),
)


def happenings(*, zone: ZoneInfo, now: datetime) -> Iterator[tuple[datetime, Act]]:
    """Each with its moment; those that are still to come are among them. For `weeks.live`."""

    def at(days: int, minutes: int) -> datetime:
        return at_wall(zone, now.astimezone(zone).date() - timedelta(days=days), minutes)

    yield at(BEHIND, 7 * 60 + 30), _take_up
    changed = BEHIND - _FILTER_DAYS
    yield at(changed, 8 * 60), _order_filter
    yield at(changed, 15 * 60), _change_filter
    for repair in _REPAIRS:
        began = at(repair.days, repair.from_min)
        yield began, partial(_break, repair=repair)
        if repair.took is not None:
            yield began + timedelta(hours=repair.took), partial(_mend, repair=repair)
        elif repair.waits_for:
            yield began + timedelta(hours=2), partial(_put_aside, repair=repair)
    for told in _REPORTS:
        yield at(told.days, told.from_min), partial(_report, told=told)
        if told.answer:
            yield at(told.days, told.from_min) + timedelta(hours=1), partial(_answer, told=told)


def _take_up(session: Session, at: datetime) -> None:
    """Everything of the house that wears out, and what is planned for it."""
    assets.take_up_all(session, now=at)
    for kind, zh, en in _MACHINES:
        assets.add_asset(session, kind=kind, wish=Wish(name_zh=zh, name_en=en), actor="gateway", now=at)
    ventilator = _machine(session, _VENTILATOR)
    meter = Series(0, NODE, VENTILATOR, running.METRIC, None)
    running.set_power_sensor(
        session, asset_id=ventilator.id, series=meter, runs_from_w=_RUNS_FROM_W, actor="gateway", now=at
    )
    assets.rate(session, asset_id=ventilator.id, rated_life=40_000, rated_by=Counter.HOURS_RUN, actor="gateway", now=at)
    for door in queries.assets(session, kind=AssetKind.ROOM_DOOR):
        assets.rate(session, asset_id=door.id, rated_life=500_000, rated_by=Counter.CYCLES, actor="gateway", now=at)
    for template in TEMPLATES:
        rhythm = Rhythm(every_days=template.every_days, every_uses=template.every_uses, counted_in=template.counted_in)
        _plan(session, template.asset_kind, (template.name_zh, template.name_en), rhythm, at)
    _plan(session, _machine(session, _DISPENSER), _FILTER, Rhythm(every_days=_FILTER_DAYS), at)


def _plan(session: Session, of: Asset | AssetKind, name: tuple[str, str], rhythm: Rhythm, at: datetime) -> Plan:
    zh, en = name
    return plans.make_plan(
        session, of=of, name_zh=zh, name_en=en, rhythm=rhythm, blocks_when_due=False, actor="gateway", now=at
    )


def _machine(session: Session, name_zh: str) -> Asset:
    return session.scalars(select(Asset).where(Asset.name_zh == name_zh)).one()


def _order_filter(session: Session, at: datetime) -> None:
    asset = _machine(session, _DISPENSER)
    for plan in plans.plans_of(session, asset):
        plans.look_after(session, plan_id=plan.id, asset_id=asset.id, now=at)


def _change_filter(session: Session, at: datetime) -> None:
    work = Work(note="滤芯换好了，放水十分钟。", minutes=20, parts={"滤芯": 1})
    for order in queries.standing(session, asset_id=_machine(session, _DISPENSER).id):
        service.finish(session, order_id=order.id, work=work, actor=_person(session, _TECHNICIAN), now=at)


def _break(session: Session, at: datetime, *, repair: _Repair) -> None:
    zh, en = repair.why
    order = service.open_order(
        session,
        about=Thing(What.SPACE, repair.space_id),
        kind=OrderKind.REPAIR,
        reason={"zh-CN": zh, "en": en},
        opened_by=OpenedBy.HAND,
        actor=_person(session, _DESK),
        priority=Priority.NORMAL,
        now=at,
    )
    technician = _person(session, _TECHNICIAN)
    service.assign(session, order_id=order.id, member_no=_TECHNICIAN, actor=technician, now=at)


def _mend(session: Session, at: datetime, *, repair: _Repair) -> None:
    work = Work(note=repair.done, minutes=repair.minutes, parts=dict.fromkeys(repair.parts, 1))
    order, technician = _standing(session, repair, at), _person(session, _TECHNICIAN)
    service.finish(session, order_id=order.id, work=work, actor=technician, now=at)


def _put_aside(session: Session, at: datetime, *, repair: _Repair) -> None:
    order, technician = _standing(session, repair, at), _person(session, _TECHNICIAN)
    service.wait(session, order_id=order.id, note=repair.waits_for, actor=technician, now=at)


def _standing(session: Session, repair: _Repair, at: datetime) -> WorkOrder:
    asset = assets.asset_of(session, Thing(What.SPACE, repair.space_id), now=at)
    [order] = queries.standing(session, asset_id=asset.id)
    return order


def _report(session: Session, at: datetime, *, told: _Report) -> None:
    reports.report(
        session,
        member=_person(session, told.number),
        about=About.SPACE,
        thing_id=told.space_id,
        wrong=told.wrong,
        words=told.words,
        jpeg=None,
        now=at,
    )


def _answer(session: Session, at: datetime, *, told: _Report) -> None:
    desk, member = _person(session, _DESK), _person(session, told.number)
    [newest] = reports_queries.reports_of(session, member_id=member.id, limit=1)
    if told.becomes is None:
        report_orders.open_for_report(
            session, report_id=newest.id, answer=told.answer, blocks=False, staff=desk, now=at
        )
    else:
        reports.answer(session, report_id=newest.id, to=told.becomes, words=told.answer, staff=desk, now=at)


def _person(session: Session, number: str) -> Member:
    found = members.member_by_no(session, member_no=number)
    assert found is not None
    return found

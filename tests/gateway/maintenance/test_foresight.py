"""A look is ordered before a lock or a battery fails, once, with a date in words; and never without reason."""

import json
import random
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.faults.model import Pulse, PulseEnd
from gateway.maintenance import assets, foresight, queries, service
from gateway.maintenance.assets import Thing, What
from gateway.maintenance.model import OpenedBy, OrderKind, OrderState
from gateway.maintenance.service import Work
from gateway.maintenance.wear import Outlook, Point, Sign
from gateway.members.model import Role
from tests.centre_builder import NOON, a_bank, a_device, a_member, lock_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session)
        yield session


@pytest.fixture
def door(session):
    """It has been there for 120 days."""
    return assets.asset_of(session, Thing(What.LOCK, lock_of(session, "01")), now=NOON - 120 * DAY)


def wear_down(session, door, *, growth_ms, days=120, until=NOON):
    """Four openings a day, slower from day to day."""
    chance = random.Random(1)
    for number in range(4 * days):
        at = until - (days - number / 4) * DAY
        ms = round(300 + growth_ms * number / 4 + chance.gauss(0, 8))
        came = {"came_to": PulseEnd.OPENED, "open_ms": ms, "judged_at": at}
        session.add(Pulse(lock_id=door.lock_id, cmd_id=f"{until:%m%d}{number}", pulsed_at=at, **came))
    session.flush()


def turn_the_clock(session, *, now=NOON, days=None):
    """What the timetable does."""
    days = days or {}
    foresight.take_up_batteries(session, days=days, now=now)
    for asset_id in foresight.to_foresee(session, days=days):
        foresight.foresee(session, asset_id=asset_id, days=days, zone=SHANGHAI, now=now)
    return queries.orders(session)


def test_a_look_at_a_slow_lock_is_ordered_once_with_a_date_and_a_reason(session, door):
    wear_down(session, door, growth_ms=1.2)  # out of limits in some 15 days

    for _ in range(2):
        [order] = turn_the_clock(session)

    assert (order.asset_id, order.kind, order.opened_by) == (door.id, OrderKind.INSPECTION, OpenedBy.PREDICTION)
    assert order.due_at - NOON == pytest.approx(15 * DAY, abs=8 * DAY)
    assert order.blocks is False
    told = json.loads(order.reason)
    day = order.due_at.astimezone(SHANGHAI)
    assert "slower than when it was new" in told["en"]
    assert f"about {day.day} December 2026" in told["en"]  # of 2026, by the centre's calendar
    assert f"大约 {day.year} 年 {day.month} 月 {day.day} 日" in told["zh-CN"]
    assert "…" not in told["en"] + told["zh-CN"]


def test_what_is_far_off_steady_or_unknown_is_not_ordered(session, door):
    wear_down(session, door, growth_ms=0.9)
    assert turn_the_clock(session) == []
    assert foresight.forecasts(session, door, days={}, now=NOON)[0].outlook is Outlook.WORSENING
    other = assets.asset_of(session, Thing(What.LOCK, lock_of(session, "02")), now=NOON - 120 * DAY)
    wear_down(session, other, growth_ms=30, days=5)
    assert turn_the_clock(session) == []
    told = foresight.forecasts(session, other, days={}, now=NOON)
    assert [one.outlook for one in told] == [Outlook.UNKNOWN, Outlook.UNKNOWN]


def test_where_work_is_ordered_already_nobody_needs_a_second_paper(session, door):
    facts = {"kind": OrderKind.REPAIR, "reason": "慢", "opened_by": OpenedBy.HAND}
    service.open_order(session, about=door, now=NOON, **facts)
    wear_down(session, door, growth_ms=1.2)
    assert len(turn_the_clock(session)) == 1


@pytest.mark.parametrize("end", [OrderState.DONE, OrderState.CANCELLED])
def test_after_a_person_has_looked_it_counts_as_new(session, door, end):
    technician = a_member(session, "s003", role=Role.TECHNICIAN)
    wear_down(session, door, growth_ms=1.2)
    [order] = turn_the_clock(session)
    if end is OrderState.DONE:
        service.finish(session, order_id=order.id, work=Work(), actor=technician, now=NOON)
    else:
        service.cancel(session, order_id=order.id, note="", actor=technician, now=NOON)

    assert [one.state for one in turn_the_clock(session, now=NOON + DAY)] == [end]


def test_a_battery_is_foretold_and_its_device_becomes_an_asset(session):
    a_device(session, "sensor-a", doors=0)
    days = {"sensor-a": [Point(NOON - (60 - day) * DAY, 90.0 - day) for day in range(61)], "stranger": []}

    [order] = turn_the_clock(session, days=days)

    asset = queries.asset(session, order.asset_id)
    assert asset.device_id == "sensor-a"
    assert order.due_at - NOON == pytest.approx(15 * DAY, abs=DAY)
    assert json.loads(order.reason)["en"].startswith("Its battery is at 30 %; at this rate")
    [told] = foresight.forecasts(session, asset, days=days, now=NOON)
    assert told.sign is Sign.BATTERY

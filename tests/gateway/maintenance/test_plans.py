"""A plan's work is ordered once at 90 %, falls due once at 100 %, and begins anew when it is closed."""

from datetime import timedelta

import pytest

from gateway.bookings.model import Booking, BookingState
from gateway.faults.model import Pulse, PulseEnd
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.kit.ids import new_id
from gateway.maintenance import assets, counters, plans, queries, service
from gateway.maintenance.assets import Thing, What, Wish
from gateway.maintenance.model import AssetKind, Counter, OpenedBy, OrderKind, OrderState, Priority
from gateway.maintenance.plans import Rhythm
from gateway.maintenance.rules import PlanStage
from gateway.maintenance.service import Work
from gateway.spaces.model import Claim, ClaimKind
from gateway.spaces.queries import undivided
from tests.centre_builder import NOON, a_bank, a_hall, a_member, a_space, lock_of, sense

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session)
        assets.take_up_all(session, now=NOON)
        yield session


@pytest.fixture
def door(session):
    return assets.asset_of(session, Thing(What.LOCK, lock_of(session, "01")), now=NOON)


def a_plan(session, of, *, blocks=False, **rhythm):
    return plans.make_plan(
        session,
        of=of,
        name_zh="清洁锁舌",
        name_en="Clean the latch",
        rhythm=Rhythm(**rhythm),
        blocks_when_due=blocks,
        actor="test",
        now=NOON,
    )


def pulse(session, asset, times, *, at=NOON + HOUR):
    for number in range(times):
        came = {"came_to": PulseEnd.OPENED, "open_ms": 300, "judged_at": at}
        session.add(Pulse(lock_id=asset.lock_id, cmd_id=f"{at:%d%H%M}-{number}", pulsed_at=at, **came))
    session.flush()


def turn_the_clock(session, now):
    """What the timetable does each hour."""
    for plan_id, asset_id in plans.to_order(session, now=now):
        plans.look_after(session, plan_id=plan_id, asset_id=asset_id, now=now)


def standing(session, asset):
    return queries.standing(session, asset_id=asset.id)


def test_work_is_ordered_once_at_ninety_percent_of_the_use_and_falls_due_once_at_a_hundred(session, door):
    a_plan(session, door, every_uses=10, counted_in=Counter.CYCLES)
    pulse(session, door, 8)
    turn_the_clock(session, NOON + 2 * HOUR)
    assert standing(session, door) == []

    pulse(session, door, 1, at=NOON + 3 * HOUR)
    for _ in range(2):
        turn_the_clock(session, NOON + 4 * HOUR)
    [order] = standing(session, door)
    assert (order.kind, order.opened_by, order.priority, order.due_at) == (
        OrderKind.SERVICE,
        OpenedBy.PLAN,
        Priority.NORMAL,
        None,
    )
    assert "90 %" in order.reason

    pulse(session, door, 1, at=NOON + 5 * HOUR)
    for hours in (6, 7):
        turn_the_clock(session, NOON + hours * HOUR)
    [order] = standing(session, door)
    assert (order.priority, order.due_at, order.blocks) == (Priority.HIGH, NOON + 6 * HOUR, False)
    assert [step.what for step in queries.steps(session, order.id)] == ["opened", "due"]


@pytest.mark.parametrize("end", ["finish", "cancel"])
def test_closing_its_order_resets_the_counter_of_the_plan(session, door, technician, end):
    plan = a_plan(session, door, every_uses=10, counted_in=Counter.CYCLES)
    pulse(session, door, 10)
    turn_the_clock(session, NOON + 2 * HOUR)
    [order] = standing(session, door)
    said = {"work": Work("干净了")} if end == "finish" else {"note": "不用"}
    getattr(service, end)(session, order_id=order.id, actor=technician, now=NOON + 3 * HOUR, **said)

    found = plans.progress(session, plan, door, now=NOON + 4 * HOUR)

    assert (found.used, found.stage, found.since) == (0, PlanStage.LATER, NOON + 3 * HOUR)
    turn_the_clock(session, NOON + 4 * HOUR)
    assert standing(session, door) == []


def test_a_plan_of_a_kind_is_about_each_of_them_also_one_that_comes_later(session):
    a_plan(session, AssetKind.COMPARTMENT_DOOR, every_days=90)
    a_bank(session, "bank-b", sizes="S")
    assets.take_up_all(session, now=NOON + DAY)

    turn_the_clock(session, NOON + 81 * DAY)
    assert len(queries.orders(session)) == 2
    turn_the_clock(session, NOON + 82 * DAY)
    assert len(queries.orders(session)) == 3


def test_what_says_so_blocks_from_a_hundred_percent_on_and_not_before(session, door):
    a_plan(session, door, blocks=True, every_days=10)
    turn_the_clock(session, NOON + 9 * DAY)
    assert [order.blocks for order in standing(session, door)] == [False]
    turn_the_clock(session, NOON + 10 * DAY)
    assert [order.blocks for order in standing(session, door)] == [True]


def test_a_plan_found_past_its_time_is_ordered_as_due(session, door):
    a_plan(session, door, blocks=True, every_days=10)
    turn_the_clock(session, NOON + 30 * DAY)
    [order] = standing(session, door)
    assert (order.blocks, order.due_at, order.priority) == (True, NOON + 30 * DAY, Priority.HIGH)


def test_an_ended_plan_and_a_retired_asset_ask_for_nothing(session, door):
    plan = a_plan(session, door, every_days=10)
    other = assets.add_asset(session, kind=AssetKind.FAN, wish=Wish(name_zh="扇", name_en="Fan"), actor="t", now=NOON)
    a_plan(session, other, every_days=10)
    plans.end_plan(session, plan_id=plan.id, actor="test", now=NOON)
    assets.retire(session, asset_id=other.id, actor="test", now=NOON)

    turn_the_clock(session, NOON + 99 * DAY)

    assert queries.orders(session) == []
    for asset_id in (door.id, other.id):
        for one in (plan.id, *(p.id for p in plans.plans(session))):
            assert plans.look_after(session, plan_id=one, asset_id=asset_id, now=NOON + DAY) is None


def test_a_plan_that_never_comes_round_is_refused(session, door):
    fan = assets.add_asset(session, kind=AssetKind.FAN, wish=Wish(name_zh="扇", name_en="Fan"), actor="t", now=NOON)
    for of, rhythm in (
        (door, {}),
        (door, {"every_uses": 5}),
        (door, {"every_days": 5, "counted_in": Counter.CYCLES}),
        (fan, {"every_uses": 5, "counted_in": Counter.CYCLES}),
        (door, {"every_uses": 5, "counted_in": Counter.HOURS_USED}),
    ):
        with pytest.raises(Malformed):
            a_plan(session, of, **rhythm)
    with pytest.raises(NotFound):
        plans.end_plan(session, plan_id="nothing", actor="test", now=NOON)


def test_cycles_and_slams_are_those_of_the_door_itself_since_then(session, door):
    pulse(session, door, 3)
    sense(session, "01", "door_open", "door_closed", "forced", "door_closed", now=NOON + HOUR)
    sense(session, "02", "door_open", "door_closed", now=NOON + HOUR)
    now = NOON + DAY

    def count(counter, since):
        return counters.count(session, door, counter, since=since, now=now)

    assert (count(Counter.CYCLES, NOON), count(Counter.SLAMS, NOON)) == (3, 2)
    assert (count(Counter.CYCLES, now), count(Counter.SLAMS, now)) == (0, 0)
    assert count(Counter.PEOPLE, NOON) is None


def test_a_closed_order_cannot_fall_due(session, door, technician):
    a_plan(session, door, every_days=10)
    turn_the_clock(session, NOON + 9 * DAY)
    [order] = standing(session, door)
    service.cancel(session, order_id=order.id, note="", actor=technician, now=NOON + 9 * DAY)
    assert order.state is OrderState.CANCELLED
    with pytest.raises(Conflict):
        service.fall_due(session, order_id=order.id, blocks=True, now=NOON + 10 * DAY)


def an_attended_booking(session, space_id, *, starts_at, hours=2, guests=0, came=True, released=False):
    """As if it had been booked; the claims that it makes are those of the real act."""
    member = a_member(session, new_id()[:8])
    ends_at = starts_at + hours * HOUR
    span = {"starts_at": starts_at, "ends_at": ends_at}
    booking = Booking(
        id=new_id(),
        space_id=space_id,
        member_id=member.id,
        state=BookingState.RELEASED if released else BookingState.CONFIRMED,
        released_at=starts_at if released else None,
        guests=guests,
        booked_at=NOON,
        checked_in_at=starts_at if came else None,
        **span,
    )
    session.add(booking)
    for part in undivided(session, space_id):
        session.add(
            Claim(
                id=new_id(),
                space_id=part.id,
                place=0,
                kind=ClaimKind.BOOKING,
                source_id=booking.id,
                released_at=starts_at if released else None,
                **span,
            )
        )
    session.flush()


def test_hours_and_people_of_a_space_with_its_parts_and_its_whole(session):
    a_hall(session)
    a_space(session, "room")
    an_attended_booking(session, "hall", starts_at=NOON, guests=9)
    an_attended_booking(session, "court-1", starts_at=NOON + 3 * HOUR, hours=4, guests=1)
    an_attended_booking(session, "court-1", starts_at=NOON + 8 * HOUR, came=False)
    an_attended_booking(session, "court-1", starts_at=NOON + 12 * HOUR, came=False, released=True)
    an_attended_booking(session, "room", starts_at=NOON, guests=99)
    now = NOON + DAY

    def counted(space_id):
        asset = assets.asset_of(session, Thing(What.SPACE, space_id), now=NOON)
        return [counters.count(session, asset, one, since=NOON, now=now) for one in counters.OF_SPACES]

    assert counted("hall") == [3, 3, 12]  # (2 h x 4 courts + 4 h + 2 h) / 4; used: (8 + 4) / 4; 10 + 2 people
    assert counted("court-1") == [8, 6, 12]
    assert counted("court-2") == [2, 2, 10]

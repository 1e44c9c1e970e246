"""What is worked on is out of use while the work order stands: nobody new gets it, and it comes back by itself."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.fleet.model import Lock
from gateway.lockers import service as lockers
from gateway.lockers.model import Condition
from gateway.maintenance import assets, back_in_use, plans, queries, service
from gateway.maintenance.assets import Thing, What
from gateway.maintenance.model import AssetKind, OpenedBy, OrderKind, OrderState
from gateway.maintenance.plans import Rhythm
from gateway.maintenance.service import Work
from gateway.spaces import outages as outages_service
from gateway.spaces import queries as spaces
from gateway.spaces.model import Outage
from gateway.spaces.rules import Span
from tests.centre_builder import NOON, a_bank, a_space, compartment_labelled, lock_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="S")
        a_space(session, "room")
        yield session


def an_order(session, what, ref, *, blocks=True, now=NOON):
    facts = {"kind": OrderKind.REPAIR, "reason": "坏了", "opened_by": OpenedBy.HAND, "blocks": blocks}
    return service.open_order(session, about=Thing(what, ref), now=now, **facts)


def close(session, order, technician, *, now=NOON + HOUR, end="finish"):
    said = {"work": Work()} if end == "finish" else {"note": ""}
    getattr(service, end)(session, order_id=order.id, actor=technician, now=now, **said)


def out_of_order(session, space_id="room", *, now=NOON):
    return [one for one in spaces.outages(session, Span(now, now + 9 * DAY)) if one.space_id == space_id]


@pytest.mark.parametrize("end", ["finish", "cancel"])
def test_a_space_is_out_of_order_until_its_blocking_order_is_closed(session, technician, end):
    order = an_order(session, What.SPACE, "room")
    [outage] = out_of_order(session)
    assert (outage.starts_at, outage.ends_at) == (NOON, None)

    close(session, order, technician, end=end)

    assert out_of_order(session, now=NOON + 2 * HOUR) == []


def test_an_order_that_does_not_block_takes_nothing_out_of_use(session):
    an_order(session, What.SPACE, "room", blocks=False)
    an_order(session, What.LOCK, lock_of(session, "01"), blocks=False)
    assert out_of_order(session) == []
    assert compartment_labelled(session, "01").condition is Condition.READY


def test_behind_a_door_every_space_goes_out_of_order(session, technician):
    lock_id = session.scalar(select(Lock.id))
    for name in ("gym", "hall"):
        a_space(session, name, lock_id=lock_id)
    order = an_order(session, What.LOCK, lock_id)
    assert [len(out_of_order(session, name)) for name in ("gym", "hall", "room")] == [1, 1, 0]

    close(session, order, technician)
    assert [len(out_of_order(session, name, now=NOON + 2 * HOUR)) for name in ("gym", "hall")] == [0, 0]


def block(session, order, technician, *, blocks, now):
    return service.set_blocks(session, order_id=order.id, blocks=blocks, actor=technician, now=now)


def test_an_order_that_stands_takes_its_space_out_of_order_later_and_gives_it_back_before_it_is_done(
    session, technician
):
    order = an_order(session, What.SPACE, "room", blocks=False)
    for hours, blocks in ((1, True), (2, True), (3, False), (4, False), (5, True)):
        now = NOON + hours * HOUR
        assert block(session, order, technician, blocks=blocks, now=now).blocks is blocks
        assert [one.ends_at for one in out_of_order(session, now=now)] == [None] * blocks
    assert [step.what for step in queries.steps(session, order.id)] == ["opened", "blocks", "frees", "blocks"]

    close(session, order, technician, now=NOON + 6 * HOUR)
    assert out_of_order(session, now=NOON + 7 * HOUR) == []


def test_a_compartment_that_is_given_back_before_the_work_is_done_stays_while_another_order_blocks_it(
    session, technician
):
    lock_id = lock_of(session, "01")
    first, second = an_order(session, What.LOCK, lock_id), an_order(session, What.LOCK, lock_id, blocks=False)
    steps = (
        (second, True, Condition.OUT_OF_SERVICE),
        (first, False, Condition.OUT_OF_SERVICE),
        (second, False, Condition.READY),
    )
    for order, blocks, condition in steps:
        block(session, order, technician, blocks=blocks, now=NOON + HOUR)
        session.expire_all()
        assert compartment_labelled(session, "01").condition is condition


@pytest.mark.parametrize("end", ["finish", "cancel"])
def test_a_compartment_has_no_next_holder_until_its_order_is_closed(session, technician, end):
    order = an_order(session, What.LOCK, lock_of(session, "01"))
    session.expire_all()
    assert compartment_labelled(session, "01").condition is Condition.OUT_OF_SERVICE

    close(session, order, technician, end=end)

    session.expire_all()
    assert compartment_labelled(session, "01").condition is Condition.READY


def test_it_comes_back_with_the_last_of_two_orders(session, technician):
    lock_id = lock_of(session, "01")
    first, second = an_order(session, What.LOCK, lock_id), an_order(session, What.LOCK, lock_id)
    for order, condition in ((first, Condition.OUT_OF_SERVICE), (second, Condition.READY)):
        close(session, order, technician)
        session.expire_all()
        assert compartment_labelled(session, "01").condition is condition


def test_what_staff_took_out_of_service_themselves_stays_so(session, technician):
    box = compartment_labelled(session, "01")
    facts = {"compartment_id": box.id, "condition": Condition.OUT_OF_SERVICE, "reason": "漏水"}
    lockers.set_condition(session, actor="test", now=NOON, **facts)

    close(session, an_order(session, What.LOCK, box.lock_id), technician)

    session.expire_all()
    box = compartment_labelled(session, "01")
    assert (box.condition, box.condition_reason) == (Condition.OUT_OF_SERVICE, "漏水")


def test_a_space_that_somebody_gave_back_meanwhile_does_not_hinder_the_closing(session, technician):
    order = an_order(session, What.SPACE, "room")
    [outage] = out_of_order(session)
    outages_service.end(session, outage=outage, actor="test", now=NOON)
    close(session, order, technician)
    assert out_of_order(session, now=NOON + 2 * HOUR) == []


def test_an_order_whose_space_is_given_back_by_hand_says_that_it_is_in_use_and_goes_on(session, technician):
    order = an_order(session, What.SPACE, "room")
    [outage] = out_of_order(session)

    back_in_use.end_outage(session, outage_id=outage.id, actor=technician, now=NOON + HOUR)

    assert (order.blocks, order.state) == (False, OrderState.OPEN)
    assert [(step.what, step.by_id) for step in queries.steps(session, order.id)][1:] == [("frees", technician.id)]
    assert block(session, order, technician, blocks=True, now=NOON + 2 * HOUR).blocks is True
    assert len(out_of_order(session, now=NOON + 2 * HOUR)) == 1


def test_an_order_that_gives_its_space_back_ends_the_outage(session, technician):
    order = an_order(session, What.SPACE, "room")
    block(session, order, technician, blocks=False, now=NOON + HOUR)

    [outage] = session.scalars(select(Outage))
    assert outage.ended_at == NOON + HOUR


def test_an_order_blocks_while_anything_behind_its_door_cannot_be_had(session, technician):
    box = compartment_labelled(session, "01")
    for name in ("gym", "hall"):
        a_space(session, name, lock_id=box.lock_id)
    order = an_order(session, What.LOCK, box.lock_id)
    facts = {"actor": technician, "now": NOON + HOUR}
    for name in ("gym", "hall"):
        [outage] = out_of_order(session, name)
        back_in_use.end_outage(session, outage_id=outage.id, **facts)
        assert order.blocks is True
    back_in_use.set_condition(session, compartment_id=box.id, condition=Condition.READY, reason="x", **facts)
    session.refresh(order)
    assert order.blocks is False


def test_orders_whose_compartment_is_made_ready_by_hand_say_that_it_is_in_use(session, technician):
    box = compartment_labelled(session, "01")
    orders = [an_order(session, What.LOCK, box.lock_id) for _ in range(2)]
    facts = {"compartment_id": box.id, "reason": "seen to", "actor": technician, "now": NOON + HOUR}
    for condition, blocks in ((Condition.INSPECTION, True), (Condition.READY, False)):
        back_in_use.set_condition(session, condition=condition, **facts)
        session.expire_all()
        assert [one.blocks for one in orders] == [blocks] * 2
        assert compartment_labelled(session, "01").condition is condition


def test_an_outage_that_no_order_began_ends_as_ever_and_changes_no_order(session, technician):
    order = an_order(session, What.SPACE, "room")
    facts = {"space": spaces.space(session, "room"), "reason": "x", "actor": "test", "now": NOON}
    other = outages_service.begin(session, starts_at=NOON, ends_at=None, **facts)

    back_in_use.end_outage(session, outage_id=other.id, actor=technician, now=NOON + HOUR)

    assert order.blocks is True
    assert len(out_of_order(session, now=NOON + HOUR)) == 1


def test_a_plan_that_says_so_takes_a_space_out_of_use_at_a_hundred_percent_and_not_before(session, technician):
    facts = {"name_zh": "检查", "name_en": "Check", "blocks_when_due": True, "actor": "test", "now": NOON}
    asset = assets.asset_of(session, Thing(What.SPACE, "room"), now=NOON)
    plan = plans.make_plan(session, of=AssetKind.SPACE, rhythm=Rhythm(every_days=10), **facts)
    for days, count in ((9, 0), (10, 1), (11, 1)):
        now = NOON + days * DAY
        plans.look_after(session, plan_id=plan.id, asset_id=asset.id, now=now)
        assert len(out_of_order(session, now=now)) == count

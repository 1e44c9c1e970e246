"""Work orders: one for each cause, worked on in order, and never forgotten; and the assets that they are about."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.alerts import service as alerts
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, Malformed, NotFound, Refused
from gateway.maintenance import assets, names, queries, service
from gateway.maintenance.assets import Thing, What, Wish
from gateway.maintenance.model import AssetKind, Counter, OpenedBy, OrderKind, OrderState, Priority
from gateway.maintenance.rules import Reliability
from gateway.maintenance.service import Work
from gateway.members.model import Role
from tests.centre_builder import NOON, a_bank, a_device, a_member, a_space, lock_of

HOUR = timedelta(hours=1)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session)
        yield session


@pytest.fixture
def door(session):
    return Thing(What.LOCK, lock_of(session, "01"))


def an_order(session, about, *, now=NOON, **more):
    facts = {"kind": OrderKind.REPAIR, "reason": "门关不上", "opened_by": OpenedBy.HAND}
    return service.open_order(session, about=about, now=now, **facts | more)


def test_every_door_of_a_bank_and_of_a_space_becomes_an_asset_once(session):
    a_device(session, "door-a", doors=1)
    lock_id = session.scalar(select(queries.Compartment.lock_id))  # any
    a_space(session, "room")
    a_space(session, "hall", lock_id=None)

    assert assets.take_up_all(session, now=NOON) == 4
    assert assets.take_up_all(session, now=NOON) == 0

    found = queries.assets(session)
    assert [one.kind for one in found] == [AssetKind.COMPARTMENT_DOOR] * 2 + [AssetKind.SPACE] * 2
    assert lock_id in {one.lock_id for one in found}
    assert (found[0].rated_life, found[0].rated_by) == (250_000, Counter.CYCLES)
    called = names.of_all(session, found)
    assert {called[one.id]["en"] for one in found} == {
        "Compartment 01 at Lobby",
        "Compartment 02 at Lobby",
        "Space hall",
        "Space room",
    }


def test_a_thing_that_is_no_asset_yet_becomes_one_with_its_first_order(session, door):
    order = an_order(session, door)

    asset = queries.asset(session, order.asset_id)
    assert (asset.kind, asset.lock_id) == (AssetKind.COMPARTMENT_DOOR, door.id)
    assert json.loads(order.reason) == {"zh-CN": "门关不上", "en": "门关不上"}
    assert an_order(session, door).asset_id == asset.id


@pytest.mark.parametrize("what", list(What))
def test_an_order_about_nothing_is_refused(session, what):
    with pytest.raises(NotFound):
        an_order(session, Thing(what, "nothing"))


def test_one_order_stands_for_an_alert_and_another_after_it_is_closed(session, door, technician):
    alert = alerts.raise_alert(session, kind="forced", thing=door.id, now=NOON)
    first = an_order(session, door, opened_by=OpenedBy.ALERT, alert_id=alert.id)

    with pytest.raises(Conflict, match="work_order_exists") as refused:
        an_order(session, door, opened_by=OpenedBy.ALERT, alert_id=alert.id)

    assert refused.value.facts == {"order_id": first.id}
    service.cancel(session, order_id=first.id, note="", actor=technician, now=NOON)
    assert an_order(session, door, opened_by=OpenedBy.ALERT, alert_id=alert.id).id != first.id


def test_one_order_stands_for_a_members_report(session, door):
    an_order(session, door, opened_by=OpenedBy.REPORT, report_id="report-1")
    with pytest.raises(Conflict, match="work_order_exists"):
        an_order(session, door, opened_by=OpenedBy.REPORT, report_id="report-1")
    an_order(session, door, opened_by=OpenedBy.REPORT, report_id="report-2")


def test_it_is_assigned_waits_goes_on_and_is_done_with_parts_and_time(session, door, technician):
    order = an_order(session, door, actor=technician)
    act = {"order_id": order.id, "actor": technician}

    service.assign(session, member_no="s003", now=NOON, **act)
    service.wait(session, note="等锁体", now=NOON + HOUR, **act)
    service.note_work(session, work=Work("先拆下来了", 20, {"锁体": 1}), now=NOON + 2 * HOUR, **act)
    service.assign(session, member_no="s003", now=NOON + 3 * HOUR, **act)
    done = service.finish(session, work=Work("换好了", 25, {"锁体": 1, "螺丝": 4}), now=NOON + 4 * HOUR, **act)

    assert (done.state, done.minutes, done.closed_at) == (OrderState.DONE, 45, NOON + 4 * HOUR)
    assert [(step.what, step.note) for step in queries.steps(session, order.id)] == [
        ("opened", ""),
        ("assigned", "s003"),
        ("waiting", "等锁体"),
        ("noted", "先拆下来了"),
        ("assigned", "s003"),
        ("done", "换好了"),
    ]
    assert {part.name: part.count for part in queries.parts(session, order.id)} == {"锁体": 2, "螺丝": 4}
    trail = session.scalars(select(AuditEntry.act).where(AuditEntry.thing == order.id).order_by(AuditEntry.seq)).all()
    assert trail[0] == "work_order_opened"
    assert trail[-1] == "work_order_done"


def test_what_is_closed_stays_closed(session, door, technician):
    order = an_order(session, door)
    act = {"order_id": order.id, "actor": technician, "now": NOON}
    service.cancel(session, note="", **act)

    for again in (
        lambda: service.assign(session, member_no="s003", **act),
        lambda: service.wait(session, note="", **act),
        lambda: service.note_work(session, work=Work("x"), **act),
        lambda: service.finish(session, work=Work(), **act),
        lambda: service.cancel(session, note="", **act),
        lambda: service.set_priority(session, priority=Priority.HIGH, due_at=None, **act),
        lambda: service.set_blocks(session, blocks=True, **act),
    ):
        with pytest.raises(Conflict, match="work_order_closed"):
            again()
    assert len(queries.steps(session, order.id)) == 2


def test_it_is_given_to_nobody_who_does_not_do_such_work(session, door, technician):
    a_member(session, "s002", role=Role.DESK)
    order = an_order(session, door)
    for member_no, error in (("s002", Refused), ("nobody", NotFound)):
        with pytest.raises(error):
            service.assign(session, order_id=order.id, member_no=member_no, actor=technician, now=NOON)


def test_a_thing_that_was_replaced_is_counted_from_then_on(session, door, technician):
    order = an_order(session, door)
    service.finish(session, order_id=order.id, work=Work(), replaced=True, actor=technician, now=NOON + HOUR)
    assert queries.asset(session, order.asset_id).new_since == NOON + HOUR


def test_a_failure_that_ended_with_a_new_part_is_a_failure_of_the_time_before_it(session, door, technician):
    asset = assets.asset_of(session, door, now=NOON - 100 * HOUR)
    order = an_order(session, door)
    service.finish(session, order_id=order.id, work=Work(), replaced=True, actor=technician, now=NOON + 5 * HOUR)

    kinds, by_asset = queries.reliability(session, first=NOON - 200 * HOUR, last=NOON + 15 * HOUR)

    assert by_asset[asset.id] == Reliability(failures=1, mtbf_h=110.0, mttr_h=5.0)
    assert kinds[asset.kind].failures == 1


def test_anything_with_a_name_can_be_an_asset_and_what_the_house_knows_cannot_be_one_twice(session):
    fan = assets.add_asset(
        session, kind=AssetKind.FAN, wish=Wish(name_zh="排风扇", name_en="Fan"), actor="test", now=NOON
    )
    assert names.of(session, fan) == {"zh-CN": "排风扇", "en": "Fan"}
    for kind, wish in (
        (AssetKind.COMPARTMENT_DOOR, Wish()),
        (AssetKind.FAN, Wish(rated_life=5)),
        (AssetKind.FAN, Wish(since_at=NOON + HOUR)),
    ):
        with pytest.raises(Malformed):
            assets.add_asset(session, kind=kind, wish=wish, actor="test", now=NOON)
    with pytest.raises(NotFound):
        assets.add_asset(session, kind=AssetKind.FAN, wish=Wish(space_id="nothing"), actor="test", now=NOON)


def test_standing_orders_come_first_page_by_page(session, door, technician):
    ids = [an_order(session, door, now=NOON + hours * HOUR).id for hours in range(4)]
    service.cancel(session, order_id=ids[3], note="", actor=technician, now=NOON)

    wanted = [ids[2], ids[1], ids[0], ids[3]]
    assert [one.id for one in queries.orders(session)] == wanted
    seen, after = [], None
    while page := queries.orders(session, limit=1, after=after):
        after = page[0].id
        seen.append(after)
    assert seen == wanted
    assert len(queries.standing(session, asset_id=queries.order(session, ids[0]).asset_id)) == 3


def test_a_retired_thing_is_in_the_list_no_more_and_is_not_taken_up_again(session):
    assets.take_up_all(session, now=NOON)
    gone = queries.assets(session)[0]
    assets.retire(session, asset_id=gone.id, actor="test", now=NOON)
    assets.take_up_all(session, now=NOON)

    assert gone.id not in [one.id for one in queries.assets(session)]
    assert session.scalar(select(func.count()).select_from(queries.Asset)) == 2

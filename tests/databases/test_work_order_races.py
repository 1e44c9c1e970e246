"""Many who open the same work order at the same instant open one, on SQLite and on PostgreSQL."""

from collections import Counter
from functools import partial

import pytest
from sqlalchemy import select

from gateway.maintenance import assets, back_in_use, photos, queries, service
from gateway.maintenance.assets import Thing, What
from gateway.maintenance.model import Asset, OpenedBy, OrderKind, Taken, WorkOrder
from gateway.members.model import Member, Role
from gateway.spaces.model import Outage
from tests.centre_builder import NOON, a_bank, a_member, a_space, lock_of
from tests.race import at_once

MANY = 12


def foresee(sessions, lock_id):
    with sessions.begin() as session:
        facts = {"kind": OrderKind.INSPECTION, "reason": "慢", "opened_by": OpenedBy.PREDICTION}
        return service.open_order(session, about=Thing(What.LOCK, lock_id), now=NOON, **facts).state


def take_up(sessions):
    with sessions.begin() as session:
        assets.take_up_all(session, now=NOON)


def cancel(sessions, order_id):
    with sessions.begin() as session:
        actor = session.scalars(select(Member)).one()
        return service.cancel(session, order_id=order_id, note="", actor=actor, now=NOON).state


def block(sessions, order_id, blocks):
    with sessions.begin() as session:
        actor = session.scalars(select(Member)).one()
        return service.set_blocks(session, order_id=order_id, blocks=blocks, actor=actor, now=NOON).blocks


def give_back(sessions):
    with sessions.begin() as session:
        actor = session.scalars(select(Member)).one()
        standing = session.scalars(select(Outage.id).where(Outage.ended_at.is_(None))).all()
        for one in standing:
            back_in_use.end_outage(session, outage_id=one, actor=actor, now=NOON)
        return bool(standing)


def photograph(sessions, order_id):
    with sessions.begin() as session:
        actor = session.scalars(select(Member)).one()
        facts = {"taken": Taken.BEFORE, "caption": "", "jpeg": b"x", "actor": actor, "now": NOON}
        return photos.add(session, order_id=order_id, **facts).taken


@pytest.mark.parametrize("is_asset", [True, False])
def test_of_many_who_foresee_the_same_at_once_one_opens_the_order_and_one_asset_is_made(sessions, is_asset):
    with sessions.begin() as session:
        a_bank(session, sizes="S")
        lock_id = lock_of(session, "01")
        if is_asset:
            assets.take_up_all(session, now=NOON)

    came = Counter(at_once([partial(foresee, sessions, lock_id)] * MANY))

    assert came == {"OPEN": 1, "work_order_exists": MANY - 1}
    with sessions.read() as session:
        assert len(session.scalars(select(Asset)).all()) == 1
        assert len(session.scalars(select(WorkOrder)).all()) == 1


def test_of_many_who_take_up_all_doors_at_once_each_door_is_taken_up_once(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="SSSS")

    at_once([partial(take_up, sessions)] * MANY)

    with sessions.read() as session:
        assert len(session.scalars(select(Asset)).all()) == 4


def test_of_many_who_close_an_order_at_once_one_does(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="S")
        a_member(session, "s003", role=Role.TECHNICIAN)
        lock_id = lock_of(session, "01")
    foresee(sessions, lock_id)
    with sessions.read() as session:
        order_id = session.scalars(select(WorkOrder.id)).one()

    came = Counter(at_once([partial(cancel, sessions, order_id)] * MANY))

    assert came == {"CANCELLED": 1, "work_order_closed": MANY - 1}


def test_of_many_who_block_a_space_by_one_order_at_once_one_takes_it_out_of_order_and_one_gives_it_back(sessions):
    with sessions.begin() as session:
        a_space(session, "room")
        a_member(session, "s003", role=Role.TECHNICIAN)
        facts = {"kind": OrderKind.REPAIR, "reason": "坏了", "opened_by": OpenedBy.HAND}
        order_id = service.open_order(session, about=Thing(What.SPACE, "room"), now=NOON, **facts).id

    for blocks in (True, False):
        assert Counter(at_once([partial(block, sessions, order_id, blocks)] * MANY)) == {blocks: MANY}
        with sessions.read() as session:
            [outage] = session.scalars(select(Outage)).all()
            assert (outage.ended_at is None) is blocks
            assert [step.what for step in queries.steps(session, order_id)][1:] == ["blocks", "frees"][: 2 - blocks]


def test_of_many_photos_that_come_at_once_so_many_are_kept_as_an_order_may_have(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="S")
        a_member(session, "s003", role=Role.TECHNICIAN)
        lock_id = lock_of(session, "01")
    foresee(sessions, lock_id)
    with sessions.read() as session:
        order_id = session.scalars(select(WorkOrder.id)).one()

    came = Counter(at_once([partial(photograph, sessions, order_id)] * (photos.MOST + 4)))

    assert came == {"before": photos.MOST, "too_many_photos": 4}
    with sessions.read() as session:
        assert len(queries.photos(session, order_id)) == photos.MOST


def test_of_those_who_give_a_space_back_by_its_order_and_by_hand_at_once_none_hinders_another_and_both_say_the_same(
    sessions,
):
    with sessions.begin() as session:
        a_space(session, "room")
        a_member(session, "s003", role=Role.TECHNICIAN)
        facts = {"kind": OrderKind.REPAIR, "reason": "坏了", "opened_by": OpenedBy.HAND, "blocks": True}
        order_id = service.open_order(session, about=Thing(What.SPACE, "room"), now=NOON, **facts).id

    for _ in range(3):
        by_order = [partial(block, sessions, order_id, blocks) for blocks in (False, True)] * 3
        at_once(by_order + [partial(give_back, sessions)] * 6)
        with sessions.read() as session:
            standing = session.scalars(select(Outage).where(Outage.ended_at.is_(None))).all()
            assert queries.order(session, order_id).blocks is bool(standing)

"""Photos of work orders: who may add and remove them, how many there are, and how long they stay."""

from datetime import timedelta

import pytest

from gateway.kit import audit
from gateway.kit.errors import Conflict, NotFound, Refused
from gateway.maintenance import photos, queries, service
from gateway.maintenance.assets import Thing, What
from gateway.maintenance.model import OpenedBy, OrderKind, Taken
from gateway.maintenance.service import Work
from gateway.members.model import Role
from gateway.personal import queries as personal
from tests.centre_builder import NOON, a_member, a_space

DAY = timedelta(days=1)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_space(session, "room")
        yield session


@pytest.fixture
def order(session):
    facts = {"kind": OrderKind.REPAIR, "reason": "坏了", "opened_by": OpenedBy.HAND}
    return service.open_order(session, about=Thing(What.SPACE, "room"), now=NOON, **facts)


def photograph(session, order, actor, *, taken=Taken.BEFORE, now=NOON):
    facts = {"taken": taken, "caption": "左边的合页", "jpeg": b"jpeg"}
    return photos.add(session, order_id=order.id, actor=actor, now=now, **facts)


def close(session, order, technician, now=NOON):
    service.finish(session, order_id=order.id, work=Work(), actor=technician, now=now)


def test_photos_before_and_after_stand_with_who_and_when_in_the_order_they_came(session, order, technician):
    before = photograph(session, order, technician)
    after = photograph(session, order, technician, taken=Taken.AFTER, now=NOON + DAY)

    found = queries.photos(session, order.id)
    assert [(one.id, one.taken, one.by_id, one.size) for one in found] == [
        (before.id, Taken.BEFORE, technician.id, 4),
        (after.id, Taken.AFTER, technician.id, 4),
    ]


def test_an_order_has_so_many_photos_and_no_more(session, order, technician):
    for _ in range(photos.MOST):
        photograph(session, order, technician)
    with pytest.raises(Conflict, match="too_many_photos"):
        photograph(session, order, technician)
    photos.remove(
        session,
        order_id=order.id,
        photo_id=queries.photos(session, order.id)[0].id,
        actor=technician,
        now=NOON,
    )
    photograph(session, order, technician)
    assert len(queries.photos(session, order.id)) == photos.MOST


def test_a_closed_order_gets_no_photo_more(session, order, technician):
    close(session, order, technician)
    with pytest.raises(Conflict, match="work_order_closed"):
        photograph(session, order, technician)


def test_who_added_a_photo_or_a_manager_removes_it_and_of_a_closed_order_too(session, order, technician):
    desk = a_member(session, "s002", role=Role.DESK)
    manager = a_member(session, "s001", role=Role.MANAGER)
    mine, theirs = photograph(session, order, technician), photograph(session, order, desk)
    close(session, order, technician)
    facts = {"order_id": order.id, "now": NOON}
    with pytest.raises(Refused, match="photo_of_another"):
        photos.remove(session, photo_id=theirs.id, actor=technician, **facts)
    photos.remove(session, photo_id=mine.id, actor=technician, **facts)
    photos.remove(session, photo_id=theirs.id, actor=manager, **facts)
    with pytest.raises(NotFound, match="photo"):
        photos.remove(session, photo_id=theirs.id, actor=manager, **facts)
    assert queries.photos(session, order.id) == []


def test_every_photo_added_and_removed_stands_in_the_trail_without_what_it_shows(session, order, technician):
    photo = photograph(session, order, technician)
    photos.remove(session, order_id=order.id, photo_id=photo.id, actor=technician, now=NOON)

    trail = [one for one in audit.entries(session, after_seq=0, limit=9) if one.act.startswith("order_photo")]
    assert [(one.act, one.actor, one.thing) for one in trail] == [
        ("order_photo_added", technician.audit_id, order.id),
        ("order_photo_removed", technician.audit_id, order.id),
    ]
    assert not any("合页" in one.detail for one in trail)


def test_photos_are_forgotten_a_year_after_their_order_was_closed_and_not_before(session, order, technician):
    photograph(session, order, technician)
    photos.forget_old(session, now=NOON + 2 * photos.KEPT)
    assert len(queries.photos(session, order.id)) == 1  # it stands

    close(session, order, technician)
    photos.forget_old(session, now=NOON + photos.KEPT)
    assert len(queries.photos(session, order.id)) == 1
    photos.forget_old(session, now=NOON + photos.KEPT + DAY)
    assert queries.photos(session, order.id) == []


def test_whoever_added_a_photo_is_told_that_they_did_and_not_sent_the_picture_of_the_thing(session, order, technician):
    photograph(session, order, technician)

    [told] = [one for one in personal.everything_about(session, technician) if one.table == "order_photos"]
    [row] = told.rows
    assert (row["by_id"], row["caption"]) == ("you", "左边的合页")
    assert "jpeg" not in row

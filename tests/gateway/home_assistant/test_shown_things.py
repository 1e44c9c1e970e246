"""What there is to show: approved devices, with the front desk's names, and what is unknown as that."""

import pytest

from gateway.crowd.rules import Confidence, Crowd, Doubt
from gateway.fleet import service as fleet
from gateway.fleet.model import DoorLevel
from gateway.home_assistant.queries import rooms, things
from gateway.telemetry.queries import Series
from gateway.telemetry.rules import HOLDS_MS, Sample
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.centre_builder import NOON, a_bank, a_device, set_door

NOW_MS = 1_000_000_000


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="SM")
        a_device(session, "air-1", doors=0)
        yield session


def shown(session, *series, language="zh-CN"):
    return {one.id: one for one in things(session, series, language=language, now_ms=NOW_MS)}


def test_a_bank_and_its_doors_bear_the_names_on_them(session):
    set_door(session, "02", DoorLevel.OPEN)
    bank = shown(session)["bank-a"]
    assert (bank.name, bank.free, bank.online) == ("大厅", 2, True)
    assert [(door.name, door.open) for door in bank.doors] == [("01", False), ("02", True)]
    assert shown(session, language="en")["bank-a"].name == "Lobby"


def test_a_door_of_which_nothing_is_known_is_unknown_not_shut(session):
    set_door(session, "01", DoorLevel.UNKNOWN)
    assert shown(session)["bank-a"].doors[0].open is None


def test_a_reading_too_old_to_hold_is_unknown(session):
    fresh = Series(1, "air-1", "hall", "co2", Sample(NOW_MS - HOLDS_MS, 700.0))
    stale = Series(2, "air-1", "hall", "humidity", Sample(NOW_MS - HOLDS_MS - 1, 40.0))
    assert [one.value for one in shown(session, fresh, stale)["air-1"].measures] == [700.0, None]


def test_a_device_that_nobody_vouches_for_any_more_is_not_shown(session):
    fleet.retire(session, device_id="air-1", actor="test", now=NOON)
    assert set(shown(session)) == {"bank-a"}


def a_crowd(people, doubt=None):
    sure = Confidence.KNOWN if doubt is None else Confidence.ROUGH if people is not None else Confidence.UNKNOWN
    return Crowd(people, sure, doubt, None, 0, 0, 0, NOON)


def test_only_zones_of_which_something_tells_are_shown_and_seen_is_occupied(session):
    for zone_id in ("hall", "attic", "cellar"):
        zones.make_zone(session, zone_id=zone_id, name_zh="区", name_en=zone_id, actor="test", now=NOON)
    zones.place(session, what=Placed.DEVICE, ref="air-1", zone_id="attic", actor="test", now=NOON)
    motion = Series(1, "air-1", "pir", "motion", Sample(NOW_MS, 1.0))
    nothing = a_crowd(None, Doubt.NO_COUNTER)
    crowds = {"hall": a_crowd(4), "attic": nothing, "cellar": nothing}

    found = rooms(session, crowds, [motion], language="en", now_ms=NOW_MS)

    assert [(one.id, one.name, one.is_counted, one.people, one.is_occupied) for one in found] == [
        ("attic", "attic", False, None, True),
        ("hall", "hall", True, 4, True),
    ]

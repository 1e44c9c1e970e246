"""What there is to show: approved devices, with the front desk's names, and what is unknown as that."""

import pytest

from gateway.fleet import service as fleet
from gateway.fleet.model import DoorLevel
from gateway.home_assistant.queries import things
from gateway.telemetry.queries import Series
from gateway.telemetry.rules import HOLDS_MS, Sample
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

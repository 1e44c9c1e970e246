"""How full the centre is, for everybody: now from the counters, later from days like today."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.bookings.model import Booking, BookingState
from gateway.calendar import service as calendar
from gateway.calendar.model import HOUSE, DayKind
from gateway.telemetry.store import Letter, Value, now_ms
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.centre_builder import NOON, a_device, a_space


@pytest.fixture
def hall(house):
    """Open from 8 to 22; a node at its main door, for twenty people."""

    def make(session):
        a_device(session, "node", doors=0)
        a_space(session)
        for zone_id, is_shown in (("hall", True), ("office", False)):
            zones.make_zone(session, zone_id=zone_id, name_zh="大厅", name_en="Hall", actor="test", now=NOON)
            zones.set_crowd(session, zone_id=zone_id, capacity=20, is_shown=is_shown, actor="test", now=NOON)
        zones.place(session, what=Placed.DEVICE, ref="node", zone_id="hall", actor="test", now=NOON)

    house.change(make)


@pytest.fixture
def come(house, hall):
    """So many have come since yesterday evening."""
    store = house.app.state.desk.readings
    (house.centre.directory / "data").mkdir()
    store.prepare()
    letters = [
        Letter("node", "0" * 16, no + 1, 1, now_ms(NOON - timedelta(minutes=10 * (96 - no))), _counts(0))
        for no in range(96)
    ]
    store.keep(letters)

    def come(people):
        seq = next(numbers)
        store.keep([Letter("node", "0" * 16, seq, 1, now_ms(house.clock.now()), _counts(people))])

    numbers = iter(range(97, 200))
    return come


def _counts(people):
    return [Value("door", "entries", float(people)), Value("door", "exits", 0.0)]


def now_of(house):
    found = house.browser().get("/busy").json()
    return found["level"], found["people"], found["fullness"], found["confidence"]


def test_whoever_asks_sees_how_full_it_is_and_the_zones_that_are_shown(house, come):
    come(9)

    found = house.browser().get("/busy").json()

    assert now_of(house) == ("moderate", 9, 0.45, "known")
    assert [(one["id"], one["level"], one["people"]) for one in found["zones"]] == [("hall", "moderate", 9)]


def test_what_nobody_counts_is_unknown_and_neither_quiet_nor_nobody(house, hall):
    assert now_of(house) == ("unknown", None, None, "unknown")
    assert {one["level"] for one in house.browser().get("/busy").json()["later"]} == {"unknown"}


def test_it_is_worked_out_again_after_half_a_minute_and_not_before(house, come):
    come(1)
    assert now_of(house)[1] == 1

    come(19)
    house.clock.advance(seconds=29)
    assert now_of(house)[1] == 1
    house.clock.advance(seconds=1)
    assert now_of(house)[:2] == ("full", 19)


def test_after_closing_it_is_closed_and_nothing_is_ahead(house, come):
    house.clock.instant = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)

    found = house.browser().get("/busy").json()

    assert (found["level"], found["later"]) == ("closed", [])
    assert found["opens_at"] == "2026-11-23T00:00:00Z"


def test_a_closed_centre_says_when_it_opens_again_and_a_day_on_which_it_stays_shut_is_no_such_day(house, hall):
    def shut_tomorrow(session):
        said = {"day": date(2026, 11, 23), "kind": DayKind.CLOSED, "reason": "cleaning", "opening": None}
        calendar.set_day(session, whose=HOUSE, actor="test", now=NOON, **said)

    house.change(shut_tomorrow)

    def opens_at(hour, minute):
        house.clock.instant = datetime(2026, 11, 22, hour, minute, tzinfo=UTC)
        house.clock.advance(seconds=30)
        return house.browser().get("/busy").json()["opens_at"]

    assert opens_at(5, 0) is None
    assert opens_at(14, 0) == "2026-11-24T00:00:00Z"
    assert opens_at(23, 59) == "2026-11-24T00:00:00Z"  # Monday morning here, and Monday is closed


def test_the_hours_ahead_are_as_full_as_days_like_today_were(house, hall):
    def used(session):
        member_id = house.member_id("10001")
        for weeks in range(1, 5):
            starts = datetime(2026, 11, 22, 7, tzinfo=UTC) - timedelta(weeks=weeks)  # 15:00 here
            session.add(
                Booking(
                    id=f"b{weeks}",
                    space_id="room",
                    member_id=member_id,
                    state=BookingState.CONFIRMED,
                    starts_at=starts,
                    ends_at=starts + timedelta(hours=1),
                    booked_at=starts,
                    checked_in_at=starts,
                )
            )

    house.change(used)

    later = {one["starts_at"][11:13]: one for one in house.browser().get("/busy").json()["later"]}

    assert (later["07"]["level"], later["07"]["share"], later["07"]["least"]) == ("full", 1.0, 1.0)
    assert (later["08"]["level"], later["08"]["share"]) == ("quiet", 0.0)
    assert list(later) == [f"{hour:02}" for hour in range(5, 14)]

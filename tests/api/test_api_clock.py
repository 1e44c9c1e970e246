"""A clock that shows a time that is over: what a member reads, and how a manager says that it is right."""

import pytest

from gateway.timekeeping import service as timekeeping
from tests.api.test_api_bookings import book, furnish


@pytest.fixture
def phone(house):
    return house.signed_in()


def show_an_earlier_time(house, **span):
    """What the clock shows now has come, and then it is set back."""
    house.change(timekeeping.keep, clock=house.clock)
    house.clock.set_back(**span)
    house.pulse()


def test_a_member_reads_why_their_booking_opens_nothing_and_that_staff_open_it(house, phone):
    house.change(furnish)
    booking = book(phone).json()
    house.clock.advance(hours=2)
    show_an_earlier_time(house, minutes=3)

    by_booking = phone.post("/unlocks", {"booking_id": booking["id"]}, key="b")
    check_in = phone.post(f"/bookings/{booking['id']}/check-in", {})

    for answer in (by_booking, check_in):
        assert (answer.status_code, answer.json()["code"]) == (409, "clock_wrong")
        assert "工作人员" in answer.json()["detail"]


def test_a_rented_locker_opens_and_staff_open_every_door_however_the_clock_is_set(house):
    rental = house.rent("10001", bank_id="bank-a", size="S")
    show_an_earlier_time(house, days=1)
    phone, desk = house.signed_in(), house.signed_in("s002")

    assert phone.post("/unlocks", {"rental_id": rental["id"]}, key="r").json()["state"] == "REQUESTED"
    other = house.rent("10002", bank_id="bank-a")
    opened = desk.post(f"/staff/locks/{other['lock_id']}/open", {"reason": "clock"}, key="o")
    assert (opened.status_code, opened.json()["state"]) == (202, "REQUESTED")


def test_a_manager_says_what_time_it_is_and_a_clock_that_agrees_is_believed_again(house):
    right = house.clock.now()
    house.clock.advance(days=300)
    show_an_earlier_time(house, days=300)
    manager = house.signed_in("s001")
    found = manager.get("/staff/clock").json()
    assert (found["is_believed"], found["shows"]) == (False, "2026-11-22T04:00:00Z")

    refused = manager.ask("PUT", "/staff/clock", body={"it_is": "2026-11-22T05:00:00Z"})
    told = manager.ask("PUT", "/staff/clock", body={"it_is": right.isoformat()}).json()

    assert (refused.status_code, refused.json()["code"]) == (409, "clock_differs")
    assert (told["is_believed"], told["known"]) == (True, "2026-11-22T04:00:00Z")


@pytest.mark.parametrize("number", ["10001", "s002", "s003"])
def test_nobody_but_a_manager_has_a_say_about_the_clock(house, number):
    other = house.signed_in(number)

    assert other.get("/staff/clock").json()["code"] == "not_allowed"
    assert other.ask("PUT", "/staff/clock", body={"it_is": "2026-11-22T04:00:00Z"}).json()["code"] == "not_allowed"

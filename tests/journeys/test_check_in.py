"""Who says that they are there, and whose door nobody opened, is not there 15 s later: from the phone to the door and
back, in virtual time, by the running gateway's own timetable.
"""

from tests.journeys.board_centre import DOORS
from tests.journeys.conftest import come_near


def say_that_they_are_there(house, of):
    told = house.ask("POST", f"/bookings/{of['id']}/check-in", {})
    assert told["checked_in_at"] is not None


def is_there(house, of):
    return house.ask("GET", f"/bookings/{of['id']}")["checked_in_at"] is not None


def test_a_check_in_is_taken_back_after_fifteen_seconds_in_which_the_door_stayed_shut(centre, booking):
    come_near(centre, booking)
    say_that_they_are_there(centre, booking)

    centre.pass_seconds(14)
    assert is_there(centre, booking)
    centre.pass_seconds(2)

    assert not is_there(centre, booking)
    assert centre.reminders() == ["check_in_annulled"]


def test_whoever_opens_the_door_in_time_has_come(centre, booking):
    come_near(centre, booking)
    say_that_they_are_there(centre, booking)
    unlock = centre.ask("POST", "/unlocks", {"booking_id": booking["id"]})

    centre.pass_seconds(5)
    centre.door(DOORS).shut()
    centre.pass_seconds(25)

    assert centre.told(unlock["id"])["state"] == "OPENED"
    assert is_there(centre, booking)
    assert centre.reminders() == []

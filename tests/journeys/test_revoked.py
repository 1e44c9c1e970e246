"""A booking that is cancelled or moved opens its door no more, within two seconds, whatever is on its way meanwhile.

From the phone through the running gateway to the door, in virtual time; only time, network and door are pretended.
"""

import pytest

from firmware_sim.ledger import What
from gateway.fleet import queries as fleet
from tests.journeys.board_centre import BANK, DOORS
from tests.journeys.conftest import come_near, quarter

ON_ITS_WAY_S = 1.9  # a challenge that comes so late is still in time to be signed


def cancel(centre, booking):
    return centre.ask("DELETE", f"/bookings/{booking['id']}")


def move(centre, booking):
    return centre.ask("PATCH", f"/bookings/{booking['id']}", quarter(centre, 8))


def opened(centre):
    return [fact.door for fact in centre.building.ledger.facts() if fact.what is What.OPENED]


@pytest.mark.parametrize("take_away", [cancel, move])
def test_a_challenge_that_is_on_its_way_when_the_booking_goes_is_refused_and_nothing_is_signed(
    centre, booking, take_away
):
    come_near(centre, booking)
    centre.building.post.rules.append(lambda letter: [ON_ITS_WAY_S] if "chal" in letter.words else None)
    unlock = centre.ask("POST", "/unlocks", {"booking_id": booking["id"]})
    centre.clockwork.advance(0.1)
    assert centre.building.post.sent("prep")

    take_away(centre, booking)
    centre.clockwork.advance(2)

    told = centre.told(unlock["id"])
    assert (told["state"], told["code"]) == ("REFUSED", "no_grant")
    assert (centre.building.post.sent("open"), opened(centre)) == ([], [])


@pytest.mark.parametrize("take_away", [cancel, move])
def test_two_seconds_after_the_booking_has_gone_its_door_is_not_even_asked(centre, booking, take_away):
    come_near(centre, booking)
    take_away(centre, booking)
    centre.clockwork.advance(2)

    with centre.sessions().read() as session:
        lock_id = fleet.lock_at(session, BANK, DOORS).id
    assert centre.ask("POST", "/unlocks", {"lock_id": lock_id})["code"] == "not_found"
    assert centre.ask("POST", "/unlocks", {"booking_id": booking["id"]})["code"] in {
        "booking_cancelled",
        "booking_too_early",
    }
    assert (centre.building.post.sent("prep"), opened(centre)) == ([], [])


def test_a_booking_that_stands_opens_its_door_by_the_same_way(centre, booking):
    come_near(centre, booking)
    centre.building.post.rules.append(lambda letter: [ON_ITS_WAY_S] if "chal" in letter.words else None)
    unlock = centre.ask("POST", "/unlocks", {"booking_id": booking["id"]})
    centre.clockwork.advance(4)

    assert centre.told(unlock["id"])["state"] == "OPENED"
    assert opened(centre) == [DOORS]


def test_a_booking_that_was_moved_opens_its_door_at_its_new_time(centre, booking):
    come_near(centre, booking)
    moved = move(centre, booking)
    come_near(centre, moved)
    unlock = centre.ask("POST", "/unlocks", {"booking_id": booking["id"]})
    centre.clockwork.advance(4)

    assert centre.told(unlock["id"])["state"] == "OPENED"

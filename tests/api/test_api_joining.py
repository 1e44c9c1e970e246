"""The time in which new off-the-shelf devices may join, as staff open it."""

import pytest


def test_it_is_opened_for_a_while_and_closes_by_itself(house):
    technician = house.signed_in("s003")
    assert technician.get("/staff/join-window").json() == {"until": None}

    opened = technician.post("/staff/join-window", {"seconds": 120}, key="join")
    assert opened.status_code == 201
    assert technician.get("/staff/join-window").json() == opened.json()

    house.clock.advance(seconds=120)
    assert technician.get("/staff/join-window").json() == {"until": None}


def test_it_is_closed_before_its_time(house):
    technician = house.signed_in("s003")
    technician.post("/staff/join-window", {"seconds": 120}, key="join")

    assert technician.delete("/staff/join-window").status_code == 204
    assert technician.delete("/staff/join-window").status_code == 204
    assert technician.get("/staff/join-window").json() == {"until": None}


@pytest.mark.parametrize("seconds", [0, 255, 1.5, "60"])
def test_it_is_never_open_for_longer_than_zigbee_allows(house, seconds):
    assert house.signed_in("s003").post("/staff/join-window", {"seconds": seconds}, key="x").status_code == 422


def test_the_desk_lets_nobody_join(house):
    assert house.signed_in("s002").post("/staff/join-window", {"seconds": 9}, key="x").status_code == 403
    assert house.signed_in("s002").delete("/staff/join-window").status_code == 403

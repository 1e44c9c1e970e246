"""What a press of an off-the-shelf device's button means is chosen by staff, at approval or later."""

import pytest

from gateway.fleet import service as fleet
from tests.centre_builder import NOON


@pytest.fixture
def bell(house):
    return house.change(fleet.meet_outsider, maker="zigbee2mqtt", name="bell", hardware_id="", now=NOON).id


def test_a_button_is_given_its_meaning_when_its_device_is_approved(house, bell):
    technician = house.signed_in("s003")

    approved = technician.post(f"/staff/devices/{bell}/approve", {"button": "call_staff"})

    assert (approved.status_code, approved.json()["button"]) == (200, "call_staff")


def test_it_is_changed_later_and_the_trail_says_who(house, bell):
    technician = house.signed_in("s003")

    changed = technician.patch(f"/staff/devices/{bell}", {"button": "call_staff"})

    assert (changed.status_code, changed.json()["button"]) == (200, "call_staff")
    assert technician.patch(f"/staff/devices/{bell}", {"button": "nothing"}).json()["button"] == "nothing"
    trail = house.signed_in("s001").get("/staff/audit?limit=200").json()["items"]
    assert [one["act"] for one in trail if one["thing"] == bell] == ["button_chosen", "button_chosen"]


def test_a_bank_of_ours_has_no_such_button(house):
    refused = house.signed_in("s003").patch("/staff/devices/bank-a", {"button": "call_staff"})

    assert (refused.status_code, refused.json()["code"]) == (409, "no_button")


@pytest.mark.parametrize("number", ["10001", "s002"])
def test_nobody_else_gives_a_button_a_meaning(house, bell, number):
    assert house.signed_in(number).patch(f"/staff/devices/{bell}", {"button": "call_staff"}).status_code == 403


def test_no_button_can_be_made_to_open(house, bell):
    assert house.signed_in("s003").patch(f"/staff/devices/{bell}", {"button": "open"}).status_code == 422

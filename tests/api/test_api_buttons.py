"""What a press of an off-the-shelf device's button means is chosen by staff, and whether a node's lamp shows alarms."""

import pytest

from gateway.fleet import service as fleet
from tests.centre_builder import NOON, a_device


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


@pytest.fixture
def node(house):
    house.change(a_device, "hall", kind="facility", doors=0)
    return "hall"


def test_a_nodes_lamp_is_had_to_show_alarms_and_the_trail_says_by_whom(house, node):
    technician = house.signed_in("s003")

    changed = technician.patch(f"/staff/devices/{node}", {"shows_alarms": True})

    assert (changed.status_code, changed.json()["shows_alarms"]) == (200, True)
    trail = house.signed_in("s001").get("/staff/audit?limit=200").json()["items"]
    (entry,) = [one for one in trail if one["act"] == "alarms_shown"]
    assert (entry["thing"], entry["actor_no"], entry["detail"]) == (node, "s003", {"shown": True})


def test_saying_so_twice_changes_nothing(house, node):
    technician = house.signed_in("s003")
    for _ in range(2):
        assert technician.patch(f"/staff/devices/{node}", {"shows_alarms": True}).status_code == 200
    trail = house.signed_in("s001").get("/staff/audit?limit=200").json()["items"]

    assert len([one for one in trail if one["act"] == "alarms_shown"]) == 1


def test_a_device_off_the_shelf_and_a_bank_have_no_such_lamp(house, bell):
    for device in (bell, "bank-a"):
        refused = house.signed_in("s003").patch(f"/staff/devices/{device}", {"shows_alarms": True})
        assert (refused.status_code, refused.json()["code"]) == (409, "no_lamp")


def test_nothing_said_is_refused(house, node):
    assert house.signed_in("s003").patch(f"/staff/devices/{node}", {}).status_code == 422

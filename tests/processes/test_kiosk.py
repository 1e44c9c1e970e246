"""A kiosk of a real centre: its guest opens a real lock's door, and a killed web side forgets no wrong PIN."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from firmware_sim.ledger import What
from tests.processes.rig import DEVICE, PASSWORD, Rig, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]


@pytest.fixture
def kiosk(rig: Rig) -> Iterator[httpx.Client]:
    """A screen that a technician registered, standing at the bank."""
    with httpx.Client(base_url=rig.client.base_url, timeout=20, trust_env=False) as technician:
        technician.post("/session", json={"member_no": "s003", "password": PASSWORD}).raise_for_status()
        registered = technician.post("/staff/kiosks", json={"name": "hall", "bank_id": DEVICE})
    bearer = {"Authorization": f"Bearer {registered.json()['token']}"}
    with httpx.Client(base_url=f"{rig.client.base_url}kiosk", headers=bearer, timeout=20, trust_env=False) as screen:
        yield screen


def come(kiosk: httpx.Client, rental: dict[str, Any], pin: str) -> httpx.Response:
    """Type the number on the door, and a PIN."""
    return kiosk.post("/session", json={"locker_no": rental["compartment"]["label"], "pin": pin})


def opened(rig: Rig, rental: dict[str, Any]) -> int:
    return len(rig.facts(What.OPENED, int(rental["compartment"]["label"][1:])))


def test_a_guest_with_number_and_pin_opens_their_door_and_hears_that_it_opened(rig, rental, kiosk):
    before = opened(rig, rental)
    kiosk.headers["Kiosk-Visit"] = come(kiosk, rental, rental["pin"]).json()["token"]

    asked = kiosk.post("/unlocks", json={"rental_id": rental["id"]}, headers={"Idempotency-Key": rental["id"]})
    told = kiosk.get(f"/unlocks/{asked.json()['id']}", params={"wait": 15})

    assert (asked.status_code, told.json()["state"]) == (202, "OPENED")
    assert opened(rig, rental) == before + 1


def test_a_web_side_that_was_killed_has_forgotten_no_wrong_pin_and_the_phone_opens_all_the_same(rig, rental, kiosk):
    wrong = f"{(int(rental['pin']) + 1) % 10**6:06}"
    told = [come(kiosk, rental, wrong).json()["code"] for _ in range(5)]
    rig.api.kill()
    rig.api.start()
    eventually(lambda: rig.api.is_up, "the web side did not come back", log=[rig.api])
    rig.ready()

    refused = come(kiosk, rental, rental["pin"])

    assert told == ["wrong_pin"] * 5
    assert (refused.status_code, refused.json()["code"]) == (429, "pin_locked")
    assert rig.outcome(rig.press(rental).json()["id"])["state"] == "OPENED"

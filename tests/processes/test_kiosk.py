"""A kiosk of a real centre: its guest opens a real lock's door, and a killed web side forgets no wrong PIN."""

import os
import pty
import subprocess
import sys
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from firmware_sim.ledger import What
from gateway.demo.house import READER
from gateway.fleet import queries as fleet
from tests.processes.rig import DEVICE, PASSWORD, Rig, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]


@pytest.fixture
def kiosk(rig: Rig) -> Iterator[httpx.Client]:
    """A screen that a technician registered, standing at the bank."""
    with httpx.Client(base_url=rig.client.base_url, timeout=20, trust_env=False) as technician:
        technician.post("/session", json={"member_no": "s003", "password": PASSWORD}).raise_for_status()
        registered = technician.post("/staff/kiosks", json={"name": "hall", "bank_id": DEVICE})
        wish = {"device_id": READER}
        for other in technician.get("/staff/kiosks").json()["items"]:
            if other["reader"] is not None:
                technician.patch(f"/staff/kiosks/{other['id']}", json={"device_id": None}).raise_for_status()
        technician.patch(f"/staff/kiosks/{registered.json()['id']}", json=wish).raise_for_status()
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


@dataclass
class Reader:
    """The real kiosk node as a process; what is written to `held` comes to its serial line."""

    node: subprocess.Popen[bytes]
    held: int
    line: int

    def pull(self) -> None:
        """Out of its socket."""
        os.close(self.line)
        os.close(self.held)


@contextmanager
def reader(rig: Rig) -> Iterator[Reader]:
    held, line = pty.openpty()
    tty.setraw(line)
    folder = rig.directory / "demo" / READER
    text = (folder / "kiosk.toml").read_text().replace('"/dev/serial0"', f'"{os.ttyname(line)}"')
    (folder / "real.toml").write_text(text)
    argv = [sys.executable, "-m", "devices", "kiosk", "--config", str(folder / "real.toml")]
    with (folder / "log").open("wb") as log:
        node = subprocess.Popen(argv, stdout=log, stderr=log)
    try:
        yield Reader(node, held, line)
    finally:
        node.kill()
        node.wait()


def a_card(rig: Rig, number: str, pin: str) -> None:
    """The member's who is signed in."""
    member_no = rig.client.get("/me").json()["member_no"]
    with httpx.Client(base_url=rig.client.base_url, timeout=20, trust_env=False) as desk:
        desk.post("/session", json={"member_no": "s002", "password": PASSWORD}).raise_for_status()
        desk.post(f"/staff/members/{member_no}/cards", json={"number": number}).raise_for_status()
    rig.client.patch("/me/kiosk-pin", json={"pin": pin}).raise_for_status()


def test_a_card_held_to_the_kiosks_own_reader_lets_its_owner_in_and_a_reader_pulled_out_is_missed(rig, rental, kiosk):
    a_card(rig, "04:A2:1F:99", "483920")
    with reader(rig) as there:
        eventually(lambda: seen(rig) == ("online", ["ok"]), "the reader did not come", log=[rig.gateway])
        os.write(there.held, b"04A21F99\r\n")
        shown = kiosk.get("/presented", params={"wait": 20}).json()
        visit = kiosk.post("/session", json={"presented": shown["handle"], "pin": "483920"})
        there.pull()
        eventually(lambda: seen(rig) == ("online", ["lost"]), "nobody misses the reader", log=[rig.gateway])
        there.node.terminate()
        code = there.node.wait(10)
        eventually(lambda: seen(rig)[0] == "offline", "it did not say goodbye", log=[rig.gateway])

    assert shown["by"] == "card"
    assert (visit.status_code, visit.json()["came_by"]) == (201, "card")
    assert code == 0
    said = rig.gateway.said() + rig.api.said() + (rig.directory / "demo" / READER / "log").read_text()
    assert "04A21F99" not in said


def seen(rig: Rig) -> tuple[str, list[str]]:
    """Whether the kiosk's node is there, and its readers."""
    centre = rig.centre()
    try:
        with centre.sessions.read() as session:
            parts = [str(part.health) for part in fleet.parts(session, READER)]
            return str(fleet.device(session, READER).presence), parts
    finally:
        centre.sessions.close()


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

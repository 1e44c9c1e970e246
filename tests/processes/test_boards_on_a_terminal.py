"""The same with nothing pretended but the cabinet: broker, gateway, API and `python -m devices locker_bank` as
processes, which reaches its board through a pseudo-terminal.
"""

import sys

import pytest

from devices.runtime.mailbox import Mailbox
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.board_lines import PtyLine
from firmware_sim.lock_boards import BoardFault
from tests.broker_fixture import has_mosquitto
from tests.processes.rig import eventually, running_rig

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

DOORS = 12  # those of the demo centre's bank
WAYS = {"8a": 24, "cu16": 16}
BOARD = """
[[board]]
family = "{family}"
port = "{port}"
address = 1
first_door = 1
doors = {doors}
shut_is = 1
pulse_ms = 400
"""


@pytest.fixture(scope="module", params=["8a", "cu16"])
def bank(request, tmp_path_factory):
    """The centre, and the cabinet at the other end of the line."""
    if not has_mosquitto():
        pytest.skip("Mosquitto is not installed: a centre of real processes does not run")
    physics = Mailbox("physics")
    physics.start()
    places = {(1, no): no for no in range(1, DOORS + 1)}
    cabinet = BoardCabinet(request.param, addresses=[1], ways=WAYS[request.param], strikes=places, timers=physics)
    line = PtyLine(cabinet.wires, timers=physics)

    def firmware(node_toml, _ledger):
        text = node_toml.read_text()
        board = BOARD.format(family=request.param, port=line.url, doors=DOORS)
        node_toml.write_text(text[: text.index("[[doors]]")] + board)
        return [sys.executable, "-m", "devices", "locker_bank", "--config", str(node_toml)]

    with running_rig(tmp_path_factory.mktemp(request.param) / "here", bank=firmware, says_when_up="fingerprint") as rig:
        yield rig, cabinet
    line.close()
    physics.stop()
    cabinet.supply.assert_unharmed()


@pytest.fixture
def rig(bank):
    return bank[0]


@pytest.fixture
def cabinet(bank):
    return bank[1]


@pytest.fixture
def rental(rig, cabinet):
    """A compartment, given back with its door shut."""
    eventually(lambda: rig._level_everywhere() == {"shut"}, "the gateway did not see the doors")
    rental = rig.rent()
    yield rental
    for board in cabinet.wires.boards:
        board.faults.clear()
    for door in cabinet.doors.values():
        door.unjam()
        door.shut()
    eventually(
        lambda: rig.client.delete(f"/rentals/{rental['id']}").status_code < 300,
        "it could not be given back",
        log=rig.programs,
    )


def door_of(rental):
    return int(rental["compartment"]["label"][1:])


def test_a_press_on_the_phone_opens_the_door_and_the_phone_reads_opened(rig, cabinet, rental):
    unlock = rig.press(rental).json()

    assert rig.outcome(unlock["id"])["state"] == "OPENED"
    assert [no for no in cabinet.doors if cabinet.pulses(no)] == [door_of(rental)]


def test_a_jammed_door_is_told_as_not_opened(rig, cabinet, rental):
    cabinet.doors[door_of(rental)].jam()

    unlock = rig.press(rental).json()

    told = rig.outcome(unlock["id"])
    assert (told["state"], told["code"]) == ("NOT_OPENED", "no_edge")


def test_a_board_that_dies_is_told_as_a_strike_that_cannot_be_driven(rig, cabinet, rental):
    before = cabinet.pulses(door_of(rental))
    cabinet.wires.boards[0].faults.add(BoardFault.DEAD)
    eventually(lambda: "board 1 does not answer" in rig.bank.said(), "the firmware did not notice")

    unlock = rig.press(rental).json()

    told = rig.outcome(unlock["id"])
    assert (told["state"], told["code"]) == ("NOT_OPENED", "strike")
    assert cabinet.pulses(door_of(rental)) == before

"""Which boards hang on a line is found by asking: nothing that is asked opens anything, in no family's ears."""

import pytest

from devices.boards.families import FAMILIES, family
from devices.commission.finder import MOST_ADDRESSES, Finder, Found
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.board_lines import VirtualPort
from firmware_sim.clockwork import Clockwork
from firmware_sim.lock_boards import Act, BoardFault
from tests.devices.commission.rig import VirtualStage

NAMES = sorted(FAMILIES)
WAYS = {"cu48": 48, "cu16": 16, "8a": 24, "wkly": 18, "winnsen": 16, "waveshare": 8}
every_family = pytest.mark.parametrize("name", NAMES)


class UnknownLine:
    """Boards of some family, which hear whatever speed is spoken: the worst case."""

    def __init__(self, name, *, addresses=(1, 3), faults=()):
        self.clockwork = Clockwork(start_s=1000.0)
        self.cabinet = BoardCabinet(name, addresses=addresses, ways=WAYS[name], timers=self.clockwork)
        for fault in faults:
            self.cabinet.wires.afflict(fault)
        self.baud = family(name).profile.baud
        self.tried = []

    def find(self):
        return Finder("line", VirtualStage(self.clockwork), self.open_port, self.tried.append).find()

    def open_port(self, url, baud, timers):
        return VirtualPort(self.cabinet.wires, baud=baud, timers=timers)


@every_family
def test_a_family_is_found_with_its_boards_addresses_and_width(name):
    assert UnknownLine(name).find() == [Found(name, "line", address, WAYS[name]) for address in (1, 3)]


@every_family
def test_it_is_found_behind_an_echo_too(name):
    line = UnknownLine(name, addresses=[1], faults=[BoardFault.LOCAL_ECHO])
    assert [(found.family, found.address) for found in line.find()] == [(name, 1)]


@every_family
@pytest.mark.parametrize("address", [1, 2, 3])
def test_nothing_that_is_asked_moves_anything(name, address):
    """A dead line lets every family ask everything it has to ask; the boards listen and are silent."""
    line = UnknownLine(name, addresses=[address])
    board = line.cabinet.wires.boards[0]
    board.when_answering = lambda answer: None

    assert line.find() == []

    assert line.tried == list(FAMILIES)
    assert {order.act for order in board.heard} <= {Act.ASK}
    assert line.cabinet.ledger.pulses() == []


@every_family
def test_no_familys_question_is_another_familys_order(name):
    """Byte for byte, and run together in any order."""
    questions = [
        spoken.sweep(address)[0]
        for spoken in map(family, FAMILIES)
        for address in list(spoken.profile.addresses)[:MOST_ADDRESSES]
    ]
    for address in list(family(name).profile.addresses)[:MOST_ADDRESSES]:
        board = UnknownLine(name, addresses=[address]).cabinet.wires.boards[0]
        for question in [*questions, b"".join(questions), b"".join(reversed(questions))]:
            board.hear(question)
        assert {order.act for order in board.heard} == {Act.ASK}


def test_a_line_without_boards_has_none():
    line = UnknownLine("cu48", faults=[BoardFault.DEAD])
    assert line.find() == []

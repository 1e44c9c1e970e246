"""The infrared bits of a CU16 board, from the line to the bank's signed word."""

from dataclasses import replace

import pytest

from devices.boards.bank import BoardBank, BoardPlan, PlanError
from devices.boards.families import FAMILIES, family
from devices.nodes.contents import SETTLES_S
from devices.wire.messages import EventKind
from firmware_sim.board_lines import VirtualPort
from firmware_sim.building import Building
from firmware_sim.configured_boards import ConfiguredBoards
from firmware_sim.doors import Hands
from firmware_sim.lock_boards import BoardFault
from tests.asker import DEVICE_KEY, GATEWAY_KEY, Asker

CU16 = BoardPlan(family="cu16", port="line", address=1, first_door=1, doors=4, shut_is=True, occupied_is=True)


class Bank:
    """`bank-a` on one board with four doors."""

    def __init__(self, plan):
        self.building = Building(gateway=GATEWAY_KEY.public())
        self.cabinet = ConfiguredBoards(
            "bank-a",
            [plan],
            supplies={},
            physics=self.building.clockwork,
            ledger=self.building.ledger,
            hands=Hands(spring_s=0.15),
            open_port=lambda lines: lambda url, baud, timers: VirtualPort(lines[url].wires, baud=baud, timers=timers),
        )
        self.line = self.cabinet.lines["line"]
        self.building.add_bank("bank-a", cabinet=self.cabinet, key=DEVICE_KEY)
        self.asker = Asker(self.building)
        self.building.banks["bank-a"].power_on()
        self.wait(SETTLES_S + 3)

    def wait(self, seconds):
        self.building.clockwork.advance(seconds)

    def open_and_shut(self, no, *, occupied):
        self.asker.open(no)
        self.wait(1)
        self.line.beams[no].is_broken = occupied
        self.line.doors[no].shut()
        self.wait(SETTLES_S + 2)

    def told(self, no):
        events = [self.asker.events[seq] for seq in sorted(self.asker.events)]
        return [event.kind for event in events if event.door == no and event.kind in {"empty", "occupied"}]


@pytest.mark.parametrize("occupied_is", [False, True])
def test_what_is_put_in_and_taken_out_is_told_whichever_bit_means_occupied(occupied_is):
    bank = Bank(replace(CU16, occupied_is=occupied_is))
    assert [bank.told(no) for no in (1, 2, 3, 4)] == [[EventKind.EMPTY]] * 4

    bank.open_and_shut(2, occupied=True)
    bank.open_and_shut(2, occupied=False)

    assert bank.told(2) == ["empty", "occupied", "empty"]
    assert bank.told(1) == ["empty"]


def test_a_board_whose_beams_nobody_has_spoken_of_says_nothing_of_what_is_inside():
    bank = Bank(replace(CU16, occupied_is=None))
    bank.open_and_shut(1, occupied=False)
    assert bank.told(1) == []


def test_a_channel_that_has_no_beam_all_the_same_says_nothing():
    bank = Bank(replace(CU16, no_beam=[1]))
    bank.open_and_shut(1, occupied=True)
    assert (bank.told(1), bank.told(2)) == ([], ["empty"])


def test_a_beam_that_is_stuck_is_believed_and_one_that_flickers_is_not():
    bank = Bank(CU16)
    bank.line.beams[1].stuck_at = False
    bank.open_and_shut(1, occupied=True)
    assert bank.told(1) == ["empty", "empty"]

    bank.asker.open(1)
    bank.wait(1)
    bank.line.doors[1].shut()
    for _ in range(60):
        bank.line.beams[1].stuck_at = not bank.line.beams[1].stuck_at
        bank.wait(1)
    assert bank.told(1) == ["empty", "empty"]


def test_after_a_board_was_lost_its_beams_are_told_of_again():
    bank = Bank(CU16)
    bank.line.wires.boards[0].faults.add(BoardFault.DEAD)
    bank.wait(30)
    bank.line.beams[3].is_broken = True
    bank.line.wires.boards[0].faults.clear()
    bank.wait(60)
    assert bank.told(3) == ["empty", "occupied"]


@pytest.mark.parametrize("name", [name for name in FAMILIES if not family(name).profile.senses_inside])
def test_a_family_without_inputs_for_beams_is_not_believed_to_have_them(clockwork, name):
    plan = BoardPlan(family=name, port="line", address=1, first_door=1, shut_is=True, occupied_is=True)
    with pytest.raises(PlanError, match=r"board\[0\]\.occupied_is: expected nothing"):
        BoardBank([plan], supplies={}, timers=clockwork)

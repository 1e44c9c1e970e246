"""A bank's boards from its configuration: wired as it says, or one sentence about the first thing that does not fit."""

from dataclasses import replace

import pytest

from devices.boards.bank import BoardBank, BoardPlan, PlanError
from devices.boards.bus import BoardError
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.board_lines import VirtualPort
from firmware_sim.lock_boards import BoardFault

CU48 = BoardPlan(family="cu48", port="/dev/ttyUSB0", address=0, first_door=1)
EIGHT_A = BoardPlan(family="8a", port="/dev/ttyUSB1", address=1, first_door=49, shut_is=True)
BY_ID = f"/dev/serial/by-id/{'x' * 40}-port0"

LISTED = BoardPlan(family="cu48", port="/dev/ttyUSB0", address=0, numbers=[30, 10, 0, 20])


class Lines:
    """Two simulated lines, and a memory of how they were opened."""

    def __init__(self, clockwork):
        self.opened = {}
        self.cabinets = {
            "/dev/ttyUSB0": BoardCabinet("cu48", addresses=[0], ways=48, timers=clockwork),
            BY_ID: BoardCabinet("cu48", addresses=[0], ways=48, timers=clockwork),
            "/dev/ttyUSB1": BoardCabinet("8a", addresses=[1, 2], ways=24, timers=clockwork),
        }

    def open_port(self, url, baud, timers):
        self.opened[url] = baud
        return VirtualPort(self.cabinets[url].wires, baud=baud, timers=timers)


@pytest.mark.parametrize(("name", "ways"), [("cu48", 48), ("wkly", 12)])  # one is looked at whole, one by the channel
def test_a_board_that_is_wired_crookedly_is_used_as_its_lists_say(clockwork, name, ways):
    """Two contacts are crossed, one channel is empty, one switch is of the other kind."""
    wired = {
        "strikes": {(0, 1): 30, (0, 2): 10, (0, 4): 20},
        "contacts": {(0, 2): 30, (0, 1): 10, (0, 4): 20},
        "reversed_contacts": [20],
    }
    cabinet = BoardCabinet(name, addresses=[0], ways=ways, timers=clockwork, **wired)
    plan = replace(LISTED, family=name, contacts=[2, 1], reversed_contacts=[4])
    bank = BoardBank(
        [plan],
        supplies={},
        timers=clockwork,
        open_port=lambda url, baud, timers: VirtualPort(cabinet.wires, baud=baud, timers=timers),
    )
    bank.start(lambda: None)
    clockwork.advance(2)
    assert {no: contact.level for no, (_, contact) in bank.doors.items()} == {30: "shut", 10: "shut", 20: "shut"}
    assert [part.doors for part in bank.parts()] == [[(10, 10), (20, 20), (30, 30)]]
    for no, (strike, contact) in bank.doors.items():
        strike.pulse(0.3)
        clockwork.advance(1)
        assert (no, contact.level, cabinet.doors[no].is_open) == (no, "open", True)


@pytest.fixture
def build(clockwork):
    def build(*plans, supplies=None, taken=()):
        build.lines = Lines(clockwork)
        return BoardBank(plans, supplies=supplies or {}, taken=taken, timers=clockwork, open_port=build.lines.open_port)

    return build


def test_doors_are_numbered_through_the_boards_and_each_line_is_opened_once_at_its_own_speed(build):
    bank = build(CU48, EIGHT_A, replace(EIGHT_A, address=2, first_door=80, doors=8))
    assert sorted(bank.doors) == [*range(1, 73), *range(80, 88)]
    assert build.lines.opened == {"/dev/ttyUSB0": 19200, "/dev/ttyUSB1": 9600}


def test_a_board_that_was_set_to_another_speed_is_spoken_to_at_that(build):
    build(replace(CU48, baud=9600))
    assert build.lines.opened == {"/dev/ttyUSB0": 9600}


def test_a_start_is_over_when_the_boards_of_every_line_were_seen(build, clockwork):
    bank = build(CU48, EIGHT_A)
    seen = []
    bank.start(lambda: seen.append(True))
    clockwork.advance(4)
    assert seen == [True]
    assert {contact.level for _, contact in bank.doors.values()} == {"shut"}


def test_every_board_is_told_of_by_its_port_its_address_and_its_doors(build, clockwork):
    bank = build(CU48, replace(EIGHT_A, address=2, doors=8))
    assert [part.is_lost for part in bank.parts()] == [True, True]  # nobody has looked yet

    bank.start(lambda: None)
    clockwork.advance(4)

    assert [(part.name, part.is_lost, *part.doors) for part in bank.parts()] == [
        ("ttyUSB0#0", False, (1, 48)),
        ("ttyUSB1#2", False, (49, 56)),
    ]


def test_a_port_with_a_long_name_keeps_its_end_and_the_address(build):
    [part] = build(replace(CU48, port=BY_ID)).parts()

    assert part.name == f"{'x' * 23}-port0#0"


def test_each_time_a_board_is_lost_or_found_it_is_told_once(build, clockwork):
    bank = build(EIGHT_A)
    told = []
    bank.when_changed = lambda: told.append(bank.parts()[0].is_lost)
    bank.start(lambda: None)
    clockwork.advance(4)
    board = build.lines.cabinets["/dev/ttyUSB1"].wires.boards[0]

    board.faults.add(BoardFault.DEAD)
    clockwork.advance(30)
    board.faults.discard(BoardFault.DEAD)
    clockwork.advance(60)

    assert told == [False, True, False]


def test_a_door_of_a_board_is_pulsed_by_its_number(build, clockwork):
    bank = build(CU48, EIGHT_A)
    bank.start(lambda: None)
    clockwork.advance(2)
    bank.doors[49 + 2][0].pulse(0.3)
    clockwork.advance(2)
    assert bank.doors[51][1].level == "open"
    assert build.lines.cabinets["/dev/ttyUSB1"].pulses(3) == 1


def test_boards_on_two_lines_with_one_supply_pulse_one_after_the_other(build, clockwork):
    bank = build(CU48, EIGHT_A)
    bank.start(lambda: None)
    clockwork.advance(2)
    bank.doors[1][0].pulse(0.3)
    bank.doors[49][0].pulse(0.3)
    with pytest.raises(BoardError, match="supply main is busy"):
        bank.doors[2][0].pulse(0.3)
    clockwork.advance(3)
    (first,) = build.lines.cabinets["/dev/ttyUSB0"].ledger.pulses()
    (second,) = build.lines.cabinets["/dev/ttyUSB1"].ledger.pulses()
    assert first.until < second.at


def test_a_bank_without_boards_is_seen_at_once(build):
    seen = []
    build().start(lambda: seen.append(True))
    assert seen == [True]


@pytest.mark.parametrize(
    ("plans", "said"),
    [
        ([replace(CU48, family="cu49")], r"board\[0\]\.family: expected one of cu48, .*found 'cu49'"),
        ([replace(EIGHT_A, ways=51)], r"board\[0\]\.ways: an 8a board has 2 to 50 channels, not 51"),
        ([replace(CU48, address=10)], r"board\[0\]\.address: expected 0 to 9 for cu48, found 10"),
        ([replace(CU48, doors=49)], r"board\[0\]\.doors: expected 1 to 48, .*found 49"),
        ([replace(EIGHT_A, shut_is=None)], r"board\[0\]\.shut_is: a 8a board .*found nothing"),
        ([replace(CU48, first_door=500)], r"board\[0\]\.first_door: expected doors of 1 to 512, found 513"),
        ([replace(CU48, numbers=[1])], r"board\[0\]\.first_door: expected this or numbers, one of the two, found 1"),
        ([replace(CU48, first_door=None)], r"board\[0\]\.first_door: expected this or numbers.*found nothing"),
        ([replace(LISTED, numbers=[0] * 49)], r"board\[0\]\.numbers: expected at most 48, .*found 49"),
        ([replace(LISTED, numbers=[1, 2, 1])], r"board\[0\]\.numbers: door 1 stands there twice"),
        ([replace(LISTED, contacts=[1, 49])], r"board\[0\]\.contacts: expected channels of 1 to 48, found 49"),
        ([replace(LISTED, contacts=[2])], r"board\[0\]\.contacts: expected a contact of its own .*found \[2\]"),
        ([replace(LISTED, reversed_contacts=[0])], r"board\[0\]\.contacts: expected channels of 1 to 48, found 0"),
        ([replace(CU48, supply="left")], r"board\[0\]\.supply: expected one of main, found 'left'"),
        ([replace(CU48, lock_amperes=3.5)], r"board\[0\]\.lock_amperes: expected at most the 3 A .*found 3\.5"),
        ([CU48, replace(EIGHT_A, first_door=48)], r"board\[1\]\.first_door: door 48 stands there twice, found 48"),
        ([CU48, replace(CU48, first_door=101)], r"board\[1\]\.address: stands there twice on /dev/ttyUSB0, found 0"),
        ([CU48, replace(EIGHT_A, port=CU48.port)], r"board\[1\]\.family: expected 'cu48' .*found '8a'"),
        (
            [EIGHT_A, replace(EIGHT_A, address=2, first_door=101, ways=8)],
            r"board\[1\]\.ways: expected None as of the other board on /dev/ttyUSB1, found 8",
        ),
        (
            [CU48, replace(CU48, address=1, first_door=101, baud=9600)],
            r"board\[1\]\.baud: expected None .*found 9600",
        ),
    ],
)
def test_what_does_not_fit_is_named_with_what_was_found(build, plans, said):
    with pytest.raises(PlanError, match=said):
        build(*plans)


def test_a_door_that_hangs_on_a_pin_cannot_hang_on_a_board_too(build):
    with pytest.raises(PlanError, match=r"board\[0\]\.first_door: door 7 stands there twice"):
        build(CU48, taken=[7])

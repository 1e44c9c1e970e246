"""From what goes wrong at a door or a board to what staff read of it, through everything that is ours."""

import pytest
from sqlalchemy import select

from firmware_sim.lock_boards import BoardFault
from gateway.faults.model import Pulse, PulseEnd
from tests.journeys.board_centre import BANK, DOOR, DOORS, DOORS_OF_A_BOARD, SPRING_S
from tests.journeys.test_press_to_contact import every_board, every_family, press


@every_family
def test_a_door_that_was_levered_open_is_an_alarm_within_seconds_and_says_whose(open_centre, family):
    centre = open_centre(family)
    rental = centre.rent(DOOR)

    centre.door(DOOR).force()
    centre.clockwork.advance(5)

    forced = centre.alerts()["forced"]
    assert forced["text"].startswith(f"大厅 {DOOR:02} 号柜：门开了，但没有人通过系统开门")
    assert [(one["by"], one["id"]) for one in forced["touches"]] == [("rental", rental["id"])]
    assert [fault["kind"] for fault in centre.locks()[DOOR]["faults"]] == ["forced"]


@every_board
def test_a_board_that_dies_is_told_within_two_minutes_and_its_doors_are_unknown_never_shut(open_centre, family):
    centre = open_centre(family)
    assert {lock["level"] for lock in centre.locks().values()} == {"shut"}

    centre.line.wires.boards[1].faults.add(BoardFault.DEAD)
    centre.pass_minutes(2)

    dead = centre.alerts()["board_dead"]
    assert "锁控板 line#2 没有应答，5–8 号门现在打不开" in dead["text"]
    levels = [lock["level"] for _, lock in sorted(centre.locks().items())]
    assert levels == ["shut"] * DOORS_OF_A_BOARD + ["unknown"] * DOORS_OF_A_BOARD
    assert [no for no, lock in centre.locks().items() if lock["faults"]] == list(range(DOORS_OF_A_BOARD + 1, DOORS + 1))

    centre.line.wires.boards[1].faults.discard(BoardFault.DEAD)
    centre.pass_minutes(1)
    assert {lock["level"] for lock in centre.locks().values()} == {"shut"}
    assert centre.alerts()["board_dead"]["over_at"] is not None


@every_family
def test_how_long_a_door_took_to_open_is_kept(open_centre, family):
    centre = open_centre(family)

    press(centre, pass_s=3)

    with centre.gateway.engine.sessions.read() as session:
        [pulse] = session.scalars(select(Pulse))
    assert pulse.came_to is PulseEnd.OPENED
    assert SPRING_S * 1000 <= pulse.open_ms <= SPRING_S * 1000 + 500


@pytest.mark.parametrize("family", ["cu48"])
def test_a_bank_that_lost_its_power_is_told_of_and_is_right_again_by_itself(open_centre, family):
    centre = open_centre(family)
    centre.building.banks[BANK].power_off()
    centre.pass_minutes(3)
    assert list(centre.alerts()) == ["device_silent"]

    centre.power_on()
    centre.pass_minutes(2)
    assert centre.alerts() == {}

"""From `POST /unlocks` to `GET /unlocks/{id}`: every family of boards, and pins, through everything that is ours.

Whatever a board or a door does, the member is told the truth, or that nobody knows it.
"""

import pytest

from devices.boards.families import FAMILIES
from devices.boards.families import family as family_of
from firmware_sim.ledger import What
from firmware_sim.lock_boards import BoardFault
from tests.journeys.board_centre import BANK, DOOR, DOORS, GPIO

every_family = pytest.mark.parametrize("family", [*sorted(FAMILIES), GPIO])
every_board = pytest.mark.parametrize("family", sorted(FAMILIES))

SETTLED_S = 6.0  # the watch of 3 s, and the question that follows it
OVER_S = 14.0  # nothing opens later than 13 s after it was asked for
MEANS_SHUT = {"NOT_OPENED", "EXPIRED", "REFUSED"}


def press(centre, door=DOOR, *, first=lambda: None, then=lambda: None, pass_s=SETTLED_S):
    """Rent, let something happen, press, again, wait; what the phone reads of it, as state and code."""
    rental = centre.rent(door)
    first()
    unlock = centre.press(rental)
    then()
    centre.clockwork.advance(pass_s)
    told = centre.told(unlock)
    return told["state"], told["code"]


def opened_by_strike(centre):
    return [fact.door for fact in centre.building.ledger.facts() if fact.what is What.OPENED and fact.cause == "strike"]


@every_family
def test_a_press_opens_its_door_alone_and_the_phone_reads_opened_within_three_seconds(open_centre, family):
    centre = open_centre(family)

    told = press(centre, pass_s=3)

    assert told == ("OPENED", "")
    assert [no for no in range(1, DOORS + 1) if centre.door(no).is_open] == [DOOR]


@every_family
def test_a_jammed_door_is_told_as_not_opened(open_centre, family):
    centre = open_centre(family)
    centre.door(DOOR).jam()

    assert press(centre) == ("NOT_OPENED", "no_edge")
    assert not centre.door(DOOR).is_open


@every_family
def test_a_door_that_stands_open_is_told_as_already_open(open_centre, family):
    centre = open_centre(family)

    def lever_it_open():
        centre.door(DOOR).force()
        centre.clockwork.advance(5)

    assert press(centre, first=lever_it_open)[0] == "ALREADY_OPEN"


@every_family
def test_a_dead_bank_is_told_as_such_and_opens_nothing_later(open_centre, family):
    centre = open_centre(family)
    unlock = centre.press(centre.rent(DOOR))
    centre.building.banks[BANK].power_off()
    centre.clockwork.advance(OVER_S)
    centre.power_on()

    assert centre.told(unlock)["state"] in MEANS_SHUT
    assert opened_by_strike(centre) == []


@pytest.mark.parametrize("family", [name for name in sorted(FAMILIES) if family_of(name).profile.words_are_answered])
def test_a_board_that_does_not_say_that_it_has_unlocked_has_unlocked_all_the_same(open_centre, family):
    centre = open_centre(family, lambda centre: centre.line.wires.afflict(BoardFault.SILENT_UNLOCK))

    assert press(centre) == ("OPENED", "")


@every_board
def test_an_echo_of_the_line_opens_nothing_in_anybodys_eyes(open_centre, family):
    centre = open_centre(family, lambda centre: centre.line.wires.afflict(BoardFault.LOCAL_ECHO))
    centre.door(DOOR).jam()

    assert press(centre) == ("NOT_OPENED", "no_edge")


@every_board
def test_behind_an_echo_a_door_that_opens_is_told_as_opened(open_centre, family):
    centre = open_centre(family, lambda centre: centre.line.wires.afflict(BoardFault.LOCAL_ECHO))

    assert press(centre) == ("OPENED", "")


@every_board
def test_on_a_dead_board_it_is_certain_that_nothing_opened_and_the_other_board_serves_on(open_centre, family):
    centre = open_centre(family)

    def die():
        centre.line.wires.boards[1].faults.add(BoardFault.DEAD)
        centre.clockwork.advance(5)

    assert press(centre, first=die) == ("NOT_OPENED", "strike")
    assert opened_by_strike(centre) == []
    centre.let_another_come()
    assert press(centre, 1) == ("OPENED", "")


@every_board
def test_of_a_board_that_dies_in_the_act_nobody_is_told_that_its_door_stayed_shut(open_centre, family):
    centre = open_centre(family)

    def die_in_the_act():
        while not centre.building.ledger.pulses(BANK, DOOR):
            centre.clockwork.advance(0.002)
        centre.line.wires.boards[1].faults.add(BoardFault.DEAD)

    assert press(centre, then=die_in_the_act)[0] == "POSSIBLE"
    assert opened_by_strike(centre) == [DOOR]


@every_board
def test_with_the_polarity_the_wrong_way_round_nobody_rents_and_no_press_is_told_as_opened(open_centre, family):
    """A shut door looks open: it has no next holder, and its present one reads that it is open already, and looks."""
    centre = open_centre(family)

    def flip():
        centre.line.wires.afflict(BoardFault.FLIPPED_POLARITY)
        centre.clockwork.advance(5)

    assert press(centre, first=flip)[0] == "ALREADY_OPEN"
    centre.let_another_come()
    assert centre.refusal_to_rent(1) == "door_open"


@every_board
def test_a_board_that_sticks_after_its_unlock_is_waited_for_and_never_told_as_not_opened(open_centre, family):
    """A cu16 has a word that wakes it in time; of the others' doors nobody knows while they are stuck."""
    centre = open_centre(family, lambda centre: centre.line.wires.afflict(BoardFault.BUSY_STUCK))

    state, _ = press(centre)

    assert state == ("OPENED" if family == "cu16" else "POSSIBLE")
    assert opened_by_strike(centre) == [DOOR]


@pytest.mark.parametrize("family", ["8a", "winnsen"])  # the slowest, and the one without a checksum
@pytest.mark.parametrize("fault", [BoardFault.DROPPED_BYTE, BoardFault.SLOW_REPLY])
def test_on_a_bad_line_the_member_is_never_told_the_opposite_of_what_happened(open_centre, family, fault):
    centre = open_centre(family, lambda centre: centre.line.wires.afflict(fault))

    state, _ = press(centre)

    if opened_by_strike(centre):
        assert state not in MEANS_SHUT
    else:
        assert state in MEANS_SHUT

"""From a beam across a compartment to the reminders on its holder's phone, and to nothing else."""

import pytest

from devices.boards.families import FAMILIES, family
from devices.nodes.contents import SETTLES_S
from tests.journeys.board_centre import DOOR, GPIO

WITH_BEAMS = [name for name in sorted(FAMILIES) if family(name).profile.senses_inside]
TOLD_S = SETTLES_S + 2.0  # a look of the board, and the way to the phone


def a_late_rental(centre):
    """Things were put in, and its time is over: the member has been told."""
    rental = centre.rent(DOOR, minutes=2)
    visit(centre, rental, centre.put_in)
    centre.pass_minutes(2)
    assert centre.reminders() == ["rental_grace"]
    return rental


def visit(centre, rental, do):
    centre.press(rental)
    centre.clockwork.advance(2)
    assert centre.door(DOOR).is_open
    do(DOOR)
    centre.door(DOOR).shut()
    centre.clockwork.advance(TOLD_S)


@pytest.mark.parametrize("family", WITH_BEAMS)
def test_reminders_stop_the_moment_the_door_proves_emptied_and_start_again_when_it_proves_full(open_centre, family):
    centre = open_centre(family)
    rental = a_late_rental(centre)
    assert centre.inside(DOOR) == "occupied"

    visit(centre, rental, centre.take_out)
    assert (centre.inside(DOOR), centre.reminders()) == ("empty", [])
    centre.pass_minutes(1)
    assert centre.reminders() == []

    visit(centre, rental, centre.put_in)
    assert (centre.inside(DOOR), centre.reminders()) == ("occupied", ["rental_grace"])


@pytest.mark.parametrize("family", WITH_BEAMS)
def test_a_beam_that_is_stuck_or_flickers_ends_no_rental_and_frees_no_compartment(open_centre, family):
    centre = open_centre(family)
    rental = a_late_rental(centre)
    beam = centre.line.beams[DOOR]

    beam.stuck_at = False
    visit(centre, rental, lambda door: None)
    assert centre.reminders() == []
    for _ in range(10):
        beam.stuck_at = not beam.stuck_at
        centre.clockwork.advance(7)

    centre.let_another_come()
    assert centre.refusal_to_rent(DOOR) == "compartment_taken"
    centre.let_another_come()
    visit(centre, rental, centre.take_out)


@pytest.mark.parametrize("family", ["cu48", GPIO])
def test_where_no_beam_tells_an_opening_stops_no_reminder(open_centre, family):
    centre = open_centre(family)
    rental = a_late_rental(centre)

    visit(centre, rental, centre.take_out)
    centre.pass_minutes(1)

    assert (centre.inside(DOOR), centre.reminders()) == ("unknown", ["rental_grace"])

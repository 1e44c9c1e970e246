"""A contact that has come off says open for ever: from the board to the phone of whoever wants to give back."""

from tests.journeys.board_centre import DOOR


def test_whoever_wants_to_give_back_behind_a_contact_that_has_come_off_is_not_trapped(open_centre):
    centre = open_centre("cu48")
    rental = centre.rent(DOOR)
    centre.line.reeds[DOOR].come_off()
    centre.clockwork.advance(2)
    for _ in range(3):
        unlock = centre.press(rental)
        centre.clockwork.advance(2)
        centre.door(DOOR).shut()
        assert centre.told(unlock)["state"] == "ALREADY_OPEN"
        assert centre.give_back(rental, seen_shut="true") == (409, "door_open")
        centre.pass_minutes(6)

    assert "sensor_suspect" in centre.alerts()
    assert centre.give_back(rental) == (409, "sensor_suspect")
    assert centre.give_back(rental, seen_shut="true") == (200, "ENDED")

    centre.line.reeds[DOOR].repair()
    centre.door(DOOR).force()
    centre.door(DOOR).shut()
    centre.clockwork.advance(2)
    centre.let_another_come()
    assert centre.refusal_to_rent(DOOR) == "compartment_not_ready"

"""The physics of one door: latch, spring, hands and contact."""

import pytest

from firmware_sim.clockwork import Clockwork
from firmware_sim.doors import SimulatedDoor
from firmware_sim.ledger import Cause, Fact, Ledger, What
from firmware_sim.pins import SolderedPin, SolderedPins


class Bench:
    """A door on a workbench, with a hand on its strike's wire and an eye on its contact's."""

    def __init__(self, **door) -> None:
        pins = SolderedPins()
        self.clockwork = Clockwork()
        self.ledger = Ledger()
        self.strike: SolderedPin = pins.pin(17)
        self.contact: SolderedPin = pins.pin(27)
        self.seen: list[bool] = []
        self.door = SimulatedDoor(
            1,
            device="bank-a",
            strike=self.strike,
            contact=self.contact,
            timers=self.clockwork,
            ledger=self.ledger,
            **door,
        )
        self.strike.output_with_state(not door.get("strike_active_high", True))
        self._note = lambda ticks, state: self.seen.append(bool(state))  # the pin holds it weakly
        self.contact.when_changed = self._note

    def pulse(self, seconds: float) -> None:
        self.strike.state = 1
        self.clockwork.advance(seconds)
        self.strike.state = 0

    def history(self) -> list[tuple[float, What, Cause | None]]:
        return [(fact.at, fact.what, fact.cause) for fact in self.ledger.facts()]


def test_a_pulse_springs_the_door_and_the_contact_says_so():
    bench = Bench(spring_s=0.15)

    bench.pulse(0.5)

    assert bench.door.is_open
    assert bench.contact.state  # high: the switch is apart
    assert bench.history() == [
        (0.0, What.STRIKE_ON, None),
        (0.15, What.OPENED, Cause.STRIKE),
        (0.5, What.STRIKE_OFF, None),
    ]


def test_without_a_spring_time_the_door_is_open_before_the_strike_call_returns():
    bench = Bench(spring_s=0.0)
    bench.strike.state = 1
    assert bench.door.is_open


def test_a_pulse_shorter_than_the_springs_way_opens_all_the_same():
    bench = Bench(spring_s=0.15)
    bench.pulse(0.05)
    assert not bench.door.is_open
    bench.clockwork.advance(0.1)
    assert bench.door.is_open


def test_a_door_once_open_stays_open_until_somebody_shuts_it():
    bench = Bench()
    bench.pulse(0.5)
    bench.clockwork.advance(3600)
    assert bench.door.is_open

    bench.door.shut()

    assert not bench.door.is_open
    assert not bench.contact.state
    assert bench.history()[-1] == (3600.5, What.SHUT, None)


def test_two_pulses_open_an_open_door_once():
    bench = Bench()
    bench.pulse(0.5)
    bench.pulse(0.5)
    assert len(bench.ledger.openings()) == 1
    assert len(bench.ledger.pulses()) == 2


def test_a_jammed_door_does_not_open():
    bench = Bench()
    bench.door.jam()
    bench.pulse(0.5)
    bench.clockwork.advance(10)
    bench.door.unjam()
    assert not bench.door.is_open
    assert bench.ledger.openings() == []


def test_a_door_freed_while_its_strike_is_on_springs_open():
    bench = Bench()
    bench.door.jam()
    bench.strike.state = 1
    bench.door.unjam()
    assert bench.door.is_open


def test_a_door_that_jams_on_its_way_stays_shut():
    bench = Bench(spring_s=0.2)
    bench.strike.state = 1
    bench.clockwork.advance(0.1)
    bench.door.jam()
    bench.clockwork.advance(1)
    assert not bench.door.is_open


def test_force_opens_even_a_jammed_door_and_the_ledger_tells_it_from_a_strike():
    bench = Bench()
    bench.door.jam()
    bench.door.force()
    bench.door.force()
    assert bench.history()[1:] == [(0.0, What.OPENED, Cause.FORCED)]


def test_whoever_shuts_a_door_during_the_pulse_leans_on_it_until_the_latch_catches():
    bench = Bench()
    bench.strike.state = 1
    bench.door.shut()
    assert bench.door.is_open
    bench.strike.state = 0
    assert not bench.door.is_open
    assert len(bench.ledger.openings()) == 1


def test_a_hand_on_the_door_holds_it_against_the_spring():
    bench = Bench(spring_s=0.2)
    bench.pulse(0.1)
    bench.door.shut()
    bench.clockwork.advance(1)
    assert not bench.door.is_open


def test_a_member_shuts_the_door_after_a_while():
    bench = Bench(closes_after_s=lambda: 8.0)
    bench.pulse(0.5)
    bench.clockwork.advance(7.4)
    assert bench.door.is_open
    bench.clockwork.advance(0.2)
    assert not bench.door.is_open


def test_a_door_shut_by_hand_is_not_shut_again_after_the_next_opening_too_early():
    bench = Bench(closes_after_s=lambda: 8.0)
    bench.pulse(0.5)
    bench.clockwork.advance(5)
    bench.door.shut()
    bench.pulse(0.5)
    bench.clockwork.advance(5)
    assert bench.door.is_open


def test_a_bouncing_contact_flutters_and_ends_where_the_door_is():
    bench = Bench(bounce_s=[0.002, 0.001])
    bench.pulse(0.5)
    assert bench.seen == [True, False, True, False, True]
    bench.door.shut()
    bench.clockwork.advance(1)
    assert bench.seen[5:] == [False, True, False, True, False]


def test_a_new_move_ends_the_old_flutter():
    bench = Bench(bounce_s=[0.5])
    bench.door.force()
    bench.door.bounce_s = ()
    bench.door.shut()
    bench.clockwork.advance(5)
    assert not bench.contact.state


@pytest.mark.parametrize(("closed_is_low", "level_when_shut"), [(True, False), (False, True)])
def test_the_contact_can_be_wired_either_way(closed_is_low: bool, level_when_shut: bool):
    bench = Bench(contact_closed_is_low=closed_is_low)
    assert bench.contact.state is level_when_shut
    bench.door.force()
    assert bench.contact.state is not level_when_shut


def test_an_active_low_strike_does_not_twitch_when_its_pin_is_set_up():
    bench = Bench(strike_active_high=False)
    assert bench.ledger.facts() == []
    bench.strike.state = 0
    assert bench.door.is_energised


def test_a_pin_that_is_let_go_drives_nothing():
    bench = Bench()
    bench.strike.state = 1
    bench.strike.close()
    assert not bench.door.is_energised
    assert bench.ledger.pulses()[0].until == 0.0


def test_a_pull_does_not_overcome_the_contacts_wire():
    bench = Bench()
    bench.contact.pull = "up"
    assert not bench.contact.state


# --- a process that was killed leaves its doors behind


def left_behind(facts: list[Fact], **door) -> Bench:
    bench = Bench(**door)
    bench.clockwork.advance(100)
    bench.door.resume(facts)
    return bench


def fact(at: float, what: What) -> Fact:
    return Fact(at=at, device="bank-a", door=1, what=what)


def test_a_door_stands_as_the_last_process_left_it():
    bench = left_behind([fact(1, What.STRIKE_ON), fact(1.1, What.OPENED), fact(1.3, What.STRIKE_OFF)])
    assert bench.door.is_open
    assert bench.contact.state
    assert bench.history() == []

    bench = left_behind([fact(1, What.OPENED), fact(9, What.SHUT), fact(10, What.JAMMED)])
    assert not bench.door.is_open
    assert bench.door.is_jammed


def test_a_strike_that_was_on_when_its_process_died_has_let_go_and_the_door_has_sprung():
    bench = left_behind([fact(1, What.STRIKE_ON)], spring_s=0.15)
    assert bench.door.is_open
    assert not bench.door.is_energised
    assert bench.history() == [(1, What.STRIKE_OFF, None), (1.15, What.OPENED, Cause.STRIKE)]


def test_unless_it_was_jammed():
    bench = left_behind([fact(0, What.JAMMED), fact(1, What.STRIKE_ON)])
    assert not bench.door.is_open


def test_or_had_opened_already():
    bench = left_behind([fact(1, What.STRIKE_ON), fact(1.2, What.OPENED)])
    assert bench.history() == [(1.2, What.STRIKE_OFF, None)]


def test_a_door_found_open_is_shut_by_its_member_in_the_end():
    bench = left_behind([fact(1, What.OPENED)], closes_after_s=lambda: 8.0)
    bench.clockwork.advance(9)
    assert not bench.door.is_open


def test_a_jam_is_written_down_once_and_so_is_its_end():
    bench = Bench()
    for act in (bench.door.unjam, bench.door.jam, bench.door.jam, bench.door.unjam):
        act()
    assert [what for _, what, _ in bench.history()] == [What.JAMMED, What.FREED]


def test_a_board_has_as_many_pins_as_a_big_bank_needs_and_no_more():
    pins = SolderedPins()
    assert pins.pin("GPIO900") is pins.pin(900)
    with pytest.raises(ValueError, match="not a pin"):
        pins.pin(4096)

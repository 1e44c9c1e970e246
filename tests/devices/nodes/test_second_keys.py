"""A cabinet's own second key: it alone lifts the limit of openings, and by its rule the bank opens by itself."""

from itertools import pairwise

import pytest

from devices.wire.messages import SecondKey
from firmware_sim.building import Building
from firmware_sim.doors import Hands
from firmware_sim.keys import KeyWiring
from firmware_sim.ledger import What
from tests.asker import DEVICE_KEY, GATEWAY_KEY, Asker, permission

FIRE, KEY = SecondKey.FIRE_CONTACT, SecondKey.KEY_SWITCH
DOORS = 24
ONE_PULSE_S = 0.4 + 0.15


class Bank:
    """`bank-a`: a key switch that lifts the limit, and a fire contact by whose rule it opens, unless told not to."""

    def __init__(self, *, doors=DOORS, opens_all=True, spring_s=0.15):
        self.building = Building(gateway=GATEWAY_KEY.public())
        self.clockwork = self.building.clockwork
        keys = {
            KEY: KeyWiring(on_pin=200),
            FIRE: KeyWiring(rest_pin=201, on_pin=202, opens_all=opens_all),
        }
        self.bank = self.building.add_bank(
            "bank-a", doors=doors, key=DEVICE_KEY, second_keys=keys, settle_s=0.03, hands=Hands(spring_s=spring_s)
        )
        self.asker = None

    def start(self, *, gateway=True):
        if gateway:
            self.asker = Asker(self.building)
        self.bank.power_on()
        self.clockwork.advance(1)
        return self

    @property
    def fire(self):
        return self.bank.keys[FIRE]

    def pulses(self, no=None):
        return self.building.ledger.pulses("bank-a", no)

    def shut(self):
        return [no for no, door in self.bank.doors.items() if not door.is_open]

    def told(self, *kinds):
        events = [self.asker.events[seq] for seq in sorted(self.asker.events)]
        return [event for event in events if event.kind in kinds]

    def storm(self, count=1000, seconds=60.0):
        """So many authentic commands, each challenge answered rightly: what a gateway in a thief's hands would send."""
        for number in range(count):
            self.asker.open(number % DOORS + 1)
            self.clockwork.advance(seconds / count)
            for door in self.bank.doors.values():
                door.shut()


@pytest.fixture
def bank():
    return Bank().start()


def test_of_a_thousand_authentic_openings_in_a_minute_six_are_followed(bank):
    bank.storm()

    assert len(bank.pulses()) == 6
    assert set(bank.asker.refusals()) == {"rate", "busy"} or set(bank.asker.refusals()) == {"rate"}


def test_while_the_key_is_turned_at_the_cabinet_they_are_not_counted(bank):
    bank.bank.keys[KEY].turn_on()
    bank.clockwork.advance(1)
    bank.storm()

    assert len(bank.pulses()) > 100
    assert "rate" not in bank.asker.refusals()


def test_once_it_is_turned_back_the_limit_holds_again(bank):
    bank.bank.keys[KEY].turn_on()
    bank.clockwork.advance(1)
    bank.storm(100, seconds=6)
    bank.bank.keys[KEY].turn_off()
    bank.clockwork.advance(1)
    before = len(bank.pulses())
    bank.storm(500, seconds=30)

    assert len(bank.pulses()) == before


def test_a_cut_cable_lifts_nothing_and_opens_nothing(bank):
    bank.fire.cut()
    bank.storm()

    assert len(bank.pulses()) == 6
    assert [(event.kind, event.reason) for event in bank.told("key_fault")] == [("key_fault", FIRE)]


def test_a_fire_opens_every_door_one_pulse_at_a_time_with_the_gateway_dead():
    bank = Bank().start(gateway=False)
    began_at = bank.clockwork.now()
    bank.fire.turn_on()
    while bank.shut():
        bank.clockwork.advance(0.05)
        assert bank.clockwork.now() < began_at + 60

    pulses = bank.pulses()
    assert len(pulses) == DOORS
    assert all(later.at >= earlier.until + 0.15 - 1e-6 for earlier, later in pairwise(pulses))
    assert bank.clockwork.now() - began_at <= DOORS * ONE_PULSE_S + 0.3


def test_a_bank_without_the_rule_does_nothing_but_say_so():
    bank = Bank(opens_all=False).start()
    bank.fire.turn_on()
    bank.clockwork.advance(60)

    assert bank.pulses() == []
    assert [event.reason for event in bank.told("key_on")] == [FIRE]


def test_each_opening_is_told_once_as_an_emergency_and_never_as_forced_when_the_gateway_returns():
    bank = Bank().start(gateway=False)
    bank.fire.turn_on()
    bank.clockwork.advance(60)
    bank.asker = Asker(bank.building)
    bank.clockwork.advance(60)

    assert sorted(event.door for event in bank.told("emergency")) == list(range(1, DOORS + 1))
    assert {event.reason for event in bank.told("emergency")} == {FIRE}
    assert bank.told("forced", "door_open", "inferred", "possible") == []


def test_a_door_that_does_not_open_is_tried_three_times_and_no_more(bank):
    bank.bank.doors[5].jam()
    bank.fire.turn_on()
    bank.clockwork.advance(300)

    assert bank.shut() == [5]
    assert len(bank.pulses(5)) == 3
    assert len(bank.pulses()) == DOORS + 2


def test_a_door_whose_broken_contact_says_open_is_pulsed_too_and_last(bank):
    bank.bank.doors[3]._contact.wire(True)  # its wire breaks
    bank.clockwork.advance(1)
    bank.fire.turn_on()
    bank.clockwork.advance(60)

    assert bank.pulses()[-1].door == 3
    assert bank.bank.doors[3].is_open


def test_back_at_rest_no_further_door_opens(bank):
    bank.fire.turn_on()
    bank.clockwork.advance(3)
    bank.fire.turn_off()
    bank.clockwork.advance(1)
    before = len(bank.pulses())
    bank.clockwork.advance(60)

    assert 0 < before < DOORS
    assert len(bank.pulses()) == before


def test_wires_that_burn_in_the_fire_do_not_stop_it(bank):
    bank.fire.turn_on()
    bank.clockwork.advance(3)
    bank.fire.cut()
    bank.clockwork.advance(60)

    assert bank.shut() == []


def test_a_door_levered_open_after_the_fire_is_forced_again(bank):
    bank.bank.doors[5].jam()
    bank.fire.turn_on()
    bank.clockwork.advance(60)
    bank.bank.doors[5].force()
    bank.clockwork.advance(1)

    assert [event.door for event in bank.told("forced")] == [5]


def test_a_door_that_a_member_has_just_asked_for_stays_theirs(bank):
    bank.bank.doors[1].jam()
    asked = bank.asker.open(1)
    bank.clockwork.advance(0.1)
    bank.fire.turn_on()
    bank.clockwork.advance(0.5)
    bank.bank.doors[1].unjam()
    bank.bank.doors[1].force()
    bank.clockwork.advance(60)

    assert [(event.door, event.cmd_id) for event in bank.told("door_open")] == [(1, asked)]
    assert [pulse.door for pulse in bank.pulses()].index(1, 1) == DOORS  # the rule's pulse of it, the last of all
    assert 1 not in [event.door for event in bank.told("emergency")]


def test_a_command_for_a_door_that_the_rule_has_just_pulsed_is_refused_and_the_opening_stays_the_rules(bank):
    bank.bank.doors[1].jam()
    bank.fire.turn_on()
    bank.clockwork.advance(0.5)
    bank.asker.open(1)
    bank.clockwork.advance(0.2)
    bank.bank.doors[1].force()
    bank.clockwork.advance(60)

    assert bank.asker.refusals() == ["busy"]
    assert 1 in [event.door for event in bank.told("emergency")]


@pytest.mark.parametrize("step", ["intent.kept", "pulsed", "done.kept"])
def test_a_power_cut_halfway_ends_no_emergency_and_loses_no_record(step):
    bank = Bank().start()
    for nth in (3, 9):
        bank.bank.crash_at(step, nth=nth, back_after_s=2.0)
    bank.fire.turn_on()
    bank.clockwork.advance(120)

    assert bank.shut() == []
    openings = [fact for fact in bank.building.ledger.openings("bank-a") if fact.what is What.OPENED]
    assert sorted(event.door for event in bank.told("emergency")) == sorted(fact.door for fact in openings)
    assert bank.told("forced") == []


@pytest.mark.parametrize("back_after_s", [0.0, 0.1])
def test_a_door_that_springs_open_just_after_a_restart_is_still_the_rules(back_after_s):
    bank = Bank().start()
    bank.bank.crash_at("pulsed", back_after_s=back_after_s)
    bank.fire.turn_on()
    bank.clockwork.advance(0.3)
    bank.fire.turn_off()
    bank.clockwork.advance(60)

    assert next(event.door for event in bank.told("emergency")) == 1
    assert bank.told("forced") == []


def test_a_fire_that_began_in_a_power_cut_is_seen_at_the_start():
    bank = Bank()
    bank.fire.turn_on()
    bank.start()
    bank.clockwork.advance(60)

    assert bank.shut() == []


def test_at_every_start_it_says_how_each_key_stands(bank):
    bank.bank.reboot()
    bank.clockwork.advance(2)

    kinds = [event.kind for event in bank.told("boot", "key_on", "key_off", "key_fault")]
    assert kinds == ["boot", "key_off", "key_off"] * 2


def test_a_signed_permission_is_still_needed_while_the_key_is_on(bank):
    bank.bank.keys[KEY].turn_on()
    bank.clockwork.advance(1)
    bank.asker.signs = False
    bank.asker.open(1)
    bank.clockwork.advance(0.1)
    made = bank.asker.challenges[-1]
    bank.asker.say("bank-a", permission(made))
    bank.asker.say("bank-a", permission(made))
    bank.clockwork.advance(1)

    assert len(bank.pulses()) == 1
    assert bank.asker.refusals() == ["no_challenge"]

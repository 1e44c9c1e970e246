"""The real firmware in the pretended building: it opens, crashes wherever told, and comes back with its memory only."""

import pytest

from devices.wire.messages import Sreq
from firmware_sim.building import Building
from firmware_sim.doors import Hands
from firmware_sim.ledger import What

BEFORE_THE_PULSE = ["open.verified", "nonce.deleted", "edges.flushed", "intent.kept"]
AFTER_THE_PULSE = ["pulsed", "done.kept"]


def test_a_door_that_is_asked_to_open_opens_and_every_step_is_told(building: Building, asker):
    asker.open(1)
    building.clockwork.advance(1)

    assert building.levels() == {("bank-a", 1): True, ("bank-a", 2): False}
    assert asker.kinds()[-3:] == ["intent", "done", "door_open"]
    pulse = building.ledger.pulses()[0]
    assert pulse.until == pytest.approx(pulse.at + 0.3)


def test_what_happens_at_a_door_is_heard_at_the_gateway(building: Building, asker):
    building.door("bank-a", 2).force()
    building.clockwork.advance(0)
    building.door("bank-a", 2).shut()
    building.clockwork.advance(0)

    assert asker.kinds()[-2:] == ["forced", "door_closed"]


def test_a_bouncing_contact_that_is_given_time_to_settle_is_told_once(building: Building, asker):
    bank = building.add_bank("bank-b", doors=1, settle_s=0.03, hands=Hands(bounce_s=[0.004, 0.002, 0.001]))
    bank.power_on()
    building.clockwork.advance(1)

    asker.open(1, device="bank-b")
    building.clockwork.advance(1)

    assert bank.log.last_seq() == len(["boot", "door_closed", "intent", "done", "door_open"])


@pytest.mark.parametrize("step", BEFORE_THE_PULSE)
def test_a_crash_before_the_pulse_moves_nothing(building: Building, asker, step: str):
    building.banks["bank-a"].crash_at(step, back_after_s=1)

    asker.open(1)
    building.clockwork.advance(10)

    assert building.ledger.pulses() == []
    assert building.banks["bank-a"].starts == 2
    assert asker.kinds().count("boot") == 2


@pytest.mark.parametrize("step", AFTER_THE_PULSE)
def test_a_crash_after_the_pulse_ends_the_pulse_and_is_inferred_from_the_open_door(
    building: Building, asker, step: str
):
    building.banks["bank-a"].crash_at(step, back_after_s=1)

    asker.open(1)
    building.clockwork.advance(10)

    (pulse,) = building.ledger.pulses()
    assert pulse.until == pulse.at  # without power the strike lets go at once
    assert asker.kinds()[-1] == "inferred"


def test_only_the_nth_time_counts_and_only_once(building: Building, asker):
    bank = building.banks["bank-a"]
    bank.crash_at("pulsed", nth=2, back_after_s=0)
    for _ in range(3):
        asker.open(1)
        building.clockwork.advance(5)
        building.door("bank-a", 1).shut()
        building.clockwork.advance(5)

    assert bank.starts == 2
    assert bank.steps["pulsed"] == 3


def test_plans_can_be_called_off(building: Building, asker):
    bank = building.banks["bank-a"]
    bank.crash_at("pulsed")
    bank.forget_plans()
    asker.open(1)
    building.clockwork.advance(5)
    assert bank.is_running


def test_a_crash_during_the_start_leaves_a_bank_that_can_be_started_again(building: Building, asker):
    bank = building.banks["bank-a"]
    bank.crash_at("evt.sent")
    bank.reboot()
    building.clockwork.advance(0.0)
    assert not bank.is_running
    bank.power_on()
    building.clockwork.advance(3)
    assert asker.kinds().count("boot") == 3


def test_a_reboot_forgets_challenges_and_keeps_the_log(building: Building, asker):
    asker.acknowledges = False
    bank = building.banks["bank-a"]
    seq, boot_id = bank.log.last_seq(), bank.boot_id
    building.post.is_prompt = False
    asker.open(1)
    building.post.deliver_all()  # the gateway's `open` was made for a challenge of this boot
    order = building.post.sent("open")[0]
    building.door("bank-a", 1).shut()
    bank.reboot()
    building.post.deliver(order)
    building.clockwork.advance(5)

    assert bank.boot_id != boot_id
    assert bank.log.last_seq() > seq
    assert len(building.ledger.pulses()) == 1


def test_timers_of_a_dead_node_never_fire(building: Building, asker):
    bank = building.banks["bank-a"]
    asker.acknowledges = False
    asker.open(1)
    building.clockwork.advance(0.1)
    bank.power_off()
    sent = len(building.post.sent("evt"))

    building.clockwork.advance(60)

    assert len(building.post.sent("evt")) == sent


def test_the_power_can_fail_in_the_middle_of_a_step(building: Building, asker):
    """An act of the world inside an act of the node: nothing of the node may go on behind it."""
    bank = building.banks["bank-a"]
    bank.stall_at("intent.kept", bank.power_off)
    asker.open(1)
    building.clockwork.advance(5)

    assert not bank.is_running
    assert building.ledger.pulses() == []
    assert bank.log.waiting()[-1].kind == "intent"


def test_in_the_dark_a_strike_is_dead_but_a_door_can_be_forced_and_is_found_so(building: Building, asker):
    bank = building.banks["bank-a"]
    bank.power_off()
    asker.open(1)
    building.clockwork.advance(5)
    assert building.ledger.pulses() == []

    building.door("bank-a", 2).force()
    bank.power_on()
    building.clockwork.advance(1)

    assert asker.kinds()[-1] == "forced"
    assert asker.events[max(asker.events)].door == 2


def test_a_hanging_node_holds_no_strike_on(building: Building, asker):
    bank = building.banks["bank-a"]
    bank.stall_at("pulsed", lambda: building.clockwork.advance(30))
    asker.open(1)
    building.clockwork.advance(5)

    (pulse,) = building.ledger.pulses()
    assert pulse.until == pytest.approx(pulse.at + 0.3)
    assert bank.is_running


def test_a_hanging_node_says_nothing_and_says_it_all_afterwards(building: Building, asker):
    said: list[int] = []

    def hang() -> None:
        said.append(len(building.post.history))
        building.door("bank-a", 2).force()
        building.clockwork.advance(30)
        said.append(len(building.post.history))

    building.banks["bank-a"].stall_at("done.kept", hang)
    asker.open(1)
    building.clockwork.advance(31)
    building.clockwork.advance(1)

    assert [letter.sender for letter in building.post.history[said[0] : said[1]]].count("bank-a") == 0
    assert "forced" in asker.kinds()


def test_a_node_that_hangs_between_intent_and_pulse_notices_that_it_is_too_late(building: Building, asker):
    building.banks["bank-a"].stall_at("intent.kept", lambda: building.clockwork.advance(6))
    asker.open(1)
    building.clockwork.advance(5)

    assert building.ledger.pulses() == []
    assert asker.events[max(asker.events)].reason == "too_late"


def test_a_frozen_bank_answers_when_it_thaws(building: Building, asker):
    bank = building.banks["bank-a"]
    bank.freeze()
    asker.say("bank-a", Sreq(q="0" * 32))
    building.clockwork.advance(5)
    assert asker.syncs == []

    bank.thaw()
    building.clockwork.advance(0)

    assert len(asker.syncs) == 1


def test_an_orderly_stop_says_offline_and_a_crash_leaves_it_to_the_will(building: Building, asker):
    bank = building.banks["bank-a"]
    bank.stop()
    building.clockwork.advance(0)
    assert b'"online":false' in asker.states[-1][0]

    bank.power_on()
    building.clockwork.advance(1)
    assert b'"online":true' in asker.states[-1][0]
    bank.crash_at("prep.received")
    asker.open(1)
    building.clockwork.advance(1)
    assert b'"online":true' in asker.states[-1][0]
    building.clockwork.advance(10)
    assert b'"online":false' in asker.states[-1][0]


def test_without_power_there_is_no_boot_id(building: Building):
    with pytest.raises(RuntimeError, match="bank-a has no power"):
        _ = building.banks["bank-a"].boot_id


def test_an_active_low_strike_is_off_through_every_reboot(building: Building):
    """The pin is an input between two lives: an active-low strike must not be on meanwhile."""
    bank = building.banks["bank-a"]
    for _ in range(3):
        bank.power_on()
        bank.power_off()
    assert [f for f in building.ledger.facts() if f.what is What.STRIKE_ON] == []

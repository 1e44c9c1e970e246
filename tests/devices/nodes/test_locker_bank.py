"""The device's rules of `unlock/1`, one claim each, on the production node and pretended pins."""

import pytest

from devices.nodes.challenges import Challenges
from devices.wire import codec
from devices.wire.messages import Prep, Sreq
from devices.wire.signing import SigningKey
from firmware_sim.building import Building
from firmware_sim.doors import Hands
from tests.asker import DEVICE_KEY, GATEWAY_BOOT, GATEWAY_KEY, Asker, permission

CMD = "hearth/1/demo/bank-a/cmd"


@pytest.fixture
def bank(building, asker):
    """Up, its first events told."""
    return building.banks["bank-a"]


def pulses(building, door=1):
    return len(building.ledger.pulses("bank-a", door))


def challenge(building, asker, *, door=1):
    """A challenge that nobody has answered yet."""
    asker.signs = False
    asker.open(door)
    building.clockwork.advance(0.1)
    return asker.challenges[-1]


def test_a_signed_challenge_opens_its_door(building, asker):
    asker.open(1)
    building.clockwork.advance(1)
    assert building.door("bank-a", 1).is_open
    assert not building.door("bank-a", 2).is_open
    assert asker.kinds()[-3:] == ["intent", "done", "door_open"]


def test_a_permission_delivered_twice_pulses_once(building, asker, bank):
    made = challenge(building, asker)
    for _ in range(2):
        asker.say("bank-a", permission(made))
        building.clockwork.advance(1)
    assert pulses(building) == 1
    assert asker.refusals() == ["no_challenge"]


def test_a_permission_played_again_after_a_restart_opens_nothing(building, asker, bank):
    made = challenge(building, asker)
    bank.reboot()
    asker.say("bank-a", permission(made))
    building.clockwork.advance(1)
    assert pulses(building) == 0
    assert asker.refusals() == ["no_challenge"]


def test_a_permission_for_another_door_than_its_challenge_uses_the_challenge_up(building, asker, bank):
    made = challenge(building, asker)
    asker.say("bank-a", permission(made, door=2))
    asker.say("bank-a", permission(made))
    building.clockwork.advance(1)
    assert pulses(building, 1) + pulses(building, 2) == 0
    assert asker.refusals() == ["wrong_door", "no_challenge"]


def test_a_permission_older_than_five_seconds_opens_nothing(building, asker, bank):
    made = challenge(building, asker)
    building.clockwork.advance(5.0)
    asker.say("bank-a", permission(made))
    building.clockwork.advance(1)
    assert pulses(building) == 0
    assert asker.refusals() == ["stale"]


def test_a_device_that_hangs_between_intent_and_pulse_looks_at_the_clock_again(building, asker, bank):
    bank.stall_at("intent.kept", lambda: building.clockwork.advance(6))
    asker.open(1)
    building.clockwork.advance(10)
    assert pulses(building) == 0
    assert asker.refusals() == ["too_late"]


def test_a_permission_that_the_broker_kept_is_dropped(building, asker, bank):
    made = challenge(building, asker)
    payload = codec.encode_command(permission(made), topic=CMD, key=GATEWAY_KEY)
    bank.deliver(CMD, payload, retained=True)
    building.clockwork.advance(1)
    assert pulses(building) == 0


def test_nobody_elses_signature_opens_not_even_the_devices_own(building, asker, bank):
    made = challenge(building, asker)
    for key in (SigningKey.generate(), DEVICE_KEY):
        bank.deliver(CMD, codec.encode_command(permission(made), topic=CMD, key=key))
    building.clockwork.advance(1)
    assert pulses(building) == 0


def open_and_shut(building, asker, door):
    asker.open(door)
    building.clockwork.advance(1)
    building.door("bank-a", door).shut()
    building.clockwork.advance(1)


def test_a_cabinet_opens_six_times_a_minute_and_no_more(building, asker, bank):
    for number in range(7):
        open_and_shut(building, asker, number % 2 + 1)
    assert pulses(building, 1) + pulses(building, 2) == 6
    assert asker.refusals() == ["rate"]
    building.clockwork.advance(60)
    open_and_shut(building, asker, 1)
    assert pulses(building, 1) == 4


def test_whoever_opens_one_door_again_and_again_keeps_no_other_shut(building, asker, bank):
    """Of a cabinet's openings a minute some are always left to the others, whatever the holder of one does."""
    for _ in range(10):
        open_and_shut(building, asker, 1)
    assert pulses(building, 1) == 4
    assert set(asker.refusals()) == {"rate"}

    open_and_shut(building, asker, 2)
    open_and_shut(building, asker, 2)
    assert pulses(building, 2) == 2
    building.clockwork.advance(60)
    open_and_shut(building, asker, 1)
    assert pulses(building, 1) == 5


def test_a_second_command_waits_until_the_firsts_pulse_is_no_longer_watched(building, asker, bank):
    building.door("bank-a", 1).jam()
    asker.open(1)
    building.clockwork.advance(1)
    asker.open(1)
    building.clockwork.advance(1)
    assert asker.refusals() == ["busy"]
    building.clockwork.advance(3)
    asker.open(1)
    building.clockwork.advance(1)
    assert pulses(building) == 2


def test_an_edge_within_three_seconds_is_the_commands_and_a_later_one_is_forced(building, asker, bank):
    building.door("bank-a", 1).jam()
    for wait, kind in ((2.5, "door_open"), (3.5, "forced")):
        asker.open(1)
        building.clockwork.advance(wait)
        building.door("bank-a", 1).force()
        building.clockwork.advance(0.5)
        assert asker.kinds()[-1] == kind
        building.door("bank-a", 1).shut()
        building.clockwork.advance(5)


def test_a_door_that_stood_open_is_pulsed_all_the_same_and_says_so(building, asker, bank):
    building.door("bank-a", 1).force()
    building.clockwork.advance(1)
    asker.open(1)
    building.clockwork.advance(1)
    assert pulses(building) == 1
    assert [event.level_before for event in asker.events.values() if event.kind == "intent"] == ["open"]


def test_a_door_that_is_not_there_is_refused(building, asker, bank):
    asker.say("bank-a", Prep(cmd_id="a" * 32, door=9, gw_boot=GATEWAY_BOOT))
    building.clockwork.advance(1)
    assert asker.refusals() == ["no_such_door"]


def test_asked_again_soon_the_challenge_is_the_same_and_later_a_fresh_one(building, asker, bank):
    asker.signs = False
    for wait in (1.0, 3.0, 0.1):
        asker.say("bank-a", Prep(cmd_id="a" * 32, door=1, gw_boot=GATEWAY_BOOT))
        building.clockwork.advance(wait)
    first, soon, later = [made.nonce for made in asker.challenges]
    assert first == soon != later


def test_it_says_what_it_still_holds(building, asker, bank):
    made = challenge(building, asker)
    asker.say("bank-a", Sreq(q="1" * 32))
    building.clockwork.advance(0.1)
    assert asker.syncs[-1].live == [made.cmd_id]
    building.door("bank-a", 1).jam()
    asker.say("bank-a", permission(made))
    asker.say("bank-a", Sreq(q="2" * 32))
    building.clockwork.advance(0.1)
    assert (asker.syncs[-1].live, asker.syncs[-1].dangling) == ([], [made.cmd_id])
    building.clockwork.advance(4)
    asker.say("bank-a", Sreq(q="3" * 32))
    building.clockwork.advance(0.1)
    assert asker.syncs[-1].dangling == []


def test_asked_where_it_stands_while_a_contact_bounces_it_tells_of_one_opening():
    """Whoever asks in the middle of a flutter must not be told what the pin happens to say in that instant."""
    building = Building(gateway=GATEWAY_KEY.public())
    building.add_bank("bank-a", doors=2, key=DEVICE_KEY, settle_s=0.03, hands=Hands(bounce_s=(0.004, 0.004, 0.004)))
    asker = Asker(building)
    building.banks["bank-a"].power_on()
    building.clockwork.advance(1)
    asker.open(1)
    for number in range(100):
        asker.say("bank-a", Sreq(q=f"{number:032x}"))
        building.clockwork.advance(0.001)
    building.clockwork.advance(1)
    assert asker.kinds()[-3:] == ["intent", "done", "door_open"]
    asker.say("bank-a", Sreq(q="f" * 32))
    building.clockwork.advance(0.1)
    assert (asker.syncs[-1].doors["1"], asker.syncs[-1].dangling) == ("open", [])


def test_events_are_told_until_they_are_acknowledged(building, asker, bank):
    asker.acknowledges = False
    building.door("bank-a", 2).force()
    building.clockwork.advance(7)
    assert len(building.post.sent("forced")) >= 3
    asker.acknowledges = True
    building.clockwork.advance(5)
    told = len(building.post.sent("forced"))
    building.clockwork.advance(10)
    assert len(building.post.sent("forced")) == told


def test_many_forgeries_are_one_event_not_one_each(building, asker, bank):
    for _ in range(50):
        bank.deliver(CMD, b"not a command")
    building.clockwork.advance(1)
    assert asker.kinds().count("tamper") == 1


def test_challenges_differ_though_the_hardware_is_not_random():
    challenges = Challenges(secret=b"s" * 32, boot_id="b" * 16, random=lambda count: b"\0" * count)
    nonces = {challenges.make(f"{number:032x}", 1, float(number)).nonce for number in range(500)}
    assert len(nonces) == 500


def test_at_most_eight_challenges_are_kept(building, asker, bank):
    asker.signs = False
    for number in range(12):
        asker.say("bank-a", Prep(cmd_id=f"{number:032x}", door=1, gw_boot=GATEWAY_BOOT))
    building.clockwork.advance(0.1)
    asker.say("bank-a", Sreq(q="1" * 32))
    building.clockwork.advance(0.1)
    assert asker.syncs[-1].live == [f"{number:032x}" for number in range(4, 12)]

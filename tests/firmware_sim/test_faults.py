"""Each fault by its name: it befalls what it says, and nothing else."""

from typing import Any

import pytest

from devices.wire.topics import Channel
from firmware_sim.building import Building
from firmware_sim.faults import befall, read_fault
from firmware_sim.ledger import Cause


def suffer(building: Building, **fault: Any) -> None:
    befall(building, read_fault(fault))


def arrivals(building: Building, word: str, note: list[str] | None = None) -> list[float]:
    """When letters of that word arrive from now on; filled while the test runs."""
    times: list[float] = []
    deliver = building.post.deliver

    def watched(letter: Any, **how: Any) -> None:
        if word in letter.words:
            times.append(building.clockwork.now())
            if note is not None:
                note.append(word)
        deliver(letter, **how)

    building.post.deliver = watched  # type: ignore[method-assign]
    return times


def test_lost(building: Building, asker):
    suffer(building, fault="lost", word="open")
    asker.open(1)
    building.clockwork.advance(10)
    assert building.ledger.pulses() == []

    asker.open(1)
    building.clockwork.advance(10)
    assert len(building.ledger.pulses()) == 1


def test_lost_after_some_and_for_some(building: Building, asker):
    suffer(building, fault="lost", word="open", skip=1, times=2)
    for _ in range(4):
        asker.open(1)
        building.clockwork.advance(1)
    assert [pulse.at for pulse in building.ledger.pulses()] == [1.0, 4.0]


def test_lost_at_one_device_only(building: Building, asker):
    building.add_bank("bank-b", doors=1).power_on()
    building.clockwork.advance(1)
    suffer(building, fault="lost", word="open", device="bank-b", times=9)
    asker.open(1, device="bank-a")
    asker.open(1, device="bank-b")
    building.clockwork.advance(1)
    assert [pulse.device for pulse in building.ledger.pulses()] == ["bank-a"]


def test_an_event_lost_is_told_again(building: Building, asker):
    suffer(building, fault="lost", word="done")
    asker.open(1)
    building.clockwork.advance(0)
    assert "done" not in asker.kinds()
    building.clockwork.advance(10)
    assert "done" in asker.kinds()


def test_doubled(building: Building, asker):
    times = arrivals(building, "open")
    suffer(building, fault="doubled", word="open", gap_s=2.0)
    asker.open(1)
    building.clockwork.advance(10)
    assert times == [1.0, 3.0]
    assert len(building.ledger.pulses()) == 1


def test_delayed(building: Building, asker):
    times = arrivals(building, "open")
    suffer(building, fault="delayed", word="open", by_s=6.0)
    asker.open(1)
    building.clockwork.advance(10)
    assert times == [7.0]
    assert building.ledger.pulses() == []
    assert asker.events[max(asker.events)].reason == "stale"


def test_reordered(building: Building, asker):
    suffer(building, fault="reordered", word="open", at_most_s=5.0)
    orders: list[str] = []
    for word in ("prep", "open"):
        arrivals(building, word, note=orders)
    first = asker.open(1)
    building.clockwork.advance(1)
    assert building.ledger.pulses() == []
    second = asker.open(2)
    building.clockwork.advance(1)

    by_command = [event.cmd_id for _, event in sorted(asker.events.items()) if event.kind == "done"]
    assert by_command == [first, second]
    assert orders == ["prep", "prep", "open", "open"]  # the second `prep` overtook the first `open`, and let it go


def test_reordered_with_nothing_to_overtake_it_is_late_and_comes_once(building: Building, asker):
    times = arrivals(building, "open")
    suffer(building, fault="reordered", word="open", at_most_s=2.0)
    asker.open(1)
    building.clockwork.advance(10)
    assert times == [3.0]


def test_a_letter_is_not_overtaken_by_one_that_goes_the_other_way(building: Building, asker):
    suffer(building, fault="reordered", word="open", at_most_s=5.0)
    building.add_bank("bank-b", doors=1).power_on()
    asker.acknowledges = False
    asker.open(1)
    building.clockwork.advance(1)
    building.door("bank-a", 2).force()
    asker.open(1, device="bank-b")
    building.clockwork.advance(1)
    assert [pulse.device for pulse in building.ledger.pulses()] == ["bank-b"]


def test_an_overtaken_letter_comes_once(building: Building, asker):
    times = arrivals(building, "open")
    suffer(building, fault="reordered", word="open", at_most_s=5.0)
    asker.open(1)
    building.clockwork.advance(1)
    asker.open(2)
    building.clockwork.advance(20)
    assert times == [2.0, 2.0]


def test_silent(building: Building, asker):
    suffer(building, fault="silent", device="bank-a", at_s=1.0, for_s=20.0)
    building.clockwork.advance(2)
    asker.open(1)
    building.clockwork.advance(10)
    assert building.ledger.pulses() == []
    assert b'"online":false' in asker.states[-1][0]

    building.clockwork.advance(20)
    assert b'"online":true' in asker.states[-1][0]
    asker.open(1)
    building.clockwork.advance(1)
    assert len(building.ledger.pulses()) == 1


def test_silent_one_way_it_opens_and_tells_later(building: Building, asker):
    suffer(building, fault="silent", device="bank-a", for_s=5.0, way="from")
    building.clockwork.advance(0)
    building.door("bank-a", 1).force()
    building.clockwork.advance(1)
    assert "forced" not in asker.kinds()
    building.clockwork.advance(30)
    assert "forced" in asker.kinds()


def test_silent_the_other_way_it_tells_and_does_not_open(building: Building, asker):
    suffer(building, fault="silent", device="bank-a", for_s=5.0, way="to")
    building.clockwork.advance(0)
    building.door("bank-a", 1).force()
    asker.open(2)
    building.clockwork.advance(1)
    assert "forced" in asker.kinds()
    assert building.ledger.pulses() == []


def test_frozen(building: Building, asker):
    suffer(building, fault="frozen", device="bank-a", for_s=3.0)
    building.clockwork.advance(0)
    asker.open(1)
    building.clockwork.advance(2.9)
    assert building.post.sent("chal") == []
    building.clockwork.advance(0.2)
    assert len(building.ledger.pulses()) == 1


def test_frozen_at_a_step(building: Building, asker):
    suffer(building, fault="frozen", device="bank-a", for_s=6.0, step="intent.kept")
    asker.open(1)
    building.clockwork.advance(10)
    assert building.ledger.pulses() == []
    assert asker.events[max(asker.events)].reason == "too_late"


def test_reboot(building: Building, asker):
    suffer(building, fault="reboot", device="bank-a", at_s=1.0, for_s=2.0)
    building.clockwork.advance(2)
    assert not building.banks["bank-a"].is_running
    building.clockwork.advance(2)
    assert building.banks["bank-a"].is_running
    assert asker.kinds().count("boot") == 2


def test_reboot_at_a_step(building: Building, asker):
    suffer(building, fault="reboot", device="bank-a", step="done.kept", nth=2)
    building.clockwork.advance(0)
    starts = []
    for _ in range(3):
        asker.open(1)
        building.clockwork.advance(2)
        building.door("bank-a", 1).shut()
        starts.append(building.banks["bank-a"].starts)
    assert starts == [1, 2, 2]


def test_jam(building: Building, asker):
    suffer(building, fault="jam", device="bank-a", door=1, for_s=5.0)
    building.clockwork.advance(0)
    asker.open(1)
    building.clockwork.advance(4)
    assert not building.door("bank-a", 1).is_open
    building.clockwork.advance(4)
    asker.open(1)
    building.clockwork.advance(1)
    assert building.door("bank-a", 1).is_open


def test_bounce(building: Building, asker):
    suffer(building, fault="bounce", device="bank-a", door=1, spans_s=[0.002])
    building.clockwork.advance(0)
    building.door("bank-a", 1).force()
    building.clockwork.advance(1)
    assert asker.kinds()[-3:] == ["forced", "door_closed", "forced"]  # this bank takes each edge at once


def test_forced_and_shut(building: Building, asker):
    suffer(building, fault="forced", device="bank-a", door=2, at_s=1.0)
    suffer(building, fault="shut", device="bank-a", door=2, at_s=2.0)
    building.clockwork.advance(3)
    assert [opening.cause for opening in building.ledger.openings()] == [Cause.FORCED]
    assert asker.kinds()[-2:] == ["forced", "door_closed"]


@pytest.mark.parametrize("retained", [False, True])
def test_replayed(building: Building, asker, retained: bool):
    for door in (1, 2):
        asker.open(door)
        building.clockwork.advance(1)
    times = arrivals(building, "open")
    heard: list[bool] = []
    topic = building.banks["bank-a"].identity.topic(Channel.CMD)
    building.post.join("eavesdropper", topics=[topic], receive=lambda topic, payload, flag: heard.append(flag))
    building.post.arrive("eavesdropper")
    suffer(building, fault="replayed", word="open", at_s=1.0, retained=retained)
    building.clockwork.advance(60)
    assert times == [4.0, 4.0]
    assert heard[:2] == [retained, retained]
    assert len(building.ledger.pulses()) == 2


def test_replayed_without_a_word_is_everything_ever_said(building: Building, asker):
    asker.acknowledges = False
    said = len(building.post.history)
    delivered: list[Any] = []
    building.post.deliver = lambda letter, **how: delivered.append(letter)  # type: ignore[method-assign]
    suffer(building, fault="replayed")
    building.clockwork.advance(0)
    assert delivered == building.post.history[:said]


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"fault": "earthquake"}, "earthquake"),
        ({"fault": "lost", "wrod": "open"}, "wrod"),
        ({"fault": "delayed"}, "by_s"),
        ({"fault": "jam", "device": "bank-a"}, "door"),
        ({"word": "open"}, "fault"),
    ],
)
def test_a_fault_that_does_not_exist_is_named(data: dict[str, Any], named: str):
    with pytest.raises(ValueError, match=named):
        read_fault(data)


def test_a_fault_at_a_device_that_is_not_there_is_refused(building: Building):
    with pytest.raises(KeyError, match="bank-z"):
        suffer(building, fault="jam", device="bank-z", door=1)

"""The pretended network does what a broker does, and keeps everything ever said."""

import pytest

from firmware_sim.building import Building
from firmware_sim.clockwork import Clockwork
from firmware_sim.post import LOST_AFTER_S, Post

Heard = list[tuple[str, bytes, bool]]
CMD = "hearth/1/demo/bank-a/cmd"
STATE = "hearth/1/demo/bank-a/state"


class Line:
    """A gateway that listens to everything, and a device."""

    def __init__(self) -> None:
        self.clockwork = Clockwork()
        self.post = Post(self.clockwork)
        self.heard: dict[str, Heard] = {"gateway": [], "bank-a": []}
        self.told: list[str] = []
        self.join("gateway", ["hearth/1/#"])
        self.join("bank-a", [CMD])
        for name in self.heard:
            self.post.arrive(name)
        self.clockwork.advance(0)
        self.told.clear()

    def join(self, name: str, topics: list[str]) -> None:
        self.post.join(
            name,
            topics=topics,
            receive=lambda topic, payload, retained: self.heard[name].append((topic, payload, retained)),
            when_up=lambda: self.told.append(f"{name} up"),
            when_down=lambda: self.told.append(f"{name} down"),
            will=(lambda: (STATE, b"will")) if name != "gateway" else None,
        )

    def send(self, topic: str, payload: bytes, *, sender: str = "gateway", retain: bool = False) -> None:
        self.post.outbox(sender).send(topic, payload, qos=0, retain=retain)
        self.clockwork.advance(0)

    def payloads(self, name: str) -> list[bytes]:
        return [payload for _, payload, _ in self.heard[name]]


@pytest.fixture
def line() -> Line:
    return Line()


def test_letters_arrive_in_order_at_whoever_asked_for_their_topic(line: Line):
    line.send(CMD, b"1")
    line.send("hearth/1/demo/bank-b/cmd", b"not mine")
    line.send(CMD, b"2")
    assert line.heard["bank-a"] == [(CMD, b"1", False), (CMD, b"2", False)]


@pytest.mark.parametrize(
    ("wanted", "topic", "fits"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("a/+", "a/b/c", False),
        ("a/#", "a/b/c", True),
        ("a/b/c", "a/b", False),
        ("#", "a", True),
    ],
)
def test_topic_filters_are_mqtts(wanted: str, topic: str, fits: bool):
    clockwork, heard = Clockwork(), []
    post = Post(clockwork)
    post.join("one", topics=[wanted], receive=lambda *letter: heard.append(letter))
    post.arrive("one")
    post.send("other", topic, b"x")
    clockwork.advance(0)
    assert bool(heard) is fits


def test_nothing_arrives_inside_the_call_that_sends(line: Line):
    """A sender in the middle of a step must not be called back before it is through."""
    line.post.send("gateway", CMD, b"1")
    assert line.heard["bank-a"] == []
    line.clockwork.advance(0)
    assert line.payloads("bank-a") == [b"1"]


def test_by_hand_letters_wait_to_be_delivered_dropped_and_reordered(line: Line):
    line.post.is_prompt = False
    for payload in (b"1", b"2", b"3"):
        line.send(CMD, payload)
    first, second, third = line.post.in_flight
    assert line.heard["bank-a"] == []

    line.post.deliver(third)
    line.post.drop(second)
    line.post.deliver_all()

    assert line.payloads("bank-a") == [b"3", b"1"]
    assert line.post.in_flight == []
    assert line.post.history == [first, second, third]


def test_everything_ever_sent_can_be_replayed(line: Line):
    line.send(CMD, b"1")
    line.post.deliver(line.post.history[0])
    line.post.deliver(line.post.history[0], retained=True)
    assert line.heard["bank-a"] == [(CMD, b"1", False), (CMD, b"1", False), (CMD, b"1", True)]


def test_who_is_away_hears_nothing_and_does_not_get_it_later(line: Line):
    line.post.leave("bank-a")
    line.send(CMD, b"1")
    line.post.arrive("bank-a")
    line.clockwork.advance(60)
    assert line.heard["bank-a"] == []


def test_a_retained_letter_is_given_to_whoever_arrives_later_and_marked_so(line: Line):
    line.send(STATE, b"online", sender="bank-a", retain=True)
    line.heard["gateway"].clear()
    line.post.leave("gateway")
    line.post.arrive("gateway")
    line.clockwork.advance(0)
    assert line.heard["gateway"] == [(STATE, b"online", True)]


def test_a_letter_planted_at_the_broker_reaches_the_device_as_retained(line: Line):
    line.post.plant(CMD, b"old order")
    line.post.leave("bank-a")
    line.post.arrive("bank-a")
    line.clockwork.advance(0)
    assert line.heard["bank-a"] == [(CMD, b"old order", True)]


def test_a_will_is_published_when_the_loss_is_noticed_and_not_before(line: Line):
    line.post.leave("bank-a")
    line.clockwork.advance(LOST_AFTER_S - 0.1)
    assert line.payloads("gateway") == []
    line.clockwork.advance(0.2)
    assert line.payloads("gateway") == [b"will"]


def test_who_returns_sooner_has_its_old_will_published_before_it_speaks(line: Line):
    line.post.leave("bank-a")
    line.post.arrive("bank-a")
    line.send(STATE, b"online", sender="bank-a", retain=True)
    line.clockwork.advance(60)
    assert line.payloads("gateway") == [b"will", b"online"]
    assert line.post.retained[STATE] == b"online"


def test_a_cut_line_loses_both_ways_and_both_ends_learn_of_it(line: Line):
    line.post.cut("bank-a")
    line.send(CMD, b"1")
    line.send(STATE, b"2", sender="bank-a")
    assert line.heard == {"gateway": [(CMD, b"1", False)], "bank-a": []}

    line.clockwork.advance(LOST_AFTER_S)
    assert line.told == ["bank-a down"]
    assert line.payloads("gateway")[-1] == b"will"

    line.post.mend("bank-a")
    line.send(CMD, b"3")
    assert line.told == ["bank-a down", "bank-a up"]
    assert line.payloads("bank-a") == [b"3"]


def test_a_short_cut_is_never_noticed(line: Line):
    line.post.cut("bank-a")
    line.clockwork.advance(LOST_AFTER_S - 1)
    line.post.mend("bank-a")
    line.clockwork.advance(60)
    line.send(CMD, b"1")
    assert line.told == []
    assert line.payloads("bank-a") == [b"1"]


@pytest.mark.parametrize(("to", "hears", "is_heard"), [(True, [], [b"2"]), (False, [b"1"], [])])
def test_a_line_can_be_cut_one_way(line: Line, to: bool, hears: list[bytes], is_heard: list[bytes]):
    line.post.cut("bank-a", to=to, from_=not to)
    line.send(CMD, b"1")
    line.send(STATE, b"2", sender="bank-a")
    assert line.payloads("bank-a") == hears
    assert [payload for payload in line.payloads("gateway") if payload != b"1"] == is_heard


def test_letters_are_known_by_what_they_say(building: Building, asker):
    asker.open(1)
    building.clockwork.advance(5)
    words = [word for letter in building.post.history for word in letter.words]
    assert {"prep", "chal", "open", "evt", "intent", "done", "door_open", "eack", "state"} <= set(words)
    assert [letter.sender for letter in building.post.sent("open")] == ["gateway"]
    assert building.post.sent("open", device="bank-b") == []


@pytest.mark.parametrize("payload", [b"", b"x", b"a.b.c", b"a.!!!.c", b"a.e30.c", b"\xff.\xff.\xff", b"a.WzFd.c"])
def test_what_cannot_be_read_along_is_known_by_its_channel_only(line: Line, payload: bytes):
    line.send(CMD, payload)
    assert line.post.history[0].words == {"cmd"}
    assert line.post.history[0].device == "bank-a"


def test_a_foreign_topic_is_carried_and_has_no_words(line: Line):
    line.send("somebody/else", b"x")
    assert line.post.history[0].words == frozenset()
    assert line.post.history[0].device == ""

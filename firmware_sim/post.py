"""The network between a gateway and its devices, in one process and in virtual time.

It does what an MQTT broker does for them (topics, retained messages, wills), keeps everything ever said, and does to a
message whatever a fault asks for.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial

import msgspec

from devices.ports import Outbox, Timer
from devices.wire.errors import WireError
from devices.wire.topics import Channel, parse
from firmware_sim.clockwork import Clockwork

LOST_AFTER_S = 7.5  # 1.5 times the 5 s keep-alive: when broker and client notice that the line is dead

Receive = Callable[[str, bytes, bool], None]  # topic, payload, whether it was retained


@dataclass(frozen=True, eq=False)
class Letter:
    """One message, as its sender handed it in."""

    no: int
    sender: str
    topic: str
    payload: bytes
    qos: int
    retain: bool
    sent_at: float

    @cached_property
    def words(self) -> frozenset[str]:
        """What it is, for whoever reads along: channel, message type (`open`, `eack`…) and an event's kind."""
        return frozenset(_words(self.topic, self.payload))

    @cached_property
    def device(self) -> str:
        """The device it comes from or goes to; empty for a topic that is not ours."""
        try:
            return parse(self.topic).device
        except WireError:
            return ""


Fate = Callable[[Letter], "list[float] | None"]
"""What becomes of a letter: after how many seconds each copy arrives ([] loses it); None: not this rule's business."""


class Post:
    """Stations send, the post carries. Prompt by default: at once and in order, in the clockwork's next step.

    With `is_prompt` false every letter stays in `in_flight` until `deliver`, `drop` or `deliver_all`.
    """

    def __init__(self, clockwork: Clockwork) -> None:
        self.history: list[Letter] = []
        self.in_flight: list[Letter] = []
        self.retained: dict[str, bytes] = {}
        self.rules: list[Fate] = []
        self.is_prompt = True
        self._clockwork = clockwork
        self._stations: dict[str, _Station] = {}

    def join(
        self,
        name: str,
        *,
        topics: Sequence[str],
        receive: Receive,
        when_up: Callable[[], None] = lambda: None,
        when_down: Callable[[], None] = lambda: None,
        will: Callable[[], tuple[str, bytes]] | None = None,
    ) -> None:
        """Make a station known; it is away until `arrive`.

        `topics` are MQTT filters with `+` and `#`. `will` is asked for at each arrival: topic and retained payload.
        """
        self._stations[name] = _Station(name, tuple(topics), receive, when_up, when_down, will)

    def outbox(self, name: str) -> Outbox:
        """What a station of that name speaks through."""
        return _Outbox(self, name)

    def arrive(self, name: str) -> None:
        """The station connects: it is told so, then gets what was retained. A will still pending is published first."""
        station = self._stations[name]
        self._publish_will(station)
        station.last_will = station.will() if station.will else None
        station.is_connected = True
        self._clockwork.call_soon(station.when_up)
        for topic, payload in self.retained.items():
            if station.wants(topic):
                self._clockwork.call_soon(partial(self._hand_over, station, topic, payload, True))

    def leave(self, name: str, *, noticed_after_s: float = LOST_AFTER_S) -> None:
        """The station is gone without a word; its will is published when the broker notices."""
        station = self._stations[name]
        station.is_connected = False
        self._plan_loss(station, noticed_after_s)

    def cut(self, name: str, *, to: bool = True, from_: bool = True) -> None:
        """Whatever goes to and comes from the station is lost; both ends notice after LOST_AFTER_S."""
        station = self._stations[name]
        station.hears, station.is_heard = not to, not from_
        self._plan_loss(station, LOST_AFTER_S)

    def mend(self, name: str) -> None:
        """The line is whole again. Had the loss been noticed, the station connects anew."""
        station = self._stations[name]
        station.hears = station.is_heard = True
        if not station.is_connected:
            return
        if station.is_given_up:
            self.arrive(name)
        else:
            station.forget_loss()

    def send(self, sender: str, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Take a letter in. What a station that is cut off or away sends is kept in the history and goes nowhere."""
        letter = Letter(len(self.history), sender, topic, payload, qos, retain, self._clockwork.now())
        self.history.append(letter)
        station = self._stations.get(sender)
        if station is not None and not station.can_send:
            return
        if retain:
            self.retained[topic] = payload
        if self.is_prompt:
            self._carry(letter)
        else:
            self.in_flight.append(letter)

    def deliver(self, letter: Letter, *, retained: bool = False) -> None:
        """Hand a letter over now, whether in flight or from the history: a replay is no more than this."""
        self._take_out(letter)
        for station in list(self._stations.values()):
            if station.wants(letter.topic):
                self._hand_over(station, letter.topic, letter.payload, retained)

    def land(self, letter: Letter) -> None:
        """Hand over a letter that is still in flight; one that has been dropped or delivered stays so."""
        if letter in self.in_flight:
            self.deliver(letter)

    def drop(self, letter: Letter) -> None:
        """One copy in flight is lost."""
        self._take_out(letter)

    def deliver_all(self) -> None:
        """Hand over what is in flight, in order, and whatever is sent meanwhile."""
        while self.in_flight:
            self.deliver(self.in_flight[0])

    def plant(self, topic: str, payload: bytes) -> None:
        """Let the broker keep a message, as an attacker would: every later arrival gets it as retained."""
        self.retained[topic] = payload

    def sent(self, word: str, *, device: str | None = None) -> list[Letter]:
        """Every letter of that kind ever handed in (see `Letter.words`)."""
        return [one for one in self.history if word in one.words and device in (None, one.device)]

    def _carry(self, letter: Letter) -> None:
        delays = next((fate for rule in self.rules if (fate := rule(letter)) is not None), [0.0])
        for delay in delays:
            self.in_flight.append(letter)
            self._clockwork.call_later(delay, lambda: self.land(letter))

    def _hand_over(self, station: "_Station", topic: str, payload: bytes, retained: bool) -> None:
        if station.can_hear:
            station.receive(topic, payload, retained)

    def _take_out(self, letter: Letter) -> None:
        if letter in self.in_flight:
            self.in_flight.remove(letter)

    def _plan_loss(self, station: "_Station", after_s: float) -> None:
        if station.loss is None and not station.is_given_up:
            station.loss = self._clockwork.call_later(after_s, lambda: self._notice_loss(station))

    def _notice_loss(self, station: "_Station") -> None:
        self._publish_will(station)
        station.is_given_up = True
        if station.is_connected:
            station.when_down()

    def _publish_will(self, station: "_Station") -> None:
        station.forget_loss()
        if station.last_will is not None:
            topic, payload = station.last_will
            station.last_will = None
            self.send("broker", topic, payload, qos=1, retain=True)


@dataclass
class _Station:
    name: str
    topics: tuple[str, ...]
    receive: Receive
    when_up: Callable[[], None]
    when_down: Callable[[], None]
    will: Callable[[], tuple[str, bytes]] | None
    hears: bool = True
    is_heard: bool = True
    is_connected: bool = False
    is_given_up: bool = False  # both ends know that the line is dead
    last_will: tuple[str, bytes] | None = None
    loss: Timer | None = field(default=None)

    @property
    def can_send(self) -> bool:
        return self.is_connected and self.is_heard and not self.is_given_up

    @property
    def can_hear(self) -> bool:
        return self.is_connected and self.hears and not self.is_given_up

    def wants(self, topic: str) -> bool:
        return any(_matches(one, topic) for one in self.topics)

    def forget_loss(self) -> None:
        self.is_given_up = False
        if self.loss is not None:
            self.loss.cancel()
            self.loss = None


class _Outbox:
    """One station's mouth."""

    def __init__(self, post: Post, sender: str) -> None:
        self._post = post
        self._sender = sender

    def send(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> None:
        self._post.send(self._sender, topic, payload, qos=qos, retain=retain)


def _matches(wanted: str, topic: str) -> bool:
    """MQTT's topic filters (OASIS MQTT 5.0, 4.7)."""
    levels, asked = topic.split("/"), wanted.split("/")
    for place, level in enumerate(asked):
        if level == "#":
            return True
        if place >= len(levels) or level not in ("+", levels[place]):
            return False
    return len(levels) == len(asked)


class _Said(msgspec.Struct):
    type: str = ""
    kind: str = ""


class _Sealed(msgspec.Struct):
    msg: _Said = msgspec.field(default_factory=_Said)


_sealed = msgspec.json.Decoder(_Sealed)


def _words(topic: str, payload: bytes) -> list[str]:
    try:
        channel = parse(topic).channel
    except WireError:
        return []
    if channel not in (Channel.CMD, Channel.CHAL, Channel.EVT):
        return [channel]
    try:
        body = payload.split(b".")[1]
        said = _sealed.decode(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4))).msg
    except (IndexError, ValueError, msgspec.DecodeError):
        return [channel]
    return [channel, *filter(None, [said.type, said.kind])]

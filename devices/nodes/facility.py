"""A facility node: what a part of the house is like, who passes, and a button to call staff.

It opens nothing. Everything it measures goes through a Forwarder: kept first, sent until the gateway has it. On the
node's one thread.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol

from devices.nodes.forwarder import Forwarder
from devices.nodes.load import Load
from devices.nodes.locker_bank import Identity
from devices.nodes.passage import Passage, Way
from devices.ports import Outbox, Timer, Timers
from devices.wire import codec
from devices.wire.errors import WireError
from devices.wire.messages import Measurement, Rack, Show, State
from devices.wire.metrics import COMES_AT_ONCE
from devices.wire.topics import Channel

REPORT_S: Final = 60.0  # everything is told at least so often, so that silence means something
REST_S: Final = 5.0  # people, pulses and air are told together within this; a switch at once
AIR_S: Final = 30.0
BEEP_S: Final = 0.3
ALARM_S: Final = 2.0  # a tone that is heard in the next room, and bearable at a desk

CALL: Final = "call"
"""The metric of a button that calls staff. Whoever pressed it waits for a sign that it was heard."""


class SwitchPart(Protocol):
    """What the node needs of a switch."""

    when_changed: Callable[[bool], None] | None

    @property
    def is_on(self) -> bool | None:
        """The settled state; None: it cannot be read."""


class AirPart(Protocol):
    """What the node needs of an air sensor."""

    def read(self) -> Mapping[str, float | None]:
        """What it measures now, by metric; None: it does not answer."""


class LampPart(Protocol):
    """What the node needs of a lamp or a buzzer."""

    def on(self) -> None:
        """For good."""

    def off(self) -> None:
        """For good."""

    def blink(self, seconds: float) -> None:
        """On and off, each for so long."""

    def flash(self, seconds: float) -> None:
        """On for so long, then off."""


@dataclass(frozen=True)
class Told:
    """A switch, by the metric that it means."""

    metric: str  # motion, open, water_leak, tamper, call
    part: SwitchPart


@dataclass(frozen=True)
class Beams:
    """Two light beams in a doorway."""

    outer: SwitchPart
    inner: SwitchPart


@dataclass(frozen=True)
class Meter:
    """A meter's pulse output."""

    part: SwitchPart
    pulses_per_kwh: float


@dataclass(frozen=True)
class Parts:
    """Everything soldered to it, by the names under which it is reported."""

    switches: Mapping[str, Told] = field(default_factory=dict)
    beams: Mapping[str, Beams] = field(default_factory=dict)
    meters: Mapping[str, Meter] = field(default_factory=dict)
    air: Mapping[str, AirPart] = field(default_factory=dict)
    lamp: LampPart | None = None
    buzzer: LampPart | None = None


class Facility:
    """The node. Counts begin at zero at each start; who adds them up takes a fall for a new beginning."""

    def __init__(
        self,
        *,
        identity: Identity,
        parts: Parts,
        forwarder: Forwarder,
        timers: Timers,
        outbox: Outbox,
        boot_id: str,
        firmware: str = "",
    ) -> None:
        self._identity = identity
        self._parts = parts
        self._forwarder = forwarder
        self._timers = timers
        self._outbox = outbox
        self._boot_id = boot_id
        self._firmware = firmware
        self._passed = {name: {Way.IN: 0, Way.OUT: 0} for name in parts.beams}
        self._pulses = dict.fromkeys(parts.meters, 0)
        self._loads = {name: Load(meter.pulses_per_kwh, now=timers.now()) for name, meter in parts.meters.items()}
        self._is_resting = False
        self._is_connected = False
        self._calls: list[int] = []  # the messages that somebody waits for
        self._alarm: Timer | None = None  # shown until it goes off

    # --- what the world calls

    def start(self) -> None:
        """Begin. Call once, first."""
        for name, told in self._parts.switches.items():
            told.part.when_changed = partial(self._switched, name)
        for name, beams in self._parts.beams.items():
            passage = Passage()
            beams.outer.when_changed = partial(self._passes, name, passage.outer)
            beams.inner.when_changed = partial(self._passes, name, passage.inner)
        for name, meter in self._parts.meters.items():
            meter.part.when_changed = partial(self._turned, name)
        self._show()
        self._report()
        self._breathe()

    def connected(self) -> None:
        """The link is up."""
        self._is_connected = True
        self._outbox.send(
            self._identity.topic(Channel.STATE), codec.encode_state(self._state(online=True)), qos=1, retain=True
        )
        self._forwarder.connected()
        self._show()

    def disconnected(self) -> None:
        """The link is gone."""
        self._is_connected = False
        self._forwarder.disconnected()
        self._show()

    def receive(self, topic: str, payload: bytes, *, retained: bool) -> None:
        """A message came. What is not for this node, or was not said just now, is nothing."""
        if retained:
            return
        try:
            said = codec.decode_command(payload, topic=topic, key=self._identity.gateway)
        except WireError:
            return
        if isinstance(said, Rack):
            self._forwarder.take(said)
            self._hear_of_calls()
        elif isinstance(said, Show):
            self._heed(said)

    def will(self) -> tuple[str, bytes]:
        """What the broker says when this node is gone."""
        return self._identity.topic(Channel.STATE), codec.encode_state(self._state(online=False))

    def stop(self) -> None:
        """Say goodbye."""
        topic, payload = self.will()
        self._outbox.send(topic, payload, qos=1, retain=True)
        self._is_connected = False
        self._end_alarm()
        for lamp in (self._parts.lamp, self._parts.buzzer):
            if lamp is not None:
                lamp.off()

    # --- what is measured

    def _switched(self, name: str, is_on: bool) -> None:
        metric = self._parts.switches[name].metric
        is_urgent = is_on and metric in COMES_AT_ONCE
        numbers = self._forwarder.tell([Measurement(sensor=name, metric=metric, value=is_on)], is_waited_for=is_urgent)
        if is_on and metric == CALL:
            self._calls += numbers
            self._show()

    def _passes(self, name: str, beam: Callable[[bool], Way | None], is_broken: bool) -> None:
        if (way := beam(is_broken)) is not None:
            self._passed[name][way] += 1
            self._tell_soon()

    def _turned(self, name: str, is_on: bool) -> None:
        if is_on:
            self._pulses[name] += 1
            self._loads[name].pulse(self._timers.now())
            self._tell_soon()

    def _tell_soon(self) -> None:
        if not self._is_resting:
            self._is_resting = True
            self._timers.call_later(REST_S, self._tell_counts)

    def _tell_counts(self) -> None:
        self._is_resting = False
        self._forwarder.tell(self._counts(), can_wait=True)

    def _report(self) -> None:
        self._timers.call_later(REPORT_S, self._report)  # first: when the card refuses, this time is not the last
        self._forwarder.tell([*self._switches(), *self._counts()], can_wait=True)

    def _breathe(self) -> None:
        if self._parts.air:
            self._timers.call_later(AIR_S, self._breathe)
        measured = []
        for name, part in self._parts.air.items():
            values = part.read().items()
            measured += [Measurement(sensor=name, metric=metric, value=value) for metric, value in values]
        if measured:
            self._forwarder.tell(measured, can_wait=True)

    def _switches(self) -> Sequence[Measurement]:
        switches = self._parts.switches.items()
        return [Measurement(sensor=name, metric=told.metric, value=told.part.is_on) for name, told in switches]

    def _counts(self) -> Sequence[Measurement]:
        people = [
            Measurement(sensor=name, metric=metric, value=float(ways[way]))
            for name, ways in self._passed.items()
            for metric, way in (("entries", Way.IN), ("exits", Way.OUT))
        ]
        energy = [
            Measurement(sensor=name, metric="energy", value=pulses / self._parts.meters[name].pulses_per_kwh)
            for name, pulses in self._pulses.items()
        ]
        now = self._timers.now()
        power = [Measurement(sensor=name, metric="power", value=load.watts(now)) for name, load in self._loads.items()]
        return [*people, *energy, *power]

    # --- what it shows

    def _hear_of_calls(self) -> None:
        waiting = [number for number in self._calls if not self._forwarder.is_kept(number)]
        if len(waiting) < len(self._calls) and self._parts.buzzer is not None:
            self._parts.buzzer.flash(BEEP_S)
        self._calls = waiting
        self._show()

    def _heed(self, said: Show) -> None:
        self._end_alarm()
        if said.alarm:
            self._alarm = self._timers.call_later(float(said.for_s), self._forget_alarm)
        if said.alarm and said.beep and self._parts.buzzer is not None:
            self._parts.buzzer.flash(ALARM_S)
        self._show()

    def _forget_alarm(self) -> None:
        self._alarm = None
        self._show()

    def _end_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _show(self) -> None:
        """Steady: the house hears us. Slow: it does not. Fast: somebody should come, or has called here unheard."""
        lamp = self._parts.lamp
        if lamp is None:
            return
        if self._calls or self._alarm is not None:
            lamp.blink(0.2)
        elif self._is_connected:
            lamp.on()
        else:
            lamp.blink(1.0)

    def _state(self, *, online: bool) -> State:
        return State(
            online=online,
            boot_id=self._boot_id,
            kind="facility",
            firmware=self._firmware,
            key=self._identity.key.public().text(),
        )

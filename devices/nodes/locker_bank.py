"""A locker bank: many doors behind one controller, opened only as `unlock/1` allows (docs/decisions/0002).

Everything here runs on one thread. A step that must be durable before the next is durable when its call returns, and
each is named by `reached(...)`, so that a test can stop the world between any two.
"""

import secrets
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from msgspec import structs

from devices.nodes.challenges import ChallengeRefused, Challenges
from devices.nodes.contents import BeamPart, Contents
from devices.nodes.own_rule import PULSE_S, OwnRule
from devices.ports import DoorMemory, Draft, EventLog, Outbox, Timer, Timers
from devices.wire import codec
from devices.wire.errors import Fault, WireError
from devices.wire.messages import (
    T_DEV_S,
    T_WATCH_S,
    Answer,
    Chal,
    Eack,
    Event,
    EventKind,
    Health,
    Level,
    Open,
    Part,
    Prep,
    Reason,
    SecondKey,
    Sreq,
    State,
    Sync,
)
from devices.wire.signing import PublicKey, SigningKey
from devices.wire.topics import Address, Channel

STATE_REST_S = 1.0  # doors that move within this are told of together
RESEND_S = 2.0  # an event not acknowledged is sent again after this
FORGERIES_A_MINUTE = 10  # beyond these one `tamper` event is written, not one a message: flash wears
MINUTE_S = 60.0
GAP_S = 0.15  # between two pulses by the bank's own rule, of doors whose supply keeps no account of its own


class StrikePart(Protocol):
    """What the node needs of a strike."""

    def pulse(self, seconds: float) -> None:
        """Energise for so long and return at once. Raises OSError when it cannot."""

    def off(self) -> None:
        """De-energise now."""


class ContactPart(Protocol):
    """What the node needs of a contact."""

    when_opened: Callable[[], None] | None
    when_shut: Callable[[], None] | None

    @property
    def level(self) -> str:
        """Settled: open, shut or unknown."""

    def flush(self) -> None:
        """Settle a pending edge now."""


class BoardPart(Protocol):
    """What the node needs of a lock board: what it is called, whether it answers, and which doors hang on it."""

    @property
    def name(self) -> str:
        """At most 31 characters."""

    @property
    def is_lost(self) -> bool:
        """It does not answer."""

    @property
    def doors(self) -> Sequence[tuple[int, int]]:
        """In runs: the first and the last of doors that follow one another."""


class SupplyPart(Protocol):
    """What feeds a strike and keeps an account of it."""

    def wait_s(self) -> float:
        """How long until it bears one more pulse; 0.0: now."""


class SecondKeyPart(Protocol):
    """What the node needs of a key switch or a fire contact."""

    when_changed: Callable[[], None] | None

    @property
    def reading(self) -> str:
        """Settled: off, on or fault."""


@dataclass(frozen=True)
class Door:
    """One door's parts. Without a supply of their own doors share one, which bears one pulse at a time.

    Without a beam nobody knows what is inside.
    """

    strike: StrikePart
    contact: ContactPart
    supply: SupplyPart | None = None
    beam: BeamPart | None = None


@dataclass(frozen=True)
class Input:
    """A second key's part, and whether the bank opens every door by itself while it is on."""

    part: SecondKeyPart
    opens_all: bool


@dataclass(frozen=True)
class Identity:
    """Who this device is, and whose commands it follows. It holds nothing that opens another device."""

    site: str
    device: str
    key: SigningKey
    gateway: PublicKey

    def topic(self, channel: Channel) -> str:
        """One of this device's own topics."""
        return str(Address(self.site, self.device, channel))


class LockerBank:
    """The node. `reached` is called at each named step; production hands in nothing."""

    def __init__(
        self,
        *,
        identity: Identity,
        doors: Mapping[int, Door],
        log: EventLog,
        timers: Timers,
        outbox: Outbox,
        boot_id: str,
        firmware: str = "",
        openings_per_minute: int = 6,
        strike_lag_s: float = 0.0,
        boards: Callable[[], Sequence[BoardPart]] = tuple,
        second_keys: Mapping[SecondKey, Input] = MappingProxyType({}),
        random: Callable[[int], bytes] = secrets.token_bytes,
        reached: Callable[[str], None] = lambda step: None,
    ) -> None:
        """`strike_lag_s`: so long after `pulse` has returned a strike may still act; a permission must last for it.

        `boards`: those that doors hang on, as they are now.
        """
        self._identity = identity
        self._doors = doors
        self._log = log
        self._timers = timers
        self._outbox = outbox
        self._boot_id = boot_id
        self._firmware = firmware
        self._openings_per_minute = openings_per_minute
        self._strike_lag_s = strike_lag_s
        self._boards = boards
        self._second_keys = second_keys
        self._reached = reached
        self._challenges = Challenges(secret=identity.key.secret(), boot_id=boot_id, random=random)
        self._memory: dict[int, DoorMemory] = {}
        self._openings: deque[tuple[float, int]] = deque()  # of the last minute: when, and which door
        self._forgeries: deque[float] = deque()
        self._watches: dict[int, Timer] = {}
        self._rule = OwnRule(list(doors), doors=self, timers=timers)
        self._contents = Contents(
            {no: door.beam for no, door in doors.items() if door.beam is not None},
            level=self._level,
            tell=lambda kind, no: self._keep(kind, door=no),
            timers=timers,
        )
        self._supply_free_at = 0.0  # of doors without a supply of their own
        self._resend: Timer | None = None
        self._state_due: Timer | None = None
        self._untold: list[Event] = []
        self._told_seq = 0  # newest event sent since the link came up
        self._is_connected = False

    # --- what the world calls

    def start(self) -> None:
        """Wake up: every output off, then say what happened in the dark. Call once, first."""
        for door in self._doors.values():
            door.strike.off()
        self._memory = {no: DoorMemory() for no in self._doors} | self._log.doors()
        self._keep(EventKind.BOOT)
        for no, door in self._doors.items():
            self._look_after_the_dark(no, Level(door.contact.level))
        for no, door in self._doors.items():
            door.contact.when_opened = lambda no=no: self._door_opened(no)
            door.contact.when_shut = lambda no=no: self._door_shut(no)
        self._contents.start()
        for key, wired in self._second_keys.items():
            wired.part.when_changed = lambda key=key: self._key_changed(key)
            self._key_changed(key)

    def connected(self) -> None:
        """The link is up: say how we are, and everything not yet acknowledged."""
        self._is_connected = True
        self._told_seq = 0
        self._say_state()
        self._send_log()

    def disconnected(self) -> None:
        """The link is down. Doors are watched and the log is kept all the same."""
        self._is_connected = False

    def receive(self, topic: str, payload: bytes, *, retained: bool) -> None:
        """Take one message off the wire. Nothing that arrives here can raise."""
        try:
            if retained:
                raise WireError(Fault.RETAINED)
            if topic != self._identity.topic(Channel.CMD):
                raise WireError(Fault.TOPIC)
            message = codec.decode_command(payload, topic=topic, key=self._identity.gateway)
        except WireError as error:
            self._count_forgery(error.fault)
            return
        match message:
            case Prep():
                self._make_challenge(message)
            case Open():
                self._open(message)
            case Eack():
                self._forget_log(message)
            case Sreq():
                self._say_where_we_stand(message)

    def boards_changed(self) -> None:
        """A lock board was lost, or answers again: say so, with how its doors stand now."""
        self._say_state_soon()

    def will(self) -> tuple[str, bytes]:
        """What the broker says for us, retained, when we fall silent: topic and payload."""
        return self._identity.topic(Channel.STATE), codec.encode_state(State(online=False, boot_id=self._boot_id))

    def stop(self) -> None:
        """Every output off, and goodbye."""
        for door in self._doors.values():
            door.strike.off()
        topic, payload = self.will()
        self._outbox.send(topic, payload, qos=1, retain=True)

    # --- the protocol, in the order it happens

    def _make_challenge(self, prep: Prep) -> None:
        self._reached("prep.received")
        if prep.door not in self._doors:
            self._keep(EventKind.REFUSED, door=prep.door, cmd_id=prep.cmd_id, reason=Reason.NO_SUCH_DOOR)
            return
        challenge = self._challenges.make(prep.cmd_id, prep.door, self._timers.now())
        self._answer(
            Chal(
                cmd_id=challenge.cmd_id,
                door=challenge.door,
                nonce=challenge.nonce,
                dev_boot=self._boot_id,
                ttl_ms=int(challenge.left_s(self._timers.now()) * 1000),
                level=self._level(challenge.door),
                firmware=self._firmware,
            )
        )
        self._reached("chal.sent")

    def _open(self, order: Open) -> None:
        """Rules 1 to 6 of the device: each step in this order, and no other way to a pulse."""
        self._reached("open.verified")
        try:
            challenge = self._challenges.take(
                cmd_id=order.cmd_id, nonce=order.nonce, door=order.door, now=self._timers.now()
            )
            self._reached("nonce.deleted")
            self._use_one_opening(order.door)
        except ChallengeRefused as refusal:
            self._refuse(order, refusal.reason)
            return
        # An edge that is still settling belongs to what came before this command.
        self._doors[order.door].contact.flush()
        self._reached("edges.flushed")
        if self._memory[order.door].pending or self._memory[order.door].by_rule:
            self._refuse(order, Reason.BUSY)
            return
        self._intend(order)
        self._reached("intent.kept")
        if self._age_s(challenge.made_at) > min(T_DEV_S, order.max_age_ms / 1000) - self._strike_lag_s:
            self._refuse(order, Reason.TOO_LATE)
            return
        self._pulse(order)

    def _intend(self, order: Open) -> None:
        level = self._level(order.door)
        self._remember(order.door, pending=order.cmd_id)
        self._keep(EventKind.INTENT, door=order.door, cmd_id=order.cmd_id, level_before=level)

    def _pulse(self, order: Open) -> None:
        try:
            self._energise(order.door, order.pulse_ms / 1000)
        except OSError:
            self._refuse(order, Reason.STRIKE)
            return
        self._reached("pulsed")
        self._keep(EventKind.DONE, door=order.door, cmd_id=order.cmd_id)
        self._reached("done.kept")
        self._watch(order.door, order.cmd_id)

    def _energise(self, no: int, seconds: float) -> None:
        self._doors[no].strike.pulse(seconds)
        if self._doors[no].supply is None:
            self._supply_free_at = self._timers.now() + seconds + GAP_S

    def _use_one_opening(self, no: int) -> None:
        """At most so many openings a minute, whoever signs them: the gateway may be in a thief's hands.

        The second key, which alone lifts that, is at the cabinet itself and not on the wire.
        """
        now = self._timers.now()
        while self._openings and now - self._openings[0][0] >= MINUTE_S:
            self._openings.popleft()
        are_used_up = len(self._openings) >= self._openings_per_minute or self._has_had_its_share(no)
        if are_used_up and not self._a_second_key_is_on():
            raise ChallengeRefused(Reason.RATE)
        self._openings.append((now, no))

    def _has_had_its_share(self, no: int) -> bool:
        """A third of a minute's openings is left to the other doors: else the holder of one could keep all others shut.

        Nobody's things are behind the other doors of a cabinet that has only this one.
        """
        most = self._openings_per_minute
        share = most - max(1, most // 3) if len(self._doors) > 1 else most
        return sum(door == no for _, door in self._openings) >= max(1, share)

    def _refuse(self, order: Open, reason: Reason) -> None:
        if order.door in self._doors and self._memory[order.door].pending == order.cmd_id and reason in _AFTER_INTENT:
            self._remember(order.door, pending=None)
        self._keep(EventKind.REFUSED, door=order.door, cmd_id=order.cmd_id, reason=reason)

    def _watch(self, door: int, cmd_id: str) -> None:
        """For T_WATCH_S an opening edge is this command's. Until then it dangles, and a `sync` says so."""
        if self._memory[door].pending == cmd_id:  # the edge may have come already
            self._watches[door] = self._timers.call_later(T_WATCH_S, lambda: self._stop_watching(door, cmd_id))

    def _stop_watching(self, door: int, cmd_id: str) -> None:
        self._watches.pop(door, None)
        self._doors[door].contact.flush()
        if self._memory[door].pending != cmd_id:
            return
        self._remember(door, pending=None)
        if self._level(door) is Level.UNKNOWN:  # a door that nobody can see may have opened
            self._keep(EventKind.POSSIBLE, door=door, cmd_id=cmd_id)
        else:
            self._log.remember(self._memory)

    # --- the second key, and the bank's own rule

    def _key_changed(self, key: SecondKey) -> None:
        """A rule that has begun ends only by a clear "off": in a fire its wires may burn."""
        reading = self._second_keys[key].part.reading
        self._keep(_KEY_EVENTS[reading], reason=key)
        if self._second_keys[key].opens_all and reading == "on":
            self._rule.begin(key)
        elif all(wired.part.reading == "off" for wired in self._second_keys.values() if wired.opens_all):
            self._rule.end()

    def _a_second_key_is_on(self) -> bool:
        return any(wired.part.reading == "on" for wired in self._second_keys.values())

    def is_open(self, no: int) -> bool:
        """For the rule: sensed open."""
        return self._level(no) is Level.OPEN

    def is_watched(self, no: int) -> bool:
        """For the rule: an edge at this door would be a command's."""
        return self._memory[no].pending is not None

    def wait_s(self, no: int) -> float:
        """For the rule: how long until the door's supply bears one more pulse."""
        supply = self._doors[no].supply
        return supply.wait_s() if supply is not None else max(0.0, self._supply_free_at - self._timers.now())

    def pulse_by_rule(self, no: int, key: SecondKey) -> None:
        """For the rule: the steps of a signed `open` without its signature, so that each opening is found again."""
        self._doors[no].contact.flush()
        level = self._level(no)
        self._remember(no, by_rule=key)
        self._keep(EventKind.INTENT, door=no, level_before=level, reason=key)
        self._reached("intent.kept")
        try:
            self._energise(no, PULSE_S)
        except OSError:
            self._remember(no, by_rule=None)
            self._keep(EventKind.REFUSED, door=no, reason=Reason.STRIKE)
            return
        self._reached("pulsed")
        self._keep(EventKind.DONE, door=no, reason=key)
        self._reached("done.kept")

    def rule_is_over(self) -> None:
        """For the rule: an edge from now on is nobody's."""
        for no, memory in self._memory.items():
            if memory.by_rule:
                self._doors[no].contact.flush()
                self._end_of_rule_at(no)

    def _end_of_rule_at(self, no: int) -> None:
        key = self._memory[no].by_rule
        if key is None:
            return  # the edge has just come
        self._remember(no, by_rule=None)
        if self._level(no) is Level.UNKNOWN:  # as after a command
            self._keep(EventKind.POSSIBLE, door=no, reason=key)
        else:
            self._log.remember(self._memory)

    # --- the doors

    def _door_opened(self, no: int) -> None:
        before = self._memory[no]
        if before.pending is None and before.level is Level.OPEN:
            return  # nobody could see it for a while, and it stands as it stood
        if watch := self._watches.pop(no, None):
            watch.cancel()
        self._remember(no, level=Level.OPEN, pending=None, by_rule=None)
        self._contents.door_moved(no)
        self._keep(_opening(before), door=no, cmd_id=before.pending, reason=None if before.pending else before.by_rule)
        self._say_state_soon()

    def _door_shut(self, no: int) -> None:
        if self._memory[no].level is Level.SHUT:
            return  # as above
        self._remember(no, level=Level.SHUT)
        self._contents.door_moved(no)
        self._keep(EventKind.DOOR_CLOSED, door=no)
        self._say_state_soon()

    def _look_after_the_dark(self, no: int, level: Level) -> None:
        """Compare levels, not edges: nobody saw the edges while the power was off."""
        before = self._memory[no]
        if before.pending or before.by_rule:
            opened_in_the_dark = level is Level.OPEN and before.level is not Level.OPEN
            opened = EventKind.INFERRED if before.pending else EventKind.EMERGENCY
            self._remember(no, level=level, pending=None, by_rule=None if opened_in_the_dark else before.by_rule)
            self._keep(
                opened if opened_in_the_dark else EventKind.POSSIBLE,
                door=no,
                cmd_id=before.pending,
                level_before=before.level,
                reason=before.by_rule,
            )
            if self._memory[no].by_rule:
                self._rule.watch(no)
        elif level is Level.OPEN and before.level is not Level.OPEN:
            self._remember(no, level=level)
            # A door that was never seen before may stand open for a fitter; after that only force opens it.
            kind = EventKind.DOOR_OPEN if before.level is Level.UNKNOWN else EventKind.FORCED
            self._keep(kind, door=no, level_before=before.level)
        elif level is Level.SHUT and before.level is not Level.SHUT:
            self._remember(no, level=level)
            self._keep(EventKind.DOOR_CLOSED, door=no, level_before=before.level)

    def _level(self, no: int) -> Level:
        return Level(self._doors[no].contact.level)

    def _remember(self, no: int, **facts: Level | str | None) -> None:
        """Change what is remembered of a door (`level`, `pending`, `by_rule`); it is kept with the next event."""
        self._memory[no] = structs.replace(self._memory[no], **facts)

    # --- speaking

    def _keep(
        self,
        kind: EventKind,
        *,
        door: int | None = None,
        cmd_id: str | None = None,
        level_before: Level | None = None,
        reason: str | None = None,
    ) -> None:
        """Write an event down for good; it is told when the step that it belongs to is done."""
        draft = Draft(
            kind=kind,
            dev_boot=self._boot_id,
            mono_ms=self._mono_ms(),
            door=door,
            cmd_id=cmd_id,
            level_before=level_before,
            reason=reason,
        )
        self._untold.append(self._log.append(draft, self._memory))
        if len(self._untold) == 1:
            self._timers.call_soon(self._tell_news)

    def _tell_news(self) -> None:
        """Intent, pulse and edge of one opening in one breath: the gateway then takes them in one commit."""
        news, self._untold = self._untold, []
        for event in news:
            self._tell(event)
        self._plan_resend()

    def _tell(self, event: Event) -> None:
        topic = self._identity.topic(Channel.EVT)
        same_boot = event.dev_boot == self._boot_id
        age_ms = max(0, self._mono_ms() - event.mono_ms) if same_boot else None
        payload = codec.encode_event(event, age_ms=age_ms, topic=topic, key=self._identity.key)
        self._outbox.send(topic, payload, qos=1)
        self._told_seq = max(self._told_seq, event.seq)
        self._reached("evt.sent")

    def _send_log(self, *, after_seq: int = 0) -> None:
        for event in self._log.waiting():
            if event.seq > after_seq:
                self._tell(event)
        self._plan_resend()

    def _plan_resend(self) -> None:
        if self._resend is None and self._is_connected and self._log.waiting(1):
            self._resend = self._timers.call_later(RESEND_S, self._resend_now)

    def _resend_now(self) -> None:
        self._resend = None
        if self._is_connected:
            self._send_log()

    def _forget_log(self, eack: Eack) -> None:
        self._log.forget(min(eack.seq, self._log.last_seq()))
        self._reached("eack.received")
        self._send_log(after_seq=self._told_seq)  # what the last window had no room for

    def _say_where_we_stand(self, question: Sreq) -> None:
        """As told so far: what is still settling comes as an event of its own, after `last_seq`."""
        self._answer(
            Sync(
                q=question.q,
                dev_boot=self._boot_id,
                last_seq=self._log.last_seq(),
                oldest_seq=self._oldest_seq(),
                live=self._challenges.alive(self._timers.now()),
                dangling=[memory.pending for memory in self._memory.values() if memory.pending],
                doors=self._levels(),
            )
        )

    def _oldest_seq(self) -> int:
        waiting = self._log.waiting(1)
        return waiting[0].seq if waiting else self._log.last_seq() + 1

    def _answer(self, message: Answer) -> None:
        topic = self._identity.topic(Channel.CHAL)
        payload = codec.encode_answer(message, topic=topic, key=self._identity.key)
        self._outbox.send(topic, payload, qos=0)

    def _say_state_soon(self) -> None:
        """For whoever only looks on: after the proof has gone its way, and once for many doors."""
        if self._state_due is None:
            self._state_due = self._timers.call_later(STATE_REST_S, self._say_state)

    def _say_state(self) -> None:
        self._state_due = None
        state = State(
            online=True,
            boot_id=self._boot_id,
            kind="locker_bank",
            firmware=self._firmware,
            key=self._identity.key.public().text(),
            doors=self._levels(),
            parts=[_part(board) for board in self._boards()],
        )
        self._outbox.send(self._identity.topic(Channel.STATE), codec.encode_state(state), qos=1, retain=True)

    def _levels(self) -> dict[str, Level]:
        return {str(no): self._level(no) for no in self._doors}

    def _count_forgery(self, fault: Fault) -> None:
        """One event when they come in numbers; a single broken message is nobody's business."""
        now = self._timers.now()
        while self._forgeries and now - self._forgeries[0] >= MINUTE_S:
            self._forgeries.popleft()
        self._forgeries.append(now)
        if len(self._forgeries) == FORGERIES_A_MINUTE:
            self._keep(EventKind.TAMPER, reason=fault)

    # --- time

    def _mono_ms(self) -> int:
        return int(self._timers.now() * 1000)

    def _age_s(self, since: float) -> float:
        return self._timers.now() - since


# Refusals that come after the intent was kept and before anything moved: the command no longer dangles.
_AFTER_INTENT = frozenset({Reason.TOO_LATE, Reason.STRIKE})


_KEY_EVENTS = MappingProxyType({"on": EventKind.KEY_ON, "off": EventKind.KEY_OFF, "fault": EventKind.KEY_FAULT})


def _part(board: BoardPart) -> Part:
    health = Health.LOST if board.is_lost else Health.OK
    return Part(name=board.name, health=health, doors=list(board.doors))


def _opening(before: DoorMemory) -> EventKind:
    """By whom a door came open."""
    if before.pending:
        return EventKind.DOOR_OPEN
    return EventKind.EMERGENCY if before.by_rule else EventKind.FORCED

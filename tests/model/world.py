"""A centre in virtual time: production gateway, production firmware, a network that does its worst, and people.

Nothing here decides anything about unlocking. It only makes things happen, and remembers what truly did.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from devices.wire.messages import SecondKey
from devices.wire.signing import SigningKey
from firmware_sim.bank import SimulatedBank
from firmware_sim.building import Building
from firmware_sim.clockwork import Clockwork, Lifetime
from firmware_sim.doors import Hands
from firmware_sim.keys import KeyWiring, SimulatedKey
from firmware_sim.memory_log import MemoryLog
from firmware_sim.post import Letter
from gateway import wiring
from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.credentials.pepper import Pepper
from gateway.emergencies import openings as emergency_openings
from gateway.emergencies import service as emergencies
from gateway.fleet.model import Device, DeviceState, DoorLevel, Lock, Presence
from gateway.intake import Letter as Incoming
from gateway.kit import audit
from gateway.kit.db import Base, Change, Sessions, open_engine
from gateway.kit.errors import HearthError
from gateway.link.memory import MemoryCarriage, Said
from gateway.lockers import service as lockers
from gateway.lockers import shares
from gateway.lockers.model import Bank, Compartment, Size
from gateway.members.model import Member, Role
from gateway.staff import openings
from gateway.staff.rules import OPENING_WINDOW
from gateway.timekeeping import service as timekeeping
from gateway.unlocking import queries, service
from gateway.unlocking.model import UnlockState
from tests.centre_builder import rental_of

SITE = "demo"
GATEWAY_KEY = SigningKey.generate()
DEVICE_KEYS = {"bank-a": SigningKey.generate(), "bank-b": SigningKey.generate()}
DOORS = {"bank-a": 2, "bank-b": 1}
KEYS = {
    "bank-a": {SecondKey.FIRE_CONTACT: KeyWiring(rest_pin=1, on_pin=2, opens_all=True)},
    "bank-b": {SecondKey.KEY_SWITCH: KeyWiring(on_pin=1)},
}
MEMBERS = ["ann", "ben"]
STAFF = {"chief": Role.MANAGER, "desk": Role.DESK}
TICK_S = 0.5  # twice the production one: half of a schedule is otherwise spent looking for nothing
NOTE_S = 2.0  # a schedule lasts a minute; of a longer one nothing else would come
NEVER = datetime.min.replace(tzinfo=UTC)
DAY_ONE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class GatewayCrashError(BaseException):
    """The gateway is killed at this very point; no `except Exception` may outlive that."""


class CommitFailedError(Exception):
    """The disk is full."""


@dataclass
class VirtualClock:
    """Monotonic time is the clockwork's; the wall clock can be set by anybody."""

    clockwork: Clockwork
    wall_offset: timedelta = timedelta()

    def now(self) -> datetime:
        return DAY_ONE + timedelta(seconds=self.clockwork.now()) + self.wall_offset

    def monotonic(self) -> float:
        return self.clockwork.now()

    def host_boot(self) -> str:
        return "one-machine"


@dataclass
class FaultySessions(Sessions):
    """The production sessions, on a disk that can be full."""

    commits_to_fail: int = 0

    @contextmanager
    def begin(self) -> Iterator[Session]:
        with super().begin() as session:
            yield session
            if self.commits_to_fail:
                self.commits_to_fail -= 1
                raise CommitFailedError


@dataclass
class Hold:
    """Somebody's claim on a lock, in the clockwork's seconds."""

    who: str
    lock_id: str
    since: float
    until: float = float("inf")
    revoked_at: float = float("inf")


@dataclass
class Key(Hold):
    """What lets somebody open another's compartment, until the wall clock shows `ends_at`. It takes nobody's claim."""

    ends_at: datetime = DAY_ONE


@dataclass
class Freeze:
    """Nothing opens by command, in the clockwork's seconds; `device` None: in the whole centre."""

    id: str
    device: str | None
    since: float
    until: float = float("inf")
    rights: tuple[()] = ()  # no right follows from it

    def holds(self, device: str, moment: float) -> bool:
        """Whether it held there then. Of what happens in the very moment of its beginning nobody knows the order."""
        return self.device in (None, device) and self.since < moment < self.until


@dataclass
class Opening:
    """Every door is to open, by an emergency that began with two persons, or one and the keys; as Freeze has it."""

    id: str
    device: str | None
    since: float
    until: float = float("inf")
    rights: list[Hold] = field(default_factory=list)  # that follow from it

    def asks_for(self, device: str, moment: float) -> bool:
        """Whether the gateway may have asked for a door there then."""
        return self.device in (None, device) and self.since <= moment <= self.until


class RecordingLog(MemoryLog):
    """Keeps what was ever appended, for the oracle."""

    def __init__(self) -> None:
        super().__init__()
        self.everything = []

    def append(self, draft, doors):
        event = super().append(draft, doors)
        self.everything.append(event)
        return event


@dataclass
class World:
    """Everything a schedule can act upon. Open one with `open_world`."""

    building: Building
    sessions: FaultySessions
    clock: VirtualClock
    dice: random.Random
    attacker: SigningKey = field(default_factory=SigningKey.generate)
    assemble: Callable[..., wiring.Gateway] = wiring.assemble
    requested: set[str] = field(default_factory=set)
    by_program: dict[str, str] = field(default_factory=dict)  # of those, what a program asked for, and which
    holds: list[Hold] = field(default_factory=list)
    freezes: list[Freeze] = field(default_factory=list)
    openings: list[Opening] = field(default_factory=list)
    staff_holds: list[Hold] = field(default_factory=list)  # they take nobody's claim
    keys: list[Key] = field(default_factory=list)
    signed_at: dict[str, float] = field(default_factory=dict)
    known_when_signed: dict[str, datetime] = field(default_factory=dict)  # the latest time that the house had noted
    turned_away: list[tuple[str, str, float]] = field(default_factory=list)  # because of the clock: who, where, when
    latest_noted: datetime = NEVER  # since somebody last said that the clock is right
    power: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)
    gateway: wiring.Gateway | None = None
    gateway_crashes_at: str | None = None
    gateway_stalls_at: tuple[str, float] | None = None
    _life: Lifetime | None = None
    _is_stalled: bool = False

    @property
    def clockwork(self) -> Clockwork:
        return self.building.clockwork

    def bank(self, device: str) -> SimulatedBank:
        return self.building.banks[device]

    def key(self, device: str) -> SimulatedKey:
        """Its one second key."""
        (key,) = self.bank(device).keys.values()
        return key

    # --- the gateway's process

    def start_gateway(self) -> None:
        if self.gateway is not None:
            return
        self._life = self.clockwork.timers(around=self._guarded)
        self.gateway = self.assemble(
            site=SITE,
            sessions=self.sessions,
            clock=self.clock,
            key=GATEWAY_KEY,
            carriage=MemoryCarriage(self._post_from_the_gateway),
            pepper=Pepper.generate,
            reached=self._gateway_reached,
        )
        carry = self.sessions.on_commit
        self.sessions.on_commit = lambda changes: (self._note_signatures(changes), carry(changes))
        self._life.run(self.gateway.engine.start)
        if self.gateway is not None:
            self.building.post.arrive("gateway")
            self._life.call_later(TICK_S, self._tick)
            self._life.call_later(NOTE_S, self._note_time)

    def _post_from_the_gateway(self, said: Said) -> None:
        self.building.post.send("gateway", said.topic, said.payload, qos=said.qos, retain=said.retain)

    def _note_signatures(self, changes: list[Change]) -> None:
        for change in changes:
            if change.what.get("state") == UnlockState.SIGNED:
                self.signed_at[change.what["id"]] = self.clockwork.now()
                self.known_when_signed[change.what["id"]] = self.latest_noted

    def kill_gateway(self) -> None:
        if self.gateway is not None:
            self._life.end()
            self.gateway = None
            self.building.post.leave("gateway")

    def _tick(self) -> None:
        self._life.call_later(TICK_S, self._tick)
        self.gateway.engine.tick()

    def _note_time(self) -> None:
        """As the timetable does, once a minute."""
        self._life.call_later(NOTE_S, self._note_time)
        with Sessions.begin(self.sessions) as session:
            timekeeping.keep(session, clock=self.clock)
        self.latest_noted = max(self.latest_noted, self.clock.now())

    def believe_the_clock(self) -> None:
        """It is right, and somebody who has looked at another one says so."""
        self.clock.wall_offset = timedelta()
        with Sessions.begin(self.sessions) as session:
            timekeeping.believe(session, it_is=self.clock.now(), actor="subject-chief", clock=self.clock)
        self.latest_noted = self.clock.now()

    def hear(self, topic: str, payload: bytes, retained: bool) -> None:
        if self.gateway is not None:
            intake = self.gateway.intake
            self._life.run(lambda: intake.receive([Incoming(topic, payload, retained)]))

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except CommitFailedError:
            pass  # the outermost loop of the process logs it and goes on
        except GatewayCrashError:
            self.kill_gateway()
            self.clockwork.call_later(self.dice.uniform(0.5, 4.0), self.start_gateway)

    def _gateway_reached(self, step: str) -> None:
        if self.gateway_crashes_at == step:
            self.gateway_crashes_at = None
            raise GatewayCrashError
        if self.gateway_stalls_at and self.gateway_stalls_at[0] == step:
            _, seconds = self.gateway_stalls_at
            self.gateway_stalls_at = None
            life = self._life
            life.hold()
            self._is_stalled = True
            self.clockwork.advance(seconds)
            self._is_stalled = False
            life.let_go()

    # --- what people do

    def ask(self, who: str, device: str, door: int) -> str | None:
        """A member, or each second time a program of theirs, presses the button; None when refused at the door."""
        try:
            with Sessions.begin(self.sessions) as session:
                member = session.get_one(Member, who)
                program = f"program-of-{who}" if len(self.requested) % 2 else None
                audit.by_program(session, actor=member.audit_id, program=program)
                unlock = service.request_unlock(session, member=member, lock_id=lock_id(device, door), clock=self.clock)
        except HearthError as refused:
            if refused.code == "clock_wrong":
                self.turned_away.append((who, lock_id(device, door), self.clockwork.now()))
            return None
        self.requested.add(unlock.id)
        if program is not None:
            self.by_program[unlock.id] = program
        self.building.post.send("api", f"hearth/1/{SITE}/gateway/wake", b"", qos=0)
        return unlock.id

    def ask_as_staff(self, device: str, door: int) -> str | None:
        """Staff ask for a door, whoever holds what is behind it; None when refused."""
        now = self.clockwork.now()
        try:
            with Sessions.begin(self.sessions) as session:
                staff = session.get_one(Member, "desk")
                unlock = openings.open_door(
                    session,
                    lock_id=lock_id(device, door),
                    staff=staff,
                    reason="smoke",
                    clock=self.clock,
                    signed_in_at=self.clock.now(),
                )
        except HearthError:
            return None
        # Good for this long, and for as long again by a wall clock that is set back no further than before they asked.
        until = now + 2 * OPENING_WINDOW.total_seconds()
        self.staff_holds.append(Hold("desk", lock_id(device, door), now, until))
        self.requested.add(unlock.id)
        self.building.post.send("api", f"hearth/1/{SITE}/gateway/wake", b"", qos=0)
        return unlock.id

    def rent(self, who: str, device: str, door: int) -> bool:
        try:
            with Sessions.begin(self.sessions) as session:
                lockers.rent(
                    session,
                    member=session.get_one(Member, who),
                    now=self.clock.now(),
                    until=self.clock.now() + timedelta(hours=5),
                    max_days=7,
                    unsettled_locks=lambda: queries.unsettled_locks(session),
                    compartment_id=lock_id(device, door),
                )
        except HearthError:
            return False
        self.holds.append(Hold(who, lock_id(device, door), self.clockwork.now()))
        return True

    def share(self, who: str, to: str, *, seconds: float) -> bool:
        """Whoever holds a compartment lets another open it for so long, by the wall clock."""
        ends_at = self.clock.now() + timedelta(seconds=seconds)
        try:
            with Sessions.begin(self.sessions) as session:
                rental = rental_of(session, who)
                if rental is None:
                    return False
                facts = {"once": False, "until": ends_at, "now": self.clock.now()}
                holder = session.get_one(Member, who)
                shared = shares.share(session, rental_id=rental.id, holder=holder, with_member_no=to, **facts)
                lock = shared.grant.lock_id
        except HearthError:
            return False
        self.keys.append(Key(to, lock, self.clockwork.now(), ends_at=ends_at))
        return True

    def give_back(self, who: str) -> bool:
        try:
            with Sessions.begin(self.sessions) as session:
                rental = rental_of(session, who)
                if rental is None:
                    return False
                lockers.end_rental(
                    session,
                    rental=rental,
                    unsettled_locks=lambda: queries.unsettled_locks(session),
                    now=self.clock.now(),
                )
        except HearthError:
            return False
        for hold in self._held_by(who):
            hold.until = self.clockwork.now()
            for key in self.keys:
                if key.lock_id == hold.lock_id:
                    key.until = min(key.until, self.clockwork.now())
        return True

    def revoke(self, who: str) -> None:
        """Staff take the right away at once, whatever the door is doing; the rental itself stays."""
        with Sessions.begin(self.sessions) as session:
            rental = rental_of(session, who)
            if rental is not None:
                access.end(session, source=GrantSource.RENTAL, source_id=rental.id, now=self.clock.now())
        for hold in self._held_by(who):
            hold.revoked_at = min(hold.revoked_at, self.clockwork.now())

    def freeze(self, device: str | None) -> bool:
        """A manager stops every opening; bank and device bear one name here."""
        try:
            with Sessions.begin(self.sessions) as session:
                manager = session.get_one(Member, "chief")
                found = emergencies.freeze(session, bank_id=device, reason="theft", actor=manager, now=self.clock.now())
        except HearthError:
            return False
        self.freezes.append(Freeze(found.id, device, self.clockwork.now()))
        return True

    def open_everything(self, device: str | None) -> Opening | None:
        """Two persons want every door open, of a bank or of the centre; None when refused."""
        now = self.clock.now()
        try:
            with Sessions.begin(self.sessions) as session:
                who, other = (session.get_one(Member, one) for one in ("desk", "chief"))
                found = emergency_openings.propose(session, bank_id=device, reason="smoke", actor=who, now=now)
                if not found.by_key_switch:
                    who = other
                    emergency_openings.confirm(session, emergency_id=found.id, actor=who, now=now)
        except HearthError:
            return None
        opening = Opening(found.id, device, self.clockwork.now())
        self.openings.append(opening)
        for name, doors in DOORS.items():
            if device in (None, name):
                locks = [lock_id(name, no) for no in range(1, doors + 1)]
                opening.rights.extend(Hold(who.id, lock, opening.since) for lock in locks)
        self.staff_holds.extend(opening.rights)
        return opening

    def clear(self, emergency: Freeze | Opening) -> None:
        """Two persons end it, unless it is over; once the gateway, if it hangs, has given the database free."""
        if emergency.until < float("inf"):
            return
        if self._is_stalled:
            self.clockwork.call_later(0.1, partial(self.clear, emergency))
            return
        with Sessions.begin(self.sessions) as session:
            for who in STAFF:
                actor = session.get_one(Member, who)
                emergencies.clear(session, emergency_id=emergency.id, actor=actor, now=self.clock.now())
        emergency.until = self.clockwork.now()
        for hold in emergency.rights:
            hold.until = emergency.until

    def _held_by(self, who: str) -> list[Hold]:
        return [hold for hold in self.holds if hold.who == who and hold.until == float("inf")]

    # --- what a hostile or broken network does

    def random_fate(self, trouble: float) -> Callable[[Letter], list[float] | None]:
        """Lose, double, delay and so reorder; the more trouble, the more often."""

        def fate(letter: Letter) -> list[float] | None:
            if self.dice.random() >= trouble:
                return [0.002]
            kind = self.dice.choice(["lost", "doubled", "late", "very late"])
            return {
                "lost": [],
                "doubled": [0.002, self.dice.uniform(0.0, 1.0)],
                "late": [self.dice.uniform(0.0, 1.5)],
                "very late": [self.dice.uniform(1.0, 10.0)],
            }[kind]

        return fate

    def heal(self) -> None:
        """No more faults: everything is up, connected and honest, and stays so."""
        post = self.building.post
        for opening in self.openings:
            self.clear(opening)
        post.rules.clear()
        self.gateway_crashes_at = self.gateway_stalls_at = None
        self.sessions.commits_to_fail = 0
        for name, bank in self.building.banks.items():
            bank.forget_plans()
            post.mend(name)
            bank.thaw()
            self.key(name).turn_off()
            bank.power_on()
            for door in bank.doors.values():
                door.unjam()
        post.mend("gateway")
        self.start_gateway()
        for _ in range(20):
            self.clockwork.advance(1.0)
            if self._is_quiet():
                return

    def _is_quiet(self) -> bool:
        """Nothing is left to be told or settled."""
        with self.sessions.read() as session:
            unsettled = queries.unsettled(session)
        return not unsettled and not any(bank.log.waiting(1) for bank in self.building.banks.values())


def lock_id(device: str, door: int) -> str:
    """Locks and compartments bear one readable id here."""
    return f"{device}/{door}"


@dataclass
class Template:
    """An empty centre's database, and one engine to copy it into: a new engine would compile every query anew."""

    image: bytes
    engine: Engine

    def sessions(self) -> FaultySessions:
        """On a fresh copy; the one before is gone."""
        raw = self.engine.raw_connection()
        raw.dbapi_connection.deserialize(self.image)
        raw.close()
        return FaultySessions(self.engine)


def open_world(seed: int, template: Template, *, settle_s: float | None = None, spring_s: float | None = None) -> World:
    """A centre with both programs up and connected, and every compartment rented as far as there are members."""
    dice = random.Random(seed)
    building = Building(gateway=GATEWAY_KEY.public(), site=SITE, start_s=1000.0)
    clock = VirtualClock(building.clockwork)
    world = World(building=building, sessions=template.sessions(), clock=clock, dice=dice)
    for device, doors in DOORS.items():
        bank = building.add_bank(
            device,
            doors=doors,
            key=DEVICE_KEYS[device],
            log=RecordingLog(),
            hands=Hands(spring_s=dice.choice([0.0, 0.15]) if spring_s is None else spring_s),
            settle_s=dice.choice([0.0, 0.03]) if settle_s is None else settle_s,
            random=dice.randbytes,
            openings_per_minute=dice.choice([2, 20]),
            second_keys=KEYS[device],
        )
        _note_power(world, device, bank)
    building.post.join(
        "gateway",
        topics=[topic for topic, _ in wiring.subscriptions(SITE)],
        receive=world.hear,
    )
    building.post.join("api", topics=[], receive=lambda *_: None)
    building.post.arrive("api")
    world.start_gateway()
    for bank in building.banks.values():
        bank.power_on()
    world.clockwork.advance(1.0)
    return world


def make_template() -> Template:
    """An empty centre."""
    engine = open_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Sessions(engine).begin() as session:
        for who in MEMBERS:
            session.add(_member(who))
        for who, role in STAFF.items():
            session.add(_member(who, role))
        for name, doors in DOORS.items():
            session.add(_device(name, doors))
            session.flush()
            session.add(Bank(id=name, device_id=name, name_zh=name, name_en=name))
            session.flush()
            for no in range(1, doors + 1):
                session.add(Lock(id=lock_id(name, no), device_id=name, door=no, level=DoorLevel.UNKNOWN))
                session.flush()
                session.add(
                    Compartment(
                        id=lock_id(name, no), bank_id=name, lock_id=lock_id(name, no), label=str(no), size=Size.M
                    )
                )
    raw = engine.raw_connection()
    image = raw.dbapi_connection.serialize()
    raw.close()
    return Template(image, engine)


def _member(who: str, role: Role = Role.MEMBER) -> Member:
    return Member(
        id=who,
        member_no=who,
        name=who,
        role=role,
        password_hash="",
        audit_id=f"subject-{who}",
        created_at=DAY_ONE,
        elder_mode=False,
    )


def _device(name: str, doors: int) -> Device:
    key = DEVICE_KEYS[name].public()
    return Device(
        id=name,
        kind="locker_bank",
        state=DeviceState.APPROVED,
        public_key=key.text(),
        fingerprint=key.fingerprint(),
        doors=doors,
        presence=Presence.UNKNOWN,
        heard_at=DAY_ONE,
        first_seen_at=DAY_ONE,
        last_seq=0,
        last_hash="0" * 64,
    )


def _note_power(world: World, device: str, bank: SimulatedBank) -> None:
    """Remember when the bank could see its doors."""
    tell_post = bank.when_powered
    world.power[device] = []

    def when_powered(is_on: bool) -> None:
        world.power[device].append((world.clockwork.now(), is_on))
        tell_post(is_on)

    bank.when_powered = when_powered

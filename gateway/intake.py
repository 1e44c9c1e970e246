"""The door that devices come in by: bytes become facts, or counted dead letters, and nothing else."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from sqlalchemy.orm import Session

from devices.wire import codec
from devices.wire.errors import Fault, WireError
from devices.wire.messages import Chal, Credential, Event, Given, Part, State, Sync
from devices.wire.signing import PublicKey
from devices.wire.topics import GATEWAY, Address, Channel, parse
from gateway.alerts.in_force import in_force
from gateway.bookings import service as bookings
from gateway.facility.watch import Watch, is_worth_a_look
from gateway.faults import service as faults
from gateway.fleet import queries as fleet_queries
from gateway.fleet import rules as fleet_rules
from gateway.fleet import service as fleet
from gateway.fleet.model import DeviceEvent, DoorLevel, PartHealth
from gateway.fleet.rules import Place, Presentation, Report
from gateway.fleet.service import Recorded
from gateway.kiosks.presenting import Presenting
from gateway.kit.clock import Clock
from gateway.kit.db import Sessions
from gateway.lockers import service as lockers
from gateway.recorder import Buried
from gateway.telemetry.store import Letter as ReadingLetter
from gateway.unlocking import service as unlocking
from gateway.unlocking.engine import UnlockEngine
from gateway.unlocking.ports import Challenge, Link, Standing

_EVENTS = f"/{Channel.EVT}"
KEY_COUNTS_S: Final = 1.0  # then it is read again: a device that was suspended may have been approved with another


@dataclass(frozen=True)
class Letter:
    """One message as the broker hands it over."""

    topic: str
    payload: bytes
    retained: bool = False


@dataclass
class Intake:
    """Takes messages in order, on the engine's thread.

    When `receive` has returned, they may be acknowledged to the broker: what they said is committed, or they are
    counted as dead letters.
    """

    site: str
    sessions: Sessions
    engine: UnlockEngine
    presenting: Presenting
    link: Link
    clock: Clock
    reached: Callable[[str], None] = field(default=lambda step: None)
    watch: Watch = field(default_factory=Watch)
    _keys: dict[str, tuple[PublicKey, float]] = field(default_factory=dict)  # of approved devices, and read when

    def receive(self, letters: Sequence[Letter]) -> None:
        """Take what has come: events that follow one another in one transaction, everything else one by one.

        Raises nothing for bad bytes; a database that cannot commit does raise.
        """
        for are_events, together in groupby(letters, key=lambda letter: letter.topic.endswith(_EVENTS)):
            if are_events:
                self._receive_events(list(together))
            else:
                for letter in together:
                    self._receive_one(letter)

    def judge_readings(self, own: Mapping[str, Sequence[ReadingLetter]], others: Sequence[ReadingLetter]) -> set[str]:
        """Let staff know at once of what they must, and say which devices of our own count: those approved.

        `own`: by device; `others`: of makers' devices, which count already. Safe from the recorder's thread.
        """
        telling = {device for device, letters in own.items() if any(map(is_worth_a_look, letters))}
        quiet, unheard = own.keys() - telling, others
        approved: set[str] = set()
        if telling or any(map(is_worth_a_look, others)):
            approved |= self._judge({device: own[device] for device in telling}, others)
            unheard = []
        if quiet or unheard:
            # What the house's rules do not ask for, the centre's own may; no call for help waits for that question.
            with self.sessions.read() as session:
                asked_for = in_force(session).measured
                approved |= quiet & set(fleet_queries.approved_ids(session) if quiet else ())
            theirs = {device: own[device] for device in quiet & approved if _says_any(own[device], asked_for)}
            if theirs or _says_any(unheard, asked_for):
                self._judge(theirs, unheard)
        return approved

    def _judge(self, own: Mapping[str, Sequence[ReadingLetter]], others: Sequence[ReadingLetter]) -> set[str]:
        """By one transaction. Answers with those of our devices that count."""
        with self.sessions.begin() as session:
            approved = set(fleet_queries.approved_among(session, own.keys()))
            counting = [letter for device, letters in own.items() if device in approved for letter in letters]
            self.watch.note(session, [*counting, *others], now=self.clock.now())
        return approved

    def judge_again(self) -> None:
        """Let staff know of what has been so for long enough, though nobody says so again. The recorder's thread's."""
        now = self.clock.now()
        if self.watch.is_due(now):
            with self.sessions.begin() as session:
                self.watch.look_again(session, now=now)

    def bury_readings(self, buried: Sequence[Buried]) -> None:
        """Count messages of readings that could not be read. Safe from any thread."""
        with self.sessions.begin() as session:
            for one in buried:
                fleet.note_dead_letter(
                    session,
                    device=one.device,
                    channel=Channel.READING,
                    fault=one.fault,
                    detail=one.detail,
                    payload=one.payload,
                    count=one.count,
                    now=self.clock.now(),
                )

    def _receive_one(self, letter: Letter) -> None:
        try:
            self._take(letter)
        except WireError as error:
            self._bury(letter, error)

    def _take(self, letter: Letter) -> None:
        address = self._address_of(letter)
        if address.device == GATEWAY:
            self._take_call(address)
            return
        match address.channel:
            case Channel.STATE if not letter.payload:
                pass  # what stood there was cleared, by us when the device was retired: nobody says anything
            case Channel.STATE:
                self._take_state(address.device, codec.decode_state(letter.payload))
            case Channel.CHAL:
                self._take_answer(address.device, letter)
            case _:
                raise WireError(Fault.TOPIC, "not a device's to write")

    def _address_of(self, letter: Letter) -> Address:
        address = parse(letter.topic)
        if address.site != self.site:
            raise WireError(Fault.TOPIC, "another site's")
        if letter.retained and address.channel is not Channel.STATE:
            raise WireError(Fault.RETAINED)
        return address

    def _take_call(self, address: Address) -> None:
        if address.channel is Channel.WAKE:
            self.engine.wake()

    def _take_state(self, device_id: str, state: State) -> None:
        try:
            fingerprint = PublicKey.from_text(state.key).fingerprint() if state.key else ""
        except ValueError as error:
            raise WireError(Fault.MALFORMED, "no such key") from error
        with self.sessions.begin() as session:
            has_news = fleet.note_presence(session, _presentation(device_id, state, fingerprint), now=self.clock.now())
        if has_news:
            self.engine.meet(device_id)
        elif not state.online:
            self.engine.part(device_id)

    def _take_answer(self, device_id: str, letter: Letter) -> None:
        answer = codec.decode_answer(letter.payload, topic=letter.topic, key=self._pinned_key(device_id))
        match answer:
            case Chal():
                self.engine.on_challenge(
                    Challenge(
                        device_id=device_id,
                        cmd_id=answer.cmd_id,
                        door=answer.door,
                        nonce=answer.nonce,
                        boot_id=answer.dev_boot,
                    )
                )
            case Sync():
                self.engine.on_standing(_standing(device_id, answer))
            case Given(id=which, q=q, age_ms=age_ms, text=text):
                if not self.presenting.take(device_id, which=which, q=q, age_s=age_ms / 1000, text=text):
                    raise WireError(Fault.LATE)

    def _receive_events(self, letters: list[Letter]) -> None:
        reports: list[tuple[Letter, Report]] = []
        for letter in letters:
            try:
                report = self._report_of(letter)
            except WireError as error:
                self._bury(letter, error)
                continue
            if report is not None:
                reports.append((letter, report))
        if not reports:
            return
        self.reached("event.received")
        with self.sessions.begin() as session:
            kept = [(letter, self._keep(session, report)) for letter, report in reports]
            new = [recorded.event for _, recorded in kept if recorded.event is not None]
            faults.note_events(session, new, now=self.clock.now())
            newest = {recorded.device.id: (recorded.place, recorded.device.last_seq) for _, recorded in kept}
            self.reached("event.before_commit")
        self.reached("event.committed")
        for letter, recorded in kept:
            if recorded.place is Place.UNHEARD:
                self._keys.pop(recorded.device.id, None)
                self._bury(letter, WireError(Fault.STRANGER))
        for device_id, (place, last_seq) in newest.items():
            self._answer_events(device_id, place, last_seq)
        self._look_inside([event for event in new if event.kind in fleet_rules.PROOFS_OF_INSIDE])

    def _look_inside(self, told: Sequence[DeviceEvent]) -> None:
        """At once, and in transactions of their own: rentals come before the audit trail. The timetable looks, too."""
        for event in told:
            with self.sessions.begin() as session:
                lockers.look_inside(session, device_id=event.device_id, door=event.door or 0, now=self.clock.now())

    def _answer_events(self, device_id: str, place: Place, last_seq: int | None) -> None:
        """Acknowledge what is committed up to here; `place` is the newest one's."""
        if last_seq is not None and place not in {Place.WENT_BACK, Place.UNHEARD}:
            self.link.acknowledge(device_id, seq=last_seq)
        self.reached("eack.sent")
        if place is Place.AFTER_A_GAP:
            self.engine.meet(device_id)  # it knows whether those between will ever come

    def _report_of(self, letter: Letter) -> Report | None:
        """None: it is a card held to a reader, which is no event to keep."""
        device_id = self._address_of(letter).device
        envelope = codec.decode_event(letter.payload, topic=letter.topic, key=self._pinned_key(device_id))
        if isinstance(envelope.msg, Credential):
            if not self.presenting.hear(device_id, which=envelope.msg.id):
                raise WireError(Fault.UNBOUND)
            return None
        return _report(device_id, envelope.msg, envelope.age_ms)

    def _keep(self, session: Session, report: Report) -> Recorded:
        now = self.clock.now()
        recorded = fleet.record_event(session, report, now=now)
        if recorded.event is not None:
            opened = unlocking.take_event(session, recorded.event, now=now)
            if opened is not None:
                bookings.note_opening(session, member_id=opened.member_id, lock_id=opened.lock_id, now=now)
        if recorded.place is Place.WENT_BACK:
            unlocking.doubt_all(session, device_id=report.device_id, now=now)
            faults.note_lost_log(session, device_id=report.device_id, now=now)
        return recorded

    def _pinned_key(self, device_id: str) -> PublicKey:
        """Whose signature counts. That the device is still approved is looked at where something would follow."""
        now = self.clock.monotonic()
        key, read_at = self._keys.get(device_id, (None, now))
        if key is None or now - read_at >= KEY_COUNTS_S:
            self._keys.pop(device_id, None)
            with self.sessions.read() as session:
                text = fleet_queries.pinned_key(session, device_id)
            if text is None:
                raise WireError(Fault.STRANGER)
            key = PublicKey.from_text(text)
            self._keys[device_id] = key, now
        return key

    def _bury(self, letter: Letter, error: WireError) -> None:
        try:
            address = parse(letter.topic)
            device, channel = address.device, str(address.channel)
        except WireError:
            device, channel = "?", "?"
        with self.sessions.begin() as session:
            fleet.note_dead_letter(
                session,
                device=device,
                channel=channel,
                fault=error.fault,
                detail=error.detail,
                payload=letter.payload,
                now=self.clock.now(),
            )


def _presentation(device_id: str, state: State, fingerprint: str) -> Presentation:
    return Presentation(
        device_id=device_id,
        online=state.online,
        boot_id=state.boot_id,
        kind=state.kind,
        firmware=state.firmware,
        public_key=state.key,
        fingerprint=fingerprint,
        doors=max(map(int, state.doors), default=0),  # a door in between may be out of use
        parts={part.name: _part(part) for part in state.parts},
    )


def _part(told: Part) -> fleet_rules.Part:
    return fleet_rules.Part(health=PartHealth(told.health), doors=tuple(told.doors))


def _standing(device_id: str, sync: Sync) -> Standing:
    return Standing(
        device_id=device_id,
        q=sync.q,
        last_seq=sync.last_seq,
        oldest_seq=sync.oldest_seq,
        live=frozenset(sync.live),
        dangling=frozenset(sync.dangling),
        levels={int(no): DoorLevel(level) for no, level in sync.doors.items()},
    )


def _report(device_id: str, event: Event, age_ms: int | None) -> Report:
    return Report(
        device_id=device_id,
        seq=event.seq,
        hash=codec.event_hash(event),
        prev_hash=event.prev_hash,
        boot_id=event.dev_boot,
        kind=event.kind,
        mono_ms=event.mono_ms,
        door=event.door,
        cmd_id=event.cmd_id,
        level_before=event.level_before,
        reason=event.reason,
        age_ms=age_ms,
    )


def _says_any(letters: Sequence[ReadingLetter], metrics: Collection[str]) -> bool:
    return any(value.metric in metrics for letter in letters for value in letter.values)

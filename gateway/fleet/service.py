"""Acts upon devices. They never commit, send or sleep."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gateway.fleet import queries, rules
from gateway.fleet.model import (
    Button,
    DeadLetter,
    Device,
    DeviceEvent,
    DevicePart,
    DeviceState,
    DoorLevel,
    Inside,
    Lock,
    Presence,
    SecondKey,
)
from gateway.fleet.rules import Part, Place, Presentation, Report
from gateway.kit import audit
from gateway.kit.db import announce
from gateway.kit.errors import Conflict
from gateway.kit.ids import new_id
from gateway.zones import service as zones

MOST_DEAD_LETTERS = 500  # rows; beyond them strangers share one, so that nobody can fill the disk
_SAMPLE_BYTES = 128
_ANYBODY = "*"
_WAITING = (DeviceState.PENDING, DeviceState.SUSPENDED)  # for a person, who compares the label of what speaks up


def note_presence(session: Session, told: Presentation, *, now: datetime) -> bool:
    """A device says how it is, or its will says that it fell silent.

    True when an approved device has just come, or one of its boards has been lost or found: its doors stand otherwise.

    A stranger becomes PENDING and changes nothing else. None of this is signed, so it is good for showing who is there,
    and for nothing more.
    """
    device = session.get(Device, told.device_id)
    if device is None:
        if told.online and told.public_key and _has_room_for_strangers(session):
            _introduce(session, told, now)
        return False
    if device.maker or not _is_news(device, told):
        return False
    was_there = device.presence is Presence.ONLINE and device.boot_id == told.boot_id
    if told.online:
        device.boot_id, device.firmware, device.doors = told.boot_id, told.firmware, told.doors
        if device.state in _WAITING:
            device.public_key, device.fingerprint = told.public_key, told.fingerprint
    if not (told.online and was_there):  # a device says so at each move of a door; that alone is not worth a write
        device.heard_at = now
    _set_presence(session, device, Presence.ONLINE if told.online else Presence.OFFLINE, now)
    has_other_parts = told.online and _take_parts(session, device, told.parts, now)
    return device.state is DeviceState.APPROVED and told.online and (has_other_parts or not was_there)


def lose_sight(session: Session, *, now: datetime) -> None:
    """The broker cannot be heard: of no device we know whether it is there."""
    for device in session.scalars(select(Device).where(Device.presence != Presence.UNKNOWN)):
        _set_presence(session, device, Presence.UNKNOWN, now)


def give_up_on_the_unheard(session: Session, *, since: datetime, now: datetime) -> None:
    """After the broker came back and a grace: whoever has not spoken up since then is not there."""
    silent = select(Device).where(Device.presence == Presence.UNKNOWN, Device.heard_at < since, Device.maker == "")
    for device in session.scalars(silent):
        _set_presence(session, device, Presence.OFFLINE, now)


@dataclass(frozen=True)
class Recorded:
    """What became of a report. `event` is there when it was new: only then has anything changed."""

    place: Place
    device: Device
    event: DeviceEvent | None = None


def record_event(session: Session, report: Report, *, now: datetime) -> Recorded:
    """Keep one event of an approved device, once and in order.

    A log that went back suspends its device: with its counters wiped, old permissions might be played to it again.
    """
    device = queries.device(session, report.device_id)
    if device.state is not DeviceState.APPROVED:
        return Recorded(Place.UNHEARD, device)
    stored = None
    if device.last_seq is not None and report.seq <= device.last_seq:
        stored = session.get(DeviceEvent, (device.id, device.log_no, report.seq))
    place = rules.place_of(
        report, last_seq=device.last_seq, last_hash=device.last_hash, stored_hash=stored.hash if stored else None
    )
    if place is Place.WENT_BACK:
        suspend(session, device_id=device.id, reason="log_went_back", actor="gateway", now=now)
    event = _keep_event(session, device, report, now) if place is Place.NEXT else None
    return Recorded(place, device, event)


def take_up_log(session: Session, device: Device, *, oldest_seq: int, now: datetime) -> bool:
    """Begin an approved device's log with the oldest event it still has, or go on there when those before are gone.

    True when events that we should have are lost: it was away for longer than it can remember, or our database is an
    older copy. The gap is in the audit trail. What happens to come first never begins a log: an event that was sent
    before we listened would later look like a log that went back.
    """
    known = device.last_seq
    if known is not None and oldest_seq <= known + 1:
        return False
    device.last_seq, device.last_hash = oldest_seq - 1, ""
    if known is None:
        return False
    _forget_insides(session, device.id)
    lost = {"first": known + 1, "last": oldest_seq - 1}
    audit.append(session, actor=f"device:{device.id}", act="events_lost", thing=device.id, now=now, **lost)
    return True


def note_levels(session: Session, *, device_id: str, levels: Mapping[int, DoorLevel], now: datetime) -> None:
    """What a device says of its doors, verified."""
    locks = session.scalars(select(Lock).where(Lock.device_id == device_id, Lock.door.in_(levels)))
    for lock in locks:
        _set_level(session, lock, levels[lock.door], now)


def approve(session: Session, *, device_id: str, fingerprint: str, actor: str, now: datetime) -> Device:
    """Somebody compared the fingerprint with the device's label: pin its key and make its locks.

    Also ends a suspension, of the same box or of another put in its place, whose label it is then; the device's log
    starts afresh here, and its locks stay. One off the shelf has none.

    Raises Conflict("fingerprint_differs") and
    Conflict("device_retired").
    """
    device = queries.device(session, device_id)
    if device.state is DeviceState.RETIRED:
        raise Conflict("device_retired")
    if fingerprint.strip().upper() != device.fingerprint:
        raise Conflict("fingerprint_differs", expected=device.fingerprint, found=fingerprint)
    device.state, device.reason, device.approved_at = DeviceState.APPROVED, "", now
    device.log_no, device.last_seq, device.last_hash = device.log_no + 1, None, ""
    known = set(session.scalars(select(Lock.door).where(Lock.device_id == device_id)))
    session.add_all(
        Lock(id=new_id(), device_id=device_id, door=no) for no in range(1, device.doors + 1) if no not in known
    )
    session.flush()
    _record_move(session, device, actor, now)
    return device


def suspend(session: Session, *, device_id: str, reason: str, actor: str, now: datetime) -> None:
    """Nothing opens there until somebody approves it again."""
    device = queries.device(session, device_id)
    device.state, device.reason = DeviceState.SUSPENDED, reason
    _record_move(session, device, actor, now)


def retire(session: Session, *, device_id: str, actor: str, now: datetime) -> None:
    """It is gone for good and stands in no zone any more; its history stays."""
    device = queries.device(session, device_id)
    device.state, device.reason = DeviceState.RETIRED, ""
    zones.forget_device(session, device_id=device_id)
    _record_move(session, device, actor, now)


def meet_outsider(session: Session, *, maker: str, name: str, hardware_id: str, now: datetime) -> Device | None:
    """An off-the-shelf device was heard for the first time: it waits for a person. None: too many wait already."""
    if not _has_room_for_strangers(session):
        return None
    device = Device(
        id=rules.outsider_id(maker, name),
        kind=maker,
        state=DeviceState.PENDING,
        public_key="",
        fingerprint="",
        maker=maker,
        maker_name=name,
        hardware_id=hardware_id,
        presence=Presence.UNKNOWN,
        heard_at=now,
        first_seen_at=now,
    )
    session.add(device)
    session.flush()
    announce(session, "device", id=device.id, presence=device.presence, state=device.state)
    return device


def note_outsider(session: Session, device: Device, *, is_there: bool, now: datetime) -> None:
    """An off-the-shelf device has spoken, or its maker says that it is gone."""
    _set_presence(session, device, Presence.ONLINE if is_there else Presence.OFFLINE, now)
    if is_there and now - device.heard_at >= rules.HEARD_AGAIN:
        device.heard_at = now


def choose_button(session: Session, *, device_id: str, button: Button, actor: str, now: datetime) -> Device:
    """Say what it means when a button of an off-the-shelf device is pressed. Raises Conflict("no_button")."""
    device = queries.device(session, device_id)
    if not device.maker:
        raise Conflict("no_button")
    if device.button is not button:
        device.button = button
        session.flush()
        audit.append(session, actor=actor, act="button_chosen", thing=device_id, now=now, button=button)
    return device


def have_alarms_shown(session: Session, *, device_id: str, shown: bool, actor: str, now: datetime) -> Device:
    """Whether a node of our own shows the centre's alarms on its lamp and buzzer. Raises Conflict("no_lamp")."""
    device = queries.device(session, device_id)
    if device.maker or device.kind != "facility":
        raise Conflict("no_lamp")
    if device.shows_alarms is not shown:
        device.shows_alarms = shown
        session.flush()
        audit.append(session, actor=actor, act="alarms_shown", thing=device_id, now=now, shown=shown)
    return device


def rename_outsider(session: Session, device: Device, *, name: str, now: datetime) -> None:
    """Its maker calls the same hardware otherwise now. The name must be nobody's."""
    before, device.maker_name = device.maker_name, name
    session.flush()
    audit.append(session, actor="gateway", act="device_renamed", thing=device.id, now=now, before=before, after=name)


def forget_outsider(session: Session, device: Device) -> None:
    """One that nobody had approved has taken itself away."""
    zones.forget_device(session, device_id=device.id)
    session.delete(device)
    session.flush()


def note_dead_letter(
    session: Session,
    *,
    device: str,
    channel: str,
    fault: str,
    detail: str,
    payload: bytes,
    now: datetime,
    count: int = 1,
) -> None:
    """Count a message that was not taken, or `count` that were not for one reason, and keep the newest as a sample."""
    letter = session.get(DeadLetter, (device, channel, fault))
    if letter is None and _dead_letters_are_full(session):
        device = _ANYBODY
        letter = session.get(DeadLetter, (device, channel, fault))
    if letter is None:
        letter = DeadLetter(device=device, channel=channel, fault=fault, count=0, first_at=now)
        session.add(letter)
    letter.count += count
    letter.last_at = now
    letter.detail = "".join(c for c in detail if c.isprintable())[:200]  # PostgreSQL takes no NUL
    letter.sample = payload[:_SAMPLE_BYTES].hex()


def _introduce(session: Session, told: Presentation, now: datetime) -> None:
    device = Device(
        id=told.device_id,
        kind=told.kind,
        state=DeviceState.PENDING,
        public_key=told.public_key,
        fingerprint=told.fingerprint,
        doors=told.doors,
        firmware=told.firmware,
        presence=Presence.ONLINE,
        presence_at=now,
        boot_id=told.boot_id,
        heard_at=now,
        first_seen_at=now,
    )
    session.add(device)
    session.flush()
    _take_parts(session, device, told.parts, now)
    announce(session, "device", id=device.id, presence=device.presence, state=device.state)


def _is_news(device: Device, told: Presentation) -> bool:
    """Neither an old will, nor another box under the name of one that counts: only a person can swap a device.

    They suspend it, as one whose card has died, and what speaks up under its name then waits for them as a new one
    does: until its label was compared.
    """
    if rules.is_an_old_will(told, known_boot_id=device.boot_id):
        return False
    return not told.online or device.state in _WAITING or told.public_key == device.public_key


def _take_parts(session: Session, device: Device, told: Mapping[str, Part], now: datetime) -> bool:
    """Keep what a device says of its boards. True when that is other than it was."""
    known = {part.name: part for part in queries.parts(session, device.id)}
    if {name: Part.of(part) for name, part in known.items()} == told:
        return False
    for gone in known.keys() - told.keys():
        session.delete(known[gone])
    for name, said in told.items():
        part = known.get(name) or DevicePart(device_id=device.id, name=name)
        if part.health is not said.health:
            part.health, part.health_at = said.health, now
        part.doors = json.dumps(said.doors)
        session.add(part)
    session.flush()
    return True


def _has_room_for_strangers(session: Session) -> bool:
    waiting = session.scalar(select(func.count()).select_from(Device).where(Device.state == DeviceState.PENDING))
    return (waiting or 0) < rules.MOST_PENDING


def _dead_letters_are_full(session: Session) -> bool:
    return (session.scalar(select(func.count()).select_from(DeadLetter)) or 0) >= MOST_DEAD_LETTERS


def _set_presence(session: Session, device: Device, presence: Presence, now: datetime) -> None:
    if device.presence is presence:
        return
    device.presence, device.presence_at = presence, now
    announce(session, "device", id=device.id, presence=presence, state=device.state)
    if presence is not Presence.ONLINE:  # nobody sees those doors now, and nobody will have seen what happens meanwhile
        for lock in session.scalars(select(Lock).where(Lock.device_id == device.id)):
            _set_level(session, lock, DoorLevel.UNKNOWN, None)


def _keep_event(session: Session, device: Device, report: Report, now: datetime) -> DeviceEvent:
    event = DeviceEvent(
        device_id=device.id,
        log_no=device.log_no,
        seq=report.seq,
        hash=report.hash,
        boot_id=report.boot_id,
        kind=report.kind,
        door=report.door,
        cmd_id=report.cmd_id,
        level_before=report.level_before,
        reason=report.reason,
        mono_ms=report.mono_ms,
        observed_at=report.observed_at(now),
        received_at=now,
    )
    session.add(event)
    device.last_seq, device.last_hash, device.heard_at = report.seq, report.hash, now
    _note_second_key(session, device, report, now)
    level = rules.level_after(report.kind)
    if level is not None and report.door is not None:
        note_levels(session, device_id=device.id, levels={report.door: level}, now=event.observed_at or now)
    _note_inside(session, event, now)
    session.flush()
    return event


def _note_inside(session: Session, event: DeviceEvent, now: datetime) -> None:
    """A device that starts tells again of every shut door that has a beam; what it told before may be long untrue."""
    if event.kind == "boot":
        _forget_insides(session, event.device_id)
    inside = rules.inside_after(event.kind)
    if inside is not None and event.door is not None:
        lock = queries.lock_at(session, event.device_id, event.door)
        if lock is not None:
            lock.inside, lock.inside_at = inside, event.observed_at or now


def _forget_insides(session: Session, device_id: str) -> None:
    session.execute(
        update(Lock)
        .where(Lock.device_id == device_id, Lock.inside != Inside.UNKNOWN)
        .values(inside=Inside.UNKNOWN, inside_at=None)
    )


def _note_second_key(session: Session, device: Device, report: Report, now: datetime) -> None:
    """A start forgets how the keys stood: the device tells of each one that it has right after it."""
    if report.kind == "boot":
        device.key_switch = device.fire_contact = SecondKey.NONE
    after = rules.key_after(report.kind)
    if after is None or report.reason not in {"key_switch", "fire_contact"}:
        return
    before: SecondKey = getattr(device, report.reason)
    setattr(device, report.reason, after)
    if rules.is_worth_the_trail(before, after):
        audit.append(session, actor=f"device:{device.id}", act=f"{report.reason}_{after}", thing=device.id, now=now)


def _set_level(session: Session, lock: Lock, level: DoorLevel, seen_at: datetime | None) -> None:
    if lock.level is not level:
        announce(session, "door", lock_id=lock.id, level=level)
    lock.level = level
    lock.level_at = seen_at or lock.level_at
    if level is DoorLevel.OPEN:
        lock.open_since = lock.open_since or seen_at
        lock.inside = Inside.UNKNOWN
    elif level is DoorLevel.SHUT:
        lock.open_since = None


def _record_move(session: Session, device: Device, actor: str, now: datetime) -> None:
    audit.append(
        session,
        actor=actor,
        act=f"device_{device.state.lower()}",
        thing=device.id,
        now=now,
        fingerprint=device.fingerprint,
        reason=device.reason,
    )
    announce(session, "device", id=device.id, presence=device.presence, state=device.state)

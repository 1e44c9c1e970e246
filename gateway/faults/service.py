"""Seeing what is wrong, and raising the alert for it. These acts never commit, send or sleep.

What a device reports is judged in the transaction that keeps the event, so an alert is neither lost nor doubled when
the gateway dies. What only time shows (a door that stays open, a pulse after which nothing moved) the timetable asks
for, from what is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from gateway.alerts import queries as alert_queries
from gateway.alerts import rules as alert_rules
from gateway.alerts import service as alerts
from gateway.alerts.in_force import in_force
from gateway.faults import places, queries, rules
from gateway.faults.model import Pulse
from gateway.faults.places import Place
from gateway.fleet import queries as fleet
from gateway.fleet.model import (
    Device,
    DeviceEvent,
    DevicePart,
    DeviceState,
    DoorLevel,
    Lock,
    PartHealth,
    Presence,
    SecondKey,
)
from gateway.fleet.rules import Part


def note_events(session: Session, events: Sequence[DeviceEvent], *, now: datetime) -> None:
    """Devices have reported something new. Call once for each event, in the transaction that keeps it.

    Those that come together are best noted together: a pulse and the edge that follows are then one row, written once.
    """
    pulses = {}
    for event in events:
        if event.kind == "tamper":
            device = session.get_one(Device, event.device_id)
            _raise(session, "tamper", places.of_device(session, device), event, now)
        elif event.kind in rules.OF_A_KEY:
            _look_at_second_keys(session, session.get_one(Device, event.device_id), now)
        elif event.door is not None and event.kind in rules.TELLING | rules.OF_A_PULSE:
            if event.cmd_id is not None and event.kind in rules.OF_A_PULSE:
                pulses[event.device_id, event.door, event.cmd_id] = event
            if event.kind in rules.TELLING or event.kind == "possible":
                _note_door(session, event, now)
    for event in pulses.values():
        _keep_pulse(session, event, now)


def note_lost_log(session: Session, *, device_id: str, now: datetime) -> None:
    """A device's log went back: it is suspended, and a person must look at it."""
    place = places.of_device(session, session.get_one(Device, device_id))
    facts = {"place": place.name}
    alerts.raise_alert(session, kind="log_went_back", thing=place.thing, now=now, facts=facts, links=place.links)


def look_at_lock(session: Session, *, lock_id: str, now: datetime) -> None:
    """Judge a lock by what is stored of it: is it ajar, jammed, is its contact to be believed? Harmless to repeat."""
    lock = fleet.lock(session, lock_id)
    standing = _standing(session, lock)
    found = _what_is_wrong(session, lock, standing, now)
    for kind in queries.OF_DOORS:
        if kind in found or (kind in standing and _can_tell(kind, lock)):
            _note(session, kind, lock, found.get(kind), now)
    judged = update(Pulse).where(
        Pulse.lock_id == lock.id, Pulse.judged_at.is_(None), Pulse.pulsed_at <= now - rules.SEEN_BY
    )
    session.execute(judged.values(judged_at=now), execution_options={"synchronize_session": False})


def look_at_latch(session: Session, *, lock_id: str, now: datetime) -> None:
    """Judge how slow a lock has become. Harmless to repeat."""
    lock = fleet.lock(session, lock_id)
    latch = queries.latch(session, lock_id)
    stands = alert_queries.standing(session, kind="slow_latch", thing=lock_id)
    was_so = stands is not None and stands.over_at is None
    if latch is None:
        return
    if alert_rules.is_so(in_force(session).of("slow_latch", thing=lock_id), latch.slowness, was_so=was_so):
        _note(session, "slow_latch", lock, Wrong(now, {"now_ms": latch.now_ms, "usual_ms": latch.usual_ms}), now)
    elif stands is not None:
        _note(session, "slow_latch", lock, None, now)


def look_at_device(session: Session, *, device_id: str, now: datetime) -> None:
    """Judge whether a device is gone. While the broker itself cannot be heard nobody can tell. Harmless to repeat."""
    device = fleet.device(session, device_id)
    if device.presence is Presence.UNKNOWN and device.state is DeviceState.APPROVED:
        return
    since = device.presence_at or device.heard_at
    place = places.of_device(session, device)
    alerts.note_condition(
        session,
        kind="sensor_silent" if device.maker else "device_silent",
        thing=device.id,
        is_so=device.state is DeviceState.APPROVED and device.presence is Presence.OFFLINE,
        since=since,
        now=now,
        facts={"place": place.name, "since": since.isoformat()},
        links=place.links,
    )


def look_at_parts(session: Session, *, device_id: str, now: datetime) -> None:
    """Judge whether a device's boards and readers answer. Of one that is away nobody can tell. Harmless to repeat."""
    device = fleet.device(session, device_id)
    if device.presence is not Presence.ONLINE:
        return
    place = places.of_device(session, device)
    parts = {places.board(part): part for part in fleet.parts(session, device_id)}
    accused = queries.accused_parts(session, device_id)
    for thing in parts.keys() | accused.keys():
        part = parts.get(thing)
        alerts.note_condition(
            session,
            kind=accused.get(thing) or _kind_of(part),
            thing=thing,
            is_so=part is not None and part.health is PartHealth.LOST,
            since=part.health_at if part else None,
            now=now,
            facts=_of_part(place, part) if part else None,
            links=place.links,
        )


def _kind_of(part: DevicePart | None) -> str:
    """On a board hang doors, on a reader none."""
    return "board_dead" if part is None or Part.of(part).doors else "reader_dead"


def _of_part(place: Place, part: DevicePart) -> dict[str, object]:
    told = Part.of(part)
    if not told.doors:
        return {"place": place.name, "part": {"zh-CN": f"读卡器 {part.name}", "en": f"reader {part.name}"}}
    name = {"zh-CN": f"锁控板 {part.name}", "en": f"lock board {part.name}"}
    doors = {"zh-CN": told.doors_in_words(between="、"), "en": told.doors_in_words(between=", ")}
    return {"place": place.name, "part": name, "doors": doors}


def _look_at_second_keys(session: Session, device: Device, now: datetime) -> None:
    place = places.of_device(session, device)
    for kind, is_so in (
        ("key_switch_on", device.key_switch is SecondKey.ON),
        ("fire_contact_on", device.fire_contact is SecondKey.ON),
        ("second_key_fault", SecondKey.FAULT in (device.key_switch, device.fire_contact)),
    ):
        facts = {"place": place.name}
        alerts.note_condition(
            session, kind=kind, thing=place.thing, is_so=is_so, now=now, facts=facts, links=place.links
        )


@dataclass(frozen=True)
class Wrong:
    """Something is wrong: since when, what there is to say of it, and the hold time where it is not the kind's."""

    since: datetime
    facts: Mapping[str, object]
    hold: timedelta | None = None


def _what_is_wrong(session: Session, lock: Lock, standing: set[str], now: datetime) -> dict[str, Wrong]:
    found: dict[str, Wrong] = {}
    if lock.level is DoorLevel.OPEN and lock.open_since is not None and not queries.is_opened_for_all(session, lock):
        facts = {"since": lock.open_since.isoformat()}
        found["ajar"] = Wrong(lock.open_since, facts, queries.ajar_after(session, lock.id))
    pulses = queries.newest_pulses(session, lock.id, now=now)
    times = rules.in_vain([pulse.came_to for pulse in pulses])
    if alert_rules.is_so(in_force(session).of("jammed", thing=lock.id), times, was_so="jammed" in standing):
        found["jammed"] = Wrong(now, {"times": times})
    if why := _why_not_believed(session, lock, pulses, now):
        found["sensor_suspect"] = Wrong(now, {"why": why})
    return found


def _why_not_believed(session: Session, lock: Lock, pulses: Sequence[Pulse], now: datetime) -> dict[str, str] | None:
    times = rules.flaps(queries.newest_edges(session, lock), now=now)
    if times >= rules.FLAPS and not queries.was_put_right(session, lock, since=now - rules.FLAPPING_WITHIN):
        return {"zh-CN": f"一分钟内动了 {times} 次", "en": f"the door moved {times} times within a minute"}
    stood = [(pulse.came_to, pulse.pulsed_at) for pulse in pulses]
    if rules.stands_open_for_ever(stood, open_since=lock.open_since):
        return {"zh-CN": "每次开锁都说门本来就开着", "en": "it says open whenever somebody asks for the door"}
    return None


def _is_worth_a_look(session: Session, lock: Lock, now: datetime) -> bool:
    """A door that opens and shuts as it should costs no more than this."""
    return bool(_standing(session, lock)) or rules.flaps(queries.newest_edges(session, lock), now=now) >= rules.FLAPS


def _standing(session: Session, lock: Lock) -> set[str]:
    return {alert.kind for alert in alert_queries.all_standing(session, things=[lock.id])}


def _can_tell(kind: str, lock: Lock) -> bool:
    """A door that nobody can see is not known to be shut."""
    return kind != "ajar" or lock.level is DoorLevel.SHUT


def _note(session: Session, kind: str, lock: Lock, wrong: Wrong | None, now: datetime) -> None:
    if wrong is None:
        alerts.note_condition(session, kind=kind, thing=lock.id, is_so=False, now=now)
        return
    place = places.of_lock(session, lock, now=now)
    alerts.note_condition(
        session,
        kind=kind,
        thing=lock.id,
        is_so=True,
        since=wrong.since,
        hold=wrong.hold,
        now=now,
        facts={"place": place.name, **wrong.facts},
        links=place.links,
    )


def _raise(session: Session, kind: str, place: Place, event: DeviceEvent, now: datetime) -> None:
    alerts.raise_alert(
        session,
        kind=kind,
        thing=place.thing,
        now=now,
        at=event.observed_at,
        facts={"place": place.name},
        links=place.links,
    )


def _note_door(session: Session, event: DeviceEvent, now: datetime) -> None:
    lock = fleet.lock_at(session, event.device_id, event.door or 0)
    if lock is None:
        return
    if raised := {"forced": "forced", "possible": "door_unsure"}.get(event.kind):
        _raise(session, raised, places.of_lock(session, lock, now=now), event, now)
    if event.kind in rules.TELLING and _is_worth_a_look(session, lock, now):
        look_at_lock(session, lock_id=lock.id, now=now)


def _keep_pulse(session: Session, event: DeviceEvent, now: datetime) -> None:
    """Write down what came of a pulse as far as its events tell; a device can only speak of its own door."""
    lock = fleet.lock_at(session, event.device_id, event.door or 0)
    if lock is None:
        return
    told = [one for one in fleet.events_of(session, event.cmd_id or "") if _is_of(one, lock)]
    came = rules.came_of(told)
    if came is None:
        return
    pulse = session.get(Pulse, (lock.id, event.cmd_id))
    if pulse is None:
        pulse = Pulse(lock_id=lock.id, cmd_id=event.cmd_id, pulsed_at=event.observed_at or now)
        session.add(pulse)
    pulse.came_to, pulse.open_ms, pulse.judged_at = came.to, came.open_ms, None
    session.flush()


def _is_of(event: DeviceEvent, lock: Lock) -> bool:
    return (event.device_id, event.door) == (lock.device_id, lock.door)

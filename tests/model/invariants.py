"""What must be true after any schedule (invariants of `unlock/1`), judged against the ledger of physical truth."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from firmware_sim.ledger import Cause, Fact, Pulse, What
from gateway.fleet.model import Device, DeviceState
from gateway.kit import audit
from gateway.kit.audit import AuditEntry
from gateway.timekeeping.rules import TOLERANCE
from gateway.unlocking.model import TERMINAL, Unlock, UnlockState
from gateway.unlocking.rules import DEADLINE_S, T_DEV_S
from tests.model.world import STAFF, Hold, World, lock_id

NEVER_SIGNED = {UnlockState.EXPIRED, UnlockState.REFUSED}
TOLD_NOT_OPENED = {UnlockState.NOT_OPENED, *NEVER_SIGNED}
OPENING_RECORDS = {"door_opened", "door_inferred", "door_forced", "door_emergency"}
LONGEST_STALL_S = 21.0  # a node that hangs so long hears of its key as late
MINUTE_S = 60.0
SLACK_S = 0.01  # floating point, and the network's own two milliseconds


@dataclass(frozen=True)
class Violation:
    """A broken promise, by its name in the protocol's list."""

    invariant: str
    what: str


@dataclass(frozen=True)
class Opened:
    """A pulse, with the command whose intent the device wrote down just before it; None when there is none.

    `by_rule`: the intent was the bank's own, because of a second key.
    """

    pulse: Pulse
    unlock: Unlock | None
    by_rule: bool


def violations(world: World) -> Iterator[Violation]:
    """Everything wrong in a healed world."""
    with world.sessions.read() as session:
        unlocks = {unlock.id: unlock for unlock in session.scalars(select(Unlock))}
        entries = list(session.scalars(select(AuditEntry)))
        quarantined = {d.id for d in session.scalars(select(Device)) if d.state is not DeviceState.APPROVED}
        broken_chain = list(audit.verify(session))
    yield from (Violation("I6", f"audit: {why}") for why in broken_chain)
    yield from (Violation("L2", f"{name} was quarantined") for name in quarantined)
    opened = list(_attribute(world, unlocks))
    for one in opened:
        yield from _judge_pulse(world, one)
    for cmd_id, times in Counter(one.unlock.id for one in opened if one.unlock).items():
        if times > 1:
            yield Violation("I2", f"{cmd_id} was pulsed for {times} times")
    for unlock in unlocks.values():
        yield from _judge_outcome(world, unlock, [o.pulse for o in opened if o.unlock and o.unlock.id == unlock.id])
    yield from _judge_turned_away(world)
    yield from _judge_records(world, entries)
    yield from _judge_causes(world, entries, opened)
    yield from _judge_programs(world, entries)
    for device, bank in world.building.banks.items():
        pulses = [one.pulse for one in opened if one.pulse.device == device and not one.by_rule]
        most = bank.openings_per_minute
        yield from _judge_rate(world, "I12", device, pulses, most)
        for no in bank.doors if len(bank.doors) > 1 else ():
            of_door = [pulse for pulse in pulses if pulse.door == no]
            yield from _judge_rate(world, "I13", f"door {no} of {device}", of_door, max(1, most - max(1, most // 3)))


def _attribute(world: World, unlocks: dict[str, Unlock]) -> Iterator[Opened]:
    """To each pulse the intent that its device had written down for that door and not used yet."""
    for device, bank in world.building.banks.items():
        intents = [event for event in bank.log.everything if event.kind == "intent"]
        for pulse in world.building.ledger.pulses(device):
            mine = [e for e in intents if e.door == pulse.door and e.mono_ms <= pulse.at * 1000 + 1]
            if mine:
                intents.remove(mine[-1])
            intent = mine[-1] if mine else None
            yield Opened(
                pulse,
                unlocks.get(intent.cmd_id) if intent and intent.cmd_id else None,
                by_rule=intent is not None and intent.cmd_id is None and intent.reason is not None,
            )


def _judge_pulse(world: World, opened: Opened) -> Iterator[Violation]:
    pulse, unlock = opened.pulse, opened.unlock
    lock = lock_id(pulse.device, pulse.door)
    if opened.by_rule:
        if not _was_on(world, pulse.device, since=pulse.at - LONGEST_STALL_S, until=pulse.at):
            yield Violation("I11", f"{lock} was pulsed by a rule whose second key was off")
        return
    if unlock is None:
        yield Violation("I1", f"{lock} was pulsed and nobody had written down for whom")
        return
    if not _was_asked_for(world, unlock):
        yield Violation("I2b", f"{lock} was pulsed for {unlock.id}, which nobody asked for")
    if unlock.lock_id != lock:
        yield Violation("I5", f"{lock} was pulsed for a command to {unlock.lock_id}")
    if unlock.nonce is None:
        yield Violation("I1", f"{lock} was pulsed for {unlock.id}, which was never signed")
    if pulse.at > unlock.requested_mono + DEADLINE_S + SLACK_S:
        yield Violation("I3", f"{lock} was pulsed {pulse.at - unlock.requested_mono:.1f} s after it was asked for")
    rights = [*world.holds, *world.staff_holds, *world.keys]
    if not any(_covers(hold, unlock, until=world.signed_at.get(unlock.id, 0.0)) for hold in rights):
        yield Violation("I1", f"{lock} was pulsed for {unlock.member_id}, whose right had ended when it was signed")
    if not any(_covers(hold, unlock, until=pulse.at - T_DEV_S - SLACK_S) for hold in rights if hold.lock_id == lock):
        yield Violation("I4", f"{lock} was pulsed for {unlock.member_id}, whose right had ended before")
    signed_at = world.signed_at.get(unlock.id, 0.0)
    if any(freeze.holds(pulse.device, signed_at) for freeze in world.freezes):
        yield Violation("I10", f"{lock} was signed for while it was frozen")
    yield from _judge_key(world, unlock)
    may_open_anothers = unlock.member_id in STAFF or any(
        _covers(key, unlock, until=pulse.at - T_DEV_S - SLACK_S) for key in world.keys
    )
    for hold in world.holds:
        is_anothers = hold.lock_id == lock and hold.who != unlock.member_id
        if is_anothers and not may_open_anothers and hold.since < pulse.at < hold.until:
            yield Violation("I4b", f"{lock} was pulsed for {unlock.member_id} while it was {hold.who}'s")


def _judge_key(world: World, unlock: Unlock) -> Iterator[Violation]:
    """Of whoever has nothing but keys with an end: one of them was not over by any time that the house had noted."""
    if unlock.id not in world.signed_at:
        return
    signed_at, known = world.signed_at[unlock.id], world.known_when_signed[unlock.id]
    if any(_covers(hold, unlock, until=signed_at) for hold in (*world.holds, *world.staff_holds)):
        return
    keys = [key for key in world.keys if _covers(key, unlock, until=signed_at)]
    if keys and all(key.ends_at + TOLERANCE <= known for key in keys):
        yield Violation("I14", f"{unlock.lock_id} was signed for by a key that had been over before")


def _judge_turned_away(world: World) -> Iterator[Violation]:
    """Nobody's things are locked in because of a clock: a rental has no end that it could doubt."""
    for who, lock, at in world.turned_away:
        if any((hold.who, hold.lock_id) == (who, lock) and hold.since <= at < _ends_at(hold) for hold in world.holds):
            yield Violation("L3", f"{who} was kept out of {lock}, which is theirs, because of the clock")


def _ends_at(hold: Hold) -> float:
    return min(hold.until, hold.revoked_at)


def _was_asked_for(world: World, unlock: Unlock) -> bool:
    """Somebody pressed; or the gateway asked, for an emergency that lasted and meant that very bank."""
    if unlock.emergency_id is None:
        return unlock.id in world.requested
    asked_at = unlock.requested_mono
    return any(one.id == unlock.emergency_id and one.asks_for(unlock.device_id, asked_at) for one in world.openings)


def _covers(hold: Hold, unlock: Unlock, *, until: float) -> bool:
    theirs = (hold.who, hold.lock_id) == (unlock.member_id, unlock.lock_id)
    return theirs and hold.since <= unlock.requested_mono and _ends_at(hold) >= until


def _judge_outcome(world: World, unlock: Unlock, pulses: list[Pulse]) -> Iterator[Violation]:
    if unlock.state not in TERMINAL:
        yield Violation("L2", f"{unlock.id} is still {unlock.state} long after everything was healed")
    sprung = [fact for pulse in pulses for fact in _opened_by(world, pulse)]
    if unlock.state in NEVER_SIGNED and pulses:
        yield Violation("I7", f"{unlock.id} is {unlock.state} and its door was pulsed")
    if unlock.state in TOLD_NOT_OPENED and sprung:
        yield Violation("I7", f"{unlock.id} is {unlock.state} and its pulse opened the door")
    if unlock.state is UnlockState.OPENED and not _opened_since_its_intent(world, unlock):
        yield Violation("I7", f"{unlock.id} is OPENED and the door never came open")


def _opened_by(world: World, pulse: Pulse) -> list[Fact]:
    """The opening that this pulse's spring made, if it did: the first before any later pulse of that door."""
    later = [p.at for p in world.building.ledger.pulses(pulse.device, pulse.door) if p.at > pulse.at]
    before = min([pulse.at + 1.0, *later])
    openings = world.building.ledger.openings(pulse.device, pulse.door)
    return [f for f in openings if f.cause is Cause.STRIKE and pulse.at <= f.at < before]


def _opened_since_its_intent(world: World, unlock: Unlock) -> bool:
    log = world.bank(unlock.device_id).log.everything
    intents = [e.mono_ms / 1000 for e in log if e.kind == "intent" and e.cmd_id == unlock.id]
    openings = world.building.ledger.openings(unlock.device_id, unlock.door)
    return any(fact.at > intent - 0.002 for fact in openings for intent in intents)


def _judge_records(world: World, entries: list[AuditEntry]) -> Iterator[Violation]:
    """As many records as openings that could be seen: by the contact, or on waking up."""
    written = Counter(entry.thing for entry in entries if entry.act in OPENING_RECORDS)
    for device, bank in world.building.banks.items():
        for no in bank.doors:
            truth = _visible_openings(world, device, no)
            if written[lock_id(device, no)] != truth:
                yield Violation(
                    "I6", f"{device}/{no} came open {truth} times, written down {written[lock_id(device, no)]}"
                )


def _judge_causes(world: World, entries: list[AuditEntry], opened: list[Opened]) -> Iterator[Violation]:
    """What a bank's own rule opened is never called force."""
    written = Counter(entry.thing for entry in entries if entry.act == "door_forced")
    ruled = Counter(
        lock_id(one.pulse.device, one.pulse.door) for one in opened if one.by_rule for _ in _opened_by(world, one.pulse)
    )
    for device, bank in world.building.banks.items():
        for no in bank.doors:
            lock = lock_id(device, no)
            others = len(world.building.ledger.openings(device, no)) - ruled[lock]
            if written[lock] > others:
                yield Violation("I6", f"{lock} is written down as forced more often than anything else opened it")


def _judge_programs(world: World, entries: list[AuditEntry]) -> Iterator[Violation]:
    """What became of a command is said of the program that asked for it, and of no program when a person did."""
    for entry in entries:
        asked, said = json.loads(entry.detail).get("unlock"), audit.program_of(entry)
        if asked is not None and said != world.by_program.get(asked):
            yield Violation("I6", f"entry {entry.seq} says {said} of what {world.by_program.get(asked)} asked for")


def _judge_rate(world: World, name: str, where: str, pulses: list[Pulse], most: int) -> Iterator[Violation]:
    """Of commands no more than the limit in any minute of one start, but for a second key at the cabinet.

    `pulses`: of one device, or of one door of it.
    """
    for first, one_too_many in zip(pulses, pulses[most:], strict=False):
        device = first.device
        span_s = one_too_many.at - first.at
        is_one_start = not any(first.at <= at <= one_too_many.at for at, _ in world.power[device])
        was_on = _was_on(world, device, since=first.at - LONGEST_STALL_S, until=one_too_many.at)
        if span_s < MINUTE_S - SLACK_S and is_one_start and not was_on:
            yield Violation(name, f"{where} followed {most + 1} commands in {span_s:.1f} s without a second key")


def _was_on(world: World, device: str, *, since: float, until: float) -> bool:
    """The second key was on at some time between; so it counts while its wires burn."""
    moves = [(at, to) for at, to in world.key(device).moves if at <= until]
    return any(to == "on" and over_at >= since for (_, to), over_at in zip(moves, _ends(moves, until), strict=True))


def _ends(moves: list[tuple[float, str]], until: float) -> list[float]:
    """When each position gave way to being off for good."""
    offs = [at for at, to in moves if to == "off"]
    return [min((at for at in offs if at > began), default=until) for began, _ in moves]


def _visible_openings(world: World, device: str, no: int) -> int:
    moves = [(f.at, 0, f.what) for f in world.building.ledger.facts(device, no) if f.what in (What.OPENED, What.SHUT)]
    powers = [(at, 1, is_on) for at, is_on in world.power[device]]
    is_seen = is_open = was_open_when_last_seen = False
    count = 0
    for _, _, what in sorted(moves + powers, key=lambda e: e[:2]):
        if what is True:
            is_seen = True
            count += is_open and not was_open_when_last_seen
            was_open_when_last_seen = is_open
        elif what is False:
            is_seen = False
        else:
            is_open = what is What.OPENED
            count += is_seen and is_open
            was_open_when_last_seen = is_open if is_seen else was_open_when_last_seen
    return count

"""A day that a pretended facility node has lived through without its gateway, in some seconds.

The real program on pretended pins, in virtual time: what it measured lies in its own store with the times at which it
was, and goes out by the ordinary way as soon as the node runs. Nobody's clock is moved for it.
"""

import random
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from gpiozero.devices import Device

from devices import facility
from devices.nodes.facility import Facility
from devices.nodes.forwarder import Forwarder
from devices.nodes.locker_bank import Identity
from devices.ports import ReadingLog
from devices.runtime import facility_config, lock, program
from devices.runtime.config import ConfigError
from devices.runtime.facility_config import FacilityConfig
from devices.runtime.reading_store import SqliteReadings
from devices.wire.signing import SigningKey
from devices.wire.topics import Channel
from firmware_sim.clockwork import Clockwork
from firmware_sim.crowd import Crowd
from firmware_sim.pins import SolderedPins

LASTS: Final = timedelta(hours=24)
_SHORTEST: Final = timedelta(minutes=1)  # that is worth living
_SINCE: Final = "lived-since"
# How many come in each hour from 7:00 on: before work, in the morning, and most after work. All are out by 22:00.
COME: Final = (3, 5, 10, 12, 8, 5, 5, 8, 10, 9, 12, 18, 20, 14, 5)
OPENS_AT: Final = time(7)
CLOSES_AT: Final = time(22)
STAYS_MIN: Final = (30, 110)
ON_AFTER_MIN: Final = (1, 4)  # whoever goes on from the first place does so, and is back so long before they leave
DRAWS_EVERY: Final = timedelta(seconds=15)  # electricity, by how many are there then
# Once a day a window stands open, a pipe drips, somebody calls: so every 24 hours have one of each.
ONCE: Final = (
    (time(8, 5), "open", True),
    (time(10, 40), "water_leak", True),
    (time(10, 50), "water_leak", False),
    (time(15, 20), "call", True),
    (time(15, 20, 2), "call", False),
    (time(21, 40), "open", False),
)


class Happens(NamedTuple):
    """Somebody comes or goes through the doorway of that number, from 0; electricity is drawn, with the lights on or
    off; or a switch turns.
    """

    at: datetime
    what: str  # come, go, draw, or what the switch means
    door: int = 0
    is_on: bool = False


def of_one_day(
    day: date, zone: ZoneInfo, *, doors: int, since: datetime, out_by: datetime | None = None
) -> Iterator[Happens]:
    """What happens on a day of the centre's calendar, in no order.

    Whoever had come before `since`, or would not have gone by `out_by`, is not there.
    """
    for visit in visits_of(day, zone, doors=doors):
        if visit[0].at >= since and (out_by is None or visit[-1].at < out_by):
            yield from visit
    for at, what, is_on in ONCE:
        yield Happens(datetime.combine(day, at, zone), what, is_on=is_on)
    begins = datetime.combine(day, time(), zone)
    for no in range(timedelta(days=1) // DRAWS_EVERY):
        draws_at = begins + no * DRAWS_EVERY
        yield Happens(draws_at, "draw", is_on=OPENS_AT <= draws_at.time() < CLOSES_AT)


def visits_of(day: date, zone: ZoneInfo, *, doors: int) -> Iterator[Sequence[Happens]]:
    """What each who comes that day does, in order: in, most of them on through another doorway and back, and out."""
    chance = random.Random(day.toordinal())
    opens, closes = datetime.combine(day, OPENS_AT, zone), datetime.combine(day, CLOSES_AT, zone)
    for hour, people in enumerate(COME):
        for _ in range(people):
            comes = opens + timedelta(hours=hour, minutes=chance.uniform(0, 60))
            goes = min(comes + timedelta(minutes=chance.uniform(*STAYS_MIN)), closes - timedelta(minutes=1))
            door, after = chance.randrange(doors), timedelta(minutes=chance.uniform(*ON_AFTER_MIN))
            is_going_on = door and goes - comes > 2 * after
            on = [Happens(comes + after, "come", door), Happens(goes - after, "go", door)] if is_going_on else []
            if comes < goes:
                yield [Happens(comes, "come"), *on, Happens(goes, "go")]


def between(
    begin: datetime, end: datetime, zone: ZoneInfo, *, doors: int = 1, all_out: bool = False
) -> Sequence[Happens]:
    """In order; the same whenever it is asked. `all_out`: at its end nobody is inside."""
    days = sorted({moment.astimezone(zone).date() for moment in (begin, end)})
    out_by = end if all_out else None
    every = (one for day in days for one in of_one_day(day, zone, doors=doors, since=begin, out_by=out_by))
    return sorted(one for one in every if begin <= one.at < end)


def live(
    config: FacilityConfig,
    readings: ReadingLog,
    *,
    key: SigningKey,
    begin: datetime,
    happens: Sequence[Happens],
    end: datetime,
) -> Mapping[str, int]:
    """Let the node live through it. How many are where at its end, by the doorway they are behind.

    Raises ConfigError for a node without a door.
    """
    if not config.beams:
        raise ConfigError("beams: nobody can come to a node without a door, found none")
    clockwork = Clockwork()
    pins = SolderedPins()
    Device.pin_factory = pins

    def pause(seconds: float) -> bool:
        clockwork.advance(seconds)
        return False

    crowd = Crowd(config, pins, pause=pause)
    identity = Identity(config.site, config.device, key, config.gateway())
    outbox = program.Outbox()  # connected to nothing
    boot_id = secrets.token_hex(8)
    begin_ms = round(begin.timestamp() * 1000)
    forwarder = Forwarder(
        readings,
        topic=identity.topic(Channel.READING),
        boot_id=boot_id,
        timers=clockwork,
        outbox=outbox,
        clock_ms=lambda: begin_ms + round(clockwork.now() * 1000),
    )
    parts = facility.parts(config, clockwork, air=crowd.air)
    node = Facility(
        identity=identity,
        parts=replace(parts, lamp=None, buzzer=None),
        forwarder=forwarder,
        timers=clockwork,
        outbox=outbox,
        boot_id=boot_id,
    )
    node.start()
    for one in happens:
        clockwork.advance_to((one.at - begin).total_seconds())
        _let(one, crowd, config)
    clockwork.advance_to((end - begin).total_seconds())
    return crowd.there


def _let(one: Happens, crowd: Crowd, config: FacilityConfig) -> None:
    match one.what:
        case "come":
            crowd.come(config.beams[one.door])
        case "go":
            crowd.go(config.beams[one.door])
        case "draw":
            crowd.draw(DRAWS_EVERY.total_seconds(), is_lit=one.is_on)
        case means:
            crowd.switch(means, is_on=one.is_on)


class Lived(NamedTuple):
    """How long, and how many are where at the end, by the doorway they are behind."""

    hours: float
    there: Mapping[str, int]


class NotLived(NamedTuple):
    """A span that a node has not lived through. `all_out`: what follows it has been lived, and began with nobody."""

    begin: datetime
    end: datetime
    all_out: bool


def not_lived(*, since: datetime | None, until: datetime | None, now: datetime) -> list[NotLived]:
    """What of the last day a node has not lived that lived from `since` until `until`; None: it never has."""
    begin = now - LASTS
    if since is None or until is None or until <= begin:
        return [NotLived(begin, now, all_out=False)]
    spans = [NotLived(begin, min(since, now), all_out=True), NotLived(min(until, now), now, all_out=False)]
    return [one for one in spans if one.end - one.begin >= _SHORTEST]


def live_until_now(path: Path, *, zone: ZoneInfo, now: datetime) -> Lived:
    """The last day, into the store of the node of that file; what it has lived of it before it does not live again.

    Raises ConfigError, LogError or OSError.
    """
    config = facility_config.load(path)
    folder = path.resolve().parent
    store, key_file = folder / config.readings, folder / config.key
    key = program.own_key(key_file)
    held = lock.take(store)
    try:
        until = max(_written_at(store), default=None)
        since = _lived_since(folder, key_file)
        spans = not_lived(since=since, until=until, now=now)
        readings = SqliteReadings(store)
        there: Mapping[str, int] = {}
        try:
            for begin, end, all_out in spans:
                happens = between(begin, end, zone, doors=len(config.beams), all_out=all_out)
                there = live(config, readings, key=key, begin=begin, happens=happens, end=end)
        finally:
            readings.close()
        if spans:
            (folder / _SINCE).write_text(min(since, *(one.begin for one in spans)).isoformat(), encoding="utf-8")
    finally:
        held.close()
    return Lived(sum((one.end - one.begin for one in spans), timedelta()) / timedelta(hours=1), there)


def _lived_since(folder: Path, key_file: Path) -> datetime:
    """When it was made, or from when on it has lived before it was."""
    with suppress(FileNotFoundError, ValueError):
        return datetime.fromisoformat((folder / _SINCE).read_text(encoding="utf-8"))
    return datetime.fromtimestamp(key_file.stat().st_mtime, UTC)


def _written_at(store: Path) -> Iterator[datetime]:
    """When anything was last kept there, or let go."""
    for file in (store, store.with_name(store.name + "-wal")):
        if file.exists():
            yield datetime.fromtimestamp(file.stat().st_mtime, UTC)

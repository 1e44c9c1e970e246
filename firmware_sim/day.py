"""A day that a pretended facility node has lived through without its gateway, in some seconds.

The real program on pretended pins, in virtual time: what it measured lies in its own store with the times at which it
was, and goes out by the ordinary way as soon as the node runs. Nobody's clock is moved for it.
"""

import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
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
# How many come in each hour from 7:00 on: before work, in the morning, and most after work. All are out by 22:00.
COME: Final = (3, 5, 10, 12, 8, 5, 5, 8, 10, 9, 12, 18, 20, 14, 5)
OPENS_AT: Final = time(7)
CLOSES_AT: Final = time(22)
STAYS_MIN: Final = (30, 110)
LEAKS: Final = 0.05  # so likely on a day
LEAK_MIN: Final = 10


class Happens(NamedTuple):
    """Somebody comes or goes, or water comes and is dried up."""

    at: datetime
    what: str  # come, go, leak, dry


def of_one_day(day: date, zone: ZoneInfo, chance: random.Random) -> Iterator[Happens]:
    """What happens on a day of the centre's calendar, in no order."""
    opens = datetime.combine(day, OPENS_AT, zone)
    closes = datetime.combine(day, CLOSES_AT, zone)
    for hour, people in enumerate(COME):
        for _ in range(people):
            comes = opens + timedelta(hours=hour, minutes=chance.uniform(0, 60))
            goes = min(comes + timedelta(minutes=chance.uniform(*STAYS_MIN)), closes - timedelta(minutes=1))
            if comes < goes:
                yield Happens(comes, "come")
                yield Happens(goes, "go")
    if chance.random() < LEAKS:
        leaks = opens + timedelta(hours=chance.uniform(0, 14))
        yield Happens(leaks, "leak")
        yield Happens(leaks + timedelta(minutes=LEAK_MIN), "dry")


def between(begin: datetime, end: datetime, zone: ZoneInfo, chance: random.Random) -> Sequence[Happens]:
    """In order. Whoever had come before the beginning is not there, and so does not go."""
    days = {moment.astimezone(zone).date() for moment in (begin, end)}
    inside, found = 0, []
    for one in sorted(happening for day in sorted(days) for happening in of_one_day(day, zone, chance)):
        if begin <= one.at < end and not (one.what == "go" and inside == 0):
            inside += {"come": 1, "go": -1}.get(one.what, 0)
            found.append(one)
    return found


def live(
    config: FacilityConfig,
    readings: ReadingLog,
    *,
    key: SigningKey,
    begin: datetime,
    happens: Sequence[Happens],
    end: datetime,
) -> int:
    """Let the node live through it: people use its first door. How many are inside at its end.

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
    door = config.beams[0]
    acts: dict[str, Callable[[], None]] = {
        "come": partial(crowd.come, door),
        "go": partial(crowd.go, door),
        "leak": partial(crowd.leak, is_wet=True),
        "dry": partial(crowd.leak, is_wet=False),
    }
    for one in happens:
        clockwork.advance_to((one.at - begin).total_seconds())
        acts[one.what]()
    clockwork.advance_to((end - begin).total_seconds())
    return crowd.inside


def live_until_now(path: Path, *, zone: ZoneInfo, now: datetime) -> int | None:
    """The last day, into the store of the node of that file. How many are inside at its end.

    None: it has lived already, and would count people twice. Raises ConfigError, LogError or OSError.
    """
    config = facility_config.load(path)
    store = path.resolve().parent / config.readings
    if store.exists():
        return None
    key = program.own_key(path.resolve().parent / config.key)
    chance = random.Random(now.date().toordinal())  # noqa: S311 - no secret
    begin = now - LASTS
    held = lock.take(store)
    readings = SqliteReadings(store)
    try:
        happens = between(begin, now, zone, chance)
        return live(config, readings, key=key, begin=begin, happens=happens, end=now)
    finally:
        readings.close()
        held.close()

"""A pretended facility node: the real program on pretended pins, and people who come and go before it."""

import os
import signal
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from gpiozero.devices import Device

from devices import facility
from devices.runtime import facility_config
from firmware_sim import wanted
from firmware_sim.crowd import Crowd
from firmware_sim.pins import SolderedPins

COMES_EVERY_S: Final = 20.0


class Asked(NamedTuple):
    """A day is wanted, with hours of this zone; so many are where meanwhile, by the doorway they are behind."""

    zone: ZoneInfo
    there: Mapping[str, int]


def run(path: Path, *, comes_every_s: float = COMES_EVERY_S, there: Mapping[str, int] | None = None) -> "Asked | None":
    """Until SIGTERM or SIGINT, and then None; or until a day is wanted of it (`wanted`).

    `there`: so many are where already, by the doorway they are behind; None: nobody. Raises ConfigError or OSError
    with one sentence.
    """
    path = path.resolve()  # the firmware goes to its own directory
    config = facility_config.load(path)
    pins = SolderedPins()
    Device.pin_factory = pins
    stopping = threading.Event()
    crowd = Crowd(config, pins, pause=stopping.wait, there=there)
    people = threading.Thread(target=crowd.live, args=(comes_every_s,), name="people", daemon=True)
    people.start()
    asked: list[ZoneInfo] = []
    ear = threading.Thread(target=_listen, args=(path, asked, stopping), name="ear", daemon=True)
    ear.start()
    try:
        facility.run(path, air=crowd.air)
    finally:
        stopping.set()
        people.join(5.0)
        ear.join(5.0)
    return Asked(asked[0], crowd.there) if asked else None


def _listen(path: Path, asked: list[ZoneInfo], stopping: threading.Event) -> None:
    """Until a day is wanted: then this process hears what a stop would say."""
    while not stopping.wait(wanted.LOOKS_EVERY_S):
        if (zone := wanted.taken(path)) is not None:
            asked.append(zone)
            os.kill(os.getpid(), signal.SIGTERM)
            return

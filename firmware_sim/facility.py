"""A pretended facility node: the real program on pretended pins, and people who come and go before it."""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gpiozero.devices import Device

from devices import facility
from devices.runtime import facility_config
from firmware_sim.crowd import Crowd
from firmware_sim.pins import SolderedPins

COMES_EVERY_S: Final = 20.0


def run(path: Path, *, comes_every_s: float = COMES_EVERY_S, there: Mapping[str, int] | None = None) -> int:
    """Until SIGTERM or SIGINT. `there`: so many are where already, by the doorway they are behind; None: nobody.

    Raises ConfigError or OSError with one sentence.
    """
    config = facility_config.load(path)
    pins = SolderedPins()
    Device.pin_factory = pins
    stopping = threading.Event()
    crowd = Crowd(config, pins, pause=stopping.wait, there=there)
    people = threading.Thread(target=crowd.live, args=(comes_every_s,), name="people", daemon=True)
    people.start()
    try:
        return facility.run(path, air=crowd.air)
    finally:
        stopping.set()
        people.join(5.0)

"""`python -m devices facility`: a facility node on a Pi, put together."""

import os
import secrets
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from devices.nodes.facility import AirPart, Beams, Facility, Meter, Parts, Told
from devices.nodes.forwarder import Forwarder
from devices.nodes.locker_bank import Identity
from devices.parts.air import AirSensor
from devices.parts.signal_lamp import SignalLamp
from devices.parts.switch import Switch
from devices.ports import Timers
from devices.runtime import facility_config, lock, program, systemd
from devices.runtime.facility_config import FacilityConfig, LampConfig
from devices.runtime.mailbox import Mailbox
from devices.runtime.reading_store import SqliteReadings
from devices.wire.topics import Channel


def run(path: Path, *, air: Callable[[str], AirPart] = AirSensor) -> int:
    """Until told to stop. `air`: the sensor of that chip. Raises ConfigError, LogError or OSError with one sentence."""
    config = facility_config.load(path)
    directory = path.resolve().parent
    key = program.own_key(directory / config.key)
    door = program.way_in(config.broker, directory)
    held = lock.take(directory / config.readings)  # two of them would number alike
    readings = SqliteReadings(directory / config.readings)
    sys.stdout.write(f"{config.device}: key fingerprint {key.public().fingerprint()}\n")
    sys.stdout.flush()
    os.chdir(directory)  # the pin library puts a named pipe into the working directory; this one can be written
    identity = Identity(config.site, config.device, key, config.gateway())
    boot_id = secrets.token_hex(8)
    with ExitStack() as undo:
        undo.callback(held.close)
        undo.callback(readings.close)
        mailbox = Mailbox()
        outbox = program.Outbox()
        forwarder = Forwarder(
            readings,
            topic=identity.topic(Channel.READING),
            boot_id=boot_id,
            timers=mailbox,
            outbox=outbox,
            clock_ms=lambda: time.time_ns() // 1_000_000,
        )
        node = Facility(
            identity=identity,
            parts=parts(config, mailbox, air=air),
            forwarder=forwarder,
            timers=mailbox,
            outbox=outbox,
            boot_id=boot_id,
            firmware=program.version(),
        )
        outbox.connection = program.connection(identity.site, identity.device, door, node, mailbox)
        mailbox.start()
        undo.callback(mailbox.stop)
        mailbox.call_soon(node.start)
        undo.callback(partial(program.say_goodbye, node, mailbox, outbox.connection))
        outbox.connection.start()
        systemd.feed_watchdog(mailbox)
        systemd.notify(systemd.READY)
        program.wait(mailbox, look_after=[outbox.connection.is_ready])
    return 0


def parts(config: FacilityConfig, timers: Timers, *, air: Callable[[str], AirPart] = AirSensor) -> Parts:
    """What is soldered to it. Raises OSError naming the pin or the chip that cannot be had."""

    def switch(pin: int, *, on_is_low: bool, settle_ms: int) -> Switch:
        return Switch(pin, on_is_low=on_is_low, settle_s=settle_ms / 1000, timers=timers)

    return Parts(
        switches={
            one.name: Told(one.means, switch(one.pin, on_is_low=one.on_is_low, settle_ms=one.settle_ms))
            for one in config.switch
        },
        beams={
            one.name: Beams(
                switch(one.outer_pin, on_is_low=one.broken_is_low, settle_ms=one.settle_ms),
                switch(one.inner_pin, on_is_low=one.broken_is_low, settle_ms=one.settle_ms),
            )
            for one in config.beams
        },
        meters={
            one.name: Meter(switch(one.pin, on_is_low=True, settle_ms=one.settle_ms), one.pulses_per_kwh)
            for one in config.meter
        },
        air={one.name: air(one.chip) for one in config.air},
        lamp=_lamp(config.lamp, timers),
        buzzer=_lamp(config.buzzer, timers),
    )


def _lamp(config: LampConfig | None, timers: Timers) -> SignalLamp | None:
    return None if config is None else SignalLamp(config.pin, active_high=config.active_high, timers=timers)

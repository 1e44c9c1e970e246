"""`python -m devices kiosk`: the readers beside a kiosk's screen, put together."""

import secrets
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from devices.boards.port import SerialPort
from devices.nodes.kiosk import Kiosk
from devices.nodes.locker_bank import Identity
from devices.parts.key_reader import KeyReader
from devices.parts.line_reader import LineReader
from devices.ports import Timers
from devices.runtime import kiosk_config, lock, program, systemd
from devices.runtime.kiosk_config import ReaderConfig
from devices.runtime.mailbox import Mailbox


def run(path: Path) -> int:
    """Until told to stop. Raises ConfigError or OSError with one sentence."""
    config = kiosk_config.load(path)
    directory = path.resolve().parent
    key = program.own_key(directory / config.key)
    door = program.way_in(config.broker, directory)
    held = lock.take(directory / config.key)  # two of them would answer for one another
    sys.stdout.write(f"{config.device}: key fingerprint {key.public().fingerprint()}\n")
    sys.stdout.flush()
    identity = Identity(config.site, config.device, key, config.gateway())
    with ExitStack() as undo:
        undo.callback(held.close)
        mailbox = Mailbox()
        outbox = program.Outbox()
        readers = [reader(one, mailbox) for one in config.reader]
        node = Kiosk(
            identity=identity,
            readers=readers,
            timers=mailbox,
            outbox=outbox,
            boot_id=secrets.token_hex(8),
            firmware=program.version(),
        )
        outbox.connection = program.connection(identity.site, identity.device, door, node, mailbox)
        mailbox.start()
        undo.callback(mailbox.stop)
        for one in readers:
            undo.callback(one.close)
        mailbox.call_soon(node.start)
        undo.callback(partial(program.say_goodbye, node, mailbox, outbox.connection))
        outbox.connection.start()
        systemd.feed_watchdog(mailbox)
        systemd.notify(systemd.READY)
        program.wait(mailbox, look_after=[outbox.connection.is_ready])
    return 0


def reader(config: ReaderConfig, timers: Timers) -> LineReader | KeyReader:
    """As it is plugged in; not open yet."""
    held_s = config.held_ms / 1000
    if config.port is not None:
        port = SerialPort(config.port, baud=config.baud, timers=timers)
        return LineReader(config.name, port, timers=timers, held_s=held_s)
    return KeyReader(config.name, config.input or "", timers=timers, held_s=held_s)

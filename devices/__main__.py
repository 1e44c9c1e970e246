"""The firmware: `python -m devices locker_bank --config node.toml`, or `facility`, or `kiosk`."""

import argparse
import logging
import os
import secrets
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final, TextIO

from devices import facility, kiosk
from devices.boards.bank import BoardBank, PlanError
from devices.boards.bus import FIRST_LOOK_S, LAG_S
from devices.guard.process import Guard, StrikePin
from devices.nodes.locker_bank import Door, Identity, Input, LockerBank
from devices.nodes.room import TooManyDoorsError, refuse_too_many
from devices.parts.contact import Contact
from devices.parts.second_key import SecondKey
from devices.plans import board_plans, supplies
from devices.runtime import config as node_config
from devices.runtime import failpoint, lock, program, systemd
from devices.runtime.config import ConfigError, NodeConfig
from devices.runtime.logs import log_to_stderr
from devices.runtime.mailbox import Mailbox
from devices.runtime.program import WayIn
from devices.runtime.store import LogError, SqliteLog
from devices.wire.signing import SigningKey

log = logging.getLogger("devices")

_DESCRIPTION: Final = "Run the firmware of one device."
_EXAMPLE: Final = """example:
  python -m devices locker_bank --config /etc/hearth/bank-a/node.toml

The first start makes the device's key beside node.toml and prints its fingerprint, which the staff
compare when they approve the device. SIGTERM and Ctrl-C stop it with every strike off.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to stop. 0: stopped as told; 1: could not start or got stuck, with one sentence on stderr."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == ["commission"]:
        # Not at the top: the firmware itself needs nothing of it.
        return int(import_module("devices.commission.program").main(words[1:]))
    parser = argparse.ArgumentParser(
        prog="python -m devices",
        description=_DESCRIPTION,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "node",
        choices=["locker_bank", "facility", "kiosk"],
        help="which firmware (or `commission`, see its own --help)",
    )
    parser.add_argument("--config", type=Path, required=True, metavar="node.toml", help="who it is and how it is wired")
    asked = parser.parse_args(words)
    # Before the first thread: all of them inherit it, so that only `program.wait` ever sees these.
    signal.pthread_sigmask(signal.SIG_BLOCK, program.STOP_SIGNALS)
    log_to_stderr()
    try:
        if asked.node == "facility":
            return facility.run(asked.config)
        if asked.node == "kiosk":
            return kiosk.run(asked.config)
        return _run_locker_bank(_prepare(asked.config))
    except (ConfigError, LogError, OSError, sqlite3.Error) as error:
        sys.stderr.write(f"{error}\n")
        return 1


@dataclass(frozen=True)
class _Prepared:
    """Everything that can be wrong, found right."""

    config: NodeConfig
    key: SigningKey
    way: WayIn
    log: SqliteLog
    lock: TextIO


def _prepare(path: Path) -> _Prepared:
    config = node_config.load(path)
    directory = path.resolve().parent
    held = lock.take(directory / config.log)
    prepared = _Prepared(
        config=config,
        key=program.own_key(directory / config.key),
        way=program.way_in(config.broker, directory),
        log=SqliteLog(directory / config.log),
        lock=held,
    )
    sys.stdout.write(f"{config.device}: key fingerprint {prepared.key.public().fingerprint()}\n")
    sys.stdout.flush()
    os.chdir(directory)  # the pin library puts a named pipe into the working directory; this one can be written
    return prepared


def _run_locker_bank(prepared: _Prepared) -> int:
    """Build from the pins up, start from the pins up, stop in reverse."""
    config = prepared.config
    with ExitStack() as undo:
        undo.callback(prepared.log.close)
        mailbox = Mailbox()
        boards = _boards(config, mailbox)
        identity = Identity(config.site, config.device, prepared.key, config.gateway())
        _refuse_too_many(config, identity, boards)
        guard = _guard(config, undo)
        outbox = program.Outbox()
        bank = LockerBank(
            identity=identity,
            doors=_doors_on_pins(config, guard, mailbox) | _doors_on_boards(boards),
            log=prepared.log,
            timers=mailbox,
            outbox=outbox,
            boot_id=secrets.token_hex(8),
            firmware=program.version(),
            openings_per_minute=config.openings_per_minute,
            strike_lag_s=LAG_S if boards.doors else 0.0,
            boards=boards.parts,
            second_keys={key: _input(wired, mailbox) for key, wired in config.second_keys().items()},
            reached=failpoint.from_environment(),
        )
        boards.when_changed = bank.boards_changed
        outbox.connection = connection = program.connection(config.site, config.device, prepared.way, bank, mailbox)
        undo.callback(boards.close)
        mailbox.start()
        undo.callback(mailbox.stop)
        _see(boards, mailbox)
        _run_on(mailbox, bank.start)  # what goes wrong here ends the program
        undo.callback(program.say_goodbye, bank, mailbox, connection)
        connection.start()
        systemd.feed_watchdog(mailbox)
        systemd.notify(systemd.READY)
        program.wait(mailbox, look_after=[connection.is_ready, *([guard.look_after] if guard else [])])
    return 0


def _boards(config: NodeConfig, mailbox: Mailbox) -> BoardBank:
    try:
        return BoardBank(
            board_plans(config),
            supplies=supplies(config),
            taken=[door.no for door in config.doors],
            timers=mailbox,
        )
    except PlanError as error:
        raise ConfigError(str(error)) from error


def _refuse_too_many(config: NodeConfig, identity: Identity, boards: BoardBank) -> None:
    doors = [*(door.no for door in config.doors), *boards.doors]
    try:
        refuse_too_many(identity, doors, boards.parts(), firmware=program.version())
    except TooManyDoorsError as error:
        raise ConfigError(str(error)) from error


def _guard(config: NodeConfig, undo: ExitStack) -> Guard | None:
    """The process that owns the strikes' pins; boards time their pulses by themselves and need none."""
    if not config.doors:
        return None
    cutoff = Mailbox("cutoff")
    cutoff.start()
    undo.callback(cutoff.stop)
    guard = Guard({door.no: _strike_pin(door) for door in config.doors}, watch=cutoff)
    undo.callback(guard.close)
    return guard


def _see(boards: BoardBank, mailbox: Mailbox) -> None:
    """Wait for the boards' first word: what happened in the dark is judged by what can be seen."""
    seen = threading.Event()
    mailbox.call_soon(lambda: boards.start(seen.set))
    if not seen.wait(2 * FIRST_LOOK_S):
        raise OSError("the lock boards' lines hang")


def _run_on(mailbox: Mailbox, act: Callable[[], None]) -> None:
    """Run it there, and raise here what it raises."""
    done: Future[None] = Future()

    def run() -> None:
        try:
            act()
            done.set_result(None)
        except Exception as error:  # noqa: BLE001 - raised below
            done.set_exception(error)

    mailbox.call_soon(run)
    done.result(program.STUCK_S)


def _strike_pin(door: node_config.DoorConfig) -> StrikePin:
    return StrikePin(door.strike_pin, active_high=door.strike_active_high)


def _doors_on_pins(config: NodeConfig, guard: Guard | None, mailbox: Mailbox) -> dict[int, Door]:
    return {} if guard is None else {door.no: _door(door, config, guard, mailbox) for door in config.doors}


def _doors_on_boards(boards: BoardBank) -> dict[int, Door]:
    return {
        no: Door(strike=strike, contact=contact, supply=strike, beam=boards.beams.get(no))
        for no, (strike, contact) in boards.doors.items()
    }


def _door(door: node_config.DoorConfig, config: NodeConfig, guard: Guard, mailbox: Mailbox) -> Door:
    contact = Contact(
        door.contact_pin,
        closed_is_low=door.contact_closed_is_low,
        settle_s=config.settle_ms / 1000,
        timers=mailbox,
    )
    return Door(strike=guard.strike(door.no), contact=contact)


def _input(wired: node_config.SecondKeyConfig, mailbox: Mailbox) -> Input:
    part = SecondKey(
        rest_pin=wired.rest_pin,
        on_pin=wired.on_pin,
        broken_wire_is_on=wired.broken_wire_is_on,
        settle_s=wired.settle_ms / 1000,
        timers=mailbox,
    )
    return Input(part, opens_all=wired.opens_all)


if __name__ == "__main__":
    sys.exit(main())

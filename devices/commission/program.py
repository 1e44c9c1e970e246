"""`python -m devices commission --config node.toml`: the wizard, at a terminal or for a program."""

import argparse
import os
import secrets
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from devices.boards.bank import BoardBank, PlanError, open_serial
from devices.commission import profile
from devices.commission.bench import Bench, Lines
from devices.commission.finder import Finder
from devices.commission.hardware import RealStage, board_lines, pin_lines
from devices.commission.notes import replace_file
from devices.commission.talk import Hung, JsonLines, Talk, Terminal, language_from
from devices.commission.wizard import Stopped, Wizard
from devices.commission.words import LANGUAGES
from devices.plans import board_plans, supplies
from devices.ports import Draft
from devices.runtime import config as node_config
from devices.runtime import failpoint, lock
from devices.runtime.config import ConfigError, NodeConfig
from devices.runtime.mailbox import Mailbox
from devices.runtime.store import LogError, SqliteLog
from devices.wire.messages import EventKind

REASON: Final = "commissioning"  # of the `forced` that an opening in service is reported as

_DESCRIPTION: Final = (
    "Open each door of a bank once, with a person at the open cabinet, learn how it is wired, and write that into"
    " node.toml and onto a sheet to print."
)
_EXAMPLE: Final = """examples:
  sudo -u hearth python -m devices commission --config /var/lib/hearth-device/node.toml
  … --find /dev/ttyUSB0      first ask which boards hang there; nothing opens by that
  … --again                  after a repair: try what had trouble

Every answer is kept at once: after Ctrl-C or a power cut the same command goes on, and opens no door again.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What may be said beside it."""
    parser.add_argument("--config", type=Path, required=True, metavar="node.toml", help="the bank's own file")
    parser.add_argument("--language", choices=LANGUAGES, help="of the questions (default: the terminal's)")
    parser.add_argument("--find", metavar="PORT", help="ask which boards hang on this port, and add them to node.toml")
    parser.add_argument("--again", action="store_true", help="try once more what had trouble")
    parser.add_argument("--afresh", action="store_true", help="forget what was learnt, and open every door again")
    parser.add_argument("--in-service", action="store_true", help="the bank is in use already; asks for a typed yes")
    parser.add_argument("--rented", type=int, default=0, metavar="N", help="how many of its compartments are rented")
    parser.add_argument("--json", action="store_true", help="questions and answers as lines of JSON, for a program")


def main(words: Sequence[str]) -> int:
    """0: node.toml says what was found; 1: not, and why is said; 130: interrupted, and the same command goes on."""
    parser = argparse.ArgumentParser(
        prog="python -m devices commission",
        description=_DESCRIPTION,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments(parser)
    asked = parser.parse_args(words)
    talk: Talk = JsonLines() if asked.json else Terminal(asked.language or language_from(os.environ))
    try:
        with ExitStack() as undo:
            return 0 if _commission(asked, talk, undo) else 1
    except Stopped:
        return 1
    except (Hung, KeyboardInterrupt):
        talk.say("stopped")
        return 130
    except (ConfigError, PlanError, LogError, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _commission(asked: argparse.Namespace, talk: Talk, undo: ExitStack) -> bool:
    file: Path = asked.config.resolve()
    os.chdir(file.parent)  # the pin library puts a named pipe into the working directory
    mailbox = Mailbox("bench")
    mailbox.start()
    undo.callback(mailbox.stop)
    stage = RealStage(mailbox)
    if asked.find:
        _add_found(asked.find, file, stage, talk)
    config = node_config.load(file)
    undo.enter_context(lock.take(file.parent / config.log))
    in_service = _refuse_service(file.parent / config.log, asked, talk)
    parts: list[Lines] = [*board_lines(config, mailbox)]
    if config.doors:
        cutoff = Mailbox("cutoff")
        cutoff.start()
        undo.callback(cutoff.stop)
        parts.append(pin_lines(config, mailbox, cutoff))
    bench = Bench(parts, stage)
    undo.callback(bench.close)
    bench.start()
    wizard = Wizard(
        file=file,
        device=config.device,
        bench=bench,
        talk=talk,
        now=lambda: datetime.now(UTC),
        check=lambda text: _check(text, file),
        reached=failpoint.from_environment(),
        opened=_reporter(in_service, mailbox, undo),
    )
    return wizard.run(again=asked.again, afresh=asked.afresh)


def _add_found(port: str, file: Path, stage: RealStage, talk: Talk) -> None:
    """Boards that node.toml does not know yet, behind those that it does."""
    found = Finder(port, stage, open_serial, lambda family: talk.say("finding", family=family)).find()
    if not found:
        talk.say("found_none", port=port)
        raise Stopped
    text = file.read_text(encoding="utf-8")
    known = profile.addresses_at(text, port)
    for board in found:
        talk.say("found", family=board.family, address=board.address, ways=board.ways)
    new = [
        {"family": one.family, "port": one.port, "address": one.address, "ways": one.ways, "numbers": []}
        for one in found
        if one.address not in known
    ]
    if new:
        replace_file(file, profile.with_boards(text, new).encode())


def _refuse_service(log: Path, asked: argparse.Namespace, talk: Talk) -> Path | None:
    """The log of a bank whose firmware has run before; None: of a new one. Raises Stopped without a typed yes."""
    if not log.exists():
        return None
    memory = SqliteLog(log)
    was_used = memory.last_seq() > 0
    memory.close()
    if not (was_used or asked.rented):
        return None
    if not asked.in_service:
        raise ConfigError(
            f"{log} says that this bank has been in service: every door would open once, and what members have in it"
            " would lie open. Do it before opening hours, and say --in-service"
        )
    rented = talk.phrase("rented", count=asked.rented) if asked.rented else ""
    if talk.ask("in_service", rented=rented).lower() not in {"yes", "是"}:
        raise Stopped
    return log


def _reporter(log: Path | None, mailbox: Mailbox, undo: ExitStack) -> Callable[[int], None]:
    """In service every opening is told to the gateway, as what it is to it: one that nobody was permitted."""
    if log is None:
        return lambda door: None
    memory = SqliteLog(log)
    undo.callback(memory.close)
    boot_id = secrets.token_hex(8)

    def report(door: int) -> None:
        mono_ms = int(mailbox.now() * 1000)
        draft = Draft(kind=EventKind.FORCED, dev_boot=boot_id, mono_ms=mono_ms, door=door, reason=REASON)
        memory.append(draft, memory.doors())

    return report


def _check(text: str, file: Path) -> NodeConfig:
    """As the firmware will read it."""
    config = node_config.parse(text, file, NodeConfig)
    taken = [door.no for door in config.doors]
    BoardBank(board_plans(config), supplies=supplies(config), taken=taken, timers=Mailbox())
    return config

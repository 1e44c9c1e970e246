"""`hearth commission`."""

import os
import sys
import tomllib
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Final

from gateway.centre import open_centre
from gateway.commands import options
from gateway.kit.errors import NotFound
from gateway.lockers import queries as lockers
from gateway.settings import FILE_NAME

EXAMPLE: Final = "hearth commission --config /var/lib/hearth-device/node.toml --find /dev/ttyUSB0"

_FLAGS: Final = {
    "again": "try once more what had trouble",
    "afresh": "forget what was learnt, and open every door again",
    "in-service": "the bank is in use already; asks for a typed yes",
    "json": "questions and answers as lines of JSON, for a program",
}


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it: the program's own words, which a test compares."""
    options.add_centre(parser)
    parser.add_argument("--config", type=Path, required=True, metavar="node.toml", help="the bank's own file")
    parser.add_argument("--language", choices=["zh-CN", "en"], help="of the questions (default: the terminal's)")
    parser.add_argument("--find", metavar="PORT", help="ask which boards hang on this port, and add them to node.toml")
    for flag, what in _FLAGS.items():
        parser.add_argument(f"--{flag}", action="store_true", help=what)


def run(arguments: Namespace) -> int:
    """Become the wizard, which is a part of the firmware: nothing of it is imported here."""
    command = [sys.executable, "-m", "devices", "commission", "--config", str(arguments.config)]
    command += [f"--{flag}" for flag in _FLAGS if getattr(arguments, flag.replace("-", "_"))]
    for name in ("language", "find"):
        if (value := getattr(arguments, name)) is not None:
            command += [f"--{name}", value]
    if rented := rented_there(arguments.centre, arguments.config):
        command += ["--rented", str(rented)]
    os.execv(command[0], command)  # noqa: S606 - no shell: the program we were asked to become


def rented_there(centre_dir: Path, config: Path) -> int:
    """How many compartments of that bank are rented, where its centre is on this machine; else 0, and nobody knows."""
    if not (centre_dir / FILE_NAME).exists() or not config.exists():
        return 0
    device = tomllib.loads(config.read_text(encoding="utf-8")).get("device", "")
    centre = open_centre(centre_dir)
    try:
        with centre.sessions.read() as session:
            return sum(one.rental is not None for one in lockers.compartments(session, device))
    except NotFound:  # nobody has approved it yet
        return 0
    finally:
        centre.sessions.close()

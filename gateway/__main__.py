"""The `hearth` command."""

import importlib
import sys
from argparse import REMAINDER, ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from gateway.kit.errors import Trouble

DONE: Final = 0
FAILED: Final = 1

# Each is a module of gateway.commands with EXAMPLE, arguments(parser) and run(arguments).
COMMANDS: Final = MappingProxyType(
    {
        "init": "make a new centre: settings, keys, database, a one-time code for the first manager",
        "run": "run everything in the foreground: broker, gateway and web; --demo adds a pretended building",
        "gateway": "run the gateway alone: it holds the signing key and talks to the devices",
        "api": "run the web side alone: what browsers and programs talk to",
        "broker": "run the centre's MQTT broker alone",
        "migrate": "bring the database to this release's shape",
        "enrol": "make the folder that a new device carries to its Raspberry Pi",
        "home-assistant": "make the certificate with which Home Assistant comes to the broker, to look and not to open",
        "commission": "learn at the open cabinet how a bank's doors are wired, and write it down",
        "members": "take a list of members in: hearth members import FILE.csv",
        "doctor": "say what is wrong: clock, disk, database, broker, certificates, last backup",
        "backup": "make a copy of the centre while it runs, and try it",
        "restore": "put a copy back: hearth restore FILE",
        "vendor-read": "say what an off-the-shelf device's MQTT messages mean: JSON lines in, JSON lines out",
        "ballot-replay": "draw a published ballot again, and say whether it comes to the same",
        "verify-audit": "check that nothing in the audit trail was changed, dropped or reordered",
    }
)


def main(argv: Sequence[str] | None = None) -> int:
    """Do what was asked. 0 done, 1 failed (one sentence on stderr), 2 not understood."""
    asked = _parser().parse_args(argv)
    command = importlib.import_module(f"gateway.commands.{asked.command.replace('-', '_')}")
    parser = ArgumentParser(
        prog=f"hearth {asked.command}",
        description=f"{COMMANDS[asked.command]}.",
        epilog=f"example:\n  {command.EXAMPLE}",
        formatter_class=RawDescriptionHelpFormatter,
    )
    command.arguments(parser)
    arguments = parser.parse_args(asked.rest)
    try:
        status: int = command.run(arguments)
    except Trouble as trouble:
        return _failed(str(trouble))
    except OSError as error:
        return _failed(f"{error.filename}: {error.strerror}" if error.filename else str(error))
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> ArgumentParser:
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:{width}}  {what}" for name, what in COMMANDS.items())
    parser = ArgumentParser(
        prog="hearth",
        description="Runs a members' activity centre.",
        epilog=f"commands:\n{listed}\n\n`hearth COMMAND --help` says more, with an example.",
        formatter_class=RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="COMMAND")
    parser.add_argument("rest", nargs=REMAINDER, metavar="…")
    return parser


def _failed(sentence: str) -> int:
    print(f"hearth: {sentence}", file=sys.stderr)  # noqa: T201 - what a command line is for
    return FAILED


if __name__ == "__main__":
    sys.exit(main())

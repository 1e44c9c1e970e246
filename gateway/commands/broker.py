"""`hearth broker`."""

import os
from argparse import ArgumentParser, Namespace
from typing import NoReturn

from gateway import broker, embedded_broker
from gateway.commands import options
from gateway.kit.errors import Trouble
from gateway.settings import load_settings

EXAMPLE = "hearth broker --centre /var/lib/hearth"


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    options.add_centre(parser)


def run(arguments: Namespace) -> int:
    """Become Mosquitto, or serve until SIGTERM or Ctrl-C."""
    settings = load_settings(arguments.centre, os.environ)
    if broker.kind_here(settings.broker) == "embedded":
        return embedded_broker.run(arguments.centre, settings)
    command = broker.command(arguments.centre, settings)
    if command is None:
        raise Trouble("broker.kind is external: that broker is started where it stands, not here")
    return _become(command)


def _become(command: list[str]) -> NoReturn:
    os.execv(command[0], command)  # noqa: S606 - no shell: the program we were asked to become

"""`hearth api`."""

import os
import sys
from argparse import ArgumentParser, Namespace

from gateway.commands import options

EXAMPLE = "hearth api --centre /var/lib/hearth"


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    options.add_centre(parser)


def run(arguments: Namespace) -> int:
    """Become the web side. It is another program: it cannot sign, and nothing of it is imported here."""
    command = [sys.executable, "-m", "api", "--centre", str(arguments.centre)]
    os.execv(command[0], command)  # noqa: S606 - no shell: the program we were asked to become

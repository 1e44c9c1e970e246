"""`hearth gateway`."""

from argparse import ArgumentParser, Namespace

from gateway.commands import options
from gateway.program import run_gateway

EXAMPLE = "hearth gateway --centre /var/lib/hearth"


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    options.add_centre(parser)


def run(arguments: Namespace) -> int:
    """Until SIGTERM or Ctrl-C."""
    return run_gateway(arguments.centre)

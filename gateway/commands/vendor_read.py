"""`hearth vendor-read`."""

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace

from gateway.vendors.known import Known
from gateway.vendors.lines import AUTO, known_vendors, translate
from gateway.vendors.profile import named

EXAMPLE = "hearth vendor-read < messages.jsonl\n  mosquitto_sub -t '#' -F %j | hearth vendor-read"


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    parser.description = (
        f'{parser.description} Each line in is {{"vendor", "topic", "payload", "retained"?}}; '
        f'a payload is text, JSON, or {{"base64": …}}. '
        f"Each line out says kind, device and readings. Known vendors: {known_vendors()}."
    )
    parser.add_argument(
        "--vendor",
        type=_vendor,
        default=AUTO,
        metavar="NAME",
        help="for lines that name none (default: auto, by the topic where only one maker uses such)",
    )


def run(arguments: Namespace) -> int:
    """Answer every line at once, in order, until there are no more."""
    known = Known()
    try:
        for line in sys.stdin.buffer:
            sys.stdout.buffer.write(translate(known, line, arguments.vendor).encode() + b"\n")
            sys.stdout.buffer.flush()
    except BrokenPipeError:  # whoever listens has enough, as in `| head`; Python would complain again at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _vendor(name: str) -> str:
    if name != AUTO and named(name) is None:
        raise ArgumentTypeError(f"{name!r} is not known; known are {known_vendors()}, and auto")
    return name

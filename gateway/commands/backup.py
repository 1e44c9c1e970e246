"""`hearth backup`."""

import json
import sys
from argparse import ArgumentParser, Namespace

from gateway.backups import making
from gateway.centre import open_centre
from gateway.commands import options

EXAMPLE = "hearth backup --centre /var/lib/hearth"


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    parser.description = f"{parser.description} No key is in a copy: keep keys/, secrets/ and tls/ apart."
    options.add_centre(parser)
    options.add_json(parser)
    parser.add_argument("--list", action="store_true", help="only say which copies there are")


def run(arguments: Namespace) -> int:
    """Make one, try it, and say where it is."""
    centre = open_centre(arguments.centre)
    try:
        if arguments.list:
            made = making.copies(centre.directory, centre.settings)
        else:
            made = [making.make(centre, now=centre.clock.now(), say=_say)]
    finally:
        centre.sessions.close()
    if arguments.json:
        print(json.dumps({"copies": [_told(one) for one in made]}))
        return 0
    for one in made:
        print(f"{one.path}  {one.made_at:%Y-%m-%d %H:%M} UTC  {one.size / 2**20:.1f} MiB")
    if not arguments.list:
        print("It was unpacked, opened and read to the end of its audit trail.")
    return 0


def _told(one: making.Copy) -> dict[str, object]:
    return {"file": str(one.path), "made_at": one.made_at.isoformat(), "size_bytes": one.size}


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)

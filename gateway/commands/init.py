"""`hearth init`."""

import os
import re
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

from gateway.founding import found
from gateway.settings import Settings

EXAMPLE = "hearth init /var/lib/hearth --site riverside --zone Asia/Shanghai"


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    parser.add_argument(
        "directory", type=Path, metavar="DIR", help="where the centre shall live; empty or not there yet"
    )
    parser.add_argument("--site", help="its name on the wire (default: from DIR's own name)")
    zone = Settings.model_fields["zone"].default
    parser.add_argument("--zone", default=zone, help="the time zone in which people there live (default: %(default)s)")


def run(arguments: Namespace) -> int:
    """Found it, and say what its first manager needs."""
    directory: Path = arguments.directory
    site = arguments.site or site_from(directory.absolute().name)
    founded = found(directory, site=site, zone=arguments.zone, now=datetime.now(UTC), environ=os.environ)
    print(
        f"The centre {site} is founded in {directory}.\n"
        f"Its first manager signs in as {founded.manager_no} with the one-time code {founded.code}"
        f" until {founded.code_ends_at:%Y-%m-%d %H:%M} UTC, and then chooses a password.\n"
        f"Start it: hearth run --centre {directory}"
    )
    return 0


def site_from(folder: str) -> str:
    """A folder's name as the name of a site: what cannot stand in a topic becomes a hyphen."""
    return re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-")[:32].strip("-") or "centre"

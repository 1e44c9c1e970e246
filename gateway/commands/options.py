"""Options that several commands share."""

import os
from argparse import ArgumentParser
from pathlib import Path

DEFAULT_CENTRE = ".centre"


def add_centre(parser: ArgumentParser) -> None:
    """Which centre."""
    parser.add_argument(
        "--centre",
        type=Path,
        default=Path(os.environ.get("HEARTH_CENTRE", DEFAULT_CENTRE)),
        metavar="DIR",
        help="the centre's directory (default: $HEARTH_CENTRE, else .centre)",
    )


def add_json(parser: ArgumentParser) -> None:
    """For programs."""
    parser.add_argument("--json", action="store_true", help="say it as one JSON object")

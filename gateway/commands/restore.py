"""`hearth restore`."""

import json
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

from gateway.backups import restoring
from gateway.backups.restoring import Restored
from gateway.commands import options

EXAMPLE = "hearth restore /mnt/stick/hearth-riverside-20261126T030000Z.backup --centre /var/lib/hearth --replace"


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    parser.description = (
        f"{parser.description} The centre must not run. Afterwards nothing opens by command, until two persons have"
        " counted and cleared the freeze."
    )
    options.add_centre(parser)
    options.add_json(parser)
    parser.add_argument("file", type=Path, metavar="FILE", help="a copy that `hearth backup` made")
    parser.add_argument(
        "--replace",
        action="store_true",
        help="put it in the place of the database there, which stays beside it",
    )


def run(arguments: Namespace) -> int:
    """Put it back, and say what must be looked at before the doors are let go."""
    restored = restoring.restore(
        arguments.centre, arguments.file, replace=arguments.replace, now=datetime.now(UTC), say=_say
    )
    if arguments.json:
        print(json.dumps(_told(restored)))
    else:
        print(*_sentences(restored), sep="\n")
    return 0


def _told(restored: Restored) -> dict[str, object]:
    return {
        "made_at": restored.made_at.isoformat(),
        "to_count": [
            {"bank": one.bank, "label": one.label, "since": one.since.isoformat()} for one in restored.to_count
        ],
        "kept": [str(path) for path in restored.kept],
        "missing": [str(path) for path in restored.missing],
    }


def _sentences(restored: Restored) -> list[str]:
    said = [f"The centre is as it was on {restored.made_at:%Y-%m-%d %H:%M} UTC. Nothing opens by command yet."]
    said += [f"kept: {path}" for path in restored.kept]
    said += [f"MISSING: {path}: put it back from where the keys are kept" for path in restored.missing]
    said.append(f"{len(restored.to_count)} compartments are somebody's by this copy. Count each, since some may have")
    said.append("been given back and rented anew: /api/v1/staff/reconciliation/print. Then two clear the freeze.")
    said += [f"  {one.bank} {one.label}, since {one.since:%Y-%m-%d %H:%M}" for one in restored.to_count]
    return said


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)

"""`hearth verify-audit`."""

import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path

from devices.wire.signing import PublicKey
from gateway import anchors
from gateway.centre import open_centre
from gateway.commands import options
from gateway.kit import audit

EXAMPLE = "hearth verify-audit --centre /var/lib/hearth --head 1208:5e0c…"


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    options.add_centre(parser)
    options.add_json(parser)
    parser.add_argument(
        "--head",
        type=_head,
        action="append",
        default=[],
        metavar="SEQ:HASH",
        help="a head that was written down elsewhere: finds a trail cut off at its end too; may be repeated",
    )


def run(arguments: Namespace) -> int:
    """Read the whole trail, and hold it against every head known here and given."""
    centre = open_centre(arguments.centre)
    with centre.sessions.read() as session:
        head = audit.head(session)
        wrong = list(audit.verify(session, anchors=_kept_here(arguments.centre) | dict(arguments.head)))
    if arguments.json:
        print(json.dumps({"whole": not wrong, "head": f"{head.seq}:{head.hash}", "wrong": wrong}))
    else:
        print(*wrong, f"{head.seq} entries, {'NOT ' if wrong else ''}whole; head {head.seq}:{head.hash}", sep="\n")
    return 1 if wrong else 0


def _kept_here(centre_dir: Path) -> dict[int, str]:
    """The heads that the gateway has signed and kept beside the database."""
    key = PublicKey.from_text((centre_dir / "keys" / "gateway.pub").read_text().strip())
    return anchors.read(centre_dir / "data" / anchors.FILE_NAME, key=key)


def _head(text: str) -> tuple[int, str]:
    seq, _, digest = text.partition(":")
    if not seq.isdigit() or len(digest) != len(audit.GENESIS):
        raise ArgumentTypeError(f"{text!r} is not SEQ:HASH as `hearth verify-audit` prints it")
    return int(seq), digest

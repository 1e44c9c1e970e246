"""`hearth ballot-replay`."""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from gateway.ballots import record as records
from gateway.ballots.record import Record
from gateway.commands import options
from gateway.kit.errors import Trouble

EXAMPLE = "hearth ballot-replay record.json --commitment 5e0c…"


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    options.add_json(parser)
    parser.add_argument("record", metavar="FILE", help="what /ballots/ID/record answered; `-`: standard input")
    parser.add_argument(
        "--commitment", metavar="HEX", help="the hash of the seed, as it was published when the ballot opened"
    )


def run(arguments: Namespace) -> int:
    """Draw again from what was published, and say what it comes to and whether that is what was published."""
    record = _read(arguments.record)
    results, wrong = records.replay(record), records.faults(record, commitment=arguments.commitment)
    if arguments.json:
        found = [{"entry": one.entry, "wish": one.wish} for one in results]
        print(json.dumps({"whole": not wrong, "wrong": wrong, "results": found}))
        return 1 if wrong else 0
    for place, result in enumerate(results, start=1):
        print(f"{place:4}  {result.entry}  {_told(record, result.entry, result.wish)}")
    print(*wrong, f"{len(results)} entries, {'NOT ' if wrong else ''}as it was published", sep="\n")
    return 1 if wrong else 0


def _told(record: Record, entry_id: str, rank: int | None) -> str:
    if rank is None:
        return "-"
    wish = next(one for one in record.entries if one.id == entry_id).wishes[rank]
    return f"{wish.space} {wish.starts_at.isoformat()} {wish.ends_at.isoformat()}"


def _read(name: str) -> Record:
    text = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    try:
        return records.read(text)
    except ValueError as error:
        raise Trouble(f"{name} is no record of a ballot: {error}") from error

"""`hearth ballot-replay`."""

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from gateway.ballots import record as records
from gateway.ballots.record import Record
from gateway.bookings import line_record
from gateway.commands import options
from gateway.kit.errors import Trouble

EXAMPLE = "hearth ballot-replay record.json --commitment 5e0c…"


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    options.add_json(parser)
    parser.add_argument(
        "record",
        metavar="FILE",
        help="what /ballots/ID/record answered, or the record in what /waitlist/lines/ID did; `-`: standard input",
    )
    parser.add_argument(
        "--commitment", metavar="HEX", help="the hash of the seed, as it was published before anybody was drawn"
    )


def run(arguments: Namespace) -> int:
    """Draw again from what was published, and say what it comes to and whether that is what was published."""
    record = _read(arguments.record)
    if isinstance(record, line_record.Record):
        return _tell_line(record, arguments)
    results, wrong = records.replay(record), records.faults(record, commitment=arguments.commitment)
    if arguments.json:
        found = [{"entry": one.entry, "wish": one.wish} for one in results]
        print(json.dumps({"whole": not wrong, "wrong": wrong, "results": found}))
        return 1 if wrong else 0
    for place, result in enumerate(results, start=1):
        print(f"{place:4}  {result.entry}  {_told(record, result.entry, result.wish)}")
    print(*wrong, f"{len(results)} entries, {'NOT ' if wrong else ''}as it was published", sep="\n")
    return 1 if wrong else 0


def _tell_line(record: line_record.Record, arguments: Namespace) -> int:
    wrong, order = line_record.faults(record, commitment=arguments.commitment), line_record.again(record).order
    if arguments.json:
        print(json.dumps({"whole": not wrong, "wrong": wrong, "order": order}))
        return 1 if wrong else 0
    for place, entry_id in enumerate(order, start=1):
        print(f"{place:4}  {entry_id}")
    print(*wrong, f"{len(order)} in line, {'NOT ' if wrong else ''}as it was published", sep="\n")
    return 1 if wrong else 0


def _told(record: Record, entry_id: str, rank: int | None) -> str:
    if rank is None:
        return "-"
    wish = next(one for one in record.entries if one.id == entry_id).wishes[rank]
    return f"{wish.space} {wish.starts_at.isoformat()} {wish.ends_at.isoformat()}"


def _read(name: str) -> Record | line_record.Record:
    text = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    try:
        return line_record.read(text) if line_record.is_one(text) else records.read(text)
    except ValueError as error:
        raise Trouble(f"{name} is no record of a ballot or of a line: {error}") from error

"""`hearth members import`."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path
from secrets import token_urlsafe

from gateway.centre import open_centre
from gateway.commands import options
from gateway.kit.errors import Conflict, Malformed, Trouble
from gateway.members import roll
from gateway.members.passwords import Hasher
from gateway.members.roll import Plan, What
from gateway.members.roll_words import FAULTS

EXAMPLE = "hearth members import members.csv --dry-run"

_ACTOR = "command"


def arguments(parser: ArgumentParser) -> None:
    """What may be said beside it."""
    options.add_centre(parser)
    options.add_json(parser)
    parser.add_argument("act", choices=["import"], help="take a list in: all of it, or nothing")
    parser.add_argument(
        "file",
        metavar="FILE.csv",
        help="columns member_no and name, if wanted language and groups; UTF-8; `-`: standard input",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what it would do")


def run(arguments: Namespace) -> int:
    """Read the list whole, say what is wrong line by line, and take it in when nothing is.

    Newcomers have a password that nobody knows: the desk gives each a one-time one. Whoever is not on the list stays.
    """
    centre = open_centre(arguments.centre)
    text = _read(arguments.file)
    with centre.sessions.read() as session:
        plan = roll.plan(session, text)
    if not plan.faults and not arguments.dry_run:
        nobodys = Hasher().hash(token_urlsafe())
        try:
            with centre.sessions.begin() as session:
                plan = roll.plan(session, text)  # somebody at the desk may have been quicker
                roll.take_in(session, plan, password_hash=nobodys, actor=_ACTOR, now=centre.clock.now())
        except (Malformed, Conflict) as error:
            if not plan.faults:
                raise Trouble(
                    "somebody was added at the desk at this moment: nothing was taken in, try again"
                ) from error
    _tell(plan, is_done=not plan.faults and not arguments.dry_run, as_json=arguments.json)
    return 1 if plan.faults else 0


def _read(name: str) -> str:
    """As spreadsheets save it: UTF-8, or what they call CSV in Chinese, GB 18030."""
    raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Trouble(f"{name} is neither UTF-8 nor GB 18030: save it from the spreadsheet as CSV UTF-8")


def _tell(plan: Plan, *, is_done: bool, as_json: bool) -> None:
    counts = Counter(one.what for one in plan.lines)
    wrong = [
        {"line": fault.line, "field": fault.field, "why": fault.why, "sentence": FAULTS[fault.why].en}
        for fault in plan.faults
    ]
    if as_json:
        print(json.dumps({"done": is_done, **{what: counts[what] for what in What}, "wrong": wrong}))
        return
    for fault in wrong:
        print(f"line {fault['line']}{', ' if fault['field'] else ''}{fault['field']}: {fault['sentence']}")
    would = "" if is_done else "would be "
    said = (
        f"{counts[What.ADD]} {would}added, {counts[What.CHANGE]} {would}changed, {counts[What.SAME]} stay as they are"
    )
    print(f"{len(wrong)} wrong; nothing was taken in" if wrong else said)

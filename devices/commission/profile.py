"""What was found, written into node.toml: only the keys that tell of wiring, every comment where it was."""

import difflib
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit

from devices.commission.places import Place
from devices.commission.rules import Finding


def with_wiring(text: str, findings: Sequence[Finding]) -> str:
    """The file with each board's doors, contacts and polarity, and each pin door's, as they were found.

    Doors that cannot be used as they are wired are left out: nobody could be told that they opened.
    """
    document = tomlkit.parse(text)
    working = [finding for finding in findings if finding.works]
    for no, board in enumerate(document.get("board", [])):
        _wire_board(board, [finding for finding in working if finding.strike.board == no])
    if "doors" in document:
        _wire_pins(document["doors"], {f.strike.channel: f for f in working if f.strike.board is None})
        if not document["doors"]:
            del document["doors"]
    return tomlkit.dumps(document)


def with_boards(text: str, boards: Sequence[Mapping[str, Any]]) -> str:
    """The file with these boards behind those that it has."""
    tables = tomlkit.aot()
    for board in boards:
        table = tomlkit.table()
        table.update(board)
        tables.append(table)
    return text.rstrip("\n") + "\n\n" + tomlkit.dumps({"board": tables})


def difference(before: str, after: str, name: str) -> str:
    """As `diff -u` shows it; empty when nothing changes."""
    return "".join(
        difflib.unified_diff(
            before.splitlines(keepends=True), after.splitlines(keepends=True), f"{name} (now)", f"{name} (new)", n=1
        )
    )


def addresses_at(text: str, port: str) -> set[int]:
    """Of the boards that the file knows on that port."""
    return {board.get("address") for board in tomllib.loads(text).get("board", []) if board.get("port") == port}


def expected_places(text: str) -> set[Place]:
    """Where the file says that there is a door; of a board that it says nothing of, nowhere."""
    tables = tomllib.loads(text)
    places = {Place(None, no) for no in range(1, len(tables.get("doors", [])) + 1)}
    for board_no, board in enumerate(tables.get("board", [])):
        numbers = board.get("numbers", [True] * board.get("doors", 0))
        places |= {Place(board_no, channel) for channel, door in enumerate(numbers, start=1) if door}
    return places


def _wire_board(board: Any, findings: Sequence[Finding]) -> None:  # noqa: ANN401 - tomlkit's own
    numbers = {finding.strike.channel: finding.door for finding in findings}
    contacts = {f.strike.channel: f.contact.channel for f in findings if f.contact is not None}
    shut_is = {contacts[f.strike.channel]: f.shut_is for f in findings}
    usual = Counter(shut_is.values()).most_common(1)[0][0] if shut_is else None
    last = max(numbers, default=0)
    first = numbers.get(1, 0)
    if last and [numbers.get(no) for no in range(1, last + 1)] == list(range(first, first + last)):
        _say(board, "first_door", first)
        _say(board, "doors", last)
        _say(board, "numbers", None)
    else:
        _say(board, "first_door", None)
        _say(board, "doors", None)
        _say(board, "numbers", [numbers.get(no, 0) for no in range(1, last + 1)])
    is_crossed = any(channel != contact for channel, contact in contacts.items())
    _say(board, "contacts", [contacts.get(no, no) for no in range(1, last + 1)] if is_crossed else None)
    if usual is not None:
        _say(board, "shut_is", int(usual))
    _say(board, "reversed", sorted(no for no, bit in shut_is.items() if bit is not usual) or None)


def _wire_pins(tables: Any, findings: Mapping[int, Finding]) -> None:  # noqa: ANN401 - as above
    wired = [(table.get("contact_pin"), table.get("contact_closed_is_low", True)) for table in tables]
    for no in range(len(tables), 0, -1):
        table, finding = tables[no - 1], findings.get(no)
        if finding is None or finding.contact is None:
            del tables[no - 1]
            continue
        pin, closed_is_low = wired[finding.contact.channel - 1]
        _say(table, "no", finding.door)
        _say(table, "contact_pin", pin)
        # A false bit while the door is shut: the switch is of the other kind than the file says.
        is_low = closed_is_low if finding.shut_is else not closed_is_low
        _say(table, "contact_closed_is_low", is_low if not is_low or "contact_closed_is_low" in table else None)


def _say(table: Any, key: str, value: Any) -> None:  # noqa: ANN401 - as above
    """Leave a line alone that is right already."""
    if value is None:
        if key in table:
            del table[key]
    elif table.get(key) != value:
        table[key] = value


def cabinet_of(text: str) -> list[str]:
    """What boards and pins the file tells of, whatever it says of doors: the notes belong to these."""
    tables = tomllib.loads(text)
    boards = [
        f"{board.get('family')} {board.get('port')} {board.get('address')} {board.get('ways', '')}"
        for board in tables.get("board", [])
    ]
    return boards + sorted(f"pin {door.get('strike_pin')}" for door in tables.get("doors", []))


def name_of(place: Place, text: str) -> dict[str, Any]:
    """What a fitter needs to find it."""
    tables = tomllib.loads(text)
    if place.board is None:
        door = tables["doors"][place.channel - 1]
        return {"kind": "pins", "strike_pin": door["strike_pin"], "contact_pin": door["contact_pin"]}
    board = tables["board"][place.board]
    return {"kind": "board", "port": board["port"], "address": board["address"], "channel": place.channel}

"""The roll: members as a spreadsheet lists them. It is read whole, judged whole, and taken in whole or not at all.

CSV (RFC 4180, also with semicolons or tabs) whose first line names its columns, in English or Chinese: `member_no`
会员号 and `name` 姓名; if wanted `language` 语言 (`zh-CN` or `en`, of newcomers alone: later it is their own choice)
and `groups` 会员组 (ids with spaces between; empty: in none). Whoever is not on it stays as they are.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gateway.kit import audit, sheet
from gateway.kit.errors import Malformed
from gateway.members import groups, service
from gateway.members.model import Language, Member, Membership, Role

LONGEST_NAME: Final = 100

_COLUMNS: Final = {
    "member_no": "member_no",
    "会员号": "member_no",
    "name": "name",
    "姓名": "name",
    "language": "language",
    "语言": "language",
    "groups": "groups",
    "会员组": "groups",
}
_NEEDED: Final = ("member_no", "name")
_NUMBER: Final = re.compile(r"[A-Za-z0-9._-]{1,32}")
_BETWEEN_GROUPS: Final = re.compile(r"[\s;,、，；]+")
_AT_ONCE: Final = 500  # numbers in one question to the database


@dataclass(frozen=True)
class Entry:
    """One line of it. `groups` None: the roll says nothing of groups."""

    line: int
    member_no: str
    name: str
    language: Language | None
    groups: tuple[str, ...] | None


@dataclass(frozen=True)
class Fault:
    """What is wrong with one line. `field`: a column's English name; empty: the line as a whole. `why`: a code."""

    line: int
    field: str
    why: str


class What(StrEnum):
    """What taking a line in does."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"


@dataclass(frozen=True)
class Judged:
    """A line, and what it does. `was_name`, `were_groups`: as they are now, where the line says otherwise."""

    entry: Entry
    what: What
    was_name: str | None = None
    were_groups: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Plan:
    """The whole roll, judged. With any fault nothing of it is taken in."""

    lines: Sequence[Judged]
    faults: Sequence[Fault]


def read(text: str) -> tuple[list[Entry], list[Fault]]:
    """What a roll says, and what is wrong with it whoever is a member now. Faults are in the order of their lines."""
    rows = list(sheet.rows(text))
    if not rows:
        return [], [Fault(1, "", "empty")]
    first_line, header = rows[0]
    columns = [_COLUMNS.get(title.strip().lower(), "") for title in header or ()]
    if faults := [Fault(first_line, need, "column_missing") for need in _NEEDED if need not in columns]:
        return [], faults
    if len(rows) == 1:
        return [], [Fault(first_line, "", "empty")]
    entries, faults, seen = [], [], set[str]()
    for line, cells in rows[1:]:
        entry, wrong = _entry(line, columns, cells)
        if entry and entry.member_no in seen:
            wrong.append(Fault(line, "member_no", "twice"))
        if entry:
            seen.add(entry.member_no)
        if entry and not wrong:
            entries.append(entry)
        faults += wrong
    return entries, faults


def plan(session: Session, text: str) -> Plan:
    """What taking this roll in would do. Changes nothing."""
    entries, faults = read(text)
    there = _members(session, [entry.member_no for entry in entries])
    known = {group.id for group in groups.groups(session)}
    in_groups = _groups(session, [member.id for member in there.values()])
    lines = []
    for entry in entries:
        member = there.get(entry.member_no)
        faults += [Fault(entry.line, "groups", "no_such_group") for _ in set(entry.groups or ()) - known][:1]
        if member is not None and member.role is not Role.MEMBER:
            faults.append(Fault(entry.line, "member_no", "works_here"))
        lines.append(_judged(entry, member, in_groups[member.id] if member else ()))
    return Plan(lines, sorted(faults, key=lambda fault: fault.line))


def take_in(session: Session, plan: Plan, *, password_hash: str, actor: str, now: datetime) -> None:
    """Do what the plan says. `password_hash` of newcomers: of a password that nobody knows; they get one at the desk.

    Raises Malformed("roll_faulty"); Conflict("member_no_taken") when somebody was added meanwhile.
    """
    if plan.faults:
        raise Malformed("roll_faulty", line=plan.faults[0].line, faults=len(plan.faults))
    for one in plan.lines:
        if one.what is not What.SAME:
            _take_in(session, one, password_hash=password_hash, actor=actor, now=now)
    counts = {what: sum(one.what is what for one in plan.lines) for what in What}
    audit.append(session, actor=actor, act="roll_taken_in", thing="members", now=now, **counts)


def _take_in(session: Session, one: Judged, *, password_hash: str, actor: str, now: datetime) -> None:
    entry = one.entry
    if one.what is What.ADD:
        member = service.add_member(
            session,
            member_no=entry.member_no,
            name=entry.name,
            role=Role.MEMBER,
            password_hash=password_hash,
            language=entry.language,
            now=now,
            actor=actor,
        )
    else:
        member = session.scalars(select(Member).where(Member.member_no == entry.member_no)).one()
    if one.was_name is not None:
        session.execute(update(Member).where(Member.id == member.id).values(name=entry.name))
        audit.append(session, actor=actor, act="member_renamed", thing=member.audit_id, now=now)
    if one.were_groups is not None:
        groups.set_groups(session, member=member, group_ids=entry.groups or (), actor=actor, now=now)


def _entry(line: int, columns: Sequence[str], cells: Sequence[str] | None) -> tuple[Entry | None, list[Fault]]:
    if cells is None:
        return None, [Fault(line, "", "open_quote")]
    if len(cells) > len(columns):
        return None, [Fault(line, "", "too_many_cells")]
    told = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}
    faults = []
    number, name, language = told.get("member_no", ""), told.get("name", ""), told.get("language", "")
    if why := _number_fault(number):
        faults.append(Fault(line, "member_no", why))
    if why := _name_fault(name):
        faults.append(Fault(line, "name", why))
    if language and language not in set(Language):
        faults.append(Fault(line, "language", "unknown_language"))
        language = ""
    listed = tuple(sorted(set(filter(None, _BETWEEN_GROUPS.split(told.get("groups", ""))))))
    spoken = Language(language) if language else None
    return Entry(line, number, name, spoken, listed if "groups" in columns else None), faults


def _number_fault(number: str) -> str | None:
    if not number:
        return "missing"
    return None if _NUMBER.fullmatch(number) else "bad_number"


def _name_fault(name: str) -> str | None:
    if not name:
        return "missing"
    if len(name) > LONGEST_NAME:
        return "too_long"
    return None if name.isprintable() else "bad_characters"


def _judged(entry: Entry, member: Member | None, now_in: Sequence[str]) -> Judged:
    moves = entry.groups is not None and tuple(entry.groups) != tuple(now_in)
    were = tuple(now_in) if moves else None
    if member is None:
        return Judged(entry, What.ADD, were_groups=were)
    was_name = member.name if member.name != entry.name else None
    return Judged(entry, What.CHANGE if was_name is not None or moves else What.SAME, was_name, were)


def _members(session: Session, numbers: Sequence[str]) -> Mapping[str, Member]:
    found: dict[str, Member] = {}
    for some in _batches(numbers):
        found |= {one.member_no: one for one in session.scalars(select(Member).where(Member.member_no.in_(some)))}
    return found


def _groups(session: Session, ids: Sequence[str]) -> Mapping[str, list[str]]:
    """In which groups members are, by id, in order."""
    found = defaultdict[str, list[str]](list)
    for some in _batches(ids):
        rows = select(Membership).where(Membership.member_id.in_(some)).order_by(Membership.group_id)
        for row in session.scalars(rows):
            found[row.member_id].append(row.group_id)
    return found


def _batches(words: Sequence[str]) -> Iterator[Sequence[str]]:
    return (words[at : at + _AT_ONCE] for at in range(0, len(words), _AT_ONCE))

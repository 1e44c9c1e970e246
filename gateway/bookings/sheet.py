"""Bookings as a spreadsheet lists them, a season of a team's for instance: all of them are made, or none.

Its first line names its columns, in English or Chinese: `member_no` 会员号, `space_id` 场地, `starts_at` 开始 and
`ends_at` 结束 (`2026-12-01 19:00` by the centre's clock, or RFC 3339); if wanted `guests` 同伴 and `override` 理由,
why it shall be so whatever the rules say. Each line is judged and claimed like any booking that staff make.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.bookings import service
from gateway.bookings.model import Booking
from gateway.bookings.rules import Policy
from gateway.bookings.service import OnBehalf
from gateway.kit import audit, sheet
from gateway.kit.db import take_turn
from gateway.kit.errors import HearthError, Malformed, NotFound
from gateway.members.model import Group, Member, Membership
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.rules import Span

MOST_LINES: Final = 300
_MOST_GUESTS: Final = 1000
_LONGEST: Final = timedelta(days=1)
_LONGEST_REASON: Final = 64

_COLUMNS: Final = {
    "member_no": "member_no",
    "会员号": "member_no",
    "space_id": "space_id",
    "场地": "space_id",
    "starts_at": "starts_at",
    "开始": "starts_at",
    "ends_at": "ends_at",
    "结束": "ends_at",
    "guests": "guests",
    "同伴": "guests",
    "override": "override",
    "理由": "override",
}
_NEEDED: Final = ("member_no", "space_id", "starts_at", "ends_at")
_ABOUT: Final = {"policy.guests": "guests", "too_many_people": "guests", "policy.may_use": "member_no"}  # else the time


@dataclass(frozen=True)
class Line:
    """One line that can be understood."""

    no: int
    member_no: str
    space_id: str
    span: Span
    guests: int
    override: str | None


@dataclass(frozen=True)
class Fault:
    """What is wrong with one line. `field`: a column's English name; empty: the line as a whole. `why`: a code."""

    line: int
    field: str
    why: str
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """What came of a sheet: the bookings by the line that says so, and the faults in the order of their lines."""

    bookings: Sequence[tuple[int, Booking, Member]]
    faults: Sequence[Fault]

    def insist(self) -> None:
        """Raises Malformed("sheet_faulty") when any line is wrong: the transaction must then end."""
        if self.faults:
            raise Malformed("sheet_faulty", line=self.faults[0].line, faults=len(self.faults))


def read(text: str, zone: ZoneInfo) -> tuple[list[Line], list[Fault]]:
    """What a sheet says, and what is wrong with it whoever has booked what."""
    found = list(sheet.rows(text))
    if not found:
        return [], [Fault(1, "", "empty")]
    first_line, header = found[0]
    columns = [_COLUMNS.get(title.strip().lower(), "") for title in header or ()]
    if faults := [Fault(first_line, need, "column_missing") for need in _NEEDED if need not in columns]:
        return [], faults
    if len(found) == 1:
        return [], [Fault(first_line, "", "empty")]
    if len(found) > MOST_LINES + 1:
        return [], [Fault(found[MOST_LINES + 1][0], "", "too_many_lines")]
    lines, faults = [], []
    for no, cells in found[1:]:
        wrong: list[Fault] = []
        line = _line(no, columns, cells, zone, wrong)
        if line is not None and not wrong:
            lines.append(line)
        faults += wrong
    return lines, faults


def take_in(session: Session, *, text: str, staff: Member, policy: Policy, now: datetime) -> Made:
    """Book every line. Whoever only looks, or finds faults, ends the transaction without a commit."""
    lines, faults = read(text, policy.zone)
    members = {line.member_no: member for line in lines if (member := _member(session, line.member_no)) is not None}
    _take_turns(session, lines, members.values())
    made = []
    for line in lines:
        member = members.get(line.member_no)
        if member is None:
            faults.append(Fault(line.no, "member_no", "no_such_member"))
            continue
        try:
            booking = service.book(
                session,
                member=member,
                space_id=line.space_id,
                span=line.span,
                guests=line.guests,
                policy=policy,
                now=now,
                by=OnBehalf(staff, line.override),
            )
        except NotFound:
            faults.append(Fault(line.no, "space_id", "no_such_space"))
        except HearthError as refused:
            faults.append(Fault(line.no, _ABOUT.get(refused.code, "starts_at"), refused.code, refused.facts))
        else:
            made.append((line.no, booking, member))
    if made:
        audit.append(session, actor=staff.audit_id, act="sheet_taken_in", thing="bookings", now=now, count=len(made))
    return Made(made, sorted(faults, key=lambda fault: fault.line))


def _take_turns(session: Session, lines: Iterable[Line], members: Iterable[Member]) -> None:
    """Have everything for oneself that any of the bookings would wait for, in the order in which each would.

    After the first has written in the trail, which is waited for too, nothing else may be waited for.
    """
    ids = sorted(member.id for member in members)
    for one in ids:
        take_turn(session, Member, one)
    mine = select(Membership.group_id).where(Membership.member_id.in_(ids)).distinct()
    for group in session.scalars(mine.order_by(Membership.group_id)):
        take_turn(session, Group, group)
    known = {space.id: space for space in spaces.spaces(session)}
    wholes = {spaces.line_up(session, line.space_id)[-1].id for line in lines if line.space_id in known}
    for whole in sorted(wholes):
        spaces_service.take_turns(session, known[whole])


def _member(session: Session, number: str) -> Member | None:
    return session.scalar(select(Member).where(Member.member_no == number, Member.disabled_at.is_(None)))


def _line(
    no: int, columns: Sequence[str], cells: Sequence[str] | None, zone: ZoneInfo, wrong: list[Fault]
) -> Line | None:
    if cells is None or len(cells) > len(columns):
        wrong.append(Fault(no, "", "open_quote" if cells is None else "too_many_cells"))
        return None
    told = {column: cell.strip() for column, cell in zip(columns, cells, strict=False) if column}
    wrong += [Fault(no, need, "missing") for need in _NEEDED if not told.get(need)]
    starts_at, ends_at = _instant(told.get("starts_at", ""), zone), _instant(told.get("ends_at", ""), zone)
    for column, instant in (("starts_at", starts_at), ("ends_at", ends_at)):
        if instant is None and told.get(column):
            wrong.append(Fault(no, column, "no_time"))
    guests = _guests(told.get("guests", ""))
    if guests is None:
        wrong.append(Fault(no, "guests", "no_number"))
    override = told.get("override") or None
    if override is not None and not (len(override) <= _LONGEST_REASON and override.isprintable()):
        wrong.append(Fault(no, "override", "bad_reason"))
    if starts_at is None or ends_at is None or guests is None:
        return None
    if not timedelta() < ends_at - starts_at <= _LONGEST:
        wrong.append(Fault(no, "ends_at", "not_after"))
    return Line(no, told.get("member_no", ""), told.get("space_id", ""), Span(starts_at, ends_at), guests, override)


def _instant(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _guests(text: str) -> int | None:
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdecimal() and int(text) <= _MOST_GUESTS else None

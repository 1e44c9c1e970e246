"""Everything that is kept about a member, as it stands in the tables."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, ForeignKey, Table, func, or_, select
from sqlalchemy.orm import Session

from gateway.kit.db import Base
from gateway.lockers.model import ClearOut, ClearOutState, DropOff, Rental
from gateway.lockers.queries import concerns
from gateway.members.model import Member
from gateway.personal.rules import ABOUT_MEMBERS, SECRET, Fate, Kept
from gateway.unlocking.model import Unlock

_JSON: Final = frozenset({"facts", "detail", "body", "skipped_facts"})  # columns that hold it as text


@dataclass(frozen=True)
class Told:
    """The rows of one table that are about a member, oldest first as far as they have an order."""

    table: str
    fate: Fate
    rows: list[dict[str, Any]]


def everything_about(session: Session, member: Member) -> list[Told]:
    """What is kept about the member, table by table; nothing that would help somebody to be them.

    Where a row names other members it says "somebody else".
    """
    return [
        Told(kept.table, kept.fate, [_told(row, kept, member) for row in _rows(session, kept, member)])
        for kept in ABOUT_MEMBERS
    ]


def about(kept: Kept, member: Member) -> ColumnElement[bool]:
    """Which rows of the table are about the member."""
    table, name = table_of(kept), member.audit_id if kept.by_audit_id else member.id
    found = [table.c[column] == name for column in kept.columns]
    if kept.through:
        whole = next(one for one in ABOUT_MEMBERS if one.table == kept.through)
        found.append(table.c[kept.via].in_(select(table_of(whole).c[kept.key]).where(about(whole, member))))
    return or_(*found)


def table_of(kept: Kept) -> Table:
    """As the models have it."""
    return Base.metadata.tables[kept.table]


def holds_things(session: Session, member_id: str) -> bool:
    """A compartment is theirs, alone or with others; something waits for them in one; or staff keep their things."""
    theirs = or_(
        concerns(member_id),
        Rental.member_id == member_id,
        Rental.id.in_(select(DropOff.rental_id).where(DropOff.recipient_id == member_id)),
    )
    bagged = select(ClearOut.rental_id).where(ClearOut.state == ClearOutState.BAGGED)
    held = select(Rental.id).where(theirs, or_(Rental.ended_at.is_(None), Rental.id.in_(bagged)))
    return session.scalar(held.limit(1)) is not None


def lockers_of(session: Session, member_id: str) -> int:
    """How many compartments are theirs, alone or with others."""
    theirs = select(func.count(Rental.id)).where(concerns(member_id), Rental.ended_at.is_(None))
    return session.scalar(theirs) or 0


def is_opening(session: Session, member_id: str) -> bool:
    """A door that they asked for may still open."""
    unsettled = select(Unlock.id).where(Unlock.member_id == member_id, Unlock.settled_at.is_(None))
    return session.scalar(unsettled.limit(1)) is not None


def _rows(session: Session, kept: Kept, member: Member) -> Iterator[Any]:
    table = table_of(kept)
    yield from session.execute(select(table).where(about(kept, member)).order_by(*table.primary_key.columns)).mappings()


def _told(row: Any, kept: Kept, member: Member) -> dict[str, Any]:  # noqa: ANN401 - a row of any table
    return {
        column.name: _plain(row[column.name], column.name, column.foreign_keys, member)
        for column in table_of(kept).columns
        if column.name not in SECRET and column.name not in kept.untold
    }


def _plain(value: Any, name: str, refers: set[ForeignKey], member: Member) -> Any:  # noqa: ANN401 - a column's value
    """As JSON has it."""
    if value is not None and any(key.target_fullname == "members.id" for key in refers):
        return "you" if value == member.id else "somebody else"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if name in _JSON and isinstance(value, str):
        return json.loads(value)
    return value

"""What calendar programs read: the addresses that lead there, and the bookings and closures. Nothing here commits."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVarTuple

from sqlalchemy import ColumnElement, Row, Select, delete, select
from sqlalchemy.orm import Session

from gateway.bookings.model import LIVE, Booking, CalendarAddress
from gateway.kit import audit
from gateway.kit.db import take_turn
from gateway.kit.errors import Conflict, NotFound, Refused
from gateway.kit.ids import new_id
from gateway.members.model import Member, Role
from gateway.members.queries import token_hash
from gateway.spaces import queries as spaces
from gateway.spaces.model import Closure, Space

KEPT: Final = timedelta(days=30)  # what is over or cancelled is told for so long after its end
MOST: Final = 500
MOST_ADDRESSES: Final = 10  # a member

READERS: Final = frozenset({Role.DESK, Role.TECHNICIAN, Role.MANAGER})  # of a space's feed
TOLD_WHO: Final = frozenset({Role.DESK, Role.MANAGER})  # read there whose a booking is


_Told = TypeVarTuple("_Told")


@dataclass(frozen=True)
class Entry:
    """One booking as a calendar is told of it. `member`: whose it is; None: the reader is not told."""

    booking: Booking
    space: Space
    member: Member | None

    @property
    def is_off(self) -> bool:
        """Cancelled, denied, or given to others."""
        return self.booking.state not in LIVE

    @property
    def changed_at(self) -> datetime:
        """When it last became what it is."""
        return self.booking.changed_at or self.booking.booked_at


@dataclass(frozen=True)
class Shut:
    """One closure as a calendar is told of it."""

    closure: Closure
    space: Space

    @property
    def is_off(self) -> bool:
        """It was opened again."""
        return self.closure.reopened_at is not None

    @property
    def changed_at(self) -> datetime:
        """When it last became what it is."""
        return self.closure.reopened_at or self.closure.made_at


@dataclass(frozen=True)
class Feed:
    """What one address reads. `space` None: the reader's own bookings, and no closures."""

    address: CalendarAddress
    reader: Member
    space: Space | None
    entries: Sequence[Entry]
    closures: Sequence[Shut] = ()

    @property
    def changed_at(self) -> datetime:
        """When something in it last changed; when it was made, before any."""
        changes = [entry.changed_at for entry in self.entries] + [shut.changed_at for shut in self.closures]
        return max([self.address.made_at, *changes])


def make_address(
    session: Session, *, member: Member, label: str, space_id: str | None, now: datetime
) -> tuple[CalendarAddress, str]:
    """A new address, and its token, which is kept nowhere.

    Raises Refused("not_allowed") for a space unless the member works here; NotFound("space");
    Conflict("too_many_calendars").
    """
    if space_id is not None:
        if member.role not in READERS:
            raise Refused("not_allowed")
        spaces.space(session, space_id)
    take_turn(session, Member, member.id)  # so that two at once do not both count as the last
    if len(addresses_of(session, member_id=member.id)) >= MOST_ADDRESSES:
        raise Conflict("too_many_calendars", limit=MOST_ADDRESSES)
    token = secrets.token_urlsafe(32)
    address = CalendarAddress(
        id=new_id(),
        member_id=member.id,
        space_id=space_id,
        label=label,
        token_hash=token_hash(token),
        made_at=now,
    )
    session.add(address)
    session.flush()
    audit.append(session, actor=member.audit_id, act="calendar_address_made", thing=address.id, now=now, space=space_id)
    return address, token


def end_address(session: Session, *, member: Member, address_id: str, now: datetime) -> None:
    """Nobody reads anything there from now on. Raises NotFound("calendar"), for other people's too."""
    ended = session.execute(
        delete(CalendarAddress)
        .where(CalendarAddress.id == address_id, CalendarAddress.member_id == member.id)
        .returning(CalendarAddress.id)
    )
    if ended.first() is None:
        raise NotFound("calendar")
    audit.append(session, actor=member.audit_id, act="calendar_address_ended", thing=address_id, now=now)


def addresses_of(session: Session, *, member_id: str) -> Sequence[CalendarAddress]:
    """The member's own, the newest first."""
    query = select(CalendarAddress).where(CalendarAddress.member_id == member_id)
    return session.scalars(query.order_by(CalendarAddress.made_at.desc(), CalendarAddress.id)).all()


def feed(session: Session, *, token: str, now: datetime, most: int = MOST) -> Feed:
    """What whoever has this token reads now, as the role of its member is now.

    `most`: bookings ahead, and as many that are over, and of closures so many too; those nearest to now.

    Raises NotFound("calendar"): there never was such an address, it was ended, its member is disabled, or works here no
    more and it is a space's.
    """
    row = session.execute(
        select(CalendarAddress, Member)
        .join(Member, Member.id == CalendarAddress.member_id)
        .where(CalendarAddress.token_hash == token_hash(token), Member.disabled_at.is_(None))
    ).first()
    if row is None:
        raise NotFound("calendar")
    address, reader = row
    if address.space_id is None:
        mine = _entries(session, Booking.member_id == reader.id, now, most, is_told_who=False)
        return Feed(address, reader, None, mine)
    if reader.role not in READERS:
        raise NotFound("calendar")
    touching = [one.id for one in spaces.line_up(session, address.space_id)]
    touching += spaces.parts_of(session, address.space_id)
    there = _entries(session, Booking.space_id.in_(touching), now, most, is_told_who=reader.role in TOLD_WHO)
    return Feed(
        address, reader, spaces.space(session, address.space_id), there, _closures(session, touching, now, most)
    )


def _entries(
    session: Session, which: ColumnElement[bool], now: datetime, most: int, *, is_told_who: bool
) -> Sequence[Entry]:
    """Those ahead and those that were over not long ago, whatever became of them, in order."""
    told = (
        select(Booking, Space, Member)
        .join(Space, Space.id == Booking.space_id)
        .join(Member, Member.id == Booking.member_id)
        .where(which)
    )
    rows = _nearest(session, told, Booking, now, most)
    return [Entry(booking, space, member if is_told_who else None) for booking, space, member in rows]


def _closures(session: Session, space_ids: Collection[str], now: datetime, most: int) -> Sequence[Shut]:
    told = select(Closure, Space).join(Space, Space.id == Closure.space_id).where(Closure.space_id.in_(space_ids))
    return [Shut(closure, space) for closure, space in _nearest(session, told, Closure, now, most)]


def _nearest(
    session: Session, told: Select[*_Told], of: type[Booking] | type[Closure], now: datetime, most: int
) -> Sequence[Row[*_Told]]:
    ahead = told.where(of.ends_at > now).order_by(of.starts_at, of.id).limit(most)
    past = told.where(of.ends_at <= now, of.ends_at > now - KEPT)
    rows = [*session.execute(past.order_by(of.starts_at.desc(), of.id.desc()).limit(most)).all()][::-1]
    return [*rows, *session.execute(ahead).all()]

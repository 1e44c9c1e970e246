"""What calendar programs read: the addresses that lead there, the bookings, and when a space is shut. Nothing here
commits.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVarTuple

from sqlalchemy import ColumnElement, Row, Select, delete, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from gateway.bookings.model import LIVE, Booking, CalendarAddress
from gateway.kit import audit
from gateway.kit.db import take_turn
from gateway.kit.errors import Conflict, NotFound, Refused
from gateway.kit.ids import new_id
from gateway.members.model import Member, Role
from gateway.members.queries import token_hash
from gateway.spaces import queries as spaces
from gateway.spaces.model import Closure, Outage, Space

KEPT: Final = timedelta(days=30)  # what is over or cancelled is told for so long after its end
MOST: Final = 500
MOST_ADDRESSES: Final = 10  # a member

READERS: Final = frozenset({Role.DESK, Role.TECHNICIAN, Role.MANAGER})  # of a space's feed
TOLD_WHO: Final = frozenset({Role.DESK, Role.MANAGER})  # read there whose a booking is


_AT_ONCE: Final = timedelta(seconds=1)  # calendars know nothing shorter

_Told = TypeVarTuple("_Told")
_Columns = tuple[
    InstrumentedAttribute[datetime],
    ColumnElement[datetime] | InstrumentedAttribute[datetime],
    InstrumentedAttribute[str],
]


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
class Broken:
    """One outage as a calendar is told of it."""

    outage: Outage
    space: Space

    @property
    def ends_at(self) -> datetime | None:
        """Until when it lasts, or did; None: until further notice."""
        if self.is_off:
            return self.outage.ends_at
        return self.outage.ended_at or self.outage.ends_at

    @property
    def is_off(self) -> bool:
        """It was ended before it had begun, or at once."""
        ended_at = self.outage.ended_at
        return ended_at is not None and ended_at < self.outage.starts_at + _AT_ONCE

    @property
    def changed_at(self) -> datetime:
        """When it last became what it is."""
        return self.outage.ended_at or self.outage.begun_at


@dataclass(frozen=True)
class Feed:
    """What one address reads. `space` None: the reader's own bookings, and nothing of when a space is shut.

    `space_ids`: the space, what it is part of, and its parts; whatever happens there is told.
    """

    address: CalendarAddress
    reader: Member
    space: Space | None
    entries: Sequence[Entry]
    closures: Sequence[Shut] = ()
    outages: Sequence[Broken] = ()
    space_ids: Collection[str] = ()

    @property
    def changed_at(self) -> datetime:
        """When something in it last changed; when it was made, before any."""
        told: list[Entry | Shut | Broken] = [*self.entries, *self.closures, *self.outages]
        return max([self.address.made_at, *(one.changed_at for one in told)])


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
    touching = spaces.family(session, address.space_id)
    return Feed(
        address,
        reader,
        spaces.space(session, address.space_id),
        _entries(session, Booking.space_id.in_(touching), now, most, is_told_who=reader.role in TOLD_WHO),
        _closures(session, touching, now, most),
        _outages(session, touching, now, most),
        touching,
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
    rows = _nearest(session, told, (Booking.starts_at, Booking.ends_at, Booking.id), now, most)
    return [Entry(booking, space, member if is_told_who else None) for booking, space, member in rows]


def _closures(session: Session, space_ids: Collection[str], now: datetime, most: int) -> Sequence[Shut]:
    told = select(Closure, Space).join(Space, Space.id == Closure.space_id).where(Closure.space_id.in_(space_ids))
    rows = _nearest(session, told, (Closure.starts_at, Closure.ends_at, Closure.id), now, most)
    return [Shut(closure, space) for closure, space in rows]


def _outages(session: Session, space_ids: Collection[str], now: datetime, most: int) -> Sequence[Broken]:
    told = select(Outage, Space).join(Space, Space.id == Outage.space_id).where(Outage.space_id.in_(space_ids))
    until = func.coalesce(Outage.ends_at, Outage.ended_at, spaces.FOR_EVER)
    rows = _nearest(session, told, (Outage.starts_at, until, Outage.id), now, most)
    return [Broken(outage, space) for outage, space in rows]


def _nearest(session: Session, told: Select[*_Told], of: _Columns, now: datetime, most: int) -> Sequence[Row[*_Told]]:
    starts_at, ends_at, name = of
    ahead = told.where(ends_at > now).order_by(starts_at, name).limit(most)
    past = told.where(ends_at <= now, ends_at > now - KEPT)
    rows = [*session.execute(past.order_by(starts_at.desc(), name.desc()).limit(most)).all()][::-1]
    return [*rows, *session.execute(ahead).all()]

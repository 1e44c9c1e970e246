"""Questions about bookings and about what is free. Read-only."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from sqlalchemy import bindparam, select, tuple_
from sqlalchemy.orm import Session

from gateway.bookings import claims, free_times, rules
from gateway.bookings.freedom import Freedom
from gateway.bookings.model import LIVE, Booking, BookingState, Occurrence, Series
from gateway.bookings.rules import Policy
from gateway.calendar.rules import Day
from gateway.fleet import queries as fleet
from gateway.fleet.model import Presence
from gateway.kit.clock import at_wall
from gateway.kit.errors import NotFound
from gateway.lockers.model import Compartment, Rental
from gateway.members.model import Member
from gateway.spaces import queries as spaces
from gateway.spaces.model import Space, SpaceKind
from gateway.spaces.rules import Hours, Span, is_closed, slots

_MOMENT = timedelta(microseconds=1)  # what ends at midnight touches nothing of the next day

_AWAITED: Final = (  # made once: every opening asks it
    select(Booking)
    .join(Rental, Rental.id == Booking.rental_id)
    .join(Compartment, Compartment.id == Rental.compartment_id)
    .where(
        Compartment.lock_id == bindparam("lock_id"),
        Rental.ended_at.is_(None),
        Booking.member_id == bindparam("member_id"),
        Booking.state == BookingState.CONFIRMED,
        Booking.checked_in_at.is_(None),
    )
)


@dataclass(frozen=True)
class Slot:
    """One bookable time of a space.

    `reason` says why not: `slot_taken`, `in_ballot`, `in_maintenance`, `closed`, `in_the_past` or `too_many_people`.
    `places_free`: for how many there is still room; of a space that is had whole 1 or 0.
    """

    span: Span
    reason: str | None
    places_free: int


def booking_of(session: Session, *, member_id: str, booking_id: str) -> Booking:
    """The member's own. Raises NotFound("booking"), for other people's too."""
    found = session.scalar(select(Booking).where(Booking.id == booking_id, Booking.member_id == member_id))
    if found is None:
        raise NotFound("booking")
    return found


def booking(session: Session, booking_id: str) -> Booking:
    """Anybody's: for staff. Raises NotFound("booking")."""
    found = session.get(Booking, booking_id)
    if found is None:
        raise NotFound("booking")
    return found


def not_over(session: Session, *, state: BookingState, now: datetime) -> Sequence[tuple[Booking, Member]]:
    """Everybody's in that state whose time is not over, the soonest first."""
    rows = session.execute(
        select(Booking, Member)
        .join(Member, Member.id == Booking.member_id)
        .where(Booking.state == state, Booking.ends_at > now)
        .order_by(Booking.starts_at, Booking.id)
    )
    return [(booking, member) for booking, member in rows]


def standing_within(session: Session, within: Span) -> Sequence[tuple[Booking, Member]]:
    """Everybody's that hold their time at some moment of a span, the soonest first."""
    rows = session.execute(
        select(Booking, Member)
        .join(Member, Member.id == Booking.member_id)
        .where(Booking.state.in_(LIVE), Booking.starts_at < within.ends_at, Booking.ends_at > within.starts_at)
        .order_by(Booking.starts_at, Booking.id)
    )
    return [(booking, member) for booking, member in rows]


def unanswered(session: Session, *, now: datetime) -> Sequence[str]:
    """The ids of those that have begun while they were waiting for staff to agree."""
    begun = select(Booking.id).where(Booking.state == BookingState.PENDING, Booking.starts_at <= now)
    return session.scalars(begun.order_by(Booking.starts_at)).all()


def bookings_of(session: Session, *, member_id: str, limit: int, after: str | None = None) -> Sequence[Booking]:
    """The member's own, the latest time first. `after` is the id of the last one already seen."""
    query = select(Booking).where(Booking.member_id == member_id)
    if after is not None:
        last = booking_of(session, member_id=member_id, booking_id=after)
        query = query.where(tuple_(Booking.starts_at, Booking.id) < tuple_(last.starts_at, last.id))
    return session.scalars(query.order_by(Booking.starts_at.desc(), Booking.id.desc()).limit(limit)).all()


@dataclass(frozen=True)
class Turn:
    """One time of a series, with its booking where there is one."""

    occurrence: Occurrence
    booking: Booking | None

    @property
    def span(self) -> Span:
        """When it is: a booking may have been moved by itself."""
        of = self.booking or self.occurrence
        return Span(of.starts_at, of.ends_at)

    @property
    def is_standing(self) -> bool:
        """Whether it is booked, or asked for."""
        return self.booking is not None and self.booking.state in LIVE


def series_of(session: Session, *, member_id: str, series_id: str) -> Series:
    """The member's own. Raises NotFound("series"), for other people's too."""
    found = session.scalar(select(Series).where(Series.id == series_id, Series.member_id == member_id))
    if found is None:
        raise NotFound("series")
    return found


def all_series_of(session: Session, *, member_id: str, limit: int, after: str | None = None) -> Sequence[Series]:
    """The member's own, the newest first. `after` is the id of the last one already seen."""
    query = select(Series).where(Series.member_id == member_id)
    if after is not None:
        last = series_of(session, member_id=member_id, series_id=after)
        query = query.where(tuple_(Series.made_at, Series.id) < tuple_(last.made_at, last.id))
    return session.scalars(query.order_by(Series.made_at.desc(), Series.id.desc()).limit(limit)).all()


def turns(session: Session, series_id: str) -> list[Turn]:
    """Every time of a series, in the order of its days."""
    rows = session.execute(
        select(Occurrence, Booking)
        .outerjoin(Booking, Booking.id == Occurrence.booking_id)
        .where(Occurrence.series_id == series_id)
        .order_by(Occurrence.day)
    )
    return [Turn(occurrence, booking) for occurrence, booking in rows]


def series_with(session: Session, booking_id: str) -> str | None:
    """The id of the series that a booking is a time of."""
    return session.scalar(select(Occurrence.series_id).where(Occurrence.booking_id == booking_id))


def missed_and_ahead(session: Session, *, now: datetime) -> Sequence[str]:
    """The ids of series that have a time to which nobody came, for good, and a booked one that is still to come."""
    of_series = select(Occurrence.series_id).join(Booking, Booking.id == Occurrence.booking_id)
    missed = of_series.where(Booking.state == BookingState.RELEASED, Booking.released_at < now - rules.RECLAIM_WITHIN)
    ahead = of_series.where(Booking.state == BookingState.CONFIRMED, Booking.starts_at > now)
    both = select(Series.id).where(Series.ended_from.is_(None), Series.id.in_(missed), Series.id.in_(ahead))
    return session.scalars(both.order_by(Series.id)).all()


def rental_under_way(session: Session, booking: Booking) -> Rental | None:
    """What the booking of a locker has become since its member came; None: they have not, or have given it back."""
    if booking.rental_id is None:
        return None
    return session.scalar(select(Rental).where(Rental.id == booking.rental_id, Rental.ended_at.is_(None)))


def awaited_at_locker(session: Session, *, member_id: str, lock_id: str) -> Sequence[Booking]:
    """The member's bookings by which they rent what is behind a lock, and whose door was not seen to open yet."""
    return session.scalars(_AWAITED, {"member_id": member_id, "lock_id": lock_id}).all()


def unattended(session: Session, *, now: datetime) -> Sequence[str]:
    """The ids of those that have begun, are not over, and to which nobody has come."""
    begun = select(Booking.id).where(
        Booking.state == BookingState.CONFIRMED,
        Booking.checked_in_at.is_(None),
        Booking.starts_at <= now,
        Booking.ends_at > now,
    )
    return session.scalars(begun.order_by(Booking.starts_at)).all()


def is_door_away(session: Session, lock_id: str) -> bool:
    """Whether the device behind a lock cannot be reached now, or nobody can tell."""
    return fleet.device(session, fleet.lock(session, lock_id).device_id).presence is not Presence.ONLINE


def availability(
    session: Session, *, space: Space, within: Span, policy: Policy, now: datetime, people: int = 1
) -> list[Slot]:
    """Every bookable slot of a space within a span, free for so many people or not."""
    [found] = free_times.look(session, wanted=[space], zone=policy.zone, within=within, now=now, people=people)
    return [Slot(*each) for each in zip(found.spans, found.reasons, found.places_free, strict=True)]


@dataclass(frozen=True)
class FreeSpace:
    """A space and what is free of it, in order."""

    space: Space
    stretches: Sequence[free_times.Stretch]


def free_spaces(
    session: Session,
    *,
    kind: SpaceKind | None,
    within: Span,
    at_least: timedelta,
    policy: Policy,
    now: datetime,
    people: int = 1,
) -> list[FreeSpace]:
    """Every space, or every one of a kind, that is free for so many and so long at some time within a span; by id."""
    wanted = [space for space in spaces.spaces(session) if kind is None or space.kind is kind]
    looked = free_times.look(session, wanted=wanted, zone=policy.zone, within=within, now=now, people=people)
    found = (FreeSpace(one.space, one.stretches(at_least)) for one in looked)
    return [one for one in found if one.stretches]


def why_taken(session: Session, *, space: Space, span: Span, people: int, now: datetime) -> str | None:
    """Why so many cannot have a space then: `in_line`, `in_ballot`, `in_maintenance`, else `slot_taken`.

    None: they can.
    """
    if claims.is_in_line(session, space=space, span=span, now=now):
        return "in_line"
    reason = Freedom(session, space, span, people=people, now=now).reason(span)
    return reason if reason in {None, "in_ballot", "in_maintenance"} else "slot_taken"


def days(session: Session, *, space: Space, within: Span, policy: Policy) -> list[tuple[date, Day]]:
    """How every day is at a space on which some time of a span falls."""
    hours = spaces.hours_of(session, space, zone=policy.zone)
    first, last = (instant.astimezone(policy.zone).date() for instant in (within.starts_at, within.ends_at - _MOMENT))
    count = (last - first).days + 1
    return [(day, hours.day(day)) for day in (first + timedelta(days=ahead) for ahead in range(count))]


def outside_hours(session: Session, *, space_id: str | None, day: date, policy: Policy) -> list[Booking]:
    """The bookings of that day, of a space and its parts or of all, that lie at times which are not open."""
    whole_day = Span(at_wall(policy.zone, day, 0), at_wall(policy.zone, day + timedelta(days=1), 0))
    standing = select(Booking).where(
        Booking.state.in_(LIVE),
        Booking.starts_at >= whole_day.starts_at,
        Booking.starts_at < whole_day.ends_at,
    )
    if space_id is not None:
        standing = standing.where(Booking.space_id.in_([space_id, *spaces.parts_of(session, space_id)]))
    by_space: dict[str, list[Booking]] = defaultdict(list)
    for booking in session.scalars(standing):
        by_space[booking.space_id].append(booking)
    found = []
    for one, bookings in by_space.items():
        hours = spaces.hours_of(session, spaces.space(session, one), zone=policy.zone)
        found += [booking for booking in bookings if is_closed(hours, rules.span_of(booking))]
    return found


def alternatives(
    session: Session,
    *,
    space: Space,
    wanted: Span,
    people: int,
    hours: Hours,
    now: datetime,
    is_allowed: Callable[[Span], bool],
) -> list[Span]:
    """Up to three times of the same space and length, near the one that was wanted, that all the people may have.

    `hours`: of the space, a day before and after what was wanted.
    """
    near = Span(wanted.starts_at - rules.ALTERNATIVES_WITHIN, wanted.ends_at + rules.ALTERNATIVES_WITHIN)
    free = Freedom(session, space, near, people=people, now=now)
    spans = _runs(list(slots(hours, near)), wanted)
    return rules.nearest(wanted, spans, is_free=lambda span: free.is_free(span) and is_allowed(span))


def _runs(found: list[Span], wanted: Span) -> Iterator[Span]:
    """Slots that follow one another without a gap, joined to the length that is wanted."""
    count = round(wanted.minutes / found[0].minutes) if found else 0
    for first in range(len(found) - count + 1):
        run = found[first : first + count]
        if run and all(one.ends_at == next_.starts_at for one, next_ in pairwise(run)):
            yield Span(run[0].starts_at, run[-1].ends_at)

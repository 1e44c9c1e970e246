"""Figures about a span of time, read from what is written down anyway. Never about one person."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import repeat
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gateway.bookings.model import Booking, BookingState
from gateway.bookings.waits import Wait, WaitState
from gateway.calendar import queries as calendar
from gateway.calendar.national import public_calendar
from gateway.calendar.rules import Opening
from gateway.credit import rules as credit_rules
from gateway.fleet import queries as fleet
from gateway.kit.clock import at_wall
from gateway.lockers.model import Bank, Compartment, Rental, Use
from gateway.spaces import queries as spaces
from gateway.spaces.model import SHUT, Claim, Space, SpaceKind
from gateway.spaces.queries import Plan
from gateway.spaces.rules import Span, open_span, places_needed
from gateway.unlocking.model import Unlock, UnlockState
from gateway.usage import rules
from gateway.usage.model import Refusals
from gateway.usage.rules import DAY, Error, Expected, History, Middle, Rates

ALL_DAY: Final = Opening(0, 1440)
OPENED: Final = (UnlockState.OPENED, UnlockState.ALREADY_OPEN)


@dataclass(frozen=True)
class Period:
    """Days of the centre's calendar, both of them whole, and never beyond `until`, which is now."""

    first: date
    last: date
    zone: ZoneInfo
    until: datetime

    @property
    def frame(self) -> Span:
        """From its first instant on. Empty when it has not begun."""
        begin = at_wall(self.zone, self.first, 0)
        end = min(at_wall(self.zone, self.last + DAY, 0), self.until)
        return Span(begin, max(begin, end))

    @property
    def days(self) -> list[date]:
        """Those that have begun."""
        today = self.until.astimezone(self.zone).date()
        return rules.days_between(self.first, min(self.last, today))

    @property
    def whole_days(self) -> list[date]:
        """Those that are over."""
        return [day for day in self.days if day < self.until.astimezone(self.zone).date()]


@dataclass(frozen=True)
class SpaceUsage:
    """One undivided space. Whoever books a whole has each of its parts. `used_h` None: nothing there tells."""

    space: Space
    open_h: float
    booked_h: float
    used_h: float | None
    rates: Rates
    bookings: int
    no_shows: int
    late_cancels: int
    recovered_h: float
    lead_h: Middle


@dataclass(frozen=True)
class BankUsage:
    """One locker bank. `turnover`: rentals begun a compartment a day."""

    bank: Bank
    compartments: int
    rentals: int
    turnover: float | None
    dwell_h: Middle
    overdue: int
    opened: int
    failed: Mapping[str, int]  # by what came of them
    forced: int


@dataclass(frozen=True)
class Unmet:
    """What was wanted in vain. `failed`: openings of any door that did not come about, by why, or by their end."""

    refused: Mapping[tuple[str, str], int]  # by wish and reason
    failed: Mapping[str, int]
    waits: int
    waits_unseated: int


@dataclass(frozen=True)
class DayUsage:
    """Hours booked and used of one day, each place for itself."""

    day: date
    booked_h: float
    used_h: float


@dataclass(frozen=True)
class Forecast:
    """Hours used in each hour of a day to come. `expected` None: too little is known yet."""

    day: date
    kind: str
    expected: list[Expected] | None
    error: Error


def of_spaces(session: Session, period: Period) -> list[SpaceUsage]:
    """Of every undivided space, in the order of a list for people: rooms before lockers, court 2 before court 10."""
    plan = spaces.plan(session)
    bookings = _bookings(session, plan, period.frame)
    closed = _closures(session, period.frame)
    undivided = [one for one in plan.all.values() if one.id not in plan.parts]
    undivided.sort(key=lambda one: (one.kind is SpaceKind.LOCKER, rules.in_a_list(one.name_en), one.id))
    found = []
    for space, hours in spaces.all_hours(session, plan, undivided, zone=period.zone):
        opens = [span for day in period.days if (span := open_span(hours, day)) is not None]
        free = rules.less(list(rules.within(opens, period.frame)), rules.merged(closed.get(space.id, [])))
        found.append(_space_usage(plan, space, free, bookings.get(space.id, []), period.frame))
    return found


def of_banks(session: Session, period: Period) -> list[BankUsage]:
    """Of every locker bank, by its name. What staff hold or assign is no use by members."""
    begin, end = period.frame
    banks = sorted(session.scalars(select(Bank)), key=lambda one: (rules.in_a_list(one.name_en), one.id))
    bank_of = dict(iter(session.execute(select(Compartment.id, Compartment.bank_id))))
    by_lock = dict(iter(session.execute(select(Compartment.lock_id, Compartment.bank_id))))
    rentals: dict[str, list[Rental]] = defaultdict(list)
    lived = select(Rental).where(Rental.use == Use.RENTED, Rental.from_at < end, Rental.from_at >= begin)
    for rental in session.scalars(lived):
        rentals[bank_of[rental.compartment_id]].append(rental)
    unlocks: dict[str, Counter[str]] = defaultdict(Counter)
    counted = (
        select(Unlock.lock_id, Unlock.state, func.count())
        .where(Unlock.requested_at >= begin, Unlock.requested_at < end, Unlock.settled_at.is_not(None))
        .group_by(Unlock.lock_id, Unlock.state)
    )
    for lock_id, state, count in session.execute(counted):
        if lock_id in by_lock:
            unlocks[by_lock[lock_id]][state] += count
    forced = Counter(
        by_lock[lock_id]
        for lock_id, moments in fleet.forced_since(session, since=begin).items()
        for at in moments
        if at < end and lock_id in by_lock
    )
    sizes = Counter(bank_of.values())
    return [
        _bank_usage(one, sizes[one.id], rentals[one.id], unlocks[one.id], forced[one.id], len(period.days))
        for one in banks
    ]


def unmet(session: Session, period: Period) -> Unmet:
    """Refusals are counted as they happen; whoever waited and was not seated stands in the waiting list."""
    begin, end = period.frame
    counted = (
        select(Refusals.wish, Refusals.code, func.sum(Refusals.count))
        .where(Refusals.hour >= begin, Refusals.hour < at_wall(period.zone, period.last + DAY, 0))
        .group_by(Refusals.wish, Refusals.code)
    )
    refused = {(wish, code): int(count) for wish, code, count in session.execute(counted)}
    over = select(Wait.state, func.count()).where(Wait.starts_at >= begin, Wait.starts_at < end).group_by(Wait.state)
    waits = Counter(dict(iter(session.execute(over))))
    return Unmet(dict(sorted(refused.items())), _failed(session, period), sum(waits.values()), waits[WaitState.CLOSED])


def _failed(session: Session, period: Period) -> dict[str, int]:
    """What somebody asked for and the house then could not do: at a room's door and at a locker alike."""
    begin, end = period.frame
    counted = (
        select(Unlock.state, Unlock.code, func.count())
        .where(
            Unlock.requested_at >= begin,
            Unlock.requested_at < end,
            Unlock.settled_at.is_not(None),
            Unlock.state.not_in(OPENED),
            Unlock.emergency_id.is_(None),
        )
        .group_by(Unlock.state, Unlock.code)
    )
    found: Counter[str] = Counter()
    for state, code, count in session.execute(counted):
        found[code or state] += count
    return dict(sorted(found.items()))


def heat(
    session: Session, period: Period, *, space_id: str | None = None, used_only: bool = True
) -> list[list[float | None]]:
    """Hours used, or booked, in each hour of the week: the mean over the days of a period.

    `space_id`: one space with all of its parts. None: everywhere together.
    """
    cells = rules.by_hour(_spans(session, period, space_id=space_id, used_only=used_only), period.zone)
    return rules.week(cells, period.days, until=period.until.astimezone(period.zone))


def trend(session: Session, period: Period, *, space_id: str | None = None) -> list[DayUsage]:
    """Day by day, of those that have begun; of today what has passed. `space_id` as for `heat`."""
    booked, used = (
        rules.by_day(_spans(session, period, space_id=space_id, used_only=used_only), period.zone)
        for used_only in (False, True)
    )
    return [DayUsage(day, booked.get(day, 0.0), used.get(day, 0.0)) for day in period.days]


def forecast(session: Session, *, day: date, space_id: str | None, zone: ZoneInfo, now: datetime) -> Forecast:
    """Hours used in each hour of a day, from days before that were like it, and how wrong that has been so far."""
    [found] = forecasts(session, days=[day], space_id=space_id, zone=zone, now=now)
    return found


def forecasts(
    session: Session, *, days: Sequence[date], space_id: str | None, zone: ZoneInfo, now: datetime
) -> list[Forecast]:
    """The same of several days, each from what has been by now; what was is read once."""
    today = now.astimezone(zone).date()
    first = _first_day(session, zone)
    lived = [] if first is None else rules.days_between(rules.looks_back_to(first, days, today=today), today - DAY)
    kinds = _kinds(session, {*lived, *days}, space_id=space_id, zone=zone)
    kinds |= {day: rules.CLOSED for day in days if day >= today and _is_shut(session, space_id, day, zone)}
    spans: list[Span] = []
    if lived:
        spans = _spans(session, Period(lived[0], lived[-1], zone, now), space_id=space_id, used_only=True)
    history = History(rules.by_hour(spans, zone), {day: kinds[day] for day in lived})
    error = history.error(today)
    return [Forecast(day, kinds[day], _expected(history, day, kinds[day]), error) for day in days]


def _expected(history: History, day: date, kind: str) -> list[Expected] | None:
    # Of the days asked for only this one: another that is yet to come has had no hours, which is not to say none.
    return History(history.cells, {**history.kinds, day: kind}).expect(day)


# --- what the figures are made of


def _bookings(session: Session, plan: Plan, frame: Span) -> dict[str, list[Booking]]:
    """Those that touch a frame, by each undivided space they are of."""
    found: dict[str, list[Booking]] = defaultdict(list)
    touching = select(Booking).where(Booking.starts_at < frame.ends_at, Booking.ends_at > frame.starts_at)
    for booking in session.scalars(touching.order_by(Booking.starts_at, Booking.id)):
        for space in plan.undivided(booking.space_id):
            found[space.id].append(booking)
    return found


def _closures(session: Session, frame: Span) -> dict[str, list[Span]]:
    found: dict[str, list[Span]] = defaultdict(list)
    closures = select(Claim).where(
        Claim.kind.in_(SHUT),
        Claim.released_at.is_(None),
        Claim.starts_at < frame.ends_at,
        Claim.ends_at > frame.starts_at,
    )
    for claim in session.scalars(closures):
        found[claim.space_id].append(Span(claim.starts_at, claim.ends_at))
    return found


def _space_usage(plan: Plan, space: Space, opens: list[Span], bookings: list[Booking], frame: Span) -> SpaceUsage:
    stood = [one for one in bookings if one.state in {BookingState.CONFIRMED, BookingState.RELEASED}]
    came = [one for one in stood if one.checked_in_at is not None]
    released = [one for one in stood if one.state is BookingState.RELEASED]
    used = list(rules.within(_place_spans(came, space), frame))
    can_tell = bool(came) or any(plan.all[one].lock_id is not None for one in plan.line_up(space.id))
    used_h = rules.hours(rules.merged(used))
    nobody_knows = Rates(None, None, None)
    taken_h, holds = _taken(plan, space, came, frame)
    open_h = rules.hours(opens)
    return SpaceUsage(
        space=space,
        open_h=open_h,
        booked_h=rules.hours(rules.within(_place_spans(stood, space), frame)),
        used_h=rules.hours(used) if can_tell else None,
        rates=rules.rates(open_h=open_h, used_h=used_h, taken_h=taken_h, holds=holds) if can_tell else nobody_knows,
        bookings=len(stood),
        no_shows=len(released),
        late_cancels=sum(_was_late(one) for one in bookings),
        recovered_h=rules.recovered_h(
            _since(((one, one.released_at) for one in released), space, frame),
            _since(((one, one.booked_at) for one in came), space, frame),
        ),
        lead_h=rules.middle([rules.lead_h(one.booked_at, one.starts_at) for one in stood]),
    )


def _taken(plan: Plan, space: Space, came: Sequence[Booking], frame: Span) -> tuple[float, int | None]:
    """Hours x people who came, and how many it holds; where nobody has said for how many it is, hours x places.

    Whoever has a whole is spread over its parts.
    """
    if space.capacity is None:
        return rules.hours(rules.within(_place_spans(came, space), frame)), space.places if space.places > 1 else None
    people_h = sum(
        one.people / len(plan.undivided(one.space_id)) * rules.hours(rules.within([_span(one)], frame)) for one in came
    )
    return people_h, space.places * space.capacity


def _since(
    bookings: Iterable[tuple[Booking, datetime | None]], space: Space, frame: Span
) -> list[tuple[Span, datetime]]:
    """Each place for itself, as far as it lies in a frame, with a moment of its own."""
    return [
        (span, at) for one, at in bookings if at is not None for span in rules.within(_place_spans([one], space), frame)
    ]


def _was_late(booking: Booking) -> bool:
    """As points are taken for it (`credit.rules`)."""
    given_back = booking.cancelled_at
    return given_back is not None and credit_rules.is_late(
        starts_at=booking.starts_at, booked_at=booking.booked_at, now=given_back
    )


def _bank_usage(  # noqa: PLR0917 - each is another figure
    bank: Bank, compartments: int, rentals: Sequence[Rental], unlocks: Counter[str], forced: int, days: int
) -> BankUsage:
    ended = [one for one in rentals if one.ended_at is not None]
    stays = [(one.ended_at - one.from_at) / rules.HOUR for one in ended if one.ended_at is not None]
    return BankUsage(
        bank=bank,
        compartments=compartments,
        rentals=len(rentals),
        turnover=len(rentals) / compartments / days if compartments and days else None,
        dwell_h=rules.middle(stays),
        overdue=sum(one.until_at is not None and one.ended_at > one.until_at for one in ended if one.ended_at),
        opened=sum(unlocks[state] for state in OPENED),
        failed={state: count for state, count in sorted(unlocks.items()) if state not in OPENED},
        forced=forced,
    )


def _spans(session: Session, period: Period, *, space_id: str | None, used_only: bool) -> list[Span]:
    plan = spaces.plan(session)
    wanted = None if space_id is None else {one.id for one in plan.undivided(spaces.space(session, space_id).id)}
    found: list[Span] = []
    for undivided, bookings in _bookings(session, plan, period.frame).items():
        if wanted is None or undivided in wanted:
            space = plan.all[undivided]
            stood = [one for one in bookings if one.state in {BookingState.CONFIRMED, BookingState.RELEASED}]
            found += _place_spans([one for one in stood if not used_only or one.checked_in_at is not None], space)
    return list(rules.within(found, period.frame))


def _first_day(session: Session, zone: ZoneInfo) -> date | None:
    """When there was a booking for the first time: before that nothing is known, which is not the same as nothing."""
    first = session.scalar(select(func.min(Booking.starts_at)))
    return None if first is None else first.astimezone(zone).date()


def _kinds(session: Session, days: Iterable[date], *, space_id: str | None, zone: ZoneInfo) -> dict[date, str]:
    """What each day is like beside its weekday: `closed` where nothing of what is asked for is open on it."""
    plan, said = spaces.plan(session), calendar.all_said(session)
    if space_id is None:
        line, wanted = [], [one for one in plan.all.values() if one.id not in plan.parts]
    else:
        line, wanted = plan.line_up(space_id), plan.undivided(space_id)
    almanac = said.at(line=line, parts=[], usual=ALL_DAY, public=public_calendar(zone))
    different = {hours.alike: hours for _, hours in spaces.all_hours(session, plan, wanted, zone=zone)}.values()
    found = {}
    for day in days:
        is_open = any(hours.day(day).opening for hours in different) if different else almanac.day(day).opening
        found[day] = str(almanac.kind(day) or "") if is_open else rules.CLOSED
    return found


def _is_shut(session: Session, space_id: str | None, day: date, zone: ZoneInfo) -> bool:
    """One space that is out of use, or closed by hand, for all of a day on which it would be open."""
    if space_id is None:
        return False
    plan = spaces.plan(session)
    closed = _closures(session, Span(at_wall(zone, day, 0), at_wall(zone, day + DAY, 0)))
    opens = [
        (space.id, span)
        for space, hours in spaces.all_hours(session, plan, plan.undivided(space_id), zone=zone)
        if (span := open_span(hours, day)) is not None
    ]
    return all(not rules.less([span], rules.merged(closed.get(one, []))) for one, span in opens)


def _place_spans(bookings: Iterable[Booking], space: Space) -> Iterator[Span]:
    """Each as often as it takes places of an undivided space: who has a whole it is part of has all of them."""
    for one in bookings:
        count = places_needed(one.people, places=space.places, capacity=space.capacity)
        yield from repeat(_span(one), count if one.space_id == space.id else space.places)


def _span(booking: Booking) -> Span:
    return Span(booking.starts_at, booking.ends_at)

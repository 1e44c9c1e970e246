"""Eight weeks in the life of the demo centre: six behind it, two ahead, with everything that people do to bookings.

Each wish goes the way every wish goes: through the rules, the claims, the queue and the trail, at a moment of its own.
So some come to nothing, and what a page shows of these weeks is what it would show of real ones.
"""

import heapq
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from itertools import count
from typing import Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.bookings import approvals, booked_lockers, no_shows, queries, series, service, waitlist
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.queries import Turn
from gateway.bookings.rules import RECLAIM_WITHIN, Policy
from gateway.bookings.waits import Wait, WaitState
from gateway.centre import Centre
from gateway.fleet import service as fleet
from gateway.fleet.model import Device, DoorLevel, Presence
from gateway.fleet.rules import Presentation
from gateway.kit.clock import at_wall
from gateway.kit.db import Sessions
from gateway.kit.errors import HearthError, Trouble
from gateway.kit.ids import new_boot_id
from gateway.lockers import service as lockers
from gateway.lockers.model import Compartment, Rental
from gateway.members import groups
from gateway.members import queries as members
from gateway.members.model import GroupKind, Member
from gateway.notices import queries as notices_queries
from gateway.notices import service as notices
from gateway.notices.rules import NEWS
from gateway.policies import service as policies
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import Rule, Scope
from gateway.spaces.model import Space
from gateway.spaces.rules import Span
from gateway.usage import service as usage

T = TypeVar("T")
Act = Callable[[Session, datetime], object]  # something that happens, and when

SEED: Final = 20_261_125
BEHIND: Final = 42  # days
AHEAD: Final = 14

_KEEN: Final = range(10_021, 10_141)  # who ever books; the first twenty are left to whoever tries the demo
_TEAMS: Final = {10_031: ("hall", 5, 14, 120), 10_041: ("half-a", 1, 19, 120), 10_051: ("meeting-room", 2, 18, 60)}
_FORGETFUL: Final = 10_051  # of whose series nobody ever comes
_WALK_IN: Final = range(10_141, 10_201)  # who only ever take a locker when they come
_NEWCOMERS: Final = range(10_061, 10_141)  # whose meetings staff want to agree to
_DESK: Final = "s002"
_NOBODY_ASKS: Final = "policy.slots"  # for half of one: phones and kiosks show whole ones alone
_YES: Final = 0.8  # so often staff agree
_QUEUES: Final = 0.5  # so often somebody waits for what is taken
_SATURDAY: Final = 5
_WORK_ENDS: Final = 17

_WEEKDAY: Final = dict(zip(range(8, 22), (2, 3, 3, 1, 3, 2, 1, 1, 1, 2, 6, 9, 9, 5), strict=True))  # by the hour
_WEEKEND: Final = dict(zip(range(8, 22), (1, 4, 6, 5, 2, 2, 5, 7, 6, 4, 3, 4, 3, 1), strict=True))
_LEAD_DAYS: Final = {0: 4, 1: 6, 2: 4, 3: 3, 5: 2, 7: 2, 10: 1, 13: 1}


class _Fate(StrEnum):
    """What becomes of a booking, if it is up to its member."""

    COMES = "comes"
    CANCELS = "cancels"
    MOVES = "moves"
    FORGETS = "forgets"


_FATES: Final = {_Fate.COMES: 74, _Fate.CANCELS: 14, _Fate.MOVES: 3, _Fate.FORGETS: 9}


@dataclass(frozen=True)
class _Liking:
    """How often a space is wanted: so many wishes on a working day and at a weekend, for so many minutes."""

    space_ids: tuple[str, ...]
    weekday: float
    weekend: float
    minutes: tuple[int, ...]
    most_guests: int


_LIKINGS: Final = (
    _Liking(("court-1", "court-2", "court-3", "court-4"), 7, 10, (60, 60, 120), 3),
    _Liking(("half-a", "half-b"), 1, 2, (60, 120), 9),
    _Liking(("hall",), 0.3, 0.7, (120,), 19),
    _Liking(("piano-room",), 3, 4, (30, 60, 60, 90), 0),
    _Liking(("meeting-room",), 2.5, 1, (60, 60, 90, 120), 7),
)
_WALKS_IN: Final = {"bank-a": 12, "bank-b": 5, "bank-c": 1}  # so many a day …
_WALKED_IN: Final = 2  # … today and yesterday, which is enough to see how lockers are used
_STAYS_MIN: Final = (35, 150)
_LOCKERS_LIKED: Final = _Liking((), 4, 7, (60, 90, 120, 120), 0)  # of those that are booked ahead


def live(
    centre: Centre,
    *,
    now: datetime,
    doors: str,
    seed: int = SEED,
    behind: int = BEHIND,
    beside: Iterable[tuple[datetime, Act]] = (),
) -> bool:
    """Let the weeks around `now` happen, once. False where somebody has booked anything before.

    `doors`: the device of the rooms' doors, which was there all the time, as the lockers that are booked ahead were.
    `behind`: so many days ago it began. `beside`: what else happens, in its place among the rest.
    The same seed at the same moment gives the same weeks.
    """
    with centre.sessions.read() as session:
        if session.scalar(select(Booking.id).limit(1)) is not None or session.get(Space, "hall") is None:
            return False
    dice, policy = random.Random(seed), centre.booking_policy
    begins = now.astimezone(policy.zone).date() - timedelta(days=behind)
    with centre.sessions.read() as session:
        boxes = _booked_ahead(session)
        banks = {bank_id for _, bank_id in boxes}
    likings = (*_LIKINGS, replace(_LOCKERS_LIKED, space_ids=tuple(space_id for space_id, _ in boxes)))
    weeks = _Weeks(centre.sessions, policy, dice, now, begins, likings)
    for at, act in beside:
        weeks.expect(at, act)
    weeks.run({doors} | banks | _WALKS_IN.keys(), days=behind + AHEAD)
    return True


_RULES: Final = (
    Rule(id="teams-days-ahead", limit=Limit.DAYS_AHEAD, value=60, group_id="teams", lifts=True),
    Rule(id="teams-most-ahead", limit=Limit.MOST_AHEAD, value=12, group_id="teams", lifts=True),
    Rule(
        id="newcomers-meetings",
        limit=Limit.NEEDS_APPROVAL,
        value=1,
        scope=Scope(Layer.SPACE, "meeting-room"),
        group_id="newcomers",
    ),
)


@dataclass
class _Weeks:
    sessions: Sessions
    policy: Policy
    dice: random.Random
    now: datetime
    begins: date
    likings: Sequence[_Liking]
    _order: Iterator[int] = field(default_factory=count)
    _events: list[tuple[datetime, int, Act]] = field(default_factory=list)

    def run(self, devices: Iterable[str], *, days: int) -> None:
        """Everything in the order of time, a day in a transaction."""
        self.expect(at_wall(self.policy.zone, self.begins, 7 * 60), partial(self._found, devices=devices))
        for day in (self.begins + timedelta(days=ahead) for ahead in range(days)):
            self._wish_for(day)
        today = self.now.astimezone(self.policy.zone).date()
        for day in (today - timedelta(days=ago) for ago in range(_WALKED_IN)):
            self._walk_in(day, random.Random(day.toordinal()))
        while self._events and self._events[0][0] <= self.now:
            until = self._events[0][0] + timedelta(days=1)
            with self.sessions.begin() as session:
                while self._events and self._events[0][0] <= min(until, self.now):
                    at, _, act = heapq.heappop(self._events)
                    act(session, at)
        with self.sessions.begin() as session:
            _be_there(session, devices, Presence.OFFLINE, self.now)  # until the pretended building has been built

    @property
    def _first_morning(self) -> datetime:
        return at_wall(self.policy.zone, self.begins, 8 * 60)

    def expect(self, at: datetime, act: Act) -> None:
        """It happens then, unless that is still to come."""
        heapq.heappush(self._events, (at, next(self._order), act))

    # --- what is there from the first day on

    def _found(self, session: Session, at: datetime, *, devices: Iterable[str]) -> None:
        _be_there(session, devices, Presence.ONLINE, at)
        _make_group(session, "teams", zh="球队和社团", en="Teams and clubs", who=_TEAMS, now=at)
        _make_group(session, "newcomers", zh="新会员", en="New members", who=_NEWCOMERS, now=at)
        for rule in _RULES:
            policies.put_rule(session, rule=rule, actor="gateway", now=at)
        for number, (space_id, weekday, hour, minutes) in _TEAMS.items():
            first = self.begins + timedelta(days=(weekday - self.begins.weekday()) % 7 or 7)
            starts_at = at_wall(self.policy.zone, first, hour * 60)
            made, _ = series.book(
                session,
                member=_member(session, number),
                space_id=space_id,
                first=Span(starts_at, starts_at + timedelta(minutes=minutes)),
                recurs="FREQ=WEEKLY;COUNT=8",
                all_or_none=False,
                policy=self.policy,
                now=at,
            )
            for turn in queries.turns(session, made.id):
                self._look_forward_to(turn, comes=number != _FORGETFUL, series_id=made.id)

    def _look_forward_to(self, turn: Turn, *, comes: bool, series_id: str) -> None:
        if turn.booking is None:
            return
        if comes:
            self.expect(turn.span.starts_at + timedelta(minutes=-4), partial(self._come, booking_id=turn.booking.id))
            return
        given_up = turn.span.starts_at + timedelta(minutes=self.policy.no_show_after_min)
        self.expect(given_up, partial(self._stay_away, booking_id=turn.booking.id))
        trim = partial(series.trim_if_dead, series_id=series_id, policy=self.policy)
        self.expect(given_up + RECLAIM_WITHIN * 2, lambda session, at: _let(lambda: trim(session, now=at)))

    # --- wishes

    def _wish_for(self, day: date) -> None:
        """Everything that somebody will want of a day, and when they will think of it."""
        is_weekend = day.weekday() >= _SATURDAY
        hours = _WEEKEND if is_weekend else _WEEKDAY
        for liking in (each for each in self.likings if each.space_ids):
            usual = liking.weekend if is_weekend else liking.weekday
            for _ in range(max(0, round(self.dice.gauss(usual, usual**0.5)))):
                [hour], [lead] = self._one_of(hours), self._one_of(_LEAD_DAYS)
                starts_at = at_wall(self.policy.zone, day, hour * 60 + self.dice.choice([0, 0, 30]))
                wished_at = starts_at - timedelta(days=lead, minutes=self.dice.randrange(20, 300))
                self.expect(
                    max(wished_at, self._first_morning),
                    partial(
                        self._want,
                        number=self._whoever(is_weekend=is_weekend, hour=hour),
                        space_id=self.dice.choice(liking.space_ids),
                        span=Span(starts_at, starts_at + timedelta(minutes=self.dice.choice(liking.minutes))),
                        guests=self.dice.randint(0, liking.most_guests),
                    ),
                )

    def _walk_in(self, day: date, dice: random.Random) -> None:
        """Everybody who takes a locker on the spot, of dice of their own: what is booked stays the same."""
        hours = _WEEKEND if day.weekday() >= _SATURDAY else _WEEKDAY
        for bank_id, people in _WALKS_IN.items():
            for number, hour in zip(
                dice.sample(_WALK_IN, people), dice.choices(list(hours), list(hours.values()), k=people), strict=True
            ):
                comes_at = at_wall(self.policy.zone, day, hour * 60 + dice.randrange(60))
                leaves_at = min(comes_at + timedelta(minutes=dice.uniform(*_STAYS_MIN)), self.now)
                if self._first_morning <= comes_at < leaves_at:
                    self.expect(comes_at, partial(self._rent, number=number, bank_id=bank_id, leaves_at=leaves_at))

    def _rent(self, session: Session, at: datetime, *, number: int, bank_id: str, leaves_at: datetime) -> None:
        rent = partial(lockers.rent, until=None, max_days=1, unsettled_locks=frozenset, bank_id=bank_id)
        rental = _wish(session, at, "rentals", lambda: rent(session, member=_member(session, number), now=at))
        if rental is not None:
            self.expect(leaves_at, partial(self._end, rental_id=rental.id))

    def _end(self, session: Session, at: datetime, *, rental_id: str) -> None:
        rental = session.get_one(Rental, rental_id)
        _let(lambda: lockers.end_rental(session, rental=rental, unsettled_locks=frozenset, now=at))

    def _one_of(self, weights: Mapping[T, int]) -> list[T]:
        return self.dice.choices(list(weights), list(weights.values()))

    def _whoever(self, *, is_weekend: bool, hour: int) -> int:
        """The retired come while others work; and some people are there all the time."""
        works = is_weekend or hour >= _WORK_ENDS
        crowd = [number for number in _KEEN if works or number % 3 == 0]
        return self.dice.choices(crowd, [1 / (9 + place) for place in range(len(crowd))])[0]

    def _want(self, session: Session, at: datetime, *, number: int, space_id: str, span: Span, guests: int) -> None:
        member, policy = _member(session, number), self.policy
        wish = {"member": member, "space_id": space_id, "span": span, "guests": guests, "policy": policy, "now": at}
        try:
            booking = service.book(session, **wish)  # type: ignore[arg-type]  # as both take it
        except HearthError as refused:
            if refused.code != _NOBODY_ASKS:
                usage.note_refusal(session, wish="bookings", code=refused.code, now=at)
            if refused.code == "slot_taken" and self.dice.random() < _QUEUES:
                self.expect(at + timedelta(minutes=2), lambda session, at: self._queue(session, at, wish))
            return
        if booking.state is BookingState.PENDING:
            self.expect(at + timedelta(hours=self.dice.uniform(0.2, 30)), partial(self._answer, booking_id=booking.id))
            self.expect(span.starts_at, partial(_deny_unanswered, booking_id=booking.id, policy=policy))
        self._decide(booking.id, span, at)

    def _decide(self, booking_id: str, span: Span, at: datetime) -> None:
        """What its member will do with a booking."""
        [fate] = self._one_of(_FATES)
        if fate is _Fate.CANCELS:
            thinks_at = at + (span.starts_at - at) * self.dice.uniform(0.1, 0.95)
            self.expect(thinks_at, partial(self._cancel, booking_id=booking_id))
        elif fate is _Fate.MOVES:
            self.expect(at + (span.starts_at - at) / 2, partial(self._move, booking_id=booking_id))
        elif fate is _Fate.FORGETS:
            no_show_at = span.starts_at + timedelta(minutes=self.policy.no_show_after_min)
            self.expect(no_show_at, partial(self._stay_away, booking_id=booking_id))
        else:
            comes_at = span.starts_at + timedelta(minutes=self.dice.uniform(-9, 12))
            self.expect(max(comes_at, at), partial(self._come, booking_id=booking_id))

    def _queue(self, session: Session, at: datetime, wish: dict[str, object]) -> None:
        span = wish["span"]
        join = partial(waitlist.join, session, **wish | {"now": at})  # type: ignore[arg-type]  # as both take it
        wait = _wish(session, at, "waitlist", join)
        if wait is not None and isinstance(span, Span):
            look = partial(waitlist.look_after, wait_id=wait.id, policy=self.policy)
            self.expect(span.ends_at, lambda session, at: look(session, now=at))

    # --- what becomes of a booking

    def _come(self, session: Session, at: datetime, *, booking_id: str) -> None:
        booking = session.get_one(Booking, booking_id)
        if not booked_lockers.is_locker(session, booking.space_id):
            _let(lambda: service.check_in(session, booking=booking, policy=self.policy, now=at))
        elif _let(lambda: self._take_locker(session, at, booking)) is None and at < booking.starts_at:
            self.expect(booking.starts_at, partial(self._come, booking_id=booking_id))  # somebody else's until then

    def _take_locker(self, session: Session, at: datetime, booking: Booking) -> str:
        """They rent what they booked, open it, and give it back before their time is over. Returns its lock."""
        member = session.get_one(Member, booking.member_id)
        lock_id = booked_lockers.arrive(session, booking=booking, member=member, policy=self.policy, now=at)
        service.note_opening(session, member_id=member.id, lock_id=lock_id, now=at)
        leaves_at = booking.ends_at - timedelta(minutes=self.dice.uniform(2, 20))
        # Nobody of these weeks comes back for their things later: so whoever would still be there has just left.
        self.expect(min(leaves_at, self.now), partial(self._give_back, booking_id=booking.id))
        return lock_id

    def _give_back(self, session: Session, at: datetime, *, booking_id: str) -> None:
        rental = queries.rental_under_way(session, session.get_one(Booking, booking_id))
        if rental is not None:
            _let(lambda: lockers.end_rental(session, rental=rental, unsettled_locks=frozenset, now=at))

    def _stay_away(self, session: Session, at: datetime, *, booking_id: str) -> None:
        if no_shows.release(session, booking_id=booking_id, policy=self.policy, now=at):
            self._answer_offers(session, at)
            self.expect(at + timedelta(days=2), partial(_read_notices, booking_id=booking_id))

    def _cancel(self, session: Session, at: datetime, *, booking_id: str) -> None:
        booking = session.get_one(Booking, booking_id)
        member = session.get_one(Member, booking.member_id)
        _let(lambda: service.cancel(session, booking=booking, member=member, policy=self.policy, now=at))
        self._answer_offers(session, at)

    def _move(self, session: Session, at: datetime, *, booking_id: str) -> None:
        booking = session.get_one(Booking, booking_id)
        member, day = session.get_one(Member, booking.member_id), timedelta(days=1)
        later = Span(booking.starts_at + day, booking.ends_at + day)
        move = partial(service.move, booking=booking, member=member, span=later, policy=self.policy, now=at)
        moved = _let(lambda: move(session))
        comes_at = later.starts_at if moved else booking.starts_at
        if moved is not None and moved.state is BookingState.PENDING:
            self.expect(later.starts_at, partial(_deny_unanswered, booking_id=booking_id, policy=self.policy))
        self.expect(max(comes_at, at), partial(self._come, booking_id=booking_id))
        self._answer_offers(session, at)

    def _answer(self, session: Session, at: datetime, *, booking_id: str) -> None:
        act = {"booking_id": booking_id, "staff": _member(session, _DESK), "policy": self.policy, "now": at}
        if self.dice.random() < _YES:
            _let(lambda: approvals.approve(session, **act))  # type: ignore[arg-type]  # as both take it
        else:
            _let(lambda: approvals.deny(session, **act, reason="当天有内部会议"))  # type: ignore[arg-type]  # as both take it

    def _answer_offers(self, session: Session, at: datetime) -> None:
        """Whoever is offered something looks at their phone, mostly in time."""
        for wait_id in session.scalars(select(Wait.id).where(Wait.state == WaitState.OFFERED).order_by(Wait.joined_at)):
            self.expect(at + timedelta(minutes=self.dice.uniform(0.5, 12)), partial(self._take_offer, wait_id=wait_id))

    def _take_offer(self, session: Session, at: datetime, *, wait_id: str) -> None:
        wait = session.get_one(Wait, wait_id)
        member = session.get_one(Member, wait.member_id)
        booking = _let(lambda: service.take_offer(session, wait_id=wait_id, member=member, policy=self.policy, now=at))
        if booking is None:
            waitlist.look_after(session, wait_id=wait_id, policy=self.policy, now=at)
        else:
            self._decide(booking.id, waitlist.span_of(wait), at)


def _make_group(session: Session, group_id: str, *, zh: str, en: str, who: Iterable[int], now: datetime) -> None:
    made = groups.make_group(
        session, group_id=group_id, kind=GroupKind.STANDING, name_zh=zh, name_en=en, actor="gateway", now=now
    )
    for number in who:
        member = _member(session, number)
        groups.set_groups(session, member=member, group_ids=[made.id], actor="gateway", now=now)


def _let(act: Callable[[], T]) -> T | None:
    """Something that may be refused, and then just does not happen."""
    try:
        return act()
    except HearthError:
        return None


def _wish(session: Session, at: datetime, wish: str, act: Callable[[], T]) -> T | None:
    """The same of what somebody wants: in vain, it is counted as it would be of a phone."""
    try:
        return act()
    except HearthError as refused:
        usage.note_refusal(session, wish=wish, code=refused.code, now=at)
        return None


def _deny_unanswered(session: Session, at: datetime, *, booking_id: str, policy: Policy) -> None:
    approvals.deny_unanswered(session, booking_id=booking_id, policy=policy, now=at)


def _read_notices(session: Session, at: datetime, *, booking_id: str) -> None:
    """A member has read what only tells what has happened, and put it away."""
    member_id = session.get_one(Booking, booking_id).member_id
    for notice in notices_queries.notices_for(session, member_id=member_id, limit=50):
        if notice.about == booking_id and notice.kind in NEWS:
            notices.put_away(session, member_id=member_id, notice_id=notice.id, now=at)


def _member(session: Session, number: int | str) -> Member:
    found = members.member_by_no(session, member_no=str(number))
    if found is None:
        raise Trouble(f"the demo centre has no member {number}: make a new one, in another directory")
    return found


def _booked_ahead(session: Session) -> list[tuple[str, str]]:
    """The lockers that are booked ahead, in the order of their labels, and the bank of each."""
    found = select(Compartment.id, Compartment.bank_id).join(Space, Space.id == Compartment.id)
    return [(space_id, bank_id) for space_id, bank_id in session.execute(found.order_by(Compartment.label))]


def _be_there(session: Session, device_ids: Iterable[str], presence: Presence, now: datetime) -> None:
    """As the devices would say of themselves and of their doors, and the broker of them."""
    for device in (session.get_one(Device, device_id) for device_id in device_ids):
        there = Presentation(
            device_id=device.id,
            online=presence is Presence.ONLINE,
            boot_id=device.boot_id or new_boot_id(),
            kind=device.kind,
            public_key=device.public_key,
            fingerprint=device.fingerprint,
            doors=device.doors,
        )
        fleet.note_presence(session, there, now=now)
        if there.online:
            shut = dict.fromkeys(range(1, device.doors + 1), DoorLevel.SHUT)
            fleet.note_levels(session, device_id=device.id, levels=shut, now=now)

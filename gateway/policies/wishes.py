"""What a wish comes to under each rule: counted by the centre's clock, from plain values."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import ceil, floor
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from gateway.kit.clock import at_wall
from gateway.policies import rules
from gateway.policies.model import Limit
from gateway.policies.rules import Bound, Finding, Peak, Scope, Verdict

UTC: Final = ZoneInfo("UTC")
WHOLE_DAY_MIN: Final = 1440
WEEK_MIN: Final = 7 * WHOLE_DAY_MIN
_MINUTE: Final = timedelta(minutes=1)


class Act(StrEnum):
    """What somebody would do."""

    RENT = "rent"
    EXTEND = "extend"
    BOOK = "book"
    BALLOT = "ballot"  # hand in a wish, or have it by lot: how far ahead does not matter
    MOVE = "move"
    CANCEL = "cancel"
    RECLAIM = "reclaim"


_COUNTED: Final = (
    Limit.MOST_AHEAD,
    Limit.BOOKINGS_PER_DAY,
    Limit.MINUTES_PER_WEEK,
    Limit.PEAK_MINUTES,
    Limit.BRANCH_PEAK_MINUTES,
)
_BOOKED: Final = frozenset(
    {
        Limit.MAY_USE,
        Limit.GUESTS,
        Limit.DAYS_AHEAD,
        Limit.OPENS_AT,
        Limit.WEEK_OPENS_AT,
        Limit.BALLOT_CLOSES_AT,
        Limit.MIN_MINUTES,
        Limit.MAX_MINUTES,
        Limit.NEEDS_APPROVAL,
        Limit.LOW_CREDIT_DAYS_AHEAD,
        Limit.LOW_CREDIT_MOST_AHEAD,
        *_COUNTED,
    }
)
ASKED: Final[Mapping[Act, frozenset[Limit]]] = MappingProxyType(
    {
        Act.RENT: frozenset({Limit.MAY_USE, Limit.MAX_DAYS, Limit.RENTALS_AT_ONCE}),
        Act.EXTEND: frozenset({Limit.MAY_USE, Limit.MAX_DAYS}),
        Act.BOOK: _BOOKED,
        Act.BALLOT: _BOOKED
        - {
            Limit.DAYS_AHEAD,
            Limit.OPENS_AT,
            Limit.WEEK_OPENS_AT,
            Limit.BALLOT_CLOSES_AT,
            Limit.LOW_CREDIT_DAYS_AHEAD,
        },
        Act.MOVE: _BOOKED | {Limit.CANCEL_BEFORE},
        Act.CANCEL: frozenset({Limit.CANCEL_BEFORE}),
        Act.RECLAIM: frozenset(_COUNTED),
    }
)
"""Which limits matter to what. What is not among them is not looked at."""


class Held(NamedTuple):
    """A booking or a rental that somebody has, and the scopes it lies in."""

    starts_at: datetime
    ends_at: datetime
    scopes: frozenset[Scope]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is wanted, when, and what there is already.

    `held`: what the member has beside it. `held_by_branch`: the same for all members of each of their branches.
    `has_low_credit`: whoever wishes it has few points left. `gives_up_at`: the start of the booking that is moved or
    cancelled by it.
    """

    act: Act
    now: datetime
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo = UTC  # days, weeks and peak hours are the centre's; rentals and cancellations count none
    guests: int = 0
    held: Collection[Held] = ()
    held_by_branch: Mapping[str, Collection[Held]] = field(default_factory=dict)
    gives_up_at: datetime | None = None
    has_low_credit: bool = False

    def day_of(self, instant: datetime) -> date:
        """The day on the centre's calendar."""
        return instant.astimezone(self.zone).date()


def judge(wish: Wish, bounds: Iterable[Bound]) -> Verdict:
    """Whether a wish keeps every bound that matters to its act. Who asks why, and who acts, ask this."""
    asked = [bound for bound in bounds if bound.limit in ASKED[wish.act]]
    return rules.judge([Finding(bound, _MEASURES[bound.limit](wish, bound, asked)) for bound in asked])


def opening(wish: Wish, bounds: Iterable[Bound]) -> datetime | None:
    """The instant at which a timed drop lets everybody have what is wished for; None: none does.

    Of several drops the last. Whether it can be had then is another question.
    """
    asked = [bound for bound in bounds if bound.limit in ASKED[wish.act]]
    day = wish.day_of(wish.starts_at)
    monday = day - timedelta(days=day.weekday() + 7)
    drops = [
        at_wall(wish.zone, monday + timedelta(days=bound.value // WHOLE_DAY_MIN), bound.value % WHOLE_DAY_MIN)
        for bound in asked
        if bound.limit is Limit.WEEK_OPENS_AT
    ]
    ahead, opens = (rules.tightest(asked, limit) for limit in (Limit.DAYS_AHEAD, Limit.OPENS_AT))
    if ahead is not None and opens is not None:
        drops.append(at_wall(wish.zone, day - timedelta(days=ahead.value), opens.value))
    return max(drops, default=None)


def _opens_at(wish: Wish, bound: Bound, asked: list[Bound]) -> int:  # noqa: ARG001 - every measure has one form
    """How late it is by the clock on the wall, where that matters: on the last day that can be booked."""
    ahead = rules.tightest(asked, Limit.DAYS_AHEAD)
    if ahead is None or _days_ahead(wish) < ahead.value:
        return WHOLE_DAY_MIN
    wall = wish.now.astimezone(wish.zone)
    return wall.hour * 60 + wall.minute


def _days_ahead(wish: Wish) -> int:
    return (wish.day_of(wish.starts_at) - wish.day_of(wish.now)).days


def _in_the_week_before(wish: Wish) -> int:
    """How late it is in the week before the wish's, by the clock on the wall: less than nothing before its Monday."""
    day = wish.day_of(wish.starts_at)
    monday = day - timedelta(days=day.weekday() + 7)
    wall = wish.now.astimezone(wish.zone)
    return (wall.date() - monday).days * WHOLE_DAY_MIN + wall.hour * 60 + wall.minute


def _before_its_start(wish: Wish) -> int:
    given_up = wish.gives_up_at or wish.starts_at
    return floor((given_up - wish.now) / _MINUTE)


def _at_once(wish: Wish, bound: Bound) -> int:
    return 1 + len(_of(bound, wish.held))


def _ahead(wish: Wish, bound: Bound) -> int:
    return 1 + sum(one.ends_at > wish.now for one in _of(bound, wish.held))


def _on_its_day(wish: Wish, bound: Bound) -> int:
    day = wish.day_of(wish.starts_at)
    return 1 + sum(wish.day_of(one.starts_at) == day for one in _of(bound, wish.held))


def _in_its_week(wish: Wish, bound: Bound) -> int:
    return _minutes(wish) + sum(_minutes(one) for one in _of_its_week(wish, _of(bound, wish.held)))


def _in_peak_hours(wish: Wish, bound: Bound, held: Iterable[Held]) -> int:
    """Nothing for a wish outside the peak hours, whatever was had in them before."""
    peak = bound.by.peak
    if peak is None or not (own := peak_minutes(wish, peak, wish.zone)):
        return 0
    return own + sum(peak_minutes(one, peak, wish.zone) for one in _of_its_week(wish, held))


def peak_minutes(span: Wish | Held, peak: Peak, zone: ZoneInfo) -> int:
    """How much of it lies in peak hours."""
    day, last = span.starts_at.astimezone(zone).date(), span.ends_at.astimezone(zone).date()
    total = timedelta()
    while day <= last:
        if str(day.isoweekday()) in peak.days:
            begins = max(span.starts_at, at_wall(zone, day, peak.from_min))
            ends = min(span.ends_at, at_wall(zone, day, peak.until_min))
            total += max(ends - begins, timedelta())
        day += timedelta(days=1)
    return ceil(total / _MINUTE)


def _of(bound: Bound, held: Iterable[Held]) -> list[Held]:
    return [one for one in held if bound.scope in one.scopes]


def _of_its_week(wish: Wish, held: Iterable[Held]) -> list[Held]:
    week = wish.day_of(wish.starts_at).isocalendar()[:2]
    return [one for one in held if wish.day_of(one.starts_at).isocalendar()[:2] == week]


def _minutes(span: Wish | Held) -> int:
    return ceil((span.ends_at - span.starts_at) / _MINUTE)


_MEASURES: Final[Mapping[Limit, Callable[[Wish, Bound, list[Bound]], int]]] = MappingProxyType(
    {
        Limit.MAY_USE: lambda wish, bound, asked: 1,
        Limit.GUESTS: lambda wish, bound, asked: wish.guests,
        Limit.DAYS_AHEAD: lambda wish, bound, asked: _days_ahead(wish),
        Limit.OPENS_AT: _opens_at,
        Limit.WEEK_OPENS_AT: lambda wish, bound, asked: _in_the_week_before(wish),
        Limit.BALLOT_CLOSES_AT: lambda wish, bound, asked: _in_the_week_before(wish),
        Limit.MIN_MINUTES: lambda wish, bound, asked: floor((wish.ends_at - wish.starts_at) / _MINUTE),
        Limit.MAX_MINUTES: lambda wish, bound, asked: _minutes(wish),
        Limit.MAX_DAYS: lambda wish, bound, asked: ceil((wish.ends_at - wish.starts_at) / timedelta(days=1)),
        Limit.RENTALS_AT_ONCE: lambda wish, bound, asked: _at_once(wish, bound),
        Limit.MOST_AHEAD: lambda wish, bound, asked: _ahead(wish, bound),
        Limit.BOOKINGS_PER_DAY: lambda wish, bound, asked: _on_its_day(wish, bound),
        Limit.MINUTES_PER_WEEK: lambda wish, bound, asked: _in_its_week(wish, bound),
        Limit.PEAK_MINUTES: lambda wish, bound, asked: _in_peak_hours(wish, bound, _of(bound, wish.held)),
        Limit.BRANCH_PEAK_MINUTES: lambda wish, bound, asked: _in_peak_hours(
            wish, bound, _of(bound, wish.held_by_branch.get(bound.branch or "", ()))
        ),
        Limit.LOW_CREDIT_DAYS_AHEAD: lambda wish, bound, asked: _days_ahead(wish) if wish.has_low_credit else 0,
        Limit.LOW_CREDIT_MOST_AHEAD: lambda wish, bound, asked: _ahead(wish, bound) if wish.has_low_credit else 0,
        Limit.CANCEL_BEFORE: lambda wish, bound, asked: _before_its_start(wish),
        Limit.NEEDS_APPROVAL: lambda wish, bound, asked: 0,
    }
)

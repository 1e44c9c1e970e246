"""Who gets the hours that everybody wants. Read from what is written down anyway; names only for who may know them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.ballots.model import Ballot, BallotState, Entry, EntryState
from gateway.bookings.model import LIVE, Booking, BookingState
from gateway.bookings.waits import Wait, WaitState
from gateway.members.model import Group, Member, Membership
from gateway.policies.model import IN_PEAK_HOURS, PolicyRule
from gateway.policies.rules import Peak
from gateway.policies.wishes import Held, peak_minutes
from gateway.usage import fair_rules
from gateway.usage.queries import Period

EVENINGS: Final = Peak("1234567", 18 * 60, 22 * 60)  # where no rule says which hours everybody wants
FEWEST_IN_A_GROUP: Final = 5  # of fewer people a figure would be about one of them
MOST_NAMED: Final = 10
_HAD: Final = (*LIVE, BookingState.RELEASED)  # whoever did not come kept others away, too


@dataclass(frozen=True)
class GroupShare:
    """One group's part. `members`: all that are in it; the others: of those who wanted something."""

    group: Group
    members: int
    wanting: int
    peak_h: float
    entries: int
    won: int
    waits: int
    waits_unseated: int


@dataclass(frozen=True)
class Fairness:
    """Of those who wanted something in a period: had a booking then, handed in a wish, or stood in a queue.

    `spread`: how many of them have no booking in peak hours, one, two … `first_timers`: who had one for the first time
    ever. `most`: who has most hours, with how many.
    """

    peaks: Sequence[Peak]
    wanting: int
    peak_bookings: int
    peak_h: float
    gini: float | None
    top_tenth: float | None
    spread: Sequence[tuple[int, int]]
    first_timers: int
    entries: int
    won: int
    won_first: int
    waits: int
    waits_unseated: int
    groups: Sequence[GroupShare]
    most: Sequence[tuple[Member, float]]


def of(session: Session, period: Period) -> Fairness:
    """How it was spread. Peak hours are those of the rules about them; without any, the evenings."""
    peaks = _peaks(session)
    bookings = _peak_minutes(session, period, peaks)
    minutes: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    for member_id, found in bookings:
        minutes[member_id] += found
        counts[member_id] += found > 0
    entries, waits = _entries(session, period), _waits(session, period)
    wanting = sorted({*minutes, *(one for one, _ in entries), *(one for one, _ in waits)})
    hours = {one: minutes[one] / 60 for one in wanting}
    won = [one for one, state in entries if state is EntryState.WON]
    had_before = _had_before(session, period, peaks, {one for one in wanting if counts[one]})
    most = sorted((one for one in wanting if hours[one]), key=lambda one: (-hours[one], one))[:MOST_NAMED]
    return Fairness(
        peaks=peaks,
        wanting=len(wanting),
        peak_bookings=sum(counts.values()),
        peak_h=sum(hours.values()),
        gini=fair_rules.gini(list(hours.values())),
        top_tenth=fair_rules.share_of_top_tenth(list(hours.values())),
        spread=fair_rules.spread(counts[one] for one in wanting),
        first_timers=sum(1 for one in wanting if counts[one] and one not in had_before),
        entries=len(entries),
        won=len(won),
        won_first=len(set(won) - _won_before(session, period)),
        waits=len(waits),
        waits_unseated=sum(state is WaitState.CLOSED for _, state in waits),
        groups=_groups(session, hours, entries, waits),
        most=[(session.get_one(Member, one), hours[one]) for one in most],
    )


def _peaks(session: Session) -> list[Peak]:
    rules = session.scalars(select(PolicyRule).where(PolicyRule.limit.in_(IN_PEAK_HOURS)))
    found = {Peak(one.peak_days, one.peak_from_min, one.peak_until_min) for one in rules}
    return sorted(found) or [EVENINGS]


def _peak_minutes(session: Session, period: Period, peaks: Sequence[Peak]) -> list[tuple[str, int]]:
    """Every booking that begins in the period: whose it is, and how much of it lies in peak hours."""
    begin, end = period.frame
    rows = session.execute(
        select(Booking.member_id, Booking.starts_at, Booking.ends_at).where(
            Booking.state.in_(_HAD), Booking.starts_at >= begin, Booking.starts_at < end
        )
    )
    return [(row.member_id, _in_peak(row.starts_at, row.ends_at, period, peaks)) for row in rows]


def _in_peak(starts_at: datetime, ends_at: datetime, period: Period, peaks: Sequence[Peak]) -> int:
    """Minutes; where several rules name peak hours that overlap, by the one that names most."""
    return max(peak_minutes(Held(starts_at, ends_at, frozenset()), peak, period.zone) for peak in peaks)


def _had_before(session: Session, period: Period, peaks: Sequence[Peak], member_ids: Collection[str]) -> set[str]:
    rows = session.execute(
        select(Booking.member_id, Booking.starts_at, Booking.ends_at).where(
            Booking.state.in_(_HAD), Booking.starts_at < period.frame.starts_at, Booking.member_id.in_(member_ids)
        )
    )
    return {row.member_id for row in rows if _in_peak(row.starts_at, row.ends_at, period, peaks)}


def _entries(session: Session, period: Period) -> list[tuple[str, EntryState]]:
    """What was handed in for draws of the period, and what came of it."""
    begin, end = period.frame
    drawn = (
        select(Entry.member_id, Entry.state)
        .join(Ballot, Ballot.id == Entry.ballot_id)
        .where(Ballot.state == BallotState.DRAWN, Ballot.drawn_at >= begin, Ballot.drawn_at < end)
    )
    return [(row.member_id, row.state) for row in session.execute(drawn)]


def _won_before(session: Session, period: Period) -> set[str]:
    before = (
        select(Entry.member_id)
        .join(Ballot, Ballot.id == Entry.ballot_id)
        .where(Entry.state == EntryState.WON, Ballot.drawn_at < period.frame.starts_at)
    )
    return set(session.scalars(before))


def _waits(session: Session, period: Period) -> list[tuple[str, WaitState]]:
    begin, end = period.frame
    rows = session.execute(select(Wait.member_id, Wait.state).where(Wait.starts_at >= begin, Wait.starts_at < end))
    return [(row.member_id, row.state) for row in rows]


def _groups(
    session: Session,
    hours: Mapping[str, float],
    entries: Sequence[tuple[str, EntryState]],
    waits: Sequence[tuple[str, WaitState]],
) -> list[GroupShare]:
    members: dict[str, set[str]] = defaultdict(set)
    for group_id, member_id in session.execute(select(Membership.group_id, Membership.member_id)):
        members[group_id].add(member_id)
    return [
        GroupShare(
            group=group,
            members=len(mine := members[group.id]),
            wanting=len(mine & set(hours)),
            peak_h=sum(hours[one] for one in mine & set(hours)),
            entries=sum(one in mine for one, _ in entries),
            won=sum(one in mine and state is EntryState.WON for one, state in entries),
            waits=sum(one in mine for one, _ in waits),
            waits_unseated=sum(one in mine and state is WaitState.CLOSED for one, state in waits),
        )
        for group in session.scalars(select(Group).order_by(Group.id))
    ]

"""Asked before one waits or books a series: told what comes of it, time by time. And series that staff agree to."""

from dataclasses import replace

import pytest

from gateway.bookings import approvals, asking, queries, series, service, waitlist
from gateway.bookings.model import BookingState
from gateway.kit.errors import Conflict
from gateway.members.model import Role
from gateway.policies.model import Limit
from tests.centre_builder import NOON, a_group, a_member, a_rule
from tests.gateway.bookings.conftest import HOUR, MINUTE, POLICY, book, may_open, span

MANY = replace(POLICY, most_ahead=20)
FOUR = "FREQ=DAILY;COUNT=4"


def may_wait(session, member, when=None, now=NOON, space_id="room"):
    return asking.may_wait(session, member=member, space_id=space_id, span=when or span(), policy=MANY, now=now)


def join(session, member, when=None, now=NOON, space_id="room"):
    return waitlist.join(session, member=member, space_id=space_id, span=when or span(), policy=MANY, now=now)


def refused(act, *told, **more):
    try:
        act(*told, **more)
    except Conflict as refusal:
        return refusal.code
    return None


@pytest.mark.parametrize(
    ("situation", "code"),
    [
        ("taken", None),
        ("free", "slot_free"),
        ("waiting already", "already_waiting"),
        ("begins soon", "wait_closed"),
        ("five queues", "policy.most_waits"),
        ("too long", "policy.max_minutes"),
    ],
)
def test_whoever_asks_before_waiting_is_told_what_joining_says(session, wang, li, situation, code):
    when = span(1, 3) if situation == "too long" else span(1)
    now = when.starts_at - 10 * MINUTE if situation == "begins soon" else NOON
    if situation != "free":
        service.book(session, member=li, space_id="room", span=span(1), policy=MANY, now=NOON)
    if situation == "waiting already":
        join(session, wang)
    for hour in range(2, 7) if situation == "five queues" else ():
        service.book(session, member=li, space_id="lawn", span=span(hour), policy=MANY, now=NOON)
        join(session, wang, span(hour), space_id="lawn")

    judged = may_wait(session, wang, when, now)

    assert judged.code == code
    assert refused(join, session, wang, when, now) == code
    if situation == "five queues":
        assert judged.house.told() == {"rule": "most_waits", "limit": 5}


def ask_series(session, member, policy=MANY, recurs=FOUR):
    return asking.may_book_series(
        session, member=member, space_id="room", first=span(1), recurs=recurs, policy=policy, now=NOON
    )


def book_series(session, member, policy=MANY, recurs=FOUR):
    return series.book(
        session,
        member=member,
        space_id="room",
        first=span(1),
        recurs=recurs,
        all_or_none=False,
        policy=policy,
        now=NOON,
    )


def test_a_series_is_explained_time_by_time_as_it_would_be_booked(session, wang, li):
    book(session, li, "room", when=span(25))  # the second
    a_group(session, "east", wang)
    two = replace(MANY, most_ahead=2)

    told = {day: judged.code for day, _, judged in ask_series(session, wang, two) if judged.code}
    _, missed = book_series(session, wang, two)

    assert told == {one.day: one.code for one in missed}
    assert list(told.values()) == ["slot_taken", "policy.most_ahead"], "those before it count"


def test_nothing_is_booked_by_asking(session, wang):
    ask_series(session, wang)

    assert queries.bookings_of(session, member_id=wang.id, limit=9) == []


def test_each_time_of_a_series_waits_for_its_own_answer_where_staff_must_agree(session, wang):
    desk = a_member(session, "s002", role=Role.DESK)
    a_rule(session, Limit.NEEDS_APPROVAL, 1)
    assert {bool(judged.verdict.approval) for _, _, judged in ask_series(session, wang)} == {True}

    made, missed = book_series(session, wang)
    first, second, third, fourth = [turn.booking for turn in queries.turns(session, made.id)]
    assert (missed, {one.state for one in (first, second, third, fourth)}) == ([], {BookingState.PENDING})

    told = {"staff": desk, "policy": MANY, "now": NOON}
    approvals.approve(session, booking_id=first.id, **told)
    approvals.deny(session, booking_id=second.id, reason="choir", **told)

    assert may_open(session, wang, "room", first.starts_at)
    assert not may_open(session, wang, "room", third.starts_at)
    with pytest.raises(Conflict, match="slot_taken"):
        service.book(session, member=desk, space_id="room", span=span(49), policy=MANY, now=NOON)
    series.cancel(session, series=made, from_day=None, member=wang, policy=MANY, now=NOON)
    states = [turn.booking.state for turn in queries.turns(session, made.id)]
    assert states == [BookingState.CANCELLED, BookingState.DENIED, BookingState.CANCELLED, BookingState.CANCELLED]
    service.book(session, member=desk, space_id="room", span=span(49), policy=MANY, now=NOON)


def test_a_denied_time_of_a_series_can_be_asked_for_again(session, wang):
    desk = a_member(session, "s002", role=Role.DESK)
    a_rule(session, Limit.NEEDS_APPROVAL, 1)
    made, _ = book_series(session, wang)
    first = queries.turns(session, made.id)[0]
    approvals.deny(session, booking_id=first.booking.id, reason="x", staff=desk, policy=MANY, now=NOON)

    again = series.add_back(
        session, series=made, day=first.occurrence.day, member=wang, policy=MANY, now=NOON + HOUR / 2
    )

    assert again.state is BookingState.PENDING

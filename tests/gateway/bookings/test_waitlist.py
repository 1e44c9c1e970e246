"""Whoever waits is seated: in order, all of what they wait for, and nobody comes in between."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from gateway.bookings import approvals, no_shows, queries, rules, series, service, waitlist
from gateway.bookings.model import BookingState
from gateway.bookings.waits import WaitState
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound
from gateway.members.service import disable_member
from gateway.notices import queries as notices
from gateway.policies.model import Limit
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.rules import Span
from tests.centre_builder import NOON, a_member, a_rule
from tests.gateway.bookings.conftest import HOUR, MINUTE, POLICY, book, may_open, span

START, END = span()


@pytest.fixture
def chen(session):
    return a_member(session, "10003")


def wait_for(session, member, space_id="room", when=None, *, now=NOON, policy=POLICY):
    return waitlist.join(session, member=member, space_id=space_id, span=when or span(), policy=policy, now=now)


def cancel(session, booking, member, now=NOON):
    return service.cancel(session, booking=booking, member=member, policy=POLICY, now=now)


def accept(session, wait, member, now=NOON, policy=POLICY):
    return service.take_offer(session, wait_id=wait.id, member=member, policy=policy, now=now)


def look_after(session, wait, now, policy=POLICY):
    waitlist.look_after(session, wait_id=wait.id, policy=policy, now=now)


def told(session, member):
    return [notice.kind for notice in notices.notices_for(session, member_id=member.id, limit=20)]


def refused(act, *arguments, **facts):
    with pytest.raises(Conflict) as refusal:
        act(*arguments, **facts)
    return refusal.value.code


def test_what_is_given_back_is_offered_to_whoever_waits_and_held_for_them(session, wang, li, chen):
    booking = book(session, wang)
    wait = wait_for(session, li)

    cancel(session, booking, wang)

    assert (wait.state, wait.offer_until) == (WaitState.OFFERED, NOON + 10 * MINUTE)
    assert refused(book, session, chen) == "slot_taken"
    assert told(session, li) == ["place_offered"]
    assert told(session, chen) == []


def test_taken_it_is_a_booking_with_a_key_and_the_offer_is_no_longer_news(session, wang, li):
    booking = book(session, wang)
    wait = wait_for(session, li)
    cancel(session, booking, wang)

    taken = accept(session, wait, li)

    assert (taken.id, taken.state, taken.member_id) == (wait.id, BookingState.CONFIRMED, li.id)
    assert (taken.starts_at, taken.ends_at) == (START, END)
    assert may_open(session, li, "room", START)
    assert wait.state is WaitState.BOOKED
    assert told(session, li) == []
    acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq)).all()
    assert acts[-4:] == ["wait_joined", "place_offered", "booking_cancelled", "booked"]


def test_a_booking_that_was_waited_for_is_given_back_like_any_other(session, wang, li):
    booking = book(session, wang)
    wait = wait_for(session, li)
    cancel(session, booking, wang)
    taken = accept(session, wait, li)
    cancel(session, taken, li)

    [slot] = queries.availability(session, space=spaces.space(session, "room"), within=span(), policy=POLICY, now=NOON)
    assert slot.reason is None
    assert not may_open(session, li, "room", START)


def test_first_come_first_served(session, wang, li, chen):
    booking = book(session, wang)
    first = wait_for(session, li)
    second = wait_for(session, chen, now=NOON + MINUTE)
    assert (waitlist.position(session, first), waitlist.position(session, second)) == (1, 2)

    cancel(session, booking, wang)

    assert (first.state, second.state) == (WaitState.OFFERED, WaitState.WAITING)
    assert (waitlist.position(session, first), waitlist.position(session, second)) == (None, 1)


def test_an_offer_that_is_let_pass_goes_to_the_next(session, wang, li, chen):
    booking = book(session, wang)
    first, second = wait_for(session, li), wait_for(session, chen, now=NOON + MINUTE)
    cancel(session, booking, wang)

    look_after(session, first, NOON + 9 * MINUTE)
    assert first.state is WaitState.OFFERED
    late = NOON + 10 * MINUTE
    assert refused(accept, session, first, li, late) == "offer_lapsed"
    look_after(session, first, late)

    session.refresh(second)
    assert (first.state, second.state, second.offer_until) == (WaitState.LAPSED, WaitState.OFFERED, late + 10 * MINUTE)
    assert told(session, li) == ["offer_lapsed"]
    assert told(session, chen) == ["place_offered"]


def test_whoever_leaves_passes_what_is_held_on(session, wang, li, chen):
    booking = book(session, wang)
    first, second = wait_for(session, li), wait_for(session, chen, now=NOON + MINUTE)
    cancel(session, booking, wang)

    waitlist.leave(session, wait_id=first.id, member=li, policy=POLICY, now=NOON)

    session.refresh(second)
    assert (first.state, second.state) == (WaitState.LEFT, WaitState.OFFERED)
    assert told(session, li) == []


def test_whoever_left_the_queue_is_offered_nothing(session, wang, li):
    booking = book(session, wang)
    wait = wait_for(session, li)
    waitlist.leave(session, wait_id=wait.id, member=li, policy=POLICY, now=NOON)

    cancel(session, booking, wang)

    assert wait.state is WaitState.LEFT
    assert refused(waitlist.leave, session, wait_id=wait.id, member=li, policy=POLICY, now=NOON) == "wait_over"


def test_whom_the_rules_do_not_allow_it_now_is_passed_over_and_stays(session, wang, li, chen):
    booking = book(session, wang)
    first, second = wait_for(session, li), wait_for(session, chen, now=NOON + MINUTE)
    for hour in (4, 6):  # as many as one may have
        book(session, li, when=span(hour))

    cancel(session, booking, wang)

    assert (first.state, second.state) == (WaitState.WAITING, WaitState.OFFERED)


def test_whoever_was_disabled_meanwhile_is_passed_over(session, wang, li, chen):
    booking = book(session, wang)
    first, second = wait_for(session, li), wait_for(session, chen, now=NOON + MINUTE)
    disable_member(session, member=li, actor="test", now=NOON)

    cancel(session, booking, wang)

    assert (first.state, second.state) == (WaitState.WAITING, WaitState.OFFERED)


def test_whoever_booked_too_much_else_meanwhile_cannot_take_it(session, wang, li):
    booking = book(session, wang)
    wait = wait_for(session, li)
    cancel(session, booking, wang)
    for hour in (4, 6):
        book(session, li, when=span(hour))

    assert refused(accept, session, wait, li) == "policy.most_ahead"
    assert wait.state is WaitState.OFFERED


def test_a_longer_wish_is_placed_whole_or_not_at_all(session, wang, li, chen):
    first_hour = book(session, wang, when=span(1))
    second_hour = book(session, chen, when=span(2))
    long = wait_for(session, li, when=span(1, 2))

    cancel(session, first_hour, wang)
    assert long.state is WaitState.WAITING

    cancel(session, second_hour, chen)
    assert long.state is WaitState.OFFERED


def test_a_short_wish_behind_a_long_one_that_does_not_fit_is_served(session, wang, li, chen):
    first_hour = book(session, wang, when=span(1))
    book(session, chen, when=span(2))
    long = wait_for(session, li, when=span(1, 2))
    short = wait_for(session, chen, when=span(1), now=NOON + MINUTE)

    cancel(session, first_hour, wang)

    assert (long.state, short.state) == (WaitState.WAITING, WaitState.OFFERED)


def test_a_hall_given_back_seats_those_who_wait_for_its_courts(session, wang, li, chen):
    hall = book(session, wang, "hall")
    one, other = wait_for(session, li, "court-1"), wait_for(session, chen, "court-4", now=NOON + MINUTE)

    cancel(session, hall, wang)

    assert (one.state, other.state) == (WaitState.OFFERED, WaitState.OFFERED)


def test_a_court_given_back_seats_whoever_waits_for_the_hall_once_all_of_it_is_free(session, wang, li, chen):
    courts = [book(session, wang, "court-1"), book(session, chen, "court-3")]
    wait = wait_for(session, li, "hall")

    cancel(session, courts[0], wang)
    assert wait.state is WaitState.WAITING
    cancel(session, courts[1], chen)
    assert wait.state is WaitState.OFFERED


def test_moving_away_makes_room(session, wang, li):
    booking = book(session, wang)
    wait = wait_for(session, li)

    service.move(session, booking=booking, member=wang, span=span(5), policy=POLICY, now=NOON)

    assert wait.state is WaitState.OFFERED


def test_what_staff_do_not_agree_to_makes_room(session, wang, li):
    a_rule(session, Limit.NEEDS_APPROVAL, 1)
    asked = book(session, wang)
    wait = wait_for(session, li)

    approvals.deny(session, booking_id=asked.id, staff=a_member(session, "s1"), reason="x", policy=POLICY, now=NOON)
    assert wait.state is WaitState.OFFERED

    taken = accept(session, wait, li)
    assert taken.state is BookingState.PENDING, "nobody has agreed to this one either"
    assert not may_open(session, li, "room", START)


def test_a_series_given_back_seats_whoever_waits_for_any_of_its_days(session, wang, li):
    wide = replace(POLICY, most_ahead=10)
    made, _ = series.book(
        session,
        member=wang,
        space_id="room",
        first=span(),
        recurs="FREQ=DAILY;COUNT=3",
        all_or_none=True,
        policy=wide,
        now=NOON,
    )
    waits = [wait_for(session, li, when=span(1 + 24 * day), policy=wide) for day in (0, 2)]

    series.cancel(session, series=made, from_day=None, member=wang, policy=wide, now=NOON)

    assert [wait.state for wait in waits] == [WaitState.OFFERED] * 2


def test_a_closure_that_ends_makes_room_at_the_next_look(session, wang, li):
    room = spaces.space(session, "room")
    closure = spaces_service.close(session, space=room, span=span(), reason="cleaning", actor="test", now=NOON)
    wait = wait_for(session, li)
    spaces_service.reopen(session, space=room, closure_id=closure, actor="test", now=NOON)

    look_after(session, wait, NOON + MINUTE)

    assert wait.state is WaitState.OFFERED


def test_at_the_next_look_too_the_longest_waiting_comes_first(session, wang, li, chen):
    room = spaces.space(session, "room")
    closure = spaces_service.close(session, space=room, span=span(), reason="cleaning", actor="test", now=NOON)
    first, second = wait_for(session, li), wait_for(session, chen, now=NOON + MINUTE)
    spaces_service.reopen(session, space=room, closure_id=closure, actor="test", now=NOON)

    look_after(session, second, NOON + MINUTE)

    session.refresh(first)
    assert (first.state, second.state) == (WaitState.OFFERED, WaitState.WAITING)


def test_what_nobody_came_to_is_offered_for_what_is_left_of_it(session, wang, li):
    booking = book(session, wang)
    wait = wait_for(session, li)
    grace_over = START + 15 * MINUTE
    look_after(session, wait, grace_over)
    assert wait.state is WaitState.WAITING, "somebody may still not come"

    no_shows.release(session, booking_id=booking.id, policy=POLICY, now=grace_over)

    assert (wait.state, wait.offer_until) == (WaitState.OFFERED, grace_over + 3 * MINUTE)
    assert accept(session, wait, li, grace_over + MINUTE).state is BookingState.CONFIRMED
    assert may_open(session, li, "room", grace_over + MINUTE)


def test_a_queue_ends_when_nothing_can_come_free_any_more(session, wang, li):
    book(session, wang)
    wait = wait_for(session, li)
    look_after(session, wait, START + 18 * MINUTE)

    assert wait.state is WaitState.CLOSED
    assert told(session, li) == ["wait_closed"]


def test_where_nothing_is_given_back_it_ends_with_the_beginning(session, wang, li):
    book(session, wang)
    wait = wait_for(session, li)
    look_after(session, wait, START, replace(POLICY, no_show_after_min=0))

    assert wait.state is WaitState.CLOSED


@pytest.mark.parametrize(
    ("minutes_before", "holds"),
    [(600, 10), (60, 10), (8, 8), (3, 3), (1, 3), (0, 3), (-20, 3), (-58, 2)],
)
def test_an_offer_holds_for_less_the_sooner_it_begins(minutes_before, holds):
    now = START - minutes_before * MINUTE

    assert rules.offer_until(Span(START, END), now) - now == holds * MINUTE


def test_what_can_be_booked_is_not_waited_for(session, wang):
    assert refused(wait_for, session, wang) == "slot_free"
    assert (
        queries.availability(session, space=spaces.space(session, "room"), within=span(), policy=POLICY, now=NOON)[
            0
        ].reason
        is None
    ), "asking has claimed nothing"


def test_nobody_stands_in_one_queue_twice_nor_in_too_many(session, wang, li):
    for hour in range(1, 7):
        book(session, wang if hour < 3 else a_member(session, f"2000{hour}"), when=span(hour))
    wait_for(session, li, when=span(1))
    assert refused(wait_for, session, li, when=span(1)) == "already_waiting"

    for hour in range(2, 6):
        wait_for(session, li, when=span(hour))
    assert refused(wait_for, session, li, when=span(6)) == "policy.most_waits"


@pytest.mark.parametrize(
    ("when", "now", "code"),
    [
        (span(1), START - 14 * MINUTE, "wait_closed"),
        (span(1), START + MINUTE, "booking_in_the_past"),
        (Span(START + 30 * MINUTE, END + 30 * MINUTE), NOON, "policy.slots"),
        (span(24 * 20), NOON, "policy.days_ahead"),
    ],
)
def test_what_could_not_be_booked_is_not_waited_for_either(session, wang, li, when, now, code):
    book(session, wang)

    assert refused(wait_for, session, li, when=when, now=now) == code


def test_other_peoples_waits_are_not_there(session, wang, li, chen):
    booking = book(session, wang)
    wait = wait_for(session, li)
    cancel(session, booking, wang)

    for act in (
        lambda: accept(session, wait, chen),
        lambda: waitlist.leave(session, wait_id=wait.id, member=chen, policy=POLICY, now=NOON),
        lambda: waitlist.wait_of(session, member_id=chen.id, wait_id=wait.id),
    ):
        with pytest.raises(NotFound):
            act()
    assert wait.state is WaitState.OFFERED


def test_what_is_not_offered_cannot_be_taken_and_nothing_is_taken_twice(session, wang, li):
    booking = book(session, wang)
    wait = wait_for(session, li)
    assert refused(accept, session, wait, li) == "wait_not_offered"

    cancel(session, booking, wang)
    accept(session, wait, li)
    assert refused(accept, session, wait, li) == "wait_over"


def test_a_member_reads_what_they_wait_for(session, wang, li):
    for hour in (3, 1):
        book(session, wang, when=span(hour))
        wait_for(session, li, when=span(hour))

    assert [wait.starts_at for wait in waitlist.waits_of(session, member_id=li.id)] == [NOON + HOUR, NOON + 3 * HOUR]

"""A word before a booking begins: once, to whoever is still to come."""

from dataclasses import replace

import pytest

from gateway.bookings import no_shows, reminders, service
from gateway.bookings.model import BookingState
from gateway.notices import queries as notices
from gateway.policies.model import Limit
from tests.centre_builder import NOON, a_rule
from tests.gateway.bookings.conftest import HOUR, MINUTE, POLICY, book, span

START, END = span(3)
REMIND_AT = START - 60 * MINUTE


@pytest.fixture
def booking(session, wang):
    return book(session, wang, when=span(3))


def remind(session, booking, at=REMIND_AT, policy=POLICY):
    """As the clock does: whom it finds, it reminds."""
    found = reminders.due(session, policy=policy, now=at)
    told = reminders.remind(session, booking_id=booking.id, policy=policy, now=at)
    assert told is (booking.id in found) or booking.booked_at >= booking.starts_at - 60 * MINUTE
    return told


def told(session, member):
    return [one.kind for one in notices.notices_for(session, member_id=member.id, limit=9)]


def test_an_hour_before_the_start_the_member_is_reminded_once(session, wang, booking):
    assert not remind(session, booking, REMIND_AT - MINUTE)
    assert remind(session, booking)
    assert not remind(session, booking, REMIND_AT + MINUTE)
    assert told(session, wang) == ["booking_soon"]


def test_a_clock_that_was_late_reminds_as_long_as_it_has_not_begun(session, booking):
    assert not remind(session, booking, START)
    assert remind(session, booking, START - MINUTE)


def test_what_was_cancelled_is_not_reminded_of_and_a_reminder_of_it_is_gone(session, wang, booking):
    remind(session, booking)
    service.cancel(session, booking=booking, member=wang, policy=POLICY, now=REMIND_AT)

    assert told(session, wang) == []
    assert not remind(session, booking, REMIND_AT + MINUTE)


def test_once_a_booking_is_over_nothing_that_was_said_of_it_stands(session, wang, booking):
    remind(session, booking)
    for kind in ("booking_approved", "booked_for_you"):
        service.leave_notice(session, booking, kind, NOON)
    service.check_in(session, booking=booking, policy=POLICY, now=START)
    assert reminders.past(session, now=END - MINUTE) == []

    for one in reminders.past(session, now=END):
        reminders.let_go(session, booking_id=one, now=END)

    assert told(session, wang) == []


def test_what_was_moved_is_reminded_of_at_its_new_time_alone(session, wang, booking):
    remind(session, booking)
    service.move(session, booking=booking, member=wang, span=span(6), policy=POLICY, now=REMIND_AT)

    assert told(session, wang) == []
    assert not remind(session, booking, START - MINUTE)
    assert remind(session, booking, REMIND_AT + 3 * HOUR)
    assert told(session, wang) == ["booking_soon"]


def test_whoever_has_come_is_not_reminded_and_the_reminder_is_gone(session, wang, booking):
    remind(session, booking)
    service.check_in(session, booking=booking, policy=POLICY, now=START - 10 * MINUTE)

    assert told(session, wang) == []
    assert not remind(session, booking, START - 9 * MINUTE)


def test_whoever_booked_within_the_hour_knows(session, wang):
    late = book(session, wang, when=span(3), now=REMIND_AT + MINUTE)

    assert not remind(session, late, REMIND_AT + 2 * MINUTE)


def test_what_staff_have_not_agreed_to_is_not_reminded_of(session, wang):
    a_rule(session, Limit.NEEDS_APPROVAL, 1)
    asked_for = book(session, wang, when=span(3))
    assert asked_for.state is BookingState.PENDING

    assert not remind(session, asked_for)


def test_a_centre_can_do_without_reminders(session, booking):
    assert not remind(session, booking, START - MINUTE, replace(POLICY, remind_before_min=0))


def test_a_reminder_is_gone_when_the_booking_is_over(session, wang, booking):
    remind(session, booking)
    assert list(reminders.past(session, now=END - MINUTE)) == []
    for one in reminders.past(session, now=END):
        reminders.let_go(session, booking_id=one, now=END)

    assert told(session, wang) == []
    assert list(reminders.past(session, now=END)) == []


def test_whoever_did_not_come_is_told_and_no_longer_when_they_have_it_again(session, wang, booking):
    remind(session, booking)
    late = START + 15 * MINUTE
    no_shows.release(session, booking_id=booking.id, policy=POLICY, now=late)
    assert told(session, wang) == ["booking_released"]

    no_shows.reclaim(session, booking=booking, member=wang, policy=POLICY, now=late + MINUTE)
    assert told(session, wang) == []
    assert booking.booked_at == NOON

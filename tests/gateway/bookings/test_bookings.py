"""Booking, moving, cancelling and checking in, on both databases."""

import pytest
from sqlalchemy import select

from gateway.bookings import queries, service
from gateway.bookings.model import Booking, BookingState
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound
from gateway.members import service as members
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Claim
from gateway.spaces.rules import Span
from gateway.timekeeping import service as timekeeping
from tests.centre_builder import NOON, HandClock, a_space
from tests.gateway.bookings.conftest import HOUR, MINUTE, POLICY, book, may_open, span
from tests.statements import heard

MOST_STATEMENTS = {"sqlite": (10, 4), "postgresql": (15, 8)}  # of a wish that is granted, and of one that is refused


def move(session, booking, member, when, *, now=NOON):
    return service.move(session, booking=booking, member=member, span=when, policy=POLICY, now=now)


def acts(session):
    return [entry.act for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.seq))]


def test_a_booking_is_the_key_from_a_little_before_its_start_to_its_end(session, wang, li):
    book(session, wang)

    start, end = span()
    moments = [start - 11 * MINUTE, start - 10 * MINUTE, start, end - MINUTE, end]
    assert [may_open(session, wang, "room", at) for at in moments] == [False, True, True, True, False]
    assert not may_open(session, li, "room", start)
    assert acts(session)[-1] == "booked"


def test_a_booking_asks_the_database_little_and_nothing_that_is_put_together_anew(sessions, session, wang, li):
    book(session, wang, "lawn")
    with pytest.raises(Conflict):
        book(session, li, "lawn")
    with heard(sessions) as granted:
        book(session, wang, "lawn", when=span(2))
    with heard(sessions) as refused, pytest.raises(Conflict):
        book(session, li, "lawn", when=span(2))

    anew = [one.text for one in (*granted, *refused) if not one.was_ready]
    assert [text for text in anew if "SAVEPOINT" not in text] == []
    most_granted, most_refused = MOST_STATEMENTS[session.get_bind().dialect.name]
    assert len(granted) <= most_granted
    assert len(refused) <= most_refused


def test_the_door_of_a_part_is_that_of_the_whole(session, wang):
    book(session, wang, "court-3")

    assert may_open(session, wang, "hall", span().starts_at)
    assert not may_open(session, wang, "room", span().starts_at)


def test_what_is_taken_is_refused_with_the_nearest_free_times_of_the_same_length(session, wang, li):
    book(session, wang, when=span(1))
    book(session, wang, when=span(3))

    with pytest.raises(Conflict) as refused:
        book(session, li, when=span(1))

    assert refused.value.code == "slot_taken"
    starts = [one["starts_at"] for one in refused.value.facts["alternatives"]]
    assert starts == ["2026-11-22T04:00:00Z", "2026-11-22T06:00:00Z", "2026-11-22T08:00:00Z"]
    assert session.scalars(select(Booking.member_id)).all() == [wang.id, wang.id]


def test_alternatives_are_as_long_as_what_was_wanted_and_lie_within_one_day(session, wang, li):
    book(session, wang, when=span(1, 2))

    with pytest.raises(Conflict) as refused:
        book(session, li, when=span(2, 2))

    told = refused.value.facts["alternatives"]
    assert [one["ends_at"] for one in told] == ["2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z"]


@pytest.mark.parametrize(
    ("when", "code", "limit"),
    [
        (span(-1), "booking_in_the_past", None),
        (span(24 * 15), "policy.days_ahead", 14),
        (span(12), "policy.opening_hours", None),
        (Span(NOON + 90 * MINUTE, NOON + 150 * MINUTE), "policy.slots", None),
        (span(1, 3), "policy.max_minutes", 120),
    ],
)
def test_each_rule_refuses_by_its_name_and_value(session, wang, when, code, limit):
    with pytest.raises(Conflict) as refused:
        book(session, wang, when=when)

    assert (refused.value.code, refused.value.facts.get("limit")) == (code, limit)
    assert session.scalars(select(Claim)).all() == []


def test_a_member_holds_no_more_than_so_many_bookings_that_are_not_over(session, wang):
    first = book(session, wang, when=span(1))
    book(session, wang, when=span(2))
    with pytest.raises(Conflict, match=r"policy\.most_ahead"):
        book(session, wang, when=span(3))

    service.cancel(session, booking=first, member=wang, policy=POLICY, now=NOON)
    book(session, wang, when=span(3))
    book(session, wang, when=span(4), now=NOON + 3 * HOUR)


def test_cancelling_frees_the_time_and_takes_the_key_back_at_once(session, wang, li):
    booking = book(session, wang)

    service.cancel(session, booking=booking, member=wang, policy=POLICY, now=NOON)

    assert booking.state is BookingState.CANCELLED
    assert not may_open(session, wang, "room", span().starts_at)
    book(session, li)
    assert acts(session)[-2:] == ["booking_cancelled", "booked"]


def test_moving_moves_the_time_and_the_key(session, wang, li):
    booking = book(session, wang, when=span(1))

    move(session, booking, wang, span(5))

    assert (booking.starts_at, booking.ends_at) == span(5)
    assert not may_open(session, wang, "room", span(1).starts_at)
    assert may_open(session, wang, "room", span(5).starts_at)
    book(session, li, when=span(1))


def test_a_move_that_cannot_be_leaves_the_booking_and_its_key_as_they_were(session, wang, li):
    booking = book(session, wang, when=span(1))
    book(session, li, when=span(2))

    with pytest.raises(Conflict) as refused:
        move(session, booking, wang, span(2))

    assert refused.value.code == "slot_taken"
    assert (booking.starts_at, booking.ends_at) == span(1)
    assert may_open(session, wang, "room", span(1).starts_at)
    with pytest.raises(Conflict, match="slot_taken"):
        book(session, li, when=span(1))


def test_a_booking_does_not_count_against_its_own_move(session, wang):
    booking = book(session, wang, when=span(1))
    book(session, wang, when=span(2))

    move(session, booking, wang, span(4))


def test_what_is_over_or_cancelled_is_neither_moved_nor_cancelled(session, wang):
    over, cancelled = book(session, wang, when=span(1)), book(session, wang, when=span(2))
    service.cancel(session, booking=cancelled, member=wang, policy=POLICY, now=NOON)

    for booking, code, now in [(over, "booking_over", NOON + 2 * HOUR), (cancelled, "booking_cancelled", NOON)]:
        with pytest.raises(Conflict, match=code):
            move(session, booking, wang, span(6), now=now)
        with pytest.raises(Conflict, match=code):
            service.cancel(session, booking=booking, member=wang, policy=POLICY, now=now)


def test_whoever_says_that_they_came_is_checked_in_once(session, wang):
    booking = book(session, wang)
    start = span().starts_at
    with pytest.raises(Conflict, match="booking_too_early"):
        service.check_in(session, booking=booking, policy=POLICY, now=start - 11 * MINUTE)

    service.check_in(session, booking=booking, policy=POLICY, now=start - MINUTE)
    service.check_in(session, booking=booking, policy=POLICY, now=start + MINUTE)

    assert booking.checked_in_at == start - MINUTE
    assert acts(session).count("checked_in") == 1
    with pytest.raises(Conflict, match="booking_over"):
        service.check_in(session, booking=booking, policy=POLICY, now=span().ends_at)


def test_whose_time_it_is_nobody_says_by_a_clock_that_was_set_back(session, wang):
    """Neither that it is too early, nor that it is over, nor that it is now. What is not a matter of time is said."""
    booking, other = book(session, wang), book(session, wang, "hall", span(3))
    service.cancel(session, booking=other, member=wang, policy=POLICY, now=NOON)
    timekeeping.keep(session, clock=HandClock(instant=NOON + 30 * HOUR))

    for now in (NOON, span().starts_at, span().ends_at):
        with pytest.raises(Conflict, match="clock_wrong"):
            service.check_in(session, booking=booking, policy=POLICY, now=now)
    for now in (NOON, span().ends_at):
        with pytest.raises(Conflict, match="clock_wrong"):
            service.lock_of(session, booking=booking, policy=POLICY, now=now)
    with pytest.raises(Conflict, match="booking_cancelled"):
        service.check_in(session, booking=other, policy=POLICY, now=span(3).starts_at)
    assert booking.checked_in_at is None
    assert not may_open(session, wang, "room", span().starts_at)


def test_opening_the_door_checks_in_what_gave_the_key_and_nothing_else(session, wang):
    now_, later = book(session, wang, when=span(1)), book(session, wang, when=span(2))
    lock_id = spaces.lock_of(session, "room")

    service.note_opening(session, member_id=wang.id, lock_id=lock_id, now=span(1).starts_at)

    assert now_.checked_in_at == span(1).starts_at
    assert later.checked_in_at is None


def test_a_booking_names_its_lock_only_while_it_is_the_key(session, wang):
    room, lawn = book(session, wang, "room"), book(session, wang, "lawn")
    start = span().starts_at

    assert service.lock_of(session, booking=room, policy=POLICY, now=start) == spaces.lock_of(session, "room")
    with pytest.raises(Conflict, match="booking_too_early"):
        service.lock_of(session, booking=room, policy=POLICY, now=NOON)
    with pytest.raises(Conflict, match="booking_over"):
        service.lock_of(session, booking=room, policy=POLICY, now=span().ends_at)
    with pytest.raises(Conflict, match="no_door"):
        service.lock_of(session, booking=lawn, policy=POLICY, now=start)


def test_a_disabled_member_has_a_booking_and_no_key(session, wang):
    book(session, wang)

    members.disable_member(session, member=wang, actor="desk", now=NOON)

    assert not may_open(session, wang, "room", span().starts_at)


def test_other_peoples_bookings_are_not_there(session, wang, li):
    booking = book(session, wang)

    with pytest.raises(NotFound):
        queries.booking_of(session, member_id=li.id, booking_id=booking.id)


def test_availability_says_of_every_slot_why_it_is_not_free(session, wang):
    book(session, wang, "court-1", when=span(1))
    hall = spaces.space(session, "hall")
    spaces_service.close(session, space=hall, span=span(3), reason="polish", actor="desk", now=NOON)

    found = queries.availability(session, space=hall, within=span(-1, 6), policy=POLICY, now=NOON)

    assert [slot.reason for slot in found] == ["in_the_past", None, "slot_taken", None, "closed", None]


def test_what_is_shown_as_free_can_be_booked_and_what_is_not_cannot(session, wang, li):
    a_space(session, "kitchen", buffer_min=30)
    book(session, wang, "kitchen", when=span(2))
    kitchen = spaces.space(session, "kitchen")
    shown = queries.availability(session, space=kitchen, within=span(0, 5), policy=POLICY, now=NOON)

    for slot in shown:
        can_be = True
        try:
            with session.begin_nested() as trial:
                book(session, li, "kitchen", when=slot.span)
                trial.rollback()
        except Conflict:
            can_be = False
        assert can_be is (slot.reason is None), slot
    assert [slot.reason for slot in shown] == [None, "slot_taken", "slot_taken", "slot_taken", None]

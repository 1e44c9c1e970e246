"""Whose booking an outage stands in the way of is offered others, held for them, and loses nothing by it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.bookings import moving, queries, service, waitlist
from gateway.bookings.model import BookingState
from gateway.bookings.move_offers import MoveOffer, OfferState
from gateway.credit.model import CreditEntry
from gateway.kit.errors import Conflict, NotFound
from gateway.notices import queries as notices
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import Scope
from gateway.spaces import outages
from gateway.spaces import queries as spaces
from gateway.spaces.rules import Span
from tests.centre_builder import NOON, a_rule
from tests.gateway.bookings.conftest import HOUR, MINUTE, POLICY, book, may_open, span

LATER = NOON + 30 * MINUTE


def break_down(session, space_id="court-1", when=None):
    when = when or Span(NOON, NOON + 3 * HOUR)
    return outages.begin(
        session,
        space=spaces.space(session, space_id),
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        reason="换地板",
        actor="staff",
        now=NOON,
    )


def offer_all(session, now=NOON):
    return [moving.offer(session, booking_id=one, policy=POLICY, now=now) for one in moving.unoffered(session, now=now)]


def options(session, booking):
    made = moving.open_offer(session, booking.id)
    return [] if made is None else list(moving.options_of(session, made.id))


def accept(session, booking, option, member, now=NOON):
    return moving.accept(session, booking_id=booking.id, option_id=option.id, member=member, policy=POLICY, now=now)


def look_after(session, now):
    for one in moving.due(session):
        moving.look_after(session, offer_id=one, policy=POLICY, now=now)


def told(session, member):
    return [one.kind for one in notices.notices_for(session, member_id=member.id, limit=9)]


def times(found):
    return [(one.space_id, one.starts_at) for one in found]


@pytest.fixture
def booking(session, wang):
    """Of a court, two hours from now."""
    return book(session, wang, "court-1", span(2))


def test_they_are_offered_three_near_by_that_nobody_else_gets_meanwhile(session, wang, li, booking):
    break_down(session)

    offer_all(session)

    held = options(session, booking)
    assert times(held) == [("court-2", NOON + 2 * HOUR), ("court-3", NOON + 2 * HOUR), ("court-1", NOON + 3 * HOUR)]
    assert told(session, wang) == ["move_offered"]
    assert booking.state is BookingState.CONFIRMED
    with pytest.raises(Conflict, match="slot_taken"):
        book(session, li, "court-2", span(2))
    assert offer_all(session) == []


def test_accepted_they_are_moved_in_one_act_with_their_key(session, wang, li, booking):
    break_down(session)
    offer_all(session)
    chosen = options(session, booking)[2]

    moved = accept(session, booking, chosen, wang)

    assert (moved.id, moved.space_id, moved.starts_at) == (booking.id, "court-1", NOON + 3 * HOUR)
    assert may_open(session, wang, "court-1", NOON + 3 * HOUR)
    assert not may_open(session, wang, "court-1", NOON + 2 * HOUR)
    assert told(session, wang) == []
    book(session, li, "court-2", span(2))  # what they did not choose is free again
    with pytest.raises(Conflict, match="in_maintenance"):
        book(session, li, "court-1", span(2))
    with pytest.raises(Conflict, match="move_not_offered"):
        accept(session, booking, chosen, wang)


def test_declined_the_house_cancels_it_and_no_points_are_taken(session, wang, li, booking):
    a_rule(session, Limit.LOW_CREDIT_MOST_AHEAD, 1)  # so that points are kept
    break_down(session)
    offer_all(session)

    moving.decline(session, booking_id=booking.id, member=wang, policy=POLICY, now=NOON + 115 * MINUTE)

    assert booking.state is BookingState.CANCELLED
    assert told(session, wang) == ["cancelled_for_maintenance"]
    assert session.scalar(select(func.count()).select_from(CreditEntry)) == 0
    assert book(session, li, "court-2", span(2))


def test_an_offer_that_nobody_answers_lapses_when_the_booking_would_begin_and_nobody_is_a_no_show(
    session, wang, booking
):
    break_down(session)
    offer_all(session)

    look_after(session, NOON + 2 * HOUR - timedelta(seconds=1))
    assert booking.state is BookingState.CONFIRMED
    look_after(session, NOON + 2 * HOUR)

    assert (booking.state, booking.released_at) == (BookingState.CANCELLED, None)
    assert told(session, wang) == ["cancelled_for_maintenance"]
    with pytest.raises(Conflict, match="move_not_offered"):
        moving.decline(session, booking_id=booking.id, member=wang, policy=POLICY, now=NOON + 2 * HOUR)


def test_too_late_is_too_late_even_before_anybody_has_looked(session, wang, booking):
    break_down(session)
    offer_all(session)

    with pytest.raises(Conflict, match="offer_lapsed"):
        accept(session, booking, options(session, booking)[0], wang, now=NOON + 2 * HOUR)


def test_a_day_is_the_longest_that_others_are_held(session, wang):
    booking = book(session, wang, "court-1", span(72))
    break_down(session, when=Span(NOON + 70 * HOUR, NOON + 80 * HOUR))

    [made] = offer_all(session)

    assert made.until_at == NOON + 24 * HOUR
    assert booking.state is BookingState.CONFIRMED


def test_nothing_is_offered_that_may_begin_before_they_answer(session, wang):
    book(session, wang, "room", span(4))
    break_down(session, "room", span(4))

    [made] = offer_all(session)

    assert min(one.starts_at for one in moving.options_of(session, made.id)) >= made.until_at


def test_ended_early_the_offer_is_withdrawn_and_the_booking_stands(session, wang, li, booking):
    outage = break_down(session)
    offer_all(session)
    outages.end(session, outage=outage, actor="staff", now=LATER)

    look_after(session, LATER)

    assert booking.state is BookingState.CONFIRMED
    assert told(session, wang) == []
    assert [one.state for one in session.scalars(select(MoveOffer))] == [OfferState.WITHDRAWN]
    book(session, li, "court-2", span(2))


def test_of_two_in_the_way_the_offer_outlives_the_one_that_ends(session, wang, booking):
    first = break_down(session)
    break_down(session, "half-a")
    offer_all(session)
    outages.end(session, outage=first, actor="staff", now=LATER)

    look_after(session, LATER)

    assert len(options(session, booking)) == 3


def test_who_gives_the_booking_back_themselves_frees_what_was_held(session, wang, li, booking):
    break_down(session)
    offer_all(session)
    service.cancel(session, booking=booking, member=wang, policy=POLICY, now=NOON)

    look_after(session, NOON)

    book(session, li, "court-2", span(2))


def test_where_there_is_nothing_else_the_house_cancels_at_once_and_says_why(session, wang):
    booking = book(session, wang, "lawn", span(2))
    break_down(session, "lawn", Span(NOON, NOON + timedelta(days=9)))
    break_down(session, "room", Span(NOON, NOON + timedelta(days=9)))

    offer_all(session)

    assert booking.state is BookingState.CANCELLED
    assert told(session, wang) == ["cancelled_for_maintenance"]


def test_whoever_is_in_it_already_stays(session, wang):
    booking = book(session, wang, "room", span(0, length=1))
    break_down(session, "room", Span(NOON, NOON + 3 * HOUR))

    assert offer_all(session) == []
    assert booking.state is BookingState.CONFIRMED


def test_nothing_is_offered_that_the_rules_do_not_allow_them(session, wang, booking):
    a_rule(session, Limit.MIN_MINUTES, 120, scope=Scope(Layer.SPACE, "court-2"))
    break_down(session)

    offer_all(session)

    assert "court-2" not in {one.space_id for one in options(session, booking)}


def test_the_most_that_they_may_have_does_not_stand_in_the_way_of_moving(session, wang, booking):
    book(session, wang, "lawn", span(5))  # with POLICY two are the most
    break_down(session)

    offer_all(session)

    assert len(options(session, booking)) == 3


def test_another_members_offer_is_not_there(session, wang, li, booking):
    break_down(session)
    offer_all(session)
    option = options(session, booking)[0]

    with pytest.raises(NotFound, match="booking"):
        accept(session, booking, option, li)
    theirs = book(session, li, "lawn", span(2))
    with pytest.raises(Conflict, match="move_not_offered"):
        accept(session, theirs, option, li)


def test_somebody_who_waits_gets_what_was_held_and_not_taken(session, wang, li, booking):
    break_down(session)
    offer_all(session)
    wait = waitlist.join(session, member=li, space_id="court-2", span=span(2), policy=POLICY, now=NOON)

    accept(session, booking, options(session, booking)[1], wang)

    assert wait.offer_until is not None


def test_two_whose_bookings_are_in_the_way_are_held_different_ones(session, wang, li, booking):
    other = book(session, li, "court-1", span(1))
    break_down(session)

    offer_all(session)

    both = times(options(session, booking)) + times(options(session, other))
    assert len(both) == len(set(both)) == 6
    assert queries.booking(session, other.id).state is BookingState.CONFIRMED

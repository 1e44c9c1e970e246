"""A space out of order: nobody books it, who has booked it keeps it for now, and what they give back falls to it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.bookings import queries as bookings
from gateway.bookings import service, waitlist
from gateway.bookings.waits import WaitState
from gateway.kit.errors import Conflict
from gateway.spaces import outages, queries
from gateway.spaces.model import Claim, ClaimKind
from gateway.spaces.rules import Span
from tests.centre_builder import NOON
from tests.gateway.bookings.conftest import HOUR, POLICY, book, span


def begin(session, space_id="room", when=None, *, is_open=False, now=NOON):
    when = when or span(1, length=3)
    return outages.begin(
        session,
        space=queries.space(session, space_id),
        starts_at=when.starts_at,
        ends_at=None if is_open else when.ends_at,
        reason="换地板",
        actor="staff",
        now=now,
    )


def end(session, outage, now=NOON):
    outages.end(session, outage=outage, actor="staff", now=now)


def reasons(session, space_id="room", when=None):
    """Of each hour of a span."""
    space = queries.space(session, space_id)
    slots = bookings.availability(session, space=space, within=when or span(0, 6), policy=POLICY, now=NOON)
    return [slot.reason for slot in slots]


OUT = "in_maintenance"


def test_what_is_out_of_order_says_so_and_is_not_booked(session, wang):
    begin(session)

    assert reasons(session) == [None, OUT, OUT, OUT, None, None]
    with pytest.raises(Conflict, match=OUT):
        book(session, wang, when=span(2))
    with pytest.raises(Conflict, match=OUT):
        waitlist.join(session, member=wang, space_id="room", span=span(2), policy=POLICY, now=NOON)
    assert book(session, wang, when=span(4))


def test_a_part_out_of_order_takes_the_whole_with_it_and_leaves_the_other_parts(session):
    begin(session, "court-1", span(1))

    assert reasons(session, "hall", span(1)) == [OUT]
    assert reasons(session, "half-a", span(1)) == [OUT]
    assert reasons(session, "half-b", span(1)) == [None]
    assert reasons(session, "court-2", span(1)) == [None]


def test_who_has_booked_it_keeps_it_for_now(session, wang):
    booking = book(session, wang, when=span(2))

    begin(session)

    assert reasons(session) == [None, OUT, "slot_taken", OUT, None, None]
    assert bookings.booking(session, booking.id).cancelled_at is None


def test_what_is_given_back_within_it_falls_to_it_and_to_nobody_who_waits(session, wang, li):
    booking = book(session, wang, when=Span(NOON + 3 * HOUR, NOON + 5 * HOUR))
    wait = waitlist.join(session, member=li, space_id="room", span=span(3), policy=POLICY, now=NOON)
    after = waitlist.join(session, member=li, space_id="room", span=span(4), policy=POLICY, now=NOON)
    begin(session)

    service.cancel(session, booking=booking, member=wang, policy=POLICY, now=NOON)

    assert reasons(session) == [None, OUT, OUT, OUT, "slot_taken", None]
    assert (wait.state, after.state) == (WaitState.WAITING, WaitState.OFFERED)


def test_it_goes_on_until_somebody_ends_it_where_nobody_knows_its_end(session):
    outage = begin(session, is_open=True)
    year = Span(NOON + timedelta(days=300), NOON + timedelta(days=300, hours=1))
    assert reasons(session, when=year) == [OUT]

    end(session, outage)

    assert reasons(session, when=year) == [None]
    assert reasons(session) == [None] * 6


def test_ended_early_the_rest_is_everybodys_and_that_it_was_out_of_order_stays_written(session, wang):
    outage = begin(session)

    end(session, outage, now=NOON + 2 * HOUR)

    assert reasons(session) == [None, OUT, None, None, None, None]
    with pytest.raises(Conflict, match="outage_over"):
        end(session, outage, now=NOON + 2 * HOUR)
    assert [claim.ends_at for claim in session.scalars(select(Claim))] == [NOON + 2 * HOUR]


def test_of_two_at_the_same_time_the_other_goes_on(session):
    first = begin(session)
    begin(session, when=span(2, length=4))

    end(session, first)

    assert reasons(session) == [None, None, OUT, OUT, OUT, OUT]


def test_one_that_would_be_over_is_not_begun_and_none_begins_before_now(session):
    with pytest.raises(Conflict, match="outage_over"):
        begin(session, when=span(-3, length=2))

    begin(session, when=span(-3, length=5))

    [claim] = session.scalars(select(Claim))
    assert (claim.kind, claim.starts_at, claim.ends_at) == (ClaimKind.MAINTENANCE, NOON, NOON + 2 * HOUR)


def test_a_booking_that_is_moved_out_leaves_its_time_to_it(session, wang):
    booking = book(session, wang, when=span(2))
    begin(session)

    service.move(session, booking=booking, member=wang, span=span(5), policy=POLICY, now=NOON)

    assert reasons(session) == [None, OUT, OUT, OUT, None, "slot_taken"]

"""Spaces that go out of order while everybody books: no time is had twice, none within is had anew, nobody is lost."""

import random
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from sqlalchemy import select, text

from gateway.bookings import moving, queries, service, waitlist
from gateway.bookings.model import LIVE, Booking, BookingState
from gateway.bookings.move_offers import MoveOffer, OfferState
from gateway.kit import audit
from gateway.kit.errors import HearthError
from gateway.spaces import outages
from gateway.spaces import queries as spaces
from gateway.spaces.model import Claim, ClaimKind, Outage
from gateway.spaces.rules import Span, overlap
from tests.centre_builder import NOON
from tests.database_fixture import ON_POSTGRES
from tests.databases.test_booking_races import POLICY, SLOTS, furnish
from tests.databases.test_waitlist_races import member_of
from tests.race import at_once

CLIENTS = 8
ACTS = 25
SOME = [slot for slot in SLOTS if slot[0] in {"room-1", "room-2", "half-a", "court-1", "court-3"}][::9]
HOUR = timedelta(hours=1)


def begin(session, space_id, span):
    return outages.begin(
        session,
        space=spaces.space(session, space_id),
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        reason="x",
        actor="staff",
        now=NOON,
    )


def busy(sessions, number):
    """One client: books, gives back, waits, breaks, mends, is offered, accepts, declines."""
    dice = random.Random(number)
    return Counter(_act(sessions, number, dice) for _ in range(ACTS))


def _act(sessions, number, dice):
    space_id, span = dice.choice(SOME)
    what = dice.choices(["book", "cancel", "wait", "break", "mend", "offer", "answer"], [6, 2, 2, 2, 1, 4, 6])[0]
    try:
        with sessions.begin() as session:
            member, facts = member_of(session, number), {"policy": POLICY, "now": NOON}
            if what == "book":
                service.book(session, member=member, space_id=space_id, span=span, **facts)
            elif what == "wait":
                waitlist.join(session, member=member, space_id=space_id, span=span, **facts)
            elif what == "break":
                begin(session, space_id, Span(span.starts_at - HOUR / 2, span.ends_at + 3 * HOUR))
            elif what == "mend":
                standing = spaces.outages(session, Span(NOON, spaces.FOR_EVER))
                outages.end(session, outage=dice.choice(standing), actor="staff", now=NOON) if standing else None
            elif what == "offer":
                found = [*moving.unoffered(session, now=NOON)]
                if found:
                    moving.offer(session, booking_id=dice.choice(found), **facts)
            elif what == "answer":
                what = _answer(session, member, dice, facts)
            elif what == "cancel":
                mine = [one for one in queries.bookings_of(session, member_id=member.id, limit=20) if one.state in LIVE]
                if mine:
                    service.cancel(session, booking=dice.choice(mine), member=member, **facts)
    except HearthError as refused:
        return refused.code
    return what


def _answer(session, member, dice, facts):
    offers = moving.offers_of(session, member_id=member.id)
    if not offers:
        return "nothing to answer"
    made = dice.choice(offers)
    if dice.random() < 0.2:
        moving.decline(session, booking_id=made.booking_id, member=member, **facts)
        return "declined"
    option = dice.choice(moving.options_of(session, made.id))
    moving.accept(session, booking_id=made.booking_id, option_id=option.id, member=member, **facts)
    return "moved"


def assert_nothing_is_had_twice(session):
    by_place = defaultdict(list)
    live = select(Claim).where(Claim.released_at.is_(None)).order_by(Claim.starts_at)
    for claim in session.scalars(live):
        by_place[claim.space_id, claim.place].append(claim)
    for claims in by_place.values():
        assert all(one.ends_at <= after.starts_at for one, after in pairwise(claims))
    held = {claim.source_id for claims in by_place.values() for claim in claims if claim.kind is ClaimKind.BOOKING}
    for booking in session.scalars(select(Booking)):
        assert (booking.id in held) == (booking.state in LIVE), booking.state
    assert list(audit.verify(session)) == []


def assert_nothing_of_what_is_out_of_order_is_free(session):
    for outage in session.scalars(select(Outage).where(Outage.ended_at.is_(None))):
        lasts = spaces.span_of_outage(outage)
        for part in spaces.undivided(session, outage.space_id):
            taken = spaces.claims(session, [part.id], lasts)
            cut = [overlap(Span(one.starts_at, one.ends_at), lasts) for one in taken]
            assert sum((one.ends_at - one.starts_at for one in cut), timedelta()) == lasts.ends_at - lasts.starts_at


def test_while_things_break_and_are_mended_no_time_is_had_twice_and_no_broken_one_is_had_anew(sessions):
    furnish(sessions)

    came_to = sum(at_once([partial(busy, sessions, number) for number in range(CLIENTS)]), Counter())

    assert came_to["book"] > 5
    assert came_to["break"] > 5
    assert came_to["moved"] + came_to["declined"] > 0, came_to
    with sessions.begin() as session:
        for one in moving.unoffered(session, now=NOON):
            moving.offer(session, booking_id=one, policy=POLICY, now=NOON)
        for one in moving.due(session):
            moving.look_after(session, offer_id=one, policy=POLICY, now=NOON)
    with sessions.read() as session:
        assert_nothing_is_had_twice(session)
        assert_nothing_of_what_is_out_of_order_is_free(session)
        assert moving.unoffered(session, now=NOON) == []


def test_whoever_books_at_the_instant_at_which_it_breaks_is_refused_or_offered_another(sessions):
    furnish(sessions)
    space_id, span = SOME[0]

    def book(number):
        with sessions.begin() as session:
            wish = {"space_id": space_id, "span": span, "policy": POLICY, "now": NOON}
            return service.book(session, member=member_of(session, number), **wish).id

    def break_down():
        with sessions.begin() as session:
            return begin(session, space_id, Span(span.starts_at - HOUR, span.ends_at + HOUR)).id

    came_to = at_once([*(partial(book, number) for number in range(4)), break_down, *(partial(book, 4),) * 2])

    with sessions.read() as session:
        booked = session.scalars(select(Booking.id).where(Booking.state == BookingState.CONFIRMED)).all()
        assert len(booked) <= 1
        assert moving.unoffered(session, now=NOON) == list(booked)
        assert set(came_to) - set(booked) - {"slot_taken", "in_maintenance"} == set(session.scalars(select(Outage.id)))
        assert_nothing_is_had_twice(session)
        assert_nothing_of_what_is_out_of_order_is_free(session)


def test_two_of_what_is_offered_accepted_at_once_are_one_move(sessions):
    furnish(sessions)
    with sessions.begin() as session:
        wish = {"space_id": "room-1", "span": SLOTS[3][1], "policy": POLICY, "now": NOON}
        booking_id = service.book(session, member=member_of(session, 0), **wish).id
        begin(session, "room-1", Span(NOON, NOON + timedelta(days=3)))
        offer_id = moving.offer(session, booking_id=booking_id, policy=POLICY, now=NOON).id
        held = [one.id for one in moving.options_of(session, offer_id)]

    def answer(option_id):
        with sessions.begin() as session:
            facts = {"booking_id": booking_id, "member": member_of(session, 0), "policy": POLICY, "now": NOON}
            if option_id is None:
                return moving.decline(session, **facts).state
            return moving.accept(session, option_id=option_id, **facts).space_id

    came_to = at_once([partial(answer, option_id) for option_id in [*held, *held, None]])

    assert len(held) == 3
    assert len([one for one in came_to if one != "move_not_offered"]) == 1, came_to
    with sessions.read() as session:
        assert session.get_one(MoveOffer, offer_id).state in {OfferState.TAKEN, OfferState.DECLINED}
        assert_nothing_is_had_twice(session)
        claimed = session.scalars(select(Claim.source_id).where(Claim.released_at.is_(None)))
        assert {one for one in claimed if one in held} == set()


@pytest.mark.timeout(60)
@pytest.mark.parametrize("database_url", [ON_POSTGRES], indirect=True)
def test_what_is_given_back_while_it_breaks_falls_to_it(sessions):
    """The one who gives back cannot see what is not committed yet, so they must wait for it."""
    furnish(sessions)
    span = SLOTS[3][1]
    with sessions.begin() as session:
        wish = {"space_id": "room-1", "span": span, "policy": POLICY, "now": NOON}
        booking_id = service.book(session, member=member_of(session, 0), **wish).id

    def give_back():
        with sessions.begin() as session:
            booking = queries.booking(session, booking_id)
            service.cancel(session, booking=booking, member=member_of(session, 0), policy=POLICY, now=NOON)

    with ThreadPoolExecutor(1) as pool:
        with sessions.begin() as session:
            begin(session, "room-1", Span(span.starts_at - HOUR, span.ends_at + HOUR))
            giving = pool.submit(give_back)
            while not session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                assert not giving.done()
        giving.result(timeout=30)

    with sessions.read() as session:
        assert_nothing_of_what_is_out_of_order_is_free(session)

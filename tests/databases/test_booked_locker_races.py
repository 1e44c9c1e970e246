"""Lockers booked ahead, wanted in every way at once: nobody is let in where another's things may be."""

import random
from collections import Counter, defaultdict
from functools import partial
from itertools import pairwise

from sqlalchemy import select

from gateway.access.model import AccessGrant, GrantSource
from gateway.bookings import booked_lockers, queries, service
from gateway.bookings.model import LIVE, Booking
from gateway.kit import audit
from gateway.kit.errors import HearthError
from gateway.lockers import queries as lockers
from gateway.lockers import service as lockers_service
from gateway.lockers.model import Compartment, Mode, Rental
from gateway.members import queries as members
from gateway.spaces.model import Claim, ClaimKind
from gateway.spaces.rules import Span
from gateway.unlocking import queries as unlocking
from tests.centre_builder import NOON, a_bank, a_member
from tests.databases.test_booking_races import POLICY
from tests.gateway.bookings.conftest import HOUR, MINUTE
from tests.gateway.bookings.test_booked_lockers import offer_for_booking
from tests.race import in_processes

CLIENTS = 16
ACTS = 40
LABELS = ("01", "02", "03", "04", "05")  # the last of them is now booked ahead and now rented
OFTEN = {"book": 8, "come": 10, "give back": 5, "cancel": 2, "rent": 2, "mode": 3, "look after": 3}


def live(sessions, number):
    """One client's afternoon of six and a half hours; what each act came to."""
    dice, mine = random.Random(number), []
    whats = ["rent", *dice.choices(list(OFTEN), list(OFTEN.values()), k=ACTS)]
    return Counter(_act(sessions, number, dice, mine, what, NOON + at * 10 * MINUTE) for at, what in enumerate(whats))


def _act(sessions, number, dice, mine, what, now):
    if what == "look after":
        return _look_after(sessions, now)
    try:
        with sessions.begin() as session:
            member = members.member_by_no(session, member_no=str(10_000 + number))
            *boxes, last = session.scalars(select(Compartment.id).order_by(Compartment.label)).all()
            if what == "book":
                starts_at = NOON + dice.randrange(1, 8) * HOUR
                span = Span(starts_at, starts_at + dice.choice([1, 2]) * HOUR)
                wanted = dice.choice([*boxes * 3, last])
                booking = service.book(session, member=member, space_id=wanted, span=span, policy=POLICY, now=now)
                mine.append(booking.id)
            elif what == "rent":
                _rent(session, member, last, now)
            elif what == "mode":
                mode = dice.choice([Mode.BOOKABLE, None])
                booked_lockers.set_mode(session, compartment_id=last, mode=mode, actor="staff", now=now)
            elif what == "give back":
                _give_back(session, member, dice, now)
            elif mine:
                _go_on(session, what, member, dice.choice(mine), now)
    except HearthError as refused:
        return refused.code
    return what


def _rent(session, member, box, now):
    lockers_service.rent(
        session,
        member=member,
        now=now,
        until=None,
        max_days=7,
        unsettled_locks=lambda: unlocking.unsettled_locks(session),
        compartment_id=box,
    )


def _look_after(sessions, now):
    """As the timetable does: each thing by itself."""
    with sessions.read() as session:
        late, back = booked_lockers.late(session, now=now), booked_lockers.given_back(session)
        due = booked_lockers.due(session, now=now)[:1]
    acts = [partial(booked_lockers.close_late, rental_id=one, now=now) for one in late]
    acts += [partial(booked_lockers.reopen, rental_id=one, now=now) for one in back]
    acts += [partial(booked_lockers.look_after, booking_id=one, now=now) for one in due]
    for act in acts:
        with sessions.begin() as session:
            act(session)
    return "look after"


def _give_back(session, member, dice, now):
    if held := lockers.rented_by(session, member_id=member.id):
        lockers_service.end_rental(session, rental=dice.choice(held)[0], unsettled_locks=frozenset, now=now)


def _go_on(session, what, member, booking_id, now):
    booking = queries.booking_of(session, member_id=member.id, booking_id=booking_id)
    if what == "come":
        booked_lockers.arrive(session, booking=booking, member=member, policy=POLICY, now=now)
    else:
        service.cancel(session, booking=booking, member=member, policy=POLICY, now=now)


def assert_whole(sessions):
    """By an eye of its own."""
    with sessions.read() as session:
        active = {one.id: one for one in session.scalars(select(Rental).where(Rental.ended_at.is_(None)))}
        boxes = {one.id: one for one in session.scalars(select(Compartment))}
        bookings = session.scalars(select(Booking)).all()
        by_booking = {one.rental_id: one for one in bookings}
        assert len({one.compartment_id for one in active.values()}) == len(active)
        for one in active.values():
            if boxes[one.compartment_id].own_mode is Mode.BOOKABLE:
                assert by_booking[one.id].member_id == one.member_id
        grants = session.scalars(select(AccessGrant).where(AccessGrant.ended_at.is_(None))).all()
        assert {grant.source for grant in grants} <= {GrantSource.RENTAL}
        assert {(grant.lock_id, grant.member_id) for grant in grants} == {
            (boxes[one.compartment_id].lock_id, one.member_id) for one in active.values()
        }
        by_space = defaultdict(list)
        for claim in session.scalars(select(Claim).where(Claim.released_at.is_(None))):
            by_space[claim.space_id].append((claim.starts_at, claim.ends_at, claim.kind, claim.source_id))
        for claims in by_space.values():
            for (_, ends_at, *_), (starts_at, *_) in pairwise(sorted(claims)):
                assert ends_at <= starts_at
        held = {claim[3]: space_id for space_id, claims in by_space.items() for claim in claims}
        assert {one.id: one.space_id for one in bookings if one.state in LIVE} == {
            source_id: space_id for source_id, space_id in held.items() if source_id in {one.id for one in bookings}
        }
        assert {claims[-1][2] for claims in map(sorted, by_space.values())} <= {ClaimKind.BOOKING, ClaimKind.CLOSURE}
        assert list(audit.verify(session)) == []


def test_sixteen_clients_never_share_a_locker_nor_take_another_s_time(sessions, database_url):
    with sessions.begin() as session:
        a_bank(session, sizes="S" * len(LABELS))
        for label in LABELS:
            space = offer_for_booking(session, label)
        booked_lockers.set_mode(session, compartment_id=space.id, mode=None, actor="staff", now=NOON)
        for number in range(CLIENTS):
            a_member(session, str(10_000 + number))

    counts = sum(in_processes(live, database_url, processes=2, threads=CLIENTS // 2), Counter())

    assert_whole(sessions)
    assert {what for what in OFTEN if not counts[what]} == set()
    assert counts["slot_taken"] > 20
    assert set(counts) - set(OFTEN) <= {
        "slot_taken",
        "booking_in_the_past",
        "booking_too_early",
        "booking_over",
        "booking_cancelled",
        "locker_in_use",
        "rental_overdue",
        "already_rented",
        "compartment_taken",
        "compartment_bookable",
        "compartment_booked",
    }

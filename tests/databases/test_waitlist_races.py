"""Those who wait, those who give back and those who only come by, at the same instant: nobody jumps the queue."""

import random
from collections import Counter
from datetime import timedelta
from functools import partial

from sqlalchemy import select

from gateway.bookings import queries, service, waitlist
from gateway.bookings.model import LIVE, Booking, BookingState
from gateway.bookings.waits import Wait, WaitState
from gateway.kit import audit
from gateway.kit.errors import HearthError
from gateway.members import queries as members
from gateway.spaces.model import Claim
from tests.centre_builder import NOON
from tests.databases.test_booking_races import POLICY, SLOTS, furnish
from tests.race import at_once, in_processes

CLIENTS = 16
ACTS = 30
SOME = [slot for slot in SLOTS if slot[0] in {"room-1", "room-2", "half-a", "court-1"}][::9]


def member_of(session, number):
    return members.member_by_no(session, member_no=str(10_000 + number))


def fill(sessions):
    """Every other time is somebody's, and three others wait for it."""
    with sessions.begin() as session:
        for number, (space_id, span) in enumerate(SOME[::2]):
            wish = {"space_id": space_id, "span": span, "policy": POLICY, "now": NOON}
            service.book(session, member=member_of(session, number % CLIENTS), **wish)
            for later in (1, 2, 3):
                waitlist.join(session, member=member_of(session, (number + later) % CLIENTS), **wish)


def busy(sessions, number):
    """One client: books, gives back, waits, takes what is offered, leaves."""
    dice = random.Random(number)
    return Counter(act(sessions, number, dice) for _ in range(ACTS))


def act(sessions, number, dice):
    space_id, span = dice.choice(SOME)
    what = dice.choices(["book", "cancel", "wait", "take", "leave", "look"], [4, 6, 4, 8, 1, 1])[0]
    try:
        with sessions.begin() as session:
            member = member_of(session, number)
            mine = [one for one in queries.bookings_of(session, member_id=member.id, limit=20) if one.state in LIVE]
            waits = waitlist.waits_of(session, member_id=member.id)
            offered = [wait for wait in waits if wait.state is WaitState.OFFERED]
            wish = {"member": member, "policy": POLICY, "now": NOON}
            if what == "book":
                service.book(session, space_id=space_id, span=span, **wish)
            elif what == "cancel" and mine:
                service.cancel(session, booking=dice.choice(mine), **wish)
            elif what == "wait":
                waitlist.join(session, space_id=space_id, span=span, **wish)
            elif what == "take" and waits:
                service.take_offer(session, wait_id=dice.choice(offered or waits).id, **wish)
            elif what == "leave" and waits:
                waitlist.leave(session, wait_id=dice.choice(waits).id, **wish)
            elif what == "look" and waits:
                waitlist.look_after(session, wait_id=dice.choice(waits).id, policy=POLICY, now=NOON)
            else:
                return "nothing to do"
    except HearthError as refused:
        return refused.code
    return what


def assert_whole(sessions):
    """Everything claimed is somebody's booking or held for somebody, and each of those has its claim."""
    with sessions.read() as session:
        claimed = set(session.scalars(select(Claim.source_id).where(Claim.released_at.is_(None))))
        booked = set(session.scalars(select(Booking.id).where(Booking.state == BookingState.CONFIRMED)))
        held = set(session.scalars(select(Wait.id).where(Wait.state == WaitState.OFFERED)))
        assert claimed == booked | held
        assert not booked & held
        assert list(audit.verify(session)) == []


def test_sixteen_clients_who_wait_take_and_give_back_leave_nothing_double_and_nothing_held_for_nobody(
    sessions, database_url
):
    furnish(sessions)
    fill(sessions)

    counts = sum(in_processes(busy, database_url, processes=2, threads=CLIENTS // 2), Counter())

    known = {"book", "cancel", "wait", "take", "leave", "look", "nothing to do", "slot_taken", "slot_free"}
    known |= {"already_waiting", "policy.most_waits", "wait_not_offered", "wait_over", "booking_cancelled"}
    assert set(counts) <= known, counts
    assert min(counts[what] for what in ("book", "cancel", "wait", "take", "leave")) > 0, counts
    assert_whole(sessions)


def test_what_is_given_back_is_never_had_by_somebody_who_only_comes_by(sessions):
    furnish(sessions)
    space_id, span = "room-1", SLOTS[0][1]
    with sessions.begin() as session:
        holder = member_of(session, 0)
        booking_id = service.book(session, member=holder, space_id=space_id, span=span, policy=POLICY, now=NOON).id
    with sessions.begin() as session:
        wait_id = waitlist.join(
            session, member=member_of(session, 1), space_id=space_id, span=span, policy=POLICY, now=NOON
        ).id

    def come_by(number):
        with sessions.begin() as session:
            service.book(
                session, member=member_of(session, number), space_id=space_id, span=span, policy=POLICY, now=NOON
            )
            return "jumped the queue"

    def give_back():
        with sessions.begin() as session:
            member = member_of(session, 0)
            booking = queries.booking_of(session, member_id=member.id, booking_id=booking_id)
            service.cancel(session, booking=booking, member=member, policy=POLICY, now=NOON)
            return "given back"

    results = at_once([give_back, *(partial(come_by, number) for number in range(2, 14))])

    assert Counter(results) == {"given back": 1, "slot_taken": 12}
    with sessions.read() as session:
        assert session.get_one(Wait, wait_id).state is WaitState.OFFERED


def test_two_courts_given_back_at_once_seat_two_who_wait_for_either(sessions):
    """Each of the two who give back finds the same queue; the second must not offer to the first one's again."""
    furnish(sessions)
    span = SLOTS[0][1]
    courts = ("court-1", "court-2")
    with sessions.begin() as session:
        bookings = [
            service.book(session, member=member_of(session, no), space_id=court, span=span, policy=POLICY, now=NOON).id
            for no, court in enumerate(courts)
        ]
    with sessions.begin() as session:
        for number in range(2, 6):
            waitlist.join(
                session,
                member=member_of(session, number),
                space_id=courts[number % 2],
                span=span,
                policy=POLICY,
                now=NOON + timedelta(seconds=number),
            )

    def give_back(number):
        with sessions.begin() as session:
            member = member_of(session, number)
            booking = queries.booking_of(session, member_id=member.id, booking_id=bookings[number])
            service.cancel(session, booking=booking, member=member, policy=POLICY, now=NOON)
            return "given back"

    assert at_once([partial(give_back, 0), partial(give_back, 1)]) == ["given back"] * 2

    with sessions.read() as session:
        offered = session.scalars(select(Wait).where(Wait.state == WaitState.OFFERED).order_by(Wait.space_id)).all()
        assert [(wait.space_id, wait.member_id) for wait in offered] == [
            ("court-1", member_of(session, 2).id),
            ("court-2", member_of(session, 3).id),
        ]
    assert_whole(sessions)


def test_one_offer_taken_left_and_let_pass_at_once_has_one_ending(sessions):
    furnish(sessions)
    space_id, span = "room-1", SLOTS[0][1]
    with sessions.begin() as session:
        holder = member_of(session, 0)
        booking = service.book(session, member=holder, space_id=space_id, span=span, policy=POLICY, now=NOON)
        wait_id = waitlist.join(
            session, member=member_of(session, 1), space_id=space_id, span=span, policy=POLICY, now=NOON
        ).id
        service.cancel(session, booking=booking, member=holder, policy=POLICY, now=NOON)
        late = session.get_one(Wait, wait_id).offer_until

    def take(session):
        return {"member": member_of(session, 1), "now": NOON}

    acts = [
        partial(_do, sessions, service.take_offer, wait_id, take),
        partial(_do, sessions, waitlist.leave, wait_id, take),
        partial(_do, sessions, waitlist.look_after, wait_id, lambda session: {"now": late}),
    ]
    at_once(acts * 4)

    with sessions.read() as session:
        wait = session.get_one(Wait, wait_id)
        assert wait.state in {WaitState.BOOKED, WaitState.LEFT, WaitState.LAPSED}
        booked = session.get(Booking, wait_id)
        assert (booked is not None) == (wait.state is WaitState.BOOKED)
    assert_whole(sessions)


def _do(sessions, what, wait_id, facts):
    with sessions.begin() as session:
        return what(session, wait_id=wait_id, policy=POLICY, **facts(session)) and "done"

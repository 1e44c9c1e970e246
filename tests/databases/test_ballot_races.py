"""A draw beside members who hand in, withdraw, book, give back and wait: one winner a time, and one draw."""

import random
from collections import Counter
from datetime import timedelta
from functools import partial

from sqlalchemy import func, select

from gateway.ballots import draw, queries, record, service
from gateway.ballots.model import Ballot, BallotState, Entry, EntryState
from gateway.bookings import queries as bookings_queries
from gateway.bookings import service as bookings
from gateway.bookings import waitlist
from gateway.bookings.model import LIVE, Booking
from gateway.kit.db import persevere
from gateway.kit.errors import HearthError
from gateway.personal import service as personal
from gateway.policies.model import Limit
from gateway.policies.rules import Peak
from gateway.spaces import queries as spaces
from gateway.spaces.model import Claim, ClaimKind
from gateway.spaces.rules import Span
from tests.centre_builder import NOON, a_group, a_rule
from tests.databases.test_booking_races import CLIENTS, POLICY, SLOTS, assert_whole, furnish
from tests.databases.test_waitlist_races import member_of
from tests.race import at_once

WITHIN = Span(NOON + timedelta(hours=12), NOON + timedelta(days=3, hours=12))
CLOSES = NOON + timedelta(hours=6)
GIVEN = [one for one in SLOTS if one[0] in {"hall", "half-a", "court-1", "court-4"}][::2]


def a_ballot(sessions, space_id="hall"):
    with sessions.begin() as session:
        ballot = service.open_ballot(
            session,
            space=spaces.space(session, space_id),
            within=WITHIN,
            closes_at=CLOSES,
            actor="boss",
            now=NOON,
        )
        return ballot.id


def hand_in(sessions, ballot_id, number, wishes, now=NOON):
    with sessions.begin() as session:
        service.hand_in(
            session,
            ballot_id=ballot_id,
            member=member_of(session, number),
            wishes=wishes,
            guests=0,
            policy=POLICY,
            now=now,
        )
    return "handed in"


def drawn(sessions, ballot_id):
    with sessions.begin() as session:
        return draw.draw(session, ballot_id=ballot_id, policy=POLICY, now=CLOSES)


def busy(sessions, number, ballot_id):
    """One client: draws, books, gives back, waits, hands in."""
    dice = random.Random(number)
    return Counter(_act(sessions, number, dice, ballot_id, turn) for turn in range(10))


def _act(sessions, number, dice, ballot_id, turn):
    space_id, span = dice.choice(GIVEN)
    what = "draw" if turn == 3 and number % 4 == 0 else dice.choice(["book", "book", "cancel", "wait", "hand in"])
    try:
        if what == "draw":
            return f"drawn {drawn(sessions, ballot_id)}"
        if what == "hand in":
            return hand_in(sessions, ballot_id, number, [(space_id, span)], now=CLOSES - timedelta(seconds=1))
        with sessions.begin() as session:
            member = member_of(session, number)
            wish = {"member": member, "policy": POLICY, "now": CLOSES}
            mine = bookings_queries.bookings_of(session, member_id=member.id, limit=20)
            standing = [one for one in mine if one.state in LIVE]
            if what == "book":
                bookings.book(session, space_id=space_id, span=span, **wish)
            elif what == "wait":
                waitlist.join(session, space_id=space_id, span=span, **wish)
            elif standing:
                bookings.cancel(session, booking=dice.choice(standing), **wish)
            else:
                return "nothing to do"
    except HearthError as refused:
        return refused.code
    return what


def test_the_draw_beside_sixteen_who_book_gives_nothing_double_and_draws_once(sessions):
    furnish(sessions)
    with sessions.begin() as session:
        a_group(session, "east", *(member_of(session, number) for number in range(8)))
        evening = Peak("1234567", 480, 1320)
        a_rule(session, Limit.BRANCH_PEAK_MINUTES, 100_000, group_id="east", peak=evening)
    ballot_id = a_ballot(sessions)
    for number in range(0, CLIENTS, 2):
        hand_in(sessions, ballot_id, number, [GIVEN[0], GIVEN[number + 1]])

    counts = sum(at_once([partial(busy, sessions, number, ballot_id) for number in range(CLIENTS)]), Counter())

    known = {"book", "cancel", "wait", "handed in", "nothing to do", "drawn True", "drawn False"}
    known |= {"slot_taken", "slot_free", "in_ballot", "already_waiting", "already_handed_in", "ballot_closed"}
    known |= {"policy.most_waits", "booking_cancelled"}
    assert set(counts) <= known, counts
    assert (counts["drawn True"], counts["drawn False"]) == (1, 3)
    assert counts["book"] > 0
    with sessions.read() as session:
        published = record.read(session.get_one(Ballot, ballot_id).record)
        assert record.faults(published) == []
        won = [one for one in published.results if one.wish is not None]
        states = Counter(entry.state for entry in queries.entries(session, ballot_id))
        assert states == {EntryState.WON: len(won), EntryState.LOST: len(published.results) - len(won)}
        assert len(published.entries) >= CLIENTS // 2
        live = select(func.count()).where(Claim.kind == ClaimKind.BALLOT, Claim.released_at.is_(None))
        assert session.scalar(live) == 0
    assert_whole_beside_offers(sessions)


def assert_whole_beside_offers(sessions):
    """What is held for one who waits is no booking yet; all else is as after any race."""
    with sessions.begin() as session:
        for wait_id in waitlist.due(session):
            wait = session.get_one(waitlist.Wait, wait_id)
            if wait.offer_until is not None:
                session.execute(Claim.__table__.update().where(Claim.source_id == wait.id).values(released_at=NOON))
    assert_whole(sessions)


def test_of_sixteen_who_draw_at_once_one_does(sessions):
    furnish(sessions)
    ballot_id = a_ballot(sessions)
    for number in range(CLIENTS):
        hand_in(sessions, ballot_id, number, [("court-1", GIVEN[-1][1])])

    results = at_once([partial(drawn, sessions, ballot_id)] * 16)

    assert sorted(results) == [False] * 15 + [True]
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Booking)) == 1
        assert session.get_one(Ballot, ballot_id).state is BallotState.DRAWN


def test_of_sixteen_who_hand_in_the_same_members_wish_one_does_and_none_after_the_draw(sessions):
    furnish(sessions)
    ballot_id = a_ballot(sessions)
    wish = ("court-1", GIVEN[-1][1])
    same = Counter(at_once([partial(hand_in, sessions, ballot_id, 0, [wish])] * 16))
    assert same == {"handed in": 1, "already_handed_in": 15}

    acts = [partial(hand_in, sessions, ballot_id, number, [wish]) for number in range(1, CLIENTS)]
    results = Counter(at_once([*acts, partial(drawn, sessions, ballot_id)]))

    with sessions.read() as session:
        published = record.read(session.get_one(Ballot, ballot_id).record)
        assert len(published.results) == session.scalar(select(func.count()).select_from(Entry)), "all are in it"
    assert len(published.results) == 1 + results["handed in"]
    assert results["handed in"] + results["ballot_closed"] == CLIENTS - 1


def test_of_sixteen_who_open_the_weeks_ballot_at_once_one_does(sessions):
    furnish(sessions)

    def open_it():
        with sessions.begin() as session:
            return service.open_next(session, space_id="hall", closes_min=9600, policy=POLICY, now=NOON) is not None

    assert sorted(at_once([open_it] * 16)) == [False] * 15 + [True]


def erased(sessions, number):
    with sessions.begin() as session:
        personal.erase(session, member=member_of(session, number), policy=POLICY, now=CLOSES - timedelta(seconds=1))
    return "erased"


def test_nobody_who_has_themselves_erased_at_the_instant_of_a_draw_stands_in_its_way(sessions):
    """Both need the ballot, its space and who is in it: one of them may be broken off, and is done anew."""
    furnish(sessions)
    ballot_id = a_ballot(sessions)
    for number in range(CLIENTS):
        hand_in(sessions, ballot_id, number, [GIVEN[number % len(GIVEN)]])

    leaving = [partial(erased, sessions, number) for number in range(1, CLIENTS)]
    acts = [partial(drawn, sessions, ballot_id), *leaving]
    outcomes = Counter(at_once([partial(persevere, act) for act in acts]))

    assert outcomes[True] == 1
    assert outcomes["erased"] + outcomes["ballot_closed"] + outcomes["things_held"] == CLIENTS - 1, outcomes

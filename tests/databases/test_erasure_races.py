"""Somebody has themselves erased in the very moment in which something is done in their name, or for them."""

import random
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from gateway.access.model import AccessGrant
from gateway.activities import service as activities
from gateway.activities.model import ActivityKind, Registration
from gateway.ballots import service as ballots
from gateway.ballots.model import Entry, EntryState
from gateway.bookings import feeds, service, waitlist
from gateway.bookings.model import LIVE, Booking
from gateway.bookings.waits import Wait
from gateway.credentials import service as credentials
from gateway.credentials import tokens
from gateway.feedback import service as feedback
from gateway.kit import audit, idempotency
from gateway.kit.db import persevere
from gateway.kit.errors import NotFound, Refused
from gateway.lockers import assignments, drop_offs, shares
from gateway.lockers import queries as lockers
from gateway.lockers import service as lockers_service
from gateway.lockers.model import Mode, Rental
from gateway.lockers.offers import Wish
from gateway.members import queries as people
from gateway.members import service as members
from gateway.members.model import Member, Role
from gateway.notices import service as notices
from gateway.personal import queries, rules
from gateway.personal import service as personal
from gateway.spaces import queries as spaces
from gateway.spaces.rules import Span
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import Unlock
from tests.centre_builder import NOON, HandClock, a_bank, a_member, a_space, compartment_labelled, rental_of
from tests.databases import test_waitlist_races
from tests.databases.test_booking_races import CLIENTS, POLICY
from tests.race import at_once, half_way_through

TOMORROW = Span(NOON + timedelta(hours=22), NOON + timedelta(hours=23))
LATER = Span(TOMORROW.ends_at, TOMORROW.ends_at + timedelta(hours=1))
DRAWN = Span(NOON + timedelta(days=3, hours=-3), NOON + timedelta(days=3, hours=9))


@dataclass
class Centre:
    """Something of everything that can be had, somebody for whom it is about to be done, and others."""

    sessions: object
    ballot_id: str
    activity_id: str
    wang_no: str = ""
    token: str = ""

    def let_somebody_in(self, number):
        """Wang, who is signed in."""
        self.wang_no = str(20_000 + number)
        with self.sessions.begin() as session:
            self.token = members.begin_session(session, member=a_member(session, self.wang_no), now=NOON)

    def wang(self, session):
        """As a request of theirs finds it: or as it does not any more."""
        visitor = people.signed_in(session, token=self.token, now=NOON)
        if visitor is None:
            raise Refused("not_signed_in")
        return visitor.member

    def erase(self, session):
        personal.erase(session, member=member(session, self.wang_no), policy=POLICY, now=NOON)


@pytest.fixture
def centre(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="MMMMM")
        fixed = a_bank(session, "bank-f", sizes="M")
        lockers_service.set_terms(session, bank=fixed, actor="s", now=NOON, mode=Mode.FIXED)
        for room in ("room", "drawn"):
            a_space(session, room)
        li, staff = a_member(session, "10001", name="李大爷"), a_member(session, "s002", role=Role.DESK, name="店员")
        rent(session, li)
        book(session, li, LATER)
        ballot = ballots.open_ballot(
            session,
            space=spaces.space(session, "drawn"),
            within=DRAWN,
            closes_at=NOON + timedelta(hours=6),
            actor=staff.audit_id,
            now=NOON,
        )
        activity = activities.publish(
            session,
            kind=ActivityKind.CLASS,
            title=("太极", "Tai chi"),
            words=("", ""),
            times=[TOMORROW],
            places=3,
            opens_at=NOON,
            closes_at=TOMORROW.starts_at,
            space_id=None,
            group_id=None,
            actor=staff.audit_id,
            now=NOON,
        )
        return Centre(sessions, ballot.id, activity.id)


def member(session, member_no):
    found = people.member_by_no(session, member_no=member_no)
    if found is None:
        raise NotFound("member")
    return found


def rent(session, who):
    wish = {"until": None, "max_days": 7, "unsettled_locks": frozenset}
    return lockers_service.rent(session, member=who, now=NOON, **wish)


def book(session, who, span=TOMORROW):
    return service.book(session, member=who, space_id="room", span=span, policy=POLICY, now=NOON)


# What a member does, as their request does it.


def rents(centre, session):
    rent(session, centre.wang(session))


def books(centre, session):
    book(session, centre.wang(session))


def waits(centre, session):
    waitlist.join(session, member=centre.wang(session), space_id="room", span=LATER, policy=POLICY, now=NOON)


def takes_part(centre, session):
    ballots.hand_in(
        session,
        ballot_id=centre.ballot_id,
        member=centre.wang(session),
        wishes=[("drawn", Span(DRAWN.starts_at, DRAWN.starts_at + timedelta(hours=1)))],
        guests=0,
        policy=POLICY,
        now=NOON,
    )


def signs_up(centre, session):
    activities.sign_up(session, activity_id=centre.activity_id, member=centre.wang(session), may_wait=False, now=NOON)


def makes_a_token(centre, session):
    tokens.make(
        session,
        member=centre.wang(session),
        label="王家的电脑",
        rights=(),
        ends_at=NOON + timedelta(days=1),
        password_hash="none",
        now=NOON,
    )


def makes_a_calendar(centre, session):
    feeds.make_address(session, member=centre.wang(session), label="王家", space_id=None, now=NOON)


def says_how_it_was(centre, session):
    feedback.give(session, member=centre.wang(session), score=2, words="老王觉得太吵", space_id=None, now=NOON)


def opens(centre, session):
    wang = centre.wang(session)
    rent(session, wang)
    rental = rental_of(session, wang.id)
    lock_id = lockers.view(session, rental).compartment.lock_id
    unlocking.request_unlock(session, member=wang, lock_id=lock_id, clock=HandClock())


def repeats_what_may_be_repeated(centre, session):
    """Whose answer is kept, and does not refer to the table of members."""
    idempotency.keep(
        session,
        member_id=centre.wang(session).id,
        key="k",
        fingerprint="f",
        status=200,
        body={"name": "王晓华"},
        now=NOON,
    )


# What others do for them.


def is_given_a_card(centre, session):
    credentials.register_card(
        session, member=member(session, centre.wang_no), number_hash="h", pepper="p", label="红卡", actor="s", now=NOON
    )


def is_shared_with(centre, session):
    li = member(session, "10001")
    rental = rental_of(session, li.id)
    facts = {"holder": li, "once": False, "until": None, "now": NOON}
    shares.share(session, rental_id=rental.id, with_member_no=centre.wang_no, **facts)


def is_left_something(centre, session):
    facts = {"note": "", "unsettled_locks": frozenset, "now": NOON, "wish": Wish()}
    drop_offs.begin(session, depositor=member(session, "10001"), to_member_no=centre.wang_no, **facts)


def is_assigned_one(centre, session):
    assignments.assign(
        session,
        compartment_id=compartment_labelled(session, "01", "bank-f").id,
        member_nos=[centre.wang_no],
        until=None,
        note="",
        actor="s",
        unsettled_locks=frozenset,
        now=NOON,
    )


def is_told(centre, session):
    notices.leave(session, member_id=member(session, centre.wang_no).id, kind="pin_reset", about="x", now=NOON)


OWN = [
    rents,
    books,
    waits,
    takes_part,
    signs_up,
    makes_a_token,
    makes_a_calendar,
    says_how_it_was,
    opens,
    repeats_what_may_be_repeated,
]
OF_OTHERS = [is_given_a_card, is_shared_with, is_left_something, is_assigned_one, is_told]


def in_one(sessions, act):
    try:
        with sessions.begin() as session:
            act(session)
    except IntegrityError:
        return "refers to nobody"
    return "done"


def assert_nothing_is_left(sessions):
    """Of anybody who was erased."""
    with sessions.read() as session:
        assert list(audit.verify(session)) == []
        there = select(Member.id).where(Member.disabled_at.is_(None))
        for kept in rules.ABOUT_MEMBERS:
            table = queries.table_of(kept)
            for column in kept.columns if kept.fate is rules.Fate.DELETED else ():
                left = session.execute(select(table).where(table.c[column].not_in(there))).all()
                assert left == [], f"{kept.table} still has somebody who was erased"
            for words in kept.blanked:
                gone = [table.c[column].not_in(there) for column in kept.columns]
                assert not any(session.scalars(select(table.c[words]).where(or_(*gone)))), (kept.table, words)
        for what, is_live in (
            (Rental, Rental.ended_at.is_(None)),
            (AccessGrant, AccessGrant.ended_at.is_(None)),
            (Booking, Booking.state.in_(LIVE)),
            (Wait, Wait.left_at.is_(None)),
            (Entry, Entry.state == EntryState.HANDED_IN),
            (Registration, Registration.left_at.is_(None)),
            (Unlock, Unlock.settled_at.is_(None)),
        ):
            assert session.scalars(select(what).where(what.member_id.not_in(there), is_live)).all() == [], what


def test_an_erasure_sees_whatever_was_begun_before_it(sessions, centre):
    outcomes = {}
    for number, act in enumerate([*OWN, *OF_OTHERS]):
        centre.let_somebody_in(number)
        erased = half_way_through(sessions, partial(act, centre), partial(in_one, sessions, centre.erase))
        outcomes.setdefault(erased, set()).add(act)

    assert outcomes.keys() == {"done", "things_held", "unlock_under_way"}
    assert outcomes["things_held"] == {rents, is_left_something, is_assigned_one}
    assert outcomes["unlock_under_way"] == {opens}
    assert_nothing_is_left(sessions)


def test_whatever_comes_while_its_member_is_being_erased_finds_nobody_there(sessions, centre):
    outcomes = {}
    for number, act in enumerate(OWN):
        centre.let_somebody_in(number)
        outcomes[act] = half_way_through(sessions, centre.erase, partial(in_one, sessions, partial(act, centre)))

    assert outcomes == dict.fromkeys(OWN, "not_signed_in")
    assert_nothing_is_left(sessions)


def test_whatever_is_done_for_one_who_is_being_erased_is_not_done(sessions, centre):
    outcomes = {}
    for number, act in enumerate(OF_OTHERS):
        centre.let_somebody_in(number)
        outcomes[act] = half_way_through(sessions, centre.erase, partial(in_one, sessions, partial(act, centre)))

    assert "done" not in outcomes.values(), outcomes
    assert_nothing_is_left(sessions)


def leaves_for_good(sessions, number):
    def once():
        with sessions.begin() as session:
            someone = member(session, str(10_000 + number))
            personal.erase(session, member=someone, policy=POLICY, now=NOON)
        return "erased"

    return persevere(once)


def lives_on(sessions, number):
    """Waits for and gives back what others have or wait for."""
    dice = random.Random(number)
    return [persevere(partial(test_waitlist_races.act, sessions, number, dice)) for _ in range(6)]


def test_members_who_leave_beside_those_who_wait_for_what_they_had_leave_nothing_held_for_nobody(sessions):
    """Each gives back what another may be given, and each has to be told: whoever is broken off begins anew."""
    test_waitlist_races.furnish(sessions)
    test_waitlist_races.fill(sessions)
    staying, leaving = range(0, CLIENTS, 2), range(1, CLIENTS, 2)
    for number in range(CLIENTS):
        lives_on(sessions, number)

    going = [partial(leaves_for_good, sessions, number) for number in leaving]
    outcomes = at_once([*going, *(partial(lives_on, sessions, number) for number in staying)])

    assert outcomes[: len(going)] == ["erased"] * len(going)
    test_waitlist_races.assert_whole(sessions)
    assert_nothing_is_left(sessions)

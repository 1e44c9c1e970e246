"""Every way of having a compartment, wanted at the same instant: one has it, every other hears clearly why not."""

import random
from collections import Counter
from functools import partial

import pytest
from sqlalchemy import func, select

from api.words import WORDS
from gateway.access.model import AccessGrant
from gateway.kit import audit
from gateway.kit.audit import AuditEntry
from gateway.lockers import assignments, drop_offs, holds, queries, rules, service
from gateway.lockers.model import Bank, Compartment, DropOff, DropOffState, Mode, Rental, Use
from gateway.lockers.offers import Wish
from gateway.members import queries as people
from gateway.members.model import Role
from tests.centre_builder import NOON, a_bank, a_member, sense
from tests.race import at_once, in_processes

CLIENTS = 50
MEMBERS = 30
CLEAR = {
    "already_rented",
    "compartment_taken",
    "no_compartment_free",
    "policy.most_drop_offs",
    "rental_ended",
    "drop_off_over",
}


@pytest.fixture
def furnished(sessions):
    """bank-a, free choice, and bank-f, fixed, of four each; members 10000 … and a member of staff."""
    with sessions.begin() as session:
        a_bank(session, sizes="MMMM")
        a_bank(session, "bank-f", sizes="MMMM")
        service.set_terms(session, bank=session.get_one(Bank, "bank-f"), actor="s", now=NOON, mode=Mode.FIXED)
        for number in range(MEMBERS):
            a_member(session, str(10_000 + number))
        a_member(session, "s002", role=Role.DESK)
    return sessions


def member(session, number):
    return people.member_by_no(session, member_no=str(10_000 + number % MEMBERS))


def boxes(session, bank_id):
    found = select(Compartment.id).where(Compartment.bank_id == bank_id).order_by(Compartment.label)
    return session.scalars(found).all()


def rent(sessions, number):
    with sessions.begin() as session:
        return service.rent(
            session, member=member(session, number), now=NOON, until=None, max_days=7, unsettled_locks=frozenset
        ).id


def leave(sessions, number):
    with sessions.begin() as session:
        return drop_offs.begin(
            session,
            depositor=member(session, number),
            to_member_no=member(session, number + 1).member_no,
            wish=Wish(),
            note="",
            unsettled_locks=frozenset,
            now=NOON,
        ).place.rental.id


def hold(sessions, number):
    with sessions.begin() as session:
        wanted = [*boxes(session, "bank-a"), *boxes(session, "bank-f")]
        return holds.hold(
            session,
            compartment_id=wanted[number % len(wanted)],
            reason="event",
            until=None,
            staff=people.member_by_no(session, member_no="s002"),
            unsettled_locks=frozenset,
            now=NOON,
        ).id


def assign(sessions, number):
    with sessions.begin() as session:
        return assignments.assign(
            session,
            compartment_id=boxes(session, "bank-f")[number % 4],
            member_nos=[member(session, number).member_no, member(session, number + 1).member_no],
            until=None,
            note="",
            actor="s002",
            unsettled_locks=frozenset,
            now=NOON,
        ).id


def end_some(sessions, number):
    """End whatever is there: the one that stands at that place in the list."""
    with sessions.begin() as session:
        active = session.scalars(select(Rental).where(Rental.ended_at.is_(None)).order_by(Rental.id)).all()
        if not active:
            return "nothing to end"
        rental = active[number % len(active)]
        ended = {"unsettled_locks": frozenset, "now": NOON}
        match rental.use:
            case Use.RENTED:
                service.end_rental(session, rental=rental, **ended)
            case Use.HELD:
                staff = people.member_by_no(session, member_no="s002")
                holds.release(session, rental_id=rental.id, staff=staff, **ended)
            case Use.ASSIGNED:
                assignments.withdraw(session, rental_id=rental.id, actor="s002", **ended)
            case Use.DROP_OFF:
                depositor = session.get_one(type(member(session, 0)), rental.member_id)
                drop_offs.take_back(session, drop_off_id=rental.id, member=depositor, **ended)
        return "ended"


ACTS = {"rent": rent, "leave": leave, "hold": hold, "assign": assign, "end": end_some}


def do(names, sessions, number):
    """What that client does: its own by name."""
    return ACTS[names[number]](sessions, number)


def shuffled(seed, **counts):
    names = [name for name, count in counts.items() for _ in range(count)]
    random.Random(seed).shuffle(names)
    return names


def assert_whole(sessions):
    """No compartment with two holders, nobody over their number, access just as what is active, the trail unbroken."""
    with sessions.read() as session:
        active = session.scalars(select(Rental).where(Rental.ended_at.is_(None))).all()
        assert len({one.compartment_id for one in active}) == len(active)
        renters = [one.member_id for one in active if one.use is Use.RENTED]
        assert len(set(renters)) == len(renters)
        left = Counter(one.member_id for one in active if one.use is Use.DROP_OFF)
        assert max(left.values(), default=0) <= rules.MOST_DROP_OFFS
        live = session.scalars(select(AccessGrant).where(AccessGrant.ended_at.is_(None))).all()
        may = Counter((grant.lock_id, grant.member_id) for grant in live)
        should = Counter(
            (session.get_one(Compartment, one.compartment_id).lock_id, whose)
            for one in active
            for whose in queries.people_of(session, one)
        )
        assert may == should
        begun = ("rented", "drop_off_begun", "held", "assigned")
        acts = Counter(session.scalars(select(AuditEntry.act)))
        assert sum(acts[act] for act in begun) == session.scalar(select(func.count()).select_from(Rental))
        assert acts["rental_ended"] + acts["hold_released"] == sum(acts[act] for act in begun) - len(active)
        assert list(audit.verify(session)) == []
        return active


def refusals(results):
    """What was refused: each clearly, and as a conflict with the present."""
    refused = [result for result in results if result in WORDS]
    assert set(refused) <= CLEAR
    assert {WORDS[code].status for code in refused} <= {409}
    return refused


@pytest.mark.parametrize("seed", range(3))
def test_of_fifty_clients_in_every_mode_no_two_have_one_compartment(furnished, seed):
    names = shuffled(seed, rent=18, leave=12, hold=10, assign=10)

    results = at_once([partial(do, names, furnished, number) for number in range(CLIENTS)])

    active = assert_whole(furnished)
    assert len(active) == 8  # all there is, and no more
    assert len(refusals(results)) == CLIENTS - 8


@pytest.mark.parametrize("seed", range(3))
def test_of_fifty_clients_who_also_give_back_no_two_have_one_compartment(furnished, seed):
    first = shuffled(seed, rent=20, leave=10, hold=10, assign=10)
    at_once([partial(do, first, furnished, number) for number in range(CLIENTS)])
    names = shuffled(seed, rent=12, leave=8, hold=7, assign=7, end=16)

    results = at_once([partial(do, names, furnished, number) for number in range(CLIENTS)])

    assert_whole(furnished)
    refusals(results)
    assert results.count("ended") > 0


def test_of_fifty_clients_in_two_processes_one_has_the_last_compartment_whatever_they_want(sessions, database_url):
    with sessions.begin() as session:
        a_bank(session, "bank-a", sizes="M")
        a_bank(session, "bank-f", sizes="")
        for number in range(MEMBERS):
            a_member(session, str(10_000 + number))
        a_member(session, "s002", role=Role.DESK)

    names = shuffled(0, rent=20, leave=20, hold=10)
    results = in_processes(partial(do, names), database_url, processes=2, threads=25)

    assert len(assert_whole(sessions)) == 1
    assert len(refusals(results)) == CLIENTS - 1


def test_one_member_who_leaves_things_in_many_places_at_once_has_so_many_and_no_more(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="M" * 12)
        for number in range(MEMBERS):
            a_member(session, str(10_000 + number))

    results = at_once([partial(leave, sessions, 0)] * 12)

    assert results.count("policy.most_drop_offs") == 12 - rules.MOST_DROP_OFFS
    assert_whole(sessions)


def test_collected_and_taken_back_at_once_ends_once(furnished):
    drop_off_id = leave(furnished, 0)
    later = NOON.replace(minute=30)
    with furnished.begin() as session:
        sense(session, "01", "door_open", "door_closed", now=NOON)
        depositor = member(session, 0)
        drop_offs.confirm(
            session, drop_off_id=drop_off_id, member=depositor, unsettled_locks=frozenset, now=NOON.replace(minute=10)
        )
        sense(session, "01", "door_open", "door_closed", now=later)

    def step(act, number):
        with furnished.begin() as session:
            return act(
                session,
                drop_off_id=drop_off_id,
                member=member(session, number),
                unsettled_locks=frozenset,
                now=later,
            ).state

    results = at_once(
        [partial(step, drop_offs.collect, 1), partial(step, drop_offs.take_back, 0)] * 3,
    )

    ended = set(results) - {"drop_off_over"}
    assert results.count("drop_off_over") == 5
    assert ended <= {DropOffState.COLLECTED, DropOffState.TAKEN_BACK}
    with furnished.read() as session:
        drop_off = session.get_one(DropOff, drop_off_id)
        assert (drop_off.collected_at is None) is (drop_off.taken_back_at is not None)
    assert_whole(furnished)


def test_named_and_given_back_at_once_leaves_nobody_with_a_key_to_what_is_over(furnished):
    with furnished.begin() as session:
        alone = assignments.assign(
            session,
            compartment_id=boxes(session, "bank-f")[0],
            member_nos=["10000"],
            until=None,
            note="",
            actor="s002",
            unsettled_locks=frozenset,
            now=NOON,
        ).id

    def give_back():
        with furnished.begin() as session:
            rental = queries.rental(session, alone)
            service.end_rental(session, rental=rental, unsettled_locks=frozenset, now=NOON)
            return "ended"

    def name():
        with furnished.begin() as session:
            assignments.name(session, rental_id=alone, member_nos=["10000", "10001"], actor="s002", now=NOON)
            return "named"

    results = at_once([give_back, name])

    assert tuple(results) in {("ended", "rental_ended"), ("assigned_by_staff", "named")}
    assert_whole(furnished)

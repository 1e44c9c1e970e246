"""Scarce things wanted at the same instant: one wins, everybody else hears why, nobody sees a locked database."""

from collections import Counter
from datetime import timedelta
from functools import partial

from sqlalchemy import func, select

from gateway.access import queries as access
from gateway.access.model import AccessGrant, GrantSource
from gateway.fleet.model import DoorLevel
from gateway.kit import audit, idempotency
from gateway.kit.audit import AuditEntry
from gateway.kit.db import announce
from gateway.lockers import clear_outs, service, shares
from gateway.lockers.model import Bank, CareAfter, Compartment, Rental
from gateway.members import queries as people
from gateway.members import service as members
from gateway.members.model import Role
from gateway.notices.model import Notice
from tests.centre_builder import NOON, a_bank, a_member, lock_of, rental_of, sense
from tests.race import at_once, in_processes

CLIENTS = 50
REFUSALS = {"no_compartment_free", "compartment_taken"}


def furnish(sessions, *, sizes, people_=CLIENTS):
    """A bank, and members 10000, 10001 …"""
    with sessions.begin() as session:
        a_bank(session, sizes=sizes)
        for number in range(people_):
            a_member(session, str(10_000 + number))


def member(session, number):
    return people.member_by_no(session, member_no=str(10_000 + number))


def rent(sessions, number, **wish):
    """The compartment that the member of that number got."""
    with sessions.begin() as session:
        rental = service.rent(
            session,
            member=member(session, number),
            now=NOON,
            until=NOON + timedelta(days=1),
            max_days=7,
            unsettled_locks=frozenset,
            **wish,
        )
        return rental.compartment_id


def end(sessions, number):
    with sessions.begin() as session:
        rental = rental_of(session, member(session, number).id)
        if rental is None:
            return "nothing to end"
        service.end_rental(session, rental=rental, unsettled_locks=frozenset, now=NOON)
        return "ended"


def assert_whole(sessions):
    """No compartment with two holders, no holder with two, everybody's access as their rental, the trail unbroken."""
    with sessions.read() as session:
        active = session.scalars(select(Rental).where(Rental.ended_at.is_(None))).all()
        assert len({rental.compartment_id for rental in active}) == len(active)
        assert len({rental.member_id for rental in active}) == len(active)
        for rental in session.scalars(select(Rental)):
            lock_id = session.get_one(Compartment, rental.compartment_id).lock_id
            may = access.may_open(session, member_id=rental.member_id, lock_id=lock_id, now=NOON)
            holds = any(r.member_id == rental.member_id and r.compartment_id == rental.compartment_id for r in active)
            assert may is holds
        acts = Counter(session.scalars(select(AuditEntry.act)))
        assert acts["rented"] == session.scalar(select(func.count()).select_from(Rental))
        assert acts["rental_ended"] == acts["rented"] - len(active)
        assert list(audit.verify(session)) == []


def test_of_fifty_clients_in_two_processes_one_gets_the_last_compartment(sessions, database_url):
    furnish(sessions, sizes="M")

    results = in_processes(rent, database_url, processes=2, threads=25)

    won = [result for result in results if result not in REFUSALS]
    assert len(results) == CLIENTS
    assert len(won) == 1
    assert_whole(sessions)


def test_the_same_compartment_asked_for_by_name_goes_to_one(sessions):
    furnish(sessions, sizes="MM", people_=16)
    with sessions.read() as session:
        wanted = session.scalars(select(Compartment.id)).first()

    results = at_once([partial(rent, sessions, number, compartment_id=wanted) for number in range(16)])

    assert Counter(results) == {wanted: 1, "compartment_taken": 15}
    assert_whole(sessions)


def test_free_choice_hands_out_all_there_is_and_no_more(sessions):
    furnish(sessions, sizes="M" * 12, people_=30)

    results = at_once([partial(rent, sessions, number) for number in range(30)])

    won = [result for result in results if result not in REFUSALS]
    assert len(won) == len(set(won)) == 12
    assert_whole(sessions)


def test_one_member_in_many_places_gets_one_compartment(sessions):
    furnish(sessions, sizes="M" * 12, people_=1)

    results = at_once([partial(rent, sessions, 0)] * 12)

    assert results.count("already_rented") == 11
    assert_whole(sessions)


def test_a_rental_given_back_many_times_at_once_ends_once(sessions):
    furnish(sessions, sizes="M", people_=1)
    rent(sessions, 0)

    results = at_once([partial(end, sessions, 0)] * 8)

    assert results.count("ended") == 1
    assert set(results) <= {"ended", "nothing to end", "rental_ended"}
    assert_whole(sessions)


def test_extending_and_giving_back_at_once_leaves_it_given_back(sessions):
    furnish(sessions, sizes="M", people_=1)
    rent(sessions, 0)

    def extend():
        with sessions.begin() as session:
            rental = session.scalars(select(Rental)).one()
            service.extend(session, rental=rental, until=NOON + timedelta(days=2), now=NOON, max_days=7)
            return "extended"

    results = at_once([extend, extend, extend, partial(end, sessions, 0)])

    assert results[-1] == "ended"
    assert set(results[:-1]) <= {"extended", "rental_ended"}
    assert_whole(sessions)


def test_giving_back_against_many_who_wait_passes_it_to_one_of_them(sessions):
    furnish(sessions, sizes="M", people_=9)
    rent(sessions, 0)
    for _ in range(5):
        with sessions.read() as session:
            holder = session.scalars(select(Rental.member_id).where(Rental.ended_at.is_(None))).one()
            held_by = next(n for n in range(9) if member(session, n).id == holder)

        waiting = [partial(rent, sessions, n) for n in range(9) if n != held_by]
        results = at_once([partial(end, sessions, held_by), *waiting])

        assert results[0] == "ended"
        assert sum(result not in REFUSALS for result in results[1:]) <= 1
        assert_whole(sessions)
        if all(result in REFUSALS for result in results[1:]):
            rent(sessions, held_by)  # they were all too early


def test_many_clocks_at_once_tell_a_member_once(sessions):
    furnish(sessions, sizes="M", people_=1)
    rent(sessions, 0)
    late = NOON + timedelta(days=2)
    with sessions.read() as session:
        rental_id = session.scalars(select(Rental.id)).one()

    def tell():
        with sessions.begin() as session:
            service.tell_of_stage(session, rental_id=rental_id, now=late)

    at_once([tell] * 6)

    with sessions.read() as session:
        assert session.scalars(select(Notice.kind)).all() == ["rental_overdue"]


def test_a_rental_that_is_told_of_and_given_back_at_once_is_told_of_no_more(sessions):
    furnish(sessions, sizes="M", people_=1)
    for _ in range(5):
        rent(sessions, 0)
        with sessions.read() as session:
            rental_id = session.scalars(select(Rental.id).where(Rental.ended_at.is_(None))).one()

        def tell(rental_id=rental_id):
            with sessions.begin() as session:
                service.tell_of_stage(session, rental_id=rental_id, now=NOON + timedelta(days=2))

        at_once([tell, partial(end, sessions, 0), tell])

        with sessions.read() as session:
            assert session.scalars(select(Notice).where(Notice.over_at.is_(None))).all() == []


def test_given_back_to_a_bank_that_cleans_it_passes_to_none_of_those_who_wait(sessions):
    furnish(sessions, sizes="M", people_=9)
    rent(sessions, 0)
    with sessions.begin() as session:
        bank = session.get_one(Bank, "bank-a")
        service.set_terms(session, bank=bank, care_after=CareAfter.CLEANING, actor="s001", now=NOON)

    results = at_once([partial(end, sessions, 0), *[partial(rent, sessions, n) for n in range(1, 9)]])

    assert results[0] == "ended"
    assert set(results[1:]) <= REFUSALS
    assert_whole(sessions)


def test_shared_with_one_member_many_times_at_once_it_is_shared_once(sessions):
    furnish(sessions, sizes="M", people_=2)
    rent(sessions, 0)

    def share():
        with sessions.begin() as session:
            holder = member(session, 0)
            rental = rental_of(session, holder.id)
            shares.share(
                session, rental_id=rental.id, holder=holder, with_member_no="10001", once=False, until=None, now=NOON
            )
            return "shared"

    assert Counter(at_once([share] * 6)) == {"shared": 1, "already_shared": 5}


DUE = NOON + timedelta(days=30)


def late_rental(sessions, *, staff):
    """Member 10000's, due to be cleared out, and so many members of staff."""
    furnish(sessions, sizes="M", people_=1)
    rent(sessions, 0)
    with sessions.begin() as session:
        for number in range(staff):
            a_member(session, f"s{number}", role=Role.DESK)
        return session.scalars(select(Rental.id)).one()


def step(sessions, act, rental_id, number, **facts):
    """One member of staff takes one step of a clear-out; its state after that."""
    with sessions.begin() as session:
        witness = people.member_by_no(session, member_no=f"s{number}")
        return act(session, rental_id=rental_id, witness=witness, now=DUE, **facts).state


def test_a_clear_out_that_many_propose_and_many_witness_at_once_has_two_witnesses(sessions):
    rental_id = late_rental(sessions, staff=6)

    proposed = at_once(
        [partial(step, sessions, clear_outs.propose, rental_id, n, reason="late", bag_label="B") for n in range(6)]
    )
    witnessed = at_once([partial(step, sessions, clear_outs.witness, rental_id, n, bag_label="B") for n in range(6)])

    assert Counter(proposed) == {"PROPOSED": 1, "clear_out_under_way": 5}
    assert Counter(witnessed) == {"WITNESSED": 1, "witness_is_the_first": 1, "clear_out_moved_on": 4}
    with sessions.read() as session:
        grants = session.scalars(select(AccessGrant.member_id).where(AccessGrant.source == GrantSource.CLEAR_OUT)).all()
    assert len(set(grants)) == len(grants) == 2


def test_a_member_who_gives_it_back_while_staff_witness_leaves_them_no_access(sessions):
    rental_id = late_rental(sessions, staff=2)
    step(sessions, clear_outs.propose, rental_id, 0, reason="late", bag_label="B")

    results = at_once(
        [partial(step, sessions, clear_outs.witness, rental_id, 1, bag_label="B"), partial(end, sessions, 0)]
    )

    assert results[1] == "ended"
    with sessions.read() as session:
        grants = session.scalars(select(AccessGrant).where(AccessGrant.ended_at.is_(None))).all()
        assert grants == []
        assert list(audit.verify(session)) == []


def test_things_bagged_and_given_back_at_once_end_the_rental_once(sessions):
    rental_id = late_rental(sessions, staff=2)
    step(sessions, clear_outs.propose, rental_id, 0, reason="late", bag_label="B")
    step(sessions, clear_outs.witness, rental_id, 1, bag_label="B")
    with sessions.begin() as session:
        sense(session, "01", "door_open", "door_closed", now=DUE)

    bag = partial(step, sessions, clear_outs.bag, rental_id, unsettled_locks=frozenset)
    results = at_once([partial(bag, 0), partial(bag, 1), partial(end, sessions, 0)])

    assert sum(result in {"BAGGED", "ended"} for result in results) == 1
    assert set(results) <= {"BAGGED", "ended", "clear_out_moved_on", "rental_ended", "nothing to end"}
    assert_whole(sessions)


def test_a_lock_in_quarantine_goes_to_nobody_however_many_ask(sessions):
    furnish(sessions, sizes="M", people_=8)

    def rent_with(number):
        with sessions.begin() as session:
            unsettled = frozenset({lock_of(session, "01")})
            return service.rent(
                session,
                member=member(session, number),
                now=NOON,
                until=NOON + timedelta(days=1),
                max_days=7,
                unsettled_locks=lambda: unsettled,
            ).id

    assert set(at_once([partial(rent_with, number) for number in range(8)])) == {"no_compartment_free"}


def test_many_hands_write_one_unbroken_trail(sessions, database_url):
    results = in_processes(append_some, database_url, processes=2, threads=9)

    assert results == ["written"] * 18
    with sessions.read() as session:
        assert audit.head(session).seq == 18 * 5
        assert list(audit.verify(session)) == []


def append_some(sessions, number):
    """Five entries, each in a transaction of its own."""
    for index in range(5):
        with sessions.begin() as session:
            audit.append(session, actor=f"device:{number}", act="opened", thing=str(index), now=NOON)
    return "written"


def test_the_same_key_at_once_acts_once_and_answers_everybody_alike(sessions):
    furnish(sessions, sizes="M" * 8, people_=1)
    print_ = idempotency.fingerprint(method="POST", path="/api/v1/rentals", body=b"{}")

    def post():
        with sessions.begin() as session:
            wang = member(session, 0)
            if known := idempotency.recall(session, member_id=wang.id, key="k1", fingerprint=print_):
                return known.body["id"]
            rental = service.rent(
                session,
                member=wang,
                now=NOON,
                until=NOON + timedelta(days=1),
                max_days=7,
                unsettled_locks=frozenset,
            )
            idempotency.keep(
                session,
                member_id=wang.id,
                key="k1",
                fingerprint=print_,
                status=201,
                body={"id": rental.id},
                now=NOON,
            )
            return rental.id

    results = at_once([post] * 12)

    assert len(set(results)) == 1
    assert_whole(sessions)


def test_wrong_passwords_from_many_places_are_all_counted(sessions):
    def miss():
        with sessions.begin() as session:
            members.note_wrong_password(session, member_no="10001", now=NOON)

    at_once([miss] * 7)

    with sessions.read() as session:
        assert people.wait_before_sign_in_s(session, member_no="10001", now=NOON) == 32.0  # after exactly seven


def test_a_member_number_goes_to_one(sessions):
    def join():
        with sessions.begin() as session:
            return a_member(session, "10001").id

    assert at_once([join] * 8).count("member_no_taken") == 7


def test_signing_in_and_being_disabled_at_once_leaves_no_session_that_counts(sessions):
    furnish(sessions, sizes="M", people_=1)

    def sign_in():
        with sessions.begin() as session:
            return members.begin_session(session, member=member(session, 0), now=NOON)

    def disable():
        with sessions.begin() as session:
            members.disable_member(session, member=member(session, 0), actor="s001", now=NOON)

    tokens = at_once([sign_in, sign_in, disable, sign_in, sign_in])

    with sessions.read() as session:
        for token in filter(None, tokens):
            assert people.signed_in(session, token=token, now=NOON) is None


def test_fifty_writers_and_fifty_readers_get_along(sessions):
    furnish(sessions, sizes="M", people_=1)

    def write():
        with sessions.begin() as session:
            announce(session, "door", lock_id="l1", level=DoorLevel.SHUT)
            audit.append(session, actor="gateway", act="noted", thing="x", now=NOON)

    def read():
        with sessions.read() as session:
            seqs = session.scalars(select(AuditEntry.seq).order_by(AuditEntry.seq)).all()
            assert list(seqs) == list(range(1, len(seqs) + 1))
            assert audit.head(session).seq == len(seqs)  # still the same moment

    at_once([write, read] * CLIENTS)
    assert_whole(sessions)

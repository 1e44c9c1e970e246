"""Staff at a door in the very moment in which its holder, or a colleague, does something there too."""

from functools import partial

from sqlalchemy import select

from gateway.access import queries as access
from gateway.counts import service as counts
from gateway.counts.model import Seen
from gateway.kit import audit
from gateway.kit.audit import AuditEntry
from gateway.lockers import moves as lockers_moves
from gateway.lockers import service as lockers_service
from gateway.lockers.history import ASKED_BY_STAFF
from gateway.lockers.model import Condition, Rental
from gateway.members import queries as people
from gateway.members.model import Role
from gateway.notices.model import Notice
from gateway.staff import openings, releases
from gateway.unlocking import queries as unlocking
from gateway.unlocking import service as unlocking_service
from gateway.unlocking.model import Unlock, UnlockState
from tests.centre_builder import NOON, HandClock, a_member, compartment_labelled, lock_of, rental_of, sense
from tests.databases.test_races import assert_whole, furnish, member, rent
from tests.race import at_once

ROUNDS = 6


def furnish_with_staff(sessions):
    """One compartment, members 10000 and 10001, and s0, s1 …"""
    furnish(sessions, sizes="M", people_=2)
    with sessions.begin() as session:
        for number in range(4):
            a_member(session, f"s{number}", role=Role.DESK)


def open_as_staff(sessions, number):
    with sessions.begin() as session:
        staff = people.member_by_no(session, member_no=f"s{number}")
        openings.open_door(
            session,
            lock_id=lock_of(session, "01"),
            staff=staff,
            reason="smoke",
            clock=HandClock(),
            signed_in_at=NOON,
        )
        return "asked"


def press(sessions):
    """The holder's own."""
    with sessions.begin() as session:
        unlocking_service.request_unlock(
            session, member=member(session, 0), lock_id=lock_of(session, "01"), clock=HandClock()
        )
        return "pressed"


def give_back(sessions):
    with sessions.begin() as session:
        rental = rental_of(session, member(session, 0).id)
        if rental is None:
            return "rental_ended"
        lockers_service.end_rental(
            session, rental=rental, unsettled_locks=lambda: unlocking.unsettled_locks(session), now=NOON
        )
        return "ended"


def settle_all(sessions):
    with sessions.begin() as session:
        for unlock in unlocking.unsettled(session):
            unlocking_service.move(session, unlock, UnlockState.EXPIRED, now=NOON)


def told(session):
    return session.scalars(select(Notice.kind).where(Notice.over_at.is_(None))).all()


def test_of_many_staff_who_open_at_once_one_does_and_the_holder_is_told_once(sessions):
    furnish_with_staff(sessions)
    rent(sessions, 0)

    results = at_once([partial(open_as_staff, sessions, number) for number in range(4)])

    assert sorted(results) == ["asked", *["unlock_under_way"] * 3]
    with sessions.read() as session:
        assert told(session) == ["opened_by_staff"]
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.act == ASKED_BY_STAFF)).all()) == 1
        assert len(session.scalars(select(Unlock)).all()) == 1


def test_staff_and_the_holder_at_once_open_it_once(sessions):
    furnish_with_staff(sessions)
    rent(sessions, 0)

    results = at_once([partial(open_as_staff, sessions, 0), partial(press, sessions)])

    assert sorted(results) in (["asked", "unlock_under_way"], ["pressed", "unlock_under_way"])


def test_opened_by_staff_and_given_back_at_once_either_staff_are_first_or_the_end_is(sessions):
    furnish_with_staff(sessions)
    for _ in range(ROUNDS):
        rent(sessions, 0)

        opened, ended = at_once([partial(open_as_staff, sessions, 0), partial(give_back, sessions)])

        with sessions.read() as session:
            told_of = told(session).count("opened_by_staff")
            still_rented = session.scalars(select(Rental).where(Rental.ended_at.is_(None))).first() is not None
        assert opened == "asked"
        # Either the member kept it and was told, or they had left and staff opened what was nobody's any more.
        assert (ended, told_of, still_rented) in [("unlock_under_way", 1, True), ("ended", 0, False)]
        settle_all(sessions)
        if ended != "ended":
            give_back(sessions)
        forget_notices(sessions)
    assert_whole(sessions)


def forget_notices(sessions):
    with sessions.begin() as session:
        for notice in session.scalars(select(Notice)):
            session.delete(notice)


def test_opened_by_staff_and_rented_at_once_goes_to_nobody_unseen(sessions):
    furnish_with_staff(sessions)
    for _ in range(ROUNDS):

        def rent_as_it_is_settled():
            with sessions.begin() as session:
                return lockers_service.rent(
                    session,
                    member=member(session, 0),
                    now=NOON,
                    until=NOON.replace(year=2027),
                    max_days=700,
                    unsettled_locks=lambda: unlocking.unsettled_locks(session),
                ).id

        opened, rented = at_once([partial(open_as_staff, sessions, 0), rent_as_it_is_settled])

        with sessions.read() as session:
            told_of = told(session).count("opened_by_staff")
        assert opened == "asked"
        # Either it was nobody's when staff asked, and nobody got it then; or its new holder was told.
        assert told_of == (0 if rented == "no_compartment_free" else 1)
        settle_all(sessions)
        if rented != "no_compartment_free":
            give_back(sessions)
        forget_notices(sessions)


def test_whatever_came_first_the_trail_is_whole_and_nobody_of_staff_may_open_afterwards(sessions):
    furnish_with_staff(sessions)
    rent(sessions, 0)
    at_once([partial(open_as_staff, sessions, 0), partial(open_as_staff, sessions, 1), partial(give_back, sessions)])

    with sessions.read() as session:
        assert list(audit.verify(session)) == []
        for number in range(2):
            staff = people.member_by_no(session, member_no=f"s{number}")
            later = NOON.replace(hour=5)
            assert not access.may_open(session, member_id=staff.id, lock_id=lock_of(session, "01"), now=later)


def look_inside(sessions):
    """Member 10000's rental, whose door staff s0 have opened and shut."""
    rent(sessions, 0)
    open_as_staff(sessions, 0)
    with sessions.begin() as session:
        [unlock] = unlocking.unsettled(session)
        for state in (UnlockState.AUTHORISED, UnlockState.SIGNED):
            unlocking_service.move(session, unlock, state, now=NOON)
        sense(session, "01", "door_open", "door_closed", now=NOON, cmd_id=unlock.id)
        return rental_of(session, member(session, 0).id).id


def release(sessions, rental_id, number):
    with sessions.begin() as session:
        releases.release(
            session,
            rental_id=rental_id,
            staff=people.member_by_no(session, member_no=f"s{number}"),
            reason="moved away",
            unsettled_locks=lambda: unlocking.unsettled_locks(session),
            now=NOON,
        )
        return "released"


def test_released_by_several_and_given_back_at_once_it_ends_once(sessions):
    furnish_with_staff(sessions)
    for _ in range(ROUNDS):
        rental_id = look_inside(sessions)

        results = at_once([*[partial(release, sessions, rental_id, n) for n in range(3)], partial(give_back, sessions)])

        assert sorted(results) in (["released", *["rental_ended"] * 3], ["ended", *["rental_ended"] * 3])
        with sessions.read() as session:
            assert told(session).count("released_by_staff") == results.count("released")
        forget_notices(sessions)
    assert_whole(sessions)


def test_released_and_opened_by_its_holder_at_once_exactly_one_of_them_has_it(sessions):
    furnish_with_staff(sessions)
    for _ in range(ROUNDS):
        rental_id = look_inside(sessions)

        released, _ = at_once([partial(release, sessions, rental_id, 0), partial(press, sessions)])

        with sessions.begin() as session:
            waiting = unlocking.unsettled(session)
            opened = [unlock for unlock in waiting if unlocking_service.authorise(session, unlock, clock=HandClock())]
        assert (released == "released") is not bool(opened), (released, opened)
        settle_all(sessions)
        if opened:
            give_back(sessions)
    assert_whole(sessions)


def test_things_found_and_rented_at_once_it_goes_to_somebody_or_is_kept_back_and_never_both(sessions):
    furnish_with_staff(sessions)
    for _ in range(ROUNDS):

        def keep_back():
            with sessions.begin() as session:
                box = compartment_labelled(session, "01")
                staff = people.member_by_no(session, member_no="s0")
                facts = {"seen": Seen.THINGS, "note": "a bag", "keep": True, "now": NOON}
                counts.note_sighting(session, compartment_id=box.id, staff=staff, **facts)
                return "kept"

        kept, _ = at_once([keep_back, partial(rent, sessions, 0)])

        with sessions.begin() as session:
            box = compartment_labelled(session, "01")
            is_rented = rental_of(session, member(session, 0).id) is not None
            assert (kept, is_rented) in [("kept", False), ("nothing_to_keep", True)]
            assert (box.condition is Condition.INSPECTION) is not is_rented
            lockers_moves.set_condition(session, box, Condition.READY, "seen to", NOON)
        if is_rented:
            give_back(sessions)
    assert_whole(sessions)

"""Staff open a door that others hold: with a reason, once, at once, and never in silence; on both databases."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.access import queries as access
from gateway.access.model import AccessGrant, GrantSource
from gateway.bookings import service as bookings
from gateway.fleet.model import DoorLevel, Lock, Presence
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound, Refused
from gateway.lockers import history
from gateway.members.model import Role
from gateway.notices import queries as notices
from gateway.spaces.rules import Span
from gateway.staff import openings, queries, rules
from gateway.staff.rules import OPENING_WINDOW, POWERS, Power
from gateway.unlocking import queries as unlocking_queries
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import UnlockState
from gateway.unlocking.rules import Verdict
from tests.centre_builder import (
    NOON,
    a_bank,
    a_device,
    a_member,
    a_space,
    lock_of,
    sense,
    set_door,
    set_presence,
)
from tests.gateway.bookings.conftest import POLICY
from tests.gateway.lockers.test_rentals import end, rent

MOMENT = timedelta(microseconds=1)
WHY = "heard a phone ringing inside"
MATRIX = {
    Power.OPEN: {Role.DESK, Role.TECHNICIAN, Role.MANAGER},
    Power.OPEN_HELD: {Role.DESK, Role.MANAGER},
    Power.RELEASE: {Role.DESK, Role.MANAGER},
    Power.COUNT: {Role.DESK, Role.TECHNICIAN, Role.MANAGER},
}


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="M")
        yield session


@pytest.fixture
def zhao(session):
    return a_member(session, "s002", role=Role.DESK, name="赵敏")


def ask(session, staff, clock, *, lock_id=None, reason=WHY):
    return openings.open_door(
        session,
        lock_id=lock_id or lock_of(session, "01"),
        staff=staff,
        reason=reason,
        clock=clock,
        signed_in_at=clock.now(),
    )


def bring_to_its_end(session, unlock):
    """As gateway and bank do: it was sensed open, and shut again."""
    for state in (UnlockState.AUTHORISED, UnlockState.SIGNED):
        unlocking.move(session, unlock, state, now=NOON)
    sense(session, "01", "door_open", "door_closed", now=NOON, cmd_id=unlock.id)


def may_open(session, member, *, now=NOON):
    return access.may_open(session, member_id=member.id, lock_id=lock_of(session, "01"), now=now)


def told(session, member):
    return [notice.kind for notice in notices.notices_for(session, member_id=member.id, limit=50)]


@pytest.mark.parametrize("power", Power)
@pytest.mark.parametrize("role", Role)
def test_the_role_matrix_says_who_may_do_what_and_has_a_row_for_everything(power, role):
    assert POWERS.keys() == set(Power) == MATRIX.keys()
    assert rules.may(role, power) is (role in MATRIX[power])


def test_a_rented_compartment_is_opened_and_stays_rented(session, wang, zhao, clock):
    rental = rent(session, wang)

    unlock = ask(session, zhao, clock)
    bring_to_its_end(session, unlock)

    assert (unlock.state, unlock.member_id) == (UnlockState.OPENED, zhao.id)
    assert rental.ended_at is None
    assert may_open(session, wang)


def test_the_gateway_judges_it_like_every_other_and_signs(session, wang, zhao, clock):
    rent(session, wang)
    unlock = ask(session, zhao, clock)

    assert unlocking.authorise(session, unlock, clock=clock)
    assert unlocking.sign(session, unlock, nonce="n", clock=clock)


def test_the_holder_is_told_at_once_that_staff_asked_when_and_why(session, wang, zhao, clock):
    rental = rent(session, wang)

    ask(session, zhao, clock)

    (notice,) = notices.notices_for(session, member_id=wang.id, limit=50)
    assert (notice.kind, notice.about, notice.left_at) == ("opened_by_staff", rental.id, NOON)
    facts = json.loads(notice.facts)
    assert (facts["reason"], facts["asked_at"], facts["label"]) == (WHY, NOON.isoformat(), "01")
    assert told(session, zhao) == []


def test_the_reason_is_in_the_trail_with_who_asked_for_which_unlock(session, wang, zhao, clock):
    rental = rent(session, wang)

    unlock = ask(session, zhao, clock)

    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == history.ASKED_BY_STAFF)).one()
    assert (entry.actor, entry.thing) == (zhao.audit_id, lock_of(session, "01"))
    assert json.loads(entry.detail) == {
        "reason": WHY,
        "unlock": unlock.id,
        "rental": rental.id,
        "held": True,
        "bookings": [],
    }


def test_the_holder_finds_the_asking_and_the_opening_in_their_history_each_with_the_reason(session, wang, zhao, clock):
    rent(session, wang)
    bring_to_its_end(session, ask(session, zhao, clock))
    bring_to_its_end(session, ask(session, zhao, clock, reason="forgot the key"))

    found = history.history_of(session, member_id=wang.id, limit=50)

    assert [(one.entry.act, one.by.name, one.reason) for one in found[:4]] == [
        ("door_opened", "赵敏", "forgot the key"),
        ("asked_by_staff", "赵敏", "forgot the key"),
        ("door_opened", "赵敏", WHY),
        ("asked_by_staff", "赵敏", WHY),
    ]


def test_the_next_holder_reads_nothing_of_it(session, wang, zhao, clock):
    rental = rent(session, wang)
    bring_to_its_end(session, ask(session, zhao, clock))
    end(session, rental)
    li = a_member(session, "10002")
    rent(session, li)

    assert [one.entry.act for one in history.history_of(session, member_id=li.id, limit=50)] == ["rented"]
    assert told(session, li) == []


def test_what_nobody_holds_is_opened_too_and_nobody_is_told(session, wang, clock):
    technician = a_member(session, "s003", role=Role.TECHNICIAN)

    assert ask(session, technician, clock).state is UnlockState.REQUESTED
    assert told(session, wang) == []


@pytest.mark.parametrize("role", [Role.MEMBER, Role.TECHNICIAN])
def test_whoever_answers_to_no_holder_opens_nothing_that_is_held(session, wang, clock, role):
    rent(session, wang)
    someone = a_member(session, "x", role=role)

    with pytest.raises(Refused, match="not_allowed"):
        ask(session, someone, clock)
    assert told(session, wang) == []
    assert session.scalars(select(AccessGrant).where(AccessGrant.source == GrantSource.STAFF)).all() == []


def test_a_member_opens_not_even_what_nobody_holds(session, wang, clock):
    with pytest.raises(Refused, match="not_allowed"):
        ask(session, wang, clock)


def test_it_opens_once(session, wang, zhao, clock):
    rent(session, wang)
    bring_to_its_end(session, ask(session, zhao, clock))

    with pytest.raises(NotFound):
        unlocking.request_unlock(session, member=zhao, lock_id=lock_of(session, "01"), clock=clock)


def test_it_opens_in_the_moment_or_never(session, wang, zhao, clock):
    rent(session, wang)
    unlock = ask(session, zhao, clock)
    unlocking.settle(session, unlock, Verdict(UnlockState.EXPIRED), now=NOON)

    assert may_open(session, zhao, now=NOON + OPENING_WINDOW - MOMENT)
    assert not may_open(session, zhao, now=NOON + OPENING_WINDOW)
    assert not may_open(session, zhao, now=NOON - OPENING_WINDOW - MOMENT)  # a clock set back revives nothing


def test_every_opening_needs_a_reason_of_its_own(session, wang, zhao, clock):
    rent(session, wang)
    unlock = ask(session, zhao, clock)
    for state in (UnlockState.AUTHORISED, UnlockState.SIGNED, UnlockState.NOT_OPENED):
        unlocking.move(session, unlock, state, now=NOON)
    clock.advance(seconds=OPENING_WINDOW.total_seconds())

    with pytest.raises(NotFound):
        unlocking.request_unlock(session, member=zhao, lock_id=lock_of(session, "01"), clock=clock)
    assert ask(session, zhao, clock)


def test_while_another_opening_is_under_way_it_is_refused(session, wang, zhao, clock):
    rent(session, wang)
    unlocking.request_unlock(session, member=wang, lock_id=lock_of(session, "01"), clock=clock)

    with pytest.raises(Conflict, match="unlock_under_way"):
        ask(session, zhao, clock)


def test_while_staff_open_it_is_not_given_back(session, wang, zhao, clock):
    rental = rent(session, wang)
    ask(session, zhao, clock)

    with pytest.raises(Conflict, match="unlock_under_way"):
        end(session, rental, unsettled=unlocking_queries.unsettled_locks(session))


def test_what_cannot_be_reached_is_said_at_once(session, zhao, clock):
    set_presence(session, Presence.OFFLINE)

    with pytest.raises(Conflict, match="bank_offline"):
        ask(session, zhao, clock)


def test_a_lock_that_is_not_there_is_not_found(session, zhao, clock):
    with pytest.raises(NotFound):
        ask(session, zhao, clock, lock_id="f" * 32)


def test_whatever_its_door_says_it_is_asked_to_open(session, wang, zhao, clock):
    rent(session, wang)
    set_door(session, "01", DoorLevel.UNKNOWN)

    assert ask(session, zhao, clock)


@pytest.fixture
def room_lock(session):
    """The lock of a booked room's door."""
    a_device(session, "room-door", doors=1)
    lock_id = session.scalars(select(Lock.id).where(Lock.device_id == "room-door")).one()
    a_space(session, "room", lock_id=lock_id)
    return lock_id


def book(session, member, *, hours):
    span = Span(NOON + timedelta(hours=hours), NOON + timedelta(hours=hours + 1))
    return bookings.book(session, member=member, space_id="room", span=span, policy=POLICY, now=NOON)


def test_a_room_that_nobody_has_now_is_opened_by_anybody_who_works_here(session, room_lock, wang, clock):
    technician = a_member(session, "s003", role=Role.TECHNICIAN)
    book(session, wang, hours=2)

    assert ask(session, technician, clock, lock_id=room_lock)
    assert told(session, wang) == []


def test_whoever_has_the_room_now_is_told_and_keeps_it(session, room_lock, wang, zhao, clock):
    booking = book(session, wang, hours=0)

    ask(session, zhao, clock, lock_id=room_lock)

    (notice,) = notices.notices_for(session, member_id=wang.id, limit=50)
    assert (notice.kind, notice.about) == ("room_opened_by_staff", booking.id)
    assert json.loads(notice.facts)["reason"] == WHY
    assert access.may_open(session, member_id=wang.id, lock_id=room_lock, now=NOON)


def test_a_room_that_somebody_has_now_is_not_the_technicians_alone(session, room_lock, wang, clock):
    book(session, wang, hours=0)

    with pytest.raises(Refused, match="not_allowed"):
        ask(session, a_member(session, "s003", role=Role.TECHNICIAN), clock, lock_id=room_lock)


def test_staff_who_open_a_booked_room_check_nobody_in(session, room_lock, wang, zhao, clock):
    booking = book(session, wang, hours=0)
    unlock = ask(session, zhao, clock, lock_id=room_lock)

    bookings.note_opening(session, member_id=unlock.member_id, lock_id=room_lock, now=NOON)

    assert booking.checked_in_at is None


def test_every_door_is_listed_with_what_is_behind_it(session, room_lock):
    a_space(session, "corner", parent_id="room")
    a_device(session, "spare", doors=1)

    found = {(one.lock.device_id, one.lock.door): one for one in queries.locks(session)}

    assert list(found) == [("bank-a", 1), ("room-door", 1), ("spare", 1)]
    assert (found["bank-a", 1].compartment.label, found["bank-a", 1].bank.id) == ("01", "bank-a")
    assert [space.id for space in found["room-door", 1].spaces] == ["room"]
    assert (found["spare", 1].compartment, found["spare", 1].spaces) == (None, [])

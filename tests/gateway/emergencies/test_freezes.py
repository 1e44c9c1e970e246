"""Stopping every opening: one manager may, two must end it, and while it holds nothing is signed; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.emergencies import queries, service
from gateway.emergencies.model import Emergency, EmergencyState
from gateway.emergencies.rules import SECOND_WITHIN
from gateway.fleet.model import DoorLevel
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound, Refused
from gateway.members.model import Member, Role
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import UnlockState
from tests.centre_builder import NOON, HandClock, a_bank, a_member, lock_of, set_door

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, "bank-a", sizes="SM")
        a_bank(session, "bank-b", sizes="S")
        yield session


def freeze(session, manager, *, bank_id=None):
    return service.freeze(session, bank_id=bank_id, reason="things are missing", actor=manager, now=NOON)


def clear(session, frozen, actor, *, now=NOON):
    return service.clear(session, emergency_id=frozen.id, actor=actor, now=now)


def unlock_at(session, bank_id="bank-a", member_no="10001"):
    """A member's request for a lock that they may open."""
    member, lock_id = a_member(session, member_no), lock_of(session, "01", bank_id)
    access.give(session, lock_id=lock_id, member_id=member.id, source=GrantSource.RENTAL, source_id="r")
    return unlocking.request_unlock(session, member=member, lock_id=lock_id, clock=HandClock())


def acts(session):
    return [entry.act for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.seq))]


def test_while_it_holds_nobody_can_ask_for_a_door(session, manager):
    freeze(session, manager)

    with pytest.raises(Conflict, match="frozen"):
        unlock_at(session)


def test_what_was_asked_for_before_is_not_authorised(session, manager):
    unlock = unlock_at(session)
    freeze(session, manager)

    assert not unlocking.authorise(session, unlock, clock=HandClock())
    assert (unlock.state, unlock.code) == (UnlockState.REFUSED, "frozen")


def test_what_was_authorised_before_is_not_signed(session, manager):
    unlock = unlock_at(session)
    assert unlocking.authorise(session, unlock, clock=HandClock())
    freeze(session, manager)

    assert not unlocking.sign(session, unlock, nonce="0" * 32, clock=HandClock())
    assert (unlock.state, unlock.code, unlock.nonce) == (UnlockState.REFUSED, "frozen", None)


def test_a_frozen_bank_leaves_the_others_alone(session, manager):
    freeze(session, manager, bank_id="bank-a")

    assert unlock_at(session, "bank-b").state is UnlockState.REQUESTED
    with pytest.raises(Conflict, match="frozen"):
        unlock_at(session, "bank-a", "10002")


def test_a_bank_that_is_not_there_cannot_be_frozen(session, manager):
    with pytest.raises(NotFound):
        freeze(session, manager, bank_id="bank-z")


def test_one_place_is_frozen_once(session, manager):
    freeze(session, manager)
    freeze(session, manager, bank_id="bank-a")

    with pytest.raises(Conflict, match="already_frozen"):
        freeze(session, manager)


def test_one_person_cannot_clear_it(session, manager):
    frozen = freeze(session, manager)
    clear(session, frozen, manager)

    with pytest.raises(Refused, match="second_is_the_first"):
        clear(session, frozen, manager)
    assert queries.is_frozen(session, device_id="bank-a")


def test_two_persons_clear_it_and_doors_open_again(session, manager, desk):
    frozen = freeze(session, manager)
    clear(session, frozen, desk)
    assert queries.is_frozen(session, device_id="bank-a")

    cleared = clear(session, frozen, manager)

    assert (cleared.state, cleared.closed_at) == (EmergencyState.CLEARED, NOON)
    assert unlock_at(session).state is UnlockState.REQUESTED


def test_one_of_the_two_must_be_a_manager(session, manager, desk, technician):
    frozen = freeze(session, manager)
    clear(session, frozen, desk)

    with pytest.raises(Refused, match="needs_a_manager"):
        clear(session, frozen, technician)
    assert clear(session, frozen, manager).state is EmergencyState.CLEARED


def test_a_first_word_that_is_too_old_counts_no_more(session, manager, desk):
    frozen = freeze(session, manager)
    clear(session, frozen, desk, now=NOON)

    late = clear(session, frozen, manager, now=NOON + SECOND_WITHIN + MOMENT)

    assert (late.state, late.clear_first_id) == (EmergencyState.ACTIVE, manager.id)
    assert clear(session, frozen, desk, now=NOON + SECOND_WITHIN + MOMENT).state is EmergencyState.CLEARED


def test_the_word_of_somebody_who_is_no_longer_staff_counts_no_more(session, manager, desk):
    frozen = freeze(session, manager)
    clear(session, frozen, desk)
    session.execute(update(Member).where(Member.id == desk.id).values(role=Role.MEMBER))

    assert clear(session, frozen, manager).state is EmergencyState.ACTIVE


def test_what_is_over_is_over(session, manager, desk):
    frozen = freeze(session, manager)
    clear(session, frozen, desk)
    clear(session, frozen, manager)

    with pytest.raises(Conflict, match="emergency_over"):
        clear(session, frozen, desk)
    assert freeze(session, manager).id != frozen.id


def test_every_step_stands_in_the_trail_and_the_end_counts_the_doors(session, manager, desk):
    set_door(session, "01", DoorLevel.OPEN)
    set_door(session, "02", DoorLevel.UNKNOWN)
    frozen = freeze(session, manager)
    clear(session, frozen, desk)
    clear(session, frozen, manager)

    assert acts(session)[-3:] == ["freeze_begun", "freeze_clear_asked", "freeze_cleared"]
    newest = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert '"doors": {"open": 1, "shut": 1, "unknown": 1}' in newest.detail
    assert (newest.actor, newest.thing) == (manager.audit_id, "*")


def test_the_database_itself_refuses_an_end_by_one_alone(session, manager):
    frozen = freeze(session, manager)

    for values in (
        {"state": EmergencyState.CLEARED, "closed_at": NOON},
        {"state": EmergencyState.CLEARED, "closed_at": NOON, "clear_first_id": manager.id},
        {"clear_first_id": manager.id, "clear_second_id": manager.id},
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(Emergency).where(Emergency.id == frozen.id).values(**values))

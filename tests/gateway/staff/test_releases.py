"""Staff end a rental: only of what they have looked into, and never in silence; on both databases."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gateway.access import queries as access
from gateway.fleet.model import DoorLevel, Presence
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, HearthError, NotFound
from gateway.lockers import assignments, history, holds, service
from gateway.lockers.model import Bank, CareAfter, Condition, Mode
from gateway.lockers.rules import LOOK_WINDOW
from gateway.members.model import Role
from gateway.notices import queries as notices
from gateway.staff import openings, releases
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import Unlock, UnlockState
from tests.centre_builder import (
    NOON,
    HandClock,
    a_bank,
    a_member,
    compartment_labelled,
    lock_of,
    open_and_shut,
    sense,
    set_door,
    set_presence,
)
from tests.gateway.lockers.test_rentals import end, rent

MOMENT = timedelta(microseconds=1)
WHY = "left the centre in spring"


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="M")
        yield session


@pytest.fixture
def zhao(session):
    return a_member(session, "s002", role=Role.DESK, name="赵敏")


@pytest.fixture
def rental(session, wang):
    return rent(session, wang)


def ask(session, staff, *, now=NOON):
    """Staff ask for the door, and the gateway lets go of it again."""
    return openings.open_door(
        session,
        lock_id=lock_of(session, "01"),
        staff=staff,
        reason="nobody answers",
        clock=HandClock(now),
        signed_in_at=now,
    )


def settle(session, unlock, *kinds, now=NOON):
    for state in (UnlockState.AUTHORISED, UnlockState.SIGNED):
        unlocking.move(session, unlock, state, now=now)
    sense(session, "01", *kinds, now=now, cmd_id=unlock.id)


@pytest.fixture
def looked(session, rental, zhao):
    """Staff have opened it, and shut it again."""
    settle(session, ask(session, zhao), "door_open", "door_closed")


def release(session, rental, staff, *, now=NOON, unsettled=(), **more):
    return releases.release(
        session,
        rental_id=rental.id,
        staff=staff,
        reason=WHY,
        unsettled_locks=lambda: frozenset(unsettled),
        now=now,
        **more,
    )


def box(session):
    return compartment_labelled(session, "01")


def test_what_staff_have_looked_into_is_released_and_nobody_opens_it_any_more(session, rental, wang, zhao, looked):
    ended = release(session, rental, zhao)

    assert ended.ended_at == NOON
    for member in (wang, zhao):
        assert not access.may_open(session, member_id=member.id, lock_id=lock_of(session, "01"), now=NOON)
    assert box(session).condition is Condition.READY


def test_the_member_is_told_when_and_why(session, rental, wang, zhao, looked):
    release(session, rental, zhao)

    (notice,) = notices.notices_for(session, member_id=wang.id, limit=50)  # that it is still theirs is no longer so
    facts = json.loads(notice.facts)
    assert (notice.kind, notice.about) == ("released_by_staff", rental.id)
    assert (facts["reason"], facts["released_at"], facts["label"]) == (WHY, NOON.isoformat(), "01")


def test_reason_and_by_whose_sense_are_in_the_trail_and_in_the_members_history(session, rental, wang, zhao, looked):
    release(session, rental, zhao)

    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "rental_ended")).one()
    detail = json.loads(entry.detail)
    assert (entry.actor, detail["reason"], detail["seen_shut"]) == (zhao.audit_id, WHY, "by_contact")
    newest = history.history_of(session, member_id=wang.id, limit=1)[0]
    assert (newest.entry.act, newest.by.name, newest.reason) == ("rental_ended", "赵敏", WHY)


def test_the_bank_has_its_compartment_cleaned_as_after_every_holder(session, rental, zhao, looked):
    service.set_terms(
        session, bank=session.get_one(Bank, "bank-a"), care_after=CareAfter.CLEANING, actor="s001", now=NOON
    )

    release(session, rental, zhao)

    assert box(session).condition is Condition.CLEANING


def test_unseen_nothing_is_released(session, rental, zhao):
    with pytest.raises(Conflict, match="not_looked_inside"):
        release(session, rental, zhao)
    assert rental.ended_at is None


def test_asking_is_not_looking(session, rental, zhao):
    unlock = ask(session, zhao)
    for state in (UnlockState.AUTHORISED, UnlockState.SIGNED, UnlockState.NOT_OPENED):
        unlocking.move(session, unlock, state, now=NOON)

    with pytest.raises(Conflict, match="not_looked_inside"):
        release(session, rental, zhao)


def test_what_was_opened_before_staff_asked_is_not_what_they_looked_into(session, rental, wang, zhao):
    open_and_shut(session, wang, "01", now=NOON)
    ask(session, zhao, now=NOON + MOMENT)

    with pytest.raises(Conflict, match="not_looked_inside"):
        release(session, rental, zhao, now=NOON + MOMENT)


def test_what_the_holder_opened_is_not_what_staff_looked_into(session, rental, wang, zhao):
    open_and_shut(session, wang, "01", now=NOON)

    with pytest.raises(Conflict, match="not_looked_inside"):
        release(session, rental, zhao)


def test_a_door_that_stood_open_counts_once_it_is_shut(session, rental, zhao):
    sense(session, "01", "door_open", now=NOON - timedelta(days=1))
    unlock = ask(session, zhao)
    settle(session, unlock, "intent", "done")
    with pytest.raises(Conflict, match="door_open"):
        release(session, rental, zhao)

    sense(session, "01", "door_closed", now=NOON)

    assert release(session, rental, zhao).ended_at == NOON


def test_where_the_strike_is_dead_the_mechanical_key_will_do(session, rental, zhao):
    unlock = ask(session, zhao)
    for state in (UnlockState.AUTHORISED, UnlockState.SIGNED, UnlockState.NOT_OPENED):
        unlocking.move(session, unlock, state, now=NOON)
    sense(session, "01", "forced", "door_closed", now=NOON)

    assert release(session, rental, zhao).ended_at == NOON


def test_what_they_saw_is_forgotten_after_half_an_hour(session, rental, zhao, looked):
    with pytest.raises(Conflict, match="not_looked_inside"):
        release(session, rental, zhao, now=NOON + LOOK_WINDOW)
    assert release(session, rental, zhao, now=NOON + LOOK_WINDOW - MOMENT)


def test_what_staff_saw_of_the_last_holder_says_nothing_of_the_next(session, rental, zhao, looked):
    end(session, rental)
    next_one = rent(session, a_member(session, "10002"))

    with pytest.raises(Conflict, match="not_looked_inside"):
        release(session, next_one, zhao)


def test_the_colleague_who_stands_beside_them_may_release_it(session, rental, looked):
    assert release(session, rental, a_member(session, "s001", role=Role.MANAGER)).ended_at == NOON


@pytest.mark.parametrize(("level", "code"), [(DoorLevel.OPEN, "door_open"), (DoorLevel.UNKNOWN, "door_unknown")])
def test_only_behind_a_door_known_to_be_shut(session, rental, zhao, looked, level, code):
    set_door(session, "01", level)

    with pytest.raises(Conflict, match=code):
        release(session, rental, zhao)
    assert rental.ended_at is None


def test_not_while_a_command_may_yet_open_the_door(session, rental, zhao, looked):
    with pytest.raises(Conflict, match="unlock_under_way"):
        release(session, rental, zhao, unsettled=[lock_of(session, "01")])


def test_what_the_holder_asks_for_while_it_is_being_released_comes_first(sessions, session, rental, zhao, looked):
    answers = iter([frozenset(), frozenset({lock_of(session, "01")})])

    with pytest.raises(Conflict, match="unlock_under_way"):
        releases.release(
            session,
            rental_id=rental.id,
            staff=zhao,
            reason=WHY,
            unsettled_locks=lambda: next(answers),
            now=NOON,
        )


def test_where_the_contact_tells_nothing_the_eyes_of_staff_count_and_it_is_inspected(session, rental, wang, zhao):
    set_door(session, "01", DoorLevel.UNKNOWN)

    release(session, rental, zhao, seen_shut_and_empty=True)

    assert rental.ended_at == NOON
    assert (box(session).condition, box(session).condition_reason) == (Condition.INSPECTION, "door_unknown")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "rental_ended")).one()
    assert json.loads(entry.detail)["seen_shut"] == "by_eye"
    set_door(session, "01", DoorLevel.SHUT)
    with pytest.raises(Conflict, match="no_compartment_free"):
        rent(session, wang)


def test_a_bank_that_is_gone_traps_nobodys_compartment(session, rental, zhao):
    set_presence(session, Presence.OFFLINE)

    assert release(session, rental, zhao, seen_shut_and_empty=True).ended_at == NOON


def test_what_was_taken_out_of_service_meanwhile_stays_so(session, rental, zhao):
    set_door(session, "01", DoorLevel.UNKNOWN)
    service.set_condition(
        session,
        compartment_id=box(session).id,
        condition=Condition.OUT_OF_SERVICE,
        reason="contact torn off",
        actor="s003",
        now=NOON,
    )

    release(session, rental, zhao, seen_shut_and_empty=True)

    assert (box(session).condition, box(session).condition_reason) == (Condition.OUT_OF_SERVICE, "contact torn off")


@pytest.mark.parametrize(("level", "code"), [(DoorLevel.OPEN, "door_open"), (DoorLevel.SHUT, "not_looked_inside")])
def test_eyes_do_not_count_where_the_contact_tells(session, rental, zhao, level, code):
    set_door(session, "01", level)

    with pytest.raises(Conflict, match=code):
        release(session, rental, zhao, seen_shut_and_empty=True)


def test_eyes_do_not_count_while_a_command_may_yet_open_the_door(session, rental, zhao):
    set_door(session, "01", DoorLevel.UNKNOWN)

    with pytest.raises(Conflict, match="unlock_under_way"):
        release(session, rental, zhao, seen_shut_and_empty=True, unsettled=[lock_of(session, "01")])


def test_the_members_own_way_is_as_strict_as_ever(session, rental):
    set_door(session, "01", DoorLevel.UNKNOWN)

    with pytest.raises(Conflict, match="door_unknown"):
        end(session, rental)


def test_a_rental_ends_once_and_one_that_is_not_there_never(session, rental, zhao, looked):
    release(session, rental, zhao)

    with pytest.raises(Conflict, match="rental_ended"):
        release(session, rental, zhao)
    rental.id = "f" * 32
    session.expunge(rental)
    with pytest.raises(NotFound):
        release(session, rental, zhao)


def test_what_staff_keep_is_nobodys_rental(session, zhao):
    held = holds.hold(
        session,
        compartment_id=box(session).id,
        reason="lost property",
        until=None,
        staff=zhao,
        unsettled_locks=frozenset,
        now=NOON,
    )

    with pytest.raises(NotFound):
        release(session, held, zhao)


def test_everybody_to_whom_it_was_assigned_is_told_of_the_opening_and_the_end(session, wang, zhao):
    li = a_member(session, "10002")
    session.execute(update(Bank).values(mode=Mode.FIXED))
    shared = assignments.assign(
        session,
        compartment_id=box(session).id,
        member_nos=["10001", "10002"],
        until=None,
        note="choir",
        actor="s001",
        unsettled_locks=frozenset,
        now=NOON,
    )

    def told(member):
        return {notice.kind for notice in notices.notices_for(session, member_id=member.id, limit=50)}

    settle(session, ask(session, zhao), "door_open", "door_closed")
    assert all("opened_by_staff" in told(member) for member in (wang, li))
    release(session, shared, zhao)

    assert all(told(member) == {"released_by_staff"} for member in (wang, li))


def test_a_refused_release_leaves_no_trace(session, rental, wang, zhao):
    before = session.scalars(select(AuditEntry.seq)).all()

    with pytest.raises(HearthError):
        release(session, rental, zhao)

    assert session.scalars(select(AuditEntry.seq)).all() == before
    assert notices.notices_for(session, member_id=wang.id, limit=50) == []
    assert session.scalars(select(Unlock)).all() == []

"""A contact that is stuck at open traps nobody: the word of people counts, and somebody looks before the next holder.

On both databases.
"""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.access import queries as access
from gateway.alerts import service as alerts
from gateway.fleet.model import DoorLevel
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict
from gateway.lockers import clear_outs, holds, queries, rules, service
from gateway.lockers.model import Condition
from gateway.members.model import Role
from gateway.staff import openings, releases
from tests.centre_builder import (
    NOON,
    HandClock,
    a_member,
    compartment_labelled,
    lock_of,
    set_door,
)
from tests.gateway.lockers.test_late_rentals import AT
from tests.gateway.lockers.test_rentals import rent

MINUTE = timedelta(minutes=1)


@pytest.fixture
def zhao(session):
    return a_member(session, "s002", role=Role.DESK)


@pytest.fixture
def rental(session, wang):
    """Its contact has come off, and says open."""
    rental = rent(session, wang)
    set_door(session, "01", DoorLevel.OPEN)
    session.expire_all()
    return rental


@pytest.fixture
def suspect(session, rental):
    """Staff have been told that it is not to be believed."""
    alerts.raise_alert(session, kind="sensor_suspect", thing=lock_of(session, "01"), now=NOON, facts={}, links={})


def give_back(session, rental, *, seen_shut, unsettled=()):
    return service.end_rental(
        session, rental=rental, unsettled_locks=lambda: frozenset(unsettled), now=NOON, seen_shut=seen_shut
    )


def release(session, rental, staff, *, now=NOON):
    return releases.release(
        session,
        rental_id=rental.id,
        staff=staff,
        reason="the contact has come off",
        unsettled_locks=frozenset,
        now=now,
        seen_shut_and_empty=True,
    )


def box(session):
    session.expire_all()
    return compartment_labelled(session, "01")


def newest(session, act):
    (entry,) = session.scalars(select(AuditEntry).where(AuditEntry.act == act))
    return json.loads(entry.detail)


def test_the_holder_of_a_suspect_contact_is_told_what_to_do_and_their_word_gives_it_back(
    session, wang, rental, suspect
):
    with pytest.raises(Conflict, match="sensor_suspect"):
        give_back(session, rental, seen_shut=False)

    give_back(session, rental, seen_shut=True)

    assert not access.may_open(session, member_id=wang.id, lock_id=lock_of(session, "01"), now=NOON)
    assert newest(session, "rental_ended")["seen_shut"] == "by_holder"


@pytest.mark.parametrize("level", DoorLevel)
def test_what_was_given_back_by_word_goes_to_nobody_before_staff_have_looked(session, wang, rental, suspect, level):
    give_back(session, rental, seen_shut=True)
    set_door(session, "01", level)

    assert box(session).condition is Condition.INSPECTION
    with pytest.raises(Conflict, match="compartment_not_ready"):
        rent(session, wang, compartment_id=box(session).id)


def test_whoever_leaves_a_door_ajar_cannot_talk_it_shut(session, rental):
    """Nobody suspects its contact: the door is open."""
    with pytest.raises(Conflict, match="door_open"):
        give_back(session, rental, seen_shut=True)


def test_a_word_counts_for_nothing_while_nobody_sees_the_door_or_a_command_may_open_it(session, rental, suspect):
    with pytest.raises(Conflict, match="unlock_under_way"):
        give_back(session, rental, seen_shut=True, unsettled=[lock_of(session, "01")])
    set_door(session, "01", DoorLevel.UNKNOWN)
    session.expire_all()
    with pytest.raises(Conflict, match="door_unknown"):
        give_back(session, rental, seen_shut=True)


def test_staff_who_asked_for_the_door_release_it_by_what_they_see(session, rental, zhao):
    with pytest.raises(Conflict, match="door_open"):
        release(session, rental, zhao)
    openings.open_door(
        session,
        lock_id=lock_of(session, "01"),
        staff=zhao,
        reason="its holder is here",
        clock=HandClock(NOON),
        signed_in_at=NOON,
    )

    release(session, rental, zhao, now=NOON + MINUTE)

    assert box(session).condition is Condition.INSPECTION
    assert newest(session, "rental_ended")["seen_shut"] == "by_eye"


def test_staff_who_asked_for_it_long_ago_look_again(session, rental, zhao):
    openings.open_door(
        session,
        lock_id=lock_of(session, "01"),
        staff=zhao,
        reason="why",
        clock=HandClock(NOON),
        signed_in_at=NOON,
    )
    with pytest.raises(Conflict, match="door_open"):
        release(session, rental, zhao, now=NOON + rules.LOOK_WINDOW + MINUTE)


@pytest.mark.parametrize("level", [DoorLevel.OPEN, DoorLevel.UNKNOWN])
def test_what_staff_hold_behind_a_broken_contact_is_given_back_by_what_they_see(session, zhao, level):
    held = holds.hold(
        session,
        compartment_id=compartment_labelled(session, "01").id,
        reason="umbrellas",
        until=None,
        staff=zhao,
        unsettled_locks=frozenset,
        now=NOON,
    )
    set_door(session, "01", level)
    session.expire_all()

    def end(**seen):
        return holds.release(session, rental_id=held.id, staff=zhao, unsettled_locks=frozenset, now=NOON, **seen)

    with pytest.raises(Conflict, match=f"door_{level}"):
        end()
    end(seen_shut_and_empty=True)

    assert box(session).condition is Condition.INSPECTION
    assert newest(session, "hold_released")["seen_shut"] == "by_eye"


def test_two_witnesses_bag_what_lies_behind_a_contact_that_is_stuck_at_open(session, rental, zhao, suspect):
    now = AT["clear_out"]
    second = a_member(session, "s003", role=Role.DESK)
    clear_outs.propose(session, rental_id=rental.id, witness=zhao, reason="late", bag_label="B-1", now=now)
    clear_outs.witness(session, rental_id=rental.id, witness=second, bag_label="B-1", now=now)

    def bag(**seen):
        clear_outs.bag(session, rental_id=rental.id, witness=zhao, unsettled_locks=frozenset, now=now, **seen)

    with pytest.raises(Conflict, match="not_opened_yet"):
        bag()
    bag(seen_shut_and_empty=True)

    assert queries.compartment(session, rental.compartment_id).rental is None
    assert box(session).condition is Condition.INSPECTION

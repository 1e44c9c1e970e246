"""From one holder to the next: what keeps a claim, what frees it, and what stands in between; on both databases."""

import pytest
from sqlalchemy import update

from gateway.access import queries as access
from gateway.fleet.model import DoorLevel
from gateway.kit.errors import Conflict, NotFound
from gateway.lockers import queries, service
from gateway.lockers.model import Bank, CareAfter, Compartment, Condition
from tests.centre_builder import (
    NOON,
    compartment_labelled,
    lock_of,
    open_and_shut,
    rental_of,
    sense,
    set_door,
)
from tests.gateway.lockers.test_rentals import end, rent


def box(session):
    return compartment_labelled(session, "01")


def care(session, wanted):
    service.set_terms(session, bank=session.get_one(Bank, "bank-a"), care_after=wanted, actor="s001", now=NOON)


def set_condition(session, condition, reason="said so"):
    service.set_condition(
        session, compartment_id=box(session).id, condition=condition, reason=reason, actor="s002", now=NOON
    )


def test_opening_in_between_keeps_the_claim(session, wang, li):
    rental = rent(session, wang)

    for _ in range(3):
        open_and_shut(session, wang, "01", now=NOON)
        assert rental.ended_at is None
        assert access.may_open(session, member_id=wang.id, lock_id=lock_of(session, "01"), now=NOON)
        with pytest.raises(Conflict, match="no_compartment_free"):
            rent(session, li)


def test_it_is_given_back_only_once_the_door_was_sensed_shut(session, wang, li):
    rental = rent(session, wang)
    sense(session, "01", "door_open", now=NOON)
    with pytest.raises(Conflict, match="door_open"):
        end(session, rental)
    with pytest.raises(Conflict, match="no_compartment_free"):
        rent(session, li)

    sense(session, "01", "door_closed", now=NOON)
    end(session, rental)

    assert rent(session, li).compartment_id == rental.compartment_id


@pytest.mark.parametrize("wanted", [CareAfter.CLEANING, CareAfter.INSPECTION])
def test_between_two_holders_it_gets_the_care_its_bank_wants(session, wang, li, wanted):
    care(session, wanted)
    end(session, rent(session, wang))

    assert (box(session).condition, box(session).condition_reason) == (Condition(wanted), "rental_ended")
    with pytest.raises(Conflict, match="no_compartment_free"):
        rent(session, li)
    with pytest.raises(Conflict, match="compartment_not_ready"):
        rent(session, li, compartment_id=box(session).id)

    set_condition(session, Condition.READY)

    assert rent(session, li)


def test_where_the_bank_wants_none_the_next_holder_comes_at_once(session, wang, li):
    end(session, rent(session, wang))

    assert rent(session, li)


def test_what_staff_said_during_a_rental_stands_after_it(session, wang):
    care(session, CareAfter.CLEANING)
    rental = rent(session, wang)
    set_condition(session, Condition.OUT_OF_SERVICE, "hinge broken")

    end(session, rental)

    assert (box(session).condition, box(session).condition_reason) == (Condition.OUT_OF_SERVICE, "hinge broken")


@pytest.mark.parametrize("condition", [one for one in Condition if one is not Condition.READY])
def test_whoever_holds_it_gets_in_and_gives_it_back_whatever_its_condition(session, wang, condition):
    rental = rent(session, wang)
    set_condition(session, condition)

    assert access.may_open(session, member_id=wang.id, lock_id=lock_of(session, "01"), now=NOON)
    assert end(session, rental).ended_at == NOON


@pytest.mark.parametrize("condition", [one for one in Condition if one is not Condition.READY])
def test_what_is_not_ready_is_offered_to_nobody(session, condition):
    set_condition(session, condition)

    assert queries.free_compartments(session, "bank-a") == []
    assert sum(queries.bank(session, "bank-a").free.values()) == 0


def test_one_that_was_given_back_for_cleaning_in_that_very_moment_is_not_had(session, wang):
    """Another's transaction comes in after this one has chosen: the claim is looked at once more."""
    looks = []

    def quarantine():
        looks.append(1)
        if len(looks) == 2:
            session.execute(update(Compartment).values(condition=Condition.CLEANING))
        return frozenset()

    with pytest.raises(Conflict, match="no_compartment_free"):
        service.rent(session, member=wang, now=NOON, until=NOON.replace(day=23), max_days=7, unsettled_locks=quarantine)
    assert rental_of(session, wang.id) is None


def test_made_ready_it_still_waits_for_a_shut_door_and_a_settled_lock(session, wang):
    set_condition(session, Condition.CLEANING)
    set_condition(session, Condition.READY)

    set_door(session, "01", DoorLevel.OPEN)
    with pytest.raises(Conflict, match="door_open"):
        rent(session, wang, compartment_id=box(session).id)
    set_door(session, "01", DoorLevel.SHUT)
    with pytest.raises(Conflict, match="unlock_under_way"):
        rent(session, wang, compartment_id=box(session).id, unsettled=[lock_of(session, "01")])


def test_of_a_compartment_that_is_not_there_nothing_is_said(session):
    with pytest.raises(NotFound, match="compartment"):
        service.set_condition(
            session, compartment_id="f" * 32, condition=Condition.READY, reason="x", actor="s002", now=NOON
        )


def test_one_whose_last_holder_pressed_in_that_very_moment_is_not_had(session, wang):
    """Another's transaction comes in after this one has chosen: the quarantine is looked at once more."""
    looks = iter([frozenset(), frozenset({lock_of(session, "01")})])

    with pytest.raises(Conflict, match="no_compartment_free"):
        service.rent(
            session,
            member=wang,
            now=NOON,
            until=NOON.replace(day=23),
            max_days=7,
            unsettled_locks=lambda: next(looks),
        )
    assert rental_of(session, wang.id) is None

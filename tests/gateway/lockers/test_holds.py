"""What staff keep: offered to nobody, opened by staff, freed by nothing but their giving it back; on both databases."""

from datetime import timedelta

import pytest

from gateway.access import queries as access
from gateway.fleet.model import DoorLevel
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.lockers import holds, queries
from gateway.lockers.model import Stage, Use
from gateway.members.model import Role
from gateway.staff import openings, releases
from tests.centre_builder import NOON, HandClock, a_bank, a_member, compartment_labelled, lock_of, set_door
from tests.gateway.lockers.test_rentals import end, rent

DAY = timedelta(days=1)


def hold(session, staff, *, until=None, unsettled=()):
    return holds.hold(
        session,
        compartment_id=compartment_labelled(session, "01").id,
        reason="lost umbrella",
        until=until,
        staff=staff,
        unsettled_locks=lambda: frozenset(unsettled),
        now=NOON,
    )


def release(session, rental, staff, *, unsettled=()):
    return holds.release(
        session, rental_id=rental.id, staff=staff, unsettled_locks=lambda: frozenset(unsettled), now=NOON
    )


def test_what_staff_keep_is_offered_to_nobody_until_they_give_it_back(session, wang, desk):
    rental = hold(session, desk)

    assert queries.free_compartments(session, "bank-a") == []
    with pytest.raises(Conflict, match="no_compartment_free"):
        rent(session, wang)
    with pytest.raises(Conflict, match="compartment_taken"):
        rent(session, wang, compartment_id=rental.compartment_id)

    release(session, rental, desk)

    assert rent(session, wang)


def test_the_end_of_a_hold_frees_nothing(session, wang, desk):
    rental = hold(session, desk, until=NOON + DAY)

    with pytest.raises(Conflict, match="no_compartment_free"):
        rent(session, wang, now=NOON + 30 * DAY)
    assert queries.view(session, rental).stage(NOON + 30 * DAY) is Stage.RUNNING
    assert queries.not_told(session, now=NOON + 30 * DAY) == []
    assert [queries.rentals_at_stage(session, stage, now=NOON + 30 * DAY) for stage in Stage] == [[]] * len(Stage)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.MEMBER])
def test_any_of_staff_opens_what_is_kept_for_the_house(session, desk, role):
    hold(session, desk)
    colleague = a_member(session, "s009", role=role)

    opened = openings.open_door(
        session,
        lock_id=lock_of(session, "01"),
        staff=colleague,
        reason="umbrella",
        clock=HandClock(),
        signed_in_at=NOON,
    )

    assert opened.member_id == colleague.id
    assert not access.may_open(session, member_id=desk.id, lock_id=lock_of(session, "01"), now=NOON)


@pytest.mark.parametrize(("level", "code"), [(DoorLevel.OPEN, "door_open"), (DoorLevel.UNKNOWN, "door_unknown")])
def test_it_is_given_back_only_behind_a_door_known_to_be_shut(session, desk, level, code):
    rental = hold(session, desk)
    set_door(session, "01", level)

    with pytest.raises(Conflict, match=code):
        release(session, rental, desk)
    set_door(session, "01", DoorLevel.SHUT)
    with pytest.raises(Conflict, match="unlock_under_way"):
        release(session, rental, desk, unsettled=[lock_of(session, "01")])


def test_what_a_member_has_staff_cannot_keep(session, wang, desk):
    rental = rent(session, wang)

    with pytest.raises(Conflict, match="compartment_taken"):
        hold(session, desk)
    end(session, rental)
    assert hold(session, desk)


def test_what_may_yet_open_for_its_last_holder_staff_do_not_keep(session, desk):
    with pytest.raises(Conflict, match="unlock_under_way"):
        hold(session, desk, unsettled=[lock_of(session, "01")])


def test_an_end_in_the_past_is_none(session, desk):
    with pytest.raises(Malformed):
        hold(session, desk, until=NOON)


def test_whoever_keeps_one_for_the_house_rents_one_for_themselves(session, desk):
    a_bank(session, "bank-b", sizes="M")
    hold(session, desk)

    assert rent(session, desk)


def test_what_is_no_hold_or_is_over_is_not_given_back(session, wang, desk):
    over = hold(session, desk)
    release(session, over, desk)
    rented = rent(session, wang)

    with pytest.raises(Conflict, match="rental_ended"):
        release(session, over, desk)
    with pytest.raises(NotFound, match="hold"):
        release(session, rented, desk)


def test_staff_see_what_is_kept_and_why(session, desk):
    rental = hold(session, desk, until=NOON + DAY)

    (found,) = queries.in_use(session, Use.HELD)
    box = queries.compartment(session, rental.compartment_id)
    assert (found.rental, box.rental, rental.note, rental.until_at) == (rental, rental, "lost umbrella", NOON + DAY)
    assert queries.rentals_of(session, member_id=desk.id) == []


def test_what_is_kept_for_the_house_is_no_members_rental_to_be_released(session, desk):
    rental = hold(session, desk)

    with pytest.raises(NotFound, match="rental"):
        releases.release(session, rental_id=rental.id, staff=desk, reason="x", unsettled_locks=frozenset, now=NOON)

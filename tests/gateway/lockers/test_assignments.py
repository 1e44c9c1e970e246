"""What staff assign to one member or to several: whose it is, who opens it, how it ends; on both databases."""

from datetime import timedelta

import pytest

from gateway.access import queries as access
from gateway.fleet.model import Presence
from gateway.kiosks import queries as kiosks
from gateway.kit.errors import Conflict, Malformed, NotFound, Refused
from gateway.lockers import assignments, clear_outs, history, pins, queries, service, shares
from gateway.lockers.model import Bank, Condition, Mode, Stage, Use
from gateway.members import service as members
from gateway.members.model import Role
from gateway.staff import openings, releases
from tests.centre_builder import (
    NOON,
    HandClock,
    a_bank,
    a_member,
    compartment_labelled,
    lock_of,
    open_and_shut,
    rental_of,
    sense,
    set_presence,
)
from tests.gateway.lockers.test_late_rentals import the_clock_comes_by, told
from tests.gateway.lockers.test_rental_pins import MADE
from tests.gateway.lockers.test_rentals import end, rent

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SEASON = NOON + 90 * DAY


@pytest.fixture
def session(sessions):
    """bank-a is fixed, bank-b is not; members 10001 to 10003."""
    with sessions.begin() as session:
        a_bank(session, sizes="MM")
        a_bank(session, "bank-b", sizes="M")
        service.set_terms(session, bank=session.get_one(Bank, "bank-a"), actor="s001", now=NOON, mode=Mode.FIXED)
        yield session


@pytest.fixture
def zhao(session):
    return a_member(session, "10003")


def assign(session, *people, label="01", bank_id="bank-a", until=None, unsettled=(), now=NOON):
    return assignments.assign(
        session,
        compartment_id=compartment_labelled(session, label, bank_id).id,
        member_nos=[one.member_no for one in people],
        until=until,
        note="",
        actor="s002",
        unsettled_locks=lambda: frozenset(unsettled),
        now=now,
    )


def name(session, rental, *people):
    return assignments.name(
        session, rental_id=rental.id, member_nos=[one.member_no for one in people], actor="s002", now=NOON
    )


def withdraw(session, rental, *, unsettled=()):
    return assignments.withdraw(
        session, rental_id=rental.id, actor="s002", unsettled_locks=lambda: frozenset(unsettled), now=NOON
    )


def may_open(session, member, *, now=NOON, label="01"):
    return access.may_open(session, member_id=member.id, lock_id=lock_of(session, label), now=now)


def test_what_staff_assign_is_that_members_without_an_end_and_nobody_elses(session, wang, li):
    rental = assign(session, wang)

    assert (rental.until_at, rental.member_id) == (None, None)
    assert queries.people_of(session, rental) == [wang.id]
    assert queries.rentals_of(session, member_id=wang.id) == [rental]
    assert queries.locks_of(session, member_id=wang.id) == {lock_of(session, "01")}
    assert may_open(session, wang, now=NOON + 999 * DAY)
    assert not may_open(session, li)
    assert told(session, wang) == ["assigned_to_you"]
    with pytest.raises(NotFound):
        queries.rental_of(session, member_id=li.id, rental_id=rental.id)


def test_an_assignment_is_no_hindrance_to_renting_a_compartment_too(session, wang):
    assign(session, wang)

    rental = rent(session, wang)

    assert rental_of(session, wang.id) is rental
    assert len(queries.locks_of(session, member_id=wang.id)) == 2


def test_only_a_fixed_compartment_is_assigned(session, wang):
    with pytest.raises(Conflict, match="compartment_not_fixed"):
        assign(session, wang, bank_id="bank-b")


def test_what_is_somebodys_is_not_assigned_to_another(session, wang, li):
    assign(session, wang)

    with pytest.raises(Conflict, match="compartment_taken"):
        assign(session, li)


def test_what_may_yet_open_for_its_last_holder_is_not_assigned(session, wang):
    with pytest.raises(Conflict, match="unlock_under_way"):
        assign(session, wang, unsettled=[lock_of(session, "01")])


def test_staff_assign_while_the_bank_is_away(session, wang):
    set_presence(session, Presence.OFFLINE)

    assert assign(session, wang)


def test_nobody_is_assigned_what_nobody_has_heard_of(session, wang):
    gone = a_member(session, "10009")
    members.disable_member(session, member=gone, actor="s001", now=NOON)

    for people in ([gone], [wang, gone]):
        with pytest.raises(NotFound, match="member"):
            assign(session, *people)
    assert queries.rentals_of(session, member_id=wang.id) == []


def test_a_season_ends_as_every_rental_does_and_its_member_gets_in_at_every_stage(session, wang):
    rental = assign(session, wang, until=SEASON)

    stages = {}
    for after in (-DAY, -HOUR, timedelta(0), HOUR, HOUR + 7 * DAY):
        the_clock_comes_by(session, now=SEASON + after)
        stages[queries.view(session, rental).stage(SEASON + after)] = told(session, wang)[0]
        assert may_open(session, wang, now=SEASON + after)

    assert stages == {
        Stage.RUNNING: "assigned_to_you",
        Stage.ENDING: "rental_ending",
        Stage.GRACE: "rental_grace",
        Stage.OVERDUE: "rental_overdue",
        Stage.CLEAR_OUT: "rental_clear_out",
    }


def test_a_season_in_the_past_is_none(session, wang):
    with pytest.raises(Malformed):
        assign(session, wang, until=NOON)


def test_staff_give_it_another_end_or_none(session, wang):
    rental = assign(session, wang, until=SEASON)

    for until in (SEASON + 90 * DAY, None):
        changed = assignments.set_end(session, rental_id=rental.id, until=until, actor="s002", now=NOON)
        assert changed.until_at == until
    with pytest.raises(Malformed):
        assignments.set_end(session, rental_id=rental.id, until=NOON - DAY, actor="s002", now=NOON)


def test_its_member_neither_extends_nor_shares_it(session, wang, li):
    rental = assign(session, wang, until=SEASON)

    with pytest.raises(Conflict, match="assigned_by_staff"):
        service.extend(session, rental=rental, until=SEASON + DAY, now=NOON, max_days=999)
    with pytest.raises(Conflict, match="assigned_by_staff"):
        shares.share(
            session, rental_id=rental.id, holder=wang, with_member_no="10002", once=False, until=None, now=NOON
        )


def test_whose_alone_it_is_gives_it_back(session, wang, li):
    rental = assign(session, wang)

    end(session, rental)

    assert not may_open(session, wang)
    assert told(session, wang) == []
    assert queries.rentals_of(session, member_id=wang.id) == [rental]
    assert assign(session, li)


# A team's


def test_each_of_several_opens_it(session, wang, li, zhao):
    rental = assign(session, wang, li)

    assert [may_open(session, one) for one in (wang, li, zhao)] == [True, True, False]
    for one in (wang, li):
        assert queries.rental_of(session, member_id=one.id, rental_id=rental.id) is rental
        assert told(session, one) == ["assigned_to_you"]


def test_no_single_one_of_several_gives_it_back(session, wang, li):
    rental = assign(session, wang, li)

    with pytest.raises(Conflict, match="assigned_by_staff"):
        end(session, rental)

    name(session, rental, li)
    assert end(session, rental).ended_at == NOON


def test_who_is_taken_off_the_list_opens_it_no_more_and_hears_so_and_the_others_go_on(session, wang, li, zhao):
    rental = assign(session, wang, li)

    name(session, rental, li, zhao)

    assert [may_open(session, one) for one in (wang, li, zhao)] == [False, True, True]
    assert [told(session, one) for one in (wang, li, zhao)] == [
        ["assignment_withdrawn"],
        ["assigned_to_you"],
        ["assigned_to_you"],
    ]
    with pytest.raises(NotFound):
        queries.rental_of(session, member_id=wang.id, rental_id=rental.id)
    name(session, rental, li)
    end(session, rental, now=NOON + HOUR)
    assert queries.rentals_of(session, member_id=wang.id) == []


def test_naming_the_same_again_changes_nothing(session, wang, li):
    rental = assign(session, wang, li)

    name(session, rental, li, wang, li)

    assert set(queries.people_of(session, rental)) == {wang.id, li.id}
    assert (told(session, wang), told(session, li)) == (["assigned_to_you"], ["assigned_to_you"])


def test_all_of_them_see_who_opened_it_and_one_taken_off_sees_it_no_more(session, wang, li, zhao):
    rental = assign(session, wang, li)
    open_and_shut(session, wang, "01", now=NOON)

    def seen(member):
        return [(one.entry.act, one.by) for one in history.history_of(session, member_id=member.id, limit=9)]

    assert seen(wang) == seen(li)
    assert seen(li)[0] == ("door_opened", wang)
    assert seen(zhao) == []

    name(session, rental, li)

    assert seen(wang) == []
    assert [act for act, _ in seen(li)] == ["assignment_named", "door_opened", "assigned"]


def test_all_of_them_are_told_where_it_stands(session, wang, li):
    assign(session, wang, li, until=SEASON)

    the_clock_comes_by(session, now=SEASON)

    for one in (wang, li):
        assert told(session, one)[0] == "rental_grace"


def test_none_of_them_is_a_witness_to_clearing_it_out(session, wang):
    desk, boss = a_member(session, "s002", role=Role.DESK), a_member(session, "s001", role=Role.MANAGER)
    rental = assign(session, wang, desk, until=SEASON)
    due = SEASON + 30 * DAY

    def propose(witness):
        return clear_outs.propose(session, rental_id=rental.id, witness=witness, reason="late", bag_label="B", now=due)

    with pytest.raises(Refused, match="witness_is_holder"):
        propose(desk)
    propose(boss)
    with pytest.raises(Refused, match="witness_is_holder"):
        clear_outs.witness(session, rental_id=rental.id, witness=desk, bag_label="B", now=due)


# Taking it away


def test_staff_take_away_what_was_never_opened(session, wang, li):
    rental = assign(session, wang)

    withdraw(session, rental)

    assert not may_open(session, wang)
    assert told(session, wang) == ["assignment_withdrawn"]
    assert assign(session, li)


def test_staff_never_take_away_at_once_what_things_may_be_in(session, wang):
    rental = assign(session, wang)
    open_and_shut(session, wang, "01", now=NOON)

    with pytest.raises(Conflict, match="things_may_be_inside"):
        withdraw(session, rental)

    assert may_open(session, wang)
    ended = assignments.set_end(session, rental_id=rental.id, until=NOON + HOUR, actor="s002", now=NOON)
    assert queries.view(session, ended).stage(NOON + HOUR) is Stage.GRACE
    assert may_open(session, wang, now=NOON + 99 * DAY)


def test_what_things_may_be_in_does_not_pass_to_others_altogether(session, wang, li, zhao):
    rental = assign(session, wang, li)
    name(session, rental, zhao)  # nobody has opened it yet
    name(session, rental, wang, li)
    sense(session, "01", "door_open", "door_closed", now=NOON)

    with pytest.raises(Conflict, match="things_may_be_inside"):
        name(session, rental, zhao)
    assert name(session, rental, li, zhao)


def test_staff_do_not_take_it_away_while_it_may_open(session, wang):
    rental = assign(session, wang)

    with pytest.raises(Conflict, match="unlock_under_way"):
        withdraw(session, rental, unsettled=[lock_of(session, "01")])


def test_what_a_member_rents_is_no_assignment_and_what_is_over_is_over(session, wang):
    rented, over = rent(session, wang), assign(session, wang)
    withdraw(session, over)

    acts = (
        lambda rental: name(session, rental, wang),
        lambda rental: assignments.set_end(session, rental_id=rental.id, until=None, actor="s002", now=NOON),
        lambda rental: withdraw(session, rental),
    )
    for act in acts:
        with pytest.raises(NotFound, match="assignment"):
            act(rented)
        with pytest.raises(Conflict, match="rental_ended"):
            act(over)


def test_staff_see_what_is_assigned_and_to_whom(session, wang, li):
    first, second = assign(session, wang), assign(session, li, label="02", now=NOON + HOUR)
    rent(session, wang)

    assert [one.rental for one in queries.in_use(session, Use.ASSIGNED)] == [second, first]


def test_what_is_not_ready_is_not_assigned(session, wang):
    box = compartment_labelled(session, "01").id
    service.set_condition(
        session, compartment_id=box, condition=Condition.INSPECTION, reason="x", actor="s002", now=NOON
    )

    with pytest.raises(Conflict, match="compartment_not_ready"):
        assign(session, wang)


def test_when_staff_open_it_all_of_them_read_why(session, wang, li):
    desk = a_member(session, "s002", role=Role.DESK)
    assign(session, wang, li)

    openings.open_door(
        session,
        lock_id=lock_of(session, "01"),
        staff=desk,
        reason="water",
        clock=HandClock(),
        signed_in_at=NOON,
    )

    assert all("opened_by_staff" in told(session, one) for one in (wang, li))


def test_a_pin_belongs_to_what_is_one_members_alone(session, wang, li):
    alone, shared = assign(session, wang), assign(session, wang, li, label="02")
    assert pins.put(session, rental_id=alone.id, made=MADE, actor="m", now=NOON)
    with pytest.raises(Conflict, match="assigned_by_staff"):
        pins.put(session, rental_id=shared.id, made=MADE, actor="m", now=NOON)


def test_at_a_kiosk_the_number_of_a_teams_locker_names_nobody(session, wang, li):
    alone, shared = assign(session, wang), assign(session, wang, li, label="02")
    pins.put(session, rental_id=alone.id, made=MADE, actor="m", now=NOON)

    claims = [
        kiosks.claim_of_locker(session, bank_id="bank-a", at_bank=None, locker_no=label, now=NOON)
        for label in ("01", "02")
    ]
    assert [(claim.member_id, claim.rental_id, claim.pin is None) for claim in claims] == [
        (wang.id, alone.id, False),
        ("", "", True),
    ]
    name(session, alone, wang, li)
    assert kiosks.claim_of_locker(session, bank_id="bank-a", at_bank=None, locker_no="01", now=NOON).pin is None
    assert shared.ended_at is None


def test_staff_end_it_once_they_have_looked_inside_and_all_of_them_read_why(session, wang, li):
    desk = a_member(session, "s002", role=Role.DESK)
    rental = assign(session, wang, li)
    openings.open_door(
        session,
        lock_id=lock_of(session, "01"),
        staff=desk,
        reason="season over",
        clock=HandClock(),
        signed_in_at=NOON,
    )
    sense(session, "01", "door_open", "door_closed", now=NOON)

    releases.release(
        session, rental_id=rental.id, staff=desk, reason="season over", unsettled_locks=frozenset, now=NOON
    )

    assert all("released_by_staff" in told(session, one) for one in (wang, li))
    assert queries.people_of(session, rental) == [wang.id, li.id]
    assert not may_open(session, wang)

"""Which compartments can be had, and when one can be given back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.fleet.model import DoorLevel
from gateway.lockers import rules
from gateway.lockers.model import CareAfter, Condition, Mode, Stage, Use
from gateway.lockers.rules import Offer, Terms

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
GOOD = Offer(
    compartment_id="c1",
    bank_id="bank-a",
    lock_id="l1",
    label="01",
    accessible=False,
    mode=Mode.FREE_CHOICE,
    limit=rules.limit_of_bank(usual_min=120, longest_min=240),
    taken=False,
    condition=Condition.READY,
    bank_there=True,
    door=DoorLevel.SHUT,
    uses=0,
    last_used_at=None,
)
USUAL = rules.usual_times(days=1)


def labels(offers):
    return [offer.label for offer in offers]


def test_a_free_compartment_behind_a_shut_door_of_a_bank_that_is_there_can_be_rented():
    assert rules.rent_refusal(GOOD, frozenset({"l2"})) is None


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        ({"taken": True}, "compartment_taken"),
        ({"condition": Condition.CLEANING}, "compartment_not_ready"),
        ({"condition": Condition.INSPECTION}, "compartment_not_ready"),
        ({"condition": Condition.OUT_OF_SERVICE}, "compartment_not_ready"),
        ({"condition": Condition.CLEANING, "taken": True}, "compartment_taken"),
        ({"mode": Mode.FIXED}, "compartment_fixed"),
        ({"mode": Mode.FIXED, "taken": True}, "compartment_taken"),
        ({"bank_there": False}, "bank_offline"),
        ({"door": DoorLevel.OPEN}, "door_open"),
        ({"door": DoorLevel.UNKNOWN}, "door_unknown"),
        ({"lock_id": "l2"}, "unlock_under_way"),
        ({"taken": True, "bank_there": False}, "compartment_taken"),
        ({"bank_there": False, "door": DoorLevel.UNKNOWN}, "bank_offline"),
    ],
)
def test_a_compartment_is_refused_for_the_first_thing_in_the_way(what, refusal):
    assert rules.rent_refusal(replace(GOOD, **what), frozenset({"l2"})) == refusal


@pytest.mark.parametrize(
    ("door", "unsettled", "refusal"),
    [
        (DoorLevel.SHUT, False, None),
        (DoorLevel.SHUT, True, "unlock_under_way"),
        (DoorLevel.OPEN, False, "door_open"),
        (DoorLevel.UNKNOWN, False, "door_unknown"),
    ],
)
def test_only_a_door_known_to_be_shut_with_nothing_under_way_is_given_back(door, unsettled, refusal):
    assert rules.end_refusal(door, unsettled=unsettled, is_suspect=False, seen_by_eye=True) == refusal


DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("mode", "runs_for", "fault"),
    [
        (Mode.FREE_CHOICE, SECOND, None),
        (Mode.FREE_CHOICE, 7 * DAY, None),  # how long at most is for the house's rules to say
        (Mode.TIME_LIMITED, 4 * HOUR, None),
        (Mode.TIME_LIMITED, 4 * HOUR + SECOND, "policy.longest_use"),
        (Mode.KEPT_UNTIL_RELEASED, SECOND, "policy.no_end"),
    ],
)
def test_a_rental_runs_as_long_as_its_mode_allows_counted_from_its_beginning(mode, runs_for, fault):
    allowed = rules.times(mode, limit=GOOD.limit, usual=USUAL)

    assert rules.until_fault(allowed, from_at=NOW, until=NOW + runs_for) == fault


@pytest.mark.parametrize("mode", Mode)
def test_whoever_wishes_no_end_gets_the_usual_one_whatever_the_mode(mode):
    allowed = rules.times(mode, limit=GOOD.limit, usual=USUAL)

    until = rules.until_of(allowed, wished=None, now=NOW)

    usual = {Mode.TIME_LIMITED: NOW + 2 * HOUR, Mode.KEPT_UNTIL_RELEASED: None}
    assert until == usual.get(mode, NOW + DAY)
    assert rules.until_fault(allowed, from_at=NOW, until=until) is None


def test_the_least_used_comes_first_and_of_those_the_longest_rested():
    used = [replace(GOOD, label=f"3 uses, {days}", uses=3, last_used_at=NOW - days * DAY) for days in (1, 9, 2)]
    rarely = replace(GOOD, label="1 use", uses=1, last_used_at=NOW)

    assert labels(rules.best_first([*used, rarely, replace(GOOD, label="new")], accessible_wanted=False)) == [
        "new",
        "1 use",
        "3 uses, 9",
        "3 uses, 2",
        "3 uses, 1",
    ]


def test_of_two_alike_in_two_banks_the_first_banks_goes_first_in_whatever_order_they_were_read():
    offers = [replace(GOOD, bank_id=bank_id) for bank_id in ("bank-b", "bank-a")]

    for read in (offers, offers[::-1]):
        assert [one.bank_id for one in rules.best_first(read, accessible_wanted=False)] == ["bank-a", "bank-b"]


def test_whoever_names_no_bank_gets_one_that_is_kept_without_an_end_only_if_there_is_no_other():
    kept = replace(GOOD, label="kept", mode=Mode.KEPT_UNTIL_RELEASED)
    high = replace(GOOD, label="high", uses=9, accessible=True)

    assert labels(rules.best_first([kept, high], accessible_wanted=False)) == ["high", "kept"]


@pytest.mark.parametrize(
    ("what", "refusal"),
    [
        ({}, None),
        ({"taken": True}, "compartment_taken"),
        ({"condition": Condition.CLEANING}, "compartment_not_ready"),
        ({"lock_id": "l2"}, "unlock_under_way"),
        ({"bank_there": False, "door": DoorLevel.UNKNOWN}, None),
    ],
)
def test_staff_set_aside_what_is_nobodys_and_ready_and_in_no_quarantine(what, refusal):
    assert rules.set_aside_refusal(replace(GOOD, **what), frozenset({"l2"})) == refusal
    assert rules.assign_refusal(replace(GOOD, mode=Mode.FIXED, **what), frozenset({"l2"})) == refusal


@pytest.mark.parametrize("mode", Mode)
def test_staff_assign_only_what_members_cannot_choose(mode):
    refused = None if mode is Mode.FIXED else "compartment_not_fixed"

    assert rules.assign_refusal(replace(GOOD, mode=mode), frozenset()) == refused


@pytest.mark.parametrize(
    ("use", "people", "refusal"),
    [
        (Use.RENTED, 1, None),
        (Use.ASSIGNED, 1, None),
        (Use.ASSIGNED, 2, "assigned_by_staff"),
    ],
)
def test_what_several_have_no_single_one_gives_back(use, people, refusal):
    assert rules.give_back_refusal(use, people=people) == refusal


@pytest.mark.parametrize("use", Use)
def test_only_what_a_member_rented_do_they_extend_and_share(use):
    assert rules.change_refusal(use) == (None if use is Use.RENTED else "assigned_by_staff")


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("stage", [*Stage, None])
@pytest.mark.parametrize("use", Use)
def test_a_later_end_is_asked_for_while_it_runs_and_of_nothing_assigned_booked_ahead_or_without_an_end(
    use, stage, mode
):
    runs = stage in {Stage.RUNNING, Stage.ENDING, Stage.GRACE}

    found = rules.is_extendable(use, mode, stage, has_end=True)

    assert found == (runs and use is Use.RENTED and mode is not Mode.BOOKABLE)
    assert not rules.is_extendable(use, mode, stage, has_end=False)


@pytest.mark.parametrize(
    ("door", "unsettled", "has_opened", "refusal"),
    [
        (DoorLevel.SHUT, False, False, None),
        (DoorLevel.SHUT, False, True, "things_may_be_inside"),
        (DoorLevel.SHUT, True, False, "unlock_under_way"),
        (DoorLevel.UNKNOWN, False, False, "door_unknown"),
        (DoorLevel.OPEN, False, True, "door_open"),
    ],
)
def test_staff_take_an_assignment_away_only_while_nothing_can_be_inside(door, unsettled, has_opened, refusal):
    assert rules.withdraw_refusal(door, unsettled=unsettled, has_opened=has_opened) == refusal


def test_compartments_within_reach_of_a_wheelchair_are_kept_for_those_who_ask():
    offers = [
        replace(GOOD, label="reachable", accessible=True),
        replace(GOOD, label="high", uses=1, last_used_at=NOW),
    ]

    assert labels(rules.best_first(offers, accessible_wanted=False)) == ["high", "reachable"]
    assert labels(rules.best_first(offers, accessible_wanted=True)) == ["reachable", "high"]
    worn = [replace(GOOD, label="reachable", accessible=True, uses=9), replace(GOOD, label="high")]
    assert labels(rules.best_first(worn, accessible_wanted=True)) == ["reachable", "high"]


@pytest.mark.parametrize(
    ("refusals", "code"),
    [
        ([], "no_compartment_free"),
        (["bank_offline", "bank_offline"], "bank_offline"),
        (["bank_offline", "door_open"], "no_compartment_free"),
        (["unlock_under_way"], "no_compartment_free"),
    ],
)
def test_the_bank_being_away_is_said_when_that_alone_is_in_the_way(refusals, code):
    assert rules.nothing_free(refusals) == code


TERMS = Terms(remind_before=HOUR, grace=2 * HOUR, clear_out_after=24 * HOUR)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("after_the_end", "stage"),
    [
        (-HOUR - MOMENT, Stage.RUNNING),
        (-HOUR, Stage.ENDING),
        (-MOMENT, Stage.ENDING),
        (timedelta(0), Stage.GRACE),
        (2 * HOUR - MOMENT, Stage.GRACE),
        (2 * HOUR, Stage.OVERDUE),
        (26 * HOUR - MOMENT, Stage.OVERDUE),
        (26 * HOUR, Stage.CLEAR_OUT),
        (timedelta(days=1000), Stage.CLEAR_OUT),
    ],
)
def test_a_rental_passes_from_stage_to_stage_at_the_very_instant(after_the_end, stage):
    until = NOW + timedelta(days=1)

    assert rules.ending(from_at=NOW, until=until, terms=TERMS).stage(until + after_the_end) is stage


def test_nobody_is_reminded_before_half_of_a_short_rental_has_passed():
    ending = rules.ending(from_at=NOW, until=NOW + HOUR, terms=TERMS)

    assert ending.remind_at == NOW + HOUR / 2


@pytest.mark.parametrize("stage", Stage)
def test_only_what_is_overdue_is_refused_new_use(stage):
    refused = stage in {Stage.OVERDUE, Stage.CLEAR_OUT}

    assert rules.new_use_refusal(stage) == ("rental_overdue" if refused else None)


def test_there_is_something_to_say_of_every_stage_but_the_first():
    assert set(rules.NOTICES) == set(rules.IDLE_NOTICES) == set(Stage) - {Stage.RUNNING}


@pytest.mark.parametrize(
    ("before", "care", "after"),
    [
        (Condition.READY, CareAfter.NONE, Condition.READY),
        (Condition.READY, CareAfter.CLEANING, Condition.CLEANING),
        (Condition.READY, CareAfter.INSPECTION, Condition.INSPECTION),
        (Condition.OUT_OF_SERVICE, CareAfter.CLEANING, Condition.OUT_OF_SERVICE),
        (Condition.INSPECTION, CareAfter.NONE, Condition.INSPECTION),
    ],
)
def test_after_a_rental_a_compartment_gets_the_care_its_bank_wants_and_what_staff_said_stays(before, care, after):
    assert rules.condition_after(before, care) is after

"""Which compartments can be had, and when one can be given back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.fleet.model import DoorLevel
from gateway.lockers import rules
from gateway.lockers.model import CareAfter, Condition, Stage
from gateway.lockers.rules import Offer, Terms

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
GOOD = Offer(
    compartment_id="c1",
    lock_id="l1",
    label="01",
    accessible=False,
    taken=False,
    condition=Condition.READY,
    bank_there=True,
    door=DoorLevel.SHUT,
    last_used_at=None,
)


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
    assert rules.end_refusal(door, unsettled=unsettled) == refusal


@pytest.mark.parametrize(
    ("runs_for", "fault"),
    [
        (timedelta(0), "in_the_past"),
        (timedelta(seconds=1), None),
        (timedelta(days=7), None),
        (timedelta(days=7, seconds=1), "policy.max_days"),
    ],
)
def test_a_rental_runs_into_the_future_and_for_so_many_days_at_most(runs_for, fault):
    assert rules.until_fault(from_at=NOW, until=NOW + runs_for, now=NOW, max_days=7) == fault


def test_the_days_are_counted_from_the_beginning_of_the_rental():
    begun = NOW - timedelta(days=6)

    assert rules.until_fault(from_at=begun, until=NOW + timedelta(days=2), now=NOW, max_days=7) == "policy.max_days"


def test_the_least_recently_used_comes_first_and_a_new_one_before_it():
    used = [replace(GOOD, label=str(days), last_used_at=NOW - timedelta(days=days)) for days in (1, 3, 2)]

    assert labels(rules.best_first([*used, replace(GOOD, label="new")], accessible_wanted=False)) == [
        "new",
        "3",
        "2",
        "1",
    ]


def test_compartments_within_reach_of_a_wheelchair_are_kept_for_those_who_ask():
    offers = [
        replace(GOOD, label="reachable", accessible=True),
        replace(GOOD, label="high", last_used_at=NOW),
    ]

    assert labels(rules.best_first(offers, accessible_wanted=False)) == ["high", "reachable"]
    assert labels(rules.best_first(offers, accessible_wanted=True)) == ["reachable", "high"]
    worn = [replace(GOOD, label="reachable", accessible=True, last_used_at=NOW), replace(GOOD, label="high")]
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


HOUR = timedelta(hours=1)
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
    assert set(rules.NOTICES) == set(Stage) - {Stage.RUNNING}


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

"""When a plan's work is ordered and due, and how often things fail: worked examples."""

from datetime import timedelta

import pytest

from gateway.maintenance import rules
from gateway.maintenance.rules import Failure, PlanStage
from tests.centre_builder import NOON

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def gone(*, days=0, every_days=None, used=None, every_uses=None):
    now = NOON + days * DAY
    return rules.share(every_days=every_days, every_uses=every_uses, used=used, since=NOON, now=now)


@pytest.mark.parametrize(
    ("share", "stage"),
    [
        (0.0, PlanStage.LATER),
        (0.89, PlanStage.LATER),
        (0.9, PlanStage.PLANNED),
        (0.99, PlanStage.PLANNED),
        (1.0, PlanStage.DUE),
    ],
)
def test_it_is_planned_at_ninety_percent_and_due_at_a_hundred(share, stage):
    assert rules.stage(share) is stage


def test_whichever_comes_first_counts():
    assert gone(days=45, every_days=90) == 0.5
    assert gone(days=45, every_days=90, used=9_000, every_uses=10_000) == 0.9
    assert gone(days=90, every_days=90, used=1, every_uses=10_000) == 1.0


def test_a_use_that_nobody_counts_is_unknown_and_the_time_still_counts():
    assert rules.stage(gone(used=None, every_uses=100)) is PlanStage.UNKNOWN
    assert gone(days=9, every_days=10, used=None, every_uses=100) == 0.9


def test_time_between_failures_leaves_out_the_time_under_repair():
    failed = [Failure(NOON + 10 * HOUR, NOON + 14 * HOUR), Failure(NOON + 50 * HOUR, NOON + 56 * HOUR)]

    found = rules.reliability([(NOON, NOON + 100 * HOUR, failed)], first=NOON, last=NOON + 100 * HOUR)

    assert (found.failures, found.mtbf_h, found.mttr_h) == (2, 45.0, 5.0)


def test_an_hour_under_two_repairs_is_one_hour_and_a_repair_that_lasts_has_no_length_yet():
    failed = [Failure(NOON, NOON + 4 * HOUR), Failure(NOON + 2 * HOUR, None)]

    found = rules.reliability([(NOON, NOON + 10 * HOUR, failed)], first=NOON, last=NOON + 10 * HOUR)

    assert (found.failures, found.mtbf_h, found.mttr_h) == (2, 0.0, 4.0)


def test_of_what_did_not_fail_nobody_can_tell():
    found = rules.reliability([(NOON, NOON + DAY, [])], first=NOON, last=NOON + DAY)
    assert (found.failures, found.mtbf_h, found.mttr_h) == (0, None, None)


def test_only_the_period_and_the_time_in_use_count():
    failed = [Failure(NOON - 5 * HOUR, NOON + HOUR), Failure(NOON + 30 * HOUR, NOON + 31 * HOUR)]
    things = [(NOON - 9 * HOUR, NOON + 90 * HOUR, failed), (NOON + 20 * HOUR, NOON + 21 * HOUR, [])]

    found = rules.reliability(things, first=NOON, last=NOON + 24 * HOUR)

    assert (found.failures, found.mttr_h) == (0, 6.0)
    late = rules.reliability(things, first=NOON + 24 * HOUR, last=NOON + 48 * HOUR)
    assert (late.failures, late.mtbf_h) == (1, 23.0)

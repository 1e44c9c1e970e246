"""When somebody is signed in, and how long a wrong password makes one wait."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.members import rules
from gateway.members.model import Role

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(("wrong", "wait_s"), [(0, 0), (1, 0), (2, 0), (3, 2), (4, 4), (5, 8), (6, 16), (7, 32)])
def test_two_slips_are_free_and_each_further_one_doubles_the_wait(wrong, wait_s):
    assert rules.sign_in_delay_s(wrong) == wait_s


@pytest.mark.parametrize("wrong", [8, 9, 100, 10**9])
def test_nobody_waits_longer_than_a_minute(wrong):
    assert rules.sign_in_delay_s(wrong) == 60.0


@pytest.mark.parametrize("role", [Role.DESK, Role.TECHNICIAN, Role.MANAGER])
def test_staff_sign_in_anew_each_shift_and_after_half_an_hour_away(role):
    assert rules.session_length(role) == timedelta(hours=12)
    assert rules.idle_limit(role) == timedelta(minutes=30)


def test_members_stay_signed_in_for_a_month_and_a_week_away():
    assert rules.session_length(Role.MEMBER) == timedelta(days=30)
    assert rules.idle_limit(Role.MEMBER) == timedelta(days=7)


@pytest.mark.parametrize(
    ("seen_ago", "ends_in", "over"),
    [
        (timedelta(0), timedelta(seconds=1), False),
        (timedelta(0), timedelta(0), True),
        (timedelta(minutes=30) - timedelta(seconds=1), timedelta(hours=1), False),
        (timedelta(minutes=30), timedelta(hours=1), True),
        (timedelta(minutes=-5), timedelta(hours=1), False),  # somebody set the clock back
    ],
)
def test_a_session_is_over_at_its_end_or_when_idle(seen_ago, ends_in, over):
    assert rules.is_over(role=Role.DESK, seen_at=NOW - seen_ago, ends_at=NOW + ends_in, now=NOW) is over


@pytest.mark.parametrize(
    ("disabled_at", "password_ends_at", "may"),
    [
        (None, None, True),
        (NOW, None, False),
        (None, NOW + timedelta(seconds=1), True),
        (None, NOW, False),
    ],
)
def test_a_disabled_account_and_a_spent_code_let_nobody_in(disabled_at, password_ends_at, may):
    assert rules.may_sign_in(disabled_at=disabled_at, password_ends_at=password_ends_at, now=NOW) is may

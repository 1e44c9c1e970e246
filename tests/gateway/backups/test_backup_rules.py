"""When a copy is due, and which are let go."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.backups import rules
from gateway.house.rules import is_copy_old

SHANGHAI = ZoneInfo("Asia/Shanghai")
THREE = datetime(2026, 11, 25, 19, 0, tzinfo=UTC)  # 3:00 of the 26th in Shanghai
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def test_a_name_says_when_the_copy_was_made_and_of_which_site():
    name = rules.name_of("riverside", THREE)

    assert name == "hearth-riverside-20261125T190000Z.backup"
    assert rules.made_at(name, site="riverside") == THREE
    assert rules.made_at(name, site="demo") is None


@pytest.mark.parametrize("name", [".lock", "hearth-demo-20261345T190000Z.backup", "hearth-demo-2026.backup", "x"])
def test_other_files_are_no_copies(name):
    assert rules.made_at(name, site="demo") is None


@pytest.mark.parametrize(
    ("newest", "now", "due"),
    [
        (None, THREE, True),
        (THREE - DAY, THREE - SECOND, False),
        (THREE - DAY, THREE, True),
        (THREE, THREE + DAY - SECOND, False),
        (THREE - 2 * DAY, THREE - SECOND, True),  # the machine was off that night
        (THREE - timedelta(hours=5), THREE, True),  # made by hand in the evening: the night's still comes
    ],
)
def test_a_copy_is_due_once_a_night_or_as_soon_as_the_machine_is_there(newest, now, due):
    assert rules.is_due(newest, zone=SHANGHAI, now=now) is due


def test_seven_days_and_four_weeks_are_kept():
    made = [THREE - n * DAY for n in range(60)]  # a copy a night for two months; today is a Thursday

    kept = sorted(set(made) - rules.surplus(made, zone=SHANGHAI), reverse=True)

    # seven days back to Friday the 20th; the newest of this week and of the three before it: their Sundays
    assert kept == [*made[:7], THREE - 11 * DAY, THREE - 18 * DAY]


def test_of_several_copies_of_a_day_the_newest_is_kept():
    morning, evening = THREE, THREE + timedelta(hours=12)

    assert rules.surplus([morning, evening], zone=SHANGHAI) == {morning}


def test_nothing_is_let_go_that_is_the_only_one():
    assert rules.surplus([THREE - 400 * DAY], zone=SHANGHAI) == set()


@pytest.mark.parametrize(
    ("copied_at", "began_at", "old"),
    [
        (THREE - 2 * DAY, None, False),
        (THREE - 2 * DAY - SECOND, None, True),
        (None, THREE - DAY, False),
        (None, THREE - 3 * DAY, True),
        (None, None, False),
    ],
)
def test_after_two_days_without_a_copy_it_is_old(copied_at, began_at, old):
    assert is_copy_old(copied_at, began_at=began_at, now=THREE) is old

"""How often somebody may guess, and what is compared with what."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.fleet.model import Presence
from gateway.kiosks.rules import OF_A_SUBJECT, Limit, masked, plain_label, presence, subject_of, visit_ends_at, wait
from tests.centre_builder import NOON

MINUTE = timedelta(minutes=1)
THREE = Limit(3, 10 * MINUTE)


def ago(*minutes):
    return [NOON - minute * MINUTE for minute in minutes]


def test_until_there_are_too_many_nobody_waits():
    assert wait(THREE, ago(1, 2), NOON) is None


def test_whoever_guessed_too_often_waits_until_one_guess_is_old_enough():
    assert wait(THREE, ago(1, 2, 4), NOON) == 6 * MINUTE
    assert wait(THREE, ago(1, 2, 4, 9), NOON) == 6 * MINUTE
    assert wait(THREE, ago(1, 2, 10), NOON) is None


def test_guesses_under_a_clock_that_was_years_ahead_lock_nobody_out():
    assert wait(THREE, [NOON + timedelta(days=900)] * 9, NOON) is None


def test_a_kiosk_that_was_not_heard_for_some_minutes_is_not_called_there_and_one_never_heard_is_unknown():
    heard = [presence(seen_at, NOON) for seen_at in (None, *ago(0, 2, 3, 900))]

    assert heard == [Presence.UNKNOWN, Presence.ONLINE, Presence.ONLINE, Presence.OFFLINE, Presence.OFFLINE]


@given(st.lists(st.integers(-2000, 2000), max_size=12))
def test_after_the_wait_a_guess_is_looked_at_and_not_a_second_before(seconds):
    tried = [NOON + timedelta(seconds=second) for second in seconds]
    left = wait(OF_A_SUBJECT, tried, NOON)
    if left is not None:
        later = NOON + left
        assert timedelta(0) < left <= 2 * OF_A_SUBJECT.within
        known = [at for at in tried if at <= NOON + OF_A_SUBJECT.within]
        assert wait(OF_A_SUBJECT, known, later) is None
        assert wait(OF_A_SUBJECT, known, later - timedelta(seconds=1)) is not None


def test_a_visit_is_over_a_minute_after_its_last_touch_and_at_its_hard_end():
    hard = NOON + 10 * MINUTE
    assert visit_ends_at(used_at=NOON, idle_s=60, ends_at=hard) == NOON + MINUTE
    assert visit_ends_at(used_at=NOON + 9.5 * MINUTE, idle_s=60, ends_at=hard) == hard


@pytest.mark.parametrize(("name", "shown"), [("王晓华", "王*"), ("Anna Lee", "A*"), ("", "*")])
def test_a_screen_shows_no_name(name, shown):
    assert masked(name) == shown


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("7", "07", True),
        ("０７", "7", True),
        ("a12", " A12", True),
        ("70", "7", False),
        ("0", "00", True),
        ("A07", "a7", True),
        ("A70", "A7", False),
        ("A107", "A17", False),
    ],
)
def test_a_number_is_the_same_however_it_is_typed(one, other, same):
    assert (plain_label(one) == plain_label(other)) is same


def test_what_was_typed_is_counted_under_a_hash_of_it():
    assert "483920" not in subject_of("locker", "483920")
    assert subject_of("locker", "01") != subject_of("card", "01")
    assert len(subject_of("card", "\ud800")) == 64

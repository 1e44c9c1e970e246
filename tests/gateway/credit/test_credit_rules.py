"""Points: what things cost, what is forgiven, and how it goes away by itself."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.credit import rules
from gateway.credit.model import Appeal, Cause
from gateway.credit.rules import Thing
from tests.centre_builder import NOON

DAY = timedelta(days=1)


def thing(days_ago, cause=Cause.NO_SHOW, appeal=Appeal.NONE, name=None):
    return Thing(name or f"{days_ago}", cause, NOON - days_ago * DAY, appeal)


def points(*things, later=timedelta()):
    return rules.score(things, NOON + later).points


things = st.lists(
    st.builds(thing, st.integers(0, 200), st.sampled_from(Cause), st.sampled_from(Appeal), st.uuids().map(str)),
    max_size=8,
)


def test_whoever_did_nothing_has_all_of_them():
    assert points() == rules.MOST


def test_a_late_cancellation_costs_less_than_not_coming_and_the_first_of_all_costs_nothing():
    assert points(thing(3)) == 100
    assert points(thing(3), thing(2)) == 90
    assert points(thing(3), thing(2, Cause.LATE_CANCEL)) == 95


def test_three_in_a_month_make_it_low_and_two_do_not():
    assert not rules.score([thing(20), thing(10)], NOON).is_low
    assert rules.score([thing(20), thing(10), thing(0)], NOON).is_low


def test_it_is_low_for_thirty_days_at_the_most_when_nothing_new_comes():
    three = [thing(2), thing(1), thing(0)]

    assert rules.score(three, NOON + 27 * DAY).is_low
    assert not rules.score(three, NOON + 30 * DAY).is_low
    assert points(*three, later=60 * DAY) == 100


@pytest.mark.parametrize(("days", "cost"), [(0, 10), (29, 10), (30, 5), (59, 5), (60, 0), (300, 0)])
def test_what_it_costs_halves_after_thirty_days_and_is_gone_after_sixty(days, cost):
    assert rules.cost_now(Cause.NO_SHOW, age=days * DAY) == cost


def test_after_sixty_days_a_first_time_is_forgiven_again():
    assert points(thing(100), thing(61)) == 100
    assert points(thing(100), thing(1)) == 100
    assert [one.forgiven for one in rules.score([thing(100), thing(1)], NOON).counted] == [False, True]


def test_it_is_the_dearest_that_is_forgiven():
    assert points(thing(2, Cause.LATE_CANCEL), thing(1)) == 95


def test_what_an_appeal_took_away_never_was_and_the_next_is_the_first():
    assert points(thing(3, appeal=Appeal.ACCEPTED), thing(2)) == 100
    assert points(thing(3), thing(2, appeal=Appeal.ASKED)) == 90, "it counts until somebody has answered"
    assert points(thing(3), thing(2, appeal=Appeal.REFUSED)) == 90


@given(things)
def test_points_stay_within_bounds_and_their_order_does_not_matter(found):
    score = rules.score(found, NOON)

    assert 0 <= score.points <= rules.MOST
    assert score == rules.score(reversed(found), NOON)
    assert len(score.counted) == len(found)


@given(things, st.integers(0, 100))
def test_time_alone_never_takes_points(found, days):
    assert points(*found, later=days * DAY) >= points(*found)


@given(things, st.data())
def test_an_accepted_appeal_never_takes_points(found, data):
    if not found:
        return
    one = data.draw(st.sampled_from(found))
    let_off = [each._replace(appeal=Appeal.ACCEPTED) if each is one else each for each in found]

    assert points(*let_off) >= points(*found)


@pytest.mark.parametrize(
    ("before_min", "booked_min_ago", "late"), [(121, 600, False), (119, 600, True), (119, 15, False), (-10, 600, True)]
)
def test_late_is_within_two_hours_of_the_start_but_not_right_after_booking(before_min, booked_min_ago, late):
    starts_at, booked_at = NOON + timedelta(minutes=before_min), NOON - timedelta(minutes=booked_min_ago)

    assert rules.is_late(starts_at=starts_at, booked_at=booked_at, now=NOON) is late

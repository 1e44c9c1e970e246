"""What is foretold from wear: the right date from a clean series and a wild one, and nothing where nobody knows."""

import random
from datetime import timedelta

import pytest

from gateway.maintenance import wear
from gateway.maintenance.wear import Outlook, Point, Sign
from tests.centre_builder import NOON

DAY = timedelta(days=1)


def openings(days=120, *, a_day=4, usual_ms=300, growth_ms=0.0, wild=0.0, noise_ms=10, seed=1):
    """So many a day until NOON, slower by `growth_ms` every day after the first 30; `wild`: share of strays."""
    chance = random.Random(seed)
    made = []
    for number in range(days * a_day):
        day = number / a_day
        ms = usual_ms + max(0.0, day - 30) * growth_ms + chance.gauss(0, noise_ms)
        if chance.random() < wild:
            ms = chance.choice([60.0, 2900.0])
        made.append(Point(NOON - (days - day) * DAY, max(1.0, ms)))
    return made


def test_a_lock_that_grows_slower_is_foretold_within_its_band():
    series = openings(growth_ms=1.0)  # 390 ms at NOON, limit 450: 60 days away

    told = wear.of_openings(series, now=NOON)

    assert told.outlook is Outlook.WORSENING
    assert told.at_first == pytest.approx(300, abs=5)
    assert told.level == pytest.approx(390, abs=15)
    assert told.about - NOON == pytest.approx(60 * DAY, abs=20 * DAY)
    assert told.earliest <= told.about <= told.latest
    assert told.latest - told.earliest < 40 * DAY


def test_every_fourth_opening_may_be_wild():
    clean, wild = (wear.of_openings(openings(growth_ms=1.0, wild=share), now=NOON) for share in (0.0, 0.25))

    assert wild.outlook is Outlook.WORSENING
    assert wild.about - clean.about == pytest.approx(timedelta(0), abs=20 * DAY)


@pytest.mark.parametrize("seed", range(20))
def test_a_lock_that_does_not_change_is_steady(seed):
    """By chance one series in forty looks like wear; none of these does so within the year."""
    assert wear.of_openings(openings(noise_ms=30, seed=seed), now=NOON).outlook is Outlook.STEADY


def test_what_may_be_chance_is_not_foretold():
    """Over one month of restless openings the line points up about every other time: at most one in ten is told of."""
    series = [openings(days=30, a_day=6, noise_ms=60, seed=seed) for seed in range(40)]
    told = [wear.of_openings(one, now=NOON).outlook for one in series]
    assert told.count(Outlook.WORSENING) <= 4


def test_fewer_than_eight_points_make_no_line():
    points = [Point(NOON - (70 - 10 * n) * DAY, 50.0 + n) for n in range(8)]
    assert wear.slope(points, now=NOON) is not None
    assert wear.slope(points[1:], now=NOON) is None


def test_with_few_openings_or_few_days_nobody_knows():
    many = openings(growth_ms=1.0)
    for few in ([], many[: wear.OPENINGS_AT_LEAST - 1], openings(days=10, a_day=20, growth_ms=5)):
        assert wear.of_openings(few, now=NOON).outlook is Outlook.UNKNOWN


def test_a_door_that_nobody_has_opened_for_long_is_unknown_again():
    assert wear.of_openings(openings(growth_ms=1.0), now=NOON + 170 * DAY).outlook is Outlook.UNKNOWN


def test_what_is_too_slow_already_is_out_of_limits_now():
    told = wear.of_openings(openings(growth_ms=2.0), now=NOON)
    assert (told.outlook, told.about) == (Outlook.OUT_OF_LIMITS, NOON)


def test_what_would_take_years_is_steady():
    assert wear.of_openings(openings(days=170, growth_ms=0.1, noise_ms=1), now=NOON).outlook is Outlook.STEADY


def test_pulses_in_vain_that_become_more_are_foretold_and_few_at_random_are_not():
    chance = random.Random(3)
    often = [Point(NOON - (800 - n) / 9 * DAY, float(chance.random() < 0.09 * n / 800)) for n in range(800)]
    seldom = [Point(NOON - (400 - n) / 4 * DAY, float(n % 40 == 0)) for n in range(400)]

    assert wear.of_pulses(often, now=NOON).outlook is Outlook.WORSENING
    assert wear.of_pulses(seldom, now=NOON).outlook is Outlook.STEADY
    assert wear.of_pulses(seldom[:100], now=NOON).outlook is Outlook.UNKNOWN


def test_a_battery_is_followed_since_it_was_changed():
    old = [Point(NOON - (90 - day) * DAY, 60.0 - day) for day in range(45)]
    new = [Point(NOON - (45 - day) * DAY, 100.0 - day) for day in range(46)]

    told = wear.of_battery(old + new, now=NOON)

    assert (told.sign, told.outlook, told.at_first) == (Sign.BATTERY, Outlook.WORSENING, 100.0)
    assert told.level == pytest.approx(55, abs=0.5)
    assert told.about - NOON == pytest.approx(40 * DAY, abs=DAY)
    assert wear.of_battery(old + new[:5], now=NOON).outlook is Outlook.UNKNOWN


def test_what_is_broken_presses_more_than_what_will_be_and_what_is_unknown_does_not():
    broken = wear.Forecast(Sign.BATTERY, Outlook.OUT_OF_LIMITS, about=NOON)
    soon = wear.Forecast(Sign.SLOWER, Outlook.WORSENING, about=NOON + DAY)
    later = wear.Forecast(Sign.NOT_OPENED, Outlook.WORSENING, about=NOON + 9 * DAY)
    unknown = wear.Forecast(Sign.SLOWER, Outlook.UNKNOWN)

    assert wear.most_pressing([later, soon, broken]) is broken
    assert wear.most_pressing([unknown, later, soon]) is soon
    assert wear.most_pressing([unknown]) is None

"""What a wish comes to, by the centre's clock: in Shanghai, and where clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.policies import rules, wishes
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import CENTRE, Groups, Peak, Rule, Scope
from gateway.policies.wishes import Act, Held, Wish

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
COURT, HALL = Scope(Layer.SPACE, "court"), Scope(Layer.SPACE, "hall")
HERE = frozenset({CENTRE, COURT, HALL})
EVENING = Peak("12345", 18 * 60, 21 * 60)
both_zones = pytest.mark.parametrize("zone", [SHANGHAI, BERLIN], ids=["no DST", "DST"])


def at(zone, text):
    """Wall time there, as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def held(zone, start, end, scopes=HERE):
    return Held(at(zone, start), at(zone, end), frozenset(scopes))


def found(limit, wish, *more, peak=None, scope=CENTRE, value=1):
    """What the wish comes to under a rule of that limit."""
    asked = Rule(id="x", limit=limit, value=value, peak=peak, scope=scope)
    groups = Groups(all=frozenset({"east"}), branches=frozenset({"east"}))
    verdict = wishes.judge(wish, rules.bounds([asked, *more], scopes=HERE, groups=groups))
    return next(one.found for one in verdict.findings if one.bound.by is asked)


def wish(zone, start, end, *, now="2026-10-20T12:00", act=Act.BOOK, **more):
    return Wish(act=act, zone=zone, now=at(zone, now), starts_at=at(zone, start), ends_at=at(zone, end), **more)


@both_zones
@pytest.mark.parametrize(
    ("now", "start", "days"),
    [
        ("2026-10-20T23:59", "2026-10-21T00:00", 1),
        ("2026-10-20T00:00", "2026-10-20T23:00", 0),
        ("2026-10-24T12:00", "2026-10-26T08:00", 2),  # Berlin's clocks go back between the two
        ("2026-03-27T23:30", "2026-03-30T08:00", 3),  # and forward
    ],
)
def test_days_ahead_are_days_of_the_calendar(zone, now, start, days):
    end = start.replace(":00", ":30")

    assert found(Limit.DAYS_AHEAD, wish(zone, start, end, now=now)) == days


@both_zones
@pytest.mark.parametrize(
    ("now", "start", "refused"),
    [
        ("2026-10-18T06:59", "2026-10-25T20:00", True),
        ("2026-10-18T07:00", "2026-10-25T20:00", False),
        ("2026-10-18T06:59", "2026-10-24T20:00", False),
    ],
)
def test_the_last_day_that_can_be_booked_opens_at_its_hour(zone, now, start, refused):
    week = Rule(id="week", limit=Limit.DAYS_AHEAD, value=7)
    seven = Rule(id="seven", limit=Limit.OPENS_AT, value=7 * 60)
    asked = wish(zone, start, start.replace("20:", "21:"), now=now)

    verdict = wishes.judge(asked, rules.bounds([week, seven], scopes=HERE, groups=Groups()))

    assert (verdict.refusal is not None) is refused
    if refused:
        assert verdict.refusal.bound.by is seven


def test_without_a_last_day_no_hour_opens_anything():
    seven = Rule(id="seven", limit=Limit.OPENS_AT, value=7 * 60)
    early = wish(SHANGHAI, "2026-12-24T08:00", "2026-12-24T09:00", now="2026-10-18T06:59")

    assert wishes.judge(early, rules.bounds([seven], scopes=HERE, groups=Groups())).refusal is None


@both_zones
@pytest.mark.parametrize(
    ("now", "start", "refused"),
    [
        ("2026-10-19T11:59", "2026-10-26T08:00", True),  # Monday before noon, about the next Monday
        ("2026-10-19T12:00", "2026-10-26T08:00", False),
        ("2026-10-19T12:00", "2026-11-01T20:00", False),  # the next Sunday; Berlin's clocks have gone back by then
        ("2026-10-19T12:00", "2026-11-02T08:00", True),  # the week after that one
        ("2026-10-25T23:59", "2026-11-02T08:00", True),
        ("2026-10-25T12:00", "2026-10-25T20:00", False),  # this week has long been open
    ],
)
def test_all_times_of_a_week_open_at_one_instant_of_the_week_before(zone, now, start, refused):
    asked = wish(zone, start, start.replace(":00", ":30"), now=now)
    monday_noon = Rule(id="drop", limit=Limit.WEEK_OPENS_AT, value=12 * 60)

    verdict = wishes.judge(asked, rules.bounds([monday_noon], scopes=HERE, groups=Groups()))

    assert (verdict.refusal is not None) is refused


@both_zones
def test_a_week_is_monday_to_sunday_of_the_centre(zone):
    mine = [
        held(zone, "2026-10-18T22:00", "2026-10-18T23:00"),  # Sunday before
        held(zone, "2026-10-19T00:00", "2026-10-19T01:00"),  # Monday
        held(zone, "2026-10-25T23:00", "2026-10-25T23:30"),  # Sunday; in Berlin after the change
        held(zone, "2026-10-26T00:00", "2026-10-26T01:00"),  # Monday after
    ]

    assert found(Limit.MINUTES_PER_WEEK, wish(zone, "2026-10-22T10:00", "2026-10-22T11:30", held=mine)) == 180


def test_a_night_without_an_hour_and_one_with_an_hour_more_count_as_long_as_they_last():
    for start, end, minutes in [
        ("2026-03-29T01:00", "2026-03-29T04:00", 120),
        ("2026-10-25T01:00", "2026-10-25T04:00", 240),
    ]:
        assert found(Limit.MAX_MINUTES, wish(BERLIN, start, end)) == minutes
        night = Peak("7", 0, 300)
        assert found(Limit.PEAK_MINUTES, wish(BERLIN, start, end), peak=night) == minutes


@both_zones
def test_a_day_is_the_centres(zone):
    mine = [held(zone, "2026-10-22T00:00", "2026-10-22T01:00"), held(zone, "2026-10-21T23:00", "2026-10-22T00:00")]

    assert found(Limit.BOOKINGS_PER_DAY, wish(zone, "2026-10-22T22:00", "2026-10-22T23:00", held=mine)) == 2


@both_zones
@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-10-23T17:00", "2026-10-23T18:00", 0),
        ("2026-10-23T17:30", "2026-10-23T18:30", 90),
        ("2026-10-23T20:00", "2026-10-23T22:00", 120),
        ("2026-10-24T19:00", "2026-10-24T20:00", 0),  # Saturday
    ],
)
def test_of_peak_hours_only_what_lies_in_them_counts_and_outside_nothing_does(zone, start, end, minutes):
    mine = [held(zone, "2026-10-20T17:00", "2026-10-20T19:00"), held(zone, "2026-10-14T18:00", "2026-10-14T20:00")]

    assert found(Limit.PEAK_MINUTES, wish(zone, start, end, held=mine), peak=EVENING) == minutes


def test_a_branch_counts_what_all_its_members_have():
    theirs = {"east": [held(SHANGHAI, "2026-10-20T18:00", "2026-10-20T20:00")]}
    asked = wish(SHANGHAI, "2026-10-21T18:00", "2026-10-21T19:00", held_by_branch=theirs)

    assert found(Limit.BRANCH_PEAK_MINUTES, asked, peak=EVENING) == 180
    assert found(Limit.PEAK_MINUTES, asked, peak=EVENING) == 60


def test_a_rule_counts_only_what_lies_in_its_own_scope():
    mine = [held(SHANGHAI, "2026-10-21T08:00", "2026-10-21T09:00", [CENTRE, HALL])]
    asked = wish(SHANGHAI, "2026-10-21T10:00", "2026-10-21T11:00", held=mine)

    counts = {scope: found(Limit.MOST_AHEAD, asked, scope=scope) for scope in (CENTRE, HALL, COURT)}

    assert counts == {CENTRE: 2, HALL: 2, COURT: 1}


def test_what_is_over_is_no_longer_ahead():
    mine = [
        held(SHANGHAI, "2026-10-20T11:00", "2026-10-20T12:00"),
        held(SHANGHAI, "2026-10-20T11:00", "2026-10-20T13:00"),
    ]

    assert found(Limit.MOST_AHEAD, wish(SHANGHAI, "2026-10-21T10:00", "2026-10-21T11:00", held=mine)) == 2


def test_whoever_cancels_or_moves_is_measured_by_what_they_give_up():
    begins = "2026-10-20T14:00"
    cancelled = wish(SHANGHAI, begins, "2026-10-20T15:00", act=Act.CANCEL)
    moved = wish(SHANGHAI, "2026-10-25T14:00", "2026-10-25T15:00", act=Act.MOVE, gives_up_at=at(SHANGHAI, begins))

    for asked in (cancelled, moved):
        assert found(Limit.CANCEL_BEFORE, asked) == 120
    late = wish(SHANGHAI, "2026-10-20T11:59", "2026-10-20T15:00", act=Act.CANCEL)
    assert found(Limit.CANCEL_BEFORE, late) == -1, "begun"


@pytest.mark.parametrize(("length", "days"), [(timedelta(days=7), 7), (timedelta(days=7, seconds=1), 8)])
def test_a_rental_counts_every_day_that_it_has_begun(length, days):
    start = at(SHANGHAI, "2026-10-20T12:00")
    rented = Wish(act=Act.RENT, now=start, starts_at=start, ends_at=start + length)

    assert found(Limit.MAX_DAYS, rented) == days

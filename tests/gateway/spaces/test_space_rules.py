"""Slots, opening hours and places, in a zone that never changes its clocks and in one that does."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.calendar.rules import Day, Opening
from gateway.spaces.rules import Hours, Span, most_people, open_span, places_for, places_needed, slots, span_fault

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
HOUR = timedelta(hours=1)


def hours(zone=SHANGHAI, *, opens=8, closes=22, slot_min=60):
    return Hours(zone=zone, slot_min=slot_min, day=lambda day: Day(Opening(opens * 60, closes * 60)))


def at(text, zone=SHANGHAI):
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def span(start, minutes=60, zone=SHANGHAI):
    starts_at = at(start, zone)
    return Span(starts_at, starts_at + timedelta(minutes=minutes))


def test_a_day_is_cut_into_slots_from_opening_to_closing():
    day = Span(at("2026-11-22T00:00"), at("2026-11-23T00:00"))

    found = list(slots(hours(), day))

    assert len(found) == 14
    assert found[0] == span("2026-11-22T08:00")
    assert found[-1] == span("2026-11-22T21:00")


def test_only_slots_that_lie_whole_within_what_was_asked_are_shown():
    asked = Span(at("2026-11-22T08:30"), at("2026-11-22T11:00"))

    assert list(slots(hours(), asked)) == [span("2026-11-22T09:00"), span("2026-11-22T10:00")]


@pytest.mark.parametrize(
    ("wanted", "fault"),
    [
        (span("2026-11-22T09:00"), None),
        (span("2026-11-22T09:00", 120), None),
        (span("2026-11-22T21:00"), None),
        (span("2026-11-22T07:00"), "policy.opening_hours"),
        (span("2026-11-22T21:00", 120), "policy.opening_hours"),
        (span("2026-11-22T09:30"), "policy.slots"),
        (span("2026-11-22T09:00", 90), "policy.slots"),
    ],
)
def test_what_does_not_fit_the_hours_or_the_slots_is_refused_by_name(wanted, fault):
    assert span_fault(hours(), wanted) == fault


@pytest.mark.parametrize(("day", "length"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-22", 24)])
def test_a_day_on_which_the_clocks_change_has_as_many_slots_as_it_has_hours(day, length):
    round_the_clock = hours(BERLIN, opens=0, closes=24)

    opened = open_span(round_the_clock, date.fromisoformat(day))

    assert opened.ends_at - opened.starts_at == length * HOUR
    assert len(list(slots(round_the_clock, opened))) == length


def test_opening_stays_at_the_same_wall_time_when_the_clocks_change():
    for day in ("2026-03-28", "2026-03-29", "2026-03-30"):
        opened = open_span(hours(BERLIN), date.fromisoformat(day))
        assert opened.starts_at.astimezone(BERLIN).hour == 8


@given(
    zone=st.sampled_from([SHANGHAI, BERLIN]),
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    slot_min=st.sampled_from([15, 30, 45, 60, 90]),
)
def test_every_slot_shown_can_be_booked_and_none_overlap(zone, day, slot_min):
    open_hours = hours(zone, slot_min=slot_min)
    found = list(slots(open_hours, Span(*(part.astimezone(UTC) for part in open_span(open_hours, day)))))

    assert found
    assert [span_fault(open_hours, slot) for slot in found] == [None] * len(found)
    assert all(one.ends_at <= other.starts_at for one, other in pairwise(found))


def test_one_place_is_taken_of_a_space_and_every_place_of_a_whole():
    assert places_for({"seats": 3}, {"seats": {0, 1}}, whole=False) == [("seats", 2)]
    assert places_for({"seats": 3}, {"seats": {0, 1, 2}}, whole=False) == []
    assert places_for({"b": 1, "a": 2}, {}, whole=True) == [("a", 0), ("a", 1), ("b", 0)]
    assert places_for({"b": 1, "a": 2}, {"a": {1}}, whole=True) == []


@given(st.integers(1, 9), st.sets(st.integers(0, 8)), st.integers(1, 12))
def test_of_several_places_a_party_gets_as_many_that_are_free_as_it_needs_or_none(places, taken, count):
    found = places_for({"seats": places}, {"seats": taken}, whole=False, count=count)

    free = set(range(places)) - taken
    assert len(found) == (count if count <= len(free) else 0)
    assert {place for _, place in found} <= free
    assert found == sorted(set(found)), "in an order that is everybody's"


@given(st.integers(1, 9), st.integers(1, 6) | st.none(), st.integers(1, 60))
def test_a_party_fits_into_an_empty_space_just_when_it_is_for_so_many(places, capacity, people):
    most = most_people(places=places, capacity=capacity)
    needed = places_needed(people, places=places, capacity=capacity)

    assert (most is None) == (places == 1 and capacity is None), "a room of which nobody has said how big it is"
    if places > 1:
        assert (needed <= places) == (people <= most)
        assert (needed - 1) * (capacity or 1) < people <= needed * (capacity or 1), "no place more than they need"
    else:
        assert needed == 1

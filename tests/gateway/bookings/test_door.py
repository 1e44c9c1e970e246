"""What the display at a space's door says of now and next."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gateway.bookings import door, service
from gateway.bookings.door import AtDoor, Held
from gateway.calendar.rules import Day, Opening
from gateway.spaces import outages
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import ClaimKind
from gateway.spaces.rules import Hours, Span
from tests.centre_builder import NOON, a_space
from tests.gateway.bookings.conftest import POLICY, book, span

MIDNIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)  # at the end of tomorrow, in Shanghai
HOUR = timedelta(hours=1)


def shown(session, space_id="room", now=NOON):
    """As (state, hours after now at which it ends)."""
    found = door.now_and_next(session, space=spaces.space(session, space_id), policy=POLICY, now=now)
    assert found[0].span.starts_at == now
    assert found[-1].span.ends_at == MIDNIGHT
    return [(one.state.value, (one.span.ends_at - now) / HOUR) for one in found]


def test_what_is_free_is_free_until_it_closes_and_again_tomorrow(session):
    assert shown(session) == [("free", 10), ("closed", 20), ("free", 34), ("closed", 36)]


def test_before_it_opens_it_is_closed_and_it_is_said_until_when(session):
    assert shown(session, now=NOON - 6 * HOUR)[:2] == [("closed", 2), ("free", 16)]


def test_a_booking_is_taken_from_its_start_to_its_end(session, wang):
    book(session, wang, when=span(1))

    assert shown(session)[:3] == [("free", 1), ("taken", 2), ("free", 10)]
    assert shown(session, now=NOON + 1.5 * HOUR)[:2] == [("taken", 0.5), ("free", 8.5)]


def test_two_bookings_one_after_the_other_are_two(session, wang, li):
    book(session, wang, when=span(1))
    book(session, li, when=span(2))

    assert shown(session)[:4] == [("free", 1), ("taken", 2), ("taken", 3), ("free", 10)]


def test_a_booking_that_is_given_back_is_free_at_once(session, wang):
    booking = book(session, wang, when=span(1))
    service.cancel(session, booking=booking, member=wang, policy=POLICY, now=NOON)

    assert shown(session)[0] == ("free", 10)


def test_a_buffer_belongs_to_nobody_and_is_not_free(session, wang):
    a_space(session, "studio", buffer_min=15)
    book(session, wang, "studio", when=span(1))

    assert shown(session, "studio")[:4] == [("free", 1), ("taken", 2), ("turnover", 2.25), ("free", 10)]


def test_a_closure_is_closed_and_not_taken(session):
    room = spaces.space(session, "room")
    spaces_service.close(session, space=room, span=span(1), reason="cleaning", actor="test", now=NOON)

    assert shown(session)[:3] == [("free", 1), ("closed", 2), ("free", 10)]


def whys(session, space_id="room", now=NOON):
    """As (state, hours after now at which it ends, why)."""
    found = door.now_and_next(session, space=spaces.space(session, space_id), policy=POLICY, now=now)
    return [(one.state.value, (one.span.ends_at - now) / HOUR, one.why) for one in found]


def test_a_closure_says_why_from_its_start_to_its_end_through_the_night_too(session):
    room = spaces.space(session, "room")
    spaces_service.close(session, space=room, span=span(9, length=12), reason="painting", actor="test", now=NOON)
    spaces_service.close(session, space=room, span=span(21), reason="drying", actor="test", now=NOON)

    assert whys(session)[:4] == [
        ("free", 9, ""),
        ("closed", 21, "painting"),
        ("closed", 22, "drying"),
        ("free", 34, ""),
    ]
    assert whys(session, now=NOON - 6 * HOUR)[0] == ("closed", 2, "")


def test_what_closes_the_courts_of_a_hall_is_all_said_of_the_hall_and_each_of_its_own_court(session):
    half_a, half_b = spaces.space(session, "half-a"), spaces.space(session, "half-b")
    spaces_service.close(session, space=half_a, span=span(0, length=2), reason="nets", actor="test", now=NOON)
    spaces_service.close(session, space=half_b, span=span(1, length=2), reason="floor", actor="test", now=NOON)

    assert whys(session, "hall")[:3] == [("partly", 1, ""), ("closed", 2, "nets · floor"), ("partly", 3, "")]
    assert whys(session, "court-1")[0] == ("closed", 2, "nets")


def test_a_space_out_of_order_says_why(session):
    room, ends_at = spaces.space(session, "room"), NOON + 2 * HOUR
    outages.begin(session, space=room, starts_at=NOON, ends_at=ends_at, reason="strings", actor="test", now=NOON)

    assert whys(session)[0] == ("closed", 2, "strings")


def test_of_a_hall_of_which_a_court_is_taken_a_part_is_free_and_no_whole(session, wang, li):
    book(session, wang, "court-1", when=span(1))
    book(session, li, "half-b", when=span(2))

    assert shown(session, "hall")[:3] == [("free", 1), ("partly", 3), ("free", 10)]
    assert shown(session, "half-a")[:3] == [("free", 1), ("partly", 2), ("free", 10)]
    assert shown(session, "court-1")[:3] == [("free", 1), ("taken", 2), ("free", 10)]
    assert shown(session, "court-2")[:1] == [("free", 10)]
    assert shown(session, "court-3")[:3] == [("free", 2), ("taken", 3), ("free", 10)]


def test_while_the_whole_hall_is_taken_so_is_each_part_of_it(session, wang):
    book(session, wang, "hall", when=span(0))

    for name in ("hall", "half-a", "court-4"):
        assert shown(session, name)[0] == ("taken", 1)


def test_seats_are_taken_when_the_last_of_them_is(session, wang, li):
    a_space(session, "seats", places=2)
    book(session, wang, "seats", when=span(0, length=2))
    book(session, li, "seats", when=span(1))

    assert shown(session, "seats")[:3] == [("free", 1), ("taken", 2), ("free", 10)]


BERLIN = ZoneInfo("Europe/Berlin")
PLACES = st.sampled_from([{"a": 1}, {"a": 3}, {"a": 1, "b": 1, "c": 1}])


@st.composite
def held(draw, places):
    part = draw(st.sampled_from(sorted(places)))
    start, length, buffer = draw(st.integers(-90, 2000)), draw(st.integers(1, 300)), draw(st.integers(0, 60))
    starts_at = AUTUMN + timedelta(minutes=start)
    used_until = starts_at + timedelta(minutes=length)
    place = draw(st.integers(0, places[part] - 1))
    kind = draw(st.sampled_from(ClaimKind))
    after = timedelta(minutes=buffer if kind is ClaimKind.BOOKING else 0)
    return Held(part, place, Span(starts_at, used_until + after), used_until, kind, str(start))


AUTUMN = datetime(2026, 10, 24, 9, 7, tzinfo=UTC)  # clocks go back in the night after


@given(data=st.data(), places=PLACES)
def test_whatever_is_held_no_minute_that_is_held_whole_is_called_free_and_none_is_left_out(data, places):
    claims = data.draw(st.lists(held(places), max_size=6))
    within = Span(AUTUMN, AUTUMN + timedelta(hours=36))
    hours = Hours(zone=BERLIN, slot_min=60, day=lambda day: Day(None if day.day == 26 else Opening(8 * 60, 22 * 60)))
    is_divided = len(places) > 1

    found = door.stretches(within, hours=hours, places=places, is_divided=is_divided, held=claims)

    assert found[0].span.starts_at == within.starts_at
    assert found[-1].span.ends_at == within.ends_at
    assert all(one.span.ends_at == after.span.starts_at for one, after in pairwise(found))
    for one in found:
        at = one.span.starts_at
        while at < one.span.ends_at:
            here = {
                (claim.space_id, claim.place) for claim in claims if claim.span.starts_at <= at < claim.span.ends_at
            }
            is_full = bool(here) if is_divided else len(here) == sum(places.values())
            wall = at.astimezone(BERLIN)
            is_open = wall.day != 26 and 8 <= wall.hour < 22
            assert (one.state is AtDoor.FREE) == (is_open and not is_full), (one, at)
            at += timedelta(minutes=1)

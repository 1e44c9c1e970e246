"""Where nobody came: given back in time, never when it was our door, and had again by who comes late."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.access import queries as access
from gateway.alerts import service as alerts
from gateway.bookings import no_shows, queries, service
from gateway.bookings.model import BookingState
from gateway.facility.presence import zones_with_people
from gateway.fleet.model import Presence
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict
from gateway.spaces import queries as spaces
from gateway.spaces.rules import Span
from gateway.telemetry.queries import Series
from gateway.telemetry.rules import HOLDS_MS, Sample
from gateway.unlocking import service as unlocking
from gateway.zones import queries as zones_queries
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.centre_builder import HandClock, set_presence
from tests.gateway.bookings.conftest import MINUTE, POLICY, book, may_open, span

START, END = span()
GRACE_OVER = START + 15 * MINUTE
NOW_MS = 1_000_000_000


def release(session, booking, at=GRACE_OVER, *, policy=POLICY):
    return no_shows.release(session, booking_id=booking.id, policy=policy, now=at)


def reclaim(session, booking, member, at):
    return no_shows.reclaim(session, booking=booking, member=member, policy=POLICY, now=at)


def test_when_nobody_came_the_time_is_everybodys_again_and_the_key_is_gone(session, wang, li):
    booking = book(session, wang)
    assert not release(session, booking, GRACE_OVER - MINUTE)

    assert release(session, booking)

    session.refresh(booking)
    assert (booking.state, booking.released_at) == (BookingState.RELEASED, GRACE_OVER)
    assert not may_open(session, wang, "room", GRACE_OVER)
    assert session.scalars(select(AuditEntry.act).order_by(AuditEntry.seq.desc())).first() == "booking_released"
    assert not release(session, booking), "once"
    [slot] = queries.availability(session, space=spaces.space(session, "room"), within=span(), policy=POLICY, now=START)
    assert slot.reason is None


def test_whoever_came_keeps_it(session, wang):
    booking = book(session, wang)
    service.check_in(session, booking=booking, policy=POLICY, now=START)

    assert not release(session, booking)


def place(session, ref, zone_id, *, what=Placed.SPACE):
    if zone_id not in {zone.id for zone in zones_queries.zones(session)}:
        zones.make_zone(session, zone_id=zone_id, name_zh=zone_id, name_en=zone_id, actor="x", now=START)
    zones.place(session, what=what, ref=ref, zone_id=zone_id, actor="x", now=START)


def test_whoever_a_sensor_sees_inside_is_left_in_peace(session, wang):
    booking = book(session, wang)
    place(session, "room", "east")

    assert not no_shows.release(session, booking_id=booking.id, policy=POLICY, now=GRACE_OVER, peopled={"east"})
    assert no_shows.release(session, booking_id=booking.id, policy=POLICY, now=GRACE_OVER, peopled={"west"})


def test_people_elsewhere_in_the_hall_keep_no_court(session, wang):
    booking = book(session, wang, "court-1")
    place(session, "hall", "east")

    assert no_shows.release(session, booking_id=booking.id, policy=POLICY, now=GRACE_OVER, peopled={"east"})


def test_a_zone_has_people_while_a_sensor_in_it_has_seen_some_lately(session):
    place(session, "pir-1", "east", what=Placed.DEVICE)
    place(session, "pir-1/far", "west", what=Placed.SENSOR)

    def seen(metric, value, *, sensor="near", ago_ms=0):
        series = Series(1, "pir-1", sensor, metric, Sample(NOW_MS - ago_ms, value))
        return zones_with_people(session, [series], now_ms=NOW_MS)

    assert seen("motion", 1.0) == seen("occupancy", 1.0) == seen("people", 3.0) == {"east"}
    assert seen("motion", 1.0, sensor="far") == {"west"}
    assert seen("motion", 0.0) == seen("motion", None) == seen("co2", 900.0) == frozenset()
    assert seen("motion", 1.0, ago_ms=HOLDS_MS + 1) == frozenset()


def test_what_is_over_is_given_to_nobody(session, wang):
    booking = book(session, wang)

    assert not release(session, booking, END)


def test_a_centre_can_do_without(session, wang):
    booking = book(session, wang)

    assert not release(session, booking, policy=replace(POLICY, no_show_after_min=0))


@pytest.mark.parametrize("presence", [Presence.OFFLINE, Presence.UNKNOWN])
def test_nobody_is_to_blame_while_our_door_cannot_be_reached(session, wang, presence):
    booking = book(session, wang)
    set_presence(session, presence, "doors")

    assert not release(session, booking)

    set_presence(session, Presence.ONLINE, "doors")
    assert release(session, booking)


def test_whoever_asked_for_the_door_was_there_whatever_came_of_it(session, wang):
    booking = book(session, wang)
    clock = HandClock()
    clock.advance(minutes=55)
    unlocking.request_unlock(session, member=wang, lock_id=spaces.lock_of(session, "room"), clock=clock)

    assert not release(session, booking)


def test_nobody_is_to_blame_when_the_clock_was_wrong_in_their_time(session, wang):
    """No key with an end opened anything then, and no press was written down."""
    booking = book(session, wang)
    key_from = START - 10 * MINUTE
    wrong = {"kind": "clock_wrong", "thing": "gateway", "facts": {"shows": "x", "place": "x"}}
    alerts.note_condition(session, **wrong, is_so=True, since=key_from, now=key_from)
    assert not release(session, booking)
    alerts.note_condition(session, **wrong, is_so=False, since=key_from, now=key_from)
    assert not release(session, booking)

    other = book(session, wang, "hall", span(3))
    assert release(session, other, span(3).starts_at + 15 * MINUTE), "it was right in this one"


def test_where_there_is_no_door_only_a_check_in_counts(session, wang):
    booking = book(session, wang, "lawn")

    assert release(session, booking)


def test_whoever_comes_a_little_late_has_it_again_and_is_in(session, wang):
    booking = book(session, wang)
    release(session, booking)

    reclaim(session, booking, wang, GRACE_OVER + 5 * MINUTE)

    assert (booking.state, booking.checked_in_at) == (BookingState.CONFIRMED, GRACE_OVER + 5 * MINUTE)
    assert access.may_open(
        session, member_id=wang.id, lock_id=spaces.lock_of(session, "room"), now=GRACE_OVER + 6 * MINUTE
    )
    assert not release(session, booking, GRACE_OVER + 10 * MINUTE)


def test_but_not_when_it_is_too_late_or_somebody_else_has_it(session, wang, li):
    booking = book(session, wang, when=span(1, 2))
    with pytest.raises(Conflict, match="booking_not_released"):
        reclaim(session, booking, wang, START)
    release(session, booking)
    with pytest.raises(Conflict, match="booking_reclaim_late"):
        reclaim(session, booking, wang, GRACE_OVER + 5 * MINUTE + timedelta(seconds=1))
    book(session, li, when=span(2), now=GRACE_OVER)

    with pytest.raises(Conflict, match="slot_taken") as refused:
        reclaim(session, booking, wang, GRACE_OVER + MINUTE)

    assert booking.state is BookingState.RELEASED
    instead = refused.value.facts["alternatives"]
    assert len(instead) == 3
    for one in instead:
        its_span = Span(datetime.fromisoformat(one["starts_at"]), datetime.fromisoformat(one["ends_at"]))
        service.cancel(
            session,
            booking=book(session, wang, when=its_span, now=GRACE_OVER + MINUTE),
            member=wang,
            policy=POLICY,
            now=GRACE_OVER + MINUTE,
        )


def test_what_was_given_back_is_neither_moved_nor_cancelled_nor_opened(session, wang):
    booking = book(session, wang)
    release(session, booking)
    session.refresh(booking)

    for act in (
        lambda: service.cancel(session, booking=booking, member=wang, policy=POLICY, now=GRACE_OVER),
        lambda: service.check_in(session, booking=booking, policy=POLICY, now=GRACE_OVER),
        lambda: service.lock_of(session, booking=booking, policy=POLICY, now=GRACE_OVER),
    ):
        with pytest.raises(Conflict, match="booking_released"):
            act()


def test_the_clock_looks_at_those_that_have_begun_and_nobody_came_to(session, wang, li):
    waiting, later = book(session, wang, when=span(1)), book(session, wang, when=span(5))
    there = book(session, li, "lawn")
    service.check_in(session, booking=there, policy=POLICY, now=START)

    assert queries.unattended(session, now=GRACE_OVER) == [waiting.id]
    assert queries.unattended(session, now=later.starts_at) == [later.id]

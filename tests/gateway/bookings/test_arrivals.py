"""No opening sensed in 15 s annuls a check-in, on both databases."""

from datetime import timedelta

import pytest

from gateway.bookings import arrivals, no_shows, queries, service
from gateway.fleet import queries as fleet
from gateway.fleet import service as fleet_service
from gateway.fleet.model import Device, DoorLevel, Presence
from gateway.fleet.rules import Report
from gateway.notices import queries as notices
from gateway.unlocking import service as unlocking
from tests.centre_builder import HandClock, set_presence
from tests.gateway.bookings.conftest import MINUTE, POLICY, book, span

START, _ = span()
SECOND = timedelta(seconds=1)


def sensed_open(session, now, *, ago=timedelta(0), cmd_id=None):
    """The room's door opens, and shuts again."""
    device = session.get_one(Device, "doors")
    if device.last_seq is None:
        fleet_service.take_up_log(session, device, oldest_seq=1, now=now)
    for kind in ("door_open", "door_closed"):
        report = Report(
            device_id=device.id,
            seq=device.last_seq + 1,
            hash=f"{device.last_seq + 1:064}",
            prev_hash=device.last_hash,
            boot_id=device.boot_id,
            kind=kind,
            mono_ms=0,
            door=1,
            cmd_id=cmd_id,
            age_ms=ago // timedelta(milliseconds=1),
        )
        opened = unlocking.take_event(session, fleet_service.record_event(session, report, now=now).event, now=now)
        if opened is not None:
            service.note_opening(session, member_id=opened.member_id, lock_id=opened.lock_id, now=now)


def pressed(session, member, at=START, space_id="room"):
    booking = book(session, member, space_id)
    return service.check_in(session, booking=booking, policy=POLICY, now=at)


def annul(session, booking, now):
    if booking.id not in arrivals.unproved(session, now=now):
        return False
    return arrivals.annul_unless_proved(session, booking_id=booking.id, now=now)


def told(session, member):
    return [notice.kind for notice in notices.notices_for(session, member_id=member.id, limit=10)]


def test_a_press_is_annulled_after_15_s_in_which_no_opening_was_sensed(session, wang):
    """At a kiosk and on a phone: both are this act. Then nobody has come, and the time is given back like any other."""
    booking = pressed(session, wang)

    assert not annul(session, booking, START + 14 * SECOND)
    assert annul(session, booking, START + 15 * SECOND)

    assert booking.checked_in_at is None
    assert told(session, wang) == ["check_in_annulled"]
    assert not annul(session, booking, START + 16 * SECOND), "once"
    assert no_shows.release(session, booking_id=booking.id, policy=POLICY, now=START + 15 * MINUTE)
    assert told(session, wang) == ["booking_released"]


@pytest.mark.parametrize("at", [-14 * SECOND, 14 * SECOND])
def test_a_press_counts_when_the_door_was_sensed_open_shortly_before_or_after(session, wang, at):
    if at < timedelta(0):
        sensed_open(session, START + at)
    booking = pressed(session, wang)
    if at > timedelta(0):
        sensed_open(session, START + at)

    assert not annul(session, booking, START + 15 * SECOND)


def test_an_opening_long_before_proves_nobodys_coming(session, wang):
    sensed_open(session, START - 16 * SECOND)
    booking = pressed(session, wang)

    assert annul(session, booking, START + 15 * SECOND)


@pytest.mark.parametrize("trouble", ["away", "open"])
def test_no_check_in_is_annulled_while_nobody_can_tell_how_the_door_stood(session, wang, trouble):
    booking = pressed(session, wang)
    if trouble == "away":
        set_presence(session, Presence.OFFLINE, "doors")
    else:
        fleet_service.note_levels(session, device_id="doors", levels={1: DoorLevel.OPEN}, now=START)

    assert not annul(session, booking, START + MINUTE)


def test_where_there_is_no_door_a_press_is_enough(session, wang):
    booking = pressed(session, wang, space_id="lawn")

    assert not annul(session, booking, START + MINUTE)


def test_at_the_door_only_a_sensed_opening_is_a_check_in_however_late_it_is_told(session, wang):
    booking, lock_id = book(session, wang), fleet.lock_at(session, "doors", 1).id
    unlock = unlocking.request_unlock(session, member=wang, lock_id=lock_id, clock=HandClock(START))
    for state in ("AUTHORISED", "SIGNED"):
        unlocking.move(session, unlock, state, now=START)
    assert queries.booking(session, booking.id).checked_in_at is None

    sensed_open(session, START + 5 * MINUTE, ago=5 * MINUTE, cmd_id=unlock.id)

    assert booking.checked_in_at == START + 5 * MINUTE
    assert not annul(session, booking, START + 6 * MINUTE)


def test_opening_the_door_after_all_is_the_check_in(session, wang):
    booking = pressed(session, wang)
    annul(session, booking, START + MINUTE)

    service.note_opening(session, member_id=wang.id, lock_id=fleet.lock_at(session, "doors", 1).id, now=START + MINUTE)

    assert booking.checked_in_at == START + MINUTE
    assert told(session, wang) == []

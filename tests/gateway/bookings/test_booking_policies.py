"""Rules as a member meets them who books, moves, cancels or comes late; on both databases."""

import json
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from gateway.bookings import no_shows, service
from gateway.bookings.asking import may_wait
from gateway.bookings.model import BookingState
from gateway.bookings.service import OnBehalf
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict
from gateway.members.model import Role
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import Peak, Scope
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Claim
from gateway.spaces.rules import Span
from tests.centre_builder import NOON, a_group, a_member, a_rule, a_space
from tests.gateway.bookings.conftest import HOUR, MINUTE, POLICY, book, may_open, span

ROOM, HALL, COURTS = Scope(Layer.SPACE, "room"), Scope(Layer.SPACE, "hall"), Scope(Layer.SPACE_KIND, "court")
AFTERNOON = Peak("7", 13 * 60, 18 * 60)  # of the Sunday on which it is noon
WIDE = replace(POLICY, most_ahead=100)


def refused(act, *arguments, **facts):
    with pytest.raises(Conflict) as refusal:
        act(*arguments, **facts)
    return refusal.value


def try_to_book(session, member, space_id="room", when=None, *, policy=WIDE, **more):
    return service.book(session, member=member, space_id=space_id, span=when or span(), policy=policy, now=NOON, **more)


def test_a_refusal_tells_the_rule_its_limit_what_was_found_and_who_said_so(session, wang):
    a_rule(session, Limit.MAX_MINUTES, 60, scope=ROOM)

    told = refused(try_to_book, session, wang, when=span(1, 2))

    assert told.code == "policy.max_minutes"
    assert told.facts == {
        "rule": "max_minutes",
        "limit": 60,
        "value": 120,
        "rule_id": "r.max_minutes",
        "layer": "space",
        "scope": "room",
        "group": None,
    }
    assert session.scalars(select(Claim)).all() == []


def test_a_rule_for_a_whole_holds_for_its_parts_and_one_for_a_kind_for_all_of_it(session, wang):
    a_rule(session, Limit.MIN_MINUTES, 120, scope=HALL)
    a_rule(session, Limit.MAX_MINUTES, 180, scope=COURTS, name="courts")
    policy = replace(WIDE, max_minutes=600)

    assert refused(try_to_book, session, wang, "court-3", policy=policy).code == "policy.min_minutes"
    assert refused(try_to_book, session, wang, "court-3", span(1, 4), policy=policy).facts["rule_id"] == "courts"
    try_to_book(session, wang, "court-3", span(1, 3), policy=policy)
    try_to_book(session, wang, "room", span(1, 4), policy=policy)


def test_a_setting_holds_until_a_rule_takes_its_place(session, wang):
    far = span(24 * 20)
    assert refused(try_to_book, session, wang, when=far).facts["rule_id"] == "bookings.days_ahead"

    a_rule(session, Limit.DAYS_AHEAD, 30)

    try_to_book(session, wang, when=far)


def test_a_group_is_granted_more_than_others(session, wang, li):
    a_group(session, "retired", wang)
    a_rule(session, Limit.DAYS_AHEAD, 30, group_id="retired", lifts=True)

    try_to_book(session, wang, when=span(24 * 20))
    assert refused(try_to_book, session, li, when=span(24 * 20)).code == "policy.days_ahead"


def test_some_spaces_are_for_some_members(session, wang, li):
    a_group(session, "east", wang)
    a_rule(session, Limit.MAY_USE, 0, scope=HALL, name="closed")
    a_rule(session, Limit.MAY_USE, 1, scope=HALL, group_id="east", lifts=True)

    try_to_book(session, wang, "court-1")
    assert refused(try_to_book, session, li, "court-2").code == "policy.may_use"
    try_to_book(session, li)


def test_so_many_people_come_along_and_no_more(session, wang):
    a_rule(session, Limit.GUESTS, 2)

    assert refused(try_to_book, session, wang, guests=3).code == "policy.guests"
    assert try_to_book(session, wang, guests=2).guests == 2


def test_nobody_books_a_space_for_more_people_than_it_is_for_whoever_says_so(session, wang):
    spaces_service.set_capacity(session, space_id="room", capacity=3, actor="test", now=NOON)
    staff = a_member(session, "s001", role=Role.MANAGER)

    told = refused(try_to_book, session, wang, guests=3)

    assert (told.code, told.facts["limit"]) == ("too_many_people", 3)
    overriding = OnBehalf(staff, override="it is his birthday")
    assert refused(try_to_book, session, wang, guests=3, by=overriding).code == "too_many_people"
    waiting = {"member": wang, "space_id": "room", "span": span(5), "policy": WIDE, "now": NOON}
    assert may_wait(session, **waiting, guests=3).code == "too_many_people"
    assert may_wait(session, **waiting, guests=2).code == "slot_free"
    assert try_to_book(session, wang, guests=2).guests == 2


def test_so_many_times_a_day_and_a_cancelled_one_does_not_count(session, wang):
    a_rule(session, Limit.BOOKINGS_PER_DAY, 2)
    first, _ = try_to_book(session, wang, when=span(1)), try_to_book(session, wang, "lawn", span(3))
    assert refused(try_to_book, session, wang, when=span(5)).facts["value"] == 3

    service.cancel(session, booking=first, member=wang, policy=POLICY, now=NOON)
    try_to_book(session, wang, when=span(5))
    try_to_book(session, wang, when=span(24))


def test_so_much_time_a_week_counting_what_is_over_too(session, wang):
    a_rule(session, Limit.MINUTES_PER_WEEK, 120)
    try_to_book(session, wang, when=span(1))
    try_to_book(session, wang, when=span(3))

    told = refused(service.book, session, member=wang, space_id="lawn", span=span(8), policy=WIDE, now=NOON + 7 * HOUR)

    assert (told.code, told.facts["value"]) == ("policy.minutes_per_week", 180)
    try_to_book(session, wang, when=span(24))  # Monday


def test_peak_hours_have_a_quota_of_their_own(session, wang, li):
    a_rule(session, Limit.PEAK_MINUTES, 60, peak=AFTERNOON)
    try_to_book(session, wang, when=span(1))

    told = refused(try_to_book, session, wang, when=span(2))

    assert (told.code, told.facts["peak_from"], told.facts["peak_until"]) == ("policy.peak_minutes", "13:00", "18:00")
    try_to_book(session, wang, when=span(7))
    try_to_book(session, li, when=span(2))


def test_a_branch_has_its_share_of_the_peak_and_another_branch_its_own(session, wang, li):
    a_group(session, "east", wang, li)
    a_group(session, "west")
    a_rule(session, Limit.BRANCH_PEAK_MINUTES, 60, peak=AFTERNOON)
    try_to_book(session, wang, when=span(1))

    told = refused(try_to_book, session, li, when=span(3))
    assert (told.code, told.facts["value"]) == ("policy.branch_peak_minutes", 120)

    a_rule(session, Limit.BRANCH_PEAK_MINUTES, 120, peak=AFTERNOON, group_id="east", lifts=True, name="more")
    try_to_book(session, li, when=span(3))


def test_shortly_before_its_start_a_booking_is_neither_cancelled_nor_moved(session, wang):
    a_rule(session, Limit.CANCEL_BEFORE, 30)
    booking = try_to_book(session, wang)
    late, in_time = span().starts_at - 29 * MINUTE, span().starts_at - 30 * MINUTE

    told = refused(service.cancel, session, booking=booking, member=wang, policy=POLICY, now=late)
    assert (told.code, told.facts["limit"], told.facts["value"]) == ("policy.cancel_before", 30, 29)
    move = {"booking": booking, "member": wang, "span": span(8), "policy": WIDE}
    assert refused(service.move, session, **move, now=late).code == "policy.cancel_before"
    assert booking.state is BookingState.CONFIRMED

    service.move(session, **move, now=in_time)
    service.cancel(session, booking=booking, member=wang, policy=POLICY, now=in_time)


def test_what_has_begun_cannot_be_moved_but_given_back(session, wang):
    booking = try_to_book(session, wang, when=span(1, 2))
    begun = span(1).starts_at

    told = refused(service.move, session, booking=booking, member=wang, span=span(8), policy=WIDE, now=begun)

    assert told.code == "booking_begun"
    assert may_open(session, wang, "room", begun)
    service.cancel(session, booking=booking, member=wang, policy=POLICY, now=begun + MINUTE)


def test_a_move_is_judged_by_the_same_rules_without_what_is_given_up(session, wang):
    a_rule(session, Limit.MINUTES_PER_WEEK, 120)
    booking = try_to_book(session, wang, when=span(1, 2))

    def move(when):
        return service.move(session, booking=booking, member=wang, span=when, policy=WIDE, now=NOON)

    move(span(3, 2))
    assert refused(move, span(12)).code == "policy.opening_hours"
    assert refused(move, span(24 * 15)).code == "policy.days_ahead"
    try_to_book(session, wang, when=span(24))
    assert refused(move, span(26, 2)).code == "policy.minutes_per_week"
    assert (booking.starts_at, booking.ends_at) == span(3, 2)


def test_whoever_booked_anew_meanwhile_does_not_have_one_too_many_again(session, wang):
    first, _ = book(session, wang, when=span(1, 2)), book(session, wang, "lawn", span(4))
    gone = span(1).starts_at + 15 * MINUTE
    no_shows.release(session, booking_id=first.id, policy=POLICY, now=gone)
    session.refresh(first)
    other = book(session, wang, when=span(6), now=gone)

    def reclaim():
        return no_shows.reclaim(session, booking=first, member=wang, policy=POLICY, now=gone + MINUTE)

    told = refused(reclaim)
    assert (told.code, told.facts["value"]) == ("policy.most_ahead", 3)
    assert first.state is BookingState.RELEASED

    service.cancel(session, booking=other, member=wang, policy=POLICY, now=gone)
    assert reclaim().state is BookingState.CONFIRMED


def test_whoever_is_offered_another_time_may_have_it(session, wang, li):
    a_rule(session, Limit.PEAK_MINUTES, 0, peak=Peak("7", 14 * 60, 18 * 60), group_id=a_group(session, "east", li).id)
    book(session, wang, when=span(1))

    told = refused(book, session, li, when=span(1))

    starts = [one["starts_at"] for one in told.facts["alternatives"]]
    assert starts == ["2026-11-22T04:00:00Z", "2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z"]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_the_day_a_week_ahead_opens_at_its_hour_by_the_centres_clock(session, wang, zone):
    """In Berlin the clocks go back in between."""
    policy, zone = replace(WIDE, zone=ZoneInfo(zone), days_ahead=7), ZoneInfo(zone)
    a_rule(session, Limit.OPENS_AT, 7 * 60)
    opening = NOON.replace(month=10, day=20, hour=7).replace(tzinfo=zone)
    starts_at = NOON.replace(month=10, day=27, hour=20).replace(tzinfo=zone)
    wanted = Span(starts_at, starts_at + timedelta(hours=1))
    asked = {"member": wang, "space_id": "room", "span": wanted, "policy": policy}

    told = refused(service.book, session, **asked, now=opening - MINUTE)
    assert (told.code, told.facts["opens_at"]) == ("policy.opens_at", "07:00")
    service.book(session, **asked, now=opening)


def test_the_trail_holds_what_was_booked_as_before(session, wang):
    try_to_book(session, wang, guests=1)

    last = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert json.loads(last.detail)["space"] == "room"


def test_a_space_that_is_bookable_at_night_counts_the_day_it_begins(session, wang):
    a_space(session, "studio", opens_min=0, closes_min=1440)
    a_rule(session, Limit.BOOKINGS_PER_DAY, 1)
    try_to_book(session, wang, "studio", span(11))  # 23 o'clock

    try_to_book(session, wang, "studio", span(12))  # midnight
    assert refused(try_to_book, session, wang, "studio", span(10)).code == "policy.bookings_per_day"

"""Points, where a rule keeps them: taken for what kept others away, never for our own faults; objected to, and gone."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.bookings import asking, no_shows, series, service
from gateway.bookings import preview as previews
from gateway.bookings.model import BookingState
from gateway.credit import queries
from gateway.credit import service as credit
from gateway.credit.model import Appeal, Cause, CreditEntry
from gateway.fleet import queries as fleet
from gateway.fleet.model import Presence
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound
from gateway.notices import queries as notices
from gateway.policies.model import Limit
from gateway.policies.rules import Rule
from gateway.spaces import queries as spaces
from gateway.unlocking import service as unlocking
from tests.centre_builder import NOON, HandClock, a_device, a_member, a_rule, a_space, set_presence
from tests.gateway.bookings.conftest import HOUR, MINUTE, POLICY, book, span

START = span().starts_at
GRACE_OVER = START + 15 * MINUTE
DAY = timedelta(days=1)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_device(session, "doors", doors=1)
        a_space(session, "room", lock_id=fleet.lock_at(session, "doors", 1).id)
        a_space(session, "lawn")
        yield session


@pytest.fixture
def kept(session):
    """Points are kept here: whoever has few books a day ahead, and one thing at a time."""
    a_rule(session, Limit.LOW_CREDIT_DAYS_AHEAD, 1)
    a_rule(session, Limit.LOW_CREDIT_MOST_AHEAD, 1)


def misses(session, member, days=0):
    """They book the room `days` later and do not come."""
    when = span()
    when = type(when)(when.starts_at + days * DAY, when.ends_at + days * DAY)
    booking = book(session, member, when=when, now=when.starts_at - 2 * HOUR)
    no_shows.release(session, booking_id=booking.id, policy=POLICY, now=when.starts_at + 15 * MINUTE)
    session.refresh(booking)
    return booking


def points(session, member, at=GRACE_OVER):
    return queries.score_of(session, member_id=member.id, now=at).points


def causes(session, member):
    return [one.cause for one in queries.entries_of(session, member_id=member.id)]


def said_to(session, member):
    return [one.kind for one in notices.notices_for(session, member_id=member.id, limit=20)]


def test_where_no_rule_is_about_points_none_are_kept(session, wang):
    misses(session, wang)
    cancelled = book(session, wang, when=span(5), now=NOON)
    service.cancel(session, booking=cancelled, member=wang, policy=POLICY, now=NOON + 4 * HOUR)

    assert not queries.is_on(session)
    assert session.scalar(select(func.count()).select_from(CreditEntry)) == 0
    assert "credit_taken" not in said_to(session, wang)


def test_not_coming_costs_points_from_the_second_time_on_and_the_member_is_told_each_time(session, wang, kept):
    misses(session, wang)
    assert (points(session, wang), said_to(session, wang).count("credit_forgiven")) == (100, 1)

    misses(session, wang, days=1)
    assert (points(session, wang, GRACE_OVER + DAY), said_to(session, wang).count("credit_taken")) == (90, 1)
    assert causes(session, wang) == [Cause.NO_SHOW] * 2


@pytest.mark.parametrize("presence", [Presence.OFFLINE, Presence.UNKNOWN])
def test_nothing_is_taken_while_our_own_door_cannot_be_reached(session, wang, kept, presence):
    booking = book(session, wang)
    set_presence(session, presence, "doors")

    no_shows.release(session, booking_id=booking.id, policy=POLICY, now=GRACE_OVER)
    assert causes(session, wang) == []


def test_nothing_is_taken_from_whoever_asked_for_the_door_whatever_came_of_it(session, wang, kept):
    booking = book(session, wang)
    clock = HandClock()
    clock.advance(minutes=55)
    unlocking.request_unlock(session, member=wang, lock_id=spaces.lock_of(session, "room"), clock=clock)

    no_shows.release(session, booking_id=booking.id, policy=POLICY, now=GRACE_OVER)
    assert causes(session, wang) == []


def test_whoever_comes_after_all_gets_it_back_and_hears_no_more_of_it(session, wang, kept):
    booking = misses(session, wang)
    no_shows.reclaim(session, booking=booking, member=wang, policy=POLICY, now=GRACE_OVER + 4 * MINUTE)

    assert causes(session, wang) == []
    assert "credit_forgiven" not in said_to(session, wang)


def test_giving_back_late_costs_less_and_in_time_or_right_after_booking_nothing(session, wang, kept):
    misses(session, wang)
    in_time = book(session, wang, when=span(7), now=GRACE_OVER)
    service.cancel(session, booking=in_time, member=wang, policy=POLICY, now=NOON + 4 * HOUR)
    at_once = book(session, wang, when=span(7), now=NOON + 6 * HOUR)
    service.cancel(session, booking=at_once, member=wang, policy=POLICY, now=NOON + 6 * HOUR + 10 * MINUTE)
    assert causes(session, wang) == [Cause.NO_SHOW]

    late = book(session, wang, when=span(8), now=NOON + 3 * HOUR)
    service.cancel(session, booking=late, member=wang, policy=POLICY, now=NOON + 7 * HOUR)
    assert causes(session, wang) == [Cause.LATE_CANCEL, Cause.NO_SHOW]
    assert points(session, wang, NOON + 7 * HOUR) == 95


def test_moving_late_costs_what_giving_back_late_does_and_one_booking_costs_once(session, wang, kept):
    misses(session, wang)
    booking = book(session, wang, when=span(8), now=NOON + 3 * HOUR)
    for start, at in ((7, 5), (9, 6)):
        service.move(session, booking=booking, member=wang, span=span(start), policy=POLICY, now=NOON + at * HOUR)
    assert causes(session, wang) == [Cause.LATE_CANCEL, Cause.NO_SHOW]
    assert points(session, wang, NOON + 6 * HOUR) == 95

    no_shows.release(session, booking_id=booking.id, policy=POLICY, now=NOON + 10 * HOUR - MINUTE)
    assert causes(session, wang) == [Cause.NO_SHOW, Cause.NO_SHOW]


def test_who_brings_one_less_at_the_same_time_gives_no_time_back_and_it_costs_nothing(session, wang, kept):
    misses(session, wang)
    booking = book(session, wang, when=span(8), now=NOON + 3 * HOUR)
    facts = {"booking": booking, "member": wang, "span": span(8), "policy": POLICY}
    service.move(session, guests=1, now=NOON + 5 * HOUR, **facts)
    service.move(session, guests=0, now=NOON + 7 * HOUR, **facts)

    assert causes(session, wang) == [Cause.NO_SHOW]


def test_a_series_is_no_way_round_it_and_what_the_house_gives_back_costs_nothing(session, wang, kept):
    misses(session, wang)
    made, _ = series.book(
        session,
        member=wang,
        space_id="lawn",
        first=span(6),
        recurs="FREQ=DAILY;COUNT=2",
        all_or_none=False,
        policy=POLICY,
        now=NOON,
    )
    series.cancel(session, series=made, from_day=None, member=wang, policy=POLICY, now=NOON + 5 * HOUR)
    assert causes(session, wang) == [Cause.LATE_CANCEL, Cause.NO_SHOW]

    booking = book(session, wang, "lawn", span(9), now=NOON)
    service.give_back(session, booking=booking, actor="gateway", policy=POLICY, now=NOON + 8 * HOUR)
    assert len(causes(session, wang)) == 2


def test_what_waits_for_staff_or_was_used_is_given_back_for_nothing(session, wang, kept):
    used = book(session, wang, "lawn", span(1, 2))
    service.check_in(session, booking=used, policy=POLICY, now=START)
    service.cancel(session, booking=used, member=wang, policy=POLICY, now=START + HOUR)
    a_rule(session, Limit.NEEDS_APPROVAL, 1)
    asked = book(session, wang, "lawn", span(5), now=NOON)
    assert asked.state is BookingState.PENDING
    service.cancel(session, booking=asked, member=wang, policy=POLICY, now=NOON + 4 * HOUR)

    assert causes(session, wang) == []


@pytest.fixture
def low(session, wang, kept):
    """They missed three; it is the third day."""
    for days in range(3):
        misses(session, wang, days=days)
    return GRACE_OVER + 2 * DAY


def test_with_few_points_the_window_and_the_quota_shrink_and_the_refusal_names_rule_and_value(session, wang, low):
    far = type(span())(START + 5 * DAY, START + 5 * DAY + HOUR)
    with pytest.raises(Conflict, match=r"policy\.low_credit_days_ahead") as refused:
        book(session, wang, "lawn", far, now=low)
    assert {"rule": "low_credit_days_ahead", "limit": 1, "value": 3}.items() <= refused.value.facts.items()
    told = asking.may_book(session, member=wang, space_id="lawn", span=far, policy=POLICY, now=low)
    assert (told.code, told.verdict.refusal.found) == ("policy.low_credit_days_ahead", 3)

    near = [
        type(span())(low + 6 * HOUR + n * HOUR - 15 * MINUTE, low + 7 * HOUR + n * HOUR - 15 * MINUTE) for n in (0, 1)
    ]
    book(session, wang, "lawn", near[0], now=low)
    with pytest.raises(Conflict, match=r"policy\.low_credit_most_ahead"):
        book(session, wang, "lawn", near[1], now=low)


def test_thirty_days_later_everything_is_as_before(session, wang, low):
    later = low + 31 * DAY
    far = type(span())(START + 38 * DAY, START + 38 * DAY + HOUR)

    assert book(session, wang, "lawn", far, now=later).state is BookingState.CONFIRMED


def test_what_somebody_has_already_stays_and_opens_its_door(session, wang, kept):
    ahead = book(session, wang, "lawn", type(span())(START + 3 * DAY, START + 3 * DAY + HOUR), now=NOON)
    for days in range(3):
        misses(session, wang, days=days)

    assert queries.score_of(session, member_id=wang.id, now=GRACE_OVER + 2 * DAY).is_low
    service.check_in(session, booking=ahead, policy=POLICY, now=START + 3 * DAY)


def test_others_are_judged_as_ever(session, wang, low):
    li = a_member(session, "10002")
    far = type(span())(START + 5 * DAY, START + 5 * DAY + HOUR)

    assert book(session, li, "lawn", far, now=low).state is BookingState.CONFIRMED


def test_a_preview_of_the_rule_knows_who_has_few_points(session, wang, low):
    ahead = book(
        session, wang, "lawn", type(span())(low + 8 * HOUR - 15 * MINUTE, low + 9 * HOUR - 15 * MINUTE), now=low
    )
    none_at_all = Rule(id="stricter", limit=Limit.LOW_CREDIT_MOST_AHEAD, value=0)

    refused = previews.would_refuse(session, rule=none_at_all, policy=POLICY, now=low)
    assert [one.booking.id for one in refused] == [ahead.id]


def test_a_member_objects_once_and_staff_answer_once_with_a_reason_and_all_of_it_is_in_the_trail(session, wang, low):
    newest = queries.entries_of(session, member_id=wang.id)[0]
    credit.appeal(session, credit_id=newest.id, member=wang, reason="我在医院", now=low)
    with pytest.raises(Conflict, match="already_appealed"):
        credit.appeal(session, credit_id=newest.id, member=wang, reason="again", now=low)
    [(waiting, whose)] = queries.appeals(session)
    assert (waiting.id, whose.id, points(session, wang, low)) == (newest.id, wang.id, 80)

    credit.answer(session, credit_id=newest.id, accepted=True, reason="有证明", actor="desk", now=low)

    assert (newest.appeal, newest.answer, points(session, wang, low)) == (Appeal.ACCEPTED, "有证明", 90)
    assert "appeal_accepted" in said_to(session, wang)
    assert queries.appeals(session) == []
    with pytest.raises(Conflict, match="appeal_answered"):
        credit.answer(session, credit_id=newest.id, accepted=False, reason="x", actor="desk", now=low)
    trail = session.execute(select(AuditEntry.actor, AuditEntry.act).where(AuditEntry.thing == newest.id)).all()
    assert trail == [(wang.audit_id, "credit_appealed"), ("desk", "credit_given_back")]


def test_a_no_leaves_the_points_as_they_are_and_says_why(session, wang, low):
    newest = queries.entries_of(session, member_id=wang.id)[0]
    credit.appeal(session, credit_id=newest.id, member=wang, reason="x", now=low)
    credit.answer(session, credit_id=newest.id, accepted=False, reason="没有证明", actor="desk", now=low)

    assert (newest.appeal, points(session, wang, low)) == (Appeal.REFUSED, 80)
    assert "appeal_refused" in said_to(session, wang)


def test_staff_let_somebody_off_who_did_not_ask(session, wang, low):
    newest = queries.entries_of(session, member_id=wang.id)[0]

    credit.answer(session, credit_id=newest.id, accepted=True, reason="公交停运", actor="desk", now=low)
    assert points(session, wang, low) == 90


def test_nobody_objects_to_what_is_another_persons(session, wang, low):
    li, newest = a_member(session, "10002"), queries.entries_of(session, member_id=wang.id)[0]
    with pytest.raises(NotFound):
        credit.appeal(session, credit_id=newest.id, member=li, reason="x", now=low)
    with pytest.raises(NotFound):
        credit.answer(session, credit_id="nothing", accepted=True, reason="x", actor="desk", now=low)


def test_after_a_year_nothing_is_known_of_it(session, wang, low):
    credit.forget_old(session, now=low + 363 * DAY)
    assert len(causes(session, wang)) == 3
    credit.forget_old(session, now=low + 366 * DAY)
    assert causes(session, wang) == []

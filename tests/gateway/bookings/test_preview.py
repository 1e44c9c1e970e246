"""Whom a rule would refuse before it is set: told truly, and nobody loses anything by it. On both databases."""

from dataclasses import replace

import pytest

from gateway.bookings import preview, service
from gateway.bookings.model import BookingState
from gateway.kit.errors import Conflict
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import Peak, Rule, Scope
from tests.centre_builder import NOON, a_group, a_rule
from tests.gateway.bookings.conftest import HOUR, POLICY, book, span

WIDE = replace(POLICY, most_ahead=9)
ROOM = Scope(Layer.SPACE, "room")


def had(session, member, space_id="room", when=None, now=NOON, **more):
    return service.book(session, member=member, space_id=space_id, span=when or span(), policy=WIDE, now=now, **more)


def refused(session, limit, value, *, now=NOON, **more):
    rule = Rule(id=more.pop("id", "new"), limit=limit, value=value, **more)
    found = preview.would_refuse(session, rule=rule, policy=WIDE, now=now)
    return [(one.booking.id, one.finding.found) for one in found]


def test_who_booked_longer_or_brings_more_than_the_rule_would_allow_is_told(session, wang, li):
    long = had(session, wang, when=span(1, 2), guests=3)
    had(session, li, when=span(3))

    assert refused(session, Limit.MAX_MINUTES, 60) == [(long.id, 120)]
    assert refused(session, Limit.GUESTS, 2) == [(long.id, 3)]
    assert refused(session, Limit.MAX_MINUTES, 60, scope=Scope(Layer.SPACE, "lawn")) == []


def test_each_is_judged_as_it_was_made_beside_those_made_before_it(session, wang, li):
    second, first = had(session, wang, when=span(1)), had(session, wang, "lawn", span(4))
    third = had(session, wang, when=span(26), now=NOON + HOUR / 60)
    had(session, li, when=span(8))
    made = sorted([(first.booked_at, first.id), (second.booked_at, second.id)])

    assert refused(session, Limit.MOST_AHEAD, 2) == [(third.id, 3)]
    assert [found for _, found in refused(session, Limit.MOST_AHEAD, 1)] == [2, 3]
    assert refused(session, Limit.BOOKINGS_PER_DAY, 1) == [(made[1][1], 2)]
    assert refused(session, Limit.DAYS_AHEAD, 0) == [(third.id, 1)]
    assert refused(session, Limit.DAYS_AHEAD, 0, now=NOON + 30 * HOUR) == [], "what is over is nobody's worry"


def test_a_branch_is_counted_together(session, wang, li):
    a_group(session, "east", wang, li)
    peak = Peak("7", 13 * 60, 18 * 60)
    mine, theirs = had(session, wang), had(session, li, "lawn", now=NOON + HOUR / 60)

    assert refused(session, Limit.BRANCH_PEAK_MINUTES, 60, peak=peak) == [(theirs.id, 120)]
    assert {one for one, _ in refused(session, Limit.BRANCH_PEAK_MINUTES, 30, peak=peak)} == {mine.id, theirs.id}


def test_whom_a_grant_spares_and_whom_another_rule_refuses_anyway_it_does_not_refuse(session, wang, li):
    a_group(session, "east", wang)
    had(session, wang, when=span(1, 2))
    a_rule(session, Limit.MAX_MINUTES, 120, group_id="east", lifts=True, scope=ROOM, name="grant")
    assert refused(session, Limit.MAX_MINUTES, 60, scope=ROOM) == []

    loser = had(session, li, when=span(4, 2))
    assert refused(session, Limit.MAX_MINUTES, 60, scope=ROOM) == [(loser.id, 120)]
    a_rule(session, Limit.MAX_MINUTES, 60, scope=ROOM, name="known")
    assert refused(session, Limit.MAX_MINUTES, 30, id="known", scope=ROOM) == [(loser.id, 120)], "in place of it"
    assert refused(session, Limit.MAX_MINUTES, 60, id="known", scope=ROOM) == [(loser.id, 120)], "as it is set"
    assert refused(session, Limit.GUESTS, 0) == []


def test_a_rule_that_is_set_breaks_no_booking_that_stands(session, wang):
    booking = had(session, wang, when=span(1, 2))
    a_rule(session, Limit.MAX_MINUTES, 60)

    session.refresh(booking)
    assert booking.state is BookingState.CONFIRMED
    with pytest.raises(Conflict, match=r"policy\.max_minutes"):
        book(session, wang, when=span(5, 2))

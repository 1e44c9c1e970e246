"""Whoever asks first is told what would come of it: the same as whoever does it, on both databases."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.bookings import asking, service
from gateway.kit.errors import Conflict
from gateway.members.model import GroupKind
from gateway.policies.model import IN_PEAK_HOURS, OF_A_BRANCH, OF_RENTALS, YES_OR_NO, Layer, Limit
from gateway.policies.rules import CENTRE, Peak, Scope
from tests.centre_builder import NOON, a_group, a_rule
from tests.gateway.bookings.conftest import HOUR, MINUTE, POLICY, book, span

ROOM, COURTS = Scope(Layer.SPACE, "room"), Scope(Layer.SPACE_KIND, "room")
WIDE = replace(POLICY, most_ahead=3)


@st.composite
def some_rules(draw):
    limit = draw(st.sampled_from([limit for limit in Limit if limit not in OF_RENTALS]))
    if limit is Limit.BALLOT_CLOSES_AT:
        return {"limit": limit, "value": draw(st.sampled_from([0, 180, 9000])), "scope": ROOM}
    group = draw(st.sampled_from([None, "east"] if limit in OF_A_BRANCH else [None, "east", "retired"]))
    return {
        "limit": limit,
        "value": draw(st.sampled_from([0, 1] if limit in YES_OR_NO else [0, 1, 2, 3, 60, 61, 120, 121, 180])),
        "scope": draw(st.sampled_from([CENTRE, COURTS, ROOM])),
        "group_id": group,
        "lifts": draw(st.booleans()) if group else False,
        "peak": Peak("67", 14 * 60, 18 * 60) if limit in IN_PEAK_HOURS else None,
    }


def outcome(session, act):
    """The code and the facts of a refusal; None when it was done. What it did is taken back."""
    trial = session.begin_nested()
    try:
        act()
    except Conflict as refused:
        return refused.code, {name: value for name, value in refused.facts.items() if name != "alternatives"}
    else:
        return None
    finally:
        if trial.is_active:
            trial.rollback()
        session.expire_all()


def said(judged):
    if judged.house is not None or judged.verdict.refusal is None:
        return judged.code and (judged.code, {})
    by = judged.verdict.refusal
    return judged.code, {"limit": by.bound.value, "value": by.found}


def same(told, judged):
    """A refusal tells more than its code, limit and value."""
    if told is None or judged is None:
        return told is judged
    return told[0] == judged[0] and judged[1].items() <= told[1].items()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(some_rules(), max_size=4), st.integers(-1, 12), st.integers(1, 3), st.integers(0, 3))
def test_what_is_explained_and_what_is_refused_never_differ(session, wang, rules, start, length, guests):
    with session.begin_nested() as everything:
        a_group(session, "east", wang)
        a_group(session, "retired", kind=GroupKind.STANDING)
        booking = book(session, wang, when=span(2))
        for number, rule in enumerate(rules):
            a_rule(session, rule.pop("limit"), rule.pop("value"), name=f"r{number}", **rule)
        wish = {"member": wang, "span": span(start, length), "policy": WIDE}
        asked = [
            asking.may_book(session, **wish, space_id="room", guests=guests, now=NOON),
            asking.may_move(session, **wish, booking=booking, now=NOON),
            asking.may_cancel(session, booking=booking, now=NOON),
        ]
        done = [
            outcome(session, lambda: service.book(session, **wish, space_id="room", guests=guests, now=NOON)),
            outcome(session, lambda: service.move(session, **wish, booking=booking, now=NOON)),
            outcome(session, lambda: service.cancel(session, booking=booking, member=wang, policy=WIDE, now=NOON)),
        ]
        everything.rollback()
    session.expire_all()

    for told, judged in zip(done, asked, strict=True):
        assert same(told, said(judged)), (told, said(judged))


def test_every_rule_that_was_looked_at_is_told_and_the_deciding_one_first(session, wang):
    a_rule(session, Limit.MAX_MINUTES, 60, scope=ROOM)
    a_rule(session, Limit.CANCEL_BEFORE, 30)

    judged = asking.may_book(session, member=wang, space_id="room", span=span(1, 2), policy=POLICY, now=NOON)

    assert [(one.bound.by.id, one.found, one.refuses) for one in judged.verdict.findings] == [
        ("r.max_minutes", 120, True),
        ("bookings.days_ahead", 0, False),
        ("bookings.max_minutes", 120, False),
        ("bookings.most_ahead", 1, False),
    ]


def test_a_time_that_somebody_has_is_not_to_be_had_and_one_that_no_rule_allows_is_not_even_looked_at(session, wang, li):
    book(session, li)

    def may_book(when):
        return asking.may_book(session, member=wang, space_id="room", span=when, policy=POLICY, now=NOON).code

    assert may_book(span()) == "slot_taken"
    assert may_book(span(1, 3)) == "policy.max_minutes"
    assert may_book(span(3)) is None


def test_who_comes_along_and_what_is_given_up_are_judged_beforehand_too(session, wang):
    a_rule(session, Limit.GUESTS, 1)
    a_rule(session, Limit.CANCEL_BEFORE, 90)
    booking = book(session, wang)

    def may_book(guests):
        return asking.may_book(
            session, member=wang, space_id="lawn", span=span(), policy=POLICY, now=NOON, guests=guests
        ).code

    assert (may_book(1), may_book(2)) == (None, "policy.guests")
    moved = asking.may_move(session, member=wang, booking=booking, span=span(8), policy=POLICY, now=NOON)
    assert moved.code == asking.may_cancel(session, booking=booking, now=NOON).code == "policy.cancel_before"


def test_nothing_is_changed_by_asking(session, wang):
    booking = book(session, wang)

    asking.may_book(session, member=wang, space_id="lawn", span=span(), policy=POLICY, now=NOON)
    asking.may_move(session, member=wang, booking=booking, span=span(5), policy=POLICY, now=NOON)
    asking.may_cancel(session, booking=booking, now=NOON)

    assert [*session.new, *session.dirty, *session.deleted] == []


def test_what_has_begun_or_is_over_is_explained_as_it_is_refused(session, wang):
    booking = book(session, wang)
    begun, over = span().starts_at + MINUTE, span().ends_at + HOUR

    def may_move(now):
        return asking.may_move(session, member=wang, booking=booking, span=span(8), policy=POLICY, now=now).code

    assert (may_move(NOON), may_move(begun), may_move(over)) == (None, "booking_begun", "booking_over")
    assert asking.may_cancel(session, booking=booking, now=begun).code is None
    assert asking.may_cancel(session, booking=booking, now=over).code == "booking_over"


@pytest.mark.parametrize("in_group", [True, False])
def test_what_holds_at_every_space_is_the_strictest_of_its_rules(session, wang, in_group):
    a_group(session, "east", *([wang] if in_group else []))
    a_rule(session, Limit.DAYS_AHEAD, 30, group_id="east", lifts=True)
    a_rule(session, Limit.DAYS_AHEAD, 20, scope=ROOM, name="room")

    found = {space.id: bounds for space, bounds in asking.limits_of(session, member=wang, policy=POLICY)}

    def days(space_id):
        return min(bound.value for bound in found[space_id] if bound.limit is Limit.DAYS_AHEAD)

    assert (days("room"), days("lawn")) == ((20, 30) if in_group else (14, 14))

"""Where staff must agree first: the time is held, nothing opens, and it ends in a yes or a no. On both databases."""

import json
from functools import partial

import pytest
from sqlalchemy import select

from gateway.bookings import approvals, no_shows, queries, service
from gateway.bookings.model import Booking, BookingState
from gateway.bookings.service import OnBehalf
from gateway.calendar import service as calendar
from gateway.calendar.model import HOUSE, DayKind
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound
from gateway.members import queries as members
from gateway.members.model import Role
from gateway.notices import queries as notices
from gateway.policies.model import Layer, Limit
from gateway.policies.rules import Scope
from gateway.spaces.model import Claim
from tests.centre_builder import NOON, a_group, a_member, a_rule, a_space
from tests.gateway.bookings.conftest import HOUR, MINUTE, POLICY, book, may_open, span
from tests.race import at_once

ROOM = Scope(Layer.SPACE, "room")


@pytest.fixture
def asked(session, wang):
    """A booking of the room that waits for an answer."""
    a_rule(session, Limit.NEEDS_APPROVAL, 1, scope=ROOM)
    return book(session, wang)


def approve(session, booking, desk, now=NOON):
    return approvals.approve(session, booking_id=booking.id, staff=desk, policy=POLICY, now=now)


def deny(session, booking, desk, now=NOON):
    return approvals.deny(session, booking_id=booking.id, staff=desk, reason="choir rehearsal", policy=POLICY, now=now)


def refused(act, *arguments, **facts):
    with pytest.raises(Conflict) as refusal:
        act(*arguments, **facts)
    return refusal.value.code


def told(session, member):
    return [one.kind for one in notices.notices_for(session, member_id=member.id, limit=9)]


def last_acts(session, count):
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(count))
    return [(row.act, row.actor) for row in rows]


def test_what_is_asked_for_holds_its_time_and_opens_nothing(session, wang, li, asked):
    assert asked.state is BookingState.PENDING
    assert not may_open(session, wang, "room", span().starts_at)
    assert refused(book, session, li) == "slot_taken"
    for act in (service.check_in, service.lock_of):
        assert refused(act, session, booking=asked, policy=POLICY, now=span().starts_at) == "booking_pending"
    assert not no_shows.release(session, booking_id=asked.id, policy=POLICY, now=span().starts_at + 20 * MINUTE)


def test_what_is_asked_for_counts_like_any_other(session, wang, asked):
    book(session, wang, "lawn", span(3))

    assert refused(book, session, wang, "lawn", span(5)) == "policy.most_ahead"


def test_with_a_yes_it_is_the_members_with_its_key_and_they_are_told(session, wang, asked, desk):
    approve(session, asked, desk)

    assert asked.state is BookingState.CONFIRMED
    assert may_open(session, wang, "room", span().starts_at)
    assert told(session, wang) == ["booking_approved"]
    assert last_acts(session, 1) == [("booking_approved", desk.audit_id)]
    service.cancel(session, booking=asked, member=wang, policy=POLICY, now=NOON)
    assert told(session, wang) == []


def test_with_a_no_the_time_is_everybodys_and_the_member_reads_why(session, wang, li, asked, desk):
    deny(session, asked, desk)

    assert (asked.state, asked.denied_at, asked.denied_for) == (BookingState.DENIED, NOON, "choir rehearsal")
    [notice] = notices.notices_for(session, member_id=wang.id, limit=9)
    assert (notice.kind, json.loads(notice.facts)["reason"]) == ("booking_denied", "choir rehearsal")
    assert session.scalars(select(Claim).where(Claim.released_at.is_(None))).all() == []
    assert book(session, li).state is BookingState.PENDING
    assert refused(service.cancel, session, booking=asked, member=wang, policy=POLICY, now=NOON) == "booking_denied"
    book(session, wang, "lawn")
    book(session, wang, "lawn", span(3))  # what was denied counts no more


def test_an_answer_is_given_once_and_before_the_start(session, wang, asked, desk):
    assert refused(approve, session, asked, desk, span().starts_at) == "booking_in_the_past"
    assert refused(deny, session, asked, desk, span().starts_at) == "booking_in_the_past"
    approve(session, asked, desk)

    for answer in (approve, deny):
        assert refused(answer, session, asked, desk) == "booking_not_pending"
    with pytest.raises(NotFound):
        approvals.approve(session, booking_id="x", staff=desk, policy=POLICY, now=NOON)


def test_without_an_answer_before_its_start_it_is_a_no(session, wang, asked):
    start = span().starts_at
    assert not approvals.deny_unanswered(session, booking_id=asked.id, policy=POLICY, now=start - MINUTE)
    assert queries.unanswered(session, now=start) == [asked.id]

    assert approvals.deny_unanswered(session, booking_id=asked.id, policy=POLICY, now=start)

    session.refresh(asked)
    assert (asked.state, asked.denied_for) == (BookingState.DENIED, "")
    assert told(session, wang) == ["booking_unanswered"]
    assert not approvals.deny_unanswered(session, booking_id=asked.id, policy=POLICY, now=start), "once"


def test_whoever_asked_may_take_it_back_or_ask_for_another_time(session, wang, li, asked, desk):
    service.move(session, booking=asked, member=wang, span=span(4), policy=POLICY, now=NOON)
    assert asked.state is BookingState.PENDING
    book(session, li)

    approve(session, asked, desk)
    service.move(session, booking=asked, member=wang, span=span(6), policy=POLICY, now=NOON)

    assert asked.state is BookingState.PENDING, "another time is another question"
    assert not may_open(session, wang, "room", span(6).starts_at)
    assert told(session, wang) == []
    service.cancel(session, booking=asked, member=wang, policy=POLICY, now=NOON)
    assert asked.state is BookingState.CANCELLED


def test_a_group_that_is_trusted_need_not_ask(session, wang, li):
    a_group(session, "choir", wang)
    a_rule(session, Limit.NEEDS_APPROVAL, 1)
    a_rule(session, Limit.NEEDS_APPROVAL, 0, group_id="choir", lifts=True, name="trusted")

    assert book(session, wang).state is BookingState.CONFIRMED
    assert book(session, li, "lawn").state is BookingState.PENDING


def test_the_desk_sees_what_waits_the_soonest_first(session, wang, li, asked):
    a_space(session, "studio")
    a_rule(session, Limit.NEEDS_APPROVAL, 1, name="all")
    sooner = book(session, li, "studio", span(0))

    waiting = queries.not_over(session, state=BookingState.PENDING, now=NOON)

    assert [(booking.id, member.id) for booking, member in waiting] == [(sooner.id, li.id), (asked.id, wang.id)]
    assert queries.not_over(session, state=BookingState.PENDING, now=NOON + 9 * HOUR) == []


def test_what_waits_is_named_to_staff_who_close_its_day(session, wang, asked):
    facts = {"kind": DayKind.CLOSED, "reason": "repairs", "opening": None, "actor": "desk", "now": NOON}
    calendar.set_day(session, whose=HOUSE, day=NOON.date(), **facts)

    found = queries.outside_hours(session, space_id="room", day=NOON.date(), policy=POLICY)

    assert [booking.id for booking in found] == [asked.id]


def on_behalf(session, member, desk, *, override=None, when=None, **more):
    by = OnBehalf(desk, override)
    wish = {"space_id": "room", "span": when or span(), "policy": POLICY, "now": NOON} | more
    return service.book(session, member=member, by=by, **wish)


def test_staff_who_book_for_a_member_are_judged_as_the_member_is(session, wang, desk):
    a_rule(session, Limit.MAX_MINUTES, 60)

    booking = on_behalf(session, wang, desk)

    assert (booking.member_id, booking.state) == (wang.id, BookingState.CONFIRMED)
    assert may_open(session, wang, "room", span().starts_at)
    assert told(session, wang) == ["booked_for_you"]
    assert last_acts(session, 1) == [("booked", desk.audit_id)]
    assert refused(on_behalf, session, wang, desk, when=span(3, 2)) == "policy.max_minutes"


def test_with_a_reason_staff_set_rules_aside_and_each_is_in_the_trail_with_its_value(session, wang, asked, desk):
    a_rule(session, Limit.MAX_MINUTES, 60)

    booking = on_behalf(session, wang, desk, when=span(3, 2), override="choir concert")

    assert booking.state is BookingState.CONFIRMED, "whoever may agree need not ask"
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "policy_overridden")).one()
    detail = json.loads(entry.detail)
    assert (entry.actor, entry.thing, detail["reason"]) == (desk.audit_id, booking.id, "choir concert")
    assert {(one["rule"], one["limit"], one["value"]) for one in detail["rules"]} == {
        ("max_minutes", 60, 120),
        ("needs_approval", 1, 0),
    }


def test_staff_open_the_house_at_night_but_bring_no_time_back_and_take_none_from_others(session, wang, li, desk):
    night = on_behalf(session, wang, desk, when=span(12), override="New Year")
    assert night.state is BookingState.CONFIRMED
    entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "policy_overridden")).one()
    assert json.loads(entry.detail)["rules"] == [{"rule": "policy.opening_hours"}]

    assert refused(on_behalf, session, wang, desk, when=span(-1), override="x") == "booking_in_the_past"
    book(session, li)
    assert refused(on_behalf, session, wang, desk, override="x") == "slot_taken"


def test_a_reason_that_was_not_needed_leaves_no_mark(session, wang, desk):
    on_behalf(session, wang, desk, override="just in case")

    assert session.scalars(select(AuditEntry).where(AuditEntry.act == "policy_overridden")).all() == []


def test_of_a_yes_a_no_and_a_cancellation_at_once_one_counts(sessions):
    with sessions.begin() as session:
        a_space(session, "lawn")
        a_rule(session, Limit.NEEDS_APPROVAL, 1)
        a_member(session, "s002", role=Role.DESK)
        booking_id = book(session, a_member(session, "10001"), "lawn").id

    def act(what):
        with sessions.begin() as session:
            desk = members.member_by_no(session, member_no="s002")
            if what == "cancel":
                booking = session.get_one(Booking, booking_id)
                wang = members.member_by_no(session, member_no="10001")
                service.cancel(session, booking=booking, member=wang, policy=POLICY, now=NOON)
            else:
                {"approve": approve, "deny": deny}[what](session, session.get_one(Booking, booking_id), desk)
            return what

    wanted = ["approve", "deny", "cancel"] * 3
    results = at_once([partial(act, what) for what in wanted])

    losers = {(what, result) for what, result in zip(wanted, results, strict=True) if what != result}
    assert {result for what, result in losers if what != "cancel"} == {"booking_not_pending"}
    assert {result for what, result in losers if what == "cancel"} <= {"booking_denied", "booking_cancelled"}
    answers = [one for one in results if one in ("approve", "deny")]
    assert len(answers) <= 1
    assert results.count("cancel") <= 1
    with sessions.read() as session:
        booking = session.get_one(Booking, booking_id)
        live = session.scalars(select(Claim).where(Claim.released_at.is_(None))).all()
        assert bool(live) is (booking.state is BookingState.CONFIRMED)
        expected = {"cancel": BookingState.CANCELLED, "deny": BookingState.DENIED, "approve": BookingState.CONFIRMED}
        assert booking.state is expected["cancel" if "cancel" in results else answers[0]]

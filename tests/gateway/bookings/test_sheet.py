"""Bookings as a spreadsheet lists them: all of them, or none and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from gateway.bookings import sheet
from gateway.bookings.model import BookingState
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Malformed
from gateway.policies.model import Limit
from tests.centre_builder import NOON, a_rule
from tests.gateway.bookings.conftest import POLICY, book, span

HEADER = "member_no,space_id,starts_at,ends_at,guests,override\n"
GOOD = "10001,room,2026-11-22 13:00,2026-11-22 14:00,,\n"  # an hour after NOON, by the clock in Shanghai


def take_in(session, desk, text):
    return sheet.take_in(session, text=text, staff=desk, policy=POLICY, now=NOON)


def faults(made):
    return [(fault.line, fault.field, fault.why) for fault in made.faults]


def test_every_line_is_booked_by_the_centres_clock_for_its_member(session, wang, li, desk):
    made = take_in(session, desk, HEADER + GOOD + "10002,lawn,2026-11-22T06:00:00Z,2026-11-22T07:00:00Z,3,\n")

    made.insist()
    told = [(no, one.member_id, one.space_id, one.starts_at, one.guests) for no, one, _ in made.bookings]
    assert told == [(2, wang.id, "room", span(1).starts_at, 0), (3, li.id, "lawn", span(2).starts_at, 3)]
    acts = session.execute(select(AuditEntry.act, AuditEntry.actor).order_by(AuditEntry.seq.desc()).limit(3)).all()
    assert acts == [(act, desk.audit_id) for act in ("sheet_taken_in", "booked", "booked")]


def test_a_sheet_as_a_chinese_office_saves_it_is_understood(session, wang, desk):
    text = "\ufeff会员号;场地;开始;结束;同伴;理由\r\n10001;room;2026-11-22 13:00;2026-11-22 14:00;2;\r\n"

    assert [one.guests for _, one, _ in take_in(session, desk, text).bookings] == [2]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("10009,room,2026-11-22 15:00,2026-11-22 16:00,,", ("member_no", "no_such_member")),
        ("10001,attic,2026-11-22 15:00,2026-11-22 16:00,,", ("space_id", "no_such_space")),
        ("10001,room,next week,2026-11-22 16:00,,", ("starts_at", "no_time")),
        ("10001,room,2026-11-22 15:00,,,", ("ends_at", "missing")),
        ("10001,room,2026-11-22 15:00,2026-11-22 15:00,,", ("ends_at", "not_after")),
        ("10001,room,2026-11-22 15:00,2026-11-22 16:00,many,", ("guests", "no_number")),
        ("10001,room,2026-11-22 15:00,2026-11-22 16:00,,,x", ("", "too_many_cells")),
        ('10001,"room,2026-11-22 15:00,2026-11-22 16:00,,', ("", "open_quote")),
        ("10001,room,2026-11-22 15:30,2026-11-22 16:30,,", ("starts_at", "policy.slots")),
        ("10001,room,2026-11-22 13:00,2026-11-22 14:00,,", ("starts_at", "slot_taken")),
        ("10001,room,2026-11-21 15:00,2026-11-21 16:00,,", ("starts_at", "booking_in_the_past")),
        ("10001,room,2026-11-22 15:00,2026-11-22 16:00,9,", ("guests", "policy.guests")),
    ],
)
def test_a_fault_is_named_by_line_and_column_and_then_the_sheet_is_refused(session, wang, desk, line, fault):
    a_rule(session, Limit.GUESTS, 5)
    made = take_in(session, desk, HEADER + GOOD + line)

    assert faults(made) == [(3, *fault)]
    with pytest.raises(Malformed) as refused:
        made.insist()
    assert (refused.value.code, refused.value.facts) == ("sheet_faulty", {"line": 3, "faults": 1})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", (1, "", "empty")),
        (HEADER, (1, "", "empty")),
        ("member_no,starts_at,ends_at\n", (1, "space_id", "column_missing")),
        (HEADER + GOOD * 301, (302, "", "too_many_lines")),
    ],
)
def test_a_sheet_that_is_none_books_nothing(session, wang, desk, text, fault):
    made = take_in(session, desk, text)

    assert (faults(made), list(made.bookings)) == ([fault], [])


def test_two_lines_that_want_the_same_time_are_a_fault_of_the_second(session, wang, li, desk):
    made = take_in(session, desk, HEADER + GOOD + GOOD.replace("10001", "10002"))

    assert faults(made) == [(3, "starts_at", "slot_taken")]


def test_a_line_with_a_reason_is_booked_past_the_rules_but_never_past_another_booking(session, wang, li, desk):
    book(session, li, "room", when=span(2))
    long = "10001,lawn,2026-11-22 13:00,2026-11-22 17:00,,choir concert\n"
    taken = "10001,room,2026-11-22 14:00,2026-11-22 15:00,,choir concert\n"

    made = take_in(session, desk, HEADER + long + taken)

    assert [no for no, _, _ in made.bookings] == [2]
    assert faults(made) == [(3, "starts_at", "slot_taken")]


def test_where_staff_must_agree_a_line_without_a_reason_only_asks(session, wang, desk):
    a_rule(session, Limit.NEEDS_APPROVAL, 1)
    other = GOOD.replace("13:00", "15:00").replace("14:00", "16:00").replace(",,\n", ",,choir\n")

    states = [one.state for _, one, _ in take_in(session, desk, HEADER + GOOD + other).bookings]

    assert states == [BookingState.PENDING, BookingState.CONFIRMED]


@given(st.text(max_size=200), st.booleans())
def test_whatever_is_in_a_sheet_it_is_read_or_its_faults_are_named(text, with_header):
    lines, found = sheet.read(HEADER + text if with_header else text, POLICY.zone)

    assert lines or found
    assert all(fault.line >= 1 and fault.why for fault in found)
    assert not {line.no for line in lines} & {fault.line for fault in found}

"""Lists of members: read whole, judged whole, taken in whole or not at all; on both databases."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from gateway.kit.errors import Malformed
from gateway.members import groups, roll
from gateway.members.model import Language, Member, Role
from gateway.members.roll import Entry, Fault, What
from gateway.members.roll_words import FAULTS
from tests.centre_builder import NOON, a_group, a_member


def faults(text):
    return [(one.line, one.field, one.why) for one in roll.read(text)[1]]


def test_it_is_read_in_either_language_with_a_mark_of_utf_8_and_any_of_three_delimiters():
    wanted = [Entry(2, "10001", "王晓华", Language.EN, ("east", "retired"))]

    assert roll.read("member_no,name,language,groups\n10001,王晓华,en,retired east\n") == (wanted, [])
    assert roll.read("\ufeff会员号;姓名;语言;会员组\r\n10001; 王晓华 ;en;east,retired\r\n") == (wanted, [])
    assert roll.read("Name\tMember_No\tlanguage\tgroups\tphone\n王晓华\t10001\ten\teast、retired\t1\n") == (wanted, [])


def test_without_a_column_for_groups_it_says_nothing_of_groups():
    assert roll.read("member_no,name\n1,a\n")[0] == [Entry(2, "1", "a", None, None)]
    assert roll.read("member_no,name,groups\n1,a,\n")[0] == [Entry(2, "1", "a", None, ())]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", (1, "", "empty")),
        ("member_no,name\n\n", (1, "", "empty")),
        ("member_no\n1\n", (1, "name", "column_missing")),
        ("name\na\n", (1, "member_no", "column_missing")),
        ("member_no,name\n,a\n", (2, "member_no", "missing")),
        ("member_no,name\n1\n", (2, "name", "missing")),
        ("member_no,name\n1 2,a\n", (2, "member_no", "bad_number")),
        (f"member_no,name\n1,{'a' * 101}\n", (2, "name", "too_long")),
        ("member_no,name\n1,a\u200bb\n", (2, "name", "bad_characters")),
        ("member_no,name\n1,a\n\n1,b\n", (4, "member_no", "twice")),
        ("member_no,name,language\n1,a,fr\n", (2, "language", "unknown_language")),
        ("member_no,name\n1,a,b\n", (2, "", "too_many_cells")),
        ('member_no,name\n1,"a\n', (2, "", "open_quote")),
        ('member_no,name\n1,"a\nb"\n2,\n', (2, "name", "bad_characters")),
    ],
)
def test_a_fault_is_named_by_its_line_and_field(text, wrong):
    assert faults(text)[0] == wrong


def test_a_line_after_a_cell_of_two_lines_is_still_called_by_its_number():
    assert faults('member_no,name,other\n1,a,"x\ny"\n2,,z\n') == [(4, "name", "missing")]


@given(st.text())
def test_whatever_comes_is_read_or_said_to_be_wrong_in_words(text):
    entries, wrong = roll.read(text)

    assert entries or wrong
    assert {one.why for one in wrong} <= FAULTS.keys()
    assert len({entry.member_no for entry in entries}) == len(entries)


@given(st.lists(st.tuples(st.from_regex(r"[A-Za-z0-9._-]{1,32}", fullmatch=True), st.text(min_size=1, max_size=20))))
def test_what_is_written_is_what_is_read(people):
    written = io.StringIO()
    csv.writer(written).writerows([("member_no", "name"), *people])

    entries, _ = roll.read(written.getvalue())
    told = {number: name.strip() for number, name in people}
    assert all(told[entry.member_no] is not None and entry.name == entry.name.strip() for entry in entries)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_group(session, "east")
        yield session


def take_in(session, text):
    plan = roll.plan(session, text)
    roll.take_in(session, plan, password_hash="none", actor="desk", now=NOON)
    return plan


def test_it_adds_changes_and_leaves_alone(session):
    stays, renamed, outside = (a_member(session, number, name="王") for number in ("1", "2", "3"))
    text = "member_no,name,groups\n1,王,\n2,李,east\n4,赵,east\n"

    plan = take_in(session, text)

    assert [one.what for one in plan.lines] == [What.SAME, What.CHANGE, What.ADD]
    session.refresh(renamed)
    assert (stays.name, renamed.name, outside.name) == ("王", "李", "王")
    added = session.scalars(select(Member).where(Member.member_no == "4")).one()
    assert (added.name, added.role) == ("赵", Role.MEMBER)
    assert [len(groups.groups_of(session, member_id=one.id)) for one in (stays, renamed, added)] == [0, 1, 1]
    assert {one.what for one in roll.plan(session, text).lines} == {What.SAME}


@pytest.mark.parametrize(("line", "why"), [("s001,a,", "works_here"), ("5,a,west", "no_such_group")])
def test_with_any_fault_nothing_is_taken_in(session, line, why):
    a_member(session, "s001", role=Role.MANAGER)
    before = session.scalar(select(func.count()).select_from(Member))
    plan = roll.plan(session, f"member_no,name,groups\n4,赵,east\n{line}\n")

    assert [(one.line, one.why) for one in plan.faults] == [(3, why)]
    with pytest.raises(Malformed, match="roll_faulty"):
        roll.take_in(session, plan, password_hash="none", actor="desk", now=NOON)
    assert session.scalar(select(func.count()).select_from(Member)) == before


def test_a_fault_says_what_it_is_whoever_made_it():
    assert Fault(1, "", "empty").why in FAULTS

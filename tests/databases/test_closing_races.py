"""Two managers close each other's account at the same instant."""

from functools import partial

import pytest
from sqlalchemy import select

from gateway.kit.db import persevere
from gateway.kit.errors import Refused
from gateway.members import queries as people
from gateway.members import service as members
from gateway.members.model import Member, Role
from gateway.personal import closing
from tests.centre_builder import NOON, a_member
from tests.databases.test_booking_races import POLICY
from tests.race import at_once, half_way_through

BOTH = ("s001", "s002")


@pytest.fixture
def tokens(sessions):
    """Each manager is signed in."""
    with sessions.begin() as session:
        return {
            no: members.begin_session(session, member=a_member(session, no, role=Role.MANAGER), now=NOON) for no in BOTH
        }


def close(session, by, other):
    member, staff = (people.member_by_no(session, member_no=number) for number in (other, by))
    closing.close(session, member=member, reason="x", staff=staff, policy=POLICY, now=NOON)
    return "closed"


def ask_to_close(sessions, tokens, by, other):
    """As a request does it."""
    with sessions.begin() as session:
        if people.signed_in(session, token=tokens[by], now=NOON) is None:
            raise Refused("not_signed_in")
        return close(session, by, other)


def still_open(sessions):
    with sessions.read() as session:
        return session.scalars(select(Member.member_no).where(Member.disabled_at.is_(None))).all()


def test_of_two_managers_who_close_each_other_at_once_one_is_left(sessions, tokens):
    asked = [partial(ask_to_close, sessions, tokens, *pair) for pair in (BOTH, BOTH[::-1])]

    outcomes = at_once([partial(persevere, one) for one in asked])

    assert sorted(outcomes) == ["closed", "not_signed_in"]
    assert len(still_open(sessions)) == 1


def test_a_manager_whose_account_is_being_closed_closes_nobodys(sessions, tokens):
    def the_other():
        with sessions.begin() as session:
            return close(session, *BOTH[::-1])

    outcome = half_way_through(sessions, lambda session: close(session, *BOTH), the_other)

    assert outcome == "not_signed_in"
    assert still_open(sessions) == ["s001"]

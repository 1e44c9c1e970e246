"""Signing in and out beside what is done in the session, and beside a password that is changed."""

from functools import partial

import pytest
from sqlalchemy import func, select

from gateway.credentials import tokens
from gateway.kit.errors import Refused
from gateway.lockers import service as lockers
from gateway.lockers.model import Rental
from gateway.members import queries as people
from gateway.members import service as members
from gateway.members.model import MemberSession
from tests.centre_builder import NOON, a_bank, a_member
from tests.race import half_way_through

END = NOON.replace(day=NOON.day + 1)


@pytest.fixture
def token(sessions):
    """Wang's, in a house with a locker."""
    with sessions.begin() as session:
        a_bank(session, sizes="M")
        return members.begin_session(session, member=a_member(session), now=NOON)


def wang(session):
    return people.member_by_no(session, member_no="10001")


def rent_in(token, session):
    """As a request of that session does."""
    visitor = people.signed_in(session, token=token, now=NOON)
    if visitor is None:
        raise Refused("not_signed_in")
    facts = {"until": None, "max_days": 7, "unsettled_locks": frozenset, "now": NOON}
    lockers.rent(session, member=visitor.member, **facts)


def rent_by(shown, session):
    """As a program's request does."""
    program = tokens.program(session, shown=shown, now=NOON)
    if program is None:
        raise Refused("token_unknown")
    facts = {"until": None, "max_days": 7, "unsettled_locks": frozenset, "now": NOON}
    lockers.rent(session, member=program.member, **facts)


def sign_out(token, session):
    members.end_session(session, token=token, now=NOON)


def change_password(session):
    members.change_password(session, member=wang(session), password_hash="new", token=None, now=NOON)


def give_one_time_password(session):
    members.give_one_time_password(
        session, member=wang(session), password_hash="once", ends_at=END, actor="s", now=NOON
    )


def disable(session):
    members.disable_member(session, member=wang(session), actor="s", now=NOON)


def in_one(sessions, act):
    with sessions.begin() as session:
        act(session)
    return "done"


def count(sessions, table):
    with sessions.read() as session:
        return session.scalar(select(func.count()).select_from(table))


@pytest.mark.parametrize("ends_it", [None, change_password, give_one_time_password, disable])
def test_once_somebody_is_signed_out_nothing_more_is_done_in_that_session(sessions, token, ends_it):
    outcome = half_way_through(
        sessions, ends_it or partial(sign_out, token), partial(in_one, sessions, partial(rent_in, token))
    )

    assert outcome == "not_signed_in"
    assert count(sessions, Rental) == 0


def test_whoever_is_signed_out_under_way_comes_to_the_end_before_the_session_does(sessions, token):
    seen = []

    def sign_out_and_look():
        with sessions.begin() as session:
            sign_out(token, session)
            seen.append(session.scalar(select(func.count()).select_from(Rental)))

    half_way_through(sessions, partial(rent_in, token), sign_out_and_look)

    assert seen == [1]


def test_once_a_token_is_ended_its_program_does_nothing_more(sessions, token):
    with sessions.begin() as session:
        facts = {"label": "x", "rights": (), "ends_at": END, "password_hash": "none", "now": NOON}
        made, shown = tokens.make(session, member=wang(session), **facts)

    def end(session):
        tokens.end(session, member=wang(session), token_id=made.id, now=NOON)

    outcome = half_way_through(sessions, end, partial(in_one, sessions, partial(rent_by, shown)))

    assert outcome == "token_unknown"
    assert count(sessions, Rental) == 0


@pytest.mark.parametrize("changes", [change_password, give_one_time_password, disable])
@pytest.mark.parametrize("signs_in_first", [True, False])
def test_nobody_signs_in_with_a_password_that_is_another_by_now(sessions, token, changes, signs_in_first):
    """A thief who has the old one, and signs in at the very moment in which it is changed, stays outside."""
    with sessions.read() as session:
        proved = wang(session)  # checking the password takes a while

    def sign_in(session):
        members.begin_session(session, member=proved, now=NOON)

    if signs_in_first:
        half_way_through(sessions, sign_in, partial(in_one, sessions, changes))
    else:
        outcome = half_way_through(sessions, changes, partial(in_one, sessions, sign_in))
        assert outcome == "wrong_credentials"

    assert count(sessions, MemberSession) == 0

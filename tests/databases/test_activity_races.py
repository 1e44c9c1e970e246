"""Places in an activity: whatever happens at once, the database has one member in a place and no place too many."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gateway.activities import queries, service
from gateway.activities.model import ActivityKind, Registration, RegistrationState
from gateway.kit.db import Sessions
from gateway.kit.ids import new_id
from gateway.members import queries as members
from gateway.spaces.rules import Span
from tests.centre_builder import NOON, a_member
from tests.database_fixture import engine_of
from tests.race import at_once

PLACES, MEMBERS = 3, 10
HOUR = timedelta(hours=1)


@pytest.fixture
def sessions(database_url):
    sessions = Sessions(engine_of(database_url))
    yield sessions
    sessions.close()


@pytest.fixture
def activity_id(sessions):
    with sessions.begin() as session:
        for number in range(MEMBERS):
            a_member(session, str(10_000 + number))
        made = service.publish(
            session,
            kind=ActivityKind.CLASS,
            title=("太极拳", "Tai chi"),
            words=("", ""),
            times=[Span(NOON + 24 * HOUR, NOON + 25 * HOUR)],
            places=PLACES,
            opens_at=NOON,
            closes_at=NOON + 24 * HOUR,
            space_id=None,
            group_id=None,
            actor="test",
            now=NOON,
        )
        return made.id


def sign_up(sessions, activity_id, number, *, may_wait):
    with sessions.begin() as session:
        member = members.member_by_no(session, member_no=str(10_000 + number))
        return service.sign_up(session, activity_id=activity_id, member=member, may_wait=may_wait, now=NOON).id


def leave(sessions, activity_id, number):
    with sessions.begin() as session:
        member = members.member_by_no(session, member_no=str(10_000 + number))
        found = queries.registration_in(session, activity_id=activity_id, member_id=member.id)
        service.leave(session, activity_id=activity_id, registration_id=found.id, member=member, now=NOON)
        return "left"


def test_of_ten_at_once_three_have_a_place_and_seven_hear_that_it_is_full(sessions, activity_id):
    came = at_once([partial(sign_up, sessions, activity_id, number, may_wait=False) for number in range(MEMBERS)])

    assert came.count("activity_full") == MEMBERS - PLACES
    assert places(sessions) == [0, 1, 2]


def test_places_that_are_given_back_while_others_come_are_filled_and_nobody_waits_beside_a_free_one(
    sessions, activity_id
):
    for number in range(6):
        sign_up(sessions, activity_id, number, may_wait=True)

    acts = [partial(leave, sessions, activity_id, number) for number in range(4)]
    acts += [partial(sign_up, sessions, activity_id, number, may_wait=True) for number in range(6, MEMBERS)]
    at_once(acts)

    assert places(sessions) == [0, 1, 2]
    with sessions.read() as session:
        assert len(queries.waiting(session, activity_id)) == 3


def put_in(sessions, activity_id, number, **where):
    """Past every rule of ours."""
    with sessions.begin() as session:
        member = members.member_by_no(session, member_no=str(10_000 + number))
        session.add(Registration(id=new_id(), activity_id=activity_id, member_id=member.id, joined_at=NOON, **where))


@pytest.mark.parametrize("place", [0, PLACES, -1])
def test_the_database_itself_refuses_a_place_that_is_taken_or_that_there_is_not(sessions, activity_id, place):
    sign_up(sessions, activity_id, 0, may_wait=False)

    with pytest.raises(IntegrityError):
        put_in(sessions, activity_id, 1, state=RegistrationState.REGISTERED, place=place)


def test_the_database_itself_refuses_one_member_twice(sessions, activity_id):
    sign_up(sessions, activity_id, 0, may_wait=False)

    with pytest.raises(IntegrityError):
        put_in(sessions, activity_id, 0, state=RegistrationState.WAITING, place=None)


def places(sessions):
    with sessions.read() as session:
        return sorted(session.scalars(select(Registration.place).where(Registration.place.is_not(None))))

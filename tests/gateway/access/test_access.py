"""Who may open what, and until when."""

from datetime import timedelta

import pytest

from gateway.access import queries, service
from gateway.access.model import GrantSource
from gateway.members import service as members
from gateway.timekeeping import service as timekeeping
from gateway.timekeeping.rules import TOLERANCE
from tests.centre_builder import NOON, HandClock, a_bank, a_member, lock_of

HOUR = timedelta(hours=1)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session)
        yield session


@pytest.fixture
def wang(session):
    return a_member(session)


def give(session, member, *, source=GrantSource.RENTAL, source_id="r1", from_at=NOON, until_at=None):
    return service.give(
        session,
        lock_id=lock_of(session, "01"),
        member_id=member.id,
        source=source,
        source_id=source_id,
        from_at=from_at,
        until_at=until_at,
    )


def may(session, member, now=NOON, label="01"):
    return queries.may_open(session, member_id=member.id, lock_id=lock_of(session, label), now=now)


def test_without_a_grant_nobody_may_open_anything(session, wang):
    assert not may(session, wang)


def test_a_grant_is_for_one_member_and_one_lock(session, wang):
    give(session, wang)

    assert may(session, wang)
    assert not may(session, wang, label="02")
    assert not may(session, a_member(session, "10002"))


def test_a_grant_holds_from_its_beginning_until_just_before_its_end(session, wang):
    give(session, wang, until_at=NOON + HOUR)

    moments = {
        NOON - timedelta(microseconds=1): False,
        NOON: True,
        NOON + HOUR - timedelta(microseconds=1): True,
        NOON + HOUR: False,
    }
    assert {now: may(session, wang, now) for now in moments} == moments


def test_a_grant_without_an_end_holds_until_it_is_ended(session, wang):
    grant = give(session, wang)
    assert may(session, wang, NOON + 10_000 * HOUR)

    service.end(session, source=GrantSource.RENTAL, source_id="r1", now=NOON + HOUR)
    service.end(session, source=GrantSource.RENTAL, source_id="r1", now=NOON + 2 * HOUR)

    session.refresh(grant)
    assert grant.ended_at == NOON + HOUR  # the first end stands
    assert not may(session, wang, NOON)  # and counts at once, whatever a clock says


def test_ending_one_source_leaves_another_alone(session, wang):
    give(session, wang, source_id="r1")
    give(session, wang, source_id="r2")

    service.end(session, source=GrantSource.RENTAL, source_id="r1", now=NOON)

    assert may(session, wang)


def test_a_disabled_member_may_open_nothing(session, wang):
    give(session, wang)

    members.disable_member(session, member=wang, actor="s001", now=NOON)

    assert not may(session, wang)


# The clock is set back: it shows noon, and four hours more were known to have passed.

WRONG = NOON + 4 * HOUR


@pytest.fixture
def known(session):
    """The latest time that has come, as the house keeps it."""
    timekeeping.keep(session, clock=HandClock(instant=WRONG))


def waits_for_the_clock(session, member, now=NOON):
    return queries.is_for_the_clock_to_say(session, member_id=member.id, lock_id=lock_of(session, "01"), now=now)


@pytest.mark.parametrize("source", [GrantSource.BOOKING, GrantSource.SHARE, GrantSource.CLEAR_OUT])
def test_a_clock_that_was_set_back_revives_no_key_that_has_an_end(session, wang, known, source):
    give(session, wang, source=source, until_at=NOON + HOUR)

    assert not may(session, wang)
    assert waits_for_the_clock(session, wang)
    assert not may(session, wang, WRONG)
    assert not waits_for_the_clock(session, wang, WRONG), "it is over, as a clock says that is right"


def test_a_clock_that_is_behind_by_no_more_than_a_little_is_believed(session, wang, known):
    give(session, wang, source=GrantSource.BOOKING, until_at=WRONG + HOUR)

    assert may(session, wang, WRONG - TOLERANCE)
    assert not may(session, wang, WRONG - TOLERANCE - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("source", "from_at"),
    [
        (GrantSource.RENTAL, None),
        (GrantSource.EMERGENCY, None),
        (GrantSource.SHARE, NOON),
        (GrantSource.SHARE, WRONG),  # begun by now, though the clock shows less
    ],
)
def test_whoever_has_a_right_without_an_end_is_let_in_however_the_clock_is_set(session, wang, known, source, from_at):
    give(session, wang, source=source, from_at=from_at)

    assert may(session, wang)
    assert may(session, wang, NOON - 10_000 * HOUR)


def test_what_has_not_begun_by_any_clock_does_not_begin_with_a_wrong_one(session, wang, known):
    give(session, wang, source=GrantSource.SHARE, from_at=WRONG + HOUR)

    assert not may(session, wang)


def test_staff_open_a_door_whatever_the_clock_shows(session, wang, known):
    give(session, wang, source=GrantSource.STAFF, from_at=NOON - HOUR, until_at=NOON + HOUR)

    assert may(session, wang)
    assert not may(session, wang, NOON + HOUR)


def test_whoever_has_no_right_at_all_is_not_told_to_blame_the_clock(session, wang, known):
    assert not waits_for_the_clock(session, wang)
    grant = give(session, wang, source=GrantSource.BOOKING, until_at=NOON + HOUR)
    service.end_one(session, grant_id=grant.id, now=NOON)
    assert not waits_for_the_clock(session, wang)


def test_while_the_clock_is_right_nothing_is_put_down_to_it(session, wang, known):
    give(session, wang, source=GrantSource.BOOKING, from_at=WRONG + HOUR, until_at=WRONG + 2 * HOUR)

    assert not may(session, wang, WRONG)
    assert not waits_for_the_clock(session, wang, WRONG)


def test_what_is_shared_can_be_seen_and_ended_while_the_clock_is_wrong(session, wang, known):
    grant = give(session, wang, source=GrantSource.SHARE, until_at=NOON + HOUR)

    assert queries.grants_from(session, source=GrantSource.SHARE, source_id="r1", now=NOON) == [grant]

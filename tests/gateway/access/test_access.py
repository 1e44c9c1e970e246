"""Who may open what, and until when."""

from datetime import timedelta

import pytest

from gateway.access import queries, service
from gateway.access.model import GrantSource
from gateway.members import service as members
from tests.centre_builder import NOON, a_bank, a_member, lock_of

HOUR = timedelta(hours=1)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session)
        yield session


@pytest.fixture
def wang(session):
    return a_member(session)


def give(session, member, *, source_id="r1", until_at=None):
    return service.give(
        session,
        lock_id=lock_of(session, "01"),
        member_id=member.id,
        source=GrantSource.RENTAL,
        source_id=source_id,
        from_at=NOON,
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

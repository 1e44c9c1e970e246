"""The PIN of a rental: its holder's to make, and gone with it."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway.credentials import queries as credentials
from gateway.credentials.model import Pin, PinOf
from gateway.credentials.service import HashedPin
from gateway.kit.errors import Conflict
from gateway.lockers import pins, service
from gateway.members.model import Role
from gateway.notices import queries as notices
from tests.centre_builder import NOON, a_bank, a_member

MADE = HashedPin(hash="argon2", pepper="here")


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="S")
        yield session


def rent(session, member):
    return service.rent(
        session, member=member, now=NOON, until=NOON + timedelta(days=1), max_days=7, unsettled_locks=frozenset
    )


def end(session, rental):
    return service.end_rental(session, rental=rental, unsettled_locks=frozenset, now=NOON)


def kinds(session, member):
    return [notice.kind for notice in notices.notices_for(session, member_id=member.id, limit=9)]


def test_a_pin_dies_with_its_rental_and_the_next_holder_has_none(session, wang):
    rental = rent(session, wang)
    pins.put(session, rental_id=rental.id, made=MADE, actor=wang.audit_id, now=NOON)
    end(session, rental)
    following = rent(session, a_member(session, "10002"))

    assert session.scalar(select(func.count()).select_from(Pin)) == 0
    assert credentials.pin(session, of=PinOf.RENTAL, of_id=following.id, now=NOON) is None


def test_a_rental_that_has_ended_gets_no_pin(session, wang):
    rental = end(session, rent(session, wang))

    with pytest.raises(Conflict, match="rental_ended"):
        pins.put(session, rental_id=rental.id, made=MADE, actor=wang.audit_id, now=NOON)
    with pytest.raises(Conflict, match="rental_ended"):
        pins.reset(session, rental_id=rental.id, made=MADE, staff=wang, reason="x", now=NOON)


def test_a_reset_by_staff_is_told_to_the_holder_until_they_make_their_own(session, wang):
    rental, desk = rent(session, wang), a_member(session, "s002", role=Role.DESK)
    pins.reset(session, rental_id=rental.id, made=MADE, staff=desk, reason="forgot it", now=NOON)
    assert kinds(session, wang) == ["pin_reset"]

    pins.put(session, rental_id=rental.id, made=MADE, actor=wang.audit_id, now=NOON)
    assert kinds(session, wang) == []

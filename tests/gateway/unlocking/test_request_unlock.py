"""Who may ask for which lock, and what becomes of the asking."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.access import service as access
from gateway.access.model import GrantSource
from gateway.fleet import service as fleet
from gateway.fleet.model import Presence
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound
from gateway.timekeeping import service as timekeeping
from gateway.unlocking import queries, service
from gateway.unlocking.model import Unlock, UnlockState
from tests.centre_builder import NOON, HandClock, a_bank, a_member, lock_of, set_presence

HOUR = timedelta(hours=1)


@pytest.fixture
def ann(sessions):
    """A member with a right to the lock labelled 01."""
    with sessions.begin() as session:
        a_bank(session)
        member = a_member(session)
        access.give(
            session,
            lock_id=lock_of(session, "01"),
            member_id=member.id,
            source=GrantSource.RENTAL,
            source_id="r",
        )
    return member


def ask(sessions, member, label, clock):
    with sessions.begin() as session:
        return service.request_unlock(session, member=member, lock_id=lock_of(session, label), clock=clock)


def test_a_holder_may_ask(sessions, ann, clock):
    assert ask(sessions, ann, "01", clock).state is UnlockState.REQUESTED


def test_a_lock_that_is_not_theirs_is_not_found(sessions, ann, clock):
    with pytest.raises(NotFound):
        ask(sessions, ann, "02", clock)


def test_a_bank_that_is_not_there_is_said_at_once(sessions, ann, clock):
    with sessions.begin() as session:
        set_presence(session, Presence.OFFLINE)
    with pytest.raises(Conflict, match="bank_offline"):
        ask(sessions, ann, "01", clock)


def test_a_suspended_bank_opens_nothing(sessions, ann, clock):
    with sessions.begin() as session:
        fleet.suspend(session, device_id="bank-a", reason="staff", actor="test", now=clock.now())
    with pytest.raises(Conflict, match="device_suspended"):
        ask(sessions, ann, "01", clock)


def test_a_second_press_names_the_first(sessions, ann, clock):
    first = ask(sessions, ann, "01", clock)
    with pytest.raises(Conflict, match="unlock_under_way") as caught:
        ask(sessions, ann, "01", clock)
    assert caught.value.facts == {"unlock_id": first.id}


def test_somebody_elses_unlock_is_not_found(sessions, ann, clock):
    unlock = ask(sessions, ann, "01", clock)
    with sessions.begin() as session:
        ben = a_member(session, "10002")
        with pytest.raises(NotFound):
            queries.unlock_of(session, member_id=ben.id, unlock_id=unlock.id)


def test_a_request_that_nobody_takes_expires(sessions, ann, clock):
    unlock = ask(sessions, ann, "01", clock)
    clock.advance(seconds=8.5)
    with sessions.begin() as session:
        service.expire_overdue(session, unlock_id=unlock.id, clock=clock)
    with sessions.begin() as session:
        found = session.get_one(Unlock, unlock.id)
        assert (found.state, found.code) == (UnlockState.EXPIRED, "late")
        assert session.scalar(select(AuditEntry.act).order_by(AuditEntry.seq.desc())) == "unlock_expired"


def test_a_young_request_does_not_expire(sessions, ann, clock):
    unlock = ask(sessions, ann, "01", clock)
    clock.advance(seconds=7.9)
    with sessions.begin() as session:
        service.expire_overdue(session, unlock_id=unlock.id, clock=clock)
        assert session.get_one(Unlock, unlock.id).state is UnlockState.REQUESTED


def test_of_two_that_settle_one_row_exactly_one_does(sessions, ann, clock):
    unlock = ask(sessions, ann, "01", clock)
    with sessions.begin() as session:
        row = session.get_one(Unlock, unlock.id)
        moved = [service.move(session, row, to, now=NOON) for to in (UnlockState.EXPIRED, UnlockState.AUTHORISED)]
    assert moved == [True, False]


def test_a_grant_that_ended_before_the_gateway_looked_is_refused(sessions, ann, clock):
    unlock = ask(sessions, ann, "01", clock)
    with sessions.begin() as session:
        access.end(session, source=GrantSource.RENTAL, source_id="r", now=clock.now())
    with sessions.begin() as session:
        assert not service.authorise(session, session.get_one(Unlock, unlock.id), clock=clock)
        found = session.get_one(Unlock, unlock.id)
    assert (found.state, found.code) == (UnlockState.REFUSED, "no_grant")


def test_no_key_with_an_end_is_signed_for_once_the_clock_was_set_back(sessions, ann, clock):
    """Nor asked for, nor taken. Whoever has a right without an end is let in."""
    with sessions.begin() as session:
        ben = a_member(session, "10002")
        booked = {"lock_id": lock_of(session, "02"), "member_id": ben.id, "from_at": NOON}
        access.give(session, **booked, until_at=NOON + HOUR, source=GrantSource.BOOKING, source_id="b")
    unlock = ask(sessions, ben, "02", clock)
    with sessions.begin() as session:
        assert service.authorise(session, session.get_one(Unlock, unlock.id), clock=clock)
        timekeeping.keep(session, clock=HandClock(instant=NOON + 4 * HOUR))

    with sessions.begin() as session:
        assert not service.sign(session, session.get_one(Unlock, unlock.id), nonce="n", clock=clock)
        found = session.get_one(Unlock, unlock.id)
    assert (found.state, found.code) == (UnlockState.REFUSED, "clock_wrong")
    with pytest.raises(Conflict, match="clock_wrong"):
        ask(sessions, ben, "02", clock)
    unlock = ask(sessions, ann, "01", clock)
    with sessions.begin() as session:
        row = session.get_one(Unlock, unlock.id)
        assert service.authorise(session, row, clock=clock)
        assert service.sign(session, row, nonce="n", clock=clock)


def test_pages_of_ones_own_unlocks_join_without_gap_or_double(sessions, ann, clock):
    made = []
    for _ in range(5):
        made.append(ask(sessions, ann, "01", clock).id)
        clock.advance(seconds=10)
        with sessions.begin() as session:
            service.expire_overdue(session, unlock_id=made[-1], clock=clock)
    with sessions.read() as session:
        first = queries.unlocks_of(session, member_id=ann.id, limit=3)
        rest = queries.unlocks_of(session, member_id=ann.id, limit=3, after=first[-1].id)
    assert [unlock.id for unlock in [*first, *rest]] == made[::-1]

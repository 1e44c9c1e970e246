"""A door is asked for, and signed for, in the very moment in which the right to open it is taken away."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from gateway.access.model import AccessGrant
from gateway.fleet import service as fleet
from gateway.fleet.model import Device
from gateway.fleet.rules import Report
from gateway.kit import audit
from gateway.kit.audit import AuditEntry
from gateway.kit.db import persevere
from gateway.kit.errors import Conflict
from gateway.lockers import queries, service, shares
from gateway.members import queries as people
from gateway.members import service as members
from gateway.members.model import Member, Role
from gateway.personal import closing
from gateway.unlocking import queries as unlocking
from gateway.unlocking import service as unlocking_service
from gateway.unlocking.model import Unlock, UnlockState
from tests.centre_builder import NOON, HandClock, a_bank, a_member, lock_of, rental_of
from tests.databases.test_booking_races import POLICY
from tests.databases.test_broken_off_races import only_on_postgres
from tests.race import half_way_through

NONCE = "n" * 22


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def rented(sessions):
    """Wang has compartment 01 and shares it with Li."""
    with sessions.begin() as session:
        a_bank(session, sizes="M")
        wang = a_member(session, "10000")
        a_member(session, "10001", name="李大爷")
        a_member(session, "s001", role=Role.MANAGER)
        rental = service.rent(session, member=wang, now=NOON, until=None, max_days=7, unsettled_locks=frozenset)
        facts = {"once": False, "until": None, "now": NOON}
        shares.share(session, rental_id=rental.id, holder=wang, with_member_no="10001", **facts)
        return rental.id


def member(session, member_no):
    return people.member_by_no(session, member_no=member_no)


def in_one(sessions, act):
    with sessions.begin() as session:
        return act(session)


def press(clock, member_no, session):
    """And the gateway takes it."""
    facts = {"lock_id": lock_of(session, "01"), "clock": clock}
    unlock = unlocking_service.request_unlock(session, member=member(session, member_no), **facts)
    return unlocking_service.authorise(session, unlock, clock=clock)


def sign(clock, session):
    (unlock,) = unlocking.unsettled(session)
    return unlocking_service.sign(session, unlock, nonce=NONCE, clock=clock)


def sign_if_any(clock, session):
    return bool(unlocking.unsettled(session, states=[UnlockState.AUTHORISED])) and sign(clock, session)


# How Li's right to open Wang's compartment, or Li's every right, is taken away.


def end_rental(session):
    rental = rental_of(session, member(session, "10000").id)
    service.end_rental(session, rental=rental, unsettled_locks=frozenset, now=NOON)  # as if it had looked before


def revoke(session):
    wang = member(session, "10000")
    rental = rental_of(session, wang.id)
    (share,) = shares.shares_of(session, rental_id=rental.id, holder=wang, now=NOON)
    shares.revoke(session, rental_id=rental.id, share_id=share.grant.id, holder=wang, now=NOON)


def disable(session):
    members.disable_member(session, member=member(session, "10001"), actor="s", now=NOON)


def close(session):
    facts = {"reason": "x", "staff": member(session, "s001"), "policy": POLICY, "now": NOON}
    closing.close(session, member=member(session, "10001"), **facts)


ENDINGS = [end_rental, revoke, disable, close]


@pytest.mark.parametrize("take_away", ENDINGS)
def test_nothing_is_signed_once_the_right_is_being_taken_away(sessions, rented, clock, take_away):
    in_one(sessions, partial(press, clock, "10001"))

    signed = half_way_through(sessions, take_away, partial(in_one, sessions, partial(sign, clock)))

    assert signed is False
    with sessions.read() as session:
        assert unlocking.unsettled(session) == []


@pytest.mark.parametrize("take_away", ENDINGS)
def test_whoever_takes_a_right_away_is_answered_after_what_was_being_signed_by_it(sessions, rented, clock, take_away):
    """So that from their answer on T_dev is the longest that a door may still open."""
    in_one(sessions, partial(press, clock, "10001"))
    states = []

    def take_away_and_look():
        with sessions.begin() as session:
            take_away(session)
            states.extend(unlock.state for unlock in unlocking.unsettled(session))

    half_way_through(sessions, partial(sign, clock), take_away_and_look)

    assert states == [UnlockState.SIGNED]


def test_what_had_to_wait_until_it_was_late_is_not_signed(sessions, rented, clock):
    in_one(sessions, partial(press, clock, "10001"))

    def touch_the_right(session):
        session.execute(update(AccessGrant).values(until_at=AccessGrant.until_at))

    slowly = {"meanwhile": partial(clock.advance, seconds=9)}
    signed = half_way_through(sessions, touch_the_right, partial(in_one, sessions, partial(sign, clock)), **slowly)

    assert signed is False
    with sessions.read() as session:
        assert session.scalars(select(Unlock.state)).all() == [UnlockState.EXPIRED]


def touch_the_member(session):
    session.execute(select(Member.id).where(Member.member_no == "10001").with_for_update())


def touch_the_grant(session):
    session.execute(select(AccessGrant.id).with_for_update())


@only_on_postgres  # on SQLite there is one turn, and whoever has it waits for nobody any more
@pytest.mark.parametrize("touch", [touch_the_member, touch_the_grant])
def test_a_right_that_ran_out_while_somebody_had_to_be_waited_for_is_not_signed_for(sessions, rented, clock, touch):
    with sessions.begin() as session:
        session.execute(update(AccessGrant).values(until_at=NOON + timedelta(seconds=2)))
    in_one(sessions, partial(press, clock, "10001"))

    past_its_end = partial(clock.advance, seconds=3)
    signing = partial(in_one, sessions, partial(sign, clock))
    signed = half_way_through(sessions, touch, signing, meanwhile=past_its_end)

    assert signed is False
    with sessions.read() as session:
        assert session.execute(select(Unlock.state, Unlock.code)).all() == [(UnlockState.REFUSED, "no_grant")]


# What ends a rental looks first whether its door may still open. Somebody presses just after that look.


class PressedAfterTheFirstLook:
    """Which locks may still open; and once that was told, Li presses and is signed for, in another transaction."""

    def __init__(self, sessions, clock, session):
        self._act = partial(self._press_and_sign, sessions, clock)
        self._session = session

    def __call__(self):
        told, act = unlocking.unsettled_locks(self._session), self._act
        self._act = bool
        act()
        return told

    @staticmethod
    def _press_and_sign(sessions, clock):
        in_one(sessions, partial(press, clock, "10001"))
        assert in_one(sessions, partial(sign, clock))


@only_on_postgres
def test_what_was_pressed_just_before_an_end_keeps_the_compartment(sessions, rented, clock):
    def give_back(session):
        unsettled_locks = PressedAfterTheFirstLook(sessions, clock, session)
        rental = queries.rental(session, rented)
        service.end_rental(session, rental=rental, unsettled_locks=unsettled_locks, now=NOON)

    with pytest.raises(Conflict, match="unlock_under_way"):
        in_one(sessions, give_back)

    with sessions.read() as session:
        assert queries.rental(session, rented).ended_at is None
        assert [unlock.state for unlock in unlocking.unsettled(session)] == [UnlockState.SIGNED]


# Two gateways are never meant to run on one database. Where somebody starts a second one, it opens nothing twice.


def test_of_two_gateways_that_would_sign_for_the_same_press_one_does(sessions, rented, clock):
    in_one(sessions, partial(press, clock, "10001"))
    signed = []

    def sign_as_first(session):
        signed.append(sign(clock, session))

    signed.append(half_way_through(sessions, sign_as_first, partial(in_one, sessions, partial(sign_if_any, clock))))

    assert signed == [True, False]


def test_of_two_gateways_that_hear_of_an_opening_at_once_one_writes_it_down(sessions, rented, clock):
    with sessions.begin() as session:
        device = session.get_one(Device, "bank-a")
        fleet.take_up_log(session, device, oldest_seq=1, now=NOON)

    def hear(session):
        told = Report(
            device_id="bank-a",
            seq=1,
            hash=f"{1:064}",
            prev_hash="",
            boot_id="boot",
            kind="forced",
            mono_ms=0,
            door=1,
            cmd_id=None,
            age_ms=0,
        )
        event = fleet.record_event(session, told, now=NOON).event
        if event is not None:
            unlocking_service.take_event(session, event, now=NOON)

    half_way_through(sessions, hear, partial(persevere, partial(in_one, sessions, hear)))

    with sessions.read() as session:
        acts = session.scalars(select(AuditEntry.act)).all()
        assert acts.count("door_forced") == 1
        assert list(audit.verify(session)) == []

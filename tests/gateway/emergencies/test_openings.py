"""Opening every door: never by one alone, door by door within what a cabinet allows, and nobody's claim ends by it."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from gateway.access import queries as access
from gateway.emergencies import openings, queries, rules, service
from gateway.emergencies.model import Emergency, EmergencyState
from gateway.emergencies.rules import SECOND_WITHIN, DoorTried
from gateway.fleet.model import Device, DoorLevel, Presence, SecondKey
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, Refused
from gateway.lockers import history
from gateway.lockers import service as lockers
from gateway.unlocking import pacing
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import Unlock, UnlockState
from gateway.unlocking.rules import Verdict
from tests.centre_builder import NOON, a_bank, a_member, lock_of, sense, set_door, set_presence

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, "bank-a", sizes="SSSSSSSS")
        a_bank(session, "bank-b", sizes="M")
        yield session


def propose(session, actor, *, bank_id="bank-a", now=NOON):
    return openings.propose(session, bank_id=bank_id, reason="smoke", actor=actor, now=now)


def confirm(session, opening, actor, *, now=NOON):
    return openings.confirm(session, emergency_id=opening.id, actor=actor, now=now)


@pytest.fixture
def opening(session, manager, desk):
    """Under way at bank-a."""
    return confirm(session, propose(session, desk), manager)


def turn_key(session, stands, device_id="bank-a"):
    session.execute(update(Device).where(Device.id == device_id).values(key_switch=stands))
    session.expire_all()


def come_to(session, unlock, *kinds, clock):
    """As gateway and bank bring it to its end."""
    for state in (UnlockState.AUTHORISED, UnlockState.SIGNED):
        unlocking.move(session, unlock, state, now=clock.now())
    label = f"{unlock.door:02}"
    sense(session, label, *kinds, now=clock.now(), bank_id=unlock.device_id, cmd_id=unlock.id)


def open_all(session, clock, *, seconds, step_s=0.25, kinds=("door_open",)):
    """Let so much time pass, every door that is asked for opening at once. Returns when each was asked for."""
    asked_at = []
    for _ in range(int(seconds / step_s)):
        for unlock in pacing.ask_for_next(session, clock=clock):
            asked_at.append((round(clock.monotonic(), 2), unlock.device_id, unlock.door))
            come_to(session, unlock, *kinds, clock=clock)
        clock.advance(seconds=step_s)
    return asked_at


def test_one_alone_opens_nothing(session, desk, clock):
    proposed = propose(session, desk)

    assert proposed.state is EmergencyState.PROPOSED
    assert pacing.ask_for_next(session, clock=clock) == []
    with pytest.raises(Refused, match="second_is_the_first"):
        confirm(session, proposed, desk)


def test_two_persons_begin_it_and_one_of_them_is_a_manager(session, manager, desk, technician, clock):
    proposed = propose(session, desk)
    with pytest.raises(Refused, match="needs_a_manager"):
        confirm(session, proposed, technician)

    begun = confirm(session, proposed, manager)

    assert (begun.state, begun.begun_at) == (EmergencyState.ACTIVE, NOON)
    assert len(pacing.ask_for_next(session, clock=clock)) == 1


def test_a_proposal_that_is_too_old_begins_nothing_and_makes_way_for_a_new_one(session, manager, desk):
    old, late = propose(session, desk), NOON + SECOND_WITHIN + MOMENT
    with pytest.raises(Conflict, match="proposal_lapsed"):
        confirm(session, old, manager, now=late)

    assert confirm(session, propose(session, desk, now=late), manager, now=late).state is EmergencyState.ACTIVE
    assert old.state is EmergencyState.CALLED_OFF


def test_the_database_itself_refuses_a_beginning_by_one_alone(session, desk):
    proposed = propose(session, desk)

    for values in ({"second_id": desk.id}, {"state": EmergencyState.ACTIVE, "begun_at": NOON}):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(update(Emergency).where(Emergency.id == proposed.id).values(**values))


def test_a_key_turned_at_the_cabinet_is_the_second_person(session, desk, clock):
    turn_key(session, SecondKey.ON)

    begun = propose(session, desk)

    assert (begun.state, begun.by_key_switch, begun.second_id) == (EmergencyState.ACTIVE, True, None)
    assert len(pacing.ask_for_next(session, clock=clock)) == 1


@pytest.mark.parametrize("stands", [SecondKey.OFF, SecondKey.FAULT, SecondKey.NONE])
def test_a_key_that_is_not_on_is_nobody(session, desk, stands):
    turn_key(session, stands)

    assert propose(session, desk).state is EmergencyState.PROPOSED


def test_for_the_whole_centre_a_key_must_be_on_at_every_cabinet_that_is_there(session, desk, manager):
    turn_key(session, SecondKey.ON)
    assert propose(session, desk, bank_id=None).state is EmergencyState.PROPOSED
    turn_key(session, SecondKey.ON, "bank-b")
    set_presence(session, Presence.OFFLINE, "bank-b")

    assert not rules.is_key_on_everywhere(queries.cabinets(session, bank_id=None))


def test_without_a_second_key_no_more_are_asked_for_in_a_minute_than_the_cabinet_follows(session, opening, clock):
    asked = open_all(session, clock, seconds=100)

    assert len(asked) == 8
    assert sum(at <= 60 for at, *_ in asked) == 6


def test_with_the_key_on_they_follow_one_another_as_the_supply_bears_it(session, opening, clock):
    turn_key(session, SecondKey.ON)
    asked = open_all(session, clock, seconds=10)

    assert [door for _, _, door in asked] == list(range(1, 9))
    gaps = [later[0] - earlier[0] for earlier, later in pairwise(asked)]
    assert all(0.55 <= gap <= 0.75 for gap in gaps)


def test_nothing_follows_before_the_one_before_has_pulsed(session, opening, clock):
    turn_key(session, SecondKey.ON)
    (first,) = pacing.ask_for_next(session, clock=clock)
    clock.advance(seconds=5)
    assert pacing.ask_for_next(session, clock=clock) == []

    come_to(session, first, "done", clock=clock)

    assert len(pacing.ask_for_next(session, clock=clock)) == 1


def test_cabinets_open_side_by_side(session, manager, desk, clock):
    confirm(session, propose(session, desk, bank_id=None), manager)

    assert [one.device_id for one in pacing.ask_for_next(session, clock=clock)] == ["bank-a", "bank-b"]


def test_a_door_that_stays_shut_is_tried_three_times_and_stands_in_the_list(session, manager, desk, clock):
    turn_key(session, SecondKey.ON, "bank-b")
    opening = confirm(session, propose(session, desk, bank_id=None), manager)
    for _ in range(40):
        for unlock in pacing.ask_for_next(session, clock=clock):
            for state in (UnlockState.AUTHORISED, UnlockState.SIGNED):
                unlocking.move(session, unlock, state, now=clock.now())
            unlocking.settle(session, unlock, Verdict(UnlockState.NOT_OPENED, "no_edge"), now=clock.now())
        clock.advance(seconds=5)

    tried = {(lock.device_id, lock.door): one for lock, one in pacing.doors_of(session, opening)}
    assert tried["bank-b", 1].tries == 3
    assert rules.is_still_shut(tried["bank-b", 1])


def test_a_bank_that_is_away_is_left_and_asked_when_it_comes(session, opening, clock):
    set_presence(session, Presence.OFFLINE)
    session.expire_all()
    assert pacing.ask_for_next(session, clock=clock) == []

    set_presence(session, Presence.ONLINE)
    session.expire_all()
    assert len(pacing.ask_for_next(session, clock=clock)) == 1


def test_a_freeze_stops_it_and_it_goes_on_when_that_is_cleared(session, opening, manager, desk, clock):
    frozen = service.freeze(session, bank_id="bank-a", reason="a trick", actor=manager, now=NOON)
    assert pacing.ask_for_next(session, clock=clock) == []
    for actor in (manager, desk):
        service.clear(session, emergency_id=frozen.id, actor=actor, now=NOON)

    assert len(pacing.ask_for_next(session, clock=clock)) == 1


def test_while_it_is_frozen_nobody_begins_one(session, manager, desk):
    proposed = propose(session, desk)
    service.freeze(session, bank_id=None, reason="theft", actor=manager, now=NOON)

    with pytest.raises(Conflict, match="clear_freeze_first"):
        confirm(session, proposed, manager)
    with pytest.raises(Conflict, match="clear_freeze_first"):
        propose(session, desk, bank_id="bank-b")


def test_cleared_no_further_door_is_asked_for_and_none_is_signed(session, opening, manager, desk, clock):
    (asked,) = pacing.ask_for_next(session, clock=clock)
    assert unlocking.authorise(session, asked, clock=clock)
    service.clear(session, emergency_id=opening.id, actor=desk, now=NOON)
    service.clear(session, emergency_id=opening.id, actor=manager, now=NOON)

    assert not unlocking.sign(session, asked, nonce="0" * 32, clock=clock)
    assert (asked.state, asked.code) == (UnlockState.REFUSED, "no_grant")
    clock.advance(seconds=5)
    assert pacing.ask_for_next(session, clock=clock) == []
    assert not access.may_open(session, member_id=manager.id, lock_id=lock_of(session, "02"), now=NOON)


def test_the_doors_are_open_and_the_claim_stays(session, desk, clock):
    member = a_member(session)
    rental = lockers.rent(
        session, member=member, now=NOON, until=NOON + timedelta(days=1), max_days=7, unsettled_locks=frozenset
    )
    turn_key(session, SecondKey.ON)
    propose(session, desk)
    open_all(session, clock, seconds=10)

    assert rental.ended_at is None
    assert access.may_open(session, member_id=member.id, lock_id=lock_of(session, "01"), now=NOON)
    told = history.history_of(session, member_id=member.id, limit=9)
    assert [(one.entry.act, one.reason) for one in told][:2] == [
        ("door_opened", "smoke"),
        ("asked_in_emergency", "smoke"),
    ]


def test_each_door_is_one_record_with_the_reason_and_whose_word_it_was(session, opening, manager, clock):
    turn_key(session, SecondKey.ON)
    open_all(session, clock, seconds=10)

    opened = session.scalars(select(AuditEntry).where(AuditEntry.act == "door_opened")).all()
    assert len(opened) == len({entry.thing for entry in opened}) == 8
    assert {entry.actor for entry in opened} == {manager.audit_id}
    assert {one.emergency_id for one in session.scalars(select(Unlock))} == {opening.id}


def test_a_door_sensed_open_comes_last_for_its_contact_may_lie():
    def door(no, level=DoorLevel.SHUT, tries=0, has_opened=False):
        return DoorTried(lock_id=str(no), door=no, level=level, tries=tries, has_opened=has_opened)

    doors = [
        door(1, DoorLevel.OPEN),
        door(2, tries=1),
        door(3, DoorLevel.UNKNOWN),
        door(4, tries=3),
        door(5, has_opened=True),
        door(6, DoorLevel.OPEN, tries=1),
    ]
    order = []
    while (turn := rules.next_door(doors)) is not None:
        order.append(turn.door)
        doors.remove(turn)
    assert order == [3, 2, 1]


@pytest.mark.parametrize(
    ("doors", "key", "seconds"),
    [(0, False, 0), (1, False, 0.55), (6, False, 3.3), (7, False, 60.55), (24, False, 183.3), (24, True, 13.2)],
)
def test_the_dry_run_reckons_with_the_supply_and_with_what_the_cabinet_allows(doors, key, seconds):
    assert rules.seconds_to_open(doors, second_key_is_on=key) == pytest.approx(seconds)


def test_the_dry_run_says_what_is_away_and_moves_nothing(session, clock):
    set_presence(session, Presence.OFFLINE, "bank-b")
    session.expire_all()
    set_door(session, "01", DoorLevel.OPEN)

    found = {one.device_id: (one.doors, one.is_away) for one in queries.cabinets(session, bank_id=None)}

    assert found == {"bank-a": (8, False), "bank-b": (1, True)}
    assert pacing.ask_for_next(session, clock=clock) == []

"""The invariants of `unlock/1` hold over the production state machines under random faults; each check bites."""

from collections.abc import Collection

import pytest
from sqlalchemy import select

from devices.wire import codec
from devices.wire.messages import ActorClass
from gateway.emergencies import openings
from gateway.kit.audit import AuditEntry
from gateway.kit.db import Sessions
from gateway.members.model import Member
from gateway.unlocking.model import Unlock, UnlockState
from tests.centre_builder import rental_of
from tests.model.invariants import violations
from tests.model.schedule import play
from tests.model.twins import TWINS, Twin
from tests.model.world import GATEWAY_KEY, Template, open_world

BATCHES = 50  # so that two processes can share the work
TWIN_SCHEDULES = 3000  # a broken twin must be found out within so many


def found_in(seed: int, template: Template, stress: Collection[str] = ()) -> list:
    world = open_world(seed, template)
    play(world, stress)
    return list(violations(world))


@pytest.mark.model
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_no_schedule_breaks_an_invariant(batch: int, template: Template, schedules: int, first_seed: int):
    for seed in range(first_seed + batch, first_seed + schedules, BATCHES):
        found = found_in(seed, template)
        assert not found, f"seed {seed}: {found}"


@pytest.mark.model
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_a_broken_twin_is_caught(twin: Twin, template: Template, first_seed: int):
    with twin.in_place():
        for seed in range(first_seed, first_seed + TWIN_SCHEDULES):
            names = {violation.invariant for violation in found_in(seed, template, twin.stress)}
            if names & twin.breaks:
                return
    pytest.fail(f"{TWIN_SCHEDULES} schedules did not notice: {twin.name}")


@pytest.mark.model
def test_every_invariant_has_a_twin_that_breaks_it():
    assert frozenset().union(*(twin.breaks for twin in TWINS)) >= {
        "I1", "I2", "I2b", "I3", "I4", "I4b", "I5", "I6", "I7", "I10", "I11", "I12", "I13", "I14", "L2", "L3",
    }  # fmt: skip


def test_a_healthy_centre_opens_what_its_holder_asks_for(template: Template):
    world = open_world(1, template)
    world.rent("ann", "bank-a", 1)

    unlock_id = world.ask("ann", "bank-a", 1)
    world.clockwork.advance(1.0)

    with world.sessions.read() as session:
        assert session.get_one(Unlock, unlock_id).state is UnlockState.OPENED
    assert world.building.door("bank-a", 1).is_open


def test_an_emergency_opens_every_door_of_a_healthy_centre_and_what_it_asked_for_is_written_down(template: Template):
    world = open_world(1, template)
    world.rent("ann", "bank-a", 1)
    with Sessions.begin(world.sessions) as session:
        now, desk, chief = world.clock.now(), session.get_one(Member, "desk"), session.get_one(Member, "chief")
        proposed = openings.propose(session, bank_id=None, reason="smoke", actor=desk, now=now)
        openings.confirm(session, emergency_id=proposed.id, actor=chief, now=now)

    world.clockwork.advance(20.0)

    assert all(world.building.levels().values())
    assert len(world.building.ledger.pulses()) == len(world.building.levels())
    with world.sessions.read() as session:
        opened = session.scalars(select(AuditEntry.thing).where(AuditEntry.act == "door_opened")).all()
        rental = rental_of(session, "ann")
    assert sorted(opened) == ["bank-a/1", "bank-a/2", "bank-b/1"]
    assert {_asked_by(letter) for letter in world.building.post.sent("open")} == {ActorClass.JOB}
    assert rental is not None


def _asked_by(letter):
    return codec.decode_command(letter.payload, topic=letter.topic, key=GATEWAY_KEY.public()).actor_class

"""Counting: what the software says, what the doors say, what staff see; on both databases."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.counts import queries, service
from gateway.counts.model import Seen, Sighting
from gateway.counts.rules import EXPLAIN_WITHIN, Difference
from gateway.fleet.model import DoorLevel
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, NotFound
from gateway.lockers import service as lockers
from gateway.lockers.model import Condition, Rental, RentalState, Use
from gateway.members.model import Role
from tests.centre_builder import NOON, a_bank, a_member, compartment_labelled, open_and_shut, sense, set_door
from tests.gateway.lockers.test_rentals import end, rent

HOUR = timedelta(hours=1)
LATER = NOON + HOUR
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="SML")
        a_bank(session, "bank-b", sizes="M")
        yield session


@pytest.fixture
def zhao(session):
    return a_member(session, "s002", role=Role.DESK, name="赵敏")


def box(session, label="01"):
    return compartment_labelled(session, label)


def see(session, staff, seen, *, label="01", now=LATER, note="", keep=False):
    return service.note_sighting(
        session, compartment_id=box(session, label).id, staff=staff, seen=seen, note=note, keep=keep, now=now
    )


def lines(session, *, now=LATER):
    """Of bank-a: label and differences, in their order."""
    (count,) = queries.count(session, now=now, bank_id="bank-a")
    return [(line.compartment.label, list(line.differences)) for line in count.lines]


def test_every_compartment_of_every_bank_is_counted_by_holder_and_door(session, wang):
    rent(session, wang, size="S")
    set_door(session, "02", DoorLevel.OPEN)
    set_door(session, "01", DoorLevel.UNKNOWN, "bank-b")

    a, b = queries.count(session, now=LATER)

    assert a.tally() == {(True, DoorLevel.SHUT): 1, (False, DoorLevel.OPEN): 1, (False, DoorLevel.SHUT): 1}
    assert b.tally() == {(False, DoorLevel.UNKNOWN): 1}
    assert [line.compartment.label for line in b.lines] == ["01"]


def test_differences_come_first_the_gravest_of_all_in_front(session, wang, zhao):
    rent(session, wang, size="S")
    set_door(session, "01", DoorLevel.OPEN)
    see(session, zhao, Seen.THINGS, label="03")

    assert lines(session) == [("03", [Difference.THINGS_IN_FREE]), ("01", [Difference.TAKEN_OPEN]), ("02", [])]


def test_an_unknown_bank_is_not_counted(session):
    with pytest.raises(NotFound):
        queries.count(session, now=LATER, bank_id="bank-z")


def test_an_opening_by_the_mechanical_key_is_to_be_explained_for_a_day(session):
    sense(session, "02", "forced", "door_closed", now=NOON)

    assert lines(session)[0] == ("02", [Difference.FORCED])
    assert lines(session, now=NOON + EXPLAIN_WITHIN)[0] == ("02", [Difference.FORCED])
    assert lines(session, now=NOON + EXPLAIN_WITHIN + MOMENT)[0] == ("01", [])


def test_whoever_looks_afterwards_explains_it_and_the_openings_stay_on_the_line(session, zhao):
    sense(session, "02", "forced", "door_closed", now=NOON)
    sense(session, "02", "forced", "door_closed", now=NOON + MOMENT)

    see(session, zhao, Seen.EMPTY, label="02", note="cleaner lost a glove")

    (count,) = queries.count(session, now=LATER, bank_id="bank-a")
    line = next(one for one in count.lines if one.compartment.label == "02")
    assert (line.differences, line.forced) == ([], [NOON, NOON + MOMENT])
    assert (line.sighting.note, line.seen_by.name) == ("cleaner lost a glove", "赵敏")


def test_an_opening_that_was_asked_for_needs_no_explaining(session, wang):
    rent(session, wang, size="S")
    open_and_shut(session, wang, "01", now=NOON)

    assert lines(session)[0] == ("01", [])


def test_the_next_shift_sees_who_looked_when_and_what_they_saw(session, wang, zhao):
    rental = rent(session, wang, size="S")
    see(session, zhao, Seen.EMPTY, now=LATER)
    newest = see(session, zhao, Seen.THINGS, note="a coat", now=LATER + HOUR)

    (count,) = queries.count(session, now=LATER + HOUR, bank_id="bank-a")
    line = next(one for one in count.lines if one.compartment.label == "01")

    assert line.sighting.id == newest.id
    kept = (newest.seen, newest.note, newest.rental_id, newest.door, newest.seen_by_id, newest.seen_at)
    assert kept == (Seen.THINGS, "a coat", rental.id, DoorLevel.SHUT, zhao.id, LATER + HOUR)


def test_seen_empty_though_rented_is_told_until_it_is_given_back(session, wang, zhao):
    rental = rent(session, wang, size="S")
    see(session, zhao, Seen.EMPTY)
    assert lines(session)[0] == ("01", [Difference.RENTED_EMPTY])

    end(session, rental, now=LATER)

    assert lines(session)[0] == ("01", [])


def test_what_staff_hold_is_in_use_and_may_be_empty(session, zhao):
    held = Rental(
        id="h", compartment_id=box(session).id, use=Use.HELD, state=RentalState.ACTIVE, from_at=NOON, until_at=None
    )
    session.add(held)
    session.flush()

    see(session, zhao, Seen.EMPTY)

    (count,) = queries.count(session, now=LATER, bank_id="bank-a")
    assert count.tally()[True, DoorLevel.SHUT] == 1
    assert lines(session)[0] == ("01", [])


def test_what_was_seen_before_somebody_rented_it_says_nothing_of_them(session, wang, zhao):
    see(session, zhao, Seen.THINGS)
    rental = rent(session, wang, size="S", now=LATER + HOUR)
    assert lines(session)[0] == ("01", [])

    end(session, rental, now=LATER + HOUR)

    assert lines(session)[0] == ("01", [])  # whatever lay there then, somebody has used it since


def test_things_where_nobody_rents_are_kept_back_in_the_same_act(session, wang, zhao):
    see(session, zhao, Seen.THINGS, note="a black bag", keep=True)

    assert (box(session).condition, box(session).condition_reason) == (Condition.INSPECTION, "a black bag")
    with pytest.raises(Conflict, match="compartment_not_ready"):
        rent(session, wang, compartment_id=box(session).id)


@pytest.mark.parametrize(("rented", "seen"), [(True, Seen.THINGS), (False, Seen.EMPTY)])
def test_what_is_somebodys_or_empty_is_not_kept_back_and_nothing_is_written(session, wang, zhao, rented, seen):
    if rented:
        rent(session, wang, size="S")

    with pytest.raises(Conflict, match="nothing_to_keep"):
        see(session, zhao, seen, note="x", keep=True)
    assert box(session).condition is Condition.READY
    assert session.scalars(select(Sighting)).all() == []


def test_what_is_out_of_service_stays_so(session, zhao):
    lockers.set_condition(
        session,
        compartment_id=box(session).id,
        condition=Condition.OUT_OF_SERVICE,
        reason="hinge broken",
        actor="s003",
        now=NOON,
    )

    see(session, zhao, Seen.THINGS, note="tools", keep=True)

    assert (box(session).condition, box(session).condition_reason) == (Condition.OUT_OF_SERVICE, "hinge broken")


def test_who_looked_is_in_the_trail(session, zhao):
    see(session, zhao, Seen.THINGS, note="a black bag", keep=True)

    entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (entry.actor, entry.act, entry.thing) == (zhao.audit_id, "seen_things", box(session).id)
    assert json.loads(entry.detail) == {"note": "a black bag", "rental": None, "kept": True}


def test_what_is_not_there_is_not_seen(session, zhao):
    with pytest.raises(NotFound):
        service.note_sighting(
            session, compartment_id="f" * 32, staff=zhao, seen=Seen.EMPTY, note="", keep=False, now=NOON
        )

"""A late rental whose compartment has proved empty: nobody is reminded, nothing is freed; on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.access import queries as access
from gateway.counts import service as counts
from gateway.counts.model import Seen
from gateway.fleet import service as fleet
from gateway.fleet.model import Device, DoorLevel, Inside, Lock
from gateway.lockers import queries, rules, service
from gateway.lockers.model import Bank, Rental, Stage
from gateway.members.model import Role
from tests.centre_builder import NOON, a_bank, a_member, compartment_labelled, lock_of, sense, set_door
from tests.gateway.lockers.test_late_rentals import AT, DAY, rent, the_clock_comes_by, told

MINUTE = timedelta(minutes=1)
LATE = AT[Stage.OVERDUE]
TAKEN_OUT = ("door_open", "door_closed", "empty")


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="MM")
        yield session


@pytest.fixture
def rental(session, wang):
    """Overdue, and its holder has been told so."""
    rental = rent(session, wang)
    the_clock_comes_by(session, now=LATE)
    assert told(session, wang) == ["rental_overdue"]
    return rental


def inside(session, label="01"):
    session.expire_all()
    (found,) = [one.inside for one in queries.compartments(session, "bank-a") if one.compartment.label == label]
    return found


def look(session, rental, *, now):
    """As the intake does it when a beam has told."""
    lock = session.get_one(Lock, lock_of(session, "01"))
    service.look_inside(session, device_id=lock.device_id, door=lock.door, now=now)


def look_with_eyes(session, seen, *, now):
    counts.note_sighting(
        session,
        compartment_id=compartment_labelled(session, "01").id,
        staff=session.merge(a_member(session, f"s{now.hour}{now.minute}", role=Role.DESK)),
        seen=seen,
        note="",
        keep=False,
        now=now,
    )


def test_reminders_stop_the_moment_the_door_proves_emptied(session, wang, rental):
    sense(session, "01", *TAKEN_OUT, now=LATE)
    look(session, rental, now=LATE)

    assert told(session, wang) == []
    the_clock_comes_by(session, now=AT[Stage.CLEAR_OUT])
    assert told(session, wang) == []


def test_the_timetable_stops_them_where_nobody_did_at_once(session, wang, rental):
    sense(session, "01", *TAKEN_OUT, now=LATE)
    the_clock_comes_by(session, now=LATE + MINUTE)
    assert told(session, wang) == []


def test_they_start_again_when_it_proves_full(session, wang, rental):
    sense(session, "01", *TAKEN_OUT, now=LATE)
    look(session, rental, now=LATE)

    sense(session, "01", "door_open", "door_closed", "occupied", now=LATE + MINUTE)
    look(session, rental, now=LATE + MINUTE)

    assert told(session, wang) == ["rental_overdue"]


def test_they_start_again_when_it_was_opened_and_nobody_knows_what_is_inside(session, wang, rental):
    sense(session, "01", *TAKEN_OUT, "door_open", "door_closed", now=LATE)
    the_clock_comes_by(session, now=LATE + MINUTE)
    assert told(session, wang) == ["rental_overdue"]


def test_an_opening_alone_proves_nothing(session, wang, rental):
    """There is no beam: their holder may have put something in."""
    sense(session, "01", "door_open", "door_closed", now=LATE)
    look(session, rental, now=LATE)
    the_clock_comes_by(session, now=LATE + MINUTE)
    assert told(session, wang) == ["rental_overdue"]


def test_a_compartment_that_was_never_opened_in_their_time_is_still_asked_back(session, wang, rental):
    """A bank that starts tells of every empty one; but this was not emptied."""
    sense(session, "01", "empty", now=LATE)
    the_clock_comes_by(session, now=LATE + MINUTE)
    assert told(session, wang) == ["rental_overdue"]


@pytest.mark.parametrize("door", [DoorLevel.OPEN, DoorLevel.UNKNOWN])
def test_a_beam_proves_nothing_while_its_door_is_not_sensed_shut(session, wang, rental, door):
    sense(session, "01", *TAKEN_OUT, now=LATE)
    set_door(session, "01", door)
    session.expire_all()
    the_clock_comes_by(session, now=LATE + MINUTE)
    assert told(session, wang) == ["rental_overdue"]
    assert inside(session) is Inside.UNKNOWN


def test_whatever_a_beam_says_it_ends_nothing_and_frees_nothing(session, wang, rental):
    for _ in range(20):
        sense(session, "01", *TAKEN_OUT, "door_open", "door_closed", "occupied", "empty", now=LATE)
        look(session, rental, now=LATE)
        the_clock_comes_by(session, now=LATE)

    assert session.scalars(select(Rental).where(Rental.ended_at.is_(None))).all() == [rental]
    assert queries.view(session, rental).stage(LATE) is Stage.OVERDUE
    assert access.may_open(session, member_id=wang.id, lock_id=lock_of(session, "01"), now=LATE)
    assert [one.label for one in queries.free_compartments(session, "bank-a")] == ["02"]


def test_a_start_of_the_bank_makes_unknown_what_its_beams_had_proved(session, wang, rental):
    sense(session, "01", *TAKEN_OUT, now=LATE)
    sense(session, "02", "boot", now=LATE)
    the_clock_comes_by(session, now=LATE + MINUTE)
    assert (inside(session), told(session, wang)) == (Inside.UNKNOWN, ["rental_overdue"])

    sense(session, "01", "empty", now=LATE + MINUTE)
    the_clock_comes_by(session, now=LATE + 2 * MINUTE)
    assert (inside(session), told(session, wang)) == (Inside.EMPTY, [])


def test_a_gap_in_the_log_makes_unknown_what_the_beams_had_proved(session, wang, rental):
    sense(session, "01", *TAKEN_OUT, now=LATE)
    device = session.get_one(Device, "bank-a")
    assert fleet.take_up_log(session, device, oldest_seq=device.last_seq + 5, now=LATE)
    assert inside(session) is Inside.UNKNOWN


def test_where_there_is_no_beam_the_eyes_of_staff_prove_it_until_the_door_is_opened_again(session, wang, rental):
    sense(session, "01", "door_open", "door_closed", now=LATE)
    look_with_eyes(session, Seen.EMPTY, now=LATE + MINUTE)
    assert told(session, wang) == []
    the_clock_comes_by(session, now=LATE + 2 * MINUTE)
    assert told(session, wang) == []

    sense(session, "01", "door_open", "door_closed", now=LATE + 3 * MINUTE)
    the_clock_comes_by(session, now=LATE + 3 * MINUTE)
    assert told(session, wang) == ["rental_overdue"]


def test_staff_who_see_things_inside_start_them_again(session, wang, rental):
    look_with_eyes(session, Seen.EMPTY, now=LATE)
    look_with_eyes(session, Seen.THINGS, now=LATE + MINUTE)
    assert told(session, wang) == ["rental_overdue"]


def test_a_compartment_that_lies_idle_is_asked_back_though_it_is_empty(session, wang):
    """What is kept without an end is asked back because nobody uses it, not because of what lies in it."""
    session.get_one(Bank, "bank-a").idle_after_days = 10
    service.set_mode(
        session,
        compartment_id=compartment_labelled(session, "01").id,
        mode="kept_until_released",
        actor="s001",
        now=NOON,
    )
    service.rent(
        session,
        member=wang,
        now=NOON,
        until=None,
        max_days=30,
        unsettled_locks=frozenset,
        compartment_id=compartment_labelled(session, "01").id,
    )
    sense(session, "01", *TAKEN_OUT, now=NOON)
    the_clock_comes_by(session, now=NOON + 10 * DAY)
    assert told(session, wang) == ["rental_idle_grace"]


def test_the_next_holder_is_reminded_whatever_was_proved_in_the_time_of_the_last(session, wang, rental):
    sense(session, "01", *TAKEN_OUT, now=LATE)
    look(session, rental, now=LATE)
    service.end_rental(session, rental=rental, unsettled_locks=frozenset, now=LATE)
    li = a_member(session, "10002")
    later = LATE + MINUTE
    service.rent(
        session,
        member=li,
        now=later,
        until=later + DAY,
        max_days=30,
        unsettled_locks=frozenset,
        compartment_id=compartment_labelled(session, "01").id,
    )
    the_clock_comes_by(session, now=later + DAY)
    assert told(session, li) == ["rental_grace"]


@pytest.mark.parametrize("stage", Stage)
def test_of_what_has_proved_empty_no_stage_is_told(stage):
    assert rules.stage_to_tell(stage, proved_empty=True) is Stage.RUNNING
    assert rules.stage_to_tell(stage, proved_empty=False) is stage

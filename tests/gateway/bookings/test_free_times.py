"""Many spaces looked at together say what each of them says by itself."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import event

from gateway.bookings import free_times
from gateway.bookings.freedom import Freedom
from gateway.calendar import service as calendar_service
from gateway.calendar.model import HOUSE, CalendarDay, DayKind, DayName
from gateway.calendar.rules import Opening
from gateway.kit.errors import Conflict
from gateway.kit.ids import new_id
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Claim, ClaimKind
from gateway.spaces.rules import Span, slots
from tests.centre_builder import NOON, a_space
from tests.gateway.bookings.conftest import HOUR, MINUTE, POLICY, book, span

WEEK = Span(NOON - 30 * HOUR, NOON + timedelta(days=6))


def look(session, wanted=None, within=WEEK, people=1):
    wanted = spaces.spaces(session) if wanted is None else [spaces.space(session, one) for one in wanted]
    found = free_times.look(session, wanted=wanted, zone=POLICY.zone, within=within, now=NOON, people=people)
    return {one.space.id: list(one.slots()) for one in found}


def one_by_one(session, space, within=WEEK, people=1):
    free = Freedom(session, space, within, now=NOON, people=people)
    hours = spaces.hours_of(session, space, zone=POLICY.zone)
    return [(slot, free.reason(slot)) for slot in slots(hours, within)]


def fill(session, seed):
    """Claims of every kind and length, at the slots' edges and across them."""
    dice = random.Random(seed)
    for _ in range(120):
        space = spaces.space(session, dice.choice([one.id for one in spaces.spaces(session)]))
        starts_at = NOON + dice.randrange(-30 * 4, 24 * 6 * 4) * 15 * MINUTE + dice.choice([0, 0, 0, 7]) * MINUTE
        kind = dice.choices([ClaimKind.BOOKING, ClaimKind.CLOSURE, ClaimKind.MAINTENANCE], [8, 2, 1])[0]
        wanted = Span(starts_at, starts_at + dice.choice([15, 60, 60, 90, 300]) * MINUTE)
        try:
            people = dice.choice([1, 1, 2])
            spaces_service.claim(session, space=space, span=wanted, kind=kind, source_id=new_id(), people=people)
        except Conflict:
            continue
        if dice.random() < 0.1:
            spaces_service.release(session, kind=kind, source_id=session.query(Claim).first().source_id, now=NOON)


@pytest.mark.parametrize("seed", range(4))
def test_many_spaces_at_once_are_as_free_as_each_is_by_itself(session, seed):
    a_space(session, "seats", places=3)
    a_space(session, "kitchen", buffer_min=30, capacity=2)
    a_space(session, "booth", slot_min=30, buffer_min=10, opens_min=9 * 60)
    calendar_service.set_week(session, whose="lawn", week={DayName.TUE: Opening(600, 720)}, actor="test", now=NOON)
    calendar_service.set_week(session, whose=HOUSE, week={DayName.WED: None}, actor="test", now=NOON)
    session.add(CalendarDay(whose="court-1", day=(NOON + timedelta(days=3)).date(), kind=DayKind.CLOSED, reason="x"))
    session.flush()
    fill(session, seed)

    found = look(session)

    for space in spaces.spaces(session):
        assert found[space.id] == one_by_one(session, space), space.id
    reasons = {reason for times in found.values() for _, reason in times}
    assert reasons == {None, "slot_taken", "in_maintenance", "closed", "in_the_past"}
    for people in (2, 3, 4):
        found = look(session, people=people)
        for space in spaces.spaces(session):
            assert found[space.id] == one_by_one(session, space, people=people), (space.id, people)
    assert {reason for _, reason in found["seats"]} == {"too_many_people", "in_the_past"}, "four on three seats"


def test_a_few_of_many_spaces_are_looked_at_alone(session, wang):
    book(session, wang, "court-1", when=span(1))

    assert look(session, ["half-a", "room"], within=span(1)) == {
        "half-a": [(span(1), "slot_taken")],
        "room": [(span(1), None)],
    }


def test_ten_times_as_many_spaces_are_no_more_questions_to_the_database(session):
    asked = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *call: asked.append(call[2]))

    few = len(look(session, within=span(1))) and len(asked)
    for no in range(70):
        a_space(session, f"room-{no}")
    asked.clear()
    look(session, within=span(1))

    assert len(asked) == few

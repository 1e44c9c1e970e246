"""Claims: the parts of a whole block each other, and the database itself refuses what overlaps."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.kit.ids import new_id
from gateway.spaces import queries, service
from gateway.spaces.model import Claim, ClaimKind, Closure, Space, SpaceKind
from gateway.spaces.rules import Span
from tests.centre_builder import NOON, a_hall, a_space

HOUR = timedelta(hours=1)


def span(start=0, length=1):
    return Span(NOON + start * HOUR, NOON + (start + length) * HOUR)


@pytest.fixture
def session(sessions):
    """One transaction with a hall of two half courts, each of two badminton courts, and a room."""
    with sessions.begin() as session:
        a_hall(session)
        a_space(session, "room")
        yield session


def claim(session, space_id, when=None, *, kind=ClaimKind.BOOKING):
    source_id = new_id()
    space = queries.space(session, space_id)
    service.claim(session, space=space, span=when or span(), kind=kind, source_id=source_id)
    return source_id


def is_free(session, space_id, when=None):
    try:
        with session.begin_nested() as trial:
            claim(session, space_id, when)
            trial.rollback()
    except Conflict:
        return False
    return True


def test_the_whole_comes_down_to_its_smallest_parts(session):
    assert [part.id for part in queries.undivided(session, "hall")] == ["court-1", "court-2", "court-3", "court-4"]
    assert [part.id for part in queries.undivided(session, "half-b")] == ["court-3", "court-4"]
    assert [part.id for part in queries.undivided(session, "room")] == ["room"]


@pytest.mark.parametrize(
    ("claimed", "blocked", "free"),
    [
        ("hall", ["hall", "half-a", "half-b", "court-1", "court-4"], ["room"]),
        ("half-a", ["hall", "half-a", "court-1", "court-2"], ["half-b", "court-3", "court-4"]),
        ("court-3", ["hall", "half-b", "court-3"], ["half-a", "court-1", "court-4"]),
        ("room", ["room"], ["hall"]),
    ],
)
def test_parents_and_children_block_each_other_and_nobody_else(session, claimed, blocked, free):
    claim(session, claimed)

    assert [one for one in blocked if is_free(session, one)] == []
    assert [one for one in free if not is_free(session, one)] == []


def test_one_that_begins_when_the_other_ends_is_free(session):
    claim(session, "room", span(0))

    assert is_free(session, "room", span(1))
    assert is_free(session, "room", span(-1))
    assert not is_free(session, "room", span(-1, 3))


def test_of_several_places_each_is_given_once(session):
    a_space(session, "seats", kind=SpaceKind.SEAT, places=3)

    for _ in range(3):
        claim(session, "seats")

    assert not is_free(session, "seats")
    assert is_free(session, "seats", span(1))


def test_a_closure_takes_every_place(session):
    a_space(session, "seats", kind=SpaceKind.SEAT, places=3)

    claim(session, "seats", kind=ClaimKind.CLOSURE)

    assert not is_free(session, "seats")


def test_a_buffer_is_kept_free_after_a_booking_and_not_after_a_closure(session):
    a_space(session, "kitchen", buffer_min=30)
    claim(session, "kitchen", span(0))
    claim(session, "kitchen", span(4), kind=ClaimKind.CLOSURE)

    assert not is_free(session, "kitchen", span(1))
    assert is_free(session, "kitchen", span(2))
    assert is_free(session, "kitchen", span(5))
    assert not is_free(session, "kitchen", span(-1)), "its own buffer would reach into the next one's time"


def test_what_is_released_is_free_again(session):
    source_id = claim(session, "half-a")

    service.release(session, kind=ClaimKind.BOOKING, source_id=source_id, now=NOON)

    assert is_free(session, "hall")


def test_a_move_that_cannot_be_leaves_everything_where_it_was(session):
    mine, _theirs = claim(session, "half-a", span(0)), claim(session, "court-1", span(1))
    hall = queries.space(session, "half-a")

    with pytest.raises(Conflict, match="slot_taken"):
        service.move(session, space=hall, span=span(1), kind=ClaimKind.BOOKING, source_id=mine, now=NOON)

    assert not is_free(session, "court-2", span(0))
    assert is_free(session, "court-2", span(1))


def test_a_move_may_overlap_where_it_was(session):
    mine = claim(session, "room", span(0, 2))
    room = queries.space(session, "room")

    service.move(session, space=room, span=span(1, 2), kind=ClaimKind.BOOKING, source_id=mine, now=NOON)

    assert is_free(session, "room", span(0))
    assert not is_free(session, "room", span(2))


def a_row(space_id="room", when=None, place=0):
    when = when or span()
    return Claim(
        id=new_id(),
        space_id=space_id,
        place=place,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        kind=ClaimKind.BOOKING,
        source_id=new_id(),
        released_at=None,
    )


def test_the_database_refuses_an_overlap_that_is_written_past_the_service(sessions, session):
    a_space(session, "seats", places=2)
    session.add_all([a_row(), a_row("seats"), a_row("seats", place=1), a_row(when=span(1)), a_row("court-1")])
    session.flush()

    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(a_row(when=Span(NOON + 0.5 * HOUR, NOON + 0.6 * HOUR)))


@pytest.mark.parametrize("change", [{"starts_at": NOON}, {"released_at": None}, {"place": 0}], ids=str)
def test_the_database_refuses_an_update_that_would_overlap(session, change):
    a_space(session, "seats", places=2)
    late = {"starts_at": NOON + HOUR} if "starts_at" in change else {"starts_at": NOON}
    other = a_row("seats", Span(late["starts_at"], NOON + 2 * HOUR), place=1 if "place" in change else 0)
    other.released_at = NOON if "released_at" in change else None
    session.add_all([a_row("seats"), other])
    session.flush()

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Claim).where(Claim.id == other.id).values(**change))


@pytest.mark.parametrize("place", [-1, 2])
def test_the_database_refuses_a_place_that_there_is_not(session, place):
    a_space(session, "seats", places=2)
    session.add_all([a_row("seats", place=1), a_row("seats", span(1), place=0)])
    session.flush()

    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(a_row("seats", span(2), place=place))


@pytest.mark.parametrize("change", [{"place": 2}, {"place": -1}, {"space_id": "room"}, {"released_at": None}], ids=str)
def test_the_database_refuses_to_move_a_claim_onto_a_place_that_there_is_not(session, change):
    a_space(session, "seats", places=2)
    other = a_row("seats", place=1)
    other.released_at = NOON if "released_at" in change else None
    session.add(other)
    session.flush()
    if "released_at" in change:
        session.get_one(Space, "seats").places = 1
        session.flush()

    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Claim).where(Claim.id == other.id).values(**change))


def test_claims_on_a_place_that_is_no_more_are_still_shortened_handed_over_and_released(session):
    a_space(session, "seats", places=2)
    [first, second] = [claim(session, "seats", span(0, 2)) for _ in range(2)]
    session.get_one(Space, "seats").places = 1
    session.flush()

    service.hand_over(session, kind=ClaimKind.BOOKING, source_id=second, to="other")
    service.release_rest(session, kind=ClaimKind.BOOKING, source_id="other", now=NOON + HOUR)
    service.release(session, kind=ClaimKind.BOOKING, source_id="other", now=NOON + HOUR)

    assert not is_free(session, "seats")
    service.release(session, kind=ClaimKind.BOOKING, source_id=first, now=NOON + HOUR)
    claim(session, "seats")
    assert not is_free(session, "seats")


def test_a_space_that_is_claimed_is_not_divided_any_more(session):
    claim(session, "room")

    with pytest.raises(Conflict, match="space_claimed"):
        a_space(session, "corner", parent_id="room")


def test_only_what_has_one_place_can_be_divided(session):
    a_space(session, "seats", places=3)

    with pytest.raises(Malformed) as refused:
        a_space(session, "seat-1", parent_id="seats")

    assert refused.value.facts["field"] == "parent_id"


def test_a_space_is_made_once_and_only_of_what_is_there(session):
    with pytest.raises(Conflict, match="space_exists"):
        a_space(session, "room")
    with pytest.raises(NotFound):
        a_space(session, "loft", parent_id="attic")


def test_a_closed_space_can_be_opened_again(session):
    hall = queries.space(session, "hall")
    closure = service.close(session, space=hall, span=span(), reason="polish", actor="desk", now=NOON)
    assert not is_free(session, "court-4")
    with pytest.raises(NotFound):
        service.reopen(session, space=queries.space(session, "room"), closure_id=closure, actor="desk", now=NOON)

    service.reopen(session, space=hall, closure_id=closure, actor="manager", now=NOON + HOUR)

    assert is_free(session, "hall")
    kept = session.get_one(Closure, closure)
    assert (kept.space_id, kept.starts_at, kept.ends_at, kept.reason) == ("hall", NOON, NOON + HOUR, "polish")
    assert (kept.made_at, kept.made_by) == (NOON, "desk")
    assert (kept.reopened_at, kept.reopened_by) == (NOON + HOUR, "manager")
    with pytest.raises(NotFound):
        service.reopen(session, space=hall, closure_id=closure, actor="desk", now=NOON)


def test_what_an_activity_has_is_not_opened_by_who_opens_closures(session):
    activity = claim(session, "room", kind=ClaimKind.CLOSURE)

    with pytest.raises(NotFound):
        service.reopen(session, space=queries.space(session, "room"), closure_id=activity, actor="desk", now=NOON)

    assert not is_free(session, "room")
    assert [one.reason for one in queries.closures(session, span())] == [None]


def test_nothing_is_closed_over_somebodys_head(session):
    claim(session, "court-2")

    with pytest.raises(Conflict, match="slot_taken"):
        service.close(session, space=queries.space(session, "hall"), span=span(), reason="x", actor="desk", now=NOON)

    assert [one.kind for one in session.scalars(select(Claim))] == [ClaimKind.BOOKING]

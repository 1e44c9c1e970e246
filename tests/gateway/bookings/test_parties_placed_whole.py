"""Where people have a place each, those who come together all have one or none has, by every way. On both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.bookings import approvals, asking, moving, no_shows, queries, series, service, sheet, waitlist
from gateway.bookings.model import BookingState
from gateway.bookings.service import OnBehalf
from gateway.bookings.waits import WaitState
from gateway.kit.errors import Conflict
from gateway.kit.ids import new_id
from gateway.policies.model import Limit
from gateway.spaces import outages
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Claim, ClaimKind, SpaceKind
from tests.centre_builder import NOON, a_member, a_rule, a_space
from tests.gateway.bookings.conftest import HOUR, MINUTE, POLICY, may_open, span

PLACES = 6


@pytest.fixture(autouse=True)
def seats(session):
    """A reading room in which six may sit, behind the hall's door."""
    door = spaces.lock_of(session, "hall")
    return a_space(session, "seats", kind=SpaceKind.SEAT, places=PLACES, lock_id=door)


@pytest.fixture
def chen(session):
    return a_member(session, "10003")


def book(session, member, people, when=None, space_id="seats", **more):
    facts = {"span": when or span(), "guests": people - 1, "policy": POLICY, "now": NOON}
    return service.book(session, member=member, space_id=space_id, **facts | more)


def wait_for(session, member, people, when=None, now=NOON):
    facts = {"span": when or span(), "guests": people - 1, "policy": POLICY, "now": now}
    return waitlist.join(session, member=member, space_id="seats", **facts)


def places_of(session, source, space_id="seats"):
    """Which places stand claimed for a booking, an offer or an option."""
    claims = select(Claim.place).where(
        Claim.source_id == source.id, Claim.space_id == space_id, Claim.released_at.is_(None)
    )
    return sorted(session.scalars(claims))


def left(session, when=None, space_id="seats"):
    [slot] = queries.availability(
        session, space=spaces.space(session, space_id), within=when or span(), policy=POLICY, now=NOON
    )
    return slot.places_free


def refused(act, *arguments, **facts):
    with pytest.raises(Conflict) as refusal:
        act(*arguments, **facts)
    return refusal.value


def test_each_of_a_party_has_a_place_and_all_are_given_back_together(session, wang):
    booking = book(session, wang, 4)

    assert places_of(session, booking) == [0, 1, 2, 3]
    assert left(session) == 2
    service.cancel(session, booking=booking, member=wang, policy=POLICY, now=NOON)
    assert places_of(session, booking) == []
    assert left(session) == PLACES


def test_a_party_for_which_there_is_not_room_enough_has_no_place_at_all_and_hears_where_there_is(session, wang, li):
    book(session, wang, 4, span(1))
    book(session, wang, 4, span(2))
    beside = book(session, li, 2, span(3))

    refusal = refused(book, session, li, 3, span(2))

    assert refusal.code == "slot_taken"
    told = [one["starts_at"] for one in refusal.facts["alternatives"]]
    assert told == [(NOON + hours * HOUR).isoformat().replace("+00:00", "Z") for hours in (0, 3, 4)]
    assert left(session, span(2)) == 2
    assert places_of(session, beside) == [0, 1]
    assert places_of(session, book(session, li, 2, span(2))) == [4, 5], "for two there was room"


def test_more_than_a_space_has_places_are_told_so_whoever_asks_and_by_whatever_way(session, wang, desk):
    refusals = [
        refused(book, session, wang, 7),
        refused(book, session, wang, 7, by=OnBehalf(desk, "choir")),
        refused(wait_for, session, wang, 7),
    ]

    assert {(one.code, one.facts["limit"]) for one in refusals} == {("too_many_people", PLACES)}
    asked = {"member": wang, "space_id": "seats", "span": span(), "guests": 6, "policy": POLICY, "now": NOON}
    assert [may(session, **asked).code for may in (asking.may_book, asking.may_wait)] == ["too_many_people"] * 2
    space = spaces.space(session, "seats")
    [slot] = queries.availability(session, space=space, within=span(), people=7, policy=POLICY, now=NOON)
    assert (slot.reason, slot.places_free) == ("too_many_people", PLACES)
    assert places_of(session, book(session, wang, 6)) == list(range(PLACES)), "just all of them"


def test_where_there_is_one_place_it_is_had_whole_however_many_come(session, wang, li):
    assert places_of(session, book(session, wang, 9, space_id="room"), "room") == [0]
    hall = book(session, li, 20, space_id="hall")
    assert [places_of(session, hall, f"court-{no}") for no in (1, 2, 3, 4)] == [[0]] * 4


def test_at_tables_for_four_a_party_takes_as_many_tables_as_it_needs(session, wang, li):
    spaces_service.set_capacity(session, space_id="seats", capacity=4, actor="x", now=NOON)

    assert places_of(session, book(session, wang, 9)) == [0, 1, 2]
    assert refused(book, session, li, 13).code == "slot_taken", "four tables"
    assert places_of(session, book(session, li, 12)) == [3, 4, 5]
    refusal = refused(book, session, li, 25, span(3))
    assert (refusal.code, refusal.facts["limit"]) == ("too_many_people", 24)


def test_what_is_free_says_for_how_many(session, wang):
    book(session, wang, 4)
    space, hours = spaces.space(session, "seats"), {"within": span(1, 2), "policy": POLICY, "now": NOON}

    def free_for(people):
        return [slot.reason for slot in queries.availability(session, space=space, people=people, **hours)]

    assert [free_for(people) for people in (2, 3)] == [[None, None], ["slot_taken", None]]
    found = {"kind": SpaceKind.SEAT, "at_least": 2 * HOUR}
    assert len(queries.free_spaces(session, people=2, **found, **hours)) == 1
    assert queries.free_spaces(session, people=3, **found, **hours) == []
    asked = {"member": wang, "space_id": "seats", "span": span(), "policy": POLICY, "now": NOON}
    assert [asking.may_book(session, guests=guests, **asked).code for guests in (1, 2)] == [None, "slot_taken"]
    assert [asking.may_wait(session, guests=guests, **asked).code for guests in (1, 2)] == ["slot_free", None]


def test_a_party_moves_with_all_its_places_or_stays_with_all_of_them(session, wang, li):
    booking = book(session, wang, 4, span(1))
    book(session, li, 3, span(2))

    facts = {"member": wang, "policy": POLICY, "now": NOON}
    assert refused(service.move, session, booking=booking, span=span(2), **facts).code == "slot_taken"
    assert places_of(session, booking) == [0, 1, 2, 3]
    assert left(session, span(1)) == 2
    service.move(session, booking=booking, span=span(4), **facts)
    assert (left(session, span(1)), left(session, span(4))) == (PLACES, 2)


def test_a_party_that_grows_or_shrinks_has_a_place_for_each_or_stays_as_it_was(session, wang, li, chen):
    booking = book(session, wang, 2)
    book(session, li, 2)
    facts = {"booking": booking, "member": wang, "policy": POLICY, "now": NOON}

    assert refused(service.move, session, span=span(), guests=4, **facts).code == "slot_taken"
    assert refused(service.move, session, span=span(3), guests=6, **facts).code == "too_many_people"
    assert (booking.people, places_of(session, booking)) == (2, [0, 1])
    service.move(session, span=span(), guests=3, **facts)
    assert (booking.people, places_of(session, booking), left(session)) == (4, [0, 1, 4, 5], 0)
    waiting = wait_for(session, chen, 3)
    service.move(session, span=span(), guests=0, **facts)
    assert (booking.people, places_of(session, booking)) == (1, [0])
    assert (waiting.state, places_of(session, waiting)) == (WaitState.OFFERED, [1, 4, 5])
    service.move(session, span=span(3), **facts)
    assert booking.people == 1, "as many as before, where nothing is said"


def test_each_time_of_a_series_has_room_for_all_or_is_skipped(session, wang, li):
    book(session, li, 3, span(25))
    facts = {"member": wang, "space_id": "seats", "guests": 3, "policy": POLICY, "now": NOON}

    _, missed = series.book(session, first=span(1), recurs="FREQ=DAILY;COUNT=2", all_or_none=False, **facts)

    assert [one.code for one in missed] == ["slot_taken"]
    assert (left(session, span(1)), left(session, span(25))) == (2, 3)


def test_a_sheet_of_staff_seats_parties_whole_and_names_the_column_of_one_that_is_too_big(session, wang, desk):
    header = "member_no,space_id,starts_at,ends_at,guests\n"
    lines = [f"10001,seats,2026-11-22 13:00,2026-11-22 14:00,{guests}\n" for guests in (3, 2, 6)]

    made = sheet.take_in(session, text=header + "".join(lines), staff=desk, policy=POLICY, now=NOON)

    assert [places_of(session, booking) for _, booking, _ in made.bookings] == [[0, 1, 2, 3]]
    assert [(one.field, one.why) for one in made.faults] == [("starts_at", "slot_taken"), ("guests", "too_many_people")]


def test_what_staff_must_agree_to_holds_every_place_and_a_no_gives_all_back(session, wang, desk):
    a_rule(session, Limit.NEEDS_APPROVAL, 1)
    asked = book(session, wang, 4)
    assert (asked.state, left(session)) == (BookingState.PENDING, 2)

    approvals.deny(session, booking_id=asked.id, staff=desk, reason="x", policy=POLICY, now=NOON)

    assert left(session) == PLACES
    again = book(session, wang, 5)
    approvals.approve(session, booking_id=again.id, staff=desk, policy=POLICY, now=NOON)
    assert places_of(session, again) == [0, 1, 2, 3, 4]


def test_one_key_however_many_places(session, wang, li):
    booking = book(session, wang, 4)

    assert may_open(session, wang, "seats", span().starts_at)
    service.cancel(session, booking=booking, member=wang, policy=POLICY, now=NOON)
    assert not may_open(session, wang, "seats", span().starts_at)


def test_a_closure_and_an_outage_take_every_place(session, wang):
    space = spaces.space(session, "seats")
    closed = {"space": space, "reason": "x", "actor": "desk", "now": NOON}

    book(session, wang, 2)
    assert refused(spaces_service.close, session, span=span(), **closed).code == "slot_taken"
    spaces_service.close(session, span=span(3), **closed)
    outages.begin(session, starts_at=span(5).starts_at, ends_at=span(5).ends_at, **closed)

    assert [left(session, span(hour)) for hour in (1, 3, 5)] == [4, 0, 0]


def test_who_waits_is_offered_places_for_all_or_none_and_smaller_ones_behind_are_let_past(session, wang, li, chen):
    first, second = book(session, wang, 3), book(session, wang, 3)
    party, pair = wait_for(session, li, 5), wait_for(session, chen, 2, now=NOON + MINUTE)
    assert (waitlist.position(session, party), waitlist.position(session, pair)) == (1, 2)

    service.cancel(session, booking=first, member=wang, policy=POLICY, now=NOON + 2 * MINUTE)

    assert (party.state, pair.state) == (WaitState.WAITING, WaitState.OFFERED)
    assert (places_of(session, party), places_of(session, pair)) == ([], [0, 1])
    assert waitlist.position(session, party) == 1, "and is asked first whenever more comes free"
    waitlist.leave(session, wait_id=pair.id, member=chen, policy=POLICY, now=NOON + 3 * MINUTE)
    assert left(session) == 3
    service.cancel(session, booking=second, member=wang, policy=POLICY, now=NOON + 4 * MINUTE)
    assert (party.state, places_of(session, party)) == (WaitState.OFFERED, [0, 1, 2, 3, 4])


def test_an_offer_that_a_party_takes_is_their_booking_with_all_its_places(session, wang, li):
    had = book(session, wang, 6)
    party = wait_for(session, li, 4)
    service.cancel(session, booking=had, member=wang, policy=POLICY, now=NOON)

    taken = service.take_offer(session, wait_id=party.id, member=li, policy=POLICY, now=NOON)

    assert (taken.people, places_of(session, taken), left(session)) == (4, [0, 1, 2, 3], 2)


def test_nobody_who_comes_by_has_what_is_held_for_a_party(session, wang, li, chen):
    had = book(session, wang, 6)
    wait_for(session, li, 5)
    service.cancel(session, booking=had, member=wang, policy=POLICY, now=NOON)

    assert refused(book, session, chen, 2).code == "slot_taken"
    book(session, chen, 1)
    assert left(session) == 0


def test_when_nobody_of_a_party_came_all_places_are_free_and_had_again_together_or_not_at_all(session, wang, li):
    booking, late = book(session, wang, 4), span().starts_at + 15 * MINUTE
    no_shows.release(session, booking_id=booking.id, policy=POLICY, now=late)
    assert left(session) == PLACES

    back = {"booking": booking, "member": wang, "policy": POLICY, "now": late + MINUTE}
    other = book(session, li, 3)
    assert refused(no_shows.reclaim, session, **back).code == "slot_taken"
    assert places_of(session, booking) == []
    service.cancel(session, booking=other, member=li, policy=POLICY, now=late)
    no_shows.reclaim(session, **back)
    assert (booking.state, places_of(session, booking)) == (BookingState.CONFIRMED, [0, 1, 2, 3])


def test_whose_seats_go_out_of_order_is_offered_only_where_there_is_room_for_all(session, wang, li):
    a_space(session, "gallery", kind=SpaceKind.SEAT, places=8)
    a_space(session, "niche", kind=SpaceKind.SEAT, places=3)
    a_space(session, "terrace", kind=SpaceKind.SEAT, places=5)
    book(session, li, 2, space_id="terrace")
    booking = book(session, wang, 4)
    outages.begin(
        session,
        space=spaces.space(session, "seats"),
        starts_at=NOON,
        ends_at=NOON + timedelta(days=3),
        reason="x",
        actor="staff",
        now=NOON,
    )

    made = moving.offer(session, booking_id=booking.id, policy=POLICY, now=NOON)

    options = moving.options_of(session, made.id)
    assert [(one.space_id, one.starts_at) for one in options] == [("gallery", span().starts_at)]
    assert places_of(session, options[0], "gallery") == [0, 1, 2, 3]
    accepted = {"option_id": options[0].id, "member": wang, "policy": POLICY, "now": NOON}
    moved = moving.accept(session, booking_id=booking.id, **accepted)
    assert (moved.space_id, places_of(session, moved, "gallery")) == ("gallery", [0, 1, 2, 3])


def test_nearer_times_at_which_a_party_does_not_fit_do_not_hide_those_at_which_it_does(session, wang):
    booking, space = book(session, wang, 4), spaces.space(session, "seats")
    for hour in (0, 2, 3):
        when = span(hour)
        spaces_service.claim(session, space=space, span=when, kind=ClaimKind.BOOKING, source_id=new_id(), people=4)
    broken = {"starts_at": span().starts_at, "ends_at": span().ends_at, "reason": "x", "actor": "staff"}
    outages.begin(session, space=space, now=NOON, **broken)

    made = moving.offer(session, booking_id=booking.id, policy=POLICY, now=NOON)

    times = [one.starts_at for one in moving.options_of(session, made.id)]
    assert times == [span(hour).starts_at for hour in (4, 5, 6)]


def test_a_party_may_wait_where_there_is_room_for_some_of_it_and_not_where_there_is_for_all(session, wang, li):
    book(session, wang, 4)

    assert wait_for(session, li, 3).people == 3
    assert refused(wait_for, session, wang, 2).code == "slot_free"

"""Lockers that are booked ahead, on both databases: a claim until their member comes, a rental from then on."""

import pytest
from sqlalchemy import select

from gateway.access import queries as access
from gateway.access import service as access_service
from gateway.access.model import AccessGrant, GrantSource
from gateway.bookings import asking, booked_lockers, no_shows, queries, service, waitlist
from gateway.bookings.model import BookingState
from gateway.bookings.waits import WaitState
from gateway.fleet.model import DoorLevel
from gateway.kit.errors import Conflict, Malformed
from gateway.lockers import holds
from gateway.lockers import queries as lockers
from gateway.lockers import service as lockers_service
from gateway.lockers.model import Condition, Mode, Rental
from gateway.members.model import Role
from gateway.notices import queries as notices
from gateway.spaces.model import Space, SpaceKind
from gateway.spaces.rules import Span
from gateway.timekeeping import service as timekeeping
from gateway.unlocking import service as unlocking
from tests.centre_builder import (
    NOON,
    HandClock,
    a_bank,
    a_member,
    a_space,
    compartment_labelled,
    lock_of,
    open_and_shut,
    set_door,
)
from tests.gateway.bookings.conftest import HOUR, MINUTE, POLICY, book, span

START, END = span()


def offer_for_booking(session, label):
    """Let the compartment be booked from 8 to 22, hour by hour."""
    return booked_lockers.offer_for_booking(
        session,
        compartment_id=compartment_labelled(session, label).id,
        name_zh=f"大厅 {label} 号柜",
        name_en=f"Lobby locker {label}",
        opens_min=8 * 60,
        closes_min=22 * 60,
        slot_min=60,
        buffer_min=0,
        actor="test",
        now=NOON,
    )


@pytest.fixture
def locker(session):
    """The first of three small ones and a big one; the first two small ones and the big one are booked ahead."""
    a_bank(session, sizes="SSSL")
    space = offer_for_booking(session, "01")
    for label in ("02", "04"):
        offer_for_booking(session, label)
    return space.id


def arrive(session, booking, member, now=START):
    return booked_lockers.arrive(session, booking=booking, member=member, policy=POLICY, now=now)


def may_open(session, member, label, now):
    return access.may_open(session, member_id=member.id, lock_id=lock_of(session, label), now=now)


def give_back(session, booking, now):
    rental = queries.rental_under_way(session, booking)
    return lockers_service.end_rental(session, rental=rental, unsettled_locks=frozenset, now=now)


def told(session, member):
    return [notice.kind for notice in notices.notices_for(session, member_id=member.id, limit=10)]


def test_no_booking_is_a_key_to_a_compartment(session, locker, wang):
    """Whoever may open one has it: so nobody opens one that another's things may be in."""
    book(session, wang, locker)
    a_space(session, "closet", lock_id=lock_of(session, "03"))
    book(session, wang, "closet", span(2))

    assert session.scalars(select(AccessGrant).where(AccessGrant.source == GrantSource.BOOKING)).all() == []


def test_who_comes_for_a_locker_they_booked_rents_it_until_their_booking_ends(session, locker, wang):
    booking = book(session, wang, locker)
    assert not may_open(session, wang, "01", START)

    assert arrive(session, booking, wang) == lock_of(session, "01")

    rental = queries.rental_under_way(session, booking)
    assert (rental.member_id, rental.until_at, rental.compartment_id) == (wang.id, END, locker)
    assert may_open(session, wang, "01", START)
    arrive(session, booking, wang, START + MINUTE)
    assert session.scalars(select(Rental.id)).all() == [rental.id]


def test_no_locker_is_begun_with_by_a_clock_that_was_set_back(session, locker, wang):
    """Somebody else's things may be in it by now. What they rent already stays theirs."""
    booking = book(session, wang, locker)
    timekeeping.keep(session, clock=HandClock(instant=END + 20 * HOUR))

    with pytest.raises(Conflict, match="clock_wrong"):
        arrive(session, booking, wang)

    assert queries.rental_under_way(session, booking) is None


def test_their_coming_counts_once_the_door_was_seen_to_open(session, locker, wang):
    booking = book(session, wang, locker)
    with pytest.raises(Conflict, match="open_it_first"):
        service.check_in(session, booking=booking, policy=POLICY, now=START)
    arrive(session, booking, wang)
    assert booking.checked_in_at is None

    open_and_shut(session, wang, "01", now=START)
    service.note_opening(session, member_id=wang.id, lock_id=lock_of(session, "01"), now=START)

    assert booking.checked_in_at == START


def test_things_left_in_a_booked_locker_are_never_opened_for_who_booked_it_next(session, locker, wang, li):
    """They get another one like it; and where there is none they are told so, and the door stays shut for them."""
    first, second = book(session, wang, locker), book(session, li, locker, span(2))
    arrive(session, first, wang)

    assert arrive(session, second, li, END) == lock_of(session, "02")

    assert not may_open(session, li, "01", END)
    assert may_open(session, wang, "01", END + HOUR)
    assert second.space_id == compartment_labelled(session, "02").id
    assert told(session, li) == ["locker_moved"]


def test_where_no_other_is_left_who_booked_it_next_is_refused_and_not_let_in(session, locker, wang, li):
    first, second = book(session, wang, locker), book(session, li, locker, span(2))
    book(session, wang, compartment_labelled(session, "02").id, span(2))
    arrive(session, first, wang)

    with pytest.raises(Conflict, match="compartment_taken"):
        arrive(session, second, li, END)

    assert not any(may_open(session, li, label, END) for label in ("01", "02", "03", "04"))


def test_who_has_booked_a_locker_twice_in_a_row_keeps_it_with_their_things_in_it(session, locker, wang):
    first, second = book(session, wang, locker), book(session, wang, locker, span(2))
    arrive(session, first, wang)

    arrive(session, second, wang, END)

    rental = queries.rental_under_way(session, second)
    assert (rental.id, rental.until_at) == (first.rental_id, second.ends_at)
    assert may_open(session, wang, "01", END)


def test_nobody_comes_into_a_locker_before_somebody_elses_booking_of_it_is_over(session, locker, wang, li):
    """Though whoever has booked it until then has not come yet."""
    book(session, wang, locker)
    second = book(session, li, locker, span(2))

    with pytest.raises(Conflict, match="booking_too_early"):
        arrive(session, second, li, END - 5 * MINUTE)
    arrive(session, second, li, END)


def test_a_locker_is_had_a_little_before_its_start_when_nobody_has_it(session, locker, wang):
    booking = book(session, wang, locker)

    with pytest.raises(Conflict, match="booking_too_early"):
        arrive(session, booking, wang, START - 11 * MINUTE)
    arrive(session, booking, wang, START - 10 * MINUTE)


@pytest.mark.parametrize(
    ("trouble", "code"),
    [("open", "door_open"), ("unsettled", "unlock_under_way"), ("cleaning", "compartment_not_ready")],
)
def test_a_locker_that_is_not_shut_settled_and_ready_is_given_to_nobody_who_booked_it(
    session, locker, wang, trouble, code
):
    booking = book(session, wang, locker)
    book(session, wang, compartment_labelled(session, "02").id)
    if trouble == "open":
        set_door(session, "01", DoorLevel.OPEN)
    elif trouble == "cleaning":
        compartment_labelled(session, "01").condition = Condition.CLEANING
    else:
        staff = a_member(session, "s1", role=Role.MANAGER)
        access_service.give(session, lock_id=lock_of(session, "01"), member_id=staff.id, source="staff", source_id="x")
        unlocking.request_unlock(session, member=staff, lock_id=lock_of(session, "01"), clock=HandClock(START))

    with pytest.raises(Conflict, match=code):
        arrive(session, booking, wang)


def test_who_just_comes_gets_no_locker_that_is_booked_ahead(session, locker, wang, li):
    rented = lockers_service.rent(
        session, member=wang, now=NOON, until=None, max_days=7, unsettled_locks=frozenset, size="S"
    )
    assert rented.compartment_id == compartment_labelled(session, "03").id
    for act in (
        lambda: lockers_service.rent(
            session, member=li, now=NOON, until=None, max_days=7, unsettled_locks=frozenset, compartment_id=locker
        ),
        lambda: holds.hold(
            session,
            compartment_id=locker,
            reason="x",
            until=None,
            staff=a_member(session, "s1", role=Role.DESK),
            unsettled_locks=frozenset,
            now=NOON,
        ),
    ):
        with pytest.raises(Conflict, match="compartment_bookable"):
            act()
    assert [one.label for one in lockers.free_compartments(session, "bank-a")] == []


def test_a_booked_locker_is_kept_no_longer_than_it_is_booked(session, locker, wang):
    booking = book(session, wang, locker)
    arrive(session, booking, wang)

    with pytest.raises(Conflict, match="compartment_bookable"):
        lockers_service.extend(
            session, rental=queries.rental_under_way(session, booking), until=END + HOUR, now=START, max_days=7
        )


def test_a_booking_whose_locker_is_in_use_is_given_back_with_the_locker_first(session, locker, wang):
    booking = book(session, wang, locker)
    arrive(session, booking, wang, START - MINUTE)
    with pytest.raises(Conflict, match="locker_in_use"):
        service.cancel(session, booking=booking, member=wang, policy=POLICY, now=START)
    with pytest.raises(Conflict, match="locker_in_use"):
        service.move(session, booking=booking, member=wang, span=span(5), policy=POLICY, now=START - MINUTE)

    give_back(session, booking, START + MINUTE)

    assert not may_open(session, wang, "01", START + MINUTE)
    service.cancel(session, booking=booking, member=wang, policy=POLICY, now=START + MINUTE)


def test_a_locker_that_was_given_back_is_had_again_while_its_booking_lasts(session, locker, wang):
    booking = book(session, wang, locker)
    arrive(session, booking, wang)
    give_back(session, booking, START + MINUTE)

    arrive(session, booking, wang, START + 2 * MINUTE)

    assert may_open(session, wang, "01", START + 2 * MINUTE)


def test_a_locker_not_given_back_in_time_can_be_booked_by_nobody_until_it_is(session, locker, wang, li):
    booking = book(session, wang, locker)
    arrive(session, booking, wang)
    assert booked_lockers.late(session, now=END - MINUTE) == []
    with pytest.raises(Conflict, match="slot_taken"):
        book(session, li, locker, span(3), now=END)

    assert booked_lockers.late(session, now=END) == [booking.rental_id]
    booked_lockers.close_late(session, rental_id=booking.rental_id, now=END)
    assert booked_lockers.late(session, now=END + MINUTE) == []
    [slot] = queries.availability(session, space=session.get_one(Space, locker), within=span(3), policy=POLICY, now=END)
    assert slot.reason == "closed"

    give_back(session, booking, END + MINUTE)
    assert booked_lockers.given_back(session) == [booking.rental_id]
    booked_lockers.reopen(session, rental_id=booking.rental_id, now=END + MINUTE)
    book(session, li, locker, span(3), now=END + MINUTE)


def test_before_a_late_locker_is_closed_whoever_asks_looks_or_waits_hears_what_whoever_books_does(
    session, locker, wang, li
):
    arrive(session, book(session, wang, locker), wang)
    space, near, far = session.get_one(Space, locker), span(3), span(26)
    asked = {"member": li, "space_id": locker, "policy": POLICY, "now": END}

    assert asking.may_book(session, span=near, **asked).code == "slot_taken"
    assert asking.may_wait(session, span=near, **asked).code is None
    waitlist.join(session, span=near, **asked)
    within = Span(near.starts_at, far.ends_at)
    slots = queries.availability(session, space=space, within=within, policy=POLICY, now=END)
    assert {slot.span: (slot.reason, slot.places_free) for slot in slots}[near] == ("closed", 0)
    found = queries.free_spaces(session, kind=SpaceKind.LOCKER, within=within, at_least=HOUR, policy=POLICY, now=END)
    begins = [stretch.starts_at for of in found if of.space.id == locker for stretch in of.stretches]
    assert begins == [far.starts_at] == [END + 24 * HOUR]
    with pytest.raises(Conflict) as refused:
        book(session, li, locker, near, now=END)
    assert [one["starts_at"] for one in refused.value.facts["alternatives"]][:1] == ["2026-11-23T06:00:00Z"]

    # What shows as free can be had: by the next day somebody will have cleared it.
    assert asking.may_book(session, span=far, **asked).code is None
    assert asking.may_wait(session, span=far, **asked).code == "slot_free"
    book(session, li, locker, far, now=END)


def test_a_late_locker_is_offered_to_nobody_who_waits_for_it_until_it_is_given_back(session, locker, wang, li):
    first, second = book(session, wang, locker), book(session, wang, locker, span(3))
    wait = waitlist.join(session, member=li, space_id=locker, span=span(3), policy=POLICY, now=NOON)
    arrive(session, first, wang)

    service.cancel(session, booking=second, member=wang, policy=POLICY, now=END)
    waitlist.look_after(session, wait_id=wait.id, policy=POLICY, now=END)
    assert wait.state is WaitState.WAITING

    give_back(session, first, END + MINUTE)
    waitlist.look_after(session, wait_id=wait.id, policy=POLICY, now=END + MINUTE)
    assert wait.state is WaitState.OFFERED


def test_who_booked_a_locker_that_is_late_gets_another_or_is_told_before_they_come(session, locker, wang, li):
    first, second = book(session, wang, locker), book(session, li, locker, span(2))
    other = book(session, wang, compartment_labelled(session, "02").id, span(2))
    arrive(session, first, wang)

    def look(now):
        assert booked_lockers.due(session, now=now) == [one.id for one in sorted((second, other), key=lambda b: b.id)]
        for _ in range(2):
            booked_lockers.look_after(session, booking_id=second.id, now=now)

    look(END - MINUTE)
    assert told(session, li) == []
    look(END)
    assert told(session, li) == ["locker_not_there"]
    service.cancel(session, booking=other, member=wang, policy=POLICY, now=END)
    booked_lockers.look_after(session, booking_id=second.id, now=END + MINUTE)
    assert told(session, li) == ["locker_moved"]
    assert second.space_id == compartment_labelled(session, "02").id


def test_who_was_kept_out_of_their_locker_by_things_of_another_never_counts_as_a_no_show(session, locker, wang, li):
    first, second = book(session, wang, locker), book(session, li, locker, span(2))
    arrive(session, first, wang)
    late = END + 20 * MINUTE

    assert not no_shows.release(session, booking_id=second.id, policy=POLICY, now=late)
    assert not no_shows.release(session, booking_id=first.id, policy=POLICY, now=START + 20 * MINUTE)
    give_back(session, first, late)
    assert no_shows.release(session, booking_id=second.id, policy=POLICY, now=late)
    assert second.state is BookingState.RELEASED


def test_a_locker_is_booked_ahead_no_more_once_nobody_has_booked_it(session, locker, wang):
    def set_mode(mode):
        booked_lockers.set_mode(session, compartment_id=locker, mode=mode, actor="test", now=NOON)

    booking = book(session, wang, locker)
    with pytest.raises(Conflict, match="compartment_booked"):
        set_mode(None)
    service.cancel(session, booking=booking, member=wang, policy=POLICY, now=NOON)
    set_mode(None)

    with pytest.raises(Conflict, match="slot_taken"):
        book(session, wang, locker)
    rental = lockers_service.rent(
        session, member=wang, now=NOON, until=None, max_days=7, unsettled_locks=frozenset, compartment_id=locker
    )
    with pytest.raises(Conflict, match="compartment_taken"):
        set_mode(Mode.BOOKABLE)
    lockers_service.end_rental(session, rental=rental, unsettled_locks=frozenset, now=NOON)
    set_mode(Mode.BOOKABLE)
    book(session, wang, locker)


def test_only_a_compartment_that_is_nobodys_is_offered_for_booking(session, locker, wang):
    lockers_service.rent(session, member=wang, now=NOON, until=None, max_days=7, unsettled_locks=frozenset, size="S")
    with pytest.raises(Conflict, match="compartment_taken"):
        offer_for_booking(session, "03")
    with pytest.raises(Conflict, match="space_exists"):
        offer_for_booking(session, "02")
    with pytest.raises(Malformed):
        a_space(session, "shelf", parent_id=locker)
    with pytest.raises(Malformed):
        booked_lockers.set_mode(
            session, compartment_id=compartment_labelled(session, "03").id, mode=Mode.BOOKABLE, actor="test", now=NOON
        )
    bank = lockers.bank(session, "bank-a").bank
    with pytest.raises(Malformed):
        lockers_service.set_terms(session, bank=bank, actor="test", now=NOON, mode=Mode.BOOKABLE)

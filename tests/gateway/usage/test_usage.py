"""Figures from what is written down, on both databases; NOON is twelve o'clock of Sunday, 22 November, in Shanghai."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.bookings.model import Booking, BookingState
from gateway.bookings.waits import Wait, WaitState
from gateway.calendar import service as calendar
from gateway.calendar.model import HOUSE as EVERYWHERE
from gateway.calendar.model import DayKind, DayName
from gateway.calendar.rules import Opening
from gateway.fleet import queries as fleet
from gateway.kit.clock import at_wall
from gateway.kit.ids import new_id
from gateway.lockers.model import Rental, RentalState
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import SpaceKind
from gateway.spaces.rules import Span
from gateway.unlocking.model import Unlock, UnlockState
from gateway.usage import queries, service
from gateway.usage.queries import Period
from gateway.usage.rules import Middle
from tests.centre_builder import NOON, a_bank, a_device, a_hall, a_space, compartment_labelled, lock_of

ZONE = ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SUNDAY = date(2026, 11, 22)
EVENING = NOON + 10 * HOUR


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        a_device(session, "doors", doors=2)
        a_space(session, "room", lock_id=fleet.lock_at(session, "doors", 1).id)
        a_space(session, "seats", lock_id=fleet.lock_at(session, "doors", 2).id, places=4)
        a_space(session, "lawn")
        yield session


@pytest.fixture
def book(session, wang):
    """So many hours after noon. `came`: the door was opened."""

    def do(space_id="room", start=0, length=1, *, came=True, state=BookingState.CONFIRMED, booked=-24, **more):
        begin = NOON + start * HOUR
        booking = Booking(
            id=new_id(),
            space_id=space_id,
            member_id=wang.id,
            state=state,
            starts_at=begin,
            ends_at=begin + length * HOUR,
            booked_at=NOON + booked * HOUR,
            checked_in_at=begin if came else None,
            **more,
        )
        session.add(booking)
        session.flush()
        return booking

    return do


def of_space(session, space_id="room", *, first=SUNDAY, last=SUNDAY, now=EVENING):
    found = queries.of_spaces(session, Period(first, last, ZONE, now))
    return next(one for one in found if one.space.id == space_id)


def test_frequency_is_of_the_hours_that_it_was_open(session, book):
    book(start=0)
    book(start=2)
    room = of_space(session)
    assert (room.booked_h, room.used_h, room.bookings) == (2.0, 2.0, 2)
    assert room.rates.frequency == pytest.approx(2.0 / room.open_h)
    assert room.rates.occupancy is None


def test_seats_tell_how_full_it_was_while_it_was_used(session, book):
    for _ in range(3):
        book("seats", start=0)
    book("seats", start=1)
    seats = of_space(session, "seats")
    assert seats.rates.occupancy == pytest.approx(4 / 8)
    assert seats.rates.utilisation == pytest.approx(seats.rates.frequency / 2)


def test_a_room_for_so_many_people_tells_how_full_it_was(session, book):
    spaces_service.set_capacity(session, space_id="room", capacity=8, actor="x", now=NOON)
    book(start=0, guests=5)
    book(start=2, length=2)
    book(start=5, came=False, guests=7)
    room = of_space(session)
    assert room.rates.occupancy == pytest.approx((6 * 1 + 1 * 2) / (3 * 8))
    assert room.rates.utilisation == pytest.approx(room.rates.frequency / 3)


def test_of_several_places_each_is_for_so_many_people(session, book):
    spaces_service.set_capacity(session, space_id="seats", capacity=2, actor="x", now=NOON)
    for _ in range(2):
        book("seats", start=0, guests=1)
    assert of_space(session, "seats").rates.occupancy == pytest.approx(4 / (4 * 2))


def test_the_people_of_a_whole_are_spread_over_its_parts(session, book):
    a_hall(session)
    spaces_service.set_capacity(session, space_id="court-1", capacity=4, actor="x", now=NOON)
    book("hall", start=1, guests=7)
    assert of_space(session, "court-1").rates.occupancy == pytest.approx(2 / 4)
    assert of_space(session, "court-2").rates.occupancy is None


def test_a_party_uses_a_place_each_and_whoever_has_a_room_uses_the_room(session, book):
    book("seats", guests=2)
    book("room", guests=7)
    seats = of_space(session, "seats")
    assert (seats.booked_h, seats.used_h, seats.bookings) == (3.0, 3.0, 1)
    assert seats.rates.occupancy == pytest.approx(3 / 4)
    assert of_space(session).used_h == 1.0
    assert queries.heat(session, Period(SUNDAY, SUNDAY, ZONE, EVENING))[6][12] == 3.0 + 1.0


def test_rooms_stand_before_lockers_and_their_numbers_count(session):
    for space_id, name, kind in (
        ("1", "Lockers B2", SpaceKind.LOCKER),
        ("2", "Court 10", SpaceKind.COURT),
        ("3", "court 2", SpaceKind.COURT),
    ):
        a_space(session, space_id, name_en=name, kind=kind)
    a_bank(session, "bank-b")
    a_bank(session, "bank-a").name_en = "Zoo"

    found = queries.of_spaces(session, Period(SUNDAY, SUNDAY, ZONE, EVENING))
    names = [one.space.name_en for one in found]
    assert names == ["court 2", "Court 10", "Space lawn", "Space room", "Space seats", "Lockers B2"]
    assert [one.bank.id for one in queries.of_banks(session, Period(SUNDAY, SUNDAY, ZONE, EVENING))] == [
        "bank-b",
        "bank-a",
    ]


def test_hours_that_staff_closed_are_not_open(session, book):
    before = of_space(session).open_h
    span = Span(NOON, NOON + 3 * HOUR)
    spaces_service.close(session, space=spaces.space(session, "room"), span=span, reason="paint", actor="x", now=NOON)
    assert of_space(session).open_h == before - 3.0


def test_what_is_yet_to_come_counts_nowhere(session, book):
    book(start=5, came=False)
    early = of_space(session, now=NOON)
    assert early.booked_h == 0.0
    assert early.open_h < of_space(session).open_h


def test_a_booking_that_nobody_came_to_is_booked_not_used_and_a_no_show(session, book):
    book(came=False, state=BookingState.RELEASED, released_at=NOON + HOUR / 4)
    room = of_space(session)
    assert (room.booked_h, room.used_h, room.no_shows) == (1.0, 0.0, 1)


def test_hours_given_back_and_used_by_somebody_else_are_recovered(session, book):
    book(came=False, length=2, state=BookingState.RELEASED, released_at=NOON + HOUR / 4)
    book(start=0.5, length=1, booked=0.3)
    book("seats", start=0, booked=0.3)
    assert of_space(session).recovered_h == 1.0
    assert of_space(session, "seats").recovered_h == 0.0


def test_an_hour_that_was_given_back_twice_is_recovered_once_and_no_more_than_were_given_back(session, book):
    for booked, back in ((-24, 0.25), (0.25, 0.5)):
        book(length=2, came=False, state=BookingState.RELEASED, booked=booked, released_at=NOON + back * HOUR)
    book(start=0.5, length=1.5, booked=0.5)
    assert of_space(session).recovered_h == 1.5

    book("seats", came=False, state=BookingState.RELEASED, released_at=NOON + HOUR / 4)
    for _ in range(3):
        book("seats", booked=0.3)
    assert of_space(session, "seats").recovered_h == 1.0


def test_a_late_cancellation_is_what_costs_points_too(session, book):
    for hours_before in (1, 3):
        book(came=False, state=BookingState.CANCELLED, cancelled_at=NOON - hours_before * HOUR, booked=-48)
    assert (of_space(session).late_cancels, of_space(session).bookings) == (1, 0)


def test_where_nothing_tells_whether_anybody_came_use_is_unknown_not_none(session, book):
    book("lawn", came=False)
    lawn = of_space(session, "lawn")
    assert (lawn.booked_h, lawn.used_h, lawn.rates.frequency) == (1.0, None, None)
    book("lawn", start=2)
    assert of_space(session, "lawn").used_h == 1.0


def test_a_booking_of_a_whole_is_one_of_each_part(session, book):
    a_hall(session)
    book("hall", start=1)
    used = {one.space.id: one.used_h for one in queries.of_spaces(session, Period(SUNDAY, SUNDAY, ZONE, EVENING))}
    assert "hall" not in used
    assert list(used.values()).count(1.0) == 4


def test_lead_time_is_from_booking_to_beginning(session, book):
    for booked in (-2, -10, -24):
        book(booked=booked)
    assert of_space(session).lead_h.median == 10.0


def test_turnover_dwell_and_lateness_of_lockers(session, wang):
    a_bank(session, sizes="SM")
    for label, hours, late in (("01", 2, False), ("01", 6, True), ("02", None, False)):
        begin = NOON - 8 * HOUR
        ended = None if hours is None else begin + hours * HOUR
        session.add(
            Rental(
                id=new_id(),
                compartment_id=compartment_labelled(session, label).id,
                member_id=wang.id,
                state=RentalState.ACTIVE if ended is None else RentalState.ENDED,
                from_at=begin,
                until_at=begin + HOUR if late else begin + 12 * HOUR,
                ended_at=ended,
            )
        )
    for state in (UnlockState.OPENED, UnlockState.OPENED, UnlockState.NOT_OPENED, UnlockState.POSSIBLE):
        session.add(
            Unlock(
                id=new_id(),
                member_id=wang.id,
                lock_id=lock_of(session, "01"),
                device_id="bank-a",
                door=1,
                state=state,
                code="",
                requested_at=NOON,
                requested_mono=0.0,
                host_boot="x",
                settled_at=NOON,
            )
        )
    session.flush()
    [bank] = queries.of_banks(session, Period(SUNDAY, SUNDAY, ZONE, EVENING))
    assert (bank.compartments, bank.rentals, bank.turnover, bank.overdue) == (2, 3, 1.5, 1)
    assert bank.dwell_h == Middle(4.0, pytest.approx(5.6), 2)
    assert (bank.opened, bank.failed) == (2, {"NOT_OPENED": 1, "POSSIBLE": 1})


def test_refusals_are_counted_by_wish_and_reason_within_the_days_that_were_asked_for(session, wang):
    for _ in range(3):
        service.note_refusal(session, wish="bookings", code="slot_taken", now=NOON + HOUR / 2)
    service.note_refusal(session, wish="rentals", code="no_free_compartment", now=NOON)
    service.note_refusal(session, wish="rentals", code="no_free_compartment", now=NOON - DAY)
    for state in (WaitState.CLOSED, WaitState.BOOKED):
        wait = Wait(id=new_id(), space_id="room", member_id=wang.id, state=state, joined_at=NOON, left_at=NOON)
        wait.starts_at, wait.ends_at = NOON, NOON + HOUR
        session.add(wait)
    session.flush()
    unmet = queries.unmet(session, Period(SUNDAY, SUNDAY, ZONE, EVENING))
    assert unmet.refused == {("bookings", "slot_taken"): 3, ("rentals", "no_free_compartment"): 1}
    assert (unmet.waits, unmet.waits_unseated) == (2, 1)


def test_the_heat_map_tells_booked_from_used_and_one_space_from_all(session, book):
    book(start=0)
    book("seats", start=0, came=False)
    week = Period(SUNDAY - 6 * DAY, SUNDAY, ZONE, EVENING)
    assert queries.heat(session, week)[6][12] == 1.0
    assert queries.heat(session, week, used_only=False)[6][12] == 2.0
    assert queries.heat(session, week, space_id="seats")[6][12] == 0.0


def test_each_day_has_its_own_hours_booked_and_used_and_a_night_is_two_days(session, book):
    book(start=0)
    book("seats", start=1, came=False)
    book(start=-14, length=4)  # from ten in the evening
    days = queries.trend(session, Period(SUNDAY - 2 * DAY, SUNDAY + DAY, ZONE, EVENING))

    assert [(one.day, one.booked_h, one.used_h) for one in days] == [
        (SUNDAY - 2 * DAY, 0.0, 0.0),
        (SUNDAY - DAY, 2.0, 2.0),
        (SUNDAY, 4.0, 3.0),
    ]
    [_, _, alone] = queries.trend(session, Period(SUNDAY - 2 * DAY, SUNDAY, ZONE, EVENING), space_id="seats")
    assert (alone.booked_h, alone.used_h) == (1.0, 0.0)


def every_sunday(book, weeks, hours=1):
    for back in range(1, weeks + 1):
        book(start=-7 * 24 * back, length=hours, booked=-7 * 24 * back - 1)


def test_a_forecast_says_what_sundays_were_and_how_wrong_it_has_been(session, book):
    every_sunday(book, 8)
    told = queries.forecast(session, day=SUNDAY + 7 * DAY, space_id=None, zone=ZONE, now=NOON)
    at_noon = told.expected[12]
    assert (at_noon.mean, at_noon.least, at_noon.most) == (1.0, 1.0, 1.0)
    assert told.expected[13].mean == 0.0
    assert told.error.days > 0
    assert told.error.ours is not None


def test_a_day_that_is_yet_to_come_is_no_empty_day_to_foretell_another_from(session, book):
    every_sunday(book, 8)
    sundays = [SUNDAY + 7 * DAY, SUNDAY + 14 * DAY]
    told = queries.forecasts(session, days=sundays, space_id=None, zone=ZONE, now=NOON)
    alone = [queries.forecast(session, day=day, space_id=None, zone=ZONE, now=NOON) for day in sundays]
    assert told == alone
    assert told[1].expected[12].least == 1.0


def test_of_a_house_that_has_just_opened_nothing_is_foretold(session, book):
    empty = queries.forecast(session, day=SUNDAY, space_id=None, zone=ZONE, now=NOON)
    assert (empty.expected, empty.error.days) == (None, 0)
    every_sunday(book, 1)
    assert queries.forecast(session, day=SUNDAY + DAY, space_id=None, zone=ZONE, now=NOON).expected is None


def test_a_day_that_is_closed_is_foretold_to_be_empty_and_a_holiday_is_no_sunday(session, book):
    every_sunday(book, 8)
    facts = {"reason": "repairs", "opening": None, "actor": "x", "now": NOON}
    calendar.set_day(session, whose=EVERYWHERE, day=SUNDAY + 7 * DAY, kind=DayKind.CLOSED, **facts)
    told = queries.forecast(session, day=SUNDAY + 7 * DAY, space_id=None, zone=ZONE, now=NOON)
    assert told.kind == "closed"
    assert {one.most for one in told.expected} == {0.0}
    national_day = date(2026, 10, 1)
    assert queries.forecast(session, day=national_day, space_id=None, zone=ZONE, now=NOON).kind == "closed"
    week = {DayName.HOLIDAY: Opening(9 * 60, 17 * 60)}
    calendar.set_week(session, whose=EVERYWHERE, week=week, actor="x", now=NOON)
    assert queries.forecast(session, day=national_day, space_id=None, zone=ZONE, now=NOON).kind == "holiday"


def test_of_years_that_are_long_over_no_booking_is_read_for_a_forecast(session, book):
    every_sunday(book, 20)
    told = queries.forecast(session, day=SUNDAY + 7 * DAY, space_id=None, zone=ZONE, now=NOON)
    for back in range(1, 30):
        book(start=-24 * (365 + back), booked=-24 * 400)
    session.flush()
    session.expunge_all()

    assert queries.forecast(session, day=SUNDAY + 7 * DAY, space_id=None, zone=ZONE, now=NOON) == told
    read = [one for one in session if isinstance(one, Booking)]
    assert len(read) == 12
    past = queries.forecast(session, day=SUNDAY - 70 * DAY, space_id=None, zone=ZONE, now=NOON)
    assert past.expected[12].mean == 1.0
    assert queries.forecast(session, day=date(1, 1, 1), space_id=None, zone=ZONE, now=NOON).expected is None


def kind_of(session, day, space_id=None, *, now=NOON):
    return queries.forecast(session, day=day, space_id=space_id, zone=ZONE, now=now).kind


def test_a_holiday_that_staff_entered_is_one_and_a_holiday_that_is_worked_is_none(session):
    week = {DayName.HOLIDAY: Opening(9 * 60, 17 * 60)}
    calendar.set_week(session, whose=EVERYWHERE, week=week, actor="x", now=NOON)
    facts = {"whose": EVERYWHERE, "reason": "x", "actor": "x", "now": NOON}
    first, second, third = (date(2026, 10, day) for day in (1, 2, 3))  # National Day
    founding_day, worked = date(2026, 10, 20), date(2026, 10, 10)
    calendar.set_day(session, day=first, kind=DayKind.SPECIAL_HOURS, opening=Opening(600, 720), **facts)
    calendar.set_day(session, day=second, kind=DayKind.WORKDAY, opening=None, **facts)
    calendar.set_day(session, day=founding_day, kind=DayKind.HOLIDAY, opening=None, **facts)

    kinds = [kind_of(session, day, now=NOON - 60 * DAY) for day in (first, second, third, founding_day, worked)]

    assert kinds == ["holiday", "", "holiday", "holiday", "workday"]


def test_what_a_day_was_like_is_told_of_one_before_anything_was_known_too(session):
    assert kind_of(session, date(2026, 10, 1)) == "closed"
    assert kind_of(session, date(2026, 10, 10)) == "workday"
    assert kind_of(session, date(9000, 1, 1)) == ""


def test_a_space_that_alone_is_closed_is_foretold_to_be_empty_and_the_house_is_not(session):
    day = SUNDAY + 7 * DAY
    facts = {"reason": "x", "actor": "x", "now": NOON, "opening": None}
    calendar.set_day(session, whose="room", day=day, kind=DayKind.CLOSED, **facts)
    assert (kind_of(session, day, "room"), kind_of(session, day, "seats"), kind_of(session, day)) == ("closed", "", "")

    for space_id in ("seats", "lawn"):
        calendar.set_day(session, whose=space_id, day=day, kind=DayKind.CLOSED, **facts)
    assert kind_of(session, day) == "closed"


def test_a_space_that_is_out_of_use_all_day_is_foretold_to_be_empty(session):
    day = SUNDAY + 7 * DAY
    night = at_wall(ZONE, day, 0)
    for space_id, length in (("room", DAY), ("seats", DAY / 2)):
        facts = {"span": Span(night, night + length), "reason": "paint", "actor": "x", "now": NOON}
        spaces_service.close(session, space=spaces.space(session, space_id), **facts)
    assert (kind_of(session, day, "room"), kind_of(session, day, "seats")) == ("closed", "")

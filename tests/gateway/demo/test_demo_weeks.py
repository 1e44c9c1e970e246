"""The demo centre's eight weeks: made as real ones are, the same from the same seed, and like real ones."""

import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from gateway.bookings.model import Booking, BookingState, Series
from gateway.bookings.waits import Wait, WaitState
from gateway.centre import open_centre
from gateway.demo import weeks
from gateway.demo.furnishing import furnish
from gateway.demo.house import DOORS
from gateway.fleet.model import Device, Presence
from gateway.founding import found
from gateway.kit import audit
from gateway.kit.audit import AuditEntry
from gateway.lockers.model import Compartment, Rental, Use
from gateway.members.model import Member
from gateway.settings import BookingSettings
from gateway.spaces.model import Space, SpaceKind
from gateway.usage import queries as usage
from gateway.usage.queries import Period

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)  # half past five in the afternoon


@pytest.fixture(scope="module")
def founded(tmp_path_factory):
    """A demo centre in which nothing has happened yet."""
    directory = tmp_path_factory.mktemp("demo") / "centre"
    found(directory, site="demo", zone="Asia/Shanghai", now=NOW, environ={})
    furnish(directory, password="for-all-of-them", environ={})
    return directory


@pytest.fixture(scope="module")
def lived(founded, tmp_path_factory):
    """One that has its eight weeks."""
    centre = copy_of(founded, tmp_path_factory.mktemp("lived"))
    assert weeks.live(centre, now=NOW, doors=DOORS)
    yield centre
    centre.sessions.close()


def copy_of(founded, folder):
    shutil.copytree(founded, folder / "centre")
    return open_centre(folder / "centre", environ={})


def bookings(centre):
    with centre.sessions.read() as session:
        rows = session.execute(select(Booking, Member.member_no).join(Member, Member.id == Booking.member_id))
        return sorted(((booking, number) for booking, number in rows), key=lambda one: (one[0].booked_at, one[1]))


def test_there_are_eight_weeks_of_bookings(lived):
    by_week = Counter((booking.starts_at - NOW) // timedelta(days=7) for booking, _ in bookings(lived))

    assert set(by_week) >= set(range(-6, 2))
    assert all(by_week[week] >= 30 for week in range(-6, 0)), by_week


def test_people_book_come_cancel_forget_ask_and_wait(lived):
    made = [booking for booking, _ in bookings(lived)]
    states = Counter(booking.state for booking in made)
    came = sum(booking.checked_in_at is not None for booking in made)
    over = [booking for booking in made if booking.ends_at <= NOW and booking.state is BookingState.CONFIRMED]
    with lived.sessions.read() as session:
        acts = Counter(session.scalars(select(AuditEntry.act)))
        waits = Counter(session.scalars(select(Wait.state)))
        series = session.scalars(select(Series)).all()

    assert len(made) / 2 < came < len(made), "most come"
    assert states[BookingState.CANCELLED] > 20
    assert states[BookingState.RELEASED] > 15
    assert {"booking_approved", "booking_moved", "series_booked", "series_trimmed", "wait_joined"} <= set(acts)
    assert waits[WaitState.BOOKED] > 0
    assert [one for one in series if one.ended_from is not None], "to one of them nobody came"
    assert {one.checked_in_at is not None for one in over} == {True}, "what nobody came to was given back"


def test_evenings_are_fuller_than_mornings_on_working_days(lived):
    walls = [booking.starts_at.astimezone(lived.booking_policy.zone) for booking, _ in bookings(lived)]
    hours = Counter(wall.hour for wall in walls if wall.weekday() < 5)

    assert hours[18] + hours[19] + hours[20] > 2 * (hours[8] + hours[9] + hours[10])


def test_whoever_tries_the_demo_has_booked_nothing_yet(lived):
    assert min(int(number) for _, number in bookings(lived)) > 10_020


def test_whoever_comes_for_a_locker_they_booked_rents_it_and_gives_it_back(lived):
    with lived.sessions.read() as session:
        at_lockers = select(Booking).join(Space, Space.id == Booking.space_id).where(Space.kind == SpaceKind.LOCKER)
        of_lockers = session.scalars(at_lockers).all()
        rentals = {rental.id: rental for rental in session.scalars(select(Rental))}
    came = [booking for booking in of_lockers if booking.rental_id is not None]
    early = timedelta(minutes=lived.booking_policy.key_early_min)

    assert len(came) > 50
    assert {booking.checked_in_at is not None for booking in came} == {True}
    for booking in came:
        rental = rentals[booking.rental_id]
        assert (rental.compartment_id, rental.member_id) == (booking.space_id, booking.member_id)
        assert booking.starts_at - early <= rental.from_at < rental.ended_at <= rental.until_at == booking.ends_at
    assert [booking for booking in of_lockers if booking.starts_at > NOW and booking.rental_id is None], (
        "some are ahead"
    )


def test_nothing_is_told_before_it_has_happened_and_the_trail_is_whole(lived):
    with lived.sessions.read() as session:
        assert list(audit.verify(session)) == []
        assert max(session.scalars(select(AuditEntry.at))) <= max(NOW, datetime.now(UTC))
        assert set(session.scalars(select(Device.presence))) == {Presence.OFFLINE}
    assert max(booking.booked_at for booking, _ in bookings(lived)) <= NOW


def test_what_somebody_wanted_in_vain_is_counted_by_its_reason(lived):
    zone = lived.booking_policy.zone
    today = NOW.astimezone(zone).date()
    with lived.sessions.read() as session:
        unmet = usage.unmet(session, Period(today - timedelta(days=weeks.BEHIND), today, zone, NOW))
    assert unmet.refused["bookings", "slot_taken"] > 20
    assert unmet.waits > 10


def test_it_happens_once(lived):
    before = len(bookings(lived))

    assert not weeks.live(lived, now=NOW, doors=DOORS)
    assert len(bookings(lived)) == before


@pytest.mark.parametrize(("seed", "is_same"), [(7, True), (8, False)])
def test_the_same_seed_gives_the_same_weeks(founded, tmp_path, seed, is_same):
    told = []
    for name, dice in (("one", 7), ("other", seed)):
        (tmp_path / name).mkdir()
        centre = copy_of(founded, tmp_path / name)
        weeks.live(centre, now=NOW, doors=DOORS, seed=dice, behind=5)
        told.append([(one.space_id, one.starts_at, one.state, one.checked_in_at, no) for one, no in bookings(centre)])
        centre.sessions.close()
    assert (told[0] == told[1]) is is_same
    assert len(told[0]) > 20


def test_wishes_that_the_rules_refuse_come_to_nothing(founded, tmp_path):
    centre = copy_of(founded, tmp_path)
    strict = replace(centre, settings=centre.settings.model_copy(update={"bookings": BookingSettings(days_ahead=1)}))
    weeks.live(strict, now=NOW, doors=DOORS, behind=3)
    zone = strict.booking_policy.zone

    ahead = {
        (one.starts_at.astimezone(zone).date() - one.booked_at.astimezone(zone).date()).days
        for one, number in bookings(strict)
        if int(number) not in (10_031, 10_041, 10_051)
    }
    assert ahead <= {0, 1}
    strict.sessions.close()


def test_people_take_lockers_at_every_bank_on_the_last_days_and_leave_none_behind(lived):
    with lived.sessions.read() as session:
        banks = dict(iter(session.execute(select(Compartment.id, Compartment.bank_id))))
        rentals = session.scalars(select(Rental).where(Rental.use == Use.RENTED)).all()
    by_bank = Counter(banks[one.compartment_id] for one in rentals)

    assert by_bank["bank-a"] > 10
    assert set(by_bank) == {"bank-a", "bank-b", "bank-c"}
    assert all(one.ended_at is not None and one.from_at < one.ended_at <= NOW for one in rentals)
    assert any(one.from_at > NOW - timedelta(hours=12) for one in rentals)

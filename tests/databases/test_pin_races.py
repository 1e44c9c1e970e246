"""Guessing and making PINs at the same instant, and after a restart."""

from collections import Counter
from datetime import timedelta
from functools import partial

from sqlalchemy import func, select

from gateway.alerts.model import Alert
from gateway.credentials import service as credentials
from gateway.credentials.model import Pin
from gateway.credentials.service import HashedPin
from gateway.kiosks import limits, service
from gateway.kiosks.model import Kiosk, KioskTry
from gateway.kit.audit import AuditEntry
from gateway.kit.db import Sessions, open_engine
from gateway.lockers import pins
from gateway.lockers import service as lockers
from gateway.lockers.model import Rental
from gateway.members.model import Member
from tests.centre_builder import NOON, a_bank, a_member
from tests.race import at_once, in_processes

GUESSES = 20


def furnish(sessions):
    """A kiosk."""
    with sessions.begin() as session:
        service.register(session, name="hall", bank_id=None, actor="test", now=NOON)


def guess(sessions, number, *, subject=None, now=NOON):
    """A wrong PIN, as the web side has one looked at: counted, committed, and only then looked at."""
    with sessions.begin() as session:
        kiosk_id = session.scalars(select(Kiosk.id)).one()
        taken = limits.take_try(session, kiosk_id=kiosk_id, subject=subject or f"locker {number}", now=now)
    with sessions.begin() as session:
        limits.wrong(session, taken, now=now)
    return "looked at"


def count(sessions, table):
    with sessions.read() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_twenty_guesses_at_once_are_twenty_and_then_the_kiosk_stops(sessions, database_url):
    furnish(sessions)

    results = in_processes(guess, database_url, processes=2, threads=GUESSES // 2)

    assert results == ["looked at"] * GUESSES
    assert count(sessions, KioskTry) == GUESSES
    assert at_once([partial(guess, sessions, number) for number in range(6)]) == ["kiosk_stopped"] * 6
    with sessions.read() as session:
        stops = session.scalars(select(AuditEntry.seq).where(AuditEntry.act == "kiosk_stopped")).all()
    assert len(stops) == 1


def test_of_twenty_guesses_at_one_locker_at_once_five_are_looked_at(sessions, database_url):
    furnish(sessions)

    results = in_processes(partial(guess, subject="one"), database_url, processes=2, threads=GUESSES // 2)

    assert Counter(results) == {"looked at": 5, "pin_locked": 15}
    assert count(sessions, KioskTry) == 5


def test_one_alarm_is_raised_however_many_see_the_fiftieth_at_once(sessions):
    with sessions.begin() as session:
        kiosks = [service.register(session, name=str(n), bank_id=None, actor="t", now=NOON)[0].id for n in range(5)]
        tries = [
            limits.take_try(session, kiosk_id=kiosks[number % 5], subject=str(number), now=NOON) for number in range(55)
        ]

    def miss(taken):
        with sessions.begin() as session:
            limits.wrong(session, taken, now=NOON)

    at_once([partial(miss, taken) for taken in tries[:12]])

    with sessions.read() as session:
        assert [one.count for one in session.scalars(select(Alert).where(Alert.thing == limits.SITE))] == [1]


def test_a_restart_forgets_no_wrong_pin(sessions, database_url):
    furnish(sessions)
    for _ in range(5):
        guess(sessions, 0, subject="one")

    again = Sessions(open_engine(database_url))
    soon, later = (partial(guess, again, 0, subject="one", now=NOON + timedelta(minutes=m)) for m in (14, 15))
    try:
        assert at_once([soon]) == ["pin_locked"]
        assert at_once([later]) == ["looked at"]
    finally:
        again.close()


def test_pins_made_at_once_leave_one_for_each_and_none_for_a_rental_that_ends(sessions):
    with sessions.begin() as session:
        a_bank(session, sizes="S")
        wang = a_member(session)
        rental = lockers.rent(
            session, member=wang, now=NOON, until=NOON + timedelta(days=1), max_days=7, unsettled_locks=frozenset
        )

    def make(number):
        made = HashedPin(hash=str(number), pepper="here")
        with sessions.begin() as session:
            pins.put(session, rental_id=rental.id, made=made, actor="x", now=NOON)
        return "made"

    def choose(number):
        made = HashedPin(hash=str(number), pepper="here")
        with sessions.begin() as session:
            credentials.choose_pin(session, member=session.get_one(Member, wang.id), made=made, now=NOON)
        return "made"

    def end():
        with sessions.begin() as session:
            lockers.end_rental(session, rental=session.get_one(Rental, rental.id), unsettled_locks=frozenset, now=NOON)
        return "ended"

    assert at_once([partial(make, n) for n in range(6)] + [partial(choose, n) for n in range(6)]) == ["made"] * 12
    assert count(sessions, Pin) == 2

    results = at_once([partial(make, 1), end, partial(make, 2), partial(make, 3)])

    assert results.count("ended") == 1
    assert set(results) <= {"ended", "made", "rental_ended"}
    assert count(sessions, Pin) == 1  # the member's own

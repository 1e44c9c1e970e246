"""A bank of any family, or a room and who has booked it next: from the phone to the door and back, in virtual time."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest

from gateway.fleet import queries as fleet
from tests.centre_builder import a_space
from tests.database_fixture import lay_out
from tests.journeys.board_centre import BANK, DOORS, GPIO, BoardCentre

QUARTER = timedelta(minutes=15)


@pytest.fixture
def open_centre(sqlite_template, sqlite_file, tmp_path):
    """`open_centre(family, before_start)`: with its bank on, approved by a technician, and a compartment rented."""
    with asyncio.Runner() as runner:
        centres = []

        def make(family, before_start=lambda centre: None):
            centre = BoardCentre(family, lay_out(sqlite_template, sqlite_file), tmp_path, runner)
            centres.append(centre)
            before_start(centre)
            centre.power_on()
            centre.install()
            return centre

        yield make
        for centre in centres:
            judge_everything(centre)
            centre.close()


def judge_everything(centre):
    """One press is one pulse at most, and of its own door."""
    pulsed = Counter(pulse.door for pulse in centre.building.ledger.pulses(BANK))
    assert pulsed <= centre.presses


@pytest.fixture
def centre(sqlite_template, sqlite_file, tmp_path):
    """A room behind the last door, bookable round the clock by the quarter of an hour."""
    url = lay_out(sqlite_template, sqlite_file)
    with asyncio.Runner() as runner:
        centre = BoardCentre(GPIO, url, tmp_path, runner)
        centre.power_on()
        centre.install(compartments=DOORS - 1)
        with centre.sessions().begin() as session:
            lock_id = fleet.lock_at(session, BANK, DOORS).id
            a_space(session, "room", lock_id=lock_id, opens_min=0, closes_min=1440, slot_min=15)
        yield centre
        centre.close()


@pytest.fixture
def booking(centre):
    """Of the next quarter of an hour, at whose door its member stands already."""
    return centre.ask("POST", "/bookings", {"space_id": "room", **quarter(centre, 0)})


def quarter(centre, after):
    """The next one but so many, as the API says it."""
    now = centre.clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    starts_at = midnight + QUARTER * ((now - midnight) // QUARTER + 1 + after)
    return {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + QUARTER).isoformat()}


def come_near(centre, booking):
    """To two minutes before its start."""
    early = timedelta(minutes=2)
    left = datetime.fromisoformat(booking["starts_at"]) - early - centre.clock.now()
    centre.clock.wall_offset += max(left, timedelta(0))

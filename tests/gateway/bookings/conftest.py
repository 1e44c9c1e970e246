"""A small centre with spaces to book, and hands to book them."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.access import queries as access
from gateway.bookings import service
from gateway.bookings.rules import Policy
from gateway.fleet import queries as fleet
from gateway.spaces import queries as spaces
from gateway.spaces.rules import Span
from tests.centre_builder import NOON, a_device, a_hall, a_space

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
POLICY = Policy(
    zone=ZoneInfo("Asia/Shanghai"), days_ahead=14, max_minutes=120, most_ahead=2, key_early_min=10, no_show_after_min=15
)


def span(start=1, length=1):
    """So many hours after noon."""
    return Span(NOON + start * HOUR, NOON + (start + length) * HOUR)


@pytest.fixture
def session(sessions):
    """One transaction with a room behind door 1, a hall behind door 2, and a lawn behind none."""
    with sessions.begin() as session:
        a_device(session, "doors", doors=2)
        a_space(session, "room", lock_id=fleet.lock_at(session, "doors", 1).id)
        a_hall(session, lock_id=fleet.lock_at(session, "doors", 2).id)
        a_space(session, "lawn")
        yield session


def book(session, member, space_id="room", when=None, *, now=NOON):
    return service.book(session, member=member, space_id=space_id, span=when or span(), policy=POLICY, now=now)


def may_open(session, member, space_id, at):
    return access.may_open(session, member_id=member.id, lock_id=spaces.lock_of(session, space_id), now=at)

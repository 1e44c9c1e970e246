"""A zone that fills up is told of after five minutes, and let go below four fifths."""

from datetime import timedelta

import pytest

from gateway.alerts import queries as alerts
from gateway.crowd.rules import Confidence, Crowd
from gateway.crowd.watch import KIND, Watch
from gateway.zones import service as zones
from tests.centre_builder import NOON


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        zones.make_zone(session, zone_id="hall", name_zh="大厅", name_en="Hall", actor="test", now=NOON)
        yield session


def a_crowd(people, capacity=100):
    sure = Confidence.UNKNOWN if people is None else Confidence.KNOWN
    return Crowd(people, sure, None, capacity, 0, 0, 0, NOON)


def test_from_nine_tenths_on_for_five_minutes_until_below_eight(session):
    watch = Watch()

    def stands(minute, people):
        watch.note(session, {"hall": a_crowd(people)}, now=NOON + timedelta(minutes=minute))
        return alerts.standing(session, kind=KIND, thing="hall") is not None

    told = [(0, 89), (1, 90), (5, 95), (6, 85), (7, 80), (8, None), (9, 79), (10, 89)]
    assert [stands(*one) for one in told] == [False, False, False, True, True, True, False, False]


def test_where_nobody_said_for_how_many_it_is_nothing_is_too_full(session):
    for minute in (0, 6):
        Watch().note(session, {"hall": a_crowd(900, capacity=None)}, now=NOON + timedelta(minutes=minute))

    assert alerts.standing(session, kind=KIND, thing="hall") is None

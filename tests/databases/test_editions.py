"""The house's rules are kept from one transaction to the next, and never a moment longer than they hold."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text, update

from gateway.calendar import service as calendar
from gateway.calendar.model import HOUSE, DayKind, DayName
from gateway.calendar.rules import Opening
from gateway.kit.db import Sessions
from gateway.kit.edition import TABLES, Edition
from gateway.policies import queries as policies
from gateway.policies import service as policies_service
from gateway.policies.model import Limit
from gateway.policies.rules import CENTRE, Rule
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Space
from tests.centre_builder import NOON, a_space
from tests.database_fixture import ON_POSTGRES
from tests.statements import heard

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = NOON.astimezone(ZONE).date()

ROWS = {
    "spaces": "('lawn', NULL, 'room', '草坪', 'Lawn', NULL, 1, 480, 1200, 60, 0, NULL)",
    "opening_hours": "('', 'mon', 480, 1200)",
    "calendar_days": "('', '2026-11-22', 'closed', NULL, NULL, 'cleaning')",
    "policy_rules": "('r', 'guests', 'centre', '', NULL, FALSE, 3, '', 0, 0)",
    "alert_rules": "('stale_air', 'centre', '', TRUE, 'info', 1500, 1000, 600, NULL, TRUE, NULL, NULL,"
    " '2026-11-22 04:00:00+00')",
    "alert_kinds": "('own_fridge', 'temperature', FALSE, '冰箱', 'Fridge')",
}
CHANGES = {
    "spaces": "places = 2",
    "opening_hours": "closes_min = 1260",
    "calendar_days": "reason = 'snow'",
    "policy_rules": "value = 4",
    "alert_rules": "raise_at = 1600",
    "alert_kinds": "name_en = 'Freezer'",
}


@pytest.fixture
def elsewhere(sessions):
    """Another program on the same database."""
    return Sessions(sessions.engine)


def columns_of(table):
    return ", ".join(column.name for column in Edition.metadata.tables[table].columns)


def name_of_the_rules(sessions):
    with sessions.read() as session:
        return session.scalar(select(Edition.name))


def put_rule(session, value):
    rule = Rule(id="guests", limit=Limit.GUESTS, value=value)
    policies_service.put_rule(session, rule=rule, actor="manager", now=NOON)


def guests(session):
    return [rule.value for rule in policies.by_scope(session).get(CENTRE, ())]


def opening(session, day=TODAY):
    return spaces.hours_of(session, spaces.space(session, "room"), zone=ZONE).day(day).opening


@pytest.mark.parametrize("table", TABLES)
def test_no_row_of_the_rules_changes_without_another_name(sessions, table):
    acts = [
        f"INSERT INTO {table} ({columns_of(table)}) VALUES {ROWS[table]}",
        f"UPDATE {table} SET {CHANGES[table]}",
        f"DELETE FROM {table}",
    ]
    names = [name_of_the_rules(sessions)]
    for act in acts:
        with sessions.begin() as session:
            session.execute(text(act))
        names.append(name_of_the_rules(sessions))

    assert len(set(names)) == len(names) == 4


def test_what_another_program_changed_holds_at_the_next_question(sessions, elsewhere):
    with sessions.begin() as session:
        a_space(session, "room")
    with sessions.read() as session:
        assert (guests(session), opening(session), spaces.has_parts(session, "room")) == ([], Opening(480, 1320), False)

    with elsewhere.begin() as session:
        put_rule(session, 2)
    with sessions.read() as session:
        assert guests(session) == [2]
    with elsewhere.begin() as session:
        week = {DayName(TODAY.strftime("%a").lower()): Opening(600, 660)}
        calendar.set_week(session, whose=HOUSE, week=week, actor="manager", now=NOON)
    with sessions.read() as session:
        assert opening(session) == Opening(600, 660)
    with elsewhere.begin() as session:
        calendar.set_day(
            session,
            whose="room",
            day=TODAY,
            kind=DayKind.CLOSED,
            reason="cleaning",
            opening=None,
            actor="manager",
            now=NOON,
        )
    with sessions.read() as session:
        assert opening(session) is None
        assert opening(session, TODAY + timedelta(days=7)) == Opening(600, 660)
    with elsewhere.begin() as session:
        a_space(session, "half", parent_id="room")
        spaces_service.set_capacity(session, space_id="half", capacity=8, actor="manager", now=NOON)
        policies_service.drop_rule(session, rule_id="guests", actor="manager", now=NOON)
    with sessions.read() as session:
        assert [one.capacity for one in spaces.undivided(session, "room")] == [8]
        assert guests(session) == []


def test_a_transaction_is_told_what_it_changed_itself_and_not_what_it_took_back(sessions):
    with sessions.begin() as session:
        a_space(session, "room")
        assert guests(session) == []
        put_rule(session, 2)
        assert guests(session) == [2]
        savepoint = session.begin_nested()
        put_rule(session, 3)
        assert guests(session) == [3]
        savepoint.rollback()
        assert (guests(session), spaces.space(session, "room").places) == ([2], 1)
        session.execute(update(Space).values(places=4))
        assert spaces.space(session, "room").places == 4


def test_rules_that_were_taken_back_are_never_taken_for_those_that_came_after(sessions):
    with sessions.begin() as session:
        put_rule(session, 2)
        assert guests(session) == [2]
        session.rollback()
    with sessions.begin() as session:
        put_rule(session, 3)

    with sessions.read() as session:
        assert guests(session) == [3]


@pytest.mark.parametrize("database_url", [ON_POSTGRES], indirect=True)  # on SQLite nobody changes them meanwhile
def test_whoever_waited_for_their_turn_is_told_the_rules_as_they_are_by_then(sessions, elsewhere):
    with sessions.begin() as session:
        a_space(session, "room")
    with sessions.begin() as session:
        assert guests(session) == []
        with elsewhere.begin() as other:
            put_rule(other, 2)
        spaces_service.take_turns(session, spaces.space(session, "room"))

        assert guests(session) == [2]


def test_rules_that_hold_are_read_once(sessions):
    with sessions.begin() as session:
        a_space(session, "room")
        put_rule(session, 2)
    with sessions.read() as session:
        guests(session), opening(session)

    with heard(sessions) as asked, sessions.read() as session:
        guests(session), opening(session)

    assert [one.text.split("FROM")[1].strip() for one in asked] == ["editions"]

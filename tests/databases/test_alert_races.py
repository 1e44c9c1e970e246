"""Two hundred flaps at the same instant are one alert with the right count, on SQLite and on PostgreSQL."""

import json
from collections import Counter
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from gateway.alerts import own_rules, queries, service
from gateway.alerts.in_force import in_force
from gateway.alerts.kinds import Measure
from gateway.alerts.model import Alert, AlertState
from gateway.kit import audit
from gateway.members.model import Member, Role
from tests.centre_builder import NOON, a_member
from tests.race import at_once, in_processes

FLAPS = 200


def flap(sessions, number):
    """A door that comes open by itself, once more."""
    with sessions.begin() as session:
        links = {"lock": "lock-1", "bank": "bank-a"}
        return service.raise_alert(session, kind="forced", thing="lock-1", now=NOON, links=links).count


def see(sessions, _number):
    """Somebody looks, and it is so."""
    with sessions.begin() as session:
        service.note_condition(session, kind="sensor_suspect", thing="lock-1", is_so=True, now=NOON)


def clear(sessions, alert_id, number):
    with sessions.begin() as session:
        actor = session.scalars(select(Member).where(Member.member_no == f"s{number}")).one()
        return service.clear(session, alert_id=alert_id, actor=actor, now=NOON).state


def test_two_hundred_flaps_at_once_in_two_processes_are_one_alert_with_the_right_count(sessions, database_url):
    counts = in_processes(flap, database_url, processes=2, threads=FLAPS // 2)

    assert sorted(counts) == list(range(1, FLAPS + 1))
    with sessions.read() as session:
        [one] = session.scalars(select(Alert))
        assert (one.count, one.state) == (FLAPS, AlertState.OPEN)
        assert len(queries.links(session, [one.id])[one.id]) == 2


def test_a_condition_that_many_see_at_once_is_raised_by_one_and_counted_once(sessions):
    at_once([partial(see, sessions, number) for number in range(16)])

    with sessions.read() as session:
        assert session.scalars(select(Alert.count)).all() == [1]


def test_of_many_who_clear_at_once_one_does_and_the_trail_says_who(sessions):
    with sessions.begin() as session:
        for number in range(12):
            a_member(session, f"s{number}", role=Role.DESK)
        alert_id = service.raise_alert(session, kind="forced", thing="lock-1", now=NOON).id

    results = at_once([partial(clear, sessions, alert_id, number) for number in range(12)])

    assert Counter(results) == {AlertState.CLEARED: 1, "alert_moved_on": 11}
    with sessions.read() as session:
        one = queries.alert(session, alert_id)
        [entry] = [found for found in audit.entries(session, after_seq=0, limit=99) if found.act == "alert_cleared"]
        assert entry.actor == session.get_one(Member, one.cleared_by_id).audit_id


def test_flaps_while_somebody_clears_are_all_counted_somewhere_and_none_is_lost(sessions):
    with sessions.begin() as session:
        a_member(session, "s0", role=Role.DESK)
        alert_id = service.raise_alert(session, kind="forced", thing="lock-1", now=NOON).id

    acts = [partial(flap, sessions, number) for number in range(20)]
    at_once([*acts[:10], partial(clear, sessions, alert_id, 0), *acts[10:]])

    with sessions.read() as session:
        assert session.scalar(select(func.sum(Alert.count))) == 21
        assert session.scalar(select(func.count()).where(Alert.cleared_at.is_(None))) <= 1


def put_rule(sessions, number):
    """A manager has the air otherwise."""
    with sessions.begin() as session:
        wanted = {"raise_at": 1600.0 + number}
        own_rules.put_rule(session, name="stale_air", wanted=wanted, actor=f"s{number}", now=NOON)


def test_of_many_who_change_a_rule_at_once_the_trail_says_what_each_found_and_left(sessions):
    at_once([partial(put_rule, sessions, number) for number in range(12)])

    with sessions.read() as session:
        told = [json.loads(one.detail) for one in audit.entries(session, after_seq=0, limit=99)]
        assert in_force(session).of("stale_air").raise_at == told[-1]["new"]["raise_at"]
    levels = [1500, *(one["new"]["raise_at"] for one in told)]
    assert [one["old"]["raise_at"] for one in told] == levels[:-1]
    assert len(set(levels)) == 13


def make_kind(sessions, number):
    """A manager makes an alert of their own under a name that others use too."""
    measure = Measure(("temperature", "humidity")[number % 2], falls=False, name_zh="热", name_en="Warm")
    with sessions.begin() as session:
        wanted = {"on": True, "raise_at": 8.0 + number, "clear_at": 2.0}
        own_rules.put_rule(session, name="own_x", wanted=wanted, measure=measure, actor=f"s{number}", now=NOON)
    return measure.metric


def test_of_many_who_make_an_alert_of_one_name_at_once_one_says_what_it_looks_at(sessions):
    came_to = at_once([partial(make_kind, sessions, number) for number in range(12)])

    with sessions.read() as session:
        [(kind, measure)] = in_force(session).own.items()
    assert (kind, set(came_to)) == ("own_x", {measure.metric, "alert_measures_stay"})
    assert came_to.count(measure.metric) == 6


def see_sensors(sessions, number):
    """A sensor is silent, and there again, and so on."""
    with sessions.begin() as session:
        for thing in ("a", "b"):
            service.note_condition(session, kind="sensor_silent", thing=thing, is_so=number % 3 > 0, now=NOON)


def switch(sessions, number):
    with sessions.begin() as session:
        on = {"on": bool(number % 2)}
        own_rules.put_rule(session, name="sensor_silent", wanted=on, actor="s", now=NOON)
    for alert_id in due(sessions):
        look_after(sessions, alert_id)


def due(sessions):
    with sessions.read() as session:
        return queries.due(session, zone=ZoneInfo("Asia/Shanghai"), now=NOON)


def look_after(sessions, alert_id):
    with sessions.begin() as session:
        service.look_after(session, alert_id=alert_id, zone=ZoneInfo("Asia/Shanghai"), now=NOON)


def test_a_rule_that_is_switched_while_others_look_leaves_nothing_that_its_last_state_does_not_allow(sessions):
    seeing = [partial(see_sensors, sessions, number) for number in range(6)]
    at_once([*seeing, *(partial(switch, sessions, number) for number in range(6))])
    switch(sessions, 0)

    for alert_id in due(sessions):
        look_after(sessions, alert_id)
    with sessions.read() as session:
        assert queries.all_standing(session) == []

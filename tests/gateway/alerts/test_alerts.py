"""Alerts: one a kind and thing, counted; taken up, put aside, cleared, and never forgotten."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from gateway.alerts import queries, service
from gateway.alerts.model import Alert, AlertState
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, Malformed, NotFound
from tests.centre_builder import NOON

MINUTE = timedelta(minutes=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def force(session, thing="lock-1", *, now=NOON, **more):
    return service.raise_alert(session, kind="forced", thing=thing, now=now, **more)


def ajar(session, *, is_so, now, since=NOON):
    service.note_condition(session, kind="ajar", thing="lock-1", is_so=is_so, since=since, now=now)


def standing_ajar(session):
    return queries.standing(session, kind="ajar", thing="lock-1")


def look_after_all(session, now):
    due = queries.due(session, zone=SHANGHAI, now=now)
    for alert_id in due:
        service.look_after(session, alert_id=alert_id, zone=SHANGHAI, now=now)
    return len(due)


def news(session):
    return [(change.what["state"], change.what["count"]) for change in session.info.get("changes", [])]


def test_the_same_thing_again_is_counted_and_not_raised_again(session):
    first = force(session, facts={"place": "a"})
    again = force(session, now=NOON + MINUTE, facts={"place": "b"})

    assert (again.id, again.count, again.facts) == (first.id, 2, '{"place": "b"}')
    assert (again.raised_at, again.last_at) == (NOON, NOON + MINUTE)
    assert force(session, "lock-2").count == 1
    assert len(queries.all_standing(session)) == 2


def test_the_database_itself_refuses_a_second_one(session):
    force(session)
    second = Alert(
        id="2", kind="forced", thing="lock-1", severity="alarm", state="OPEN", count=1, facts="{}",
        since_at=NOON, raised_at=NOON, last_at=NOON, waiting_since=NOON,
    )  # fmt: skip

    with pytest.raises(IntegrityError, match=r"uq_alerts_standing|alerts.kind"), session.begin_nested():
        session.add(second)


def test_a_kind_that_nobody_has_described_cannot_be_raised(session):
    with pytest.raises(KeyError):
        service.raise_alert(session, kind="whim", thing="lock-1", now=NOON)


def test_it_is_told_when_it_is_raised_and_of_repeats_ever_more_rarely(session):
    for _ in range(5):
        force(session)

    assert news(session) == [("OPEN", 1), ("OPEN", 2), ("OPEN", 4)]


def test_what_is_so_is_raised_after_its_hold_time_and_only_once(session):
    ajar(session, is_so=True, now=NOON + 4 * MINUTE)
    assert standing_ajar(session) is None

    for minute in (5, 6, 7):
        ajar(session, is_so=True, now=NOON + minute * MINUTE)

    assert (standing_ajar(session).count, standing_ajar(session).since_at) == (1, NOON)


def test_what_is_no_longer_so_clears_by_itself(session):
    ajar(session, is_so=True, now=NOON + 5 * MINUTE)
    ajar(session, is_so=False, now=NOON + 6 * MINUTE)

    [cleared] = queries.alerts(session, limit=9)
    assert (cleared.state, cleared.cleared_at, cleared.cleared_by_id) == (
        AlertState.CLEARED,
        NOON + 6 * MINUTE,
        None,
    )
    ajar(session, is_so=False, now=NOON + 7 * MINUTE)
    assert len(queries.alerts(session, limit=9)) == 1


def test_what_flaps_is_one_alert_that_counts(session):
    def lost(*, is_so, now):
        service.note_condition(session, kind="device_silent", thing="b", is_so=is_so, since=NOON, now=now)

    for minute in range(2, 12):
        lost(is_so=True, now=NOON + minute * MINUTE)
        lost(is_so=False, now=NOON + minute * MINUTE + timedelta(seconds=30))

    [one] = queries.alerts(session, limit=9)
    assert (one.count, one.state) == (10, AlertState.OPEN)
    assert look_after_all(session, NOON + 12 * MINUTE) == 0
    assert look_after_all(session, NOON + 13 * MINUTE) == 1
    assert one.state is AlertState.CLEARED


def test_a_latched_kind_stays_until_a_person_clears_it(session, desk):
    forced = force(session)
    for days in (1, 100):
        look_after_all(session, NOON + timedelta(days=days))
    assert forced.state is AlertState.OPEN

    cleared = service.clear(session, alert_id=forced.id, actor=desk, now=NOON + MINUTE, note="Mechanical key, by me")

    assert (cleared.state, cleared.cleared_by_id) == (AlertState.CLEARED, desk.id)
    assert force(session).id != forced.id


def test_what_a_person_cleared_comes_back_when_it_is_still_so_for_its_hold_time(session, desk):
    ajar(session, is_so=True, now=NOON + 5 * MINUTE)
    service.clear(session, alert_id=standing_ajar(session).id, actor=desk, now=NOON + 6 * MINUTE)

    ajar(session, is_so=True, now=NOON + 10 * MINUTE)
    assert standing_ajar(session) is None

    ajar(session, is_so=True, now=NOON + 11 * MINUTE)
    assert standing_ajar(session).since_at == NOON + 6 * MINUTE


def test_who_took_it_up_put_it_aside_and_cleared_it_is_in_the_trail(session, desk):
    alert_id = force(session).id
    service.acknowledge(session, alert_id=alert_id, actor=desk, now=NOON, note="on my way")
    service.shelve(session, alert_id=alert_id, actor=desk, until=NOON + MINUTE, now=NOON)
    service.clear(session, alert_id=alert_id, actor=desk, now=NOON)

    entries = session.scalars(select(AuditEntry).where(AuditEntry.thing == alert_id).order_by(AuditEntry.seq)).all()

    assert [entry.act for entry in entries] == ["alert_acknowledged", "alert_shelved", "alert_cleared"]
    assert {entry.actor for entry in entries} == {desk.audit_id}
    assert entries[0].detail == '{"about": "lock-1", "alert": "forced", "note": "on my way"}'
    assert news(session)[-3:] == [("ACKNOWLEDGED", 1), ("SHELVED", 1), ("CLEARED", 1)]


@pytest.mark.parametrize("step", ["acknowledge", "clear"])
def test_of_two_who_do_the_same_the_second_hears_so(session, desk, step):
    alert_id = force(session).id
    getattr(service, step)(session, alert_id=alert_id, actor=desk, now=NOON)

    with pytest.raises(Conflict, match="alert_moved_on"):
        getattr(service, step)(session, alert_id=alert_id, actor=desk, now=NOON)


def test_an_alert_that_is_not_there_cannot_be_taken_up(session, desk):
    with pytest.raises(NotFound):
        service.acknowledge(session, alert_id="nothing", actor=desk, now=NOON)


def test_what_is_put_aside_is_counted_on_and_comes_back(session, desk):
    alert_id = force(session).id
    service.acknowledge(session, alert_id=alert_id, actor=desk, now=NOON)
    service.shelve(session, alert_id=alert_id, actor=desk, until=NOON + 60 * MINUTE, now=NOON)
    shelved = force(session, now=NOON + 30 * MINUTE)
    assert (shelved.state, shelved.count) == (AlertState.SHELVED, 2)

    assert look_after_all(session, NOON + 59 * MINUTE) == 0
    assert look_after_all(session, NOON + 60 * MINUTE) == 1

    back = queries.alert(session, alert_id)
    assert (back.state, back.waiting_since, back.shelved_until) == (AlertState.OPEN, NOON + 60 * MINUTE, None)


def test_what_is_put_aside_and_goes_by_itself_does_not_come_back(session, desk):
    ajar(session, is_so=True, now=NOON + 5 * MINUTE)
    alert_id = standing_ajar(session).id
    service.shelve(session, alert_id=alert_id, actor=desk, until=NOON + 60 * MINUTE, now=NOON + 5 * MINUTE)
    ajar(session, is_so=False, now=NOON + 6 * MINUTE)

    assert look_after_all(session, NOON + 60 * MINUTE) == 0
    assert queries.alert(session, alert_id).state is AlertState.CLEARED


@pytest.mark.parametrize("until", [NOON, NOON + timedelta(days=31)])
def test_nothing_is_put_aside_for_no_time_or_for_ever(session, desk, until):
    with pytest.raises(Malformed):
        service.shelve(session, alert_id=force(session).id, actor=desk, until=until, now=NOON)


def test_what_nobody_takes_up_is_escalated_once(session, desk):
    forced, taken = force(session), force(session, "lock-2")
    service.acknowledge(session, alert_id=taken.id, actor=desk, now=NOON)

    assert look_after_all(session, NOON + 9 * MINUTE) == 0
    assert look_after_all(session, NOON + 10 * MINUTE) == 1
    assert look_after_all(session, NOON + 11 * MINUTE) == 0
    assert (forced.escalated_at, taken.escalated_at) == (NOON + 10 * MINUTE, None)


def test_what_happens_and_is_not_latched_goes_once_it_has_not_happened_for_a_while(session):
    for minute in (0, 50):
        codes = service.raise_alert(session, kind="wrong_codes", thing="kiosk", now=NOON + minute * MINUTE)

    assert queries.due(session, zone=SHANGHAI, now=NOON + 100 * MINUTE) == [codes.id]  # escalates
    look_after_all(session, NOON + 110 * MINUTE)
    assert (codes.state, codes.count) == (AlertState.CLEARED, 2)


def test_lists_begin_with_what_stands_and_can_be_paged_and_narrowed(session, desk):
    names = [f"lock-{number}" for number in range(4)]
    ids = [
        force(session, name, now=NOON + n * MINUTE, links={"bank": "a", "rental": None}).id
        for n, name in enumerate(names)
    ]
    service.clear(session, alert_id=ids[3], actor=desk, now=NOON)
    service.clear(session, alert_id=ids[0], actor=desk, now=NOON)
    expected = [ids[2], ids[1], ids[3], ids[0]]

    found = []
    for _ in range(5):
        found += [one.id for one in queries.alerts(session, limit=1, after=found[-1] if found else None)]

    assert found == expected
    assert [one.id for one in queries.alerts(session, limit=9, about="a")] == expected
    assert [one.id for one in queries.alerts(session, limit=9, about="lock-1")] == [ids[1]]
    assert queries.alerts(session, limit=9, kind="ajar") == []
    cleared = queries.alerts(session, limit=9, state=AlertState.CLEARED)
    assert {one.id for one in cleared} == {ids[3], ids[0]}


def test_a_link_is_kept_once_however_often_it_is_said(session):
    for _ in range(2):
        forced = force(session, links={"bank": "a", "lock": "lock-1", "rental": None})

    assert [(link.what, link.ref) for link in queries.links(session, [forced.id])[forced.id]] == [
        ("bank", "a"),
        ("lock", "lock-1"),
    ]

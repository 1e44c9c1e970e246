"""A centre changes its rules: they hold from the next reading on, everywhere, and no alert is lost or doubled."""

import json
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from gateway.alerts import deliveries, own_rules, queries, service
from gateway.alerts.in_force import in_force
from gateway.alerts.kinds import KINDS, Hours
from gateway.alerts.model import WHOLE_CENTRE, AlertRule, AlertState, Layer, Where
from gateway.channels import service as channels
from gateway.channels.model import Severity, Telling, Why
from gateway.channels.seal import SealKey
from gateway.crowd.rules import Confidence, Crowd
from gateway.crowd.watch import Watch as CrowdWatch
from gateway.facility.watch import Watch
from gateway.house.rules import Look, Sync
from gateway.house.watch import Watch as HouseWatch
from gateway.kit.audit import AuditEntry
from gateway.kit.db import Sessions
from gateway.kit.errors import Malformed, NotFound
from gateway.members.model import Language
from gateway.telemetry.store import Letter, Value, now_ms
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.centre_builder import NOON
from tests.statements import heard

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
LOW = {"raise_at": 800.0, "clear_at": 600.0, "hold": MINUTE}


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        for zone_id in ("hall", "gym"):
            zones.make_zone(session, zone_id=zone_id, name_zh="厅", name_en="Hall", actor="test", now=NOON)
        zones.place(session, what=Placed.SENSOR, ref="node/gym", zone_id="gym", actor="test", now=NOON)
        yield session


def where(zone_id, thing):
    if thing:
        return Where(Layer.THING, thing)
    return Where(Layer.ZONE, zone_id) if zone_id else WHOLE_CENTRE


def put(session, name="stale_air", *, zone_id="", thing="", now=NOON, **wanted):
    own_rules.put_rule(session, name=name, wanted=wanted, where=where(zone_id, thing), actor="manager", now=now)
    look_after_all(session, now)


def drop(session, name="stale_air", *, zone_id="", thing="", now=NOON):
    own_rules.drop_rule(session, name=name, where=where(zone_id, thing), actor="manager", now=now)
    look_after_all(session, now)


def look_after_all(session, now):
    """As whoever changes a rule does, and the timetable each minute."""
    for one in queries.due(session, zone=SHANGHAI, now=now):
        service.look_after(session, alert_id=one, zone=SHANGHAI, now=now)


def breathe(session, watch, co2, minute, sensor="hall"):
    at = NOON + minute * MINUTE
    watch.note(session, [Letter("node", "0" * 16, 1, 1, now_ms(at), [Value(sensor, "co2", co2)])], now=at)


def air(session, sensor="hall"):
    stands = queries.standing(session, kind="stale_air", thing=f"node/{sensor}")
    return stands and (stands.severity, stands.count)


def trail(session):
    rows = session.scalars(select(AuditEntry).where(AuditEntry.act.startswith("alert_rule")).order_by(AuditEntry.seq))
    return [(row.actor, row.act, row.thing, json.loads(row.detail)) for row in rows]


def hear(session, name="desk", *, from_severity=Severity.INFO, hears_escalated=True):
    """A channel at any hour."""
    seal, facts = SealKey.generate().seal, {"url": "wecombot://botkey", "language": Language.EN, "quiet": None}
    made, _ = channels.make_channel(
        session,
        name=name,
        seal=seal,
        from_severity=from_severity,
        hears_escalated=hears_escalated,
        actor="test",
        now=NOON,
        **facts,
    )
    return made


def make(session, channel, now):
    return deliveries.make_due(session, channel_id=channel.id, site="demo", zone=SHANGHAI, now=now)


def tellings(session):
    return list(session.scalars(select(Telling.why)))


def test_a_lower_limit_holds_from_the_next_reading_on(session):
    watch = Watch()
    breathe(session, watch, 900, 0)
    put(session, **LOW)
    breathe(session, watch, 900, 1)
    assert air(session) is None

    breathe(session, watch, 900, 2)

    assert air(session) == (Severity.INFO, 1)
    breathe(session, watch, 610, 3)
    assert air(session) is not None
    breathe(session, watch, 590, 4)
    assert air(session) is None


def test_what_stands_is_over_by_the_new_rule_and_by_no_other(session):
    watch = Watch()
    for minute in range(11):
        breathe(session, watch, 1600, minute)
    assert air(session) == (Severity.INFO, 1)

    put(session, raise_at=2000.0, clear_at=1550.0)
    breathe(session, watch, 1600, 11)
    assert air(session) == (Severity.INFO, 1)
    put(session, raise_at=2000.0, clear_at=1700.0)
    breathe(session, watch, 1600, 12)
    assert air(session) is None


def test_a_hold_that_was_made_longer_takes_nothing_back_and_doubles_nothing(session):
    watch = Watch()
    for minute in range(11):
        breathe(session, watch, 1600, minute)
    put(session, hold=HOUR)

    for minute in range(11, 80):
        breathe(session, watch, 1600, minute)

    assert air(session) == (Severity.INFO, 1)


def test_what_is_switched_off_is_let_go_at_once_and_told_to_nobody(session):
    watch = Watch()
    hear(session)
    for minute in range(11):
        breathe(session, watch, 1600, minute)
    put(session, on=False, now=NOON + 11 * MINUTE)
    assert tellings(session) == [Why.RAISED]

    [gone] = queries.alerts(session, limit=9)
    assert (gone.state, gone.cleared_at, gone.cleared_by_id) == (AlertState.CLEARED, NOON + 11 * MINUTE, None)
    for minute in range(11, 30):
        breathe(session, watch, 1600, minute)
    assert air(session) is None

    drop(session)
    for minute in range(30, 41):
        assert air(session) is None
        breathe(session, watch, 1600, minute)
    assert air(session) == (Severity.INFO, 1)


def test_what_is_switched_off_is_raised_by_nobody_who_says_that_it_is_so(session):
    put(session, "sensor_silent", on=False)
    service.note_condition(session, kind="sensor_silent", thing="pir", is_so=True, now=NOON)

    assert queries.all_standing(session) == []


@pytest.mark.parametrize("by", ["the clock", "the next look at it"])
def test_what_was_raised_while_its_rule_was_being_switched_off_is_let_go(session, by):
    hear(session)
    service.note_condition(session, kind="sensor_silent", thing="pir", is_so=True, now=NOON)
    # As another transaction would that did not see the alert yet.
    switched_off = vars(replace(KINDS["sensor_silent"].terms, on=False))
    values = {name: switched_off[name] for name in ("severity", "raise_at", "clear_at", "keeps_quiet")}
    values |= WHOLE_CENTRE._asdict()
    session.add(AlertRule(kind="sensor_silent", is_on=False, hold_s=0, set_at=NOON, **values))
    session.flush()

    if by == "the clock":
        look_after_all(session, NOON)
    else:
        service.note_condition(session, kind="sensor_silent", thing="pir", is_so=True, now=NOON)

    assert not queries.is_standing(session, kind="sensor_silent", thing="pir")
    assert tellings(session) == [Why.RAISED]


def test_another_severity_is_shown_at_once_and_told_to_whoever_had_not_heard(session):
    def told(channel, now):
        return make(session, channel, now) is not None

    desk = hear(session)
    boss = hear(session, "boss", from_severity=Severity.ALARM, hears_escalated=False)
    service.note_condition(session, kind="ajar", thing="lock-1", is_so=True, since=NOON - HOUR, now=NOON)
    assert (told(desk, NOON + MINUTE), told(boss, NOON + MINUTE)) == (True, False)

    put(session, "ajar", severity=Severity.ALARM, keeps_quiet=False, now=NOON + MINUTE)

    stands = queries.standing(session, kind="ajar", thing="lock-1")
    assert (stands.severity, stands.count) == (Severity.ALARM, 1)
    assert (told(desk, NOON + 12 * MINUTE), told(boss, NOON + 12 * MINUTE)) == (False, True)
    drop(session, "ajar")
    assert queries.standing(session, kind="ajar", thing="lock-1").severity is Severity.WARNING


def test_a_zone_has_its_own_rule_and_the_others_have_the_centres(session):
    watch = Watch()
    put(session, zone_id="gym", **LOW)
    put(session, raise_at=1300.0)
    for minute in range(12):
        breathe(session, watch, 1000, minute, "gym")
        breathe(session, watch, 1400 if minute else 1000, minute, "hall")

    assert (air(session, "gym"), air(session, "hall")) == ((Severity.INFO, 1), (Severity.INFO, 1))
    put(session, zone_id="gym", on=False)
    assert (air(session, "gym"), air(session, "hall")) == (None, (Severity.INFO, 1))
    drop(session, zone_id="gym")
    assert in_force(session).of("stale_air", zone_id="gym").raise_at == 1300


def test_a_things_own_rule_goes_before_its_zones_and_that_before_the_centres(session):
    watch = Watch()
    put(session, raise_at=1300.0)
    put(session, zone_id="gym", raise_at=1200.0)
    put(session, thing="node/gym", on=False)
    put(session, thing="node/hall", **LOW)
    for minute in range(12):
        breathe(session, watch, 1250, minute, "gym")
        breathe(session, watch, 900, minute, "hall")
        breathe(session, watch, 1250, minute, "attic")

    assert (air(session, "gym"), air(session, "hall"), air(session, "attic")) == (None, (Severity.INFO, 1), None)
    drop(session, thing="node/gym")
    for minute in range(12, 23):
        breathe(session, watch, 1250, minute, "gym")
    assert air(session, "gym") == (Severity.INFO, 1)
    put(session, thing="node/gym", on=False)
    assert air(session, "gym") is None


def test_one_noisy_device_is_switched_off_and_the_others_are_looked_for(session):
    put(session, "sensor_silent", thing="noisy", on=False)
    for device in ("noisy", "other"):
        service.note_condition(session, kind="sensor_silent", thing=device, is_so=True, now=NOON)

    assert [one.thing for one in queries.all_standing(session)] == ["other"]


@pytest.mark.parametrize("limits", [{"centre": 30.0}, {"thing": 30.0}, {"centre": 5.0, "thing": 30.0}])
def test_at_which_level_a_battery_is_low_is_the_centres_own_and_of_a_device(session, limits):
    watch, told = Watch(), []
    for name, level in limits.items():
        put(session, "battery_low", thing="node/lamp" if name == "thing" else "", raise_at=level, clear_at=50.0)
    for minute, percent in enumerate([30, 29, 49, 50, 16, 50]):
        at = NOON + minute * MINUTE
        watch.note(session, [Letter("node", "0" * 16, 1, 1, now_ms(at), [Value("lamp", "battery", percent)])], now=at)
        told.append(queries.is_standing(session, kind="battery_low", thing="node/lamp"))

    assert told == [False, True, True, False, True, False]


def test_how_much_room_the_disk_must_have_is_the_centres_own(session):
    sound = Look(free_mb=0, sync=Sync.YES, is_broker_there=True, commit_s=0.01, are_readings_refused=False)
    watch, told = HouseWatch(), []
    put(session, "disk_nearly_full", raise_at=2000.0, clear_at=3000.0)
    for minute, free_mb in enumerate([2000, 1999, 1999, 2999, 3000, *[3000] * 5]):
        watch.note(session, replace(sound, free_mb=free_mb), now=NOON + minute * MINUTE)
        told.append(queries.is_standing(session, kind="disk_nearly_full", thing="gateway"))

    assert told == [False, False, *[True] * 7, False]


def test_after_how_long_an_alarm_is_escalated_is_the_centres_own_and_holds_for_what_stands(session):
    hear(session)
    alert = service.raise_alert(session, kind="leak", thing="node/floor", now=NOON)
    service.note_condition(session, kind="reader_dead", thing="r", is_so=True, since=NOON - HOUR, now=NOON)
    put(session, "leak", escalate_after=2 * MINUTE)
    put(session, "reader_dead", escalate_after=None)

    assert queries.due(session, zone=SHANGHAI, now=NOON + MINUTE) == []
    assert queries.due(session, zone=SHANGHAI, now=NOON + 2 * MINUTE) == [alert.id]
    look_after_all(session, NOON + 2 * MINUTE)
    assert Why.ESCALATED in tellings(session)
    assert queries.due(session, zone=SHANGHAI, now=NOON + 9 * HOUR) == []


def test_a_full_zone_is_judged_by_its_own_rule(session):
    watch, half_full = CrowdWatch(), Crowd(50, Confidence.KNOWN, None, 100, 0, 0, 0, NOON)
    put(session, "crowded", zone_id="gym", raise_at=0.5, clear_at=0.4)
    for minute in (0, 5):
        watch.note(session, {"gym": half_full, "hall": half_full}, now=NOON + minute * MINUTE)

    assert [one.thing for one in queries.all_standing(session)] == ["gym"]


def test_in_a_rules_own_quiet_hours_nothing_is_sent_and_nothing_escalates(session):
    channel = hear(session)
    put(session, "ajar", keeps_quiet=True, quiet=Hours(12 * 60, 14 * 60))  # it is noon in Shanghai
    service.note_condition(session, kind="ajar", thing="lock-1", is_so=True, since=NOON - HOUR, now=NOON)

    assert make(session, channel, NOON + 119 * MINUTE) is None
    assert queries.due(session, zone=SHANGHAI, now=NOON + 149 * MINUTE) == []
    assert len(queries.due(session, zone=SHANGHAI, now=NOON + 150 * MINUTE)) == 1
    assert make(session, channel, NOON + 120 * MINUTE) is not None


def test_every_change_is_in_the_trail_with_what_it_was_and_who(session):
    put(session, raise_at=1300.0)
    put(session, raise_at=1300.0)
    put(session, raise_at=1200.0, zone_id="gym")
    drop(session)
    drop(session)

    put(session, thing="node/gym", escalate_after=HOUR)

    assert trail(session) == [
        ("manager", "alert_rule_set", "stale_air", {"old": {"raise_at": 1500}, "new": {"raise_at": 1300}}),
        (
            "manager",
            "alert_rule_set",
            "stale_air",
            {"old": {"raise_at": 1300}, "new": {"raise_at": 1200}, "zone": "gym"},
        ),
        (
            "manager",
            "alert_rule_dropped",
            "stale_air",
            {"old": {"raise_at": 1300}, "new": {"raise_at": 1500}},
        ),
        (
            "manager",
            "alert_rule_set",
            "stale_air",
            {
                "old": {"raise_at": 1200, "escalate_after": None},
                "new": {"raise_at": 1500, "escalate_after": 3600},
                "about": "node/gym",
            },
        ),
    ]


@pytest.mark.parametrize(
    ("name", "wanted", "code"),
    [
        ("leak", {"on": False}, "alert_rule_guarded"),
        ("leak", {"raise_at": 2.0}, "alert_rule_has_none"),
        ("stale_air", {"clear_at": 1500.0}, "alert_clear_out_of_range"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_changed(session, name, wanted, code):
    with pytest.raises(Malformed) as refused:
        put(session, name, **wanted)

    assert (refused.value.code, trail(session), in_force(session).by_kind) == (code, [], {})
    with pytest.raises(NotFound):
        put(session, "whim")


def test_a_rule_holds_for_every_program_from_its_commit_on(sessions):
    elsewhere = Sessions(sessions.engine)
    watch = Watch()
    with sessions.begin() as session:
        put(session, raise_at=1300.0)
    for minute in range(3):
        with sessions.begin() as session:
            breathe(session, watch, 900, minute)
    with elsewhere.begin() as session:
        put(session, **LOW)
    for minute in (3, 4):
        with sessions.begin() as session:
            breathe(session, watch, 900, minute)

    with sessions.read() as session:
        assert air(session) == (Severity.INFO, 1)


def test_a_reading_asks_no_more_where_a_centre_has_rules_of_its_own(sessions):
    watch = Watch()
    with sessions.begin() as session:
        put(session, raise_at=1300.0)
        put(session, thing="node/hall", raise_at=1400.0)
        breathe(session, watch, 700, 0)
    with heard(sessions) as one, sessions.begin() as session:
        breathe(session, watch, 700, 1)
    with heard(sessions) as many, sessions.begin() as session:
        for minute in range(2, 12):
            breathe(session, watch, 700, minute)

    assert (len(one), len(many)) == (1, 10)  # what there is already, of each; not one for the rules

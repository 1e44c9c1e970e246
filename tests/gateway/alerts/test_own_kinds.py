"""A centre makes kinds of alert of its own, of whatever its sensors measure, without code."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from devices.wire.metrics import BOOLEANS, METRICS
from gateway.alerts import messages, own_rules, queries, service
from gateway.alerts.in_force import in_force
from gateway.alerts.kinds import KINDS, OWN, Measure
from gateway.alerts.levels import SPANS
from gateway.alerts.model import WHOLE_CENTRE, Alert, Layer, OwnKind, Where
from gateway.facility.watch import Watch
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, Malformed, NotFound
from gateway.telemetry.store import Letter, Value, now_ms
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.centre_builder import NOON
from tests.statements import heard

MINUTE = timedelta(minutes=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
WARM = Measure("temperature", falls=False, name_zh="冰箱太热", name_en="The fridge is too warm")
DRY = Measure("humidity", falls=True, name_zh="太干", name_en="It is too dry")
OPEN = Measure("open", falls=False, name_zh="冰箱门没关", name_en="The fridge stands open")
FRIDGE = Where(Layer.THING, "kitchen/fridge")


@pytest.fixture
def session(sessions):
    with sessions.begin() as session:
        zones.make_zone(session, zone_id="kitchen", name_zh="厨房", name_en="Kitchen", actor="test", now=NOON)
        zones.place(session, what=Placed.DEVICE, ref="kitchen", zone_id="kitchen", actor="test", now=NOON)
        yield session


def make(session, name, measure, *, where=WHOLE_CENTRE, **wanted):
    wanted = {"on": True} | wanted
    return own_rules.put_rule(
        session, name=name, wanted=wanted, measure=measure, where=where, actor="manager", now=NOON
    )


def drop(session, name, *, where=WHOLE_CENTRE):
    own_rules.drop_rule(session, name=name, where=where, actor="manager", now=NOON)
    for one in queries.due(session, zone=SHANGHAI, now=NOON):
        service.look_after(session, alert_id=one, zone=SHANGHAI, now=NOON)


def says(session, watch, metric, level, minute, sensor="fridge"):
    at = NOON + minute * MINUTE
    letter = Letter("kitchen", "0" * 16, 1, 1, now_ms(at), [Value(sensor, metric, level)])
    watch.note(session, [letter], now=at)


def look_again(session, watch, minute):
    at = NOON + minute * MINUTE
    assert watch.is_due(at)
    watch.look_again(session, now=at)


def standing(session):
    return [(one.kind, one.thing, one.count) for one in queries.all_standing(session)]


def text(session, language):
    [one] = queries.all_standing(session)
    return messages.sentence(one, language, SHANGHAI)


def trail(session):
    rows = session.scalars(select(AuditEntry).where(AuditEntry.act.startswith("alert_rule")).order_by(AuditEntry.seq))
    return [(row.act, json.loads(row.detail).get("measures")) for row in rows]


def last_told(session):
    return json.loads(session.scalars(select(AuditEntry.detail).order_by(AuditEntry.seq.desc()).limit(1)).one())


def test_a_temperature_that_is_too_high_for_long_enough_is_told_and_over_below_its_other_level(session):
    watch = Watch()
    make(session, "own_fridge", WARM, raise_at=8.0, clear_at=6.0)
    for minute in range(5):
        says(session, watch, "temperature", 9.46, minute)
    assert standing(session) == []

    says(session, watch, "temperature", 9.46, 5)
    assert standing(session) == [("own_fridge", "kitchen/fridge", 1)]
    assert text(session, "zh-CN") == "厨房（kitchen · fridge）：冰箱太热，现在 9.46 °C。请去看看。"
    assert text(session, "en") == "Kitchen (kitchen · fridge): The fridge is too warm, 9.46 °C now. Please go and see."
    says(session, watch, "temperature", 6.0, 6)
    assert len(standing(session)) == 1
    says(session, watch, "temperature", 5.9, 7)
    assert standing(session) == []


def test_what_falls_is_told_below_its_level_and_over_from_the_other_on(session):
    watch, told = Watch(), []
    make(session, "own_dry", DRY, raise_at=30.0, clear_at=40.0, hold=MINUTE)
    for minute, level in enumerate([30, 29, 39, 39, 40]):
        says(session, watch, "humidity", level, minute)
        told.append(len(standing(session)))

    assert told == [0, 0, 1, 1, 0]


def test_one_for_a_single_sensor_is_off_everywhere_else(session):
    watch = Watch()
    make(session, "own_fridge", WARM, where=FRIDGE, raise_at=8.0, clear_at=6.0, hold=MINUTE)
    for minute in range(9):
        for sensor in ("fridge", "oven"):
            says(session, watch, "temperature", 30.0, minute, sensor)

    assert standing(session) == [("own_fridge", "kitchen/fridge", 1)]


def test_several_may_look_at_the_same_and_beside_the_houses_own(session):
    watch = Watch()
    for name, raise_at in (("own_poor", 2000.0), ("own_bad", 3000.0)):
        make(session, name, WARM._replace(metric="co2"), raise_at=raise_at, clear_at=1000.0, hold=MINUTE)
    for minute in range(11):
        says(session, watch, "co2", 2500, minute)

    assert {kind for kind, *_ in standing(session)} == {"own_poor", "stale_air"}


def test_a_door_that_stands_open_is_told_though_its_contact_says_so_once(session):
    watch = Watch()
    make(session, "own_open", OPEN)
    says(session, watch, "open", 1.0, 0)
    assert not watch.is_due(NOON + 4 * MINUTE)

    look_again(session, watch, 5)
    assert standing(session) == [("own_open", "kitchen/fridge", 1)]
    assert text(session, "en").endswith("The fridge stands open. Please go and see.")
    look_again(session, watch, 6)
    assert standing(session) == [("own_open", "kitchen/fridge", 1)]
    assert not watch.is_due(NOON + 9 * MINUTE)
    says(session, watch, "open", 0.0, 10)
    assert standing(session) == []


def test_what_could_not_be_written_down_is_looked_at_again(sessions):
    watch = Watch()
    with sessions.begin() as session:
        make(session, "own_open", OPEN)
        says(session, watch, "open", 1.0, 0)
    with pytest.raises(OSError, match="full"), sessions.begin() as session:  # noqa: PT012 - the transaction fails
        look_again(session, watch, 5)
        raise OSError("full")
    with sessions.begin() as session:
        look_again(session, watch, 6)
        assert standing(session) == [("own_open", "kitchen/fridge", 1)]


@pytest.mark.parametrize("after", ["it was shut", "nobody knows", "it was said too long ago"])
def test_a_door_of_which_it_is_not_known_that_it_is_still_open_is_not_told(session, after):
    watch = Watch()
    make(session, "own_open", OPEN, hold=20 * MINUTE if after == "it was said too long ago" else 5 * MINUTE)
    says(session, watch, "open", 1.0, 0)
    if after != "it was said too long ago":
        says(session, watch, "open", 0.0 if after == "it was shut" else None, 1)
        assert not watch.is_due(NOON + 60 * MINUTE)
    else:
        look_again(session, watch, 20)

    assert standing(session) == []
    says(session, watch, "open", 1.0, 30)
    assert standing(session) == []


def test_stale_air_of_which_nobody_says_more_is_told_the_moment_it_has_lasted(session):
    watch = Watch()
    says(session, watch, "co2", 1600, 0)
    look_again(session, watch, 10)

    assert standing(session) == [("stale_air", "kitchen/fridge", 1)]


def test_with_its_last_rule_a_kind_is_gone_and_what_stood_of_it_with_its_words_in_the_list(session):
    watch = Watch()
    make(session, "own_fridge", WARM, raise_at=8.0, clear_at=6.0, hold=MINUTE)
    make(session, "own_fridge", None, where=FRIDGE, raise_at=9.0, clear_at=6.0, hold=MINUTE)
    for minute in range(2):
        says(session, watch, "temperature", 30.0, minute)
    drop(session, "own_fridge")
    assert len(standing(session)) == 1
    drop(session, "own_fridge", where=FRIDGE)

    assert (standing(session), session.get(OwnKind, "own_fridge"), in_force(session).measured) == ([], None, {})
    [gone] = session.scalars(select(Alert))
    assert "冰箱太热" in messages.sentence(gone, "zh-CN", SHANGHAI)
    measures = WARM._asdict()
    assert trail(session) == [
        ("alert_rule_set", measures),
        ("alert_rule_set", None),
        ("alert_rule_dropped", None),
        ("alert_rule_dropped", measures),
    ]
    with pytest.raises(NotFound):
        drop(session, "own_fridge")
    with pytest.raises(NotFound):
        make(session, "own_fridge", None)


def test_the_trail_says_of_a_new_kind_what_it_is_and_of_a_change_what_it_was(session):
    make(session, "own_fridge", WARM, where=FRIDGE, raise_at=8.0, clear_at=6.0)
    assert last_told(session) == {
        "about": "kitchen/fridge",
        "measures": WARM._asdict(),
        "new": {"on": True, "raise_at": 8, "clear_at": 6},
    }
    make(session, "own_fridge", WARM, where=FRIDGE, raise_at=9.0, clear_at=6.0)
    assert last_told(session) == {"about": "kitchen/fridge", "old": {"raise_at": 8}, "new": {"raise_at": 9}}


def test_its_name_may_change_and_what_it_looks_at_stays(session):
    make(session, "own_fridge", WARM, raise_at=8.0, clear_at=6.0)
    make(session, "own_fridge", WARM._replace(name_en="Too warm"), raise_at=8.0, clear_at=6.0)
    assert in_force(session).own["own_fridge"].name_en == "Too warm"

    for other in (WARM._replace(metric="humidity"), WARM._replace(falls=True)):
        with pytest.raises(Conflict, match="alert_measures_stay"):
            make(session, "own_fridge", other, raise_at=8.0, clear_at=6.0)


@pytest.mark.parametrize(
    ("name", "measure", "wanted", "error", "code"),
    [
        ("fridge", WARM, {}, NotFound, "alert_kind"),
        ("stale_air", WARM, {}, Malformed, "alert_rule_has_none"),
        ("own_x", WARM._replace(metric="whim"), {}, Malformed, "alert_metric_unknown"),
        ("own_x", WARM._replace(metric="energy"), {}, Malformed, "alert_metric_unknown"),
        ("own_x", WARM._replace(metric="water_leak"), {}, Malformed, "alert_metric_unknown"),
        ("own_x", WARM, {"raise_at": SPANS["temperature"].most + 1}, Malformed, "alert_limit_out_of_range"),
        ("own_x", WARM, {"raise_at": 8.0, "clear_at": 8.0}, Malformed, "alert_clear_out_of_range"),
        ("own_x", DRY, {"raise_at": 30.0, "clear_at": 30.5}, Malformed, "alert_clear_from_out_of_range"),
        ("own_x", OPEN, {"raise_at": 2.0}, Malformed, "alert_rule_has_none"),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_is_there(session, name, measure, wanted, error, code):
    with pytest.raises(error) as refused:
        make(session, name, measure, **wanted)

    assert (refused.value.code, in_force(session).own, trail(session)) == (code, {}, [])


def test_there_are_only_so_many(session):
    for number in range(own_rules.MOST_OWN):
        make(session, f"own_{number}", OPEN)

    with pytest.raises(Conflict, match="alert_kinds_full"):
        make(session, "own_more", OPEN)
    make(session, "own_3", None, hold=MINUTE)


def test_whatever_is_measured_can_be_an_alert_in_its_own_unit_but_what_counts_up_or_has_a_kind_already():
    left_out = {"energy", "energy_today", "energy_yesterday", "entries", "exits", "uptime"}
    left_out |= {"lock", "water_leak", "tamper", "battery_low", "alarm", "call"}

    assert SPANS.keys() == METRICS.keys() - left_out
    assert {metric for metric, span in SPANS.items() if span is None} == BOOLEANS - left_out
    assert {metric: span.unit for metric, span in SPANS.items() if span} == {
        metric: METRICS[metric] or "" for metric in SPANS.keys() - BOOLEANS
    }


def test_none_of_the_house_is_called_as_a_centres_own_and_each_span_can_be_set():
    assert not any(kind.startswith(OWN) for kind in KINDS)
    assert all(span.least + span.gap < span.most for span in SPANS.values() if span is not None)


def test_an_own_kind_asks_one_question_of_what_it_looks_at_and_none_of_anything_else(sessions):
    watch, asked = Watch(), {}
    with sessions.begin() as session:
        make(session, "own_poor", WARM._replace(metric="co2"), raise_at=2000.0, clear_at=1000.0)
        for metric in ("co2", "battery"):
            says(session, watch, metric, 50.0, 0)
    for metric in ("co2", "battery"):
        with heard(sessions) as statements, sessions.begin() as session:
            says(session, watch, metric, 50.0, 1)
        asked[metric] = len(statements)

    assert asked == {"co2": 2, "battery": 1}

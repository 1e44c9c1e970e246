"""The rules of alerts over HTTP: staff read them, a manager changes them, and is told what cannot be."""

import json
from datetime import timedelta

import pytest

from gateway.alerts import service
from gateway.alerts.kinds import KINDS
from gateway.facility.watch import Watch
from gateway.telemetry.store import Letter, Value, now_ms
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.centre_builder import NOON, a_device

PATH = "/staff/alerts/rules"


@pytest.fixture
def boss(house):
    house.change(zones.make_zone, zone_id="gym", name_zh="健身房", name_en="Gym", actor="test", now=NOON)
    return house.signed_in("s001")


def rule(reader, kind="stale_air"):
    return next(one for one in reader.get(PATH).json()["items"] if one["kind"] == kind)


def test_staff_read_what_the_house_has_and_what_may_be_changed(house, boss):
    told = house.signed_in("s003").get(PATH).json()

    assert told["quiet"] == {"from_min": 1320, "until_min": 480}
    assert [one["kind"] for one in told["items"]] == list(KINDS)
    air, leak = rule(boss), rule(boss, "leak")
    assert air["levels"] == {"least": 400, "most": 5000, "gap": 50, "unit": "ppm", "falls": False}
    assert (air["by_thing"], air["metrics"], air["longest_alone_s"], air["must_escalate"]) == (
        "sensor",
        ["co2"],
        604_800,
        False,
    )
    assert (leak["longest_alone_s"], leak["must_escalate"], leak["house"]["escalate_after_s"]) == (1800, True, 600)
    assert (air["guarded"], air["by_zone"], air["longest_hold_s"]) == (False, True, 86_400)
    assert air["house"] == {
        "on": True,
        "severity": "info",
        "raise_at": 1500,
        "clear_below": 1000,
        "clear_from": None,
        "hold_s": 600,
        "escalate_after_s": None,
        "keeps_quiet": True,
        "quiet": None,
    }
    assert (air["centre"], air["set_at"], air["zones"]) == (None, None, [])
    assert (leak["guarded"], leak["levels"], leak["longest_hold_s"], leak["house"]["raise_at"]) == (
        True,
        None,
        None,
        None,
    )


def test_a_manager_changes_a_rule_and_puts_it_back_at_one_touch(house, boss):
    wish = {
        "severity": "warning",
        "raise_at": 1200,
        "clear_below": 900,
        "hold_s": 300,
        "escalate_after_s": 7200,
        "keeps_quiet": True,
        "quiet": {"from_min": 1260, "until_min": 420},
    }
    changed = boss.ask("PUT", f"{PATH}/stale_air", body=wish)

    assert (changed.status_code, changed.json()["centre"]) == (200, {"on": True, "clear_from": None, **wish})
    assert changed.json() == rule(boss)
    kinds = house.signed_in("s003").get("/staff/alerts/kinds").json()["items"]
    assert [(one["raise_at"], one["hold_s"]) for one in kinds if one["kind"] == "stale_air"] == [(1200, 300)]
    for _ in range(2):
        back = boss.delete(f"{PATH}/stale_air")
        assert (back.status_code, back.json()["centre"]) == (200, None)
    entries = boss.get("/staff/audit?act=alert_rule_set").json()["items"]
    assert [(one["thing"], one["detail"]["old"]["raise_at"], one["detail"]["new"]["raise_at"]) for one in entries] == [
        ("stale_air", 1500, 1200)
    ]


def test_a_zone_has_its_own(boss):
    boss.ask("PUT", f"{PATH}/stale_air?zone_id=gym", body={"raise_at": 2000})

    [own] = rule(boss)["zones"]
    assert (own["zone_id"], own["name"]["en"], own["terms"]["raise_at"]) == ("gym", "Gym", 2000)
    assert rule(boss)["centre"] is None
    assert boss.delete(f"{PATH}/stale_air?zone_id=gym").json()["zones"] == []
    assert boss.ask("PUT", f"{PATH}/stale_air?zone_id=nowhere", body={}).status_code == 404
    assert boss.ask("PUT", f"{PATH}/whim", body={}).status_code == 404


def test_when_a_battery_is_low_and_when_the_disk_is_full_is_the_centres_own(house, boss):
    low = boss.ask("PUT", f"{PATH}/battery_low", body={"raise_at": 30, "clear_from": 40}).json()
    full = boss.ask("PUT", f"{PATH}/disk_nearly_full", body={"raise_at": 2000, "clear_from": 2500}).json()

    assert (low["levels"]["falls"], low["levels"]["unit"], low["house"]["raise_at"]) == (True, "%", 15)
    assert [(one["centre"]["raise_at"], one["centre"]["clear_from"]) for one in (low, full)] == [(30, 40), (2000, 2500)]
    kinds = {one["kind"]: one for one in boss.get("/staff/alerts/kinds").json()["items"]}
    assert (kinds["battery_low"]["clear_from"], kinds["battery_low"]["clear_below"]) == (40, None)


def test_after_how_long_the_manager_hears_is_left_as_it_is_or_set_or_never(boss):
    boss.ask("PUT", f"{PATH}/ajar", body={"hold_s": 120})
    assert rule(boss, "ajar")["centre"]["escalate_after_s"] == 1800
    boss.ask("PUT", f"{PATH}/ajar", body={"escalate_after_s": 600})
    assert rule(boss, "ajar")["centre"]["escalate_after_s"] == 600
    boss.ask("PUT", f"{PATH}/ajar", body={"escalate_after_s": None})
    assert rule(boss, "ajar")["centre"]["escalate_after_s"] is None


@pytest.fixture
def things(house):
    """A node whose air and battery are measured in the gym, and a door."""
    (house.centre.directory / "data").mkdir()
    house.app.state.desk.readings.prepare()
    said = [Value("air", "co2", 640.0), Value("air", "battery", 80.0), Value("lamp", "battery", 80.0)]
    house.app.state.desk.readings.keep([Letter("air-1", "0" * 16, 1, 1, now_ms(NOON), said)])
    house.change(a_device, "air-1", doors=1)
    house.change(zones.place, what=Placed.DEVICE, ref="air-1", zone_id="gym", actor="test", now=NOON)


@pytest.mark.parametrize(
    ("kind", "thing", "called"),
    [
        ("stale_air", "air-1/air", "健身房（air-1 · air）"),
        ("battery_low", "air-1/lamp", "健身房（air-1 · lamp）"),
        ("device_silent", "air-1", "设备 air-1"),
        ("ajar", "", "设备 air-1 的 1 号门"),
    ],
)
def test_one_sensor_device_or_door_has_its_own(boss, things, kind, thing, called):
    thing = thing or boss.get("/staff/locks").json()["items"][0]["id"]
    [own] = boss.ask("PUT", f"{PATH}/{kind}", params={"thing": thing}, body={}).json()["things"]

    assert (own["thing"], own["name"]["zh-CN"], own["terms"]) == (thing, called, rule(boss, kind)["house"])
    [entry] = boss.get("/staff/audit?act=alert_rule_set").json()["items"]
    assert entry["detail"]["about"] == thing
    assert boss.ask("DELETE", f"{PATH}/{kind}", params={"thing": thing}).json()["things"] == []


@pytest.mark.parametrize(
    ("kind", "query", "status", "code"),
    [
        ("stale_air", {"thing": "air-1/lamp"}, 404, "not_found"),  # it does not measure CO2
        ("stale_air", {"thing": "air-1"}, 404, "not_found"),
        ("device_silent", {"thing": "nobody"}, 404, "not_found"),
        ("ajar", {"thing": "nowhere"}, 404, "not_found"),
        ("crowded", {"thing": "gym"}, 422, "alert_rule_has_none"),
        ("disk_nearly_full", {"thing": "gateway"}, 422, "alert_rule_has_none"),
        ("stale_air", {"thing": "air-1/air", "zone_id": "gym"}, 422, "malformed"),
    ],
)
def test_what_is_not_there_or_cannot_have_its_own_is_refused(boss, things, kind, query, status, code):
    answer = boss.ask("PUT", f"{PATH}/{kind}", params=query, body={})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert rule(boss, kind)["things"] == []


FRIDGE = {"metric": "temperature", "name_zh": "冰箱太热", "name_en": "The fridge is too warm"}
OWN = {"measures": FRIDGE, "raise_at": 8, "clear_below": 6, "severity": "alarm", "keeps_quiet": False}


def test_a_manager_makes_a_kind_of_alert_and_with_its_last_rule_it_is_gone(boss, things):
    told = boss.get(PATH).json()
    measurable = {one["metric"]: one["levels"] for one in told["measurable"]}
    assert measurable["humidity"] == {"least": 0, "most": 100, "gap": 1, "unit": "%", "falls": False}
    assert (measurable["open"], told["own"]["house"]["on"], told["own"]["house"]["hold_s"]) == (None, False, 300)

    made = boss.ask("PUT", f"{PATH}/own_fridge?zone_id=gym", body=OWN)
    assert (made.status_code, made.json()) == (200, rule(boss, "own_fridge"))
    assert made.json()["measures"] == {
        "metric": "temperature",
        "falls": False,
        "name": {"zh-CN": "冰箱太热", "en": "The fridge is too warm"},
    }
    assert (made.json()["house"]["on"], made.json()["centre"], made.json()["metrics"]) == (False, None, ["temperature"])
    assert made.json()["zones"][0]["terms"]["raise_at"] == 8
    kinds = {one["kind"]: one for one in boss.get("/staff/alerts/kinds").json()["items"]}
    assert (kinds["own_fridge"]["on"], kinds["own_fridge"]["text"]) == (False, "{place}：冰箱太热{now}。请去看看。")

    gone = boss.delete(f"{PATH}/own_fridge?zone_id=gym").json()
    assert (gone["kind"], gone["zones"]) == ("own_fridge", [])
    assert [one["kind"] for one in boss.get(PATH).json()["items"]] == list(KINDS)
    [entry] = boss.get("/staff/audit?act=alert_rule_dropped").json()["items"]
    assert entry["detail"]["measures"]["name_zh"] == "冰箱太热"


@pytest.mark.parametrize(
    ("kind", "wish", "status", "code"),
    [
        ("own_fridge", {}, 404, "not_found"),
        ("fridge", OWN, 404, "not_found"),
        ("stale_air", OWN, 422, "alert_rule_has_none"),
        ("own_fridge", OWN | {"measures": FRIDGE | {"metric": "whim"}}, 422, "alert_metric_unknown"),
        ("own_fridge", OWN | {"measures": FRIDGE | {"metric": "uptime"}}, 422, "alert_metric_unknown"),
        ("own_fridge", OWN | {"measures": {"metric": "temperature"}}, 422, "malformed"),
        ("own_fridge", OWN | {"raise_at": 200}, 422, "alert_limit_out_of_range"),
        ("own_fridge", OWN | {"clear_from": 9}, 422, "alert_rule_has_none"),
        ("own_there", OWN | {"measures": FRIDGE | {"falls": True}}, 409, "alert_measures_stay"),
    ],
)
def test_a_kind_that_cannot_be_is_refused_in_words(boss, kind, wish, status, code):
    assert boss.ask("PUT", f"{PATH}/own_there", body=OWN).status_code == 200
    answer = boss.ask("PUT", f"{PATH}/{kind}", body=wish)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert code in ("not_found", "malformed") or "请" in answer.json()["detail"]
    assert [one["kind"] for one in boss.get(PATH).json()["items"]] == [*KINDS, "own_there"]


def test_what_stands_of_a_kind_of_ones_own_is_in_the_list_with_where_it_is(house, boss):
    boss.ask("PUT", f"{PATH}/own_fridge", body=OWN)
    said = [Letter("kitchen", "0" * 16, 1, 1, now_ms(NOON), [Value("fridge", "temperature", 9.0)])]
    watch = Watch()
    house.change(watch.note, said, now=NOON)
    house.change(watch.look_again, now=NOON + timedelta(minutes=5))

    [one] = boss.get("/staff/alerts?kind=own_fridge&state=OPEN").json()["items"]
    assert (one["severity"], one["latched"], one["thing"]) == ("alarm", False, "kitchen/fridge")
    assert one["text"] == "kitchen · fridge：冰箱太热，现在 9 °C。请去看看。"
    boss.delete(f"{PATH}/own_fridge")
    [one] = boss.get("/staff/alerts?kind=own_fridge").json()["items"]
    assert one["state"] == "CLEARED"


def test_what_stands_follows_its_rule_at_once(house, boss):
    facts = {"place": {"zh-CN": "一", "en": "one"}}
    house.change(service.note_condition, kind="sensor_silent", thing="pir", is_so=True, now=NOON, facts=facts)

    boss.ask("PUT", f"{PATH}/sensor_silent", body={"severity": "alarm", "keeps_quiet": False})
    assert [one["severity"] for one in boss.get("/staff/alerts?state=OPEN").json()["items"]] == ["alarm"]
    boss.ask("PUT", f"{PATH}/sensor_silent", body={"on": False})
    assert boss.get("/staff/alerts?state=OPEN").json()["items"] == []


@pytest.mark.parametrize(
    ("kind", "wish", "code", "field"),
    [
        ("leak", {"on": False}, "alert_rule_guarded", "on"),
        ("forced", {"on": False}, "alert_rule_guarded", "on"),
        ("call_staff", {"severity": "info"}, "alert_rule_guarded", "severity"),
        ("leak", {"hold_s": 60}, "alert_rule_has_none", "hold_s"),
        ("forced", {"raise_at": 2}, "alert_rule_has_none", "raise_at"),
        ("stale_air", {"raise_at": 100}, "alert_limit_out_of_range", "raise_at"),
        ("stale_air", {"raise_at": 1000}, "alert_clear_out_of_range", "clear_below"),
        ("stale_air", {"hold_s": 5}, "alert_hold_out_of_range", "hold_s"),
        ("stale_air", {"severity": "alarm"}, "alert_alarm_never_quiet", "keeps_quiet"),
        ("stale_air", {"keeps_quiet": False}, "alert_info_always_quiet", "keeps_quiet"),
        ("ajar", {"keeps_quiet": False, "quiet": {"from_min": 1, "until_min": 2}}, "alert_quiet_hours_unused", "quiet"),
        ("ajar", {"quiet": {"from_min": 1, "until_min": 1}}, "alert_quiet_hours_empty", "quiet"),
        ("battery_low", {"clear_below": 30}, "alert_rule_has_none", "clear_below"),
        ("stale_air", {"clear_from": 30}, "alert_rule_has_none", "clear_from"),
        ("battery_low", {"clear_from": 16}, "alert_clear_from_out_of_range", "clear_from"),
        ("disk_nearly_full", {"raise_at": 300}, "alert_limit_out_of_range", "raise_at"),
        ("call_staff", {"escalate_after_s": None}, "alert_rule_guarded", "escalate_after_s"),
        ("call_staff", {"escalate_after_s": 1860}, "alert_escalation_out_of_range", "escalate_after_s"),
        ("ajar", {"escalate_after_s": 0}, "alert_escalation_out_of_range", "escalate_after_s"),
        ("stale_air", {"raise_at": "1200"}, "malformed", "raise_at"),
        ("stale_air", {"whim": 1}, "malformed", "whim"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field_and_with_what_to_do(boss, kind, wish, code, field):
    answer = boss.ask("PUT", f"{PATH}/{kind}", body=wish)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["field"].startswith(field)
    assert code == "malformed" or "请" in answer.json()["detail"]
    assert rule(boss, kind)["centre"] is None


def test_the_limits_are_in_the_sentence(boss):
    answer = boss.ask("PUT", f"{PATH}/stale_air", body={"raise_at": 1000})

    assert "400 到 950 ppm" in answer.json()["detail"]


@pytest.mark.parametrize("who", ["s002", "s003", "10001"])
def test_only_a_manager_changes_them(house, boss, who):
    other = house.signed_in(who)

    assert other.ask("PUT", f"{PATH}/stale_air", body={"raise_at": 1200}).status_code == 403
    assert other.delete(f"{PATH}/stale_air").status_code == 403
    assert json.loads(boss.get(PATH).text)["items"][0]["centre"] is None

"""The floor plan over HTTP: read by everybody who may, drawn by few, never by two at once; and how it is there now."""

from datetime import timedelta

import pytest

from api.floor_plan_views import FloorPlanShape
from gateway.demo.floor_plan import floor_plan
from gateway.fleet.model import DoorLevel, Presence
from gateway.telemetry.store import Letter, Value, now_ms
from tests.api.kiosk_builder import a_kiosk
from tests.centre_builder import a_bank, a_device, a_hall, a_space, set_door, set_presence


def drawn(**more):
    return FloorPlanShape.of(floor_plan(**{"kiosk_id": None} | more)).model_dump(mode="json")


def put(browser, plan, tag):
    return browser.ask("PUT", "/staff/floor-plan", body=plan, headers={"If-Match": tag})


@pytest.fixture
def technician(house):
    """Of a house that has all that the demo plan shows."""
    house.change(a_bank, "bank-c", sizes="S")
    house.change(a_hall)
    for room in ("piano-room", "meeting-room"):
        house.change(a_space, room)
    browser = house.signed_in("s003")
    hall = {"id": "hall", "name_zh": "大厅", "name_en": "Hall"}
    assert browser.post("/staff/zones", hall, key="hall").status_code == 201
    return browser


@pytest.fixture
def planned(technician):
    assert put(technician, drawn(), '"0"').status_code == 200
    return technician


def now_of(browser, area, path="/floor-plan/now"):
    return next(one for one in browser.get(path).json()["areas"] if one["area"] == area)


def test_a_house_without_a_plan_says_so(house):
    answer = house.signed_in().get("/floor-plan")

    assert (answer.json()["version"], answer.json()["plan"]["floors"]) == (0, [])
    assert answer.headers["etag"] == '"0"'
    assert house.signed_in().get("/floor-plan/now").json()["areas"] == []


def test_what_is_drawn_is_what_members_read_and_read_again_only_when_it_changed(house, planned):
    member = house.signed_in()
    answer = member.get("/floor-plan")

    assert answer.json()["plan"] == drawn()
    assert member.get("/floor-plan", headers={"If-None-Match": answer.headers["etag"]}).status_code == 304

    assert put(planned, drawn(), '"1"').status_code == 200
    assert member.get("/floor-plan", headers={"If-None-Match": answer.headers["etag"]}).status_code == 200


def test_of_two_who_draw_the_later_is_told_and_the_earlier_is_not_overwritten(house, planned):
    manager = house.signed_in("s001")
    mine, theirs = drawn(), drawn()
    mine["floors"][0]["name_zh"], theirs["floors"][0]["name_zh"] = "我的", "别人的"

    assert put(manager, theirs, '"1"').json()["version"] == 2
    answer = put(planned, mine, '"1"')

    assert (answer.status_code, answer.json()["code"]) == (412, "floor_plan_changed")
    assert planned.get("/staff/floor-plan").json()["plan"] == theirs


@pytest.mark.parametrize("tag", ["1", "*", '"x"', '""', 'W/"1"'])
def test_a_plan_is_saved_only_over_the_one_that_was_read(planned, tag):
    assert put(planned, drawn(), tag).status_code == 422
    assert planned.ask("PUT", "/staff/floor-plan", body=drawn()).status_code == 422


def test_what_is_wrong_is_named_and_nothing_is_saved(planned):
    wrong = drawn()
    wrong["features"] = [one for one in wrong["features"] if one["id"] != "lockers"]

    answer = put(planned, wrong, '"1"')

    assert (answer.status_code, answer.json()["code"]) == (422, "floor_plan_faulty")
    assert {"thing": "way-4", "why": "unknown_spot"} in answer.json()["faults"]
    assert planned.get("/staff/floor-plan").json()["version"] == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan["features"][0]["geometry"].update(type="Point"),
        lambda plan: plan["features"][0]["geometry"]["coordinates"].append([[0, 0]]),
        lambda plan: plan["features"][0]["geometry"]["coordinates"][0].append([1, 2, 3]),
        lambda plan: plan["features"][0]["geometry"]["coordinates"][0][0].__setitem__(0, 1e9),
        lambda plan: plan["features"][0]["properties"].update({"is": "wall"}),
        lambda plan: plan["features"].append(plan["features"][0] | {"id": "../etc"}),
        lambda plan: plan["floors"].extend([plan["floors"][0]] * 9),
        lambda plan: plan["features"].extend([plan["features"][0]] * 801),
    ],
)
def test_what_is_no_plan_is_malformed(planned, change):
    plan = drawn()
    change(plan)

    answer = put(planned, plan, '"1"')

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def test_the_last_twenty_savings_are_kept_to_go_back_to(planned):
    for version in range(1, 25):
        plan = drawn()
        plan["floors"][0]["name_zh"] = f"第{version + 1}版"
        assert put(planned, plan, f'"{version}"').status_code == 200

    kept = [one["version"] for one in planned.get("/staff/floor-plan/versions").json()["items"]]
    assert kept == list(range(25, 5, -1))
    earlier = planned.get("/staff/floor-plan/versions/6").json()
    assert earlier["plan"]["floors"][0]["name_zh"] == "第6版"
    assert planned.get("/staff/floor-plan/versions/5").status_code == 404
    assert put(planned, earlier["plan"], '"3"').json()["code"] == "floor_plan_changed"  # its successor is not kept
    assert put(planned, earlier["plan"], '"25"').json()["version"] == 26


def test_who_saved_a_plan_stands_in_the_audit_trail(house, planned):
    entries = house.signed_in("s001").get("/staff/audit?act=floor_plan_saved").json()["items"]

    assert [one["thing"] for one in entries] == ["floor_plan"]


def test_the_desk_reads_it_and_draws_nothing_and_members_see_no_doors(house, planned):
    desk, member = house.signed_in("s002"), house.signed_in()

    assert desk.get("/staff/floor-plan/now").status_code == 200
    for asked in (put(desk, drawn(), '"1"'), desk.post("/staff/floor-plan/check", {"plan": drawn()})):
        assert asked.status_code == 403
    assert member.get("/staff/floor-plan/now").status_code == 403
    assert member.get("/staff/floor-plan").status_code == 403


def test_a_plan_is_tried_before_it_is_saved(planned):
    plan = drawn()
    plan["features"] = [one for one in plan["features"] if one["properties"].get("kind") != "stairs"]
    plan["features"] = [
        one
        for one in plan["features"]
        if one["properties"].get("of") not in {"stairs", "stairs-up"}
        and not {one["properties"].get("from"), one["properties"].get("to")} & {"stairs-foot", "stairs-head"}
    ]

    tried = planned.post("/staff/floor-plan/check", {"plan": plan, "way": {"to": "piano-room"}}).json()

    assert (tried["faults"], tried["way"]) == ([], None)
    assert "piano-room" in tried["cut_off"]
    whole = planned.post("/staff/floor-plan/check", {"plan": drawn(), "way": {"to": "piano-room"}}).json()
    assert (whole["cut_off"], whole["way"]["legs"][-1]["floor"]) == ([], "first")
    assert planned.get("/staff/floor-plan").json()["version"] == 1


def test_a_member_is_led_from_the_entrance_and_by_the_lift_if_they_want(house, planned):
    member = house.signed_in()

    by_stairs = member.get("/floor-plan/way?to=piano-room").json()
    by_lift = member.get("/floor-plan/way?to=piano-room&step_free=true").json()

    assert (by_stairs["step_free"], by_lift["step_free"]) == (False, True)
    assert by_stairs["length_m"] < by_lift["length_m"]
    assert [leg["floor"] for leg in by_lift["legs"]] == ["ground", "first"]
    assert by_stairs["steps"][0]["text"] == {"zh-CN": "进门后直走 15 米。", "en": "Once inside, walk 15 m."}
    assert member.get("/floor-plan/way?to=attic").status_code == 404
    assert member.get("/floor-plan/way?to=lobby").json()["code"] == "no_way"


def test_a_kiosk_knows_where_it_stands(house, planned):
    by_bank, lost = a_kiosk(house, bank_id="bank-a"), a_kiosk(house, name="别处")
    own = a_kiosk(house, name="大门", bank_id="bank-b")
    own_id = own.get().json()["id"]
    assert put(planned, drawn(kiosk_id=own_id), '"1"').status_code == 200

    assert [one.get("/floor-plan").json()["here"] for one in (own, by_bank, lost)] == ["kiosk", "bank-a", None]
    assert own.get("/floor-plan/way?to=desk").json()["steps"][0]["text"]["zh-CN"] == "背对自助机，直走 9 米。"
    assert lost.get("/floor-plan/way?to=desk").json()["code"] == "kiosk_not_on_floor_plan"
    assert lost.get("/floor-plan/way?to=desk&from=entrance").status_code == 200
    tag = own.get("/floor-plan").headers["etag"]
    assert own.ask("GET", "/floor-plan", headers={"If-None-Match": tag}).status_code == 304


def test_a_space_is_free_in_use_full_or_closed_now_and_says_until_when(house, planned):
    noon = house.clock.now()
    member = house.signed_in()
    assert now_of(member, "piano-room")["state"] == "free"
    assert now_of(member, "piano-room")["until"] == "2026-11-22T14:00:00Z"  # when it closes

    for no, (start, end) in enumerate([(0, 1), (1, 2)]):
        span = {"starts_at": noon + timedelta(hours=start), "ends_at": noon + timedelta(hours=end)}
        wish = {"space_id": "piano-room", **{name: at.isoformat() for name, at in span.items()}}
        assert member.post("/bookings", wish, key=f"b{no}").status_code == 201
    found = now_of(member, "piano-room")
    assert (found["state"], found["until"]) == ("in_use", "2026-11-22T06:00:00Z")  # one after the other are one time

    court = {"starts_at": noon.isoformat(), "ends_at": (noon + timedelta(hours=1)).isoformat()}
    states = [now_of(member, "half-a")["state"]]
    for name in ("court-1", "court-2"):
        assert member.post("/bookings", {"space_id": name, **court}, key=name).status_code == 201
        states.append(now_of(member, "half-a")["state"])
    assert states == ["free", "in_use", "full"]
    assert now_of(member, "hall")["state"] == "in_use"

    house.clock.advance(hours=11)
    assert now_of(member, "piano-room")["state"] == "closed"


def test_a_bank_that_cannot_be_reached_is_unknown_and_never_free(house, planned):
    member = house.signed_in()
    assert {k: now_of(member, "bank-a")[k] for k in ("state", "free", "total")} == {
        "state": "free",
        "free": 2,
        "total": 2,
    }

    for presence in (Presence.OFFLINE, Presence.UNKNOWN):
        house.change(set_presence, presence)
        found = now_of(member, "bank-a")
        assert (found["state"], found["free"], found["total"]) == ("unknown", None, None)


def test_a_bank_without_a_free_compartment_is_full(house, planned):
    house.rent("10001", bank_id="bank-b")

    assert now_of(house.signed_in("10002"), "bank-b")["state"] == "full"


def test_what_a_kiosk_is_told_is_what_members_are(house, planned):
    assert a_kiosk(house).get("/floor-plan/now").json() == house.signed_in().get("/floor-plan/now").json()


def test_staff_see_people_air_doors_and_alerts_and_what_nobody_measures_is_unknown(house, planned):
    store = house.app.state.desk.readings
    (house.centre.directory / "data").mkdir()
    store.prepare()
    at = now_ms(house.clock.now() - timedelta(minutes=1))
    values = [Value("air", "co2", 600.0), Value("air", "temperature", 21.0), Value("door", "motion", 1.0)]
    store.keep([Letter("bank-a", "0" * 16, 1, 1, at, values)])
    planned.ask("PUT", "/staff/devices/bank-a/zone", body={"zone": "hall"})
    house.change(set_door, "01", DoorLevel.OPEN)

    lobby = now_of(planned, "lobby", "/staff/floor-plan/now")
    bank = now_of(planned, "bank-a", "/staff/floor-plan/now")
    elsewhere = now_of(planned, "piano-room", "/staff/floor-plan/now")

    assert (lobby["people"], lobby["air"]) == ("somebody", {"co2": 600.0, "temperature": 21.0, "humidity": None})
    assert (bank["zone"], bank["doors"]) == ("hall", {"open": 1, "shut": 1, "unknown": 0})
    assert (elsewhere["people"], elsewhere["air"]["co2"], elsewhere["zone"]) == ("unknown", None, None)

    house.clock.advance(minutes=20)  # nothing came since
    assert now_of(planned, "lobby", "/staff/floor-plan/now")["people"] == "unknown"


def test_an_alert_is_shown_where_it_is_so(house, planned):
    kiosk = a_kiosk(house)
    kiosk.post("/calls", {})
    assert put(planned, drawn(kiosk_id=kiosk.get().json()["id"]), '"1"').status_code == 200

    found = now_of(planned, "kiosk", "/staff/floor-plan/now")["alerts"]

    assert [one["kind"] for one in found] == ["call_staff"]
    assert now_of(planned, "desk", "/staff/floor-plan/now")["alerts"] == []


def test_how_many_are_in_a_zone_is_told_of_its_area_alone_and_unknown_is_not_nobody(house, planned):
    store = house.app.state.desk.readings
    (house.centre.directory / "data").mkdir()
    store.prepare()
    house.change(a_device, "node", doors=0)
    assert now_of(planned, "lobby", "/staff/floor-plan/now")["headcount"] is None
    planned.ask("PUT", "/staff/devices/node/zone", body={"zone": "hall"})
    planned.ask("PUT", "/staff/devices/bank-a/zone", body={"zone": "hall"})
    for seq, ago_min in enumerate(range(16 * 60, -1, -10), start=1):
        at = now_ms(house.clock.now() - timedelta(minutes=ago_min))
        values = [Value("main", "entries", 3.0 if ago_min == 0 else 0.0), Value("main", "exits", 0.0)]
        store.keep([Letter("node", "0" * 16, seq, 1, at, values)])

    assert now_of(planned, "lobby", "/staff/floor-plan/now")["headcount"] == 3
    assert now_of(planned, "bank-a", "/staff/floor-plan/now")["headcount"] is None

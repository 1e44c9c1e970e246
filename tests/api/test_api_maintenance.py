"""Assets, plans and work orders over HTTP."""

import base64
from datetime import timedelta

import pytest

from gateway.alerts import service as alerts
from gateway.bookings import moving
from gateway.maintenance import assets, running
from gateway.maintenance import plans as plans_service
from gateway.telemetry.store import Letter, Value, now_ms
from tests.api.test_api_staff import all_of
from tests.centre_builder import a_photo, a_space, lock_of

PLACE = {"zh-CN": "大厅 01 号柜", "en": "Compartment 01 at Lobby"}
FAN = {"kind": "fan", "name_zh": "排风扇", "name_en": "Extractor fan"}


@pytest.fixture
def door(house):
    """The id of a lock."""
    return house.change(lock_of, "01")


def repair(browser, lock_id, **more):
    body = {"about": {"what": "lock", "id": lock_id}, "kind": "repair", "reason": "门关不上", **more}
    return browser.post("/staff/work-orders", body)


def test_doors_and_spaces_are_there_by_themselves_and_a_fan_is_added(house, technician):
    house.change(a_space, "room")
    house.change(assets.take_up_all, now=house.clock.now())
    added = technician.post("/staff/assets", FAN, key="fan")

    assert added.status_code == 201
    found = all_of(technician, "/staff/assets", limit=2)
    assert {one["kind"] for one in found} == {"compartment_door", "space", "fan"}
    assert added.json() in found
    [fan] = technician.get("/staff/assets?kind=fan").json()["items"]
    assert (fan["name"], fan["used"]) == ({"zh-CN": "排风扇", "en": "Extractor fan"}, None)


def test_an_asset_tells_its_counters_its_plans_and_that_nothing_is_known_yet(house, technician, door):
    house.change(assets.take_up_all, now=house.clock.now())
    one = next(one for one in all_of(technician, "/staff/assets") if one["lock_id"] == door)
    plan = technician.post(
        "/staff/plans",
        {"asset_kind": "compartment_door", "every_days": 10, "name_zh": "清洁", "name_en": "Clean"},
        key="plan",
    ).json()
    house.clock.advance(days=9)
    technician = house.signed_in("s003")

    shown = technician.get(f"/staff/assets/{one['id']}").json()

    assert (shown["rated_life"], shown["rated_by"], shown["used"]) == (250_000, "cycles", 0)
    assert {use["counter"] for use in shown["uses"]} == {"cycles", "slams"}
    assert [(told["sign"], told["outlook"], told["about"]) for told in shown["outlook"]] == [
        ("slower", "unknown", None),
        ("not_opened", "unknown", None),
    ]
    assert shown["outlook"][0]["text"] == "开门记录还太少，说不准开门快慢的变化。"
    assert [(come["plan_id"], come["share"], come["stage"]) for come in shown["plans"]] == [
        (plan["id"], 0.9, "planned")
    ]
    detail = technician.get(f"/staff/plans/{plan['id']}").json()
    assert len(detail["progress"]) == len(technician.get("/staff/assets?kind=compartment_door").json()["items"])


def test_what_is_foretold_of_a_battery_comes_from_its_readings(house, technician):
    store = house.app.state.desk.readings
    (house.centre.directory / "data").mkdir()
    store.prepare()
    now = house.clock.now()
    letters = []
    for day in range(30):
        at = now_ms(now - timedelta(days=30 - day))
        letters.append(Letter("bank-a", "0" * 16, day + 1, 1, at, [Value("lamp", "battery", 80.0 - day)]))
    store.keep(letters)
    store.roll_up(now_ms=now_ms(now))
    asset = house.change(assets.asset_of, assets.Thing(assets.What.DEVICE, "bank-a"), now=now)
    technician.patch("/me", {"language": "en"})

    [told] = technician.get(f"/staff/assets/{asset.id}").json()["outlook"]

    assert (told["sign"], told["outlook"]) == ("battery", "worsening")
    assert told["text"].startswith("Its battery is at 50 %; at this rate it is out of limits about 2")
    assert told["earliest"] <= told["about"] <= told["latest"]


def test_a_machine_is_given_a_power_sensor_and_tells_its_hours_and_for_how_many_nobody_knows(house, technician, desk):
    store = house.app.state.desk.readings
    (house.centre.directory / "data").mkdir()
    store.prepare()
    began = house.clock.now()
    letters = [
        Letter("plug-1", "0" * 16, no + 1, 1, now_ms(began + timedelta(minutes=5 * no)), [Value("relay", "power", 900)])
        for no in range(60)
    ]
    store.keep(letters[:1])
    fan = technician.post("/staff/assets", FAN).json()["id"]
    at = f"/staff/assets/{fan}"
    [sensor] = technician.get("/staff/sensors").json()["items"]
    named = {"sensor_id": sensor["id"], "runs_from_w": 40}
    for browser, body, code in (
        (desk, named, "not_allowed"),
        (technician, named | {"sensor_id": "99"}, "not_found"),
        (technician, named | {"runs_from_w": 0}, "malformed"),
    ):
        assert browser.ask("PUT", f"{at}/power-sensor", body=body).json()["code"] == code

    told = technician.ask("PUT", f"{at}/power-sensor", body=named).json()

    assert (told["device"], told["sensor"], told["runs_from_w"]) == ("plug-1", "relay", 40)
    store.keep(letters[1:])
    house.clock.advance(hours=7)
    store.roll_up(now_ms=now_ms(house.clock.now()))
    with store.read() as connection:
        found = running.hours(connection, house.change(running.power_sensors), now=house.clock.now())
    house.change(running.keep, found=found)
    technician = house.signed_in("s003")
    body = {"asset_id": fan, "every_uses": 100, "counted_in": "hours_run", "name_zh": "清洗", "name_en": "Wash"}
    plan = technician.post("/staff/plans", body).json()["id"]
    shown = technician.get(at).json()
    assert shown["uses"] == [{"counter": "hours_run", "used": 5, "unknown_h": 0}]
    assert shown["power_sensor"] == told
    assert [(one["plan_id"], one["used"]) for one in shown["plans"]] == [(plan, 0)]
    assert technician.delete(f"{at}/power-sensor").status_code == 204
    assert technician.get(at).json()["power_sensor"] is None


def test_a_rating_is_set_and_an_asset_retired(technician):
    fan = technician.post("/staff/assets", FAN).json()["id"]
    assert technician.patch(f"/staff/assets/{fan}", {"rated_life": 5, "rated_by": None}).json()["code"] == "malformed"
    rated = technician.patch(f"/staff/assets/{fan}", {"rated_life": 5, "rated_by": "people"}).json()
    assert (rated["rated_life"], rated["rated_by"]) == (5, "people")
    assert technician.delete(f"/staff/assets/{fan}").json()["retired_at"] is not None
    assert technician.get("/staff/assets?kind=fan").json()["items"] == []


def test_a_template_is_taken_over_as_it_is_and_a_plan_is_ended(technician):
    templates = technician.get("/staff/plans/templates").json()["items"]
    assert all(one["source"]["en"] and one["source"]["zh-CN"] for one in templates)
    for one in templates:
        body = {key: one[key] for key in ("asset_kind", "every_days", "every_uses", "counted_in")}
        names = {"name_zh": one["name"]["zh-CN"], "name_en": one["name"]["en"]}
        assert technician.post("/staff/plans", body | names).status_code == 201
    made = technician.get("/staff/plans").json()["items"]
    assert len(made) == len(templates)

    assert technician.delete(f"/staff/plans/{made[0]['id']}").json()["ended_at"] is not None
    assert len(technician.get("/staff/plans").json()["items"]) == len(templates) - 1


def test_a_plan_for_one_thing_says_its_name_and_goes_on_saying_it_once_the_thing_is_gone(technician):
    fan = technician.post("/staff/assets", FAN).json()
    rhythm = {"every_days": 5, "name_zh": "清洁", "name_en": "Clean"}
    made = technician.post("/staff/plans", rhythm | {"asset_id": fan["id"]}).json()
    of_all = technician.post("/staff/plans", rhythm | {"asset_kind": "fan"}).json()
    assert (made["asset_id"], made["asset"], of_all["asset"]) == (fan["id"], fan["name"], None)

    technician.delete(f"/staff/assets/{fan['id']}")

    for told in (technician.get(f"/staff/plans/{made['id']}"), technician.delete(f"/staff/plans/{made['id']}")):
        assert told.json()["asset"] == fan["name"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"asset_kind": "fan"},
        {"asset_kind": "fan", "every_uses": 5},
        {"asset_kind": "fan", "asset_id": "x", "every_days": 5},
        {"every_days": 5},
        {"asset_kind": "fan", "every_days": 0},
    ],
)
def test_a_plan_that_says_too_little_or_too_much_is_refused(technician, body):
    names = {"name_zh": "清洁", "name_en": "Clean"}
    assert technician.post("/staff/plans", names | body).status_code in (404, 422)


def test_an_order_goes_its_way_with_parts_time_and_history(house, desk, technician, door):
    opened = repair(desk, door, priority="high", due_at="2026-11-23T04:00:00Z")
    assert opened.status_code == 201
    at = f"/staff/work-orders/{opened.json()['id']}"

    assigned = technician.post(f"{at}/assign", {"member_no": "s003"}).json()
    assert (assigned["assigned_to"], assigned["assigned_name"]) == ("s003", "王晓华")
    assert technician.post(f"{at}/wait", {"note": "等锁体"}).json()["state"] == "WAITING"
    technician.post(f"{at}/notes", {"note": "拆了", "minutes": 20, "parts": [{"name": "螺丝", "count": 2}]})
    technician.patch(at, {"priority": "urgent"})
    body = {"note": "好了", "minutes": 10, "parts": [{"name": "螺丝"}, {"name": "螺丝"}, {"name": "锁体"}]}
    done = technician.post(f"{at}/done", body).json()

    assert (done["state"], done["minutes"], done["priority"], done["reason"]) == ("DONE", 30, "urgent", "门关不上")
    assert done["parts"] == [{"name": "螺丝", "count": 4}, {"name": "锁体", "count": 1}]
    assert [(step["what"], step["by"]) for step in done["steps"]] == [
        ("opened", "s002"),
        ("assigned", "s003"),
        ("waiting", "s003"),
        ("noted", "s003"),
        ("priority", "s003"),
        ("done", "s003"),
    ]
    assert technician.post(f"{at}/notes", {}).json()["code"] == "work_order_closed"
    assert desk.get(at).json() == done
    assert desk.get("/staff/work-orders?state=DONE").json()["items"][0]["id"] == done["id"]


def test_the_desk_may_open_an_order_and_not_work_on_it(desk, technician, door):
    at = f"/staff/work-orders/{repair(desk, door).json()['id']}"
    for path, body in (
        ("assign", {"member_no": "s003"}),
        ("wait", {}),
        ("notes", {}),
        ("done", {}),
        ("cancel", {}),
    ):
        assert desk.post(f"{at}/{path}", body).json()["code"] == "not_allowed"
    assert desk.post("/staff/assets", FAN).json()["code"] == "not_allowed"
    assert technician.post(f"{at}/assign", {"member_no": "s002"}).json()["code"] == "not_a_technician"


def test_an_alert_becomes_one_repair_in_its_own_words(house, desk, door):
    links = {"lock": door, "device": "bank-a"}
    facts = {"kind": "forced", "thing": door, "now": house.clock.now(), "facts": {"place": PLACE}, "links": links}
    alert = house.change(alerts.raise_alert, **facts).id

    opened = desk.post(f"/staff/alerts/{alert}/work-order", {}, key="once")
    again = desk.post(f"/staff/alerts/{alert}/work-order", {})

    order = opened.json()
    assert (order["opened_by"], order["alert_id"], order["priority"], order["kind"]) == (
        "alert",
        alert,
        "urgent",
        "repair",
    )
    assert order["reason"].startswith("大厅 01 号柜：门开了")
    assert desk.post(f"/staff/alerts/{alert}/work-order", {}, key="once").json() == order
    assert (again.status_code, again.json()["code"], again.json()["order_id"]) == (
        409,
        "work_order_exists",
        order["id"],
    )
    desk.patch("/me", {"language": "en"})
    assert desk.get(f"/staff/work-orders/{order['id']}").json()["reason"].startswith("Compartment 01 at Lobby: the")


def test_an_alert_about_a_board_becomes_work_on_its_device_and_one_about_no_thing_none(house, desk):
    now = house.clock.now()
    facts = {"facts": {"place": PLACE}, "now": now}
    board = house.change(
        alerts.raise_alert, kind="board_dead", thing="bank-a/usb0#1", links={"device": "bank-a"}, **facts
    )
    broker = house.change(alerts.raise_alert, kind="broker_away", thing="machine", **facts)

    order = desk.post(f"/staff/alerts/{board.id}/work-order", {}).json()
    [asset] = desk.get("/staff/assets?kind=device").json()["items"]
    assert (order["asset_id"], asset["device_id"]) == (asset["id"], "bank-a")
    assert desk.post(f"/staff/alerts/{broker.id}/work-order", {}).json()["code"] == "nothing_to_repair"


def test_failures_and_repairs_are_told_by_kind_and_asset_with_their_meaning(house, door):
    asset = house.change(assets.asset_of, assets.Thing(assets.What.LOCK, door), now=house.clock.now())
    house.clock.advance(hours=10)
    technician = house.signed_in("s003")
    at = f"/staff/work-orders/{repair(technician, door).json()['id']}"
    house.clock.advance(hours=4)
    technician = house.signed_in("s003")
    technician.post(f"{at}/done", {})
    house.clock.advance(hours=6)
    technician = house.signed_in("s003")

    told = technician.get("/staff/assets/reliability?from=2026-11-20&to=2026-11-30").json()

    figures = {"failures": 1, "mtbf_h": 16.0, "mttr_h": 4.0}
    assert told["kinds"] == [{"kind": "compartment_door", **figures}]
    assert [(one["asset_id"], one["mtbf_h"]) for one in told["assets"]] == [(asset.id, 16.0)]
    assert {one["figure"] for one in told["definitions"]} == set(figures)
    refused = technician.get("/staff/assets/reliability?from=2026-11-30&to=2026-11-20").json()
    assert refused["code"] == "malformed"


def test_tables_are_taken_along_and_no_cell_is_run_as_a_formula(desk, technician, door):
    repair(desk, door, reason="=1+1")
    technician.post("/staff/assets", FAN)

    orders, things = (desk.get(f"/staff/{what}/export.csv") for what in ("work-orders", "assets"))

    assert orders.headers["content-type"].startswith("text/csv")
    assert "'=1+1" in orders.text
    assert "排风扇" in things.text
    assert len(things.text.splitlines()) == 3


def test_an_order_names_one_thing(technician, door):
    body = {"kind": "repair", "reason": "x"}
    for about in ({}, {"asset_id": "x", "about": {"what": "lock", "id": door}}):
        assert technician.post("/staff/work-orders", body | about).json()["code"] == "malformed"
    assert repair(technician, "nothing").status_code == 404


def test_planned_work_comes_with_its_plan_and_ends_its_round(house, technician, door):
    house.change(assets.take_up_all, now=house.clock.now())
    asset = house.change(assets.asset_of, assets.Thing(assets.What.LOCK, door), now=house.clock.now())
    body = {"asset_id": asset.id, "every_days": 10, "name_zh": "清洁", "name_en": "Clean", "blocks_when_due": True}
    plan = technician.post("/staff/plans", body).json()["id"]
    house.clock.advance(days=10)
    technician = house.signed_in("s003")
    house.change(plans_service.look_after, plan_id=plan, asset_id=asset.id, now=house.clock.now())

    [order] = technician.get(f"/staff/work-orders?asset_id={asset.id}").json()["items"]
    assert (order["plan_id"], order["opened_by"], order["blocks"], order["opened_by_no"]) == (plan, "plan", True, None)
    assert order["reason"] == "清洁：本周期已过 100 %。"
    technician.post(f"/staff/work-orders/{order['id']}/done", {"replaced": True})
    assert technician.get(f"/staff/plans/{plan}").json()["progress"][0]["share"] == 0.0
    assert technician.get(f"/staff/assets/{asset.id}").json()["since"] == "2026-12-02T04:00:00Z"


def test_what_members_report_becomes_one_repair_and_each_of_them_reads_the_answer(house, desk):
    house.change(a_space, "room")
    phones = [house.signed_in(number) for number in ("10001", "10002")]
    broken = {"about": "space", "thing_id": "room", "wrong": "water", "words": "空调"}
    photo = base64.b64encode(a_photo()).decode()
    first, second = (phone.post("/reports", {**broken, "photo": photo}, key="r").json()["id"] for phone in phones)

    opened = desk.post(f"/staff/reports/{first}/work-order", {"answer": "马上修"})

    order = opened.json()
    assert opened.status_code == 201
    assert (order["opened_by"], order["report_id"], order["has_photo"]) == ("report", first, True)
    assert order["reason"] == "会员报修：漏水。 空调"
    for phone in phones:
        [report] = phone.get("/reports").json()["items"]
        assert (report["state"], report["answer"]) == ("LOOKED_AT", "马上修")
    again = desk.post(f"/staff/reports/{second}/work-order", {"answer": "x"}).json()
    assert (again["code"], again["order_id"]) == ("work_order_exists", order["id"])


def test_a_report_about_no_thing_is_not_made_a_repair(house, desk):
    report = house.signed_in("10001").post("/reports", {"about": "elsewhere", "wrong": "dirty"}, key="r").json()["id"]
    assert desk.post(f"/staff/reports/{report}/work-order", {"answer": "x"}).json()["code"] == "nothing_to_repair"
    assert desk.get("/staff/work-orders").json()["items"] == []


def test_work_that_blocks_a_space_lets_nobody_book_it_and_has_another_offered_to_whoever_had(house, technician):
    house.change(a_space, "room")
    hours = [
        {"space_id": "room", "starts_at": f"2026-11-23T{at:02}:00:00Z", "ends_at": f"2026-11-23T{at + 1:02}:00:00Z"}
        for at in (2, 3)
    ]
    phone, other = house.signed_in("10001"), house.signed_in("10002")
    booking = phone.post("/bookings", hours[0], key="mine").json()["id"]
    body = {"about": {"what": "space", "id": "room"}, "kind": "repair", "reason": "漏水", "blocks": True}

    order = technician.post("/staff/work-orders", body).json()

    assert other.post("/bookings", hours[1], key="early").json()["code"] == "in_maintenance"
    with house.centre.sessions.read() as session:
        assert list(moving.unoffered(session, now=house.clock.now())) == [booking]
    assert technician.post(f"/staff/work-orders/{order['id']}/done", {}).json()["state"] == "DONE"
    assert other.post("/bookings", hours[1], key="later").status_code == 201
    with house.centre.sessions.read() as session:
        assert list(moving.unoffered(session, now=house.clock.now())) == []


def test_a_standing_order_takes_its_space_out_of_order_and_gives_it_back_and_members_are_offered_others(
    house, technician
):
    house.change(a_space, "room")
    house.change(a_space, "study")
    hours = {"space_id": "room", "starts_at": "2026-11-23T02:00:00Z", "ends_at": "2026-11-23T03:00:00Z"}
    phone = house.signed_in("10001")
    booking = phone.post("/bookings", hours, key="mine").json()["id"]
    body = {"about": {"what": "space", "id": "room"}, "kind": "repair", "reason": "漏水", "priority": "high"}
    order = technician.post("/staff/work-orders", body).json()["id"]

    blocked = technician.patch(f"/staff/work-orders/{order}", {"blocks": True}).json()

    assert (blocked["blocks"], blocked["priority"], blocked["steps"][-1]["what"]) == (True, "high", "blocks")
    policy, now = house.centre.booking_policy, house.clock.now()
    house.change(moving.offer, booking_id=booking, policy=policy, now=now)
    with house.centre.sessions.read() as session:
        offer = moving.open_offer(session, booking).id
    assert [one["booking_id"] for one in phone.get("/move-offers").json()["items"]] == [booking]

    freed = technician.patch(f"/staff/work-orders/{order}", {"priority": "low", "blocks": False}).json()

    assert (freed["blocks"], freed["priority"], freed["state"]) == (False, "low", "OPEN")
    assert technician.get("/staff/outages").json()["items"] == []
    house.change(moving.look_after, offer_id=offer, policy=policy, now=now)
    assert phone.get("/move-offers").json()["items"] == []
    assert phone.get(f"/bookings/{booking}").json()["state"] == "CONFIRMED"


def test_what_staff_give_back_by_hand_is_in_use_by_its_order_too(house, technician, desk, door):
    house.change(a_space, "room")
    for about in ({"what": "space", "id": "room"}, {"what": "lock", "id": door}):
        body = {"about": about, "kind": "repair", "reason": "坏了", "blocks": True}
        order = technician.post("/staff/work-orders", body).json()["id"]
        if about["what"] == "space":
            [outage] = desk.get("/staff/outages").json()["items"]
            assert desk.post(f"/staff/outages/{outage['id']}/end", {}).status_code == 200
        else:
            [box] = desk.get("/staff/compartments?condition=out_of_service").json()["items"]
            assert desk.patch(f"/staff/compartments/{box['id']}", {"condition": "ready", "reason": "x"}).is_success
        told = technician.get(f"/staff/work-orders/{order}").json()
        assert (told["blocks"], told["state"]) == (False, "OPEN")
        assert (told["steps"][-1]["what"], told["steps"][-1]["by"]) == ("frees", "s002")


@pytest.mark.parametrize("change", [{}, {"due_at": None}, {"blocks": True, "due_at": None}, {"blocks": "yes"}])
def test_a_change_of_a_work_order_that_says_nothing_whole_is_refused(house, technician, change):
    house.change(a_space, "room")
    body = {"about": {"what": "space", "id": "room"}, "kind": "repair", "reason": "漏水"}
    order = technician.post("/staff/work-orders", body).json()["id"]

    assert technician.patch(f"/staff/work-orders/{order}", change).status_code == 422
    assert house.signed_in("s002").patch(f"/staff/work-orders/{order}", {"blocks": True}).status_code == 403

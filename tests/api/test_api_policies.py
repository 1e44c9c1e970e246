"""Groups and rules over HTTP, on both databases: who sets them, what they do, and what is said of them."""

import pytest

from tests.centre_builder import a_hall, a_space

HOUR = {"starts_at": "2026-11-22T06:00:00Z", "ends_at": "2026-11-22T07:00:00Z"}
EAST = {"id": "east", "kind": "branch", "name_zh": "东区分会", "name_en": "East branch"}
RETIRED = {"id": "retired", "kind": "standing", "name_zh": "退休职工", "name_en": "Retired"}


@pytest.fixture
def house(house_on_each):
    house_on_each.change(a_space, "room")
    house_on_each.change(a_hall)
    return house_on_each


def put(browser, path, body):
    return browser.ask("PUT", path, body=body)


def book(phone, space_id="room", **more):
    return phone.post("/bookings", {"space_id": space_id, **HOUR} | more, key=f"{space_id} {more}")


def test_a_manager_makes_groups_and_the_desk_says_who_is_in_them(house, manager):
    desk = house.signed_in("s002")

    made = manager.post("/staff/groups", EAST)
    manager.post("/staff/groups", RETIRED)
    set_ = put(desk, "/staff/members/10001/groups", {"groups": ["east", "retired"]})

    assert (made.status_code, made.json()["name"]) == (201, {"zh-CN": "东区分会", "en": "East branch"})
    assert [one["id"] for one in desk.get("/staff/groups").json()["items"]] == ["east", "retired"]
    assert (set_.status_code, [one["id"] for one in set_.json()["groups"]]) == (200, ["east", "retired"])
    assert desk.get("/staff/members/10001/groups").json() == set_.json()
    assert desk.get("/staff/members/10002/groups").json() == {"groups": []}
    assert manager.post("/staff/groups", EAST).json()["code"] == "group_exists"
    assert manager.delete("/staff/groups/east").json()["code"] == "group_in_use"
    put(desk, "/staff/members/10001/groups", {"groups": []})
    assert manager.delete("/staff/groups/east").status_code == 204
    assert put(desk, "/staff/members/10001/groups", {"groups": ["east"]}).status_code == 404
    assert put(desk, "/staff/members/99999/groups", {"groups": []}).status_code == 404


@pytest.mark.parametrize("member_no", ["10001", "s002", "s003"])
def test_only_a_manager_makes_groups_and_rules(house, manager, member_no):
    put(manager, "/staff/policies/r", {"rule": "guests", "limit": 1})
    somebody = house.signed_in(member_no)

    for answer in (
        somebody.post("/staff/groups", EAST),
        put(somebody, "/staff/policies/r", {"rule": "guests", "limit": 9}),
        somebody.delete("/staff/policies/r"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("member_no", ["10001", "s003"])
def test_only_the_desk_and_managers_see_who_is_in_which_group(house, member_no):
    somebody = house.signed_in(member_no)

    assert somebody.get("/staff/members/10001/groups").status_code == 403
    assert put(somebody, "/staff/members/10001/groups", {"groups": []}).status_code == 403


def test_the_rules_of_the_house_are_its_settings_until_others_are_set(manager, phone):
    listed = manager.get("/staff/policies").json()["items"]
    found = {one["rule"]: one["limit"] for one in listed}
    assert (found["days_ahead"], found["max_minutes"], found["most_ahead"]) == (14, 120, 4)
    assert all(one["from_settings"] for one in listed)

    wanted = {"rule": "max_minutes", "limit": 60, "layer": "space_kind", "scope": "room"}
    set_ = put(manager, "/staff/policies/short", wanted)

    told = {**wanted, "id": "short", "group": None, "lifts": False, "peak": None, "from_settings": False}
    assert (set_.status_code, set_.json()) == (200, told)
    assert manager.get("/staff/policies").json()["items"][-1] == told
    refused = book(phone, ends_at="2026-11-22T08:00:00Z")
    assert (refused.status_code, refused.json()["code"]) == (409, "policy.max_minutes")
    facts = {name: refused.json()[name] for name in ("rule", "limit", "value", "rule_id", "layer", "scope")}
    assert facts == {
        "rule": "max_minutes",
        "limit": 60,
        "value": 120,
        "rule_id": "short",
        "layer": "space_kind",
        "scope": "room",
    }
    assert refused.json()["detail"] == "一次最多预订 60 分钟。"
    assert manager.delete("/staff/policies/short").status_code == 204
    assert book(phone, ends_at="2026-11-22T08:00:00Z").status_code == 201
    assert manager.delete("/staff/policies/short").status_code == 404


def test_a_setting_is_replaced_by_a_rule_of_its_name_and_comes_back_without_it(manager):
    put(manager, "/staff/policies/bookings.days_ahead", {"rule": "days_ahead", "limit": 30})

    def days_ahead():
        found = manager.get("/staff/policies").json()["items"]
        return [(one["limit"], one["from_settings"]) for one in found if one["rule"] == "days_ahead"]

    assert days_ahead() == [(30, False)]
    manager.delete("/staff/policies/bookings.days_ahead")
    assert days_ahead() == [(14, True)]


def test_a_peak_quota_of_a_branch_counts_all_its_members(house, manager, phone):
    manager.post("/staff/groups", EAST)
    for member_no in ("10001", "10002"):
        put(manager, f"/staff/members/{member_no}/groups", {"groups": ["east"]})
    peak = {"days": "67", "from_min": 13 * 60, "until_min": 18 * 60}
    put(manager, "/staff/policies/peak", {"rule": "branch_peak_minutes", "limit": 60, "peak": peak})
    house.change(a_space, "lawn")

    booked, refused = book(phone), book(house.signed_in("10002"), "lawn")

    assert booked.status_code == 201
    assert (refused.json()["code"], refused.json()["value"]) == ("policy.branch_peak_minutes", 120)
    assert "13:00 至 18:00" in refused.json()["detail"]


def test_whoever_comes_along_is_counted(manager, phone):
    put(manager, "/staff/policies/guests", {"rule": "guests", "limit": 2})

    assert book(phone, guests=3).json()["code"] == "policy.guests"
    assert book(phone, guests=2).json()["guests"] == 2
    assert book(phone, "hall", guests=-1).json()["field"] == "guests"


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ({"rule": "guests", "limit": -1}, 422),
        ({"rule": "guests", "limit": "3"}, 422),
        ({"rule": "luck", "limit": 3}, 422),
        ({"rule": "guests", "limit": 3, "layer": "space", "scope": "attic"}, 404),
        ({"rule": "may_use", "limit": 0, "layer": "bank", "scope": "bank-z"}, 404),
        ({"rule": "guests", "limit": 3, "layer": "space_kind", "scope": "attic"}, 422),
        ({"rule": "guests", "limit": 3, "scope": "room"}, 422),
        ({"rule": "guests", "limit": 3, "group": "nobody"}, 404),
        ({"rule": "guests", "limit": 3, "lifts": True}, 422),
        ({"rule": "may_use", "limit": 2}, 422),
        ({"rule": "peak_minutes", "limit": 60}, 422),
        ({"rule": "peak_minutes", "limit": 60, "peak": {"days": "8", "from_min": 0, "until_min": 60}}, 422),
        ({"rule": "peak_minutes", "limit": 60, "peak": {"days": "", "from_min": 0, "until_min": 60}}, 422),
        ({"rule": "peak_minutes", "limit": 60, "peak": {"days": "1", "from_min": 60, "until_min": 60}}, 422),
    ],
)
def test_a_rule_that_means_nothing_is_not_set(manager, rule, status):
    assert put(manager, "/staff/policies/r", rule).status_code == status
    assert all(one["from_settings"] for one in manager.get("/staff/policies").json()["items"])


def test_who_set_what_is_in_the_trail(manager):
    put(manager, "/staff/policies/guests", {"rule": "guests", "limit": 2})

    [entry] = [one for one in manager.get("/staff/audit?limit=200").json()["items"] if one["act"] == "policy_set"]
    assert (entry["thing"], entry["detail"]["rule"], entry["detail"]["limit"]) == ("guests", "guests", 2)


def test_a_manager_sees_whom_a_rule_would_refuse_before_setting_it(house, manager, phone):
    booking = book(phone, ends_at="2026-11-22T08:00:00Z").json()
    wanted = {"id": "short", "rule": "max_minutes", "limit": 60, "layer": "space", "scope": "room"}

    seen = manager.post("/staff/policies/preview", wanted)

    assert (seen.status_code, seen.json()["members"]) == (200, 1)
    [found] = seen.json()["bookings"]
    assert (found["booking_id"], found["member_no"], found["because"]["value"]) == (booking["id"], "10001", 120)
    assert all(one["from_settings"] for one in manager.get("/staff/policies").json()["items"]), "nothing is set"
    put(manager, "/staff/policies/short", {name: wanted[name] for name in wanted if name != "id"})
    assert phone.get(f"/bookings/{booking['id']}").json()["state"] == "CONFIRMED"
    assert house.signed_in("s002").post("/staff/policies/preview", wanted).status_code == 403
    assert manager.post("/staff/policies/preview", wanted | {"scope": "attic"}).status_code == 404
    assert manager.post("/staff/policies/preview", wanted | {"lifts": True}).json()["field"] == "lifts"

"""Asking beforehand, over HTTP, on both databases: which rule says so, in words, and what holds for me."""

import pytest

from tests.centre_builder import a_hall, a_space

HOUR = "starts_at=2026-11-22T06:00:00Z&ends_at=2026-11-22T07:00:00Z"
LONG = "starts_at=2026-11-22T06:00:00Z&ends_at=2026-11-22T10:00:00Z"


@pytest.fixture
def house(house_on_each):
    house_on_each.change(a_space, "room")
    house_on_each.change(a_hall)
    return house_on_each


def put(browser, path, body):
    assert browser.ask("PUT", path, body=body).status_code == 200


def explain(browser, query):
    answer = browser.get(f"/explain?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_whoever_may_is_told_so_with_every_rule_that_was_looked_at(phone):
    told = explain(phone, f"act=book&space_id=room&{HOUR}")

    assert (told["allowed"], told["code"], told["decided_by"]) == (True, None, None)
    assert told["sentence"] == {"zh-CN": "可以。", "en": "Yes, you can."}
    looked_at = {one["rule"]: (one["limit"], one["value"], one["allows"], one["rule_id"]) for one in told["looked_at"]}
    assert looked_at["days_ahead"] == (14, 0, True, "bookings.days_ahead")
    assert looked_at["max_minutes"] == (120, 60, True, "bookings.max_minutes")


def test_whoever_may_not_is_told_which_rule_says_so_and_what_it_would_allow(phone):
    told = explain(phone, f"act=book&space_id=room&{LONG}")
    refused = phone.post("/bookings", {"space_id": "room", **dict(p.split("=") for p in LONG.split("&"))}, key="x")

    assert (told["allowed"], told["code"]) == (False, refused.json()["code"])
    decided = told["decided_by"]
    assert {name: decided[name] for name in ("rule", "limit", "value", "rule_id")} == {
        name: refused.json()[name] for name in ("rule", "limit", "value", "rule_id")
    }
    assert told["sentence"] == {"zh-CN": "一次最多预订 120 分钟。", "en": "A booking can last at most 120 minutes."}
    assert refused.json()["detail"] == told["sentence"]["zh-CN"]


def test_a_group_and_its_peak_hours_are_told(manager, phone):
    manager.post("/staff/groups", {"id": "east", "kind": "branch", "name_zh": "东区", "name_en": "East"})
    put(manager, "/staff/members/10001/groups", {"groups": ["east"]})
    peak = {"days": "7", "from_min": 780, "until_min": 1080}
    put(manager, "/staff/policies/peak", {"rule": "peak_minutes", "limit": 30, "group": "east", "peak": peak})

    decided = explain(phone, f"act=book&space_id=room&{HOUR}")["decided_by"]

    assert (decided["group"], decided["peak"], decided["layer"]) == ("east", peak, "centre")
    assert "13:00 to 18:00" in decided["sentence"]["en"]


def test_the_houses_own_reasons_are_told_too(manager, phone):
    put(manager, "/staff/calendar/2026-11-24", {"kind": "closed", "reason": "repairs"})
    past = explain(phone, "act=book&space_id=room&starts_at=2026-11-22T02:00:00Z&ends_at=2026-11-22T03:00:00Z")
    night = explain(phone, "act=book&space_id=room&starts_at=2026-11-22T16:00:00Z&ends_at=2026-11-22T17:00:00Z")
    closed = explain(phone, "act=book&space_id=room&starts_at=2026-11-24T02:00:00Z&ends_at=2026-11-24T03:00:00Z")

    assert [one["code"] for one in (past, night, closed)] == [
        "booking_in_the_past",
        "policy.opening_hours",
        "policy.closed_day",
    ]
    assert all("repairs" in sentence for sentence in closed["sentence"].values())
    assert past["decided_by"] is None


def test_moving_and_cancelling_are_explained_for_ones_own_booking_alone(house, manager, phone):
    put(manager, "/staff/policies/late", {"rule": "cancel_before", "limit": 180})
    wish = {"space_id": "room", **dict(p.split("=") for p in HOUR.split("&"))}
    booking_id = phone.post("/bookings", wish, key="b").json()["id"]

    for query in (f"act=cancel&booking_id={booking_id}", f"act=move&booking_id={booking_id}&{LONG}"):
        told = explain(phone, query)
        assert told["code"] in ("policy.cancel_before", "policy.max_minutes")
        assert any((one["rule"], one["value"]) == ("cancel_before", 120) for one in told["looked_at"])
        assert house.signed_in("10002").get(f"/explain?{query}").status_code == 404


def test_staff_ask_for_a_member_and_members_for_nobody_else(house, manager, phone):
    manager.post("/staff/groups", {"id": "east", "kind": "branch", "name_zh": "东区", "name_en": "East"})
    put(manager, "/staff/members/10001/groups", {"groups": ["east"]})
    put(manager, "/staff/policies/closed", {"rule": "may_use", "limit": 0, "group": "east"})
    query = f"act=book&space_id=room&{HOUR}&member_no="

    assert explain(house.signed_in("s002"), query + "10001")["code"] == "policy.may_use"
    assert explain(manager, query + "10002")["code"] is None
    assert manager.get(f"/explain?{query}99999").status_code == 404
    for member_no in ("10001", "s003"):
        answer = house.signed_in(member_no).get(f"/explain?{query}10002")
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "act"),
        ("act=dance", "act"),
        (f"act=book&{HOUR}", "space_id"),
        ("act=book&space_id=room&ends_at=2026-11-22T07:00:00Z", "starts_at"),
        ("act=book&space_id=room&starts_at=2026-11-22T07:00:00Z&ends_at=2026-11-22T07:00:00Z", "ends_at"),
        ("act=book&space_id=room&starts_at=today&ends_at=2026-11-22T07:00:00Z", "starts_at"),
        ("act=cancel", "booking_id"),
        ("act=rent", "bank_id"),
        ("act=extend", "rental_id"),
    ],
)
def test_a_question_that_is_not_whole_is_malformed(phone, query, field):
    answer = phone.get(f"/explain?{query}")

    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_what_is_not_there_cannot_be_explained(phone):
    assert phone.get(f"/explain?act=book&space_id=attic&{HOUR}").status_code == 404
    assert phone.get("/explain?act=cancel&booking_id=nothing").status_code == 404


def test_a_member_reads_what_holds_for_them_at_each_space(manager, phone):
    put(manager, "/staff/policies/hall", {"rule": "max_minutes", "limit": 60, "layer": "space", "scope": "hall"})
    put(manager, "/staff/policies/closed", {"rule": "may_use", "limit": 0, "layer": "space", "scope": "half-b"})
    put(manager, "/staff/policies/late", {"rule": "cancel_before", "limit": 30})

    told = phone.get("/me/policy").json()

    assert (told["zone"], told["key_early_min"], told["no_show_after_min"]) == ("Asia/Shanghai", 10, 15)
    by_id = {one["space_id"]: one for one in told["spaces"]}
    assert by_id["room"] == {
        "space_id": "room",
        "may_use": True,
        "needs_approval": False,
        "days_ahead": 14,
        "opens_at_min": None,
        "week_opens_at_min": None,
        "ballot_closes_at_min": None,
        "min_minutes": None,
        "max_minutes": 120,
        "most_ahead": 4,
        "guests": None,
        "cancel_before_min": 30,
    }
    assert [by_id[one]["max_minutes"] for one in ("hall", "court-1", "room")] == [60, 60, 120]
    assert [by_id[one]["may_use"] for one in ("half-a", "court-3")] == [True, False]


def test_renting_and_extending_are_explained_too(house, manager, phone):
    put(manager, "/staff/policies/b", {"rule": "max_days", "limit": 2, "layer": "bank", "scope": "bank-b"})
    late = "ends_at=2026-11-26T04:00:00Z"

    assert explain(phone, "act=rent&bank_id=bank-b")["allowed"]
    told = explain(phone, f"act=rent&bank_id=bank-b&{late}")
    assert (told["code"], told["decided_by"]["limit"], told["decided_by"]["value"]) == ("policy.max_days", 2, 4)
    assert explain(phone, f"act=rent&bank_id=bank-a&{late}")["allowed"]
    rental_id = house.rent("10001", bank_id="bank-b")["id"]
    assert explain(phone, "act=rent&bank_id=bank-a")["code"] == "already_rented"
    assert explain(phone, f"act=extend&rental_id={rental_id}&{late}")["code"] == "policy.max_days"
    assert house.signed_in("10002").get(f"/explain?act=extend&rental_id={rental_id}&{late}").status_code == 404
    assert phone.get("/explain?act=rent&bank_id=bank-z").status_code == 404
    at_banks = {one["bank_id"]: one for one in phone.get("/me/policy").json()["banks"]}
    assert at_banks["bank-b"] == {"bank_id": "bank-b", "may_use": True, "max_days": 2, "rentals_at_once": 1}
    assert at_banks["bank-a"]["max_days"] == 7


def test_waiting_and_a_series_are_explained_beforehand(house, phone):
    hour = "starts_at=2026-11-23T02:00:00Z&ends_at=2026-11-23T03:00:00Z"
    free = phone.get(f"/explain?act=wait&space_id=room&{hour}").json()
    assert (free["allowed"], free["code"]) == (False, "slot_free")
    assert free["sentence"]["en"] == "Nobody has that time: you can book it now."

    told = phone.get(f"/explain?act=book&space_id=room&{hour}&recurrence=FREQ=DAILY;COUNT=6").json()
    assert [one["allowed"] for one in told["times"]] == [True] * 4 + [False] * 2
    last = told["times"][-1]
    assert (last["day"], last["code"], last["decided_by"]["limit"]) == ("2026-11-28", "policy.most_ahead", 4)
    assert "4" in last["sentence"]["en"]
    bad = phone.get(f"/explain?act=book&space_id=room&{hour}&recurrence=NEVER")
    assert bad.status_code == 422
    assert "recurrence" in bad.text

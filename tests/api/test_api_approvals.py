"""Asking staff, and staff who book for somebody, over HTTP and on both databases."""

import pytest

from gateway.fleet import queries as fleet
from tests.centre_builder import a_device, a_space

HOUR = {"starts_at": "2026-11-22T06:00:00Z", "ends_at": "2026-11-22T07:00:00Z"}
LONG = {"starts_at": "2026-11-22T06:00:00Z", "ends_at": "2026-11-22T10:00:00Z"}


@pytest.fixture
def house(house_on_each):
    house_on_each.change(furnish)
    return house_on_each


def furnish(session):
    a_device(session, "doors", doors=1)
    a_space(session, "room", lock_id=fleet.lock_at(session, "doors", 1).id)


@pytest.fixture
def asked(house, phone):
    return ask_for_the_room(house, phone)


def ask_for_the_room(house, phone):
    """A booking that waits for an answer."""
    rule = {"rule": "needs_approval", "limit": 1, "layer": "space", "scope": "room"}
    assert house.signed_in("s001").ask("PUT", "/staff/policies/ask", body=rule).status_code == 200
    answer = phone.post("/bookings", {"space_id": "room", **HOUR}, key="ask")
    assert (answer.status_code, answer.json()["state"]) == (201, "PENDING")
    return answer.json()


def test_the_desk_finds_what_waits_and_says_yes(house, phone, desk, asked):
    [waiting] = desk.get("/staff/bookings?state=pending").json()["items"]
    assert (waiting["id"], waiting["member_no"], waiting["space_id"]) == (asked["id"], "10001", "room")

    said = desk.post(f"/staff/bookings/{asked['id']}/approve", {})

    assert (said.status_code, said.json()["state"]) == (200, "CONFIRMED")
    assert phone.get(f"/bookings/{asked['id']}").json()["state"] == "CONFIRMED"
    [notice] = phone.get("/notices").json()["items"]
    assert notice["kind"] == "booking_approved"
    assert "2026-11-22 14:00" in notice["text"]
    assert desk.get("/staff/bookings").json()["items"] == []
    assert desk.post(f"/staff/bookings/{asked['id']}/deny", {"reason": "x"}).json()["code"] == "booking_not_pending"


def test_the_desk_says_no_and_the_member_reads_why(phone, desk, asked):
    said = desk.post(f"/staff/bookings/{asked['id']}/deny", {"reason": "合唱排练"})

    assert (said.status_code, said.json()["state"], said.json()["denied_for"]) == (200, "DENIED", "合唱排练")
    [notice] = phone.get("/notices").json()["items"]
    assert "合唱排练" in notice["text"]
    assert phone.delete(f"/bookings/{asked['id']}").json()["code"] == "booking_denied"
    assert desk.post(f"/staff/bookings/{asked['id']}/deny", {}).json()["field"] == "reason"


def test_nothing_opens_and_nobody_checks_in_before_the_yes(house, phone, asked):
    house.clock.advance(hours=1, minutes=55)
    house.pulse()

    for path, body in ((f"/bookings/{asked['id']}/check-in", {}), ("/unlocks", {"booking_id": asked["id"]})):
        answer = phone.post(path, body, key="early")
        assert (answer.status_code, answer.json()["code"]) == (409, "booking_pending")
    house.signed_in("s002").post(f"/staff/bookings/{asked['id']}/approve", {})
    assert phone.post("/unlocks", {"booking_id": asked["id"]}, key="now").status_code == 202


def test_whoever_asks_beforehand_is_told_that_staff_must_agree(phone, asked):
    told = phone.get("/explain?act=book&space_id=room&starts_at=2026-11-22T08:00:00Z&ends_at=2026-11-22T09:00:00Z")

    assert (told.json()["allowed"], told.json()["needs_approval"]) == (True, True)
    assert told.json()["decided_by"]["rule_id"] == "ask"
    assert [one["needs_approval"] for one in phone.get("/me/policy").json()["spaces"]] == [True]


def for_wang(desk, key="b", **more):
    return desk.post("/staff/bookings", {"member_no": "10001", "space_id": "room", **HOUR} | more, key=key)


def test_the_desk_books_for_a_member_within_the_rules(house, phone, desk):
    made = for_wang(desk)

    assert (made.status_code, made.json()["state"], made.json()["member_no"]) == (201, "CONFIRMED", "10001")
    assert [one["id"] for one in phone.get("/bookings").json()["items"]] == [made.json()["id"]]
    assert for_wang(desk).json() == made.json(), "the same key books once"
    assert for_wang(desk, "long", **LONG).json()["code"] == "policy.max_minutes"
    assert for_wang(desk, "nobody", member_no="99999").status_code == 404
    assert for_wang(desk, "blank", override=" ").json()["field"] == "override"


def test_the_desk_books_past_a_rule_with_a_reason_and_never_past_another_booking(house, desk):
    made = for_wang(desk, override="choir concert", **LONG)

    assert made.status_code == 201
    trail = house.signed_in("s001").get("/staff/audit?limit=200").json()["items"]
    [entry] = [one for one in trail if one["act"] == "policy_overridden"]
    [rule] = entry["detail"]["rules"]
    assert (entry["detail"]["reason"], rule["rule"], rule["limit"], rule["value"]) == (
        "choir concert",
        "max_minutes",
        120,
        240,
    )
    refused = for_wang(desk, "again", member_no="10002", override="me first")
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")


@pytest.mark.parametrize("member_no", ["10001", "s003"])
def test_others_neither_answer_nor_book_for_anybody(house, asked, member_no):
    somebody = house.signed_in(member_no)

    assert somebody.get("/staff/bookings").status_code == 403
    assert somebody.post(f"/staff/bookings/{asked['id']}/approve", {}).status_code == 403
    assert somebody.post(f"/staff/bookings/{asked['id']}/deny", {"reason": "x"}).status_code == 403
    assert for_wang(somebody, override="x").status_code == 403


SHEET = "member_no,space_id,starts_at,ends_at\n10001,room,2026-11-22 14:00,2026-11-22 15:00\n"


def test_a_sheet_of_bookings_is_looked_at_first_and_then_made(desk, phone):
    looked = desk.post("/staff/bookings/import", {"csv": SHEET})
    assert (looked.status_code, looked.json()["is_done"]) == (200, False)
    assert phone.get("/bookings").json()["items"] == []

    done = desk.post("/staff/bookings/import", {"csv": SHEET, "dry_run": False}, key="season")
    again = desk.post("/staff/bookings/import", {"csv": SHEET, "dry_run": False}, key="season")

    [line] = done.json()["lines"]
    assert (line["line"], line["booking"]["member_no"], done.json()["is_done"]) == (2, "10001", True)
    assert again.json() == done.json()
    [booking] = phone.get("/bookings").json()["items"]
    assert booking["id"] == line["booking"]["id"]
    assert looked.json()["lines"][0]["booking"]["starts_at"] == booking["starts_at"]


def test_a_sheet_with_a_fault_books_nothing_and_names_its_line_column_and_reason(desk, phone):
    bad = SHEET + "10002,room,2026-11-22 14:00,2026-11-22 15:00\n"

    looked = desk.post("/staff/bookings/import", {"csv": bad}).json()
    refused = desk.post("/staff/bookings/import", {"csv": bad, "dry_run": False})

    [fault] = looked["faults"]
    assert (fault["line"], fault["field"], fault["why"]) == (3, "starts_at", "slot_taken")
    assert fault["text"]
    assert (refused.status_code, refused.json()["code"], refused.json()["line"]) == (422, "sheet_faulty", 3)
    assert phone.get("/bookings").json()["items"] == []
    assert phone.post("/staff/bookings/import", {"csv": SHEET}).status_code == 403

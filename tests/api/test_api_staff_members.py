"""Members at the desk: found, made, taken in from a list, and let in again."""

import pytest

from gateway.kit.audit import AuditEntry
from gateway.members.model import Member
from tests.api.test_api_holds import code
from tests.centre_builder import a_group

MEMBERS = "/staff/members"


def numbers(answer):
    return [one["member_no"] for one in answer.json()["items"]]


def test_a_member_is_found_by_how_the_number_begins_or_by_words_of_the_name(desk):
    desk.post(MEMBERS, {"member_no": "20001", "name": "欧阳 春兰"})

    assert numbers(desk.get(f"{MEMBERS}?q=200")) == ["20001"]
    assert numbers(desk.get(f"{MEMBERS}?q=春兰 欧")) == ["20001"]
    assert numbers(desk.get(f"{MEMBERS}?q=%25")) == []
    assert numbers(desk.get(f"{MEMBERS}?limit=2")) == ["10001", "10002"]
    assert numbers(desk.get(f"{MEMBERS}?limit=2&after=10002")) == ["20001", "s001"]


def test_a_new_member_comes_in_with_a_one_time_password_that_is_told_once(house, desk):
    wish = {"member_no": "20001", "name": "李新"}
    first, again = (desk.post(MEMBERS, wish, key="one") for _ in range(2))

    assert first.status_code == 201
    assert again.json() == {**first.json(), "password": None}
    phone = house.browser()
    signed_in = phone.post("/session", {"member_no": "20001", "password": first.json()["password"]})
    assert signed_in.json()["must_set_password"] is True
    [found] = desk.get(f"{MEMBERS}?q=20001").json()["items"]
    assert found["one_time_until"] == first.json()["ends_at"] == "2026-11-23T04:00:00Z"
    assert code(desk.post(MEMBERS, wish)) == (409, "member_no_taken")


def test_whoever_forgot_the_password_gets_a_one_time_one_is_signed_out_and_told(house, desk):
    phone = house.signed_in("10001")

    given = desk.post(f"{MEMBERS}/10001/password", {}).json()

    assert code(phone.get("/me")) == (401, "not_signed_in")
    again = house.browser()
    answer = again.post("/session", {"member_no": "10001", "password": given["password"]})
    assert answer.json()["must_set_password"] is True
    own = {"current": given["password"], "new": "四季平安 2026 茶"}
    assert again.patch("/me", {"password": own}).status_code == 200
    [told] = again.get("/notices").json()["items"]
    assert "一次性登录密码" in told["text"]
    assert code(desk.post(f"{MEMBERS}/99999/password", {})) == (404, "not_found")


def test_the_desk_cannot_become_the_manager(house, desk):
    assert code(desk.post(f"{MEMBERS}/s001/password", {})) == (403, "not_allowed")
    assert house.signed_in("s001").post(f"{MEMBERS}/s002/password", {}).status_code == 201


def test_a_list_is_looked_at_first_and_then_taken_in(house, desk):
    house.change(a_group, "east")
    roll = "会员号,姓名,会员组\n10001,王晓华,\n10002,王小华,east\n20001,李新,east\n"

    seen = desk.post(f"{MEMBERS}/import", {"csv": roll}).json()
    assert (seen["is_done"], seen["adds"], seen["changes"], seen["same"]) == (False, 1, 1, 1)
    assert [line["what"] for line in seen["lines"]] == ["change", "add"]
    assert seen["lines"][0]["was_name"] == "王晓华"
    assert numbers(desk.get(f"{MEMBERS}?q=20001")) == []

    done = desk.post(f"{MEMBERS}/import", {"csv": roll, "dry_run": False}).json()
    assert done == {**seen, "is_done": True}
    assert numbers(desk.get(f"{MEMBERS}?q=李新")) == ["20001"]
    groups = desk.get(f"{MEMBERS}/10002/groups").json()["groups"]
    assert [group["id"] for group in groups] == ["east"]
    nothing = desk.post(f"{MEMBERS}/import", {"csv": roll}).json()
    assert (nothing["adds"], nothing["changes"], nothing["same"]) == (0, 0, 3)


def test_a_list_with_a_fault_names_line_and_field_and_nothing_of_it_is_taken_in(house, desk):
    roll = "member_no,name\n20001,李新\n20002,\ns001,林馆长\n"

    seen = desk.post(f"{MEMBERS}/import", {"csv": roll}).json()
    faults = [(fault["line"], fault["field"], fault["why"]) for fault in seen["faults"]]
    assert faults == [(3, "name", "missing"), (4, "member_no", "works_here")]
    assert seen["faults"][0]["text"] == "没有填写。"
    refused = desk.post(f"{MEMBERS}/import", {"csv": roll, "dry_run": False})
    assert code(refused) == (422, "roll_faulty")
    assert refused.json()["line"] == 3
    assert numbers(desk.get(f"{MEMBERS}?q=20001")) == []


def test_an_imported_member_has_no_password_until_the_desk_gives_one(house, desk):
    desk.post(f"{MEMBERS}/import", {"csv": "member_no,name\n20001,李新\n", "dry_run": False})

    refused = house.browser().post("/session", {"member_no": "20001", "password": "none"})
    assert code(refused) == (401, "wrong_credentials")
    assert desk.post(f"{MEMBERS}/20001/password", {}).status_code == 201


def test_no_name_is_in_the_trail_of_an_import(house, desk):
    desk.post(f"{MEMBERS}/import", {"csv": "member_no,name\n10001,赵改名\n20001,李新\n", "dry_run": False})

    with house.centre.sessions.read() as session:
        trail = " ".join(f"{one.act} {one.thing} {one.detail}" for one in session.query(AuditEntry))
        assert session.query(Member).filter_by(member_no="10001").one().name == "赵改名"
    assert "roll_taken_in" in trail
    assert "member_renamed" in trail
    assert not [name for name in ("赵改名", "李新") if name in trail]


def test_a_long_list_fits_and_a_longer_body_than_that_does_not(desk):
    rows = "".join(f"3{no:05},会员甲乙丙\n" for no in range(5_000))

    seen = desk.post(f"{MEMBERS}/import", {"csv": f"member_no,name\n{rows}"})
    assert seen.json()["adds"] == 5_000
    assert code(desk.post(f"{MEMBERS}/import", {"csv": "x" * 1_100_000})) == (413, "too_large")
    assert code(desk.post(MEMBERS, {"member_no": "1", "name": "x" * 70_000})) == (413, "too_large")


@pytest.mark.parametrize("number", ["10001", "s003"])
def test_nobody_else_finds_or_makes_members(house, number):
    somebody = house.signed_in(number)

    assert code(somebody.get(MEMBERS)) == (403, "not_allowed")
    assert code(somebody.post(f"{MEMBERS}/import", {"csv": ""})) == (403, "not_allowed")
    assert code(somebody.post(f"{MEMBERS}/10002/password", {})) == (403, "not_allowed")

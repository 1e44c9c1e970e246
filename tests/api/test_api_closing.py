"""Staff close a member's account: nobody comes in with it any more, until they open it again."""

import json

import pytest
from sqlalchemy import select

from gateway.kit.audit import AuditEntry
from gateway.members.model import Member
from tests.api.conftest import PASSWORD
from tests.api.test_api_activities import TAI_CHI
from tests.api.test_api_holds import code
from tests.centre_builder import a_space

HOUR = {"space_id": "room", "starts_at": "2026-11-23T01:00:00Z", "ends_at": "2026-11-23T02:00:00Z"}
WHY = {"reason": "已退会"}


def at(number):
    return f"/staff/members/{number}/closed"


def close(browser, number="10001", **more):
    return browser.ask("PUT", at(number), body=WHY | more)


def trail(house, *acts):
    """What the staff's own hand did, by act."""
    with house.centre.sessions.read() as session:
        by_no = {one.audit_id: one.member_no for one in session.scalars(select(Member))}
        found = session.scalars(select(AuditEntry).where(AuditEntry.act.in_(acts)).order_by(AuditEntry.seq))
        return [(one.act, by_no[one.actor], json.loads(one.detail).get("reason")) for one in found]


def signs_in(house, number="10001"):
    return house.browser().post("/session", {"member_no": number, "password": PASSWORD}).status_code == 200


def test_a_closed_account_lets_nobody_in_and_gives_back_what_is_ahead_but_no_locker(house_on_each):
    house = house_on_each
    house.change(a_space, "room")
    rental = house.rent("10001")
    phone, other, desk = house.signed_in("10001"), house.signed_in("10002"), house.signed_in("s002")
    program = phone.post("/tokens", {"label": "电脑", "ends_at": "2026-12-24T04:00:00Z", "password": PASSWORD}).json()
    assert phone.post("/bookings", HOUR, key="book").status_code == 201
    assert other.post("/waitlist", HOUR, key="wait").status_code == 201
    lesson = desk.post("/staff/activities", {**TAI_CHI, "space_id": None}).json()
    assert phone.post(f"/activities/{lesson['id']}/registrations", {}).status_code == 201

    done = close(desk)

    assert done.status_code == 200
    assert {**done.json(), "closed_at": "…"} == {"member_no": "10001", "closed_at": "…", "bookings": 1, "lockers": 1}
    assert code(phone.get("/me")) == (401, "not_signed_in")
    assert not signs_in(house)
    asks = house.browser(Authorization=f"Bearer {program['token']}")
    assert code(asks.get("/me")) == (401, "token_unknown")
    [offered] = other.get("/waitlist").json()["items"]
    assert offered["state"] == "OFFERED"
    acts = trail(house, "booking_cancelled", "activity_left", "token_ended", "member_disabled")
    told = {"booking_cancelled", "activity_left", "token_ended"}
    assert {act for act, *_ in acts} == told | {"member_disabled"}
    assert {who for _, who, _ in acts} == {"s002"}
    assert acts[-1] == ("member_disabled", "s002", "已退会")
    assert close(desk, reason="nothing").json() == {**done.json(), "bookings": 0}
    assert len(trail(house, "member_disabled")) == 1

    assert desk.delete(at("10001")).status_code == 204
    again = house.signed_in("10001")
    assert [one["id"] for one in again.get("/rentals").json()["items"]] == [rental["id"]]
    assert code(asks.get("/me")) == (401, "token_unknown")
    assert code(phone.get("/me")) == (401, "not_signed_in")
    assert trail(house, "member_enabled") == [("member_enabled", "s002", None)]
    assert desk.delete(at("10001")).status_code == 204
    assert len(trail(house, "member_enabled")) == 1


def test_nobody_closes_their_own_account_so_the_last_managers_stays(house, manager, desk):
    assert code(close(manager, "s001")) == (409, "own_account")
    assert code(close(desk, "s001")) == (403, "not_allowed")
    assert signs_in(house, "s001")


@pytest.mark.parametrize("number", ["s001", "s002", "s003"])
def test_the_desk_closes_and_opens_no_account_of_who_works_here(house, desk, number):
    assert code(close(desk, number)) == (403, "not_allowed")
    assert code(desk.delete(at(number))) == (403, "not_allowed")
    assert signs_in(house, number)


def test_a_manager_closes_the_account_of_who_works_here_and_they_are_out_at_once(house, manager, desk):
    assert close(manager, "s002").status_code == 200
    assert code(close(desk)) == (401, "not_signed_in")
    assert signs_in(house, "10001")


@pytest.mark.parametrize("number", ["10002", "s003"])
def test_neither_members_nor_technicians_close_or_open_accounts(house, number):
    somebody = house.signed_in(number)

    for asked in ("10001", "99999"):  # nor learn whether there is one
        assert code(close(somebody, asked)) == (403, "not_allowed")
        assert code(somebody.delete(at(asked))) == (403, "not_allowed")


def test_before_an_account_is_opened_again_staff_see_by_what_its_member_comes_in_then(house, desk):
    house.rent("10001", bank_id="bank-a", size="S")
    for number in ("0000000001", "0000000002"):
        desk.post("/staff/members/10001/cards", {"number": number, "label": None}, key=number)
    [blocked, _] = desk.get("/staff/members/10001/cards").json()["items"]
    desk.patch(f"/staff/members/10001/cards/{blocked['id']}", {"blocked": True})
    house.signed_in("10001").post("/me/calendars", {}, key="calendar")
    close(desk)

    found = desk.get(at("10001")).json()

    assert found.pop("closed_at") is not None
    assert found == {
        "member_no": "10001",
        "passkeys": 0,
        "cards": 1,
        "has_kiosk_pin": False,
        "calendar_addresses": 1,
        "lockers": 1,
        "shared": 0,
    }
    assert desk.get(at("10002")).json()["closed_at"] is None
    assert code(house.signed_in("10002").get(at("10001"))) == (403, "not_allowed")
    assert code(desk.get(at("99999"))) == (404, "not_found")


def test_an_account_is_closed_for_a_reason_and_must_be_there(desk):
    assert desk.ask("PUT", at("10001"), body={}).status_code == 422
    assert desk.ask("PUT", at("10001"), body={"reason": " "}).status_code == 422
    assert code(close(desk, "99999")) == (404, "not_found")
    assert code(desk.delete(at("99999"))) == (404, "not_found")


def test_who_was_erased_is_not_opened_again(house, desk):
    assert house.signed_in("10001").delete("/me", body={"password": PASSWORD}).status_code == 204
    [gone] = [one["member_no"] for one in desk.get("/staff/members").json()["items"] if one["disabled_at"]]

    assert code(desk.delete(at(gone))) == (409, "account_erased")
    assert [one["disabled_at"] for one in desk.get(f"/staff/members?q={gone}").json()["items"]] != [None]

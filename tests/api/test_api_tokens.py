"""Programs that ask in a member's name: what each may, for how long, and how it ends."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from api.app import openapi_document
from api.programs import rights_for
from gateway.alerts import service as alerts
from gateway.credentials import tokens
from gateway.credentials.model import Pin
from gateway.credentials.rights import Right
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Refused
from gateway.members import service as members_service
from gateway.members.model import Member
from tests.api.conftest import PASSWORD, together
from tests.api.test_api_live import ended_by, heard_by
from tests.api.test_api_strangers import BODIES
from tests.centre_builder import a_space
from tests.statements import heard

ROOM = {"space_id": "room", "starts_at": "2026-11-23T01:00:00Z", "ends_at": "2026-11-23T02:00:00Z"}
HOUR = "starts_at=2026-11-23T01:00:00Z&ends_at=2026-11-23T02:00:00Z"


def in_days(house, days):
    return (house.clock.now() + timedelta(days=days)).isoformat()


def wish(house, *rights, days=30, **more):
    return {
        "label": "家里的电脑",
        "rights": list(rights),
        "ends_at": in_days(house, days),
        "password": PASSWORD,
        **more,
    }


def let_in(house, *rights, member_no="10001", **more):
    """A program of theirs, as a client without a cookie, and what it was told when its token was made."""
    made = house.signed_in(member_no).post("/tokens", wish(house, *rights, **more))
    assert made.status_code == 201, made.text
    return house.browser(Authorization=f"Bearer {made.json()['token']}"), made.json()


def code_of(answer):
    return answer.status_code, answer.json()["code"]


def trail(house, act):
    with house.centre.sessions.read() as session:
        return session.scalars(select(AuditEntry).where(AuditEntry.act == act)).all()


def test_a_program_reads_what_is_its_members(house):
    program, _ = let_in(house)
    rental = house.rent("10001")

    assert program.get("/me").json()["member_no"] == "10001"
    assert [one["id"] for one in program.get("/rentals").json()["items"]] == [rental["id"]]


def test_the_token_is_told_once_and_only_its_hash_is_kept(house):
    phone = house.signed_in()
    asked = wish(house)

    first, again = (phone.post("/tokens", asked, key="one").json() for _ in range(2))

    shown = first["token"]
    assert re.fullmatch(r"hearth_token_[A-Za-z0-9_-]{43}", shown)
    assert (again["token"], again["id"]) == (None, first["id"])
    [listed] = phone.get("/tokens").json()["items"]
    assert listed == {key: value for key, value in first.items() if key != "token"}
    with house.centre.sessions.read() as session:
        kept = session.connection().connection.driver_connection.iterdump()
        assert shown not in "\n".join(kept)


def test_a_program_without_the_right_changes_nothing(house):
    house.change(a_space, "room")
    program, _ = let_in(house)

    refused = program.post("/bookings", ROOM, key="one")

    assert (*code_of(refused), refused.json()["right"]) == (403, "right_missing", "act")
    assert house.signed_in().get("/bookings").json()["items"] == []


def test_a_program_with_the_right_books_and_cancels(house):
    house.change(a_space, "room")
    program, _ = let_in(house, "act")

    booked = program.post("/bookings", ROOM, key="one")

    assert booked.status_code == 201, booked.text
    assert program.delete(f"/bookings/{booked.json()['id']}").status_code == 200


def test_no_door_is_opened_without_the_right_to_open(house):
    rental = house.rent("10001")
    acts, _ = let_in(house, "act")
    opens, _ = let_in(house, "open")

    refused = acts.post("/unlocks", {"rental_id": rental["id"]}, key="one")
    shared = acts.post(f"/rentals/{rental['id']}/shares", {"member_no": "10002"})

    assert (*code_of(refused), refused.json()["right"]) == (403, "right_missing", "open")
    assert code_of(shared) == (403, "right_missing")
    assert opens.get("/unlocks").json()["items"] == []
    assert opens.post("/unlocks", {"rental_id": rental["id"]}, key="two").status_code == 202


@pytest.mark.parametrize("rights", [["act"], ["act", "open"]])
def test_no_program_is_told_a_pin_which_would_open_without_it(house, rights):
    program, _ = let_in(house, *rights)

    rented = program.post("/rentals", {}, key="one")

    assert (rented.status_code, rented.json()["pin"]) == (201, None)
    with house.centre.sessions.read() as session:
        assert session.scalars(select(Pin)).all() == []
    assert house.signed_in().post(f"/rentals/{rented.json()['id']}/pin", {}).status_code == 201


@pytest.mark.parametrize("rights", [[], ["act", "open"]])
def test_a_managers_program_is_no_manager_unless_it_may(house, rights):
    program, _ = let_in(house, *rights, member_no="s001")

    assert program.get("/me").json()["role"] == "manager"
    for path in ("/staff/members", "/staff/alerts", f"/explain?act=book&space_id=room&{HOUR}&member_no=10001"):
        refused = program.get(path)
        assert (*code_of(refused), refused.json()["right"]) == (403, "right_missing", "staff"), path


def test_a_managers_program_reads_as_staff_and_acts_if_it_may(house):
    house.change(a_space, "room")
    reads, _ = let_in(house, "staff", member_no="s001")
    acts, _ = let_in(house, "staff", "act", member_no="s001")
    booking = {**ROOM, "member_no": "10001"}

    assert reads.get("/staff/members").status_code == 200
    assert code_of(reads.post("/staff/bookings", booking, key="one")) == (403, "right_missing")
    assert acts.post("/staff/bookings", booking, key="one").status_code == 201


def test_a_program_can_do_no_more_than_its_members_role(house):
    program, _ = let_in(house, "staff", member_no="s003")

    assert code_of(program.get("/staff/members")) == (403, "not_allowed")
    asked = wish(house, "staff")
    assert code_of(house.signed_in("10001").post("/tokens", asked)) == (403, "not_allowed")


def test_only_people_make_and_end_tokens_and_change_how_they_sign_in(house):
    program, made = let_in(house, "act", "open")
    rental = house.rent("10001")
    for verb, path, body in [
        ("GET", "/tokens", None),
        ("POST", "/tokens", wish(house, "act")),
        ("DELETE", f"/tokens/{made['id']}", None),
        ("PATCH", "/me", {"password": {"current": PASSWORD, "new": "another horse battery"}}),
        ("DELETE", "/me", {"password": PASSWORD}),
        ("GET", "/me/export", None),
        ("GET", "/me/passkeys", None),
        ("PATCH", "/me/kiosk-pin", {"pin": "739205"}),
        ("POST", f"/rentals/{rental['id']}/pin", {}),
        ("POST", "/me/phones", BODIES["register_phone"]),
        ("POST", "/me/calendars", {}),
        ("GET", "/session", None),
    ]:
        more = {} if body is None else {"body": body}
        assert code_of(program.ask(verb, path, **more)) == (403, "people_alone"), path
    assert house.signed_in().get("/me").status_code == 200


def test_every_door_says_whether_a_program_may_and_new_ones_are_shut():
    """Read it before changing it: what stands here is what a lost token could do."""
    found = {}
    for path, verbs in openapi_document()["paths"].items():
        for verb, operation in verbs.items():
            needed = rights_for(verb.upper(), path)
            documented = [scheme["program"] for scheme in operation["security"] if "program" in scheme]
            is_for_people = "session" in (operation["security"] or [{}])[0]
            assert documented == ([] if needed is None or not is_for_people else [sorted(needed)]), path
            if documented and verb != "get":
                found.setdefault(" ".join(sorted(needed)), set()).add(operation["operationId"])
    assert found == {
        "open": {"request_unlock", "share_rental", "confirm_drop_off"},
        "act": {
            "appeal_credit",
            "accept_move",
            "accept_offer",
            "add_occurrence",
            "begin_drop_off",
            "book",
            "cancel_booking",
            "leave_activity",
            "cancel_series",
            "check_in",
            "collect_drop_off",
            "decline_move",
            "end_rental",
            "extend_rental",
            "give_feedback",
            "hand_in_wishes",
            "join_waitlist",
            "leave_waitlist",
            "move_booking",
            "move_series",
            "put_notice_away",
            "reclaim_booking",
            "rent",
            "report_fault",
            "sign_up",
            "take_back_drop_off",
            "revoke_share",
            "withdraw_wishes",
        },
        "act staff": {
            "acknowledge_alert",
            "add_asset",
            "add_order_photo",
            "answer_report",
            "approve_booking",
            "assign_work_order",
            "book_for_member",
            "call_off_activity",
            "cancel_for_member",
            "cancel_work_order",
            "change_work_order",
            "clear_alert",
            "deny_booking",
            "end_outage",
            "end_plan",
            "finish_work_order",
            "forget_power_sensor",
            "import_bookings",
            "make_plan",
            "move_for_member",
            "note_attendance",
            "note_work",
            "open_work_order",
            "open_work_order_for_alert",
            "open_work_order_for_report",
            "publish_activity",
            "put_work_order_aside",
            "rate_asset",
            "remove_order_photo",
            "retire_asset",
            "set_power_sensor",
            "shelve_alert",
        },
    }
    assert rights_for("GET", "/api/v1/something-new") is None
    assert rights_for("GET", "/api/v1/staff/something-new") is None


def test_a_token_ends_when_it_says(house):
    program, _ = let_in(house, days=1)
    assert program.get("/me").status_code == 200

    house.clock.advance(days=1)

    assert code_of(program.get("/me")) == (401, "token_unknown")
    assert [one["label"] for one in house.signed_in().get("/tokens").json()["items"]] == ["家里的电脑"]


@pytest.mark.parametrize(
    ("member_no", "rights", "days", "code"),
    [
        ("10001", [], 366, None),
        ("10001", [], 367, "token_ends_late"),
        ("10001", [], 0, "token_ends_before"),
        ("s001", ["staff"], 92, None),
        ("s001", ["staff"], 93, "token_ends_late_staff"),
    ],
)
def test_no_token_is_for_ever(house, member_no, rights, days, code):
    answer = house.signed_in(member_no).post("/tokens", wish(house, *rights, days=days))

    assert (answer.status_code, answer.json().get("code")) == ((201, None) if code is None else (422, code))


def test_a_token_is_made_with_the_password_given_anew(house):
    answer = house.signed_in().post("/tokens", wish(house, password="wrong horse battery"))

    assert code_of(answer) == (401, "wrong_credentials")
    assert house.signed_in().get("/tokens").json()["items"] == []


def test_whoever_keeps_guessing_the_password_there_has_to_wait(house):
    phone = house.signed_in()

    answers = [phone.post("/tokens", wish(house, password="wrong horse")) for _ in range(4)]

    assert code_of(answers[-1]) == (429, "too_many_attempts")


def test_an_ended_token_is_dead_at_once_and_its_stream_with_it(house):
    program, made = let_in(house)

    ended = house.signed_in().delete(f"/tokens/{made['id']}")

    assert ended.status_code == 204
    assert code_of(program.get("/me")) == (401, "token_unknown")


def test_a_stream_ends_with_its_token_and_not_only_at_the_next_look(house):
    house.app.state.desk = replace(house.app.state.desk, look_again_s=60.0)
    program, made = let_in(house)
    phone = house.signed_in()

    assert ended_by(house, program, lambda: phone.asking("DELETE", f"/tokens/{made['id']}"))


def test_a_managers_program_hears_what_staff_hear_only_if_it_may(house):
    def happen():
        house.change(alerts.raise_alert, kind="tamper", thing="bank-a", now=house.clock.now())

    heard = [heard_by(house, let_in(house, *rights, member_no="s001")[0], happen) for rights in ([], ["staff"])]

    assert [[news["kind"] for news in told] for told in heard] == [[], ["alert"]]


def test_a_members_programs_are_out_once_the_member_is(house):
    program, _ = let_in(house, "act")

    with house.centre.sessions.begin() as session:
        member = session.scalar(select(Member).where(Member.member_no == "10001"))
        members_service.disable_member(session, member=member, actor="test", now=house.clock.now())

    assert code_of(program.get("/me")) == (401, "token_unknown")


def test_a_new_password_ends_every_token(house):
    program, _ = let_in(house)
    phone = house.signed_in()

    changed = phone.patch("/me", {"password": {"current": PASSWORD, "new": "another horse battery"}})

    assert changed.status_code == 200
    assert code_of(program.get("/me")) == (401, "token_unknown")
    assert phone.get("/tokens").json()["items"] == []
    assert len(trail(house, "token_ended")) == 1


def test_the_desks_one_time_password_ends_every_token(house):
    program, _ = let_in(house)

    house.signed_in("s002").post("/staff/members/10001/password", {})

    assert code_of(program.get("/me")) == (401, "token_unknown")


def test_nobody_has_more_than_ten_and_those_that_ended_do_not_count(house):
    phone = house.signed_in()
    for _ in range(10):
        assert phone.post("/tokens", wish(house, days=1)).status_code == 201
    refused = phone.post("/tokens", wish(house))
    house.clock.advance(days=1)

    assert (*code_of(refused), refused.json()["limit"]) == (409, "too_many_tokens", 10)
    assert phone.post("/tokens", wish(house)).status_code == 201


def test_making_and_ending_stand_in_the_trail_and_the_member_is_told(house):
    _, made = let_in(house, "act", "open")
    phone = house.signed_in()
    told = [one["kind"] for one in phone.get("/notices").json()["items"]]

    phone.delete(f"/tokens/{made['id']}")

    [entry], [ended] = trail(house, "token_made"), trail(house, "token_ended")
    assert json.loads(entry.detail)["rights"] == ["act", "open"]
    assert json.loads(ended.detail)["token"] == made["id"]
    assert made["token"] not in entry.detail
    assert told == ["token_made"]
    assert phone.get("/notices").json()["items"] == []


def test_last_use_is_known_to_the_hour_and_costs_one_write_an_hour(house):
    program, _ = let_in(house)
    used = []
    for minutes in (0, 59, 2):
        house.clock.advance(minutes=minutes)
        with heard(house.centre.sessions) as said:
            program.get("/me")
            house.run(house.app.state.desk.backroom.write(lambda: None))  # behind what is written afterwards
        used.append(sum("UPDATE tokens" in one.text for one in said))
    assert used == [1, 0, 1]
    seen = datetime.fromisoformat(house.signed_in().get("/tokens").json()["items"][0]["used_at"])
    assert seen == house.clock.now()


@pytest.mark.parametrize("shown", ["", "hearth_token_", "hearth_token_" + "A" * 43, "x" * 5000, "hearth"])
def test_what_is_no_token_lets_nobody_in(house, shown):
    assert code_of(house.browser(Authorization=f"Bearer {shown}").get("/me")) == (401, "token_unknown")


def test_a_browser_that_shows_a_token_is_the_program_and_not_who_is_signed_in_there(house):
    _, made = let_in(house)
    browser = house.signed_in("10002")
    shows = {"Authorization": f"bearer {made['token']}"}

    assert browser.get("/me", headers=shows).json()["member_no"] == "10001"
    assert code_of(browser.get("/me", headers={"Authorization": "Bearer no"})) == (401, "token_unknown")
    cookie = browser.client.cookies["hearth"]
    assert browser.delete("/session", headers=shows).status_code == 204
    assert house.browser(Cookie=f"hearth={cookie}").get("/me").json()["member_no"] == "10002"


def test_a_program_need_not_come_from_our_own_pages_and_a_cookie_must(house):
    house.change(a_space, "room")
    program, _ = let_in(house, "act")
    elsewhere = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}

    assert program.post("/bookings", ROOM, key="one", headers=elsewhere).status_code == 201
    assert code_of(house.signed_in().post("/bookings", ROOM, key="two", headers=elsewhere)) == (403, "cross_origin")


def test_a_members_token_is_no_kiosks_nor_a_kiosks_a_members(house):
    program, _ = let_in(house, "act", "open")
    kiosk = house.signed_in("s003").post("/staff/kiosks", {"name": "hall"}).json()

    assert code_of(program.get("/kiosk")) == (401, "kiosk_unknown")
    assert code_of(house.browser(Authorization=f"Bearer {kiosk['token']}").get("/me")) == (401, "token_unknown")


def test_a_program_is_answered_in_its_members_language(house):
    program, _ = let_in(house)
    house.signed_in().patch("/me", {"language": "en"})

    assert program.post("/rentals", {}, key="one").json()["detail"].startswith("This program may not")


def test_a_read_of_a_programs_asks_the_database_for_its_token_once(house):
    program, _ = let_in(house)
    program.get("/me")
    house.run(house.app.state.desk.backroom.write(lambda: None))  # behind what is written afterwards

    with heard(house.centre.sessions) as said:
        program.get("/me")

    assert len([one for one in said if "tokens" in one.text]) == 1


def test_of_many_made_at_once_on_each_database_ten_are(house_on_each):
    house = house_on_each
    phone = house.signed_in()
    asked = wish(house)

    answers = together(house, *(phone.asking("POST", "/tokens", body=asked) for _ in range(13)))

    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [409] * 3


def test_a_token_ended_beside_its_use_is_used_no_more_on_each_database(house_on_each):
    house = house_on_each
    house.change(a_space, "room")
    program, made = let_in(house, "act")
    phone = house.signed_in()

    first, ended, *_ = together(
        house,
        program.asking("GET", "/bookings"),
        phone.asking("DELETE", f"/tokens/{made['id']}"),
        program.asking("GET", "/bookings"),
    )

    assert (first.status_code, ended.status_code) in {(200, 204), (401, 204)}
    assert code_of(program.post("/bookings", ROOM, key="one")) == (401, "token_unknown")
    assert phone.get("/bookings").json()["items"] == []


def test_a_password_changed_between_its_proof_and_the_making_makes_none(house):
    def make(session):
        member = session.scalar(select(Member).where(Member.member_no == "10001"))
        proved = member.password_hash
        session.execute(
            update(Member)
            .where(Member.id == member.id)
            .values(password_hash="another")
            .execution_options(synchronize_session=False)
        )
        ends_at = house.clock.now() + timedelta(days=1)
        facts = {"label": "x", "rights": [], "ends_at": ends_at, "password_hash": proved}
        tokens.make(session, member=member, **facts, now=house.clock.now())

    with pytest.raises(Refused, match="wrong_credentials"):
        house.change(make)


def test_rights_are_words_that_the_document_names():
    assert openapi_document()["components"]["schemas"]["Right"]["enum"] == [right.value for right in Right]

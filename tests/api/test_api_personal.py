"""A member has all that is kept about them, and has it erased."""

import json

import pytest
from sqlalchemy import select

from gateway.credentials import service as credentials
from gateway.credit import service as credit
from gateway.credit.model import Cause
from gateway.fleet import service as fleet
from gateway.fleet.model import DoorLevel
from gateway.kit import audit
from gateway.kit.db import Base
from gateway.members.model import Member
from gateway.policies.model import Limit
from tests.api.conftest import PASSWORD
from tests.api.test_api_activities import TAI_CHI
from tests.api.test_api_reports import with_photo
from tests.centre_builder import a_group, a_rule, a_space

NAME = "欧阳桂兰"
ONE = {"starts_at": "2026-11-23T01:00:00Z", "ends_at": "2026-11-23T02:00:00Z"}
TWO = {"starts_at": "2026-11-23T03:00:00Z", "ends_at": "2026-11-23T04:00:00Z"}


def live_fully(house):
    """10001 has done about everything that leaves a row, and has given the locker back."""
    with house.centre.sessions.begin() as session:
        member = session.scalar(select(Member).where(Member.member_no == "10001"))
        member.name = NAME
        a_group(session, "east", member)
        a_rule(session, Limit.LOW_CREDIT_MOST_AHEAD, 1)
        for space in ("room", "court"):
            a_space(session, space)
        pepper = house.centre.pepper
        credentials.register_card(
            session,
            member=member,
            number_hash=pepper.card("ABCD1234"),
            pepper=pepper.name,
            label="红卡",
            actor="test",
            now=house.clock.now(),
        )
    phone, other = house.signed_in("10001"), house.signed_in("10002")
    phone.patch("/me/kiosk-pin", {"pin": "739205"})
    phone.post("/me/calendars", {"label": "家里"})
    program = {"label": "家里的电脑", "ends_at": "2026-12-24T04:00:00Z", "password": PASSWORD}
    assert phone.post("/tokens", program).status_code == 201
    booking = phone.post("/bookings", {"space_id": "room", **ONE}, key="book").json()
    phone.post("/bookings", {"space_id": "room", **TWO, "recurrence": "FREQ=DAILY;COUNT=2"}, key="series")
    other.post("/bookings", {"space_id": "court", **ONE}, key="theirs")
    assert other.post("/waitlist", {"space_id": "room", **ONE}, key="wait").status_code == 201
    assert phone.post("/waitlist", {"space_id": "court", **ONE}, key="wait").status_code == 201
    with house.centre.sessions.begin() as session:
        credit.note(
            session,
            member_id=house.member_id("10001"),
            booking_id=booking["id"],
            cause=Cause.LATE_CANCEL,
            now=house.clock.now(),
            space={},
            starts_at="",
        )
    noted = phone.get("/me/credit").json()["entries"][0]
    phone.post(f"/me/credit/{noted['id']}/appeal", {"reason": "电梯坏了"})
    left = phone.post(
        "/drop-offs", {"to_member_no": "10002", "bank_id": "bank-b", "note": "小礼物"}, key="leave"
    ).json()
    assert phone.delete(f"/drop-offs/{left['id']}").status_code == 200
    assert phone.post("/reports", {**with_photo(), "words": "我是老王，门坏了"}, key="report").status_code == 201
    assert phone.post("/feedback", {"score": 2, "words": "老王觉得太吵"}).status_code == 201
    lesson = house.signed_in("s002").post("/staff/activities", {**TAI_CHI, "space_id": None}).json()
    assert phone.post(f"/activities/{lesson['id']}/registrations", {}).status_code == 201
    rental = house.rent("10001")
    phone.post(f"/rentals/{rental['id']}/shares", {"member_no": "10002"})
    theirs = house.rent("10002")
    other.post(f"/rentals/{theirs['id']}/shares", {"member_no": "10001"})
    with house.centre.sessions.begin() as session:
        fleet.note_levels(
            session, device_id="bank-a", levels={1: DoorLevel.SHUT, 2: DoorLevel.SHUT}, now=house.clock.now()
        )
    return phone, other, rental


def give_back(phone, rental):
    answer = phone.delete(f"/rentals/{rental['id']}")
    assert answer.status_code in (200, 204), answer.text


def erase(phone, password=PASSWORD):
    return phone.delete("/me", body={"password": password})


def everything_kept(house):
    """Each row of each table, as text."""
    with house.centre.sessions.read() as session:
        return {
            table.name: [
                json.dumps(dict(row), default=str, ensure_ascii=False)
                for row in session.execute(select(table)).mappings()
            ]
            for table in Base.metadata.sorted_tables
        }


def test_the_export_has_a_row_of_everything_that_the_member_did(house):
    phone, _, _ = live_fully(house)

    answer = phone.get("/me/export")

    told = answer.json()
    assert answer.headers["content-disposition"] == 'attachment; filename="hearth-me.json"'
    assert (told["format"], told["member_no"], told["name"]) == ("hearth-personal-data/1", "10001", NAME)
    rows = {one["table"]: one["rows"] for one in told["kept"]}
    empty = {table for table, found in rows.items() if not found}
    assert empty <= {
        "clear_outs",
        "move_options",
        "move_offers",
        "passkeys",
        "phones",
        "work_orders",
        "work_order_steps",
        "order_photos",
        "unlocks",
        "ballot_entries",
        "ballot_wishes",
        "kiosk_visits",
        "sightings",
        "alerts",
        "emergencies",
    }
    assert {row["starts_at"][:16] for row in rows["bookings"]} == {
        "2026-11-23T01:00",
        "2026-11-23T03:00",
        "2026-11-24T03:00",
    }
    assert rows["credit_entries"][0]["asked_for"] == "电梯坏了"
    assert rows["cards"][0]["label"] == "红卡"
    assert {row["act"] for row in rows["audit_entries"]} >= {"signed_in", "booked", "rented", "shared"}


def test_the_export_tells_no_secret_and_no_other_member(house):
    phone, _, _ = live_fully(house)

    answer = phone.get("/me/export")

    told = answer.text
    columns = {name for one in answer.json()["kept"] for row in one["rows"] for name in row}
    assert {name for name in columns if "hash" in name or "token" in name or "pepper" in name} <= {"prev_hash"}
    assert house.member_id("10002") not in told
    with house.centre.sessions.read() as session:
        other = session.scalar(select(Member).where(Member.member_no == "10002"))
        kept = session.scalar(select(Member).where(Member.member_no == "10001"))
    assert kept.password_hash not in told
    assert other.name not in told.replace(NAME, "")


def test_nothing_in_any_table_leads_to_an_erased_member_and_the_trail_still_verifies(house_on_each):
    house = house_on_each
    phone, _, rental = live_fully(house)
    give_back(phone, rental)
    with house.centre.sessions.read() as session:
        subject = session.scalar(select(Member.audit_id).where(Member.member_no == "10001"))

    answer = erase(phone)

    assert answer.status_code == 204, answer.text
    kept = everything_kept(house)
    trail = kept.pop("audit_entries")
    assert any(subject in row and "member_erased" in row for row in trail)
    for word in (
        NAME,
        "10001",
        subject,
        "电梯坏了",
        "红卡",
        "家里",
        "家里的电脑",
        "小礼物",
        "我是老王",
        "老王觉得太吵",
    ):
        assert [
            row for rows in kept.values() for row in rows if f'"{word}' in row or (word == NAME and word in row)
        ] == [], word
        assert word == subject or not any(NAME in row for row in trail)
    with house.centre.sessions.read() as session:
        assert list(audit.verify(session)) == []


def test_whoever_is_erased_is_signed_out_everywhere_and_cannot_come_in_again(house):
    phone, elsewhere = house.signed_in("10001"), house.signed_in("10001")

    answer = erase(phone)

    assert 'hearth=""' in answer.headers["set-cookie"]
    assert elsewhere.get("/me").json()["code"] == "not_signed_in"
    assert [json.loads(row)["disabled_at"] for row in everything_kept(house)["members"] if "—" in row] != [None]
    refused = house.browser().post("/session", {"member_no": "10001", "password": PASSWORD})
    assert refused.json()["code"] == "wrong_credentials"


def test_what_they_had_ahead_is_given_back_and_offered_to_whoever_waits(house):
    phone, other, rental = live_fully(house)
    give_back(phone, rental)

    erase(phone)

    assert other.get("/waitlist").json()["items"][0]["state"] == "OFFERED"
    taken = [json.loads(row)["state"] for row in everything_kept(house)["bookings"]]
    assert sorted(taken) == ["CANCELLED", "CANCELLED", "CANCELLED", "CONFIRMED"]


def test_what_others_shared_with_them_is_shared_no_more(house):
    phone, other, rental = live_fully(house)
    give_back(phone, rental)
    theirs = other.get("/rentals").json()["items"][0]["id"]
    assert len(other.get(f"/rentals/{theirs}/shares").json()["items"]) == 1

    erase(phone)

    assert other.get(f"/rentals/{theirs}/shares").json()["items"] == []
    gone = next(row["id"] for row in map(json.loads, everything_kept(house)["members"]) if row["name"] == "—")
    grants = [row for row in map(json.loads, everything_kept(house)["access_grants"]) if row["member_id"] == gone]
    assert {row["source"] for row in grants} == {"rental", "share"}
    assert all(row["ended_at"] for row in grants)


def test_a_member_with_a_locker_is_not_erased_and_nothing_changes(house):
    phone, _, _ = live_fully(house)
    before = everything_kept(house)

    refused = erase(phone)

    assert (refused.status_code, refused.json()["code"]) == (409, "things_held")
    assert everything_kept(house) == before


@pytest.mark.parametrize("who", ["10001", "10002"])
def test_neither_who_leaves_things_nor_for_whom_they_wait_is_erased_meanwhile(house, who):
    left = house.signed_in("10001").post("/drop-offs", {"to_member_no": "10002", "bank_id": "bank-a"}, key="leave")
    assert left.status_code == 201

    assert erase(house.signed_in(who)).json()["code"] == "things_held"


def test_an_erasure_needs_the_password_again(house):
    phone = house.signed_in("10001")

    assert (erase(phone, "wrong horse").status_code, phone.get("/me").status_code) == (401, 200)


def test_staff_are_not_erased_by_themselves(house):
    assert erase(house.signed_in("s002")).json()["code"] == "staff_not_erased"


def test_the_number_can_be_given_to_somebody_new_who_finds_nothing(house):
    erase(house.signed_in("10001"))
    desk = house.signed_in("s002")
    added = desk.post("/staff/members", {"member_no": "10001", "name": "新人", "language": "zh-CN"})
    assert added.status_code == 201, added.text

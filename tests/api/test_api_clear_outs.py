"""Taking a late member's things out, over HTTP: two sessions of two of staff."""

import pytest

from gateway.fleet.model import DoorLevel
from gateway.lockers import service as lockers
from gateway.unlocking import service as unlocking
from gateway.unlocking.model import Unlock, UnlockState
from tests.api.test_api_staff import all_of
from tests.centre_builder import sense, set_door

WHY = {"reason": "overdue", "bag_label": "B-17"}
SEEN = {"bag_label": "B-17"}
STEPS = {"": WHY, "/witness": SEEN, "/bag": {}, "/hand-over": {}}


@pytest.fixture
def late(house):
    """10001's rental, due to be cleared out."""
    rental = house.rent("10001", bank_id="bank-a", size="S")
    house.clock.advance(days=8, hours=1)
    house.pulse()
    return rental


def path(rental, step=""):
    return f"/staff/rentals/{rental['id']}/clear-out{step}"


def test_two_of_staff_open_by_the_usual_way_and_the_member_reads_where_their_things_are(house, late):
    desk, technician = house.signed_in("s002"), house.signed_in("s003")
    assert desk.post(path(late), WHY).status_code == 201
    assert desk.post("/unlocks", {"lock_id": late["lock_id"]}, key="early").status_code == 404
    assert technician.post(path(late, "/witness"), SEEN).json()["state"] == "WITNESSED"
    opening = technician.post("/unlocks", {"lock_id": late["lock_id"]}, key="open").json()
    house.clock.advance(seconds=2)
    house.change(settle_opened, opening["id"], now=house.clock.now())

    done = desk.post(path(late, "/bag"), {})

    assert (done.status_code, done.json()["state"]) == (200, "BAGGED")
    assert (done.json()["first_witness"], done.json()["second_witness"]) == ("s002", "s003")
    member = house.signed_in("10001")
    assert member.get(f"/rentals/{late['id']}").json()["state"] == "ENDED"
    (notice,) = member.get("/notices").json()["items"]
    assert notice["text"] == (
        "您租用的大厅 01 号柜已由两位工作人员清柜，物品装在 B-17 号袋中，请到前台领取。原因：overdue。"
    )


def settle_opened(session, unlock_id, *, now):
    """As the gateway and the bank bring it to its end."""
    unlock = session.get_one(Unlock, unlock_id)
    for state in (UnlockState.AUTHORISED, UnlockState.SIGNED):
        unlocking.move(session, unlock, state, now=now)
    sense(session, "01", "door_open", "door_closed", now=now, cmd_id=unlock_id)


def test_the_member_reads_in_their_history_who_opened_and_why(house, late):
    test_two_of_staff_open_by_the_usual_way_and_the_member_reads_where_their_things_are(house, late)

    items = all_of(house.signed_in("10001"), "/me/history", limit=2)

    assert [(one["act"], one["by"]["who"], one["reason"]) for one in items] == [
        ("rental_ended", "staff", "overdue"),
        ("clear_out_bagged", "staff", "overdue"),
        ("door_opened", "staff", "overdue"),
        ("clear_out_witnessed", "staff", "overdue"),
        ("clear_out_proposed", "staff", "overdue"),
        ("pin_made", "you", ""),
        ("rented", "you", ""),
    ]
    assert items[1]["bag_label"] == "B-17"
    assert (items[2]["rental_id"], items[2]["label"]) == (late["id"], "01")


def test_a_forced_door_is_told_without_a_name(house):
    house.rent("10001", bank_id="bank-a", size="S")
    house.change(sense, "01", "forced", now=house.clock.now())

    newest = house.signed_in("10001").get("/me/history").json()["items"][0]

    nobody = {"who": "unknown", "name": None, "by_program": False, "program": None}
    assert (newest["act"], newest["by"]) == ("door_forced", nobody)


def test_what_the_house_does_by_itself_is_told_as_that(house, late):
    house.change(lockers.tell_of_stage, rental_id=late["id"], now=house.clock.now())

    newest = house.signed_in("10001").get("/me/history").json()["items"][0]

    assert (newest["act"], newest["by"]["who"]) == ("rental_clear_out", "house")


def test_behind_a_broken_contact_the_two_say_what_they_see(house, late):
    desk, technician = house.signed_in("s002"), house.signed_in("s003")
    desk.post(path(late), WHY)
    technician.post(path(late, "/witness"), SEEN)
    house.change(set_door, "01", DoorLevel.UNKNOWN)

    refused, bagged = desk.post(path(late, "/bag"), {}), desk.post(path(late, "/bag"), {"seen_shut_and_empty": True})

    assert (refused.json()["code"], bagged.json()["state"]) == ("not_opened_yet", "BAGGED")


def test_one_alone_cannot_do_it(house, late):
    desk = house.signed_in("s002")
    desk.post(path(late), WHY)

    answers = [desk.post(path(late, step), STEPS[step]) for step in ("/witness", "/bag")]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (403, "witness_is_the_first"),
        (409, "clear_out_moved_on"),
    ]
    assert desk.post("/unlocks", {"lock_id": late["lock_id"]}, key="open").status_code == 404


def test_before_its_time_it_is_refused_and_says_when(house):
    rental = house.rent("10001")

    answer = house.signed_in("s002").post(path(rental), WHY)

    assert (answer.status_code, answer.json()["code"]) == (409, "clear_out_not_due")
    assert answer.json()["clear_out_at"] == "2026-11-30T05:00:00+00:00"


def test_the_same_key_again_is_the_same_step(house, late):
    desk = house.signed_in("s002")
    first = desk.post(path(late), WHY, key="one")

    assert desk.post(path(late), WHY, key="one").json() == first.json()
    assert desk.post(path(late), WHY, key="two").json()["code"] == "clear_out_under_way"


def test_staff_read_how_far_it_has_come_and_call_it_off(house, late):
    desk = house.signed_in("s002")
    assert desk.get(path(late)).status_code == 404
    desk.post(path(late), WHY)

    assert desk.get(path(late)).json()["state"] == "PROPOSED"
    assert desk.delete(path(late)).json()["state"] == "CALLED_OFF"
    assert desk.delete(path(late)).json()["code"] == "clear_out_moved_on"


def test_staff_find_whose_rentals_stand_where(house, late):
    house.rent("10002", bank_id="bank-b")
    desk = house.signed_in("s002")

    (due,) = desk.get("/staff/rentals?stage=clear_out").json()["items"]

    assert (due["id"], due["member_no"], due["label"], due["stage"]) == (late["id"], "10001", "01", "clear_out")
    assert [one["member_no"] for one in desk.get("/staff/rentals?stage=running").json()["items"]] == ["10002"]
    assert desk.get("/staff/rentals?stage=grace").json()["items"] == []
    assert desk.get("/staff/rentals").json()["code"] == "malformed"


@pytest.mark.parametrize("step", STEPS)
def test_members_take_nothing_out_of_anywhere(house, late, step):
    for member_no in ("10001", "10002"):
        answer = house.signed_in(member_no).post(path(late, step), STEPS[step])
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("verb", ["GET", "DELETE"])
def test_members_have_no_business_with_clear_outs(house, late, verb):
    assert house.signed_in("10001").ask(verb, path(late)).status_code == 403
    assert house.signed_in("10001").get("/staff/rentals?stage=clear_out").status_code == 403


@pytest.mark.parametrize("step", STEPS)
def test_of_an_unknown_rental_nothing_is_cleared_out(house, step):
    answer = house.signed_in("s002").post(path({"id": "f" * 32}, step), STEPS[step])

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "body", [{}, {"reason": "overdue"}, {"reason": "", "bag_label": "B"}, {"reason": "x" * 65, "bag_label": "B"}]
)
def test_without_reason_and_bag_label_it_is_malformed(house, late, body):
    assert house.signed_in("s002").post(path(late), body).json()["code"] == "malformed"

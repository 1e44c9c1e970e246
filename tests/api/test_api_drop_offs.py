"""Leaving things for another member, over HTTP."""

import pytest

from gateway.fleet.model import DoorLevel
from tests.centre_builder import sense, set_door


@pytest.fixture
def wang(house):
    return house.signed_in("10001")


@pytest.fixture
def li(house):
    return house.signed_in("10002")


def leave(browser, *, key="leave", **wish):
    return browser.post("/drop-offs", {"to_member_no": "10002", "bank_id": "bank-b", **wish}, key=key)


def moves(house):
    """The door opens and shuts, a minute later."""
    house.clock.advance(minutes=1)
    house.change(sense, "01", "door_open", "door_closed", now=house.clock.now(), bank_id="bank-b")
    house.clock.advance(minutes=1)


def code(answer):
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def path(house, wang):
    """10001 has left something for 10002, and said so."""
    path = f"/drop-offs/{leave(wang, note='your book').json()['id']}"
    moves(house)
    assert wang.post(f"{path}/confirm", {}).status_code == 200
    return path


def test_a_member_gets_a_compartment_to_leave_things_in_and_opens_it(house, wang, li):
    answer = leave(wang, note="your book")

    assert answer.status_code == 201
    assert {**answer.json(), "id": "", "lock_id": "", "compartment": ""} == {
        "id": "",
        "state": "FILLING",
        "direction": "from_me",
        "from_name": "王晓华",
        "to_member_no": "10002",
        "note": "your book",
        "bank_id": "bank-b",
        "bank_name": {"zh-CN": "大厅", "en": "Lobby"},
        "compartment": "",
        "lock_id": "",
        "door": "shut",
        "from": "2026-11-22T04:00:00Z",
        "until": "2026-11-25T04:00:00Z",
        "stage": "running",
        "waiting_at": None,
        "ended_at": None,
    }
    asked = {"lock_id": answer.json()["lock_id"]}
    assert li.post("/unlocks", asked, key="a").status_code == 404
    assert wang.post("/unlocks", asked, key="b").status_code == 202
    assert wang.get("/rentals").json()["items"] == []
    assert li.get("/drop-offs").json()["items"] == []


def test_the_other_is_told_opens_and_says_that_it_is_collected(house, wang, li, path):
    (notice,) = li.get("/notices").json()["items"]
    assert notice["text"] == "有会员在大厅 01 号柜给您留了东西，请在 2026-11-25 12:02 之前取走。"
    (waiting,) = li.get("/drop-offs").json()["items"]
    assert (waiting["state"], waiting["direction"], waiting["from_name"], waiting["note"]) == (
        "WAITING",
        "to_me",
        "王晓华",
        "your book",
    )
    assert code(li.post(f"{path}/collect", {})) == (409, "open_it_first")
    house.pulse()
    assert li.post("/unlocks", {"lock_id": waiting["lock_id"]}, key="a").status_code == 202
    assert code(li.post(f"{path}/collect", {})) == (409, "unlock_under_way")


def test_collected_it_is_over_and_whoever_left_it_sees_so(house, wang, li, path):
    moves(house)

    collected = li.post(f"{path}/collect", {})

    assert (collected.status_code, collected.json()["state"], collected.json()["stage"]) == (200, "COLLECTED", None)
    assert wang.get(path).json()["state"] == "COLLECTED"
    (notice,) = wang.get("/notices").json()["items"]
    assert notice["text"] == "您留在大厅 01 号柜的东西，对方已经取走。"
    assert code(wang.delete(path)) == (409, "drop_off_over")
    assert house.signed_in("s002").post("/rentals", {"bank_id": "bank-b"}, key="next").status_code == 201


def test_whoever_left_it_takes_it_back(house, wang, li, path):
    assert code(wang.delete(path)) == (409, "open_it_first")
    moves(house)

    assert wang.delete(path).json()["state"] == "TAKEN_BACK"
    (notice,) = li.get("/notices").json()["items"]
    assert notice["text"] == "给您留在大厅 01 号柜的东西，对方已经拿回去了。"
    assert li.get(path).json()["state"] == "TAKEN_BACK"


def test_each_does_their_own_part_behind_a_shut_door(house, wang, li, path):
    assert code(li.delete(path)) == (403, "only_depositor")
    assert code(li.post(f"{path}/confirm", {})) == (403, "only_depositor")
    assert code(wang.post(f"{path}/collect", {})) == (403, "only_recipient")
    assert code(wang.post(f"{path}/confirm", {})) == (409, "drop_off_waiting")
    house.change(set_door, "01", DoorLevel.OPEN, "bank-b")
    assert code(li.post(f"{path}/collect", {})) == (409, "door_open")


@pytest.mark.parametrize(
    ("wish", "status", "refusal"),
    [
        ({"to_member_no": "10001"}, 409, "drop_off_to_oneself"),
        ({"to_member_no": "99999"}, 404, "not_found"),
        ({"bank_id": "bank-z"}, 404, "not_found"),
        ({"size": "S"}, 409, "no_compartment_free"),
        ({"zone": "Roof"}, 409, "no_compartment_free"),
        ({"note": "a\nb"}, 422, "malformed"),
        ({"to_member_no": ""}, 422, "malformed"),
    ],
)
def test_a_drop_off_that_cannot_be_is_refused(wang, wish, status, refusal):
    assert code(leave(wang, **wish)) == (status, refusal)


def test_so_many_at_a_time(wang):
    for number in range(3):
        assert leave(wang, key=f"leave-{number}", bank_id=None).status_code == 201

    refused = leave(wang, key="one more", bank_id=None)

    assert code(refused) == (409, "policy.most_drop_offs")
    assert refused.json()["detail"] == "您留给别人的东西还有 3 件没取走，取走后再留。"


def test_the_same_key_again_is_the_same_drop_off(wang):
    first = leave(wang)

    assert leave(wang).json() == first.json()
    assert wang.post("/drop-offs", {"to_member_no": "10002"}).json()["code"] == "idempotency_key_missing"


def test_they_come_in_pages(wang):
    ids = [leave(wang, key=f"leave-{number}", bank_id=None).json()["id"] for number in range(3)]

    first = wang.get("/drop-offs?limit=2").json()
    rest = wang.get(f"/drop-offs?after={first['next']}").json()

    assert {one["id"] for one in first["items"] + rest["items"]} == set(ids)
    assert rest["next"] is None


def test_staff_see_a_late_one_like_a_rental(house, path):
    house.clock.advance(days=3, hours=2)

    (late,) = house.signed_in("s002").get("/staff/rentals?stage=overdue").json()["items"]

    assert (late["use"], late["member_no"], f"/drop-offs/{late['id']}") == ("drop_off", "10001", path)

"""Compartments that staff keep, over HTTP."""

import pytest

from gateway.fleet.model import DoorLevel
from tests.api.test_api_staff import all_of
from tests.centre_builder import set_door


@pytest.fixture
def box(desk):
    return all_of(desk, "/staff/banks/bank-a/compartments")[0]


def hold(browser, box, **more):
    return browser.post("/staff/holds", {"compartment_id": box["id"], "reason": "lost umbrella", **more})


def code(answer):
    return answer.status_code, answer.json()["code"]


def test_staff_keep_one_open_it_and_give_it_back(house, desk, box):
    kept = hold(desk, box, until="2026-11-23T04:00:00Z")

    assert kept.status_code == 201
    assert kept.json() == {
        "id": kept.json()["id"],
        "bank_id": "bank-a",
        "compartment": {"id": box["id"], "label": "01", "size": "S"},
        "lock_id": box["lock_id"],
        "door": "shut",
        "reason": "lost umbrella",
        "from": "2026-11-22T04:00:00Z",
        "until": "2026-11-23T04:00:00Z",
        "is_over": False,
        "ended_at": None,
    }
    assert desk.get("/staff/holds").json()["items"] == [kept.json()]
    (shown, _) = desk.get("/staff/banks/bank-a/compartments").json()["items"]
    assert (shown["rental_id"], shown["use"], shown["until"], shown["note"]) == (
        kept.json()["id"],
        "held",
        "2026-11-23T04:00:00Z",
        "lost umbrella",
    )
    assert [one["label"] for one in house.signed_in().get("/banks/bank-a").json()["compartments"]] == ["02"]


@pytest.mark.parametrize("member_no", ["s001", "s002", "s003"])
def test_any_of_staff_opens_it_with_a_reason_and_a_member_does_not(house, desk, box, member_no):
    hold(desk, box)
    asked = {"lock_id": box["lock_id"]}

    opened = house.signed_in(member_no).post(f"/staff/locks/{box['lock_id']}/open", {"reason": "umbrella"}, key="a")

    assert opened.status_code == 202
    assert house.signed_in("10001").post("/unlocks", asked, key="b").status_code == 404


def test_a_hold_whose_end_has_passed_says_so_and_frees_nothing(house, desk, box):
    hold(desk, box, until="2026-11-23T04:00:00Z")
    house.clock.advance(days=2)

    (kept,) = house.signed_in("s002").get("/staff/holds").json()["items"]

    assert kept["is_over"] is True
    refused = house.signed_in().post("/rentals", {"compartment_id": box["id"]}, key="a")
    assert code(refused) == (409, "compartment_taken")


def test_it_is_given_back_behind_a_shut_door_by_anybody_of_staff(house, desk, box):
    path = f"/staff/holds/{hold(desk, box).json()['id']}"
    house.change(set_door, "01", DoorLevel.OPEN)
    assert code(desk.delete(path)) == (409, "door_open")
    house.change(set_door, "01", DoorLevel.SHUT)

    ended = house.signed_in("s003").delete(path)

    assert (ended.status_code, ended.json()["is_over"], ended.json()["ended_at"]) == (
        200,
        True,
        "2026-11-22T04:00:00Z",
    )
    assert code(desk.delete(path)) == (409, "rental_ended")
    assert house.signed_in().post("/rentals", {"compartment_id": box["id"]}, key="a").status_code == 201


def test_what_somebody_has_is_not_kept(house, desk, box):
    rental = house.rent("10001", compartment_id=box["id"])

    assert code(hold(desk, box)) == (409, "compartment_taken")
    assert desk.delete(f"/staff/holds/{rental['id']}").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "status"),
    [({"reason": ""}, 422), ({"until": "2026-11-22T03:00:00Z"}, 422), ({"compartment_id": "f" * 32}, 404)],
)
def test_a_hold_that_cannot_be_is_refused(desk, box, wanted, status):
    answer = desk.post("/staff/holds", {"compartment_id": box["id"], "reason": "x"} | wanted)

    assert answer.status_code == status


def test_members_keep_nothing_for_the_house(house, box):
    member = house.signed_in("10001")

    assert code(hold(member, box)) == (403, "not_allowed")
    assert code(member.get("/staff/holds")) == (403, "not_allowed")

"""Assigning compartments to one member or a team, over HTTP."""

import pytest

from tests.api.test_api_staff import all_of
from tests.centre_builder import sense

SEASON = "2027-03-01T00:00:00Z"


@pytest.fixture
def box(house):
    """Compartment 01 of bank-b, which is fixed."""
    house.signed_in("s001").patch("/staff/banks/bank-b", {"mode": "fixed"})
    return all_of(house.signed_in("s002"), "/staff/banks/bank-b/compartments")[0]


def assign(desk, box, *member_nos, **more):
    return desk.post("/staff/assignments", {"compartment_id": box["id"], "member_nos": member_nos, **more})


def code(answer):
    return answer.status_code, answer.json()["code"]


def test_a_member_finds_what_was_assigned_to_them_and_opens_it(house, desk, box):
    answer = assign(desk, box, "10001", until=SEASON, note="season ticket")

    assert answer.status_code == 201
    assert answer.json() == {
        "id": answer.json()["id"],
        "bank_id": "bank-b",
        "compartment": {"id": box["id"], "label": "01", "size": "L"},
        "lock_id": box["lock_id"],
        "door": "shut",
        "members": [{"member_no": "10001", "name": "王晓华"}],
        "note": "season ticket",
        "from": "2026-11-22T04:00:00Z",
        "until": SEASON,
        "stage": "running",
    }
    assert desk.get("/staff/assignments").json()["items"] == [answer.json()]
    browser = house.signed_in("10001")
    (mine,) = browser.get("/rentals").json()["items"]
    assert (mine["id"], mine["use"], mine["until"]) == (answer.json()["id"], "assigned", SEASON)
    (notice,) = browser.get("/notices").json()["items"]
    assert notice["text"] == "工作人员把大厅 01 号柜分配给您使用，您现在就可以打开。"
    assert browser.post("/unlocks", {"rental_id": mine["id"]}, key="open").status_code == 202
    assert house.signed_in("10002").get(f"/rentals/{mine['id']}").status_code == 404


def test_each_of_a_team_opens_it_and_none_of_them_gives_extends_or_shares_it(house, desk, box):
    path = f"/rentals/{assign(desk, box, '10001', '10002').json()['id']}"

    for member_no in ("10001", "10002"):
        browser = house.signed_in(member_no)
        assert browser.get(path).json()["until"] is None
        assert code(browser.delete(path)) == (409, "assigned_by_staff")
        assert code(browser.patch(path, {"until": SEASON})) == (409, "assigned_by_staff")
        assert code(browser.post(f"{path}/shares", {"member_no": "s002"})) == (409, "assigned_by_staff")
    assert browser.post("/unlocks", {"lock_id": box["lock_id"]}, key="open").status_code == 202


def test_the_desk_changes_the_list_and_the_end(house, desk, box):
    path = f"/staff/assignments/{assign(desk, box, '10001', until=SEASON).json()['id']}"

    named = desk.patch(path, {"member_nos": ["10001", "10002"]}).json()
    without_end = desk.patch(path, {"until": None}).json()

    assert [one["member_no"] for one in named["members"]] == ["10001", "10002"]
    assert (named["until"], without_end["until"]) == (SEASON, None)
    alone = desk.patch(path, {"member_nos": ["10002"]}).json()
    assert [one["member_no"] for one in alone["members"]] == ["10002"]
    assert house.signed_in("10001").post("/unlocks", {"lock_id": box["lock_id"]}, key="open").status_code == 404


def test_the_desk_takes_it_away_while_nothing_can_be_inside(house, desk, box):
    path = f"/staff/assignments/{assign(desk, box, '10001').json()['id']}"

    answer = desk.delete(path)

    assert (answer.status_code, answer.json()["stage"]) == (200, None)
    assert [one["member_no"] for one in answer.json()["members"]] == ["10001"]
    assert desk.get("/staff/assignments").json()["items"] == []
    assert code(desk.delete(path)) == (409, "rental_ended")


def test_once_it_was_opened_the_desk_gives_it_an_end_instead(house, desk, box):
    path = f"/staff/assignments/{assign(desk, box, '10001').json()['id']}"
    house.change(sense, "01", "door_open", "door_closed", now=house.clock.now(), bank_id="bank-b")

    assert code(desk.delete(path)) == (409, "things_may_be_inside")
    assert code(desk.patch(path, {"member_nos": ["10002"]})) == (409, "things_may_be_inside")
    house.clock.advance(hours=1)
    ended = house.signed_in("s002").patch(path, {"until": "2026-11-22T05:00:00Z"})
    assert ended.json()["stage"] == "grace"
    house.pulse()
    assert house.signed_in("10001").post("/unlocks", {"lock_id": box["lock_id"]}, key="open").status_code == 202


@pytest.mark.parametrize(
    ("wanted", "status", "refusal"),
    [
        ({"member_nos": []}, 422, "malformed"),
        ({"member_nos": ["99999"]}, 404, "not_found"),
        ({"until": "2026-11-22T03:00:00Z"}, 422, "malformed"),
        ({"compartment_id": "f" * 32}, 404, "not_found"),
        ({"note": "a\nb"}, 422, "malformed"),
    ],
)
def test_an_assignment_that_cannot_be_is_refused(desk, box, wanted, status, refusal):
    answer = desk.post("/staff/assignments", {"compartment_id": box["id"], "member_nos": ["10001"]} | wanted)

    assert code(answer) == (status, refusal)


def test_what_members_choose_themselves_is_not_assigned(house, desk):
    box = all_of(desk, "/staff/banks/bank-a/compartments")[0]

    assert code(assign(desk, box, "10001")) == (409, "compartment_not_fixed")


def test_the_same_key_again_is_the_same_assignment(desk, box):
    asked = {"compartment_id": box["id"], "member_nos": ["10001"]}

    first = desk.post("/staff/assignments", asked, key="one")

    assert desk.post("/staff/assignments", asked, key="one").json() == first.json()
    assert code(desk.post("/staff/assignments", asked, key="two")) == (409, "compartment_taken")


@pytest.mark.parametrize("member_no", ["10001", "s003"])
def test_neither_members_nor_technicians_assign(house, box, member_no):
    browser = house.signed_in(member_no)

    assert code(assign(browser, box, "10001")) == (403, "not_allowed")
    assert code(browser.get("/staff/assignments")) == (403, "not_allowed")

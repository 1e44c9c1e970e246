"""Alerts over HTTP: staff read them in their own language, take them up, put them aside and clear them."""

import pytest

from gateway.alerts import service as alerts
from gateway.alerts.kinds import KINDS
from tests.api.test_api_staff import all_of
from tests.centre_builder import NOON

PLACE = {"zh-CN": "大厅 01 号柜", "en": "Compartment 01 at Lobby"}


@pytest.fixture
def forced(house):
    """The id of an alert."""
    return house.change(
        alerts.raise_alert,
        kind="forced",
        thing="lock-1",
        now=NOON,
        facts={"place": PLACE},
        links={"lock": "lock-1", "bank": "bank-a"},
    ).id


def test_staff_read_the_rules_by_which_alerts_are_raised(house):
    told = house.signed_in("s003").get("/staff/alerts/kinds").json()
    by_kind = {one["kind"]: one for one in told["items"]}

    assert (told["quiet_from_min"], told["quiet_until_min"]) == (22 * 60, 8 * 60)
    assert by_kind.keys() == KINDS.keys()
    air, leak = by_kind["stale_air"], by_kind["leak"]
    assert (air["raise_at"], air["clear_below"], air["hold_s"], air["keeps_quiet"]) == (1500, 1000, 600, True)
    assert (air["severity"], air["latched"], air["escalate_after_s"]) == ("info", False, None)
    assert (leak["severity"], leak["latched"], leak["hold_s"], leak["keeps_quiet"]) == ("alarm", True, 0, False)
    assert leak["text"].startswith("{place}：")
    assert house.signed_in("10001").get("/staff/alerts/kinds").status_code == 403


def test_staff_read_what_it_is_and_what_to_do(house, forced):
    desk = house.signed_in("s002")

    [shown] = desk.get("/staff/alerts").json()["items"]

    assert shown == {
        "id": forced,
        "kind": "forced",
        "severity": "alarm",
        "state": "OPEN",
        "text": "大厅 01 号柜：门开了，但没有人通过系统开门（机械钥匙或撬开）。请马上去看，核对物品。",
        "thing": "lock-1",
        "links": [
            {"what": "bank", "id": "bank-a", "name": {"zh-CN": "大厅", "en": "Lobby"}},
            {"what": "lock", "id": "lock-1", "name": None},
        ],
        "touches": [],
        "count": 1,
        "latched": True,
        "since": "2026-11-22T04:00:00Z",
        "raised_at": "2026-11-22T04:00:00Z",
        "last_at": "2026-11-22T04:00:00Z",
        "over_at": "2026-11-22T04:00:00Z",
        "escalated_at": None,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "shelved_until": None,
        "cleared_at": None,
        "cleared_by": None,
    }
    assert desk.get(f"/staff/alerts/{forced}").json() == shown
    desk.patch("/me", {"language": "en"})
    assert desk.get(f"/staff/alerts/{forced}").json()["text"].startswith("Compartment 01 at Lobby: the door came open")


def test_it_is_taken_up_put_aside_and_cleared_with_who_and_when(house, forced):
    desk, technician = house.signed_in("s002"), house.signed_in("s003")

    taken = desk.post(f"/staff/alerts/{forced}/ack", {}).json()
    shelved = desk.post(f"/staff/alerts/{forced}/shelve", {"until": "2026-11-22T05:00:00Z"}).json()
    house.clock.advance(minutes=5)
    cleared = technician.post(f"/staff/alerts/{forced}/clear", {"note": "钥匙开的"}).json()

    assert (taken["state"], taken["acknowledged_by"]) == ("ACKNOWLEDGED", "s002")
    assert (shelved["state"], shelved["shelved_until"]) == ("SHELVED", "2026-11-22T05:00:00Z")
    assert (cleared["state"], cleared["cleared_by"]) == ("CLEARED", "s003")
    assert cleared["cleared_at"] == "2026-11-22T04:05:00Z"
    trail = [entry for entry in all_of(house.signed_in("s001"), "/staff/audit") if entry["thing"] == forced]
    assert [entry["act"] for entry in trail] == ["alert_acknowledged", "alert_shelved", "alert_cleared"]
    assert trail[-1]["detail"] == {"about": "lock-1", "alert": "forced", "note": "钥匙开的"}


def test_what_is_cleared_stays_in_the_list_behind_what_stands(house, forced):
    manager = house.signed_in("s001")
    manager.post(f"/staff/alerts/{forced}/clear", {})
    house.change(alerts.raise_alert, kind="tamper", thing="bank-a", now=NOON)

    assert [one["kind"] for one in all_of(manager, "/staff/alerts", limit=1)] == ["tamper", "forced"]
    narrowed = {
        "?state=CLEARED": ["forced"],
        "?kind=tamper": ["tamper"],
        "?about=bank-a": ["tamper", "forced"],
        "?about=nothing": [],
    }
    for query, kinds in narrowed.items():
        assert [one["kind"] for one in manager.get(f"/staff/alerts{query}").json()["items"]] == kinds


def test_the_same_press_twice_is_one_act_and_another_ones_is_a_conflict(house, forced):
    desk = house.signed_in("s002")

    first = desk.post(f"/staff/alerts/{forced}/ack", {}, key="one")
    again = desk.post(f"/staff/alerts/{forced}/ack", {}, key="one")
    other = house.signed_in("s003").post(f"/staff/alerts/{forced}/ack", {}, key="one")

    assert again.json() == first.json()
    assert (other.status_code, other.json()["code"]) == (409, "alert_moved_on")


@pytest.mark.parametrize("act", ["ack", "clear", "shelve"])
def test_members_neither_read_nor_touch_them(house, forced, act):
    member = house.signed_in("10001")
    body = {"until": "2026-11-22T05:00:00Z"} if act == "shelve" else {}

    assert member.get("/staff/alerts").status_code == 403
    assert member.get(f"/staff/alerts/{forced}").status_code == 403
    assert member.post(f"/staff/alerts/{forced}/{act}", body).status_code == 403


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("shelve", {}),
        ("shelve", {"until": "2026-11-22T04:00:00Z"}),
        ("shelve", {"until": "2027-11-22T04:00:00Z"}),
        ("ack", {"note": "a\nb"}),
        ("clear", {"note": "x" * 201}),
    ],
)
def test_what_makes_no_sense_is_malformed(house, forced, act, body):
    answer = house.signed_in("s002").post(f"/staff/alerts/{forced}/{act}", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


@pytest.mark.parametrize("query", ["state=GONE", "kind=X%20Y", "about=%00", "after=nothing"])
def test_a_list_of_nonsense_is_refused(house, query):
    assert house.signed_in("s002").get(f"/staff/alerts?{query}").status_code in {404, 422}

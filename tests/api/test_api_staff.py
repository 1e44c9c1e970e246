"""What staff can do, and who of them."""

import pytest

from gateway.fleet import service as fleet_service
from gateway.fleet.rules import Presentation
from gateway.kit import audit
from tests.centre_builder import FINGERPRINT, KEY, NOON

BANK = {
    "name_zh": "健身房",
    "name_en": "Gym",
    "compartments": [
        {"door": 1, "label": "G1", "size": "S"},
        {"door": 2, "label": "G2", "size": "L", "accessible": True},
    ],
}


@pytest.fixture
def pending(house):
    """A stranger with two doors has introduced itself."""
    told = Presentation(
        device_id="bank-c",
        online=True,
        boot_id="c" * 16,
        kind="locker_bank",
        public_key=KEY,
        fingerprint=FINGERPRINT,
        doors=2,
    )
    house.change(fleet_service.note_presence, told, now=NOON)
    return "bank-c"


def approve(browser, device, **more):
    return browser.post(f"/staff/devices/{device}/approve", {"fingerprint": FINGERPRINT, **more})


STAFF_ONLY = [
    ("GET", "/staff/devices"),
    ("POST", "/staff/devices/bank-a/approve"),
    ("POST", "/staff/devices/bank-a/suspend"),
    ("POST", "/staff/devices/bank-a/retire"),
    ("GET", "/staff/dead-letters"),
    ("GET", "/staff/audit"),
]
BODIES = {"approve": {"fingerprint": FINGERPRINT}, "suspend": {"reason": "repair"}, "retire": {}}


@pytest.mark.parametrize(("verb", "path"), STAFF_ONLY)
@pytest.mark.parametrize("member_no", ["10001", "s002"])
def test_members_and_the_desk_have_no_business_there(house, member_no, verb, path):
    body = {"body": BODIES[path.rpartition("/")[2]]} if verb == "POST" else {}

    answer = house.signed_in(member_no).ask(verb, path, **body)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_the_audit_trail_is_the_managers(house):
    assert house.signed_in("s003").get("/staff/audit").json()["code"] == "not_allowed"


def test_a_technician_sees_the_devices(house, pending):
    items = house.signed_in("s003").get("/staff/devices").json()["items"]

    assert [(item["id"], item["state"]) for item in items] == [
        ("bank-a", "APPROVED"),
        ("bank-b", "APPROVED"),
        ("bank-c", "PENDING"),
    ]
    assert items[2] == {
        "id": "bank-c",
        "kind": "locker_bank",
        "state": "PENDING",
        "reason": "",
        "fingerprint": FINGERPRINT,
        "doors": 2,
        "firmware": "",
        "maker": "",
        "maker_name": "",
        "hardware_id": "",
        "presence": "online",
        "heard_at": "2026-11-22T04:00:00Z",
        "key_switch": "none",
        "fire_contact": "none",
        "button": "nothing",
        "shows_alarms": False,
        "usual_s": 0,
    }


def test_approving_a_device_makes_it_a_bank(house, pending):
    answer = approve(house.signed_in("s003"), pending, bank=BANK)

    assert (answer.status_code, answer.json()["state"]) == (200, "APPROVED")
    bank = house.signed_in().get("/banks/bank-c").json()
    assert bank["name"] == {"zh-CN": "健身房", "en": "Gym"}
    assert bank["free"] == {"S": 1, "M": 0, "L": 1}


def test_another_fingerprint_is_refused_and_nothing_happens(house, pending):
    answer = house.signed_in("s003").post(
        f"/staff/devices/{pending}/approve", {"fingerprint": "ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ", "bank": BANK}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "fingerprint_differs")
    assert house.signed_in().get("/banks/bank-c").status_code == 404


@pytest.mark.parametrize(
    "compartments",
    [
        [],
        [{"door": 3, "label": "G3", "size": "S"}],
        [{"door": 1, "label": "G1", "size": "S"}, {"door": 1, "label": "G2", "size": "S"}],
        [{"door": 1, "label": "G1", "size": "S"}, {"door": 2, "label": "G1", "size": "S"}],
        [{"door": "1", "label": "G1", "size": "S"}],
        [{"door": 1, "label": "", "size": "S"}],
        [{"door": 1, "label": "toolonglabel", "size": "S"}],
        [{"door": 1, "label": "G\n1", "size": "S"}],
    ],
)
def test_a_bank_that_the_device_cannot_be_is_malformed_and_nothing_happens(house, pending, compartments):
    technician = house.signed_in("s003")

    answer = approve(technician, pending, bank={**BANK, "compartments": compartments})

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert technician.get("/staff/devices").json()["items"][2]["state"] == "PENDING"


def test_approving_again_ends_a_suspension_and_keeps_the_bank(house):
    technician = house.signed_in("s003")
    technician.post("/staff/devices/bank-a/suspend", {"reason": "repair"})

    answer = approve(technician, "bank-a")

    assert (answer.status_code, answer.json()["state"]) == (200, "APPROVED")


def test_a_bank_is_not_founded_twice(house):
    answer = approve(house.signed_in("s003"), "bank-a", bank=BANK)

    assert (answer.status_code, answer.json()["code"]) == (409, "bank_exists")


def test_a_suspended_device_says_why(house):
    answer = house.signed_in("s001").post("/staff/devices/bank-a/suspend", {"reason": "water damage"})

    assert (answer.json()["state"], answer.json()["reason"]) == ("SUSPENDED", "water damage")


def test_a_retired_device_stays_retired(house):
    manager = house.signed_in("s001")
    assert manager.post("/staff/devices/bank-a/retire", {}).json()["state"] == "RETIRED"

    answer = approve(manager, "bank-a")

    assert (answer.status_code, answer.json()["code"]) == (409, "device_retired")


@pytest.mark.parametrize("act", ["approve", "suspend", "retire"])
def test_an_unknown_device_is_not_found(house, act):
    answer = house.signed_in("s001").post(f"/staff/devices/nothing/{act}", BODIES[act])

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("act", ["approve", "suspend", "retire"])
def test_the_same_key_again_is_the_same_act(house, act):
    manager = house.signed_in("s001")
    first = manager.post(f"/staff/devices/bank-a/{act}", BODIES[act], key="one")
    before = house.centre.sessions
    with before.read() as session:
        head = audit.head(session)

    second = manager.post(f"/staff/devices/bank-a/{act}", BODIES[act], key="one")

    assert (second.status_code, second.json()) == (first.status_code, first.json())
    with before.read() as session:
        assert audit.head(session) == head


def test_what_staff_do_to_devices_is_in_the_trail_under_their_audit_id(house):
    manager = house.signed_in("s001")
    manager.post("/staff/devices/bank-a/suspend", {"reason": "repair"})

    last = all_of(manager, "/staff/audit")[-1]

    assert (last["act"], last["thing"]) == ("device_suspended", "bank-a")
    assert last["actor"] not in ("s001", house.member_id("s001"))


def test_the_trail_comes_in_pages_without_a_gap(house):
    entries = all_of(house.signed_in("s001"), "/staff/audit", limit=3)

    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))


def test_the_trail_is_searched_by_who_by_act_and_by_thing_and_read_from_its_end(house):
    manager, technician = house.signed_in("s001"), house.signed_in("s003")
    manager.post("/staff/devices/bank-a/suspend", {"reason": "repair"})
    technician.post("/staff/devices/bank-b/suspend", {"reason": "repair"})

    def found(query):
        return [
            (one["actor_no"], one["act"], one["thing"])
            for one in manager.get(f"/staff/audit?limit=200&{query}").json()["items"]
        ]

    mine, theirs = ("s001", "device_suspended", "bank-a"), ("s003", "device_suspended", "bank-b")
    assert found("act=device_suspended") == [mine, theirs]
    assert found("act=device_suspended&newest=true") == [theirs, mine]
    assert found("act=device_suspended&member_no=s003") == [theirs]
    assert found("about=bank-a&newest=true")[0] == mine
    assert found("act=nothing") == []
    assert {actor for actor, *_ in found("member_no=s003")} == {"s003", None}
    assert manager.get("/staff/audit?member_no=nobody").status_code == 404


@pytest.mark.parametrize("after", ["x", "9" * 40, "-1"])
def test_the_trail_behind_something_that_is_no_number_is_not_found(house, after):
    assert house.signed_in("s001").get(f"/staff/audit?after={after}").status_code == 404


def test_dead_letters_are_counted_by_who_and_why(house):
    for _ in range(2):
        dead_letter(house, "bank-x")

    (letter,) = house.signed_in("s003").get("/staff/dead-letters").json()["items"]

    assert (letter["device"], letter["fault"], letter["count"]) == ("bank-x", "signature", 2)


def test_dead_letters_come_in_pages_whatever_their_senders_call_themselves(house):
    for name in ("bank-x", "名字 ~:/", "b" * 64):
        dead_letter(house, name)

    letters = all_of(house.signed_in("s003"), "/staff/dead-letters", limit=1)

    assert {letter["device"] for letter in letters} == {"bank-x", "名字 ~:/", "b" * 64}


def dead_letter(house, device):
    house.change(
        fleet_service.note_dead_letter,
        device=device,
        channel="evt",
        fault="signature",
        detail="does not verify",
        payload=b"x",
        now=NOON,
    )


def all_of(browser, path, limit=50):
    """Every page of a list."""
    items, after = [], ""
    while after is not None:
        page = browser.get(f"{path}?limit={limit}{after and f'&after={after}'}").json()
        items, after = items + page["items"], page["next"]
    return items


def test_an_off_the_shelf_device_is_approved_into_a_zone_without_a_fingerprint(house):
    lamp = house.change(
        fleet_service.meet_outsider, maker="shelly", name="lamp", hardware_id="a0", now=house.clock.now()
    )
    technician = house.signed_in("s003")
    technician.post("/staff/zones", {"id": "hall", "name_zh": "大厅", "name_en": "Hall"}, key="zone")
    seen = next(one for one in technician.get("/staff/devices").json()["items"] if one["id"] == lamp.id)
    assert (seen["state"], seen["maker"], seen["maker_name"], seen["hardware_id"]) == (
        "PENDING",
        "shelly",
        "lamp",
        "a0",
    )

    answer = technician.post(f"/staff/devices/{lamp.id}/approve", {"zone": "hall"}, key="approve")

    assert (answer.status_code, answer.json()["state"], answer.json()["doors"]) == (200, "APPROVED", 0)
    assert technician.get("/staff/zones/hall").json()["devices"] == [lamp.id]
    retired = technician.post(f"/staff/devices/{lamp.id}/retire", {}, key="retire").json()
    assert retired["state"] == "RETIRED"
    assert technician.get("/staff/zones/hall").json()["devices"] == []


def test_a_device_of_ours_is_not_approved_without_its_fingerprint(house):
    answer = house.signed_in("s003").post("/staff/devices/bank-a/approve", {}, key="approve")
    assert answer.json()["code"] == "fingerprint_differs"

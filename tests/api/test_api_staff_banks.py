"""What staff decide about a locker bank."""

import pytest

from tests.api.test_api_staff import all_of

USUAL = {
    "zone": None,
    "mode": "free_choice",
    "usual_min": 120,
    "longest_min": 240,
    "idle_after_days": 0,
    "remind_before_min": 60,
    "grace_min": 60,
    "clear_out_after_min": 10_080,
    "care_after": "none",
    "ajar_after_min": 5,
}


def test_every_bank_has_sensible_terms_from_the_beginning(house):
    terms = all_of(house.signed_in("s002"), "/staff/banks", limit=1)

    assert [bank["id"] for bank in terms] == ["bank-a", "bank-b"]
    assert terms[0] == {"id": "bank-a", "name": {"zh-CN": "大厅", "en": "Lobby"}, **USUAL}


def test_a_manager_gives_one_bank_other_terms_and_rentals_there_follow_at_once(house):
    rental = house.rent("10001", bank_id="bank-a", size="S")

    answer = house.signed_in("s001").patch("/staff/banks/bank-a", {"grace_min": 0})

    assert (answer.status_code, answer.json()["grace_min"], answer.json()["remind_before_min"]) == (200, 0, 60)
    assert house.signed_in().get(f"/rentals/{rental['id']}").json()["grace_until"] == rental["until"]
    assert all_of(house.signed_in("s001"), "/staff/banks")[1]["grace_min"] == 60
    last = all_of(house.signed_in("s001"), "/staff/audit")
    assert [entry["detail"] for entry in last if entry["act"] == "bank_terms_set"] == [{"grace_min": 0}]


@pytest.mark.parametrize("member_no", ["10001", "s002", "s003"])
def test_only_a_manager_sets_terms(house, member_no):
    answer = house.signed_in(member_no).patch("/staff/banks/bank-a", {"grace_min": 0})

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_members_do_not_read_them(house):
    assert house.signed_in().get("/staff/banks").status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"grace_min": -1},
        {"grace_min": "60"},
        {"remind_before_min": 43_201},
        {"clear_out_after_min": 1_439},
        {"g": 1},
        {"care_after": "out_of_service"},
        {"ajar_after_min": 0},
        {"mode": "by_lot"},
        {"usual_min": 300},
        {"longest_min": 5},
        {"idle_after_days": -1},
        {"zone_en": "a\nb"},
    ],
)
def test_terms_that_make_no_sense_are_malformed(house, change):
    answer = house.signed_in("s001").patch("/staff/banks/bank-a", change)

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def test_where_a_bank_stands_is_the_zone_of_its_device_whoever_says_it(house):
    manager, technician = house.signed_in("s001"), house.signed_in("s003")
    technician.post("/staff/zones", {"id": "wet", "name_zh": "泳池", "name_en": "Pool"}, key="wet")

    told = manager.patch("/staff/banks/bank-a", {"zone_zh": "泳池"}).json()
    assert told["zone"] == {"zh-CN": "泳池", "en": "Pool"}
    assert manager.get("/staff/zones/wet").json()["banks"] == ["bank-a"]
    assert len(manager.get("/staff/zones").json()["items"]) == 1

    technician.patch("/staff/zones/wet", {"name_en": "Baths"})
    assert house.signed_in().get("/banks/bank-a").json()["zone"]["en"] == "Baths"
    technician.ask("PUT", "/staff/devices/bank-a/zone", body={"zone": None})
    assert house.signed_in().get("/banks/bank-a").json()["zone"] is None


def test_an_unknown_bank_has_no_terms(house):
    assert house.signed_in("s001").patch("/staff/banks/bank-z", {"grace_min": 0}).status_code == 404


@pytest.fixture
def box(house):
    """Compartment 01 of bank-a."""
    return all_of(house.signed_in("s002"), "/staff/banks/bank-a/compartments", limit=1)[0]


def test_staff_see_every_compartment_with_its_door_condition_and_holder(house, box):
    rental = house.rent("10001", bank_id="bank-a", size="M")

    (first, second) = house.signed_in("s003").get("/staff/banks/bank-a/compartments").json()["items"]

    assert first == {
        "id": box["id"],
        "bank_id": "bank-a",
        "label": "01",
        "size": "S",
        "accessible": False,
        "inside": "unknown",
        "mode": "free_choice",
        "lock_id": box["lock_id"],
        "door": "shut",
        "condition": "ready",
        "condition_reason": "",
        "condition_at": None,
        "rental_id": None,
        "use": None,
        "until": None,
        "note": None,
    }
    assert (second["label"], second["rental_id"], second["use"]) == ("02", rental["id"], "rented")


def test_what_staff_take_out_of_service_is_offered_to_nobody_until_they_give_it_back(house, box):
    desk, member = house.signed_in("s002"), house.signed_in("10001")
    path = f"/staff/compartments/{box['id']}"

    set_ = desk.patch(path, {"condition": "out_of_service", "reason": "hinge broken"})

    assert (set_.status_code, set_.json()["condition"], set_.json()["condition_reason"]) == (
        200,
        "out_of_service",
        "hinge broken",
    )
    assert [one["label"] for one in member.get("/banks/bank-a").json()["compartments"]] == ["02"]
    refused = member.post("/rentals", {"compartment_id": box["id"]}, key="one")
    assert (refused.status_code, refused.json()["code"]) == (409, "compartment_not_ready")

    desk.patch(path, {"condition": "ready", "reason": "repaired"})

    assert member.post("/rentals", {"compartment_id": box["id"]}, key="two").status_code == 201


def test_staff_find_over_all_banks_what_there_is_to_clean_to_look_at_or_to_repair(house):
    desk = house.signed_in("s002")
    for bank, condition in [("bank-a", "cleaning"), ("bank-b", "cleaning"), ("bank-a", "out_of_service")]:
        boxes = all_of(desk, f"/staff/banks/{bank}/compartments")
        first = next(one for one in boxes if one["condition"] == "ready")
        desk.patch(f"/staff/compartments/{first['id']}", {"condition": condition, "reason": "spilt tea"})

    def found(condition):
        items = desk.get(f"/staff/compartments?condition={condition}").json()["items"]
        return [(one["bank_id"], one["label"], one["condition_reason"]) for one in items]

    assert found("cleaning") == [("bank-a", "01", "spilt tea"), ("bank-b", "01", "spilt tea")]
    assert found("out_of_service") == [("bank-a", "02", "spilt tea")]
    assert found("inspection") == []
    assert desk.get("/staff/compartments").json()["code"] == "malformed"


def test_a_bank_that_wants_cleaning_gets_it_between_two_holders(house, box):
    house.signed_in("s001").patch("/staff/banks/bank-a", {"care_after": "cleaning"})
    rental = house.rent("10001", compartment_id=box["id"])
    house.signed_in("10001").delete(f"/rentals/{rental['id']}")

    now = all_of(house.signed_in("s002"), "/staff/banks/bank-a/compartments")[0]

    assert (now["condition"], now["condition_reason"], now["rental_id"]) == ("cleaning", "rental_ended", None)


def test_why_is_in_the_trail(house, box):
    house.signed_in("s002").patch(f"/staff/compartments/{box['id']}", {"condition": "inspection", "reason": "smell"})

    last = all_of(house.signed_in("s001"), "/staff/audit")

    assert [(one["thing"], one["detail"]) for one in last if one["act"] == "compartment_inspection"] == [
        (box["id"], {"reason": "smell"})
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"condition": "ready"},
        {"reason": "x"},
        {"condition": "lost", "reason": "x"},
        {"condition": "ready", "reason": ""},
    ],
)
def test_without_a_condition_and_a_reason_it_is_malformed(house, box, change):
    assert house.signed_in("s002").patch(f"/staff/compartments/{box['id']}", change).json()["code"] == "malformed"


def test_members_neither_see_nor_set_conditions(house, box):
    member = house.signed_in("10001")

    assert member.get("/staff/banks/bank-a/compartments").status_code == 403
    change = {"condition": "ready", "reason": "x"}
    assert member.patch(f"/staff/compartments/{box['id']}", change).status_code == 403


def test_an_unknown_compartment_has_no_condition(house):
    desk, change = house.signed_in("s002"), {"condition": "ready", "reason": "x"}

    assert desk.patch(f"/staff/compartments/{'f' * 32}", change).status_code == 404
    assert desk.get("/staff/banks/bank-z/compartments").status_code == 404

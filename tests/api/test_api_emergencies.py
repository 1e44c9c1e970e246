"""Stopping every opening, over HTTP: who may, who must agree to end it, and what members are told."""

from tests.centre_builder import sense

WHY = {"reason": "things are missing"}


def freeze(house, **where):
    return house.signed_in("s001").post("/staff/freeze", WHY | where)


def clear(house, frozen, member_no):
    return house.signed_in(member_no).post(f"/staff/emergencies/{frozen['id']}/clear", {})


def test_a_manager_freezes_and_a_member_is_told_plainly_why_no_door_opens(house):
    rental = house.rent("10001")
    frozen = freeze(house)
    assert (frozen.status_code, frozen.json()["kind"], frozen.json()["state"]) == (201, "freeze", "ACTIVE")

    answer = house.signed_in("10001").post("/unlocks", {"rental_id": rental["id"]}, key="press")

    assert (answer.status_code, answer.json()["code"]) == (409, "frozen")
    assert answer.json()["detail"] == "为了大家的物品安全，现在暂停用手机开门。请到前台，工作人员会用钥匙帮您开。"


def test_only_a_manager_freezes_and_only_with_a_reason(house):
    for member_no in ("10001", "s002", "s003"):
        answer = house.signed_in(member_no).post("/staff/freeze", WHY)
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert house.signed_in("s001").post("/staff/freeze", {"reason": " "}).status_code == 422
    assert house.signed_in("s001").post("/staff/freeze", {}).status_code == 422


def test_two_sessions_of_two_people_clear_it(house):
    frozen = freeze(house, bank_id="bank-a").json()
    assert clear(house, frozen, "s001").json()["state"] == "ACTIVE"
    again = clear(house, frozen, "s001")
    assert (again.status_code, again.json()["code"]) == (403, "second_is_the_first")

    cleared = clear(house, frozen, "s002").json()

    assert (cleared["state"], cleared["clear_first"], cleared["clear_second"]) == ("CLEARED", "s001", "s002")
    assert cleared["doors"] == {"open": 0, "shut": 2, "unknown": 0}
    assert clear(house, frozen, "s001").json()["code"] == "emergency_over"


def test_readiness_tells_staff_of_a_freeze_and_nobody_else(house):
    freeze(house, bank_id="bank-b")

    told = house.signed_in("s002").get("/health/ready")

    assert (told.status_code, told.json()["ready"]) == (200, True)
    assert told.json()["frozen"] == [
        {"bank_id": "bank-b", "since": "2026-11-22T04:00:00Z", "reason": "things are missing"}
    ]
    for browser in (house.signed_in("10001"), house.browser()):
        assert browser.get("/health/ready").json()["frozen"] == []


def test_the_same_key_again_is_the_same_freeze(house):
    manager = house.signed_in("s001")
    first = manager.post("/staff/freeze", WHY, key="one")

    assert manager.post("/staff/freeze", WHY, key="one").json() == first.json()
    assert manager.post("/staff/freeze", WHY, key="two").json()["code"] == "already_frozen"


def test_staff_find_it_in_the_list_and_by_its_name(house):
    one = freeze(house, bank_id="bank-a").json()
    house.clock.advance(minutes=1)
    house.pulse()
    two = freeze(house).json()
    desk = house.signed_in("s002")

    assert [found["id"] for found in desk.get("/staff/emergencies").json()["items"]] == [two["id"], one["id"]]
    assert desk.get(f"/staff/emergencies/{one['id']}").json() == one | {"still_shut": []}
    assert desk.get("/staff/emergencies/nothing").status_code == 404
    assert house.signed_in("10001").get(f"/staff/emergencies/{one['id']}").status_code == 403


def propose(house, member_no="s002", **where):
    return house.signed_in(member_no).post("/staff/emergency-open", {"reason": "smoke"} | where)


def confirm(house, proposed, member_no="s001"):
    return house.signed_in(member_no).post(f"/staff/emergencies/{proposed['id']}/confirm", {})


def test_a_dry_run_says_how_long_each_cabinet_takes_and_moves_nothing(house):
    run = house.signed_in("s002").get("/staff/emergency-open").json()

    assert (run["seconds"], run["begins_at_once"]) == (1.1, False)
    assert [(one["device_id"], one["doors"], one["away"]) for one in run["cabinets"]] == [
        ("bank-a", 2, False),
        ("bank-b", 1, False),
    ]
    assert house.signed_in("s002").get("/staff/emergency-open?bank_id=bank-z").status_code == 404
    assert house.signed_in("s002").get("/staff/emergencies").json()["items"] == []


def test_two_sessions_of_two_people_begin_to_open_everything(house):
    proposed = propose(house, bank_id="bank-a").json()
    assert (proposed["kind"], proposed["state"]) == ("emergency_open", "PROPOSED")
    assert confirm(house, proposed, "s002").json()["code"] == "second_is_the_first"

    begun = confirm(house, proposed).json()

    assert (begun["state"], begun["first"], begun["second"]) == ("ACTIVE", "s002", "s001")
    assert confirm(house, proposed).json()["code"] == "already_opening"
    assert propose(house, bank_id="bank-a").json()["code"] == "already_opening"


def test_what_is_still_shut_is_listed_by_device_with_what_to_do_until_it_opens(house):
    begun = confirm(house, propose(house, bank_id="bank-a").json()).json()
    desk = house.signed_in("s002")
    path = f"/staff/emergencies/{begun['id']}"

    (bank,) = desk.get(path).json()["still_shut"]
    assert bank["device_id"] == "bank-a"
    assert [(door["label"], door["level"], door["tries"]) for door in bank["doors"]] == [
        ("01", "shut", 0),
        ("02", "shut", 0),
    ]
    assert bank["instruction"].startswith("打开柜体检修盖")

    for label in ("01", "02"):
        house.change(sense, label, "emergency", now=house.clock.now())
    assert desk.get(path).json()["still_shut"] == []
    assert desk.get(path).json()["doors"] == {"open": 2, "shut": 0, "unknown": 0}


def test_members_open_nothing_and_see_nothing_of_it(house):
    begun = confirm(house, propose(house).json()).json()

    for answer in (
        propose(house, "10001"),
        confirm(house, begun, "10001"),
        house.signed_in("10001").get("/staff/emergency-open"),
        house.signed_in("10001").get(f"/staff/emergencies/{begun['id']}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_two_clear_it_and_the_answer_counts_how_the_doors_stand(house):
    begun = confirm(house, propose(house, bank_id="bank-a").json()).json()
    house.change(sense, "01", "emergency", now=house.clock.now())
    clear(house, begun, "s002")

    cleared = clear(house, begun, "s001").json()

    assert (cleared["state"], cleared["doors"]) == ("CLEARED", {"open": 1, "shut": 1, "unknown": 0})

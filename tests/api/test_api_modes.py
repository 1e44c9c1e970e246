"""Every way of renting, over HTTP: what a bank says of itself, and what a member gets there."""

import pytest

from tests.api.test_api_staff import all_of

LATER = "2026-11-22T07:00:00Z"  # three hours from now


def make(house, bank_id="bank-b", **terms):
    answer = house.signed_in("s001").patch(f"/staff/banks/{bank_id}", terms)
    assert answer.status_code == 200, answer.text
    return answer.json()


def code(answer):
    return answer.status_code, answer.json()["code"]


def test_a_bank_says_where_it_stands_and_how_it_is_rented(house):
    make(house, mode="time_limited", usual_min=60, longest_min=240, zone_zh="泳池", zone_en="Pool")

    first, second = house.signed_in().get("/banks").json()["items"]

    assert (first["zone"], first["mode"], first["usual_min"], first["longest_min"]) == (None, "free_choice", None, None)
    assert (second["zone"], second["mode"]) == ({"zh-CN": "泳池", "en": "Pool"}, "time_limited")
    assert (second["usual_min"], second["longest_min"]) == (60, 240)


@pytest.mark.parametrize(("zone", "found"), [("Pool", ["bank-b"]), ("泳池", ["bank-b"]), ("Roof", [])])
def test_banks_are_looked_for_by_zone(house, zone, found):
    make(house, zone_zh="泳池", zone_en="Pool")

    answer = house.signed_in().get(f"/banks?zone={zone}")

    assert [bank["id"] for bank in answer.json()["items"]] == found


def test_a_compartment_is_rented_by_zone(house):
    make(house, zone_zh="泳池", zone_en="Pool")
    browser = house.signed_in()

    assert code(browser.post("/rentals", {"zone": "Roof"}, key="a")) == (409, "no_compartment_free")
    assert browser.post("/rentals", {"zone": "泳池"}, key="b").json()["bank_id"] == "bank-b"


def test_by_the_pool_one_has_the_usual_time_and_no_more_than_the_longest(house):
    make(house, mode="time_limited", usual_min=60, longest_min=240)
    browser = house.signed_in()

    refused = browser.post("/rentals", {"bank_id": "bank-b", "until": "2026-11-22T08:00:01Z"}, key="a")
    rental = browser.post("/rentals", {"bank_id": "bank-b"}, key="b").json()

    assert code(refused) == (409, "policy.longest_use")
    assert refused.json()["longest_min"] == 240
    assert refused.json()["detail"] == "这里的柜子最多用 240 分钟。"
    assert rental["until"] == "2026-11-22T05:00:00Z"
    path = f"/rentals/{rental['id']}"
    assert browser.patch(path, {"until": LATER}).json()["until"] == LATER
    assert code(browser.patch(path, {"until": "2026-11-22T09:00:00Z"})) == (409, "policy.longest_use")


def test_what_is_kept_until_released_has_no_end(house):
    make(house, mode="kept_until_released")
    browser = house.signed_in()

    refused = browser.post("/rentals", {"bank_id": "bank-b", "until": LATER}, key="a")
    rental = browser.post("/rentals", {"bank_id": "bank-b"}, key="b").json()

    assert code(refused) == (409, "policy.no_end")
    assert (rental["until"], rental["grace_until"], rental["clear_out_at"], rental["stage"], rental["use"]) == (
        None,
        None,
        None,
        "running",
        "rented",
    )
    house.clock.advance(days=400)
    browser = house.signed_in()
    house.pulse()
    assert browser.get(f"/rentals/{rental['id']}").json()["stage"] == "running"
    assert code(browser.patch(f"/rentals/{rental['id']}", {"until": "2028-01-01T00:00:00Z"})) == (409, "policy.no_end")
    assert browser.post("/unlocks", {"rental_id": rental["id"]}, key="c").status_code == 202


def test_a_share_of_what_has_no_end_has_none(house):
    make(house, mode="kept_until_released")
    rental = house.rent("10001", bank_id="bank-b")

    shared = house.signed_in().post(f"/rentals/{rental['id']}/shares", {"member_no": "10002"})

    assert (shared.status_code, shared.json()["until"]) == (201, None)
    (notice,) = house.signed_in("10002").get("/notices").json()["items"]
    assert notice["text"] == "有会员与您共享大厅 01 号柜，在对方归还之前您都可以打开。"


def test_a_fixed_bank_shows_nothing_free_and_says_why_it_cannot_be_rented(house):
    make(house, mode="fixed")
    browser = house.signed_in()
    box = all_of(house.signed_in("s002"), "/staff/banks/bank-b/compartments")[0]["id"]

    assert browser.get("/banks/bank-b").json()["compartments"] == []
    assert browser.get("/banks/bank-b").json()["free"] == {"S": 0, "M": 0, "L": 0}
    assert code(browser.post("/rentals", {"compartment_id": box}, key="a")) == (409, "compartment_fixed")


def test_a_manager_gives_one_compartment_a_mode_of_its_own_and_takes_it_back(house):
    boss, path = house.signed_in("s001"), "/staff/banks/bank-a/compartments"
    box = all_of(boss, path)[0]["id"]

    given = boss.ask("PUT", f"/staff/compartments/{box}/mode", body={"mode": "fixed"})

    assert (given.status_code, given.json()["mode"]) == (200, "fixed")
    assert [one["label"] for one in house.signed_in().get("/banks/bank-a").json()["compartments"]] == ["02"]
    taken = boss.ask("PUT", f"/staff/compartments/{box}/mode", body={"mode": None})
    assert taken.json()["mode"] == "free_choice"


@pytest.mark.parametrize("member_no", ["10001", "s002", "s003"])
def test_only_a_manager_sets_the_mode_of_a_compartment(house, member_no):
    answer = house.signed_in(member_no).ask("PUT", f"/staff/compartments/{'f' * 32}/mode", body={"mode": None})

    assert code(answer) == (403, "not_allowed")


def test_a_compartment_that_is_not_there_has_no_mode(house):
    answer = house.signed_in("s001").ask("PUT", f"/staff/compartments/{'f' * 32}/mode", body={"mode": None})

    assert answer.status_code == 404


def test_whoever_lets_one_lie_idle_reads_what_it_takes_to_keep_it(house):
    make(house, mode="kept_until_released", idle_after_days=30)
    rental = house.rent("10001", bank_id="bank-b")
    house.clock.advance(days=30, hours=2)

    assert house.signed_in().get(f"/rentals/{rental['id']}").json()["stage"] == "overdue"
    (late,) = house.signed_in("s002").get("/staff/rentals?stage=overdue").json()["items"]
    assert (late["id"], late["until"], late["member_no"]) == (rental["id"], None, "10001")

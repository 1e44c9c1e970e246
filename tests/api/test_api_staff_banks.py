"""What staff decide about a locker bank."""

import pytest

from tests.api.test_api_staff import all_of

USUAL = {"remind_before_min": 60, "grace_min": 60, "clear_out_after_min": 10_080}


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
    [{"grace_min": -1}, {"grace_min": "60"}, {"remind_before_min": 43_201}, {"clear_out_after_min": 1_439}, {"g": 1}],
)
def test_terms_that_make_no_sense_are_malformed(house, change):
    answer = house.signed_in("s001").patch("/staff/banks/bank-a", change)

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def test_an_unknown_bank_has_no_terms(house):
    assert house.signed_in("s001").patch("/staff/banks/bank-z", {"grace_min": 0}).status_code == 404

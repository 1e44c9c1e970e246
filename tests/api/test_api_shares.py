"""Letting somebody else open, over HTTP."""

import pytest


@pytest.fixture
def rental(house):
    """10001's."""
    return house.rent("10001", bank_id="bank-a", size="S")


@pytest.fixture
def path(rental):
    return f"/rentals/{rental['id']}/shares"


def test_a_member_lets_another_open_and_takes_it_back(house, rental, path):
    holder, other = house.signed_in("10001"), house.signed_in("10002")

    shared = holder.post(path, {"member_no": "10002", "until": "2026-11-22T06:00:00Z"})

    assert shared.status_code == 201
    assert holder.get(path).json()["items"] == [shared.json()]
    (found,) = other.get("/shares").json()["items"]
    assert found == {
        "id": shared.json()["id"],
        "rental_id": rental["id"],
        "lock_id": rental["lock_id"],
        "bank_name": {"zh-CN": "大厅", "en": "Lobby"},
        "label": "01",
        "holder_name": "王晓华",
        "member_no": "10002",
        "once": False,
        "until": "2026-11-22T06:00:00Z",
    }
    assert other.post("/unlocks", {"lock_id": found["lock_id"]}, key="open").status_code == 202

    gone = holder.delete(f"{path}/{found['id']}")

    assert gone.status_code == 204
    assert (holder.get(path).json()["items"], other.get("/shares").json()["items"]) == ([], [])
    assert holder.delete(f"{path}/{found['id']}").status_code == 404


def test_whoever_it_is_shared_with_reads_so_and_gets_no_more_than_the_door(house, rental, path):
    house.signed_in("10001").post(path, {"member_no": "10002", "once": True})
    other = house.signed_in("10002")

    (notice,) = other.get("/notices").json()["items"]

    assert notice["text"] == "有会员与您共享大厅 01 号柜，您在 2026-11-23 12:00 之前可以打开。"
    assert other.get("/shares").json()["items"][0]["once"] is True
    assert other.get(f"/rentals/{rental['id']}").status_code == 404
    assert other.delete(f"/rentals/{rental['id']}").status_code == 404
    assert other.get(path).status_code == 404


def test_the_same_key_again_is_the_same_share(house, path):
    holder = house.signed_in("10001")
    first = holder.post(path, {"member_no": "10002"}, key="one")

    assert holder.post(path, {"member_no": "10002"}, key="one").json() == first.json()
    assert holder.post(path, {"member_no": "10002"}, key="two").json()["code"] == "already_shared"


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"member_no": "99999"}, 404, "not_found"),
        ({"member_no": "10001"}, 409, "shared_with_oneself"),
        ({"member_no": "10002", "until": "2026-11-25T04:00:00Z"}, 409, "policy.share_within_rental"),
        ({"member_no": "10002", "until": "2026-11-22T03:00:00Z"}, 422, "malformed"),
        ({"member_no": "10002", "once": "yes"}, 422, "malformed"),
        ({}, 422, "malformed"),
    ],
)
def test_a_share_that_cannot_be_is_refused(house, path, wish, status, code):
    answer = house.signed_in("10001").post(path, wish)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_overdue_member_shares_nothing(house, path):
    house.clock.advance(days=2)

    answer = house.signed_in("10001").post(path, {"member_no": "10002"})

    assert (answer.status_code, answer.json()["code"]) == (409, "rental_overdue")


def test_a_share_to_be_taken_back_belongs_to_that_rental(house, rental, path):
    share = house.signed_in("10001").post(path, {"member_no": "s002"}).json()
    other = house.rent("10002", bank_id="bank-b")

    answer = house.signed_in("10002").delete(f"/rentals/{other['id']}/shares/{share['id']}")

    assert answer.status_code == 404
    assert len(house.signed_in("10001").get(path).json()["items"]) == 1

"""Registering and revoking kiosks, over HTTP."""

import pytest

from tests.api.test_api_pins import everything_kept


@pytest.fixture
def technician(house):
    return house.signed_in("s003")


def test_a_technician_registers_a_kiosk_whose_token_is_told_once(house, technician):
    first, again = (
        technician.post("/staff/kiosks", {"name": "大厅", "bank_id": "bank-a"}, key="one") for _ in range(2)
    )

    assert first.status_code == 201
    kiosk = first.json()
    assert len(kiosk["token"]) >= 43
    assert again.json() == {**kiosk, "token": None}
    assert kiosk["token"] not in everything_kept(house)
    assert technician.get("/staff/kiosks").json()["items"] == [
        {
            "id": kiosk["id"],
            "name": "大厅",
            "bank_id": "bank-a",
            "registered_at": "2026-11-22T04:00:00Z",
            "seen_at": None,
            "presence": "unknown",
            "wrong_in_hour": 0,
            "stopped_until": None,
        }
    ]


def test_a_revoked_kiosk_is_gone(technician):
    kiosk = technician.post("/staff/kiosks", {"name": "大厅"}).json()

    assert technician.delete(f"/staff/kiosks/{kiosk['id']}").status_code == 204
    assert technician.delete(f"/staff/kiosks/{kiosk['id']}").status_code == 404
    assert technician.get("/staff/kiosks").json()["items"] == []


@pytest.mark.parametrize(
    ("body", "status"), [({"name": ""}, 422), ({}, 422), ({"name": "x", "bank_id": "nowhere"}, 404)]
)
def test_a_kiosk_that_cannot_be_is_refused(technician, body, status):
    assert technician.post("/staff/kiosks", body).status_code == status


@pytest.mark.parametrize("who", ["10001", "s002"])
@pytest.mark.parametrize(("verb", "path"), [("GET", ""), ("POST", ""), ("DELETE", "/one")])
def test_kiosks_are_for_technicians_and_managers(house, who, verb, path):
    more = {"body": {"name": "x"}} if verb == "POST" else {}

    answer = house.signed_in(who).ask(verb, f"/staff/kiosks{path}", **more)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")

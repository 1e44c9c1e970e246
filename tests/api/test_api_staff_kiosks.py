"""Registering and revoking kiosks, over HTTP."""

import pytest

from tests.api.kiosk_builder import a_kiosk
from tests.api.reader_builder import Reader
from tests.api.test_api_pins import everything_kept


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
            "names": {"zh-CN": "大厅", "en": "大厅"},
            "bank_id": "bank-a",
            "registered_at": "2026-11-22T04:00:00Z",
            "seen_at": None,
            "presence": "unknown",
            "wrong_in_hour": 0,
            "stopped_until": None,
            "reader": None,
        }
    ]


def test_a_kiosk_has_a_name_in_each_language_that_can_be_changed_by_itself(house, technician):
    kiosk = technician.post("/staff/kiosks", {"name": "大厅", "name_en": "Lobby"}).json()
    path = f"/staff/kiosks/{kiosk['id']}"
    assert kiosk["names"] == {"zh-CN": "大厅", "en": "Lobby"}

    changed = technician.patch(path, {"name_en": "Main hall"}).json()

    assert (changed["name"], changed["names"]) == ("大厅", {"zh-CN": "大厅", "en": "Main hall"})
    assert technician.patch(path, {"device_id": None}).json()["names"] == changed["names"]
    assert technician.patch(path, {"name": " "}).status_code == 422


def test_a_change_of_its_name_leaves_a_kiosk_its_reader(house, technician):
    kiosk_id = a_kiosk(house).get().json()["id"]
    Reader(house).approve().stand_at(kiosk_id)

    renamed = technician.patch(f"/staff/kiosks/{kiosk_id}", {"name": "二楼"}).json()

    assert (renamed["name"], renamed["reader"]["device_id"]) == ("二楼", "kiosk-1")


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


def reader_seen(technician):
    [kiosk] = technician.get("/staff/kiosks").json()["items"]
    return kiosk["reader"]


def test_staff_see_a_kiosks_reader_and_whether_it_answers(house, technician):
    kiosk_id = a_kiosk(house).get().json()["id"]
    reader = Reader(house).approve().stand_at(kiosk_id)
    seen = {"device_id": "kiosk-1", "presence": "online", "parts": [{"name": "card", "health": "ok"}]}
    assert reader_seen(technician) == seen

    reader.plug.when_down()
    assert reader_seen(technician) == seen | {"parts": [{"name": "card", "health": "lost"}]}

    reader.node.stop()
    assert reader_seen(technician)["presence"] == "offline"

    technician.post("/staff/devices/kiosk-1/retire", {})
    assert reader_seen(technician) is None


def test_a_reader_is_one_kiosks_until_that_lets_it_go_or_is_gone(house, technician):
    first, second = (a_kiosk(house, name).get().json()["id"] for name in ("大厅", "二楼"))
    Reader(house).approve().stand_at(first)
    wish = {"device_id": "kiosk-1"}

    taken = technician.patch(f"/staff/kiosks/{second}", wish)
    assert (taken.status_code, taken.json()["code"]) == (409, "reader_taken")
    assert technician.patch(f"/staff/kiosks/{first}", {"device_id": None}).json()["reader"] is None
    assert technician.patch(f"/staff/kiosks/{second}", wish).status_code == 200
    technician.delete(f"/staff/kiosks/{second}")
    assert technician.patch(f"/staff/kiosks/{first}", wish).status_code == 200


def test_what_is_no_reader_or_not_yet_approved_is_no_kiosks(house, technician):
    kiosk_id = a_kiosk(house).get().json()["id"]
    Reader(house)

    told = [technician.patch(f"/staff/kiosks/{kiosk_id}", {"device_id": name}) for name in ("kiosk-1", "bank-a", "no")]
    codes = [(answer.status_code, answer.json()["code"]) for answer in told]
    assert codes == [(409, "no_reader"), (409, "no_reader"), (404, "not_found")]


@pytest.mark.parametrize("who", ["10001", "s002"])
@pytest.mark.parametrize(("verb", "path"), [("GET", ""), ("POST", ""), ("PATCH", "/one"), ("DELETE", "/one")])
def test_kiosks_are_for_technicians_and_managers(house, who, verb, path):
    more = {"POST": {"body": {"name": "x"}}, "PATCH": {"body": {"device_id": None}}}.get(verb, {})

    answer = house.signed_in(who).ask(verb, f"/staff/kiosks{path}", **more)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")

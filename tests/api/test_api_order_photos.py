"""Photos of work orders over HTTP: for staff alone, small, and with nothing in them but the picture."""

import base64
from io import BytesIO

import pytest
from PIL import Image
from PIL.ExifTags import IFD

from api.security import MOST_BYTES as USUAL_BYTES
from tests.api.conftest import House, together
from tests.centre_builder import a_photo, a_space


@pytest.fixture
def house(house_on_each: House):
    house_on_each.change(a_space, "room")
    return house_on_each


@pytest.fixture
def at(technician):
    """Where the photos of a work order are."""
    body = {"about": {"what": "space", "id": "room"}, "kind": "repair", "reason": "合页松了"}
    return f"/staff/work-orders/{technician.post('/staff/work-orders', body).json()['id']}/photos"


def a_wish(taken="before", caption="左边的合页", **photo):
    return {"taken": taken, "caption": caption, "photo": base64.b64encode(a_photo(**photo)).decode()}


def order_of(browser, at):
    return browser.get(at.removesuffix("/photos")).json()


def code(answer):
    return answer.status_code, answer.json()["code"]


def test_a_photo_is_added_to_an_order_and_read_without_the_place_it_was_taken_at(technician, at):
    exif = Image.Exif()
    exif.get_ifd(IFD.GPSInfo)[2] = (31.0, 14.0, 7.0)

    made = technician.post(at, a_wish(exif=exif), key="one")

    assert made.status_code == 201, made.text
    photo = made.json()
    assert (photo["taken"], photo["caption"], photo["by"]) == ("before", "左边的合页", "s003")
    assert order_of(technician, at)["photos"] == [photo]
    answer = technician.get(f"{at}/{photo['id']}")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("image/jpeg", "no-store")
    assert len(answer.content) == photo["size"]
    assert not Image.open(BytesIO(answer.content)).getexif()


def test_a_list_asks_for_a_photo_as_small_as_it_shows_it(technician, at):
    photo = technician.post(at, a_wish(size=(1600, 1200))).json()

    small = technician.get(f"{at}/{photo['id']}", params={"small": True})

    assert (small.headers["content-type"], small.headers["cache-control"]) == ("image/jpeg", "no-store")
    assert Image.open(BytesIO(small.content)).size == (480, 360)
    assert Image.open(BytesIO(technician.get(f"{at}/{photo['id']}").content)).size == (1280, 960)


def test_a_photo_that_is_sent_again_is_the_same_photo(house, technician, at):
    wish, headers = a_wish(), {"Idempotency-Key": "one"}

    asked = [technician.asking("POST", at, body=wish, headers=headers) for _ in range(2)]

    assert {answer.status_code for answer in together(house, *asked)} == {201}
    assert technician.post(at, wish, key="one").status_code == 201
    assert len(order_of(technician, at)["photos"]) == 1


def test_an_order_has_twelve_photos_and_the_thirteenth_is_refused_with_how_many_it_may_have(technician, at):
    for _ in range(12):
        assert technician.post(at, a_wish()).status_code == 201

    refused = technician.post(at, a_wish())

    assert code(refused) == (409, "too_many_photos")
    assert "12" in refused.json()["detail"]


def test_all_of_the_staff_see_a_photo_and_no_member_does(house, technician, at):
    photo = f"{at}/{technician.post(at, a_wish()).json()['id']}"

    assert code(house.signed_in("10001").get(photo)) == (403, "not_allowed")
    assert code(house.signed_in("10001").post(at, a_wish())) == (403, "not_allowed")
    assert code(house.browser().get(photo)) == (401, "not_signed_in")
    for staff in ("s001", "s002", "s003"):
        assert house.signed_in(staff).get(photo).status_code == 200
    other = technician.post(
        "/staff/work-orders", {"about": {"what": "space", "id": "room"}, "kind": "service", "reason": "x"}
    ).json()["id"]
    assert code(technician.get(f"/staff/work-orders/{other}/photos/{photo[-32:]}")) == (404, "not_found")


def test_who_added_a_photo_or_a_manager_removes_it(house, technician, at):
    desk, manager = house.signed_in("s002"), house.signed_in("s001")
    first, second = (technician.post(at, a_wish()).json()["id"] for _ in range(2))

    assert code(desk.delete(f"{at}/{first}")) == (403, "photo_of_another")
    assert technician.delete(f"{at}/{first}").status_code == 204
    assert manager.delete(f"{at}/{second}").status_code == 204
    assert order_of(desk, at)["photos"] == []
    assert code(manager.get(f"{at}/{second}")) == (404, "not_found")


def test_a_photo_of_a_phone_fits_and_what_is_no_photo_or_too_big_is_refused(technician, at):
    noise = BytesIO()
    Image.effect_noise((1000, 1000), 60).save(noise, "JPEG", quality=60)
    photo = base64.b64encode(noise.getvalue()).decode()
    assert len(photo) > USUAL_BYTES

    assert technician.post(at, a_wish() | {"photo": photo}).status_code == 201
    assert code(technician.post(at, a_wish() | {"photo": "A" * 1_100_000})) == (413, "too_large")
    assert code(technician.post(at, a_wish() | {"photo": "no base64!"})) == (422, "photo_unreadable")
    assert code(technician.post(at, a_wish(taken="meanwhile"))) == (422, "malformed")
    assert code(technician.post(at.removesuffix("/photos") + "/notes", {"note": photo})) == (413, "too_large")


def test_a_closed_order_gets_no_photo_more(technician, at):
    technician.post(at.removesuffix("photos") + "done", {})

    assert code(technician.post(at, a_wish())) == (409, "work_order_closed")

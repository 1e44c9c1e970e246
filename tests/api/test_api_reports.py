"""Fault reports over HTTP, on both databases: with a photo, once, and nobody else's business."""

import base64
from io import BytesIO

import pytest
from PIL import Image
from PIL.ExifTags import IFD

from api.security import MOST_BYTES as USUAL_BYTES
from tests.api.conftest import House, together
from tests.centre_builder import a_photo, a_space

BROKEN = {"about": "space", "thing_id": "room", "wrong": "broken", "words": "空调漏水"}


@pytest.fixture
def house(house_on_each: House):
    house_on_each.change(a_space, "room")
    return house_on_each


def with_photo(**photo):
    return {**BROKEN, "photo": base64.b64encode(a_photo(**photo)).decode()}


def code(answer):
    return answer.status_code, answer.json()["code"]


def test_a_report_with_a_photo_is_taken_and_its_reporter_sees_both(phone):
    exif = Image.Exif()
    exif.get_ifd(IFD.GPSInfo)[2] = (31.0, 14.0, 7.0)

    made = phone.post("/reports", with_photo(exif=exif), key="one")

    assert made.status_code == 201, made.text
    report = made.json()
    assert (report["state"], report["has_photo"], report["thing_name"]["zh-CN"]) == ("RECEIVED", True, "场地 room")
    assert phone.get("/reports").json()["items"] == [report]
    assert phone.get(f"/reports/{report['id']}").json() == report
    photo = phone.get(f"/reports/{report['id']}/photo")
    assert (photo.headers["content-type"], photo.headers["cache-control"]) == ("image/jpeg", "no-store")
    assert not Image.open(BytesIO(photo.content)).getexif()


def test_a_report_that_is_sent_again_is_the_same_report(phone):
    wish = with_photo()

    first, again = (phone.post("/reports", wish, key="one") for _ in range(2))

    assert first.json() == again.json()
    assert len(phone.get("/reports").json()["items"]) == 1
    assert code(phone.post("/reports", BROKEN, key="one")) == (422, "idempotency_key_reused")


def test_one_report_that_is_sent_twice_at_the_same_time_is_one(house, phone):
    wish, headers = with_photo(), {"Idempotency-Key": "one"}

    asked = [phone.asking("POST", "/reports", body=wish, headers=headers) for _ in range(2)]

    assert {answer.status_code for answer in together(house, *asked)} == {201}
    assert len(phone.get("/reports").json()["items"]) == 1


def test_only_the_reporter_and_staff_see_a_photo(house, phone):
    report = phone.post("/reports", with_photo(), key="one").json()

    assert code(house.signed_in("10002").get(f"/reports/{report['id']}/photo")) == (404, "not_found")
    assert code(house.signed_in("10002").get(f"/staff/reports/{report['id']}/photo")) == (403, "not_allowed")
    assert code(house.browser().get(f"/reports/{report['id']}/photo")) == (401, "not_signed_in")
    for staff in ("s001", "s002", "s003"):
        assert house.signed_in(staff).get(f"/staff/reports/{report['id']}/photo").status_code == 200


def test_a_photo_of_a_phone_fits_and_everything_else_does_not_get_more_room(phone):
    noise = BytesIO()
    Image.effect_noise((1000, 1000), 60).save(noise, "JPEG", quality=60)
    photo = base64.b64encode(noise.getvalue()).decode()
    assert len(photo) > USUAL_BYTES

    assert phone.post("/reports", {**BROKEN, "photo": photo}, key="one").status_code == 201
    assert code(phone.post("/reports", {**BROKEN, "photo": "A" * 1_100_000}, key="two")) == (413, "too_large")
    assert code(phone.post("/bookings", {"space_id": photo}, key="three")) == (413, "too_large")


@pytest.mark.parametrize("photo", ["no base64 at all!", base64.b64encode(b"<script>").decode(), "写"])
def test_what_is_no_photo_is_refused_and_nothing_is_reported(phone, photo):
    assert code(phone.post("/reports", {**BROKEN, "photo": photo}, key="one")) == (422, "photo_unreadable")
    assert phone.get("/reports").json()["items"] == []
    assert phone.post("/reports", BROKEN, key="two").json()["has_photo"] is False


def test_what_can_be_reported_is_told(house, phone):
    rental = house.rent("10001")

    found = [(one["about"], one["thing_id"]) for one in phone.get("/reports/things").json()["items"]]

    assert found[-1] == ("elsewhere", None)
    assert ("space", "room") in found
    assert ("locker", rental["compartment"]["id"]) in found
    assert "locker" not in {one["about"] for one in house.signed_in("10002").get("/reports/things").json()["items"]}


def test_too_many_in_a_day_are_refused_with_the_time_to_wait(phone):
    for count in range(10):
        assert phone.post("/reports", BROKEN, key=f"{count}").status_code == 201

    refused = phone.post("/reports", with_photo(), key="more")

    assert code(refused) == (429, "too_many_reports")
    assert int(refused.headers["retry-after"]) > 86_000
    assert phone.post("/reports", BROKEN, key="3").status_code == 201  # that one was sent already


def test_staff_see_two_reports_of_one_thing_together_and_answer_both(house, phone):
    other = house.signed_in("10002")
    mine, theirs = phone.post("/reports", BROKEN, key="a").json(), other.post("/reports", BROKEN, key="b").json()
    technician = house.signed_in("s003")
    [one, _] = technician.get("/staff/reports").json()["items"]
    assert (one["member_no"], one["same_thing"]) in [("10002", [mine["id"]]), ("10001", [theirs["id"]])]

    answer = {"state": "MENDED", "answer": "换了灯管", "all_of_thing": True}
    assert technician.post(f"/staff/reports/{mine['id']}/answer", answer).json()["state"] == "MENDED"

    for reporter, report in ((phone, mine), (other, theirs)):
        assert reporter.get(f"/reports/{report['id']}").json()["answer"] == "换了灯管"
        [notice] = reporter.get("/notices").json()["items"]
        assert notice["text"] == "您报修的场地 room修好了：换了灯管。"
    assert technician.get("/staff/reports").json()["items"] == []
    assert len(technician.get("/staff/reports?over=true").json()["items"]) == 2
    assert code(technician.post(f"/staff/reports/{mine['id']}/answer", answer)) == (409, "report_over")

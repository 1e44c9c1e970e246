"""The display at a door: for everybody, and of nobody."""

import re

import pytest
import zxingcpp

from tests.centre_builder import a_space

HOUR = {"starts_at": "2026-11-22T04:00:00Z", "ends_at": "2026-11-22T05:00:00Z"}


@pytest.fixture
def passer_by(house):
    house.change(a_space, "room")
    return house.browser()


def test_anybody_sees_until_when_a_space_is_taken_and_nobody_sees_by_whom(house, passer_by):
    booking = house.signed_in("10001").post("/bookings", {"space_id": "room", **HOUR}, key="now").json()

    answer = passer_by.get("/door/room")

    told = answer.json()
    assert told.keys() == {"space_id", "name", "as_of", "zone", "stretches"}
    assert (told["name"], told["as_of"]) == ({"zh-CN": "场地 room", "en": "Space room"}, "2026-11-22T04:00:00Z")
    assert told["zone"] == "Asia/Shanghai"
    assert told["stretches"][0] == {**HOUR, "state": "taken", "why": None}
    assert told["stretches"][1] == {
        **HOUR,
        "starts_at": HOUR["ends_at"],
        "ends_at": "2026-11-22T14:00:00Z",
        "state": "free",
        "why": None,
    }
    for secret in ("王", "10001", booking["id"], house.member_id("10001")):
        assert secret not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_anybody_reads_why_it_is_closed_from_when_to_when_and_no_more_once_it_is_opened(house, passer_by):
    desk = house.signed_in("s002")
    closed = desk.post("/staff/spaces/room/closures", {**HOUR, "reason": "地板打蜡"}).json()

    assert passer_by.get("/door/room").json()["stretches"][0] == {**HOUR, "state": "closed", "why": "地板打蜡"}
    desk.delete(f"/staff/spaces/room/closures/{closed['id']}")
    assert passer_by.get("/door/room").json()["stretches"][0]["state"] == "free"


def test_what_is_given_back_is_free_on_the_very_next_look(house, passer_by):
    phone = house.signed_in("10001")
    booking = phone.post("/bookings", {"space_id": "room", **HOUR}, key="now").json()
    before = passer_by.get("/door/room").json()["stretches"][0]["state"]
    phone.delete(f"/bookings/{booking['id']}")

    assert (before, passer_by.get("/door/room").json()["stretches"][0]["state"]) == ("taken", "free")


def test_a_space_that_is_not_there_has_no_display(house):
    assert house.browser().get("/door/nowhere").status_code == 404
    assert house.browser().get("/door/nowhere/qr.svg").status_code == 404


def test_its_code_scanned_leads_to_where_that_space_is_booked(passer_by):
    answer = passer_by.get("/door/room/qr.svg")

    assert answer.headers["content-type"] == "image/svg+xml"
    assert scanned(answer.text) == ["http://127.0.0.1:8000/app/#/book/room"]


@pytest.mark.parametrize("host", ["a" * 3000, "evil/<script>", ""])
def test_a_host_that_is_none_gets_no_code(passer_by, host):
    answer = passer_by.get("/door/room/qr.svg", headers={"Host": host})

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def scanned(svg, scale=4):
    """What a reader that did not draw it reads: the drawing's dark runs, on white."""
    width, height = map(int, re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups())
    dark, x, y = set(), 0, 0.0
    for act, arguments in re.findall(r"([Mmh])([-\d. ]+)", re.search(r'class="qrline"[^>]* d="([^"]+)"', svg)[1]):
        numbers = [float(number) for number in arguments.split()]
        if act == "h":
            dark |= {(x + step, int(y)) for step in range(int(numbers[0]))}
            x += int(numbers[0])
        elif act == "M":
            x, y = int(numbers[0]), numbers[1]
        else:
            x, y = x + int(numbers[0]), y + numbers[1]
    pixels = bytes(
        0 if (column // scale, row // scale) in dark else 255
        for row in range(height * scale)
        for column in range(width * scale)
    )
    picture = memoryview(pixels).cast("B", (height * scale, width * scale))
    return [code.text for code in zxingcpp.read_barcodes(picture)]

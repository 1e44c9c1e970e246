"""Opening hours and named days over HTTP: what staff set, and what members are told of it."""

import pytest

from tests.centre_builder import a_hall, a_space

WED = "2026-11-25"  # an ordinary Wednesday
ON_WED = f"from={WED}T00:00:00Z&to={WED}T15:00:00Z"
TEN = {"starts_at": f"{WED}T02:00:00Z", "ends_at": f"{WED}T03:00:00Z"}  # 10 o'clock in Shanghai


@pytest.fixture
def desk(house):
    house.change(a_space, "room")
    house.change(a_hall)
    return house.signed_in("s002")


@pytest.fixture
def manager(house, desk):
    return house.signed_in("s001")


@pytest.fixture
def phone(house, desk):
    return house.signed_in("10001")


def close(desk, day=WED, **more):
    return desk.ask("PUT", f"/staff/calendar/{day}", body={"kind": "closed", "reason": "消防演习", **more})


def availability(phone, space_id="room", span=ON_WED):
    return phone.get(f"/spaces/{space_id}/availability?{span}").json()


def book(phone, space_id="room", key="k"):
    return phone.post("/bookings", {"space_id": space_id, **TEN}, key=key)


def test_a_closed_day_is_told_with_its_reason_and_refused_with_it(desk, phone):
    closed = close(desk)

    assert (closed.status_code, closed.json()["bookings_outside"], closed.json()["said_by"]) == (200, 0, "staff")
    why = {"zh-CN": "消防演习", "en": "消防演习"}
    assert availability(phone) == {"items": [], "days": [{"day": WED, "hours": None, "why": why}]}
    refused = book(phone).json()
    assert (refused["code"], refused["why"]) == ("policy.closed_day", why)
    assert refused["detail"] == "消防演习，这一天不开放。"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("zh-CN", "国庆节，这一天不开放。"), ("en", "It is closed on that day: National Day.")],
)
def test_a_public_holiday_is_refused_in_the_members_language(house, phone, language, sentence):
    house.clock.advance(days=-60)  # late in September
    phone = house.signed_in("10001")
    phone.patch("/me", {"language": language})
    wish = {"space_id": "room", "starts_at": "2026-10-02T02:00:00Z", "ends_at": "2026-10-02T03:00:00Z"}

    assert phone.post("/bookings", wish, key="k").json()["detail"] == sentence
    [day] = availability(phone, span="from=2026-10-02T00:00:00Z&to=2026-10-02T15:00:00Z")["days"]
    assert (day["hours"], day["why"]) == (None, {"zh-CN": "国庆节", "en": "National Day"})


def test_an_open_day_is_told_with_its_hours(phone):
    found = availability(phone)

    assert found["days"] == [{"day": WED, "hours": {"opens_min": 480, "closes_min": 1320}, "why": None}]
    assert len(found["items"]) == 14


def test_a_span_that_ends_at_midnight_touches_nothing_of_the_next_day(phone):
    found = availability(phone, span=f"from={WED}T00:00:00Z&to={WED}T16:00:00Z")

    assert [day["day"] for day in found["days"]] == [WED]


def test_staff_read_a_year_with_what_is_decreed_and_what_they_said(desk):
    desk.ask("PUT", "/staff/calendar/2026-10-10", body={"kind": "holiday", "reason": "厂庆"})

    year = desk.get("/staff/calendar?year=2026").json()

    days = {day["day"]: day for day in year["items"]}
    assert year["is_known"] is True
    assert days["2026-10-01"] == {
        "day": "2026-10-01",
        "kind": "holiday",
        "why": {"zh-CN": "国庆节", "en": "National Day"},
        "hours": None,
        "said_by": "public",
    }
    assert (days["2026-09-20"]["kind"], days["2026-09-20"]["said_by"]) == ("workday", "public")
    assert (days["2026-10-10"]["kind"], days["2026-10-10"]["said_by"]) == ("holiday", "staff")
    assert list(days) == sorted(days)
    assert desk.get("/staff/calendar?year=2099").json() == {"year": 2099, "is_known": False, "items": []}


def test_what_is_said_of_a_space_is_its_own(desk, phone):
    close(desk, space_id="hall")

    assert availability(phone, "court-1")["items"] == []
    assert len(availability(phone, "room")["items"]) == 14
    year = desk.get("/staff/calendar?year=2026&space_id=hall").json()["items"]
    assert [one["day"] for one in year if one["said_by"] == "staff"] == [WED]
    assert desk.delete(f"/staff/calendar/{WED}").status_code == 404
    assert desk.delete(f"/staff/calendar/{WED}?space_id=hall").status_code == 204
    assert len(availability(phone, "court-1")["items"]) == 14


def test_bookings_that_stand_are_counted_and_kept(desk, phone):
    booking = book(phone).json()

    assert close(desk).json()["bookings_outside"] == 1
    assert phone.get(f"/bookings/{booking['id']}").json()["state"] == "CONFIRMED"


def test_a_week_is_set_read_and_taken_back(manager, phone):
    week = {"wed": {"opens_min": 540, "closes_min": 660}, "sun": None, "holiday": {"opens_min": 600, "closes_min": 900}}

    told = manager.ask("PUT", "/staff/opening-hours", body={"week": week})

    assert (told.status_code, told.json()) == (200, {"week": week})
    assert manager.get("/staff/opening-hours").json() == {"week": week}
    assert len(availability(phone, "court-1")["items"]) == 2
    manager.ask("PUT", "/staff/spaces/hall/opening-hours", body={"week": {"wed": None}})
    assert availability(phone, "court-1")["days"][0]["why"] == {"zh-CN": "周三休息", "en": "every Wednesday"}
    assert manager.get("/staff/spaces/hall/opening-hours").json() == {"week": {"wed": None}}
    manager.ask("PUT", "/staff/spaces/hall/opening-hours", body={"week": {}})
    assert len(availability(phone, "court-1")["items"]) == 2


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("calendar/2026-02-30", {"kind": "closed", "reason": "x"}, "day"),
        ("calendar/9999-12-31", {"kind": "closed", "reason": "x"}, "day"),
        ("calendar/0001-01-01", {"kind": "closed", "reason": "x"}, "day"),
        ("calendar/20261001", {"kind": "closed", "reason": "x"}, "day"),
        (f"calendar/{WED}", {"kind": "shut", "reason": "x"}, "kind"),
        (f"calendar/{WED}", {"kind": "closed"}, "reason"),
        (f"calendar/{WED}", {"kind": "special_hours", "reason": "x"}, "hours"),
        (f"calendar/{WED}", {"kind": "closed", "reason": "x", "hours": {"opens_min": 0, "closes_min": 60}}, "hours"),
        ("opening-hours", {"week": {"mon": {"opens_min": 60, "closes_min": 60}}}, "week.mon.closes_min"),
        ("opening-hours", {"week": {"moon": None}}, "week.moon.[key]"),
        ("opening-hours", {"week": {"mon": {"opens_min": 0, "closes_min": 1441}}}, "week.mon.closes_min"),
        ("opening-hours", {}, "week"),
    ],
)
def test_what_cannot_be_a_day_or_a_week_is_named_by_its_field(manager, path, body, field):
    answer = manager.ask("PUT", f"/staff/{path}", body=body)

    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_space_that_is_not_there_has_no_hours_and_no_days(manager):
    assert close(manager, space_id="attic").status_code == 404
    assert manager.get("/staff/calendar?year=2026&space_id=attic").status_code == 404
    assert manager.get("/staff/spaces/attic/opening-hours").status_code == 404
    assert manager.ask("PUT", "/staff/spaces/attic/opening-hours", body={"week": {}}).status_code == 404


@pytest.mark.parametrize(("member_no", "days", "weeks"), [("10001", 403, 403), ("s003", 403, 403), ("s002", 200, 403)])
def test_the_desk_says_what_a_date_is_and_only_the_manager_sets_weeks(house, desk, member_no, days, weeks):
    somebody = house.signed_in(member_no)

    assert close(somebody).status_code == days
    assert somebody.ask("PUT", "/staff/opening-hours", body={"week": {}}).status_code == weeks
    assert somebody.ask("PUT", "/staff/spaces/room/opening-hours", body={"week": {}}).status_code == weeks
    assert somebody.get("/staff/calendar?year=2026").status_code == (403 if member_no == "10001" else 200)

"""Which centre this is, for programs that know nothing of it yet."""

from tests.centre_builder import a_space


def test_anybody_is_told_which_centre_it_is_and_how_it_speaks(house):
    told = house.browser().get("/centre").json()

    assert {name: told[name] for name in ("site", "zone", "languages", "api")} == {
        "site": "demo",
        "zone": "Asia/Shanghai",
        "languages": ["zh-CN", "en"],
        "api": house.browser().get("/openapi.json").json()["info"]["version"],
    }


def test_today_is_the_centres_and_has_its_hours(house):
    house.change(a_space, "room", opens_min=480, closes_min=1260)
    house.clock.advance(hours=12)  # midnight has gone by where the centre stands

    assert house.browser().get("/centre").json()["today"] == {
        "day": "2026-11-23",
        "hours": {"opens_min": 480, "closes_min": 1260},
        "why": None,
    }


def test_a_day_on_which_the_house_is_closed_says_why(house):
    day = {"kind": "closed", "reason": "Painting"}
    assert house.signed_in("s001").ask("PUT", "/staff/calendar/2026-11-22", body=day).status_code == 200

    today = house.browser().get("/centre").json()["today"]

    assert (today["hours"], today["why"]["en"]) == (None, "Painting")

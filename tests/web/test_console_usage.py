"""What the house is used for, on the console: every figure to read, in both languages."""

import re
from functools import partial

import pytest
from playwright.sync_api import Route, expect

from gateway.maintenance import assets
from gateway.usage import service as usage
from tests.web.console_builder import Screen, employ, screen_at

pytestmark = pytest.mark.browser

WORDS = {
    "zh-CN": (
        "使用情况",
        "没有人用过场地",
        "至少要有三个相似的日子",
        "各项的含义",
        "开放时间减去临时关闭的时间。",
        "租用储物柜",
        "次开锁",
    ),
    "en": (
        "Usage",
        "Nobody used a space in this time",
        "at least three days alike",
        "What the figures mean",
        "The opening hours, less the times that it was closed for.",
        "To rent a locker",
        "unlockings",
    ),
}


@pytest.fixture
def screen(browser, house):
    employ(house)
    with screen_at(browser, house) as found:
        yield found


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_figures_are_told_apart_explained_and_taken_along(screen: Screen, language: str):
    title, no_heat, too_early, meanings, meaning, wish, counted = WORDS[language]
    with screen.house.centre.sessions.begin() as session:
        usage.note_refusal(session, wish="rentals", code="slot_taken", now=screen.house.centre.clock.now())
        assets.take_up_all(session, now=screen.house.centre.clock.now())
    screen.house.build("court", opens_min=0, closes_min=1440, slot_min=5)
    screen.house.books("court", starts_in_min=-25)  # and nobody came
    screen.sign_in("s003", language=language)
    screen.at("usage")

    expect(screen.page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(screen.page.get_by_text(no_heat)).to_be_visible()
    expect(screen.page.get_by_text(too_early)).to_be_visible()
    expect(screen.row(wish, "1")).to_have_count(1)
    expect(screen.row(f"0 {counted}", "0%").first).to_be_visible()
    expect(screen.page.locator(".trend-booked")).to_have_count(28)
    screen.page.locator("details").first.locator("summary").click()
    booked = screen.page.locator("details tbody tr td:nth-child(2)")
    screen.page.locator("details thead button").nth(1).click()  # the least first
    screen.page.locator("details thead button").nth(1).click()
    expect(booked.first).to_have_text(re.compile(r"^0\.[1-9]$"))
    screen.page.get_by_text(meanings).click()
    expect(screen.page.get_by_text(meaning)).to_be_visible()
    assert screen.faults() == {}
    with screen.page.expect_download() as taken:
        screen.page.locator("a[download]").click()
    assert taken.value.path().read_bytes().startswith(b"PK")


ZONE = {
    "id": "pool",
    "name": {"zh-CN": "泳池", "en": "Pool"},
    "capacity": 40,
    "is_shown": True,
    "retired_at": None,
    "crowd": {
        "people": 3,
        "fullness": 0.075,
        "confidence": "known",
        "doubt": None,
        "entered": 9,
        "corrected": 0,
        "left_over": None,
        "since": "2026-11-24T14:00:00Z",
    },
}


def test_how_many_people_a_zone_has_is_shown_by_the_hour_of_the_week_where_counters_stand(screen: Screen):
    screen.sign_in("s002")
    screen.at("usage")
    expect(screen.page.get_by_role("heading", name="一周里每个小时多少人")).to_have_count(0)

    monday = [None if hour < 8 else 0.0 if hour > 9 else 2.5 for hour in range(24)]
    told = {"zone": "pool", "first": "2026-11-01", "last": "2026-11-24", "days": 3, "entered": 41, "stay_min": 52.4}
    screen.page.route("**/staff/zones?**", partial(Route.fulfill, json={"items": [ZONE], "next": None}))
    people = {**told, "hours": [monday, *[[None] * 24] * 6]}
    screen.page.route("**/staff/usage/people?zone=pool**", partial(Route.fulfill, json=people))
    screen.page.reload()

    expect(screen.page.get_by_text("数到了 3 个整天，进来过 41 人次。 平均待 52 分钟。")).to_be_visible()
    cells = screen.page.get_by_role("region", name="一周里每个小时多少人").locator("tbody tr")
    expect(cells).to_have_count(2)
    expect(cells.first.locator("td").first).to_have_text("2.5")
    assert screen.faults() == {}


def test_the_forecasts_error_can_be_told_from_that_of_copying_last_week(screen: Screen):
    hours = [{"hour": hour, "mean": 1.0, "least": 0.0, "most": 2.0} for hour in range(24)]
    told = {"day": "2026-11-28", "kind": "", "expected": hours, "error": 0.454, "naive_error": 0.513, "tried_days": 21}
    screen.page.route("**/staff/usage/forecast?**", partial(Route.fulfill, json=told))
    screen.sign_in("s002", language="en")
    screen.at("usage")

    expect(screen.page.get_by_text(re.compile(r"off by 0\.45 hours .* off by 0\.51\."))).to_be_visible()
    assert screen.faults() == {}

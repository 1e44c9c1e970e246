"""Booking every week, and the page knowing what the house lets a member book."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from gateway.bookings.model import Series
from gateway.policies.model import Limit
from tests.centre_builder import a_rule
from tests.web.conftest import OTHER, Phone
from tests.web.test_booking import choose_tomorrow, confirm

pytestmark = pytest.mark.browser


def rule(phone: Phone, limit: Limit, value: int) -> None:
    with phone.house.centre.sessions.begin() as session:
        a_rule(session, limit, value)


@pytest.mark.parametrize(("days_ahead", "shown"), [(None, 15), (2, 3), (60, 30)])
def test_every_day_that_the_house_lets_a_member_book_can_be_chosen(phone: Phone, days_ahead, shown):
    if days_ahead is not None:
        rule(phone, Limit.DAYS_AHEAD, days_ahead)
    choose_tomorrow(phone, "10:00")

    expect(phone.page.locator(".choice-strip").first.get_by_role("radio")).to_have_count(shown)


def test_no_longer_is_offered_than_the_house_lets_a_member_book(phone: Phone):
    rule(phone, Limit.MAX_MINUTES, 180)
    choose_tomorrow(phone, "10:00")

    lengths = phone.page.get_by_role("group", name="用多久").get_by_role("radio")
    expect(lengths).to_have_count(3)


def test_from_when_a_booking_opens_its_door_is_as_the_house_says(phone: Phone):
    def as_another_centre_says(route):
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"key_early_min": 30})

    phone.page.route("**/api/v1/me/policy", as_another_centre_says)
    phone.house.build("lawn", opens_min=0, closes_min=1440, slot_min=5)
    phone.house.books("lawn", starts_in_min=60)
    phone.sign_in()
    phone.show()
    [booking] = phone.house.bookings()

    half_an_hour_before = phone.house.on_the_wall(booking.starts_at - timedelta(minutes=30))
    expect(phone.page.get_by_text(f"{half_an_hour_before:%H:%M} 起")).to_be_visible()


def test_a_time_is_booked_every_week_with_one_press(phone: Phone):
    rule(phone, Limit.DAYS_AHEAD, 30)
    choose_tomorrow(phone, "10:00")
    weeks = phone.page.get_by_role("group", name="要不要每周都订").get_by_role("radio")
    expect(weeks).to_have_count(5)
    weeks.nth(3).check(force=True)
    confirm(phone, "连订 4 周，从明天 10:00–11:00开始").click()

    expect(phone.page.get_by_text(re.compile("^订好了：连续 4 周"))).to_be_visible()
    assert [one.starts_at for one in sorted(phone.house.bookings(), key=lambda one: one.starts_at)] == [
        phone.house.tomorrow(10) + timedelta(days=7 * week) for week in range(4)
    ]


@pytest.mark.parametrize(
    ("language", "title", "why"),
    [
        ("zh-CN", "订好 1 次，有 1 次没订上", "这个时段已经被订了，请换一个时间。"),
        ("en", "Booked 1, but 1 could not be had", "That time is taken. Please choose another."),
    ],
)
def test_a_week_that_cannot_be_had_is_shown_and_why(phone: Phone, language, title, why):
    phone.house.build("room")
    phone.house.books_at("room", phone.house.tomorrow(10) + timedelta(days=7), member=OTHER)
    phone.house.reads(language)
    phone.sign_in()
    choose_tomorrow(phone, "10:00", is_built=True)
    phone.page.locator(".confirm").get_by_role("radio").last.check(force=True)
    phone.page.locator(".confirm").get_by_role("button").click()

    sheet = phone.page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", name=title)).to_be_visible()
    expect(sheet.get_by_role("listitem")).to_have_count(2)
    expect(sheet.get_by_role("listitem").last).to_contain_text(why)
    sheet.get_by_role("button", name="知道了" if language == "zh-CN" else "All right").click()
    expect(sheet).to_have_count(0)
    with phone.house.centre.sessions.read() as session:
        assert [one.rule for one in session.query(Series)] == ["FREQ=WEEKLY;COUNT=2"]

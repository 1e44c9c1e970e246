"""A phone, a desk and a kiosk whose clocks go by another zone: what they show and book is meant at the centre."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import House, Phone
from tests.web.console_builder import employ, screen_at
from tests.web.kiosk_builder import kiosk_at
from tests.web.test_booking import confirm
from tests.web.test_finding import look_for, names

pytestmark = pytest.mark.browser


class TestOnAPhoneInNewYork:
    @pytest.fixture
    def context_options(self):
        return {"timezone_id": "America/New_York"}

    def test_one_finds_and_books_ten_oclock_at_the_centre_and_is_told_that_it_is_meant_there(self, phone: Phone):
        phone.house.build("room")
        phone.sign_in()
        look_for(phone, hour=10, minutes=60)
        expect(phone.page.get_by_role("main").get_by_text("职工之家当地的时间")).to_be_visible()
        expect(phone.page.get_by_role("heading", level=2).first).to_have_text("明天 10:00–11:00 空着的")
        names(phone, 0).click()
        confirm(phone, "预订 明天 10:00–11:00").click()

        expect(phone.page.locator(".booking-when")).to_have_text("明天 10:00–11:00")
        [booking] = phone.house.bookings()
        assert booking.starts_at == phone.house.tomorrow(10)


def test_on_a_phone_at_the_centre_nothing_is_said_of_it(phone: Phone):
    phone.hold_a_locker()

    expect(phone.page.get_by_text("职工之家当地的时间")).to_have_count(0)


def test_a_phones_clock_is_the_houses_also_where_a_test_moves_it(phone: Phone):
    def is_right() -> bool:
        its_own = phone.page.evaluate("[Date.now(), new Date().getTime()]")
        houses = phone.house.centre.clock.now().timestamp() * 1000
        return all(abs(houses - one) < 10_000 for one in its_own)

    phone.show()
    assert is_right()
    phone.hold_time()
    assert is_right()
    phone.show()
    phone.page.reload()
    assert is_right()
    phone.page.clock.fast_forward(60_000)
    assert not is_right()


def test_the_desk_sees_and_fills_in_the_hours_of_the_centre(browser: Browser, house: House):
    employ(house)
    house.build("room", opens_min=0, closes_min=1440)
    with screen_at(browser, house, timezone_id="America/New_York") as screen:
        house.books_at("room", screen.house.tomorrow(10))
        screen.sign_in("s002")
        screen.at("bookings")
        screen.page.get_by_role("button", name="后一天").click()
        expect(screen.page.get_by_role("button", name="王桂兰 10:00–11:00")).to_be_visible()
        screen.page.get_by_role("button", name="为会员预订").click()
        expect(screen.page.get_by_label("从", exact=True)).to_have_value(f"{house.tomorrow(10):%Y-%m-%dT%H:%M}")
        screen.fill("会员号", "10001")
        screen.page.get_by_label("从", exact=True).fill(f"{house.tomorrow(12):%Y-%m-%dT%H:%M}")
        screen.page.get_by_label("到", exact=True).fill(f"{house.tomorrow(13):%Y-%m-%dT%H:%M}")
        screen.go("预订")

        expect(screen.page.get_by_role("button", name="王桂兰 12:00–13:00")).to_be_visible()
        assert [one.starts_at for one in house.bookings()] == [house.tomorrow(hour) for hour in (12, 10)]


def test_a_kiosk_that_was_never_told_its_zone_shows_the_centres_clock(browser: Browser, house: House):
    with kiosk_at(browser, house, timezone_id="UTC") as kiosk:
        kiosk.page.clock.set_fixed_time(datetime(2026, 11, 26, 18, 30, tzinfo=UTC))
        kiosk.begin()

        expect(kiosk.page.locator(".k-clock")).to_have_text("02:3011月27日 周五")

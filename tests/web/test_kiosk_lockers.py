"""Lockers at the kiosk for whoever has a card: kept longer, booked ahead, come for; three touches at most."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from gateway.bookings.model import BookingState
from gateway.lockers import queries as lockers
from gateway.lockers.model import Rental
from gateway.members import queries as members
from tests.web.conftest import MEMBER, House
from tests.web.kiosk_builder import PIN, Kiosk, give_card, give_locker, kiosk_at
from tests.web.test_kiosk_face import COUNT_TOUCHES

pytestmark = pytest.mark.browser


@pytest.fixture
def kiosk(browser: Browser, house: House) -> Iterator[Kiosk]:
    give_card(house)
    with kiosk_at(browser, house) as kiosk:
        yield kiosk


def rentals(house: House) -> list[Rental]:
    """10001's."""
    with house.centre.sessions.read() as session:
        member = members.member_by_no(session, member_no=MEMBER)
        return list(lockers.rentals_of(session, member_id=member.id, limit=5))


def touches(kiosk: Kiosk) -> int:
    return kiosk.page.evaluate("window.touched")


def test_by_card_one_keeps_a_locker_for_longer_in_three_touches(kiosk: Kiosk):
    give_locker(kiosk.house)
    [before] = rentals(kiosk.house)
    kiosk.begin()
    kiosk.page.evaluate(COUNT_TOUCHES)
    kiosk.come()
    kiosk.tile(0)
    kiosk.page.get_by_role("button", name="延长到").click()

    expect(kiosk.page.locator(".toast")).to_contain_text("已延长到")
    assert touches(kiosk) <= 3
    [after] = rentals(kiosk.house)
    assert abs(before.until_at + timedelta(days=1) - after.until_at) < timedelta(milliseconds=1)


def test_by_number_one_keeps_it_for_longer_too(kiosk: Kiosk):
    give_locker(kiosk.house)
    kiosk.begin()
    kiosk.tile(0)
    kiosk.type("1")
    kiosk.button("下一步").click()
    kiosk.type(PIN)
    kiosk.page.get_by_role("button", name="延长到").click()

    expect(kiosk.page.locator(".toast")).to_contain_text("已延长到")


def test_by_card_one_books_a_locker_ahead_in_three_touches_for_another_day_too_and_gives_it_back(kiosk: Kiosk):
    kiosk.house.offers("02", slot_min=30)
    kiosk.begin()
    kiosk.page.evaluate(COUNT_TOUCHES)
    kiosk.come()
    kiosk.tile(3)
    kiosk.page.locator(".k-line").filter(has_text="大厅 02 号柜").click()
    kiosk.page.locator(".k-page > .primary").click()
    expect(kiosk.page.locator(".booking, .k-stack > .k-cell")).to_contain_text("大厅 02 号柜")
    assert touches(kiosk) <= 3

    kiosk.button("看看哪里有空").click()
    kiosk.page.locator(".k-line").filter(has_text="大厅 02 号柜").click()
    kiosk.page.locator(".choice-strip").first.get_by_role("radio").nth(2).check(force=True)
    kiosk.page.get_by_role("radio", name="1小时", exact=True).check(force=True)
    kiosk.page.locator(".k-page > .primary").click()
    later = kiosk.page.locator(".k-stack > .k-cell").last
    expect(later).to_contain_text("00:00–01:00")
    newest = kiosk.house.bookings()[0]
    assert newest.ends_at - newest.starts_at == timedelta(hours=1)
    later.click()
    kiosk.button("取消预订").click()

    expect(kiosk.page.get_by_text("00:00–01:00")).to_have_count(0)
    assert kiosk.house.bookings()[0].state is BookingState.CANCELLED


def test_whoever_booked_a_locker_finds_it_where_they_open_lockers_and_takes_it_in_three_touches(kiosk: Kiosk):
    box = kiosk.house.offers("02")
    kiosk.house.books(box, starts_in_min=-10)
    kiosk.begin()
    kiosk.page.evaluate(COUNT_TOUCHES)
    kiosk.come()
    kiosk.tile(0)
    kiosk.page.locator(".k-cell").filter(has_text="大厅 02 号柜").click()
    expect(kiosk.disc).to_contain_text("取用柜子")
    kiosk.press()

    assert touches(kiosk) <= 3
    [rental] = rentals(kiosk.house)
    kiosk.button("回首页").click()
    kiosk.tile(0)
    expect(kiosk.page.locator(".locker-label")).to_contain_text("02")
    expect(kiosk.button("不用了，退还柜子")).to_be_visible()
    expect(kiosk.page.get_by_text("延长到")).to_have_count(0)  # somebody may have booked what comes then
    assert rental.ended_at is None


def test_of_many_lockers_that_can_be_booked_a_few_are_shown_and_the_others_when_asked_for(kiosk: Kiosk):
    kiosk.house.offers("02")
    kiosk.page.route("**/api/v1/kiosk/spaces?*", answer_with_many)
    kiosk.begin()
    kiosk.tile(3)
    lines = kiosk.page.locator(".k-line")
    expect(lines).to_have_count(6)
    kiosk.button("还有 24 个").click()

    expect(lines).to_have_count(30)


def answer_with_many(route) -> None:
    """As a house with thirty of them would."""
    told = route.fetch().json()
    [one] = told["items"]
    many = [{**one, "id": str(no), "name": {"zh-CN": f"大厅 {no} 号柜", "en": f"Locker {no}"}} for no in range(30)]
    route.fulfill(json={**told, "items": many})


@pytest.mark.parametrize(
    ("language", "elder", "size", "scheme"),
    [("zh-CN", True, "landscape", "light"), ("en", False, "portrait", "dark")],
)
def test_axe_finds_nothing_wrong_and_all_is_large_enough_where_lockers_are_kept_and_booked(
    browser: Browser, house: House, language, elder, size, scheme
):
    give_card(house)
    give_locker(house)
    house.reads(language, elder_mode=elder)
    house.build("room", opens_min=0, closes_min=1440, slot_min=30)
    box = house.offers("02")
    house.books(box, starts_in_min=3 * 24 * 60)
    house.books(box, starts_in_min=-10)
    found = {}
    with kiosk_at(browser, house, size, color_scheme=scheme) as kiosk:
        kiosk.language, kiosk.elder = language, elder
        kiosk.begin()
        kiosk.read()
        kiosk.come()
        for screen in screens(kiosk):
            if faults := kiosk.faults():
                found[screen] = faults
    assert found == {}


def screens(kiosk: Kiosk) -> Iterator[str]:
    page = kiosk.page
    kiosk.tile(0)
    page.locator(".k-cell").nth(1).wait_for()
    yield "which locker"
    page.locator(".k-cell").first.click()
    page.locator(".k-acts button").nth(1).wait_for()
    yield "locker"
    page.locator(".k-head .secondary").click()
    kiosk.tile(2)
    page.locator(".k-stack > .k-cell").wait_for()
    yield "bookings"
    page.locator(".k-stack > .k-cell").click()
    page.locator("dialog .primary").wait_for()
    yield "giving back"
    page.keyboard.press("Escape")
    page.locator(".k-head .secondary").click()
    kiosk.tile(3)
    page.locator(".k-line").nth(1).wait_for()
    yield "free"
    page.locator(".k-line").first.click()
    page.locator(".choice-grid").wait_for()
    yield "booking"

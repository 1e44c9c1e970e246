"""The bookings board at the staff's console: drawn, typed, cancelled, closed, answered."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from gateway.bookings.model import BookingState
from tests.web.conftest import OTHER, hold
from tests.web.console_builder import Screen, employ, screen_at

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(browser, house):
    employ(house)
    house.build("room", opens_min=0, closes_min=1440, slot_min=30)
    house.books_at("room", house.tomorrow(10))
    with screen_at(browser, house) as found:
        found.sign_in("s002")
        found.at("bookings")
        found.page.get_by_role("button", name="后一天").click()
        expect(block(found, "10:00")).to_be_visible()
        yield found


def block(screen: Screen, begins: str, who: str = "王桂兰"):
    return screen.page.get_by_role("button", name=f"{who} {begins}")


def fill_move(screen: Screen) -> None:
    screen.fill("原因", "灯坏了")
    screen.page.get_by_label("按规则吗").select_option("past")
    screen.go("就这样改")


def starts(screen: Screen) -> datetime:
    [booking] = screen.house.bookings()
    return screen.house.on_the_wall(booking.starts_at)


def test_a_booking_is_moved_by_the_arrow_keys(screen: Screen):
    expect(block(screen, "10:00–11:00").locator("time")).to_have_css(
        "clip-path", "inset(50%)"
    )  # no half of it is shown
    block(screen, "10:00–11:00").focus()
    screen.page.keyboard.press("ArrowRight")
    screen.page.keyboard.press("ArrowRight")
    expect(screen.page.get_by_role("status").filter(has_text="改到 11:00–12:00，按回车确认")).to_have_count(1)
    screen.page.keyboard.press("Escape")
    expect(block(screen, "10:00–11:00")).to_be_focused()
    for _ in range(4):
        screen.page.keyboard.press("ArrowRight")
    screen.page.keyboard.press("Enter")
    fill_move(screen)

    expect(block(screen, "12:00–13:00")).to_be_visible()
    assert starts(screen) == screen.house.tomorrow(12)


def test_a_booking_is_drawn_along_its_line_by_the_pointer(screen: Screen):
    box = block(screen, "10:00–11:00").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 10
    screen.page.mouse.move(x, y)
    screen.page.mouse.down()
    screen.page.mouse.move(x + 3 * box["width"], y, steps=5)
    screen.page.mouse.up()
    fill_move(screen)

    expect(block(screen, "13:00–14:00")).to_be_visible()
    assert starts(screen) == screen.house.tomorrow(13)


def test_a_booking_is_cancelled_with_a_reason_and_another_made_for_a_member(screen: Screen):
    block(screen, "10:00–11:00").click()
    screen.go("取消预订")
    screen.fill("原因", "停电")
    screen.go("取消预订")
    expect(block(screen, "10:00–11:00")).to_have_count(0)
    assert [one.state for one in screen.house.bookings()] == [BookingState.CANCELLED]

    screen.page.get_by_role("button", name="为会员预订").click()
    screen.fill("会员号", "10001")
    screen.page.get_by_label("从", exact=True).fill(f"{screen.house.tomorrow(15):%Y-%m-%dT%H:%M}")
    screen.page.get_by_label("到", exact=True).fill(f"{screen.house.tomorrow(16):%Y-%m-%dT%H:%M}")
    screen.fill("不按规则的原因", "工会活动")
    screen.go("预订")
    expect(block(screen, "15:00–16:00")).to_be_visible()


def test_rooms_come_first_and_lockers_by_their_numbers(screen: Screen):
    for label in ("02", "01"):
        screen.house.offers(label)
    screen.page.reload()

    expect(screen.page.locator(".board-name")).to_have_text(["场地 room", "大厅 01 号柜", "大厅 02 号柜"])


def test_a_party_is_booked_seen_on_its_block_and_made_bigger_by_a_move(screen: Screen):
    """In a row of seats several have the same time: none lies on another."""
    screen.house.build("seats", places=6, opens_min=0, closes_min=1440, slot_min=30)
    screen.house.books_at("seats", screen.house.tomorrow(15), member=OTHER)
    screen.page.reload()
    screen.page.get_by_role("button", name="后一天").click()
    expect(block(screen, "15:00–16:00", "李建国")).to_be_visible()
    screen.page.get_by_role("button", name="为会员预订").click()
    screen.fill("会员号", "10001")
    screen.page.get_by_label("场地", exact=True).select_option("seats")
    screen.page.get_by_label("从", exact=True).fill(f"{screen.house.tomorrow(15):%Y-%m-%dT%H:%M}")
    screen.page.get_by_label("到", exact=True).fill(f"{screen.house.tomorrow(16):%Y-%m-%dT%H:%M}")
    screen.fill("一共几个人", "3")
    screen.go("预订")
    screen.page.get_by_role("button", name="王桂兰 ×3 15:00–16:00").click()
    expect(screen.page.locator("dialog dl")).to_contain_text("一共几个人3")
    screen.go("改时间或人数")
    screen.fill("一共几个人", "7")
    screen.fill("原因", "朋友也来")
    screen.go("就这样改")
    expect(screen.page.locator("dialog").get_by_role("alert")).not_to_have_text("")
    screen.fill("一共几个人", "5")
    screen.go("就这样改")

    expect(screen.page.get_by_role("button", name="王桂兰 ×5 15:00–16:00")).to_be_visible()
    mine, theirs = (block(screen, "15:00–16:00", who).bounding_box() for who in ("王桂兰 ×5", "李建国"))
    assert mine["y"] + mine["height"] <= theirs["y"] or theirs["y"] + theirs["height"] <= mine["y"]
    assert [one.guests for one in screen.house.bookings()] == [4, 0]


def test_no_sheet_that_needs_a_space_opens_before_the_spaces_are_there(screen: Screen):
    held = hold(screen.page, "**/api/v1/staff/board?*", times=1)
    screen.page.reload()
    buttons = [screen.page.get_by_role("button", name=name) for name in ("停用场地", "维修停用", "为会员预订")]
    for button in buttons:
        expect(button).to_be_disabled()
    held[0].continue_()
    for button in buttons:
        expect(button).to_be_enabled()


def test_a_space_is_closed_past_nobodys_booking_and_opened_again(screen: Screen):
    screen.page.get_by_role("button", name="停用场地").click()
    screen.page.get_by_label("从", exact=True).fill(f"{screen.house.tomorrow(10):%Y-%m-%dT%H:%M}")
    screen.page.get_by_label("到", exact=True).fill(f"{screen.house.tomorrow(12):%Y-%m-%dT%H:%M}")
    screen.fill("原因", "打蜡")
    screen.go("停用场地")
    expect(screen.page.locator("dialog").get_by_role("alert")).not_to_have_text("")
    screen.page.get_by_label("从", exact=True).fill(f"{screen.house.tomorrow(12):%Y-%m-%dT%H:%M}")
    screen.page.get_by_label("到", exact=True).fill(f"{screen.house.tomorrow(14):%Y-%m-%dT%H:%M}")
    screen.go("停用场地")
    closed = screen.page.get_by_role("button", name="停用 12:00–14:00")
    expect(closed.get_by_text("打蜡")).to_be_visible()
    closed.click()
    screen.go("恢复使用")
    expect(screen.page.get_by_role("button", name="停用 12:00–14:00")).to_have_count(0)

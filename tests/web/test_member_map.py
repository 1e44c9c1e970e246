"""The member's map: from finding a space, and from a booking straight to the way there."""

import pytest
from playwright.sync_api import Browser, expect

from tests.web import map_builder
from tests.web.conftest import House, Phone, watched
from tests.web.console_builder import AXE

pytestmark = pytest.mark.browser


def test_from_finding_a_space_one_sees_where_it_is_and_books_it(phone: Phone):
    map_builder.furnish(phone.house)
    map_builder.draw(phone.house)
    phone.sign_in()
    phone.show("/app/#/book")
    phone.page.get_by_role("button", name="地图").click()
    phone.page.locator("[data-area=court-2]").click()
    expect(phone.page.locator(".map-card")).to_contain_text("现在空闲")
    phone.page.locator(".map-card").get_by_role("button", name="预订").click()

    expect(phone.page).to_have_url(f"{phone.house.url}/app/#/book/court-2")


def test_from_a_booking_one_is_led_from_the_entrance_and_in_elder_mode_without_stairs(phone: Phone):
    map_builder.furnish(phone.house)
    map_builder.draw(phone.house)
    phone.house.books("piano-room", starts_in_min=30)
    phone.house.reads("zh-CN", elder_mode=True)
    phone.sign_in()
    phone.show()
    phone.page.get_by_role("button", name="怎么走").click()

    steps = phone.page.locator(".way-steps li")
    expect(steps.first).to_contain_text("进门后直走 15 米。")
    expect(steps.filter(has_text="乘电梯")).to_have_count(1)
    expect(steps.last).to_contain_text("琴房")


def test_to_a_booked_locker_one_is_led_to_its_bank(phone: Phone):
    map_builder.furnish(phone.house)
    map_builder.draw(phone.house)
    phone.house.books(phone.house.offers("01"), starts_in_min=30)
    phone.sign_in()
    phone.show()
    phone.page.get_by_role("button", name="怎么走").click()

    expect(phone.page).to_have_url(f"{phone.house.url}/app/#/map/bank-a")
    expect(phone.page.locator(".way-steps li").last).to_contain_text("储物柜")


def test_what_was_free_is_unknown_as_soon_as_the_house_cannot_be_heard(phone: Phone):
    map_builder.furnish(phone.house)
    map_builder.draw(phone.house)
    phone.sign_in()
    phone.hold_time()
    phone.show("/app/#/map")
    expect(phone.page.locator("[data-area=court-2]")).to_have_attribute("data-state", "free")

    phone.page.context.set_offline(True)
    phone.page.clock.run_for(21_000)

    expect(phone.page.locator("[data-area=court-2]")).to_have_attribute("data-state", "unknown")


def test_what_is_not_drawn_says_so(phone: Phone):
    map_builder.furnish(phone.house)
    phone.sign_in()
    phone.show("/app/#/map/piano-room")

    expect(phone.page.get_by_text("这里还没有画到平面图上")).to_be_visible()
    expect(phone.page.get_by_text("平面图还没有画好")).to_be_visible()


@pytest.mark.parametrize(("language", "scheme"), [("zh-CN", "dark"), ("en", "light")])
def test_axe_finds_nothing_wrong_on_the_members_map(browser: Browser, house: House, language, scheme):
    map_builder.furnish(house)
    map_builder.draw(house)
    house.reads(language)
    held = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "color_scheme": scheme}
    with watched(browser, house, Phone, **held) as phone:
        phone.sign_in()
        found = {}
        for path, shown in (("/app/#/map", ".map-list"), ("/app/#/map/court-3", ".way-steps")):
            phone.show(path)
            phone.page.locator(shown).wait_for()
            phone.page.evaluate(AXE())
            result = phone.page.evaluate("axe.run({ resultTypes: ['violations'] })")
            found |= {f"{path}: {one['id']}": [node["html"] for node in one["nodes"]] for one in result["violations"]}
            phone.page.goto("about:blank")
    assert found == {}

"""The kiosk's map: what is free around whoever stands there, and the way, drawn and said."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.web import map_builder
from tests.web.conftest import House, hold
from tests.web.kiosk_builder import VOICE, Kiosk, kiosk_at
from tests.web.test_sign_in import WORDS

pytestmark = pytest.mark.browser

MAP = 4


@pytest.fixture
def kiosk(browser: Browser, house: House) -> Iterator[Kiosk]:
    map_builder.furnish(house)
    with kiosk_at(browser, house) as kiosk:
        map_builder.draw(house)
        yield kiosk


def area(kiosk: Kiosk, name: str):
    return kiosk.page.locator(f"[data-area={name}]")


def test_what_is_free_is_told_by_a_shape_and_a_word_and_unknown_when_nobody_can_tell(kiosk: Kiosk):
    kiosk.hold_time()
    kiosk.house.books("court-1", starts_in_min=-10)
    kiosk.house.bank_leaves("bank-b")
    kiosk.begin()
    kiosk.tile(MAP)

    for name, state, told in [
        ("court-1", "in_use", "羽毛球场 1 使用中"),
        ("court-2", "free", "羽毛球场 2 空闲"),
        ("bank-a", "free", "大厅储物柜 空 2"),
        ("bank-b", "unknown", "更衣室储物柜 不清楚"),
        ("kiosk", None, "自助机 您在这里"),
    ]:
        expect(area(kiosk, name)).to_have_accessible_name(told)
        assert area(kiosk, name).get_attribute("data-state") == state

    kiosk.page.context.set_offline(True)
    kiosk.page.clock.run_for(16_000)

    expect(kiosk.page.get_by_text("暂时不知道哪里有空")).to_be_visible()
    expect(kiosk.page.locator("[data-state]:not([data-state=unknown])")).to_have_count(0)


def test_the_way_is_drawn_from_where_one_stands_floor_by_floor_and_said(kiosk: Kiosk):
    kiosk.begin()
    kiosk.tile(MAP)
    kiosk.button("二楼").click()
    area(kiosk, "piano-room").click()
    expect(kiosk.page.locator(".map-card")).to_contain_text("现在空闲")
    kiosk.button("怎么走").click()

    steps = kiosk.page.locator(".way-steps li")
    expect(steps).to_have_count(6)
    expect(steps.first).to_contain_text("背对自助机，直走 4 米。")
    expect(steps.last).to_contain_text("到了：琴房，在右手边。")
    expect(kiosk.page.locator(".map-way")).to_have_attribute("points", "3.6,19.2 8,19.2 8,17 8,14 8,10.8 10,10.8")
    steps.last.get_by_role("button").click()
    expect(kiosk.page.locator(".map-way")).to_have_attribute("points", "10,10.8 5,10.8")
    kiosk.button("不走楼梯").click()
    expect(steps.filter(has_text="乘电梯")).to_have_count(1)


def test_why_there_is_no_way_is_said_once_its_words_are_here_and_until_then_nothing_stands_empty(
    browser: Browser, house: House
):
    map_builder.furnish(house)
    with kiosk_at(browser, house, bank_id=None) as kiosk:  # no plan knows where it stands
        map_builder.draw(house, has_kiosk=False)
        kiosk.page.add_init_script(VOICE)
        held = hold(kiosk.page, WORDS)
        kiosk.begin()
        kiosk.button("朗读").click()
        kiosk.tile(MAP)
        area(kiosk, "court-2").click()
        with kiosk.page.expect_response("**/floor-plan/way?*"):
            kiosk.button("怎么走").click()
        expect(kiosk.page.locator(".map-card .waiting")).to_be_visible()
        expect(kiosk.page.locator(".fault")).to_have_count(0)

        for route in held:
            route.continue_()

        expect(kiosk.page.locator(".map-card .fault")).to_contain_text("平面图")
        kiosk.page.wait_for_function("spoken.at(-1) === document.querySelector('.fault').textContent")


def test_a_place_that_is_touched_is_booked_or_a_locker_there_is_rented(kiosk: Kiosk):
    kiosk.begin()
    kiosk.tile(MAP)
    area(kiosk, "court-2").click()
    kiosk.button("预订").click()
    expect(kiosk.title).to_have_text("请刷会员卡，或者出示手机上的码")

    kiosk.button("回首页").click()
    kiosk.tile(MAP)
    area(kiosk, "bank-a").click()
    kiosk.button("租柜子").click()
    expect(kiosk.title).to_have_text("请刷会员卡，或者出示手机上的码")


@pytest.mark.parametrize(
    ("language", "elder", "size", "scheme"),
    [("zh-CN", True, "landscape", "light"), ("en", False, "portrait", "dark")],
)
def test_axe_finds_nothing_wrong_and_all_is_large_enough_on_the_map(
    browser: Browser, house: House, language, elder, size, scheme
):
    map_builder.furnish(house)
    found = {}
    with kiosk_at(browser, house, size, color_scheme=scheme) as kiosk:
        map_builder.draw(house)
        kiosk.language, kiosk.elder = language, elder
        kiosk.begin()
        kiosk.read()
        for screen in map_screens(kiosk):
            if faults := kiosk.faults():
                found[screen] = faults
    assert found == {}


def map_screens(kiosk: Kiosk) -> Iterator[str]:
    yield "first"
    kiosk.tile(MAP)
    kiosk.page.locator(".map-list").wait_for()
    yield "map"
    area(kiosk, "hall").click(position={"x": 100, "y": 8})
    kiosk.page.locator(".map-card").wait_for()
    yield "card"
    kiosk.page.locator(".map-card .primary").click()
    kiosk.page.locator(".way-steps").wait_for()
    yield "way"

"""The kiosk aloud: whoever reads badly hears what each screen is for, and why something was not done."""

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import House
from tests.web.kiosk_builder import PIN, SCREENS, VOICE, Kiosk, give_card, give_locker, kiosk_at, walk

pytestmark = pytest.mark.browser


def test_in_elder_mode_every_screen_and_every_refusal_is_said_aloud(browser: Browser, house: House):
    give_card(house)
    house.reads("zh-CN", elder_mode=True)
    heard: dict[str, list[str]] = {}
    with kiosk_at(browser, house, "portrait") as kiosk:
        kiosk.elder = True
        kiosk.page.add_init_script(VOICE)
        kiosk.hold_time()
        for screen in walk(kiosk):
            kiosk.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            kiosk.page.clock.run_for(100)  # what is said is said after the screen is drawn
            heard[screen] = kiosk.page.evaluate("spoken.splice(0)")

    assert [screen for screen in SCREENS if screen != "registering" and not heard[screen]] == []
    assert heard["calling"][-1] == "要请工作人员到这里来吗？"
    assert "对不上" in heard["wrong pin"][-1]
    assert "没有打开" in heard["not opened"][-1]
    assert heard["bookings"][0].startswith("订好了")


def test_what_was_done_is_said_to_its_end_before_the_next_screen_speaks(browser: Browser, house: House):
    give_card(house)
    give_locker(house)
    house.reads("zh-CN", elder_mode=True)
    house.build("room", opens_min=0, closes_min=1440, slot_min=5)
    with kiosk_at(browser, house) as kiosk:
        kiosk.page.add_init_script(VOICE)
        kiosk.begin()
        kiosk.come()
        kiosk.tile(3)
        kiosk.page.locator(".k-line").first.click()
        kiosk.page.locator(".k-page > .primary").click()
        expect(kiosk.title).to_have_text("今天的预订")
        assert said_to_the_end(kiosk, "订好了") == ["今天的预订"]
        kiosk.button("我到了").click()
        expect(kiosk.page.locator(".k-there")).to_be_visible()
        assert said_to_the_end(kiosk, "已签到") == []
        kiosk.button("回首页").click()
        kiosk.tile(0)
        kiosk.button("不用了，退还柜子").click()
        kiosk.button("拿完了，退还").click()
        expect(kiosk.page.get_by_text("您现在没有柜子")).to_be_visible()
        assert said_to_the_end(kiosk, "已退还") == ["我的柜子"]


def test_whoever_chose_the_voice_hears_how_a_visit_by_number_ended_and_the_next_person_finds_it_as_it_was(
    browser: Browser, house: House
):
    give_locker(house)
    with kiosk_at(browser, house) as kiosk:
        kiosk.page.add_init_script(VOICE)
        kiosk.begin()
        kiosk.button("朗读").click()
        kiosk.tile(0)
        kiosk.type("1")
        kiosk.button("下一步").click()
        kiosk.type(PIN)
        kiosk.button("不用了，退还柜子").click()
        kiosk.button("拿完了，退还").click()
        expect(kiosk.title).to_have_text("谢谢，再见！")
        assert said_to_the_end(kiosk, "已退还") == ["谢谢，再见！"]

        kiosk.scan("0000000000")
        expect(kiosk.title).to_have_text("请输入密码")

        expect(kiosk.button("朗读")).to_have_attribute("aria-pressed", "false")


def said_to_the_end(kiosk: Kiosk, news: str) -> list[str]:
    """What was said after the news, which nothing cut off; now all of it has been said."""
    kiosk.page.wait_for_function("(news) => spoken.some((said) => said.startsWith(news))", arg=news)
    kiosk.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    spoken, cut = kiosk.page.evaluate("[spoken, cut]")
    no = next(no for no, said in enumerate(spoken) if said.startswith(news))
    assert spoken[no] not in cut
    kiosk.page.evaluate("spokenToTheEnd()")
    return spoken[no + 1 :]

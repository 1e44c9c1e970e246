"""Activities and notices at the kiosk: read by anybody, one's own by card, said aloud, wiped with whoever leaves."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from gateway.members import queries as members
from gateway.notices import service as notices
from tests.web import map_builder
from tests.web.conftest import MEMBER, OTHER, House
from tests.web.kiosk_builder import PIN, VOICE, Kiosk, give_card, give_locker, kiosk_at
from tests.web.test_activity_pages import publish, signs_up
from tests.web.test_kiosk_face import COUNT_TOUCHES, text_of

pytestmark = pytest.mark.browser

ACTIVITIES = 5


@pytest.fixture
def kiosk(browser: Browser, house: House) -> Iterator[Kiosk]:
    give_card(house)
    with kiosk_at(browser, house) as kiosk:
        yield kiosk


def tell(house: House, kind: str, **facts: object) -> None:
    """10001 should know something."""
    with house.centre.sessions.begin() as session:
        member, now = members.member_by_no(session, member_no=MEMBER), house.centre.clock.now()
        notices.leave(session, member_id=member.id, kind=kind, about="x", now=now, **facts)


def tell_that_a_rental_ends(house: House) -> None:
    """What stands as long as it is so."""
    bank, until = {"zh-CN": "大厅", "en": "Lobby"}, house.centre.clock.now().isoformat()
    tell(house, "rental_ending", bank=bank, label="01", until=until)


def test_anybody_reads_what_is_on_and_whoever_signs_up_shows_their_card_first(kiosk: Kiosk):
    publish(kiosk.house, places=2)
    kiosk.begin()
    kiosk.tile(ACTIVITIES)
    offer = kiosk.page.locator(".k-offers .k-cell")
    expect(offer).to_contain_text("还有 2 个名额，共 2 个")
    offer.click()
    kiosk.button("我要报名").click()
    kiosk.scan()
    kiosk.type(PIN)
    kiosk.button("我要报名").click()

    expect(kiosk.page.locator(".k-there")).to_have_text("您已报名")
    kiosk.button("看别的活动").click()
    expect(offer).to_contain_text("您已报名")
    kiosk.page.locator(".k-done").click()
    kiosk.page.locator(".k-ending .k-out").click()
    kiosk.tile(ACTIVITIES)
    expect(offer).to_contain_text("还有 1 个名额，共 2 个")


def test_with_a_card_one_signs_up_in_three_touches_besides_the_pin_and_gives_the_place_back(kiosk: Kiosk):
    publish(kiosk.house)
    kiosk.begin()
    kiosk.page.evaluate(COUNT_TOUCHES)
    kiosk.come()
    kiosk.tile(ACTIVITIES)
    kiosk.page.locator(".k-offers .k-cell").click()
    kiosk.button("我要报名").click()
    expect(kiosk.page.locator(".k-there")).to_have_text("您已报名")
    assert kiosk.page.evaluate("window.touched") <= 3

    kiosk.button("不去了，取消报名").click()

    expect(kiosk.button("我要报名")).to_be_visible()
    expect(kiosk.page.locator(".k-there")).to_have_count(0)


def test_one_waits_for_what_is_full(kiosk: Kiosk):
    signs_up(kiosk.house, publish(kiosk.house, places=1), OTHER)
    kiosk.begin()
    kiosk.come()
    kiosk.tile(ACTIVITIES)
    kiosk.page.locator(".k-offers .k-cell").click()
    expect(kiosk.page.get_by_text("1 个名额都满了")).to_be_visible()
    kiosk.button("名额满了，排队等").click()

    expect(kiosk.page.locator(".k-there")).to_have_text("您在排队，第 1 位")


def test_the_way_to_an_activity_is_one_touch_from_it(kiosk: Kiosk):
    map_builder.furnish(kiosk.house)
    map_builder.draw(kiosk.house)
    publish(kiosk.house, space_id="piano-room")
    kiosk.begin()
    kiosk.tile(ACTIVITIES)
    kiosk.page.locator(".k-offers .k-cell").click()
    kiosk.button("怎么走").click()

    expect(kiosk.page.locator(".way-steps li").last).to_contain_text("到了：琴房")


def test_what_somebody_should_know_stands_on_the_first_screen_is_read_out_put_away_and_wiped(kiosk: Kiosk):
    tell(kiosk.house, "kiosk_pin_reset")
    tell_that_a_rental_ends(kiosk.house)
    kiosk.page.add_init_script(VOICE)
    kiosk.begin()
    kiosk.button("朗读").click()
    kiosk.come()
    news, shown = kiosk.page.locator(".k-news"), kiosk.page.locator(".k-about")
    expect(news).to_have_text("您有 3 条通知")  # that they were given the card is one
    news.click()
    expect(shown).to_have_count(3)
    expect(shown.first).to_contain_text("这件事还没有结束")
    kiosk.page.wait_for_function("spoken.at(-1).includes('01 号柜')")
    kiosk.button("English").click()
    expect(shown.first).to_contain_text("Your compartment 01 at Lobby ends at")
    for left in (2, 1):
        kiosk.button("Got it").first.click()
        expect(shown).to_have_count(left)
    kiosk.page.locator(".k-done").click()
    kiosk.page.locator(".k-ending .k-out").click()
    expect(kiosk.title).to_have_text("您好，想做什么？")

    expect(news).to_have_count(0)
    assert "01 号柜" not in text_of(kiosk)


def test_whoever_came_by_a_lockers_number_sees_no_notice_and_is_asked_for_the_card_to_sign_up(kiosk: Kiosk):
    give_locker(kiosk.house)
    publish(kiosk.house)
    kiosk.begin()
    kiosk.tile(0)
    kiosk.type("1")
    kiosk.button("下一步").click()
    kiosk.type(PIN)
    expect(kiosk.disc).to_be_visible()
    kiosk.button("回首页").click()
    expect(kiosk.title).to_have_text("王*，您好，想做什么？")
    expect(kiosk.page.locator(".k-news")).to_have_count(0)
    kiosk.tile(ACTIVITIES)
    kiosk.page.locator(".k-offers .k-cell").click()
    kiosk.button("我要报名").click()

    expect(kiosk.title).to_have_text("请刷会员卡，或者出示手机上的码")


@pytest.mark.parametrize(
    ("language", "elder", "size", "scheme"),
    [("zh-CN", True, "landscape", "light"), ("en", False, "portrait", "dark")],
)
def test_axe_finds_nothing_wrong_all_is_large_enough_and_every_screen_speaks(
    browser: Browser, house: House, language, elder, size, scheme
):
    give_card(house)
    house.reads(language, elder_mode=elder)
    tell_that_a_rental_ends(house)
    house.build("room", name_zh="琴房", name_en="Piano room", opens_min=0, closes_min=1440, slot_min=5)
    publish(house, weeks=6, space_id="room")
    publish(house, title="门球比赛", opens_in_h=5)
    signs_up(house, publish(house, title="讲座", places=1), OTHER)
    found, silent = {}, []
    with kiosk_at(browser, house, size, color_scheme=scheme) as kiosk:
        kiosk.language, kiosk.elder = language, elder
        kiosk.page.add_init_script(VOICE)
        kiosk.begin()
        kiosk.read()
        if not elder:
            kiosk.page.locator(".k-reading .pill").nth(1).click()
        for screen in screens(kiosk):
            if faults := kiosk.faults():
                found[screen] = faults
            silent += [] if kiosk.page.evaluate("spoken.splice(0)") else [screen]
    assert found == {}
    assert silent == []


def screens(kiosk: Kiosk) -> Iterator[str]:
    page = kiosk.page
    yield "first"
    kiosk.tile(ACTIVITIES)
    expect(page.locator(".k-offers .k-cell")).to_have_count(3)
    yield "activities"
    page.locator(".k-offers .k-cell").first.click()
    page.locator(".k-stack > .primary").wait_for()
    yield "activity"
    kiosk.scan()
    kiosk.type(PIN)
    page.locator(".k-news").wait_for()
    yield "first with news"
    page.locator(".k-news").click()
    page.locator(".k-about").first.wait_for()
    yield "notices"
    page.locator(".k-head .secondary").click()
    kiosk.tile(ACTIVITIES)
    page.locator(".k-offers .k-cell").first.click()
    page.locator(".k-stack > .primary").click()
    page.locator(".k-there").wait_for()
    yield "signed up"

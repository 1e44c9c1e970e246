"""Finding a locker, keeping it longer, giving it back."""

import re

import pytest
from playwright.sync_api import expect

from gateway.fleet.model import DoorLevel
from gateway.unlocking.model import UnlockState as State
from tests.web.conftest import Phone

pytestmark = pytest.mark.browser


@pytest.fixture
def shopper(phone: Phone) -> Phone:
    """Signed in, without a locker."""
    phone.sign_in()
    phone.show()
    expect(phone.button("租这个柜子")).to_be_visible()
    return phone


def test_one_tap_rents_what_is_chosen_already(shopper: Phone):
    shopper.button("租这个柜子").click()

    expect(shopper.page.get_by_role("heading", name="我的柜子")).to_be_focused()
    expect(shopper.page.locator(".locker-label")).to_have_text("柜号 01")
    expect(shopper.page.locator(".locker")).to_contain_text("大厅 · 小柜")
    expect(shopper.page.get_by_text("租好了，您的柜号是 01")).to_be_visible()


def test_another_bank_offers_its_own_sizes(shopper: Phone):
    shopper.page.get_by_role("radio").nth(1).check(force=True)

    expect(shopper.page.get_by_role("radio", name="小柜")).to_be_disabled()
    expect(shopper.page.get_by_role("radio", name="大柜")).to_be_checked()
    shopper.button("租这个柜子").click()
    expect(shopper.page.locator(".locker")).to_contain_text("大柜")


def test_a_size_is_chosen_by_tapping_it(shopper: Phone):
    shopper.page.locator("label", has_text="中柜").tap()
    shopper.button("租这个柜子").click()

    expect(shopper.page.locator(".locker-label")).to_have_text("柜号 02")


def test_a_low_one_that_is_not_there_is_refused_in_words(shopper: Phone):
    shopper.page.get_by_role("switch", name="要矮一点的柜子").check()
    shopper.button("租这个柜子").click()

    expect(shopper.page.get_by_role("alert")).to_have_text("这种柜子刚刚被租完了。请换个大小，或换个地方。")
    expect(shopper.page.get_by_role("switch", name="要矮一点的柜子")).to_be_checked()


def test_an_offline_bank_cannot_be_chosen(shopper: Phone):
    shopper.house.bank_leaves("bank-b")

    expect(shopper.page.get_by_text("断网，暂停使用")).to_be_visible()
    expect(shopper.page.get_by_role("radio").nth(1)).to_be_disabled()


def test_with_nothing_online_there_is_no_button_but_a_sentence(shopper: Phone):
    shopper.house.bank_leaves("bank-a")
    shopper.house.bank_leaves("bank-b")

    expect(shopper.page.get_by_text("现在没有空柜子。有人退还时，这里会显示出来。")).to_be_visible()
    expect(shopper.button("租这个柜子")).to_have_count(0)


def test_a_locker_rented_on_another_phone_appears_by_itself(shopper: Phone):
    shopper.rent()

    expect(shopper.page.get_by_role("heading", name="我的柜子")).to_be_visible()


def test_two_quick_taps_rent_once(shopper: Phone):
    keys = []
    shopper.page.on("request", lambda request: request.method == "POST" and keys.append(request.url))
    shopper.button("租这个柜子").dblclick()

    expect(shopper.page.get_by_role("heading", name="我的柜子")).to_be_visible()
    assert len(keys) == 1


def test_the_time_is_extended_to_what_the_button_says(phone: Phone):
    phone.hold_a_locker()
    offer = phone.page.get_by_role("button", name=re.compile("^延长到 "))
    promised = offer.inner_text().removeprefix("延长到 ")
    offer.click()

    expect(phone.page.locator(".locker-until")).to_have_text(f"可用到 {promised}")
    expect(phone.page.get_by_text(f"已延长到 {promised}")).to_be_visible()


def test_extending_beyond_what_is_allowed_is_refused_in_words(phone: Phone):
    phone.hold_a_locker()
    offer = phone.page.get_by_role("button", name=re.compile("^延长到 "))
    for _ in range(6):
        with phone.page.expect_response(lambda answer: answer.request.method == "PATCH" and answer.ok):
            offer.click()
        expect(offer).to_be_enabled()
    offer.click()

    expect(phone.page.get_by_role("alert")).to_have_text("时间太长了，不能再延长。")


def test_a_locker_is_given_back_after_one_question(phone: Phone):
    phone.hold_a_locker()
    phone.button("不用了，退还柜子").click()
    expect(phone.page.get_by_role("dialog", name="退还 01 号柜？")).to_contain_text("请先拿走全部东西，把柜门关好。")
    phone.button("拿完了，退还").click()

    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_be_focused()
    expect(phone.page.get_by_text("已退还，谢谢您")).to_be_visible()


@pytest.mark.parametrize(
    ("level", "sentence"),
    [
        (DoorLevel.OPEN, "柜门还开着。请关好柜门，再退还。如果门已经关好，请告诉前台。"),
        (DoorLevel.UNKNOWN, "看不出柜门关没关好，暂时不能退还。请过一会儿再试，或找工作人员。"),
    ],
)
def test_it_is_not_given_back_while_its_door_is_not_known_to_be_shut(phone: Phone, level, sentence):
    phone.hold_a_locker()
    phone.house.door(level)
    phone.button("不用了，退还柜子").click()
    phone.button("拿完了，退还").click()

    expect(phone.page.get_by_role("dialog").get_by_role("alert")).to_have_text(sentence)
    phone.house.door(DoorLevel.SHUT)
    phone.button("拿完了，退还").click()
    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_be_visible()


def test_it_is_not_given_back_while_it_is_being_opened(phone: Phone):
    phone.hold_a_locker()
    phone.press()
    phone.house.move(State.AUTHORISED)
    phone.button("不用了，退还柜子").click()
    phone.button("拿完了，退还").click()

    expect(phone.page.get_by_role("dialog").get_by_role("alert")).to_have_text("柜门正在打开，请稍等一下。")


def test_one_can_think_better_of_it(phone: Phone):
    phone.hold_a_locker()
    for leave in (
        lambda: phone.button("先不退").click(),
        lambda: phone.button("关闭").click(),
        lambda: phone.page.keyboard.press("Escape"),
    ):
        phone.button("不用了，退还柜子").click()
        expect(phone.page.get_by_role("dialog").get_by_role("heading")).to_be_focused()
        leave()
        expect(phone.page.get_by_role("dialog")).to_have_count(0)
        expect(phone.button("不用了，退还柜子")).to_be_focused()
    expect(phone.disc).to_be_visible()


def test_time_that_has_run_out_is_said_and_the_locker_still_opens(phone: Phone):
    phone.sign_in()
    phone.rent()
    phone.hold_time()
    phone.page.clock.fast_forward("48:00:00")
    phone.show()

    expect(phone.page.get_by_text("请延长时间，或取走东西后退还。")).to_be_visible()
    phone.press()
    phone.house.move(State.AUTHORISED, State.SIGNED, State.OPENED)
    expect(phone.disc).to_have_text("柜门已打开")


def test_the_back_key_closes_the_settings(phone: Phone):
    phone.hold_a_locker()
    phone.button("设置").click()
    expect(phone.page.get_by_role("dialog", name="设置")).to_be_visible()
    phone.page.go_back()

    expect(phone.page.get_by_role("dialog")).to_have_count(0)
    expect(phone.disc).to_be_visible()

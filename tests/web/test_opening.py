"""The big button: what it says at each state, and what it never says."""

from collections import Counter

import pytest
from playwright.sync_api import expect

from gateway.fleet.model import DoorLevel
from gateway.unlocking.model import UnlockState as State
from tests.web.conftest import MEMBER, PASSWORD, Phone

pytestmark = pytest.mark.browser

TO_SIGNED = (State.AUTHORISED, State.SIGNED)
OPEN_WORDS = {"zh-CN": "柜门已打开", "en": "It is open"}

# The moves of the gateway, the code, and what is said then in both languages.
ENDINGS = {
    "requested": ((), "", "正在联系柜子，请稍候…", "Calling your locker…"),
    "authorised": ((State.AUTHORISED,), "", "正在打开，请看着柜门…", "Opening. Please watch the door…"),
    "signed": (TO_SIGNED, "", "正在打开，请看着柜门…", "Opening. Please watch the door…"),
    "opened": (
        (*TO_SIGNED, State.OPENED),
        "",
        "柜门已打开 用完请把门关好。",
        "It is open Please shut the door when you are done.",
    ),
    "already open": (
        (*TO_SIGNED, State.ALREADY_OPEN),
        "",
        "柜门本来就开着 请看一下柜门，用完请关好。",
        "It was already open Please look at the door, and shut it when you are done.",
    ),
    "uncertain": (
        (*TO_SIGNED, State.UNCERTAIN),
        "",
        "请看一下柜门 不知道柜门有没有打开。如果没开，请找工作人员。",
        "Look at the door We cannot tell whether it opened. If it did not, please ask our staff.",
    ),
    "possible": (
        (*TO_SIGNED, State.POSSIBLE),
        "",
        "请看一下柜门 柜子出了点问题，不知道柜门有没有打开。请找工作人员看看。",
        "Look at the door Something went wrong, and we cannot tell whether it opened. Please ask our staff.",
    ),
    "no edge": (
        (*TO_SIGNED, State.NOT_OPENED),
        "no_edge",
        "柜门没有打开 门没有弹开。请用手压一下柜门，再试一次。",
        "It did not open The door did not spring open. Push it with your hand, then try again.",
    ),
    "strike": (
        (*TO_SIGNED, State.NOT_OPENED),
        "strike",
        "柜门没有打开 门锁没有动。请再试一次，不行就找工作人员。",
        "It did not open The lock did not move. Please try again. If that fails, ask our staff.",
    ),
    "lost": (
        (*TO_SIGNED, State.NOT_OPENED),
        "lost",
        "柜门没有打开 柜子没有回应。请再试一次，不行就找工作人员。",
        "It did not open The lockers did not answer. Please try again. If that fails, ask our staff.",
    ),
    "stale": (
        (*TO_SIGNED, State.NOT_OPENED),
        "stale",
        "柜门没有打开 柜子回应太慢，没有打开。请再试一次。",
        "It did not open The lockers answered too slowly, so it stayed shut. Please try again.",
    ),
    "a code of a later release": (
        (*TO_SIGNED, State.NOT_OPENED),
        "moonlight",
        "柜门没有打开 没有打开。请再试一次，不行就找工作人员。",
        "It did not open It stayed shut. Please try again. If that fails, ask our staff.",
    ),
    "no challenge": (
        (State.AUTHORISED, State.EXPIRED),
        "no_challenge_in_time",
        "柜门没有打开 柜子没有回应。请再试一次，不行就找工作人员。",
        "It did not open The lockers did not answer. Please try again. If that fails, ask our staff.",
    ),
    "gateway restarted": (
        (State.EXPIRED,),
        "gateway_restarted",
        "柜门没有打开 服务中心刚刚重启，没有打开。请再试一次。",
        "It did not open The centre has just restarted, so it stayed shut. Please try again.",
    ),
    "no grant": (
        (State.REFUSED,),
        "no_grant",
        "柜门没有打开 这个柜子现在不归您使用。有疑问请找工作人员。",
        "It did not open This locker is not yours at the moment. Please ask our staff.",
    ),
    "rate": (
        (*TO_SIGNED, State.NOT_OPENED),
        "rate",
        "柜门没有打开 开得太勤了。请等一分钟再试。",
        "It did not open It was opened too often just now. Please wait a minute.",
    ),
    "suspended": (
        (State.REFUSED,),
        "device_suspended",
        "柜门没有打开 这组柜子停用了。请找工作人员取东西。",
        "It did not open These lockers are out of use. Our staff will get your things.",
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_each_state_has_its_sentence_and_only_an_open_door_is_called_open(phone: Phone, ending):
    moves, code, chinese, english = ENDINGS[ending]
    phone.hold_a_locker()
    phone.press()
    phone.house.move(*moves, code=code)

    for language, sentence in [("zh-CN", chinese), ("en", english)]:
        phone.speak(language)
        expect(phone.story).to_have_text(sentence)
        called_open = phone.page.locator("main").get_by_text(OPEN_WORDS[language])
        expect(called_open).to_have_count(2 if State.OPENED in moves else 0)


def test_every_state_is_in_that_table():
    assert {state for moves, *_ in ENDINGS.values() for state in moves} == set(State) - {State.REQUESTED}


def test_two_quick_taps_are_one_request(phone: Phone):
    keys = keys_sent(phone)
    phone.hold_a_locker()
    with phone.page.expect_response("**/unlocks"):
        phone.disc.dblclick()
    phone.house.move(*TO_SIGNED, State.OPENED)
    expect(phone.disc).to_have_text("柜门已打开")

    assert len(keys) == 1
    assert len(phone.house.unlocks()) == 1


def test_a_second_press_after_an_ending_is_a_request_of_its_own(phone: Phone):
    keys = keys_sent(phone)
    phone.hold_a_locker()
    phone.press()
    phone.house.move(*TO_SIGNED, State.NOT_OPENED, code="no_edge")
    expect(phone.disc).to_have_text("再试一次")
    phone.press()

    expect(phone.story).to_have_text("正在联系柜子，请稍候…")
    assert len(set(keys)) == 2


def test_a_request_whose_answer_was_lost_is_asked_again_under_the_same_key(phone: Phone):
    keys = keys_sent(phone)
    phone.hold_a_locker()

    def deliver_and_lose(route):
        route.fetch()
        route.abort()

    phone.page.route("**/api/v1/unlocks", deliver_and_lose, times=1)
    phone.press()
    phone.house.move(*TO_SIGNED, State.OPENED)

    expect(phone.disc).to_have_text("柜门已打开")
    assert Counter(keys).most_common() == [(keys[0], 2)]
    assert len(phone.house.unlocks()) == 1


def test_without_a_network_nobody_claims_to_know(phone: Phone):
    phone.hold_a_locker()
    phone.hold_time()
    phone.page.route("**/api/v1/unlocks", lambda route: route.abort())
    phone.disc.click()
    for _ in range(10):
        phone.page.clock.run_for(1_000)

    expect(phone.story).to_have_text("请看一下柜门 网络断了，不知道柜门有没有打开。")
    expect(phone.disc).to_have_text("再试一次")


def test_an_error_of_the_server_is_not_called_not_opened(phone: Phone):
    phone.hold_a_locker()
    phone.hold_time()
    problem = {"status": 500, "content_type": "application/problem+json", "body": '{"code": "internal", "status": 500}'}
    phone.page.route("**/api/v1/unlocks", lambda route: route.fulfill(**problem))
    phone.disc.click()
    for _ in range(10):
        phone.page.clock.run_for(1_000)

    expect(phone.story).to_contain_text("不知道柜门有没有打开")


def test_silence_ends_in_cannot_tell_and_the_truth_is_still_shown_when_it_comes(phone: Phone):
    phone.hold_a_locker()
    phone.hold_time()
    with phone.page.expect_request("**/unlocks/*"):  # it has read the answer to its press, and asks how it goes on
        phone.press()
    phone.page.clock.run_for(20_500)
    expect(phone.disc).to_have_text("请看一下柜门")
    expect(phone.disc).to_have_attribute("aria-disabled", "true")

    phone.house.move(*TO_SIGNED, State.OPENED)
    expect(phone.disc).to_have_text("柜门已打开")


def test_an_ending_says_nothing_any_more_a_minute_later(phone: Phone):
    phone.hold_a_locker()
    phone.hold_time()
    phone.press()
    phone.house.move(*TO_SIGNED, State.OPENED)
    expect(phone.disc).to_have_text("柜门已打开")
    phone.page.clock.run_for(61_000)

    expect(phone.disc).to_have_text("打开柜门")


def test_the_door_is_shown_as_its_contact_says_and_shutting_it_ends_the_story(phone: Phone):
    phone.hold_a_locker()
    expect(phone.page.get_by_text("柜门关着")).to_be_visible()
    phone.press()
    phone.house.move(*TO_SIGNED, State.OPENED)
    phone.house.door(DoorLevel.OPEN)
    expect(phone.page.get_by_text("柜门开着")).to_be_visible()
    expect(phone.disc).to_have_text("柜门已打开")
    phone.house.door(DoorLevel.SHUT)

    expect(phone.disc).to_have_text("打开柜门")
    expect(phone.page.get_by_text("柜门关着")).to_be_visible()


def test_a_door_that_springs_open_late_takes_not_opened_back(phone: Phone):
    phone.hold_a_locker()
    phone.press()
    phone.house.move(*TO_SIGNED, State.NOT_OPENED, code="no_edge")
    expect(phone.story).to_contain_text("柜门没有打开")
    phone.house.door(DoorLevel.OPEN)

    expect(phone.story).not_to_contain_text("柜门没有打开")
    expect(phone.page.get_by_text("柜门开着")).to_be_visible()


def test_a_bank_that_goes_offline_takes_the_button_with_it(phone: Phone):
    keys = keys_sent(phone)
    phone.hold_a_locker()
    phone.house.bank_leaves()

    expect(phone.disc).to_have_attribute("aria-disabled", "true")
    expect(phone.story).to_have_text("这组柜子断网了，现在打不开。请过一会儿再试，或找工作人员。")
    expect(phone.page.get_by_text("不知道柜门开没开")).to_be_visible()
    phone.disc.click(force=True)
    phone.disc.press("Enter")
    assert keys == []


def test_a_gateway_that_is_away_is_said_in_words(phone: Phone):
    phone.hold_a_locker()
    phone.house.gateway_leaves()
    phone.press()

    expect(phone.story).to_have_text("柜门没有打开 服务中心正在重启，请稍等片刻再试。")


def test_a_page_loaded_again_takes_up_the_unlock_that_is_under_way(phone: Phone):
    phone.hold_a_locker()
    phone.press()
    phone.house.move(*TO_SIGNED)
    phone.page.reload()
    expect(phone.disc).to_have_text("正在打开")
    phone.house.move(State.OPENED)

    expect(phone.disc).to_have_text("柜门已打开")


def test_an_unlock_begun_on_another_phone_is_followed_instead_of_refused(phone: Phone):
    # This phone has not heard of it: else it follows by itself, and there is nothing to press.
    phone.page.route("**/api/v1/unlocks?limit=1", lambda route: route.fulfill(json={"items": [], "next": None}))
    phone.hold_a_locker()
    begun = phone.page.request.post(
        f"{phone.house.url}/api/v1/unlocks",
        data={"rental_id": phone.page.request.get(f"{phone.house.url}/api/v1/rentals").json()["items"][0]["id"]},
        headers={"Idempotency-Key": "another phone"},
    )
    assert begun.ok
    phone.press()
    phone.house.move(*TO_SIGNED, State.OPENED)

    expect(phone.disc).to_have_text("柜门已打开")
    assert len(phone.house.unlocks()) == 1


def test_while_the_network_is_gone_the_door_is_unknown(phone: Phone):
    phone.hold_a_locker()
    phone.page.context.set_offline(True)

    expect(phone.page.get_by_text("网络断了，正在重新连接…")).to_be_visible()
    expect(phone.page.get_by_text("不知道柜门开没开")).to_be_visible()
    phone.page.context.set_offline(False)
    expect(phone.page.get_by_text("柜门关着")).to_be_visible()
    expect(phone.page.get_by_text("网络断了，正在重新连接…")).to_have_count(0)


def test_the_next_person_at_the_same_phone_sees_nothing_of_the_last_unlock(phone: Phone):
    phone.hold_a_locker()
    phone.press()
    phone.house.move(*TO_SIGNED, State.OPENED)
    expect(phone.disc).to_have_text("柜门已打开")
    phone.button("设置").click()
    phone.button("退出登录").click()
    phone.page.get_by_label("会员号").fill(MEMBER)
    phone.page.get_by_label("密码", exact=True).fill(PASSWORD)
    phone.button("登录").click()

    expect(phone.disc).to_have_text("打开柜门")


def test_a_hidden_page_listens_to_nothing_and_a_shown_one_looks_again(phone: Phone):
    phone.page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => window.isHiddenNow === true })")
    streams = []
    phone.page.on("request", lambda request: request.url.endswith("/live") and streams.append(request))
    phone.hold_a_locker()
    hide = "isHidden => { window.isHiddenNow = isHidden; document.dispatchEvent(new Event('visibilitychange')) }"
    with phone.page.expect_event("requestfailed", lambda request: request.url.endswith("/live")):
        phone.page.evaluate(hide, True)
    phone.house.door(DoorLevel.OPEN)
    phone.page.evaluate("fetch('/api/v1/me')")
    assert len(streams) == 1
    phone.page.evaluate(hide, False)

    expect(phone.page.get_by_text("柜门开着")).to_be_visible()
    assert len(streams) == 2


def keys_sent(phone: Phone) -> list[str]:
    """The key of every request to open, as it is sent."""
    keys: list[str] = []
    phone.page.on(
        "request",
        lambda request: (
            request.method == "POST"
            and request.url.endswith("/unlocks")
            and keys.append(request.headers["idempotency-key"])
        ),
    )
    return keys

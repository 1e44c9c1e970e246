"""At the door: signing in, the first password, language and large text."""

import re

import pytest
from playwright.sync_api import expect

from gateway.members import queries as members
from tests.web.conftest import MEMBER, PASSWORD, hold

pytestmark = pytest.mark.browser

WORDS = re.compile(r"/assets/zh-CN-[^/]*\.js$")  # of why something was not done: the one Chinese book that comes later


def fill(phone, *, number=MEMBER, password=PASSWORD):
    phone.page.get_by_label("会员号").fill(number)
    phone.page.get_by_label("密码", exact=True).fill(password)
    phone.button("登录").click()


def test_a_member_signs_in_and_is_asked_where_to_rent(phone):
    phone.show()
    assert not any("401" in said for said in phone.complaints), "where nobody signed in, no session is asked for"
    fill(phone)

    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_be_focused()


def test_a_wrong_password_is_said_and_nothing_typed_is_lost(phone):
    phone.show()
    fill(phone, password="wrong horse")

    expect(phone.page.get_by_role("alert")).to_have_text("会员号或密码不对，请再看一看。")
    expect(phone.page.get_by_label("会员号")).to_have_value(MEMBER)
    expect(phone.page.get_by_label("密码", exact=True)).to_have_value("wrong horse")


def test_a_refusal_that_is_quicker_than_its_words_waits_for_them(phone):
    held = hold(phone.page, WORDS)
    phone.show()
    with phone.page.expect_response("**/session"):
        fill(phone, password="wrong horse")

    expect(phone.button("登录")).to_be_enabled()
    expect(phone.page.get_by_role("alert")).to_have_text("")
    for route in held:
        route.continue_()
    expect(phone.page.get_by_role("alert")).to_have_text("会员号或密码不对，请再看一看。")


def test_a_refusal_whose_words_cannot_be_had_says_that_something_went_wrong_until_they_can(phone):
    phone.hold_time()
    phone.page.route(WORDS, lambda route: route.abort(), times=1)
    phone.show()
    fill(phone, password="wrong horse")

    expect(phone.page.get_by_role("alert")).to_have_text("出了点问题，请再试一次。不行就找工作人员。")
    phone.page.clock.run_for(11_000)
    expect(phone.page.get_by_role("alert")).to_have_text("会员号或密码不对，请再看一看。")


def test_what_is_not_filled_in_is_named_and_nobody_is_asked(phone):
    asked = []
    phone.page.on("request", lambda request: request.method == "POST" and asked.append(request.url))
    phone.show()
    phone.button("登录").click()

    expect(phone.page.get_by_label("会员号")).to_have_accessible_description("请填写会员号")
    expect(phone.page.get_by_label("密码", exact=True)).to_have_accessible_description("请填写密码")
    assert asked == []


def test_too_many_tries_say_how_long_to_wait(phone):
    phone.hold_time()
    phone.show()
    for _ in range(3):
        with phone.page.expect_response("**/session"):
            fill(phone, password="wrong horse")
        expect(phone.button("登录")).to_be_enabled()
    fill(phone, password="wrong horse")

    expect(phone.page.get_by_role("alert")).to_have_text("试得太快了，请等一会儿。")
    expect(phone.button("请等 2 秒")).to_be_disabled()
    phone.page.clock.run_for(2_500)
    expect(phone.button("登录")).to_be_enabled()


def test_without_a_network_it_says_so_and_keeps_what_was_typed(phone):
    phone.show()
    phone.page.context.set_offline(True)
    fill(phone)

    expect(phone.page.get_by_role("alert")).to_have_text("连不上服务中心。请检查手机网络，再试一次。")
    phone.page.context.set_offline(False)
    phone.button("登录").click()
    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_be_visible()


def test_a_page_that_cannot_reach_the_centre_offers_to_try_again(phone):
    phone.sign_in()
    phone.page.route("**/api/v1/session", lambda route: route.abort(), times=1)
    phone.show()

    expect(phone.page.get_by_role("alert")).to_have_text("连不上服务中心。请检查手机网络，再试一次。")
    phone.button("再试一次").click()
    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_be_visible()


def test_language_is_chosen_before_signing_in_and_the_account_takes_it_over(phone):
    phone.show()
    phone.button("English").click()
    expect(phone.page.locator("html")).to_have_attribute("lang", "en")
    phone.page.get_by_label("Member number").fill(MEMBER)
    phone.page.get_by_label("Password", exact=True).fill(PASSWORD)
    phone.button("Sign in").click()

    expect(phone.page.get_by_role("heading", name="Rent a locker")).to_be_visible()
    answer = phone.page.request.get(f"{phone.house.url}/api/v1/me").json()
    assert answer["language"] == "en"


def test_large_text_chosen_at_the_door_outlives_a_reload_and_signing_in(phone):
    phone.show()
    phone.button("大字版").click()
    phone.page.reload()
    fill(phone)

    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_be_visible()
    expect(phone.page.locator("html")).to_have_attribute("data-elder", "")
    assert phone.page.request.get(f"{phone.house.url}/api/v1/me").json()["elder_mode"] is True


def test_a_phone_remembers_what_it_spoke_last(phone):
    phone.show()
    phone.button("English").click()
    phone.button("Sign in").wait_for()
    phone.page.reload()

    expect(phone.page.get_by_role("heading", name="Hello, please sign in")).to_be_visible()


def test_a_phone_set_to_english_is_greeted_in_english(phone):
    phone.page.add_init_script("Object.defineProperty(navigator, 'language', { get: () => 'en-GB' })")
    phone.show()

    expect(phone.page.get_by_role("heading", name="Hello, please sign in")).to_be_visible()


ENGLISH_PHONE = {"locale": "en-GB"}


@pytest.mark.parametrize("context_options", [ENGLISH_PHONE])
def test_an_english_phone_stays_english_when_a_new_account_comes_in_and_goes_chinese_when_they_choose(phone):
    with phone.house.centre.sessions.begin() as session:
        members.member_by_no(session, member_no=MEMBER).has_chosen_language = False
    phone.show()
    phone.page.get_by_label("Member number").fill(MEMBER)
    phone.page.get_by_label("Password", exact=True).fill(PASSWORD)
    phone.button("Sign in").click()

    expect(phone.page.get_by_role("heading", name="Rent a locker")).to_be_visible()
    assert (
        phone.page.evaluate("localStorage.getItem('language')") is None
    )  # nobody chose it: the phone may change its own
    phone.page.reload()
    expect(phone.page.get_by_role("heading", name="Rent a locker")).to_be_visible()
    phone.speak("zh-CN")
    phone.page.reload()
    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_be_visible()


def test_the_house_is_asked_in_the_language_that_is_spoken_here(phone):
    phone.page.add_init_script("localStorage.setItem('language', 'en')")
    phone.show()

    phone.page.locator("input").nth(0).fill(MEMBER)
    phone.page.locator("input").nth(1).fill(PASSWORD)
    with phone.page.expect_request("**/api/v1/session") as asked:
        phone.page.locator(".primary").click()

    assert asked.value.all_headers()["accept-language"] == "en"


def test_a_one_time_password_is_replaced_first_and_not_typed_twice(phone):
    phone.house.gives_one_time_password()
    phone.show()
    fill(phone)

    expect(phone.page.get_by_role("heading", name="请设一个新密码")).to_be_focused()
    expect(phone.page.get_by_label("现在的密码")).to_have_count(0)
    phone.page.get_by_label("新密码").fill("四季平安 2026 茶")
    phone.button("保存新密码").click()
    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_be_visible()


def test_after_a_reload_the_one_time_password_is_asked_for(phone):
    phone.house.gives_one_time_password()
    phone.sign_in()
    phone.show()

    phone.page.get_by_label("现在的密码").fill(PASSWORD)
    phone.page.get_by_label("新密码").fill("四季平安 2026 茶")
    phone.button("保存新密码").click()
    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_be_visible()


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("12345678", "这个密码太容易被猜到，请换一个。"),
        ("10001 王桂兰", "密码里别用姓名或会员号。"),
    ],
)
def test_a_password_that_will_not_do_says_why(phone, password, sentence):
    phone.house.gives_one_time_password()
    phone.show()
    fill(phone)
    phone.page.get_by_label("新密码").fill(password)
    phone.button("保存新密码").click()

    expect(phone.page.get_by_role("alert")).to_have_text(sentence)
    expect(phone.page.get_by_label("新密码")).to_have_value(password)


def test_the_password_is_changed_in_the_settings(phone):
    phone.sign_in()
    phone.show("/app/#/password")
    phone.page.get_by_label("现在的密码").fill("wrong horse")
    phone.page.get_by_label("新密码").fill("四季平安 2026 茶")
    phone.button("保存新密码").click()
    expect(phone.page.get_by_role("alert")).to_have_text("现在的密码不对，请再看一看。")

    phone.page.get_by_label("现在的密码").fill(PASSWORD)
    phone.button("保存新密码").click()
    expect(phone.page.get_by_text("新密码已保存")).to_be_visible()


def test_a_password_can_be_looked_at(phone):
    phone.show()
    phone.page.get_by_label("密码", exact=True).fill("abc")
    phone.button("显示密码").click()
    expect(phone.page.get_by_label("密码", exact=True)).to_have_attribute("type", "text")
    phone.button("隐藏密码").click()
    expect(phone.page.get_by_label("密码", exact=True)).to_have_attribute("type", "password")


def test_signing_out_leads_to_the_door_and_leaves_nothing_behind(phone):
    phone.hold_a_locker()
    phone.button("设置").click()
    phone.button("退出登录").click()

    expect(phone.page.get_by_role("heading", name="您好，请登录")).to_be_visible()
    expect(phone.page.get_by_role("alert")).to_have_text("")
    phone.page.reload()
    expect(phone.page.get_by_role("heading", name="您好，请登录")).to_be_visible()


def test_a_session_that_ends_elsewhere_leads_to_the_door_with_a_word(phone):
    phone.hold_a_locker()
    phone.house.ends_sessions()
    phone.page.evaluate("window.dispatchEvent(new Event('online'))")

    expect(phone.page.get_by_role("alert")).to_have_text("您已退出，请重新登录。")


def test_who_somebody_is_and_what_is_theirs_are_asked_for_at_once(phone):
    """On a slow line each answer that another waits for is a fifth of a second."""
    phone.sign_in()
    held = hold(phone.page, "**/api/v1/session", times=1)
    with phone.page.expect_response("**/api/v1/activities?*"):
        phone.page.goto(f"{phone.house.url}/app/")
    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_have_count(0)

    [asked] = held
    asked.continue_()
    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_be_visible()


def test_whose_session_was_over_before_they_came_is_not_told_that_it_ends_now(phone):
    phone.sign_in()
    phone.house.ends_sessions()
    phone.show()

    expect(phone.page.get_by_label("会员号")).to_be_visible()
    expect(phone.page.get_by_role("alert")).to_have_text("")

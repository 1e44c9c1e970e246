"""Signing in with a finger or a face: added in one's own pages, used at the door of both faces, and taken away."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from tests.web.conftest import PASSWORD, House, Phone, watched
from tests.web.console_builder import employ, screen_at
from tests.web.test_everybody import AXE, TEXT_SIZES

pytestmark = pytest.mark.browser

PAGE = "/app/#/me/passkeys"
GO = "用指纹或刷脸登录"
KNOWS_ITS_PERSON = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Authenticator:
    """What a phone keeps its passkeys in. Chromium's own, without its windows."""

    def __init__(self, phone: Phone) -> None:
        self._tools = phone.page.context.new_cdp_session(phone.page)
        self._tools.send("WebAuthn.enable")
        made = self._tools.send("WebAuthn.addVirtualAuthenticator", {"options": KNOWS_ITS_PERSON})
        self._id = {"authenticatorId": made["authenticatorId"]}

    def passkeys(self) -> list[dict]:
        """All that are kept in it."""
        return self._tools.send("WebAuthn.getCredentials", self._id)["credentials"]

    def knows_its_person(self, *, really: bool) -> None:
        """Or somebody else's finger is on it, and nothing is signed."""
        self._tools.send("WebAuthn.setUserVerified", {**self._id, "isUserVerified": really})


@pytest.fixture
def named(house: House) -> House:
    """The same house by a name: no passkey is for a number."""
    return replace(house, url=house.url.replace("127.0.0.1", "localhost"))


@pytest.fixture
def phone(browser: Browser, named: House) -> Iterator[Phone]:
    with watched(browser, named, Phone, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as held:
        yield held


@pytest.fixture
def finger(phone: Phone) -> Authenticator:
    return Authenticator(phone)


def add(phone: Phone, *, password: str = PASSWORD, label: str = "我的手机") -> None:
    """On the page for it."""
    phone.button("添加这台手机或电脑").click()
    phone.page.get_by_label("密码", exact=True).fill(password)
    phone.page.get_by_label("叫它什么").fill(label)
    phone.button("下一步").click()


def sign_out(phone: Phone) -> None:
    """And wait at the door."""
    phone.page.request.delete(f"{phone.house.url}/api/v1/session")
    phone.show("/app/")
    phone.page.reload()


def test_a_passkey_is_added_with_the_password_and_signs_in_with_nothing_typed(phone: Phone, finger: Authenticator):
    phone.sign_in()
    phone.show("/app/#/me")
    phone.page.get_by_role("button", name="指纹、刷脸登录").click()
    expect(phone.page.get_by_text("还没有添加。")).to_be_visible()
    add(phone)
    expect(phone.page.get_by_role("heading", name="我的手机")).to_be_visible()
    expect(phone.page.get_by_text("还没用过")).to_be_visible()
    sign_out(phone)

    phone.button(GO).click()
    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_be_focused()
    phone.show(PAGE)
    expect(phone.page.get_by_text("上次使用：今天")).to_be_visible()


def test_what_is_removed_signs_nobody_in(phone: Phone, finger: Authenticator):
    phone.sign_in()
    phone.show(PAGE)
    add(phone)
    phone.button("移除 我的手机").click()
    expect(phone.page.get_by_text("还没有添加。")).to_be_visible()
    assert len(finger.passkeys()) == 1  # the phone keeps its half, which opens nothing
    sign_out(phone)

    phone.button(GO).click()
    expect(phone.page.get_by_role("alert").last).to_have_text("这把通行密钥没能登录。请再试一次，或者用密码登录。")


def test_a_wrong_password_adds_nothing_and_the_phone_is_not_asked(phone: Phone, finger: Authenticator):
    phone.sign_in()
    phone.show(PAGE)
    add(phone, password="wrong horse")

    expect(phone.page.get_by_role("alert")).to_have_text("会员号或密码不对，请再看一看。")
    assert finger.passkeys() == []


def test_letting_it_be_is_said_calmly_and_the_next_press_asks_anew(phone: Phone, finger: Authenticator):
    asked = []
    phone.page.on(
        "response", lambda answer: answer.url.endswith("/options") and asked.append(answer.json()["challenge"])
    )
    phone.sign_in()
    phone.show(PAGE)
    finger.knows_its_person(really=False)
    add(phone)
    expect(phone.page.get_by_role("alert")).to_have_text("这次没有添加。想添加的时候再按一次就行。")
    finger.knows_its_person(really=True)
    phone.button("下一步").click()
    expect(phone.page.get_by_role("heading", name="我的手机")).to_be_visible()
    sign_out(phone)
    finger.knows_its_person(really=False)
    phone.button(GO).click()
    expect(phone.page.get_by_role("alert").last).to_contain_text("这次没有登录。可以再试一次，或者用密码。")
    finger.knows_its_person(really=True)
    phone.button(GO).click()

    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_be_focused()
    assert len(set(asked)) == len(asked) == 4


def test_a_phone_that_is_added_already_is_not_added_twice(phone: Phone, finger: Authenticator):
    phone.sign_in()
    phone.show(PAGE)
    add(phone)
    expect(phone.page.get_by_role("heading", name="我的手机")).to_be_visible()
    add(phone, label="又一次")

    expect(phone.page.get_by_role("alert").last).to_have_text("这台手机或电脑已经添加过了，不用再加。")
    assert len(finger.passkeys()) == 1


def test_the_language_chosen_at_the_door_goes_along(phone: Phone, finger: Authenticator):
    phone.sign_in()
    phone.show(PAGE)
    add(phone)
    expect(phone.page.get_by_role("heading", name="我的手机")).to_be_visible()
    sign_out(phone)
    phone.button("English").click()
    phone.button("Sign in with finger or face").click()

    expect(phone.page.get_by_role("heading", name="Rent a locker")).to_be_focused()
    assert phone.page.request.get(f"{phone.house.url}/api/v1/session").json()["language"] == "en"


def test_at_an_address_of_figures_it_is_not_offered_and_the_page_says_why(phone: Phone, house: House):
    phone.house = house
    phone.show()
    expect(phone.button("登录")).to_be_visible()
    phone.page.wait_for_load_state("networkidle")
    expect(phone.button(GO)).to_have_count(0)
    phone.sign_in()
    phone.page.reload()
    phone.show(PAGE)

    expect(phone.page.get_by_text("现在这个网址不能添加")).to_be_visible()
    expect(phone.button("添加这台手机或电脑")).to_have_count(0)


def test_staff_sign_in_at_the_console_with_one(browser: Browser, named: House):
    employ(named)
    with screen_at(browser, named) as screen:
        Authenticator(screen)
        screen.sign_in("s002")
        screen.show(PAGE)
        add(screen, label="前台电脑")
        expect(screen.page.get_by_role("heading", name="前台电脑")).to_be_visible()
        sign_out(screen)
        screen.show("/staff/")
        screen.button(GO).click()

        expect(screen.page.get_by_role("heading", name="现在")).to_be_focused()


def walk(phone: Phone, finger: Authenticator) -> Iterator[str]:
    """All that is to be seen of passkeys; yields the name of each."""
    page = phone.page
    phone.sign_in()
    phone.show(PAGE)
    page.locator(".nothing").wait_for()
    yield "none yet"
    page.locator("main .primary").click()
    page.locator("dialog input").first.fill(PASSWORD)
    finger.knows_its_person(really=False)
    page.locator("dialog .primary").click()
    page.locator("dialog .fault").wait_for()
    yield "let be"
    finger.knows_its_person(really=True)
    page.locator("dialog .primary").click()
    page.locator("main .card").wait_for()
    yield "one of them"
    sign_out(phone)
    finger.knows_its_person(really=False)
    page.locator(".passkey .secondary").click()
    page.locator(".passkey .fault").wait_for()
    yield "at the door"


@pytest.mark.parametrize(("language", "scheme"), [("zh-CN", "light"), ("en", "dark")])
def test_axe_finds_nothing_wrong_and_all_is_large_enough(phone: Phone, finger: Authenticator, language, scheme):
    phone.house.reads(language)
    phone.page.add_init_script(f"localStorage.setItem('language', '{language}')")
    phone.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for screen in walk(phone, finger):
        expect(phone.page.locator("html")).to_have_attribute("lang", language)
        if not phone.page.evaluate("typeof axe !== 'undefined'"):
            phone.page.evaluate(AXE())
        result = phone.page.evaluate("axe.run({ resultTypes: ['violations'] })")
        found |= {
            f"{screen}: {fault['id']}": [node["html"] for node in fault["nodes"]] for fault in result["violations"]
        }
        found |= {f"{screen}: {text}": size for text, size in phone.page.evaluate(TEXT_SIZES) if size < 15}
    assert found == {}

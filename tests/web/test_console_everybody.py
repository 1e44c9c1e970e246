"""Can everybody use the console: a keyboard alone, screen readers, both languages, light and dark, each role."""

import pytest
from playwright.sync_api import expect

from gateway.fleet.model import DoorLevel
from gateway.unlocking.model import UnlockState as State
from tests.web.conftest import PASSWORD, whole_five_minutes
from tests.web.console_builder import Screen, employ, raise_alert, screen_at

pytestmark = pytest.mark.browser

PAGES = ["now", "lockers", "lockers/count", "lockers/late", "lockers/held", "lockers/emergency"]
PAGES += ["lockers/terms", "settings"]
PAGES += ["bookings", "bookings/asked", "members", "members/of/10001", "members/import", "members/groups"]
PAGES += ["members/appeals"]
PAGES += [
    "ballots",
    "ballots/of-nobody",
    "activities",
    "displays",
    "kiosks",
    "reports/feedback",
    "zones",
    "plan",
    "rules",
    "channels",
    "devices/joining",
]
PAGES += [
    "devices",
    "devices/health",
    "devices/letters",
    "policies",
    "policies/explain",
    "hours",
    "audit",
    "usage",
    "reports",
    "reports/over",
    "reports/outages",
    "orders",
    "assets",
    "assets/plans",
    "assets/failures",
    "backups",
]

ALL = {"现在", "柜子", "预订", "会员", "设备", "使用规则", "开放时间", "操作记录"}
ALL |= {
    "抽签",
    "自助机",
    "区域",
    "告警规则",
    "通知渠道",
    "工单",
    "设备资产",
    "活动",
    "门口屏和日历",
    "使用情况",
    "平面图",
    "备份",
} | {"报修"}
NOBODYS_ELSE = {
    "s001": set(),
    "s002": {"设置", "平面图", "备份", "设备", "自助机", "区域", "通知渠道", "操作记录"},
    "s003": {"设置", "抽签", "活动", "备份", "预订", "会员", "使用规则", "通知渠道", "操作记录"},
}
"""What is not in whose navigation."""


@pytest.fixture
def screen(browser, house):
    employ(house)
    house.build("room", opens_min=0, closes_min=1440, slot_min=5)
    house.books_at("room", whole_five_minutes(house.centre.clock.now()))
    raise_alert(house)
    house.door(DoorLevel.OPEN)
    with screen_at(browser, house) as found:
        yield found


def lines_of(screen: Screen, bar: str) -> int:
    """On how many lines the buttons of a bar stand."""
    boxes = [one.bounding_box() for one in screen.page.locator(f"{bar} > button").all()]
    return len({round(box["y"]) for box in boxes})


@pytest.mark.parametrize(("language", "scheme"), [("zh-CN", "light"), ("en", "dark")])
def test_axe_finds_nothing_wrong_and_no_page_is_too_wide(screen: Screen, language, scheme):
    screen.sign_in("s001", language=language)
    screen.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for page in PAGES:
        screen.at(page)
        expect(screen.page.locator("html")).to_have_attribute("lang", language)
        expect(screen.page.locator("h1")).to_be_visible()
        found |= {f"{page}: {rule}": nodes for rule, nodes in screen.faults().items()}
        wider = screen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider == 0, f"{page} is {wider} px too wide"
        if page == "bookings":
            assert lines_of(screen, ".table-bar") == 1
    screen.at("lockers")
    screen.page.locator(".box").first.click()
    found |= {f"a locker's card: {rule}": nodes for rule, nodes in screen.faults().items()}
    screen.page.locator("dialog .cell").first.click()
    screen.page.locator("dialog .primary").click()
    found |= {f"a form not filled in: {rule}": nodes for rule, nodes in screen.faults().items()}
    screen.page.keyboard.press("Escape")
    screen.page.keyboard.press("?")
    found |= {f"shortcuts: {rule}": nodes for rule, nodes in screen.faults().items()}
    assert found == {}


def test_on_a_technicians_phone_no_page_is_too_wide(screen: Screen):
    screen.page.set_viewport_size({"width": 390, "height": 844})
    screen.sign_in("s001")
    for page in PAGES:
        screen.at(page)
        wider = screen.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider == 0, f"{page} is {wider} px too wide"


@pytest.mark.parametrize("number", NOBODYS_ELSE)
def test_everybody_finds_their_own_work_and_nothing_that_is_refused_them(screen: Screen, number):
    refused = []
    screen.page.on("response", lambda answer: answer.status == 403 and refused.append(answer.url))
    screen.sign_in(number)
    screen.at("now")
    links = screen.page.get_by_role("navigation", name="页面").get_by_role("link")
    expect(links.first).to_be_visible()
    names = links.all_inner_texts()
    assert ALL & set(names) == ALL - NOBODYS_ELSE[number]
    hidden_px = screen.page.locator(".side nav").evaluate("nav => nav.scrollHeight - nav.clientHeight")
    assert hidden_px == 0, "on a laptop every page is in sight"
    for at, name in enumerate(names):
        links.nth(at).click()
        expect(screen.page.get_by_role("heading", level=1, name=name)).to_be_visible()
        screen.settled()
        parts = screen.page.locator(".parts a")
        for part in range(parts.count()):
            parts.nth(part).click()
            screen.settled()
    assert refused == []


def focused(screen: Screen):
    return screen.page.locator("*:focus")


def tab_to(screen: Screen, name: str) -> None:
    """Press Tab until the thing of this name has the focus, and see that the focus can be seen all the way."""
    for _ in range(60):
        screen.page.keyboard.press("Tab")
        outline = screen.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        in_a_box = screen.page.evaluate("document.activeElement.matches('input, select, h1')")
        assert outline != "none" or in_a_box, focused(screen).evaluate("one => one.outerHTML")
        said = focused(screen).evaluate("one => one.labels?.[0]?.textContent ?? one.innerText")
        if said.split("\n")[0].strip().startswith(name):
            return
    pytest.fail(f"Tab does not lead to {name}")


def test_a_keyboard_is_enough_from_signing_in_to_an_open_door_and_an_alert_taken_up(screen: Screen):
    keys = screen.page.keyboard
    screen.show("/staff/")
    tab_to(screen, "会员号")
    keys.type("s002")
    keys.press("Tab")
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(screen.page.get_by_role("heading", name="现在")).to_be_focused()
    tab_to(screen, "我来处理")
    keys.press("Enter")
    keys.type("去看过了")
    keys.press("Enter")
    expect(screen.row("s002 在处理")).to_have_count(1)

    keys.press("?")
    expect(screen.page.get_by_role("heading", name="键盘快捷键")).to_be_focused()
    keys.press("Escape")
    keys.press("g")
    keys.press("l")
    expect(screen.page.get_by_role("heading", name="柜子")).to_be_focused()
    tab_to(screen, "02")
    keys.press("Enter")
    tab_to(screen, "打开柜门")
    keys.press("Enter")
    keys.type("试锁")
    keys.press("Enter")
    expect(screen.page.get_by_text("正在打开，请看着门…")).to_be_visible()
    screen.house.move(State.AUTHORISED, State.SIGNED, State.OPENED, member="s002")
    expect(screen.page.get_by_text("门开了", exact=True)).to_be_visible()
    keys.press("Escape")
    expect(focused(screen)).to_contain_text("02")

    keys.press("g")
    keys.press("m")
    expect(screen.page.get_by_role("heading", name="会员")).to_be_focused()
    keys.press("/")
    keys.type("桂兰")
    expect(screen.page.locator("tbody tr")).to_have_count(1)


def test_the_skip_link_leads_past_the_navigation_and_shortcuts_can_be_switched_off(screen: Screen):
    keys = screen.page.keyboard
    screen.sign_in("s001")
    screen.at("now")
    screen.page.locator(".skip").focus()
    keys.press("Enter")
    expect(screen.page.locator("#main")).to_be_focused()

    keys.press("?")
    letters = [line.split()[1] for line in screen.page.locator(".keys dt").all_inner_texts() if line.startswith("g")]
    assert len(letters) == len(set(letters)), "two pages of one letter"
    screen.page.get_by_role("switch", name="使用快捷键").click()
    keys.press("Escape")
    keys.press("?")
    keys.press("g")
    keys.press("l")
    expect(screen.page.locator("dialog")).to_have_count(0)
    expect(screen.page.get_by_role("heading", name="现在")).to_be_visible()

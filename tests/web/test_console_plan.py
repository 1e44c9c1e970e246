"""The centre on its floor plan, as staff see it: occupancy, air, doors and alerts, drawn and in a table."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from gateway.centre import reading_store
from gateway.fleet.model import DoorLevel
from gateway.telemetry.store import Letter, Value, now_ms
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.web import map_builder
from tests.web.conftest import House
from tests.web.console_builder import Screen, employ, raise_alert, screen_at

pytestmark = pytest.mark.browser


def measure(house: House) -> None:
    """A sensor of bank-a, which stands in the lobby, said so a minute ago."""
    centre = house.centre
    store = reading_store(centre.directory, centre.settings)
    (centre.directory / "data").mkdir(exist_ok=True)
    store.prepare()
    at = now_ms(centre.clock.now() - timedelta(minutes=1))
    values = [Value("air", "co2", 640.0), Value("air", "temperature", 21.4), Value("door", "motion", 1.0)]
    store.keep([Letter("bank-a", "0" * 16, 1, 1, at, values)])
    with centre.sessions.begin() as session:
        place = {"what": Placed.DEVICE, "ref": "bank-a", "zone_id": "hall"}
        zones.place(session, **place, actor="test", now=centre.clock.now())


@pytest.fixture
def planned(house: House) -> House:
    map_builder.furnish(house)
    map_builder.draw(house)
    employ(house)
    return house


@pytest.fixture
def screen(browser: Browser, planned: House) -> Iterator[Screen]:
    with screen_at(browser, planned) as screen:
        yield screen


def area(screen: Screen, name: str):
    return screen.page.locator(f"[data-area={name}]")


def test_every_area_says_how_it_is_on_the_plan_and_in_the_table(screen: Screen):
    house = screen.house
    measure(house)
    house.books("court-1", starts_in_min=-10)
    house.door(DoorLevel.OPEN)
    house.bank_leaves("bank-b")
    raise_alert(house, thing="bank-c")
    screen.sign_in("s002")
    screen.at("now")

    expect(area(screen, "court-1")).to_have_accessible_name("羽毛球场 1 使用中")
    expect(area(screen, "bank-a")).to_have_accessible_name("大厅储物柜 空闲 有人 1 扇开着")
    expect(area(screen, "bank-b")).to_have_accessible_name("更衣室储物柜 不清楚")
    screen.page.get_by_text("同样的内容，用表格看").click()
    for words in (
        ("大厅储物柜", "空 2/2", "有人", "640 ppm · 21.4 °C", "1 扇开着"),
        ("更衣室储物柜", "不清楚", "没有测量", "1 扇不清楚"),
        ("篮球馆", "使用中"),
    ):
        expect(screen.row(*words)).to_have_count(1)

    screen.page.get_by_role("button", name="二楼").click()
    area(screen, "bank-c").click()
    expect(screen.page.locator("dialog")).to_contain_text("活动室长期柜")
    expect(screen.page.locator("dialog")).to_contain_text("门开了")


def test_while_nobody_hears_the_house_the_plan_shows_where_things_are_and_no_more(screen: Screen):
    screen.sign_in()
    screen.hold_time()
    screen.at("now")
    expect(area(screen, "court-2")).to_have_attribute("data-state", "free")

    screen.page.context.set_offline(True)
    screen.page.clock.run_for(31_000)

    expect(area(screen, "court-2")).to_have_attribute("data-state", "unknown")
    expect(screen.page.get_by_text("暂时不知道现在的情况")).to_be_visible()


@pytest.mark.parametrize(("language", "scheme"), [("zh-CN", "light"), ("en", "dark")])
def test_axe_finds_nothing_wrong_on_the_plan(browser: Browser, planned: House, language, scheme):
    measure(planned)
    raise_alert(planned, thing="bank-a")
    with screen_at(browser, planned, color_scheme=scheme) as screen:
        screen.sign_in(language=language)
        screen.at("now")
        area(screen, "bank-a").wait_for()
        screen.page.locator(".plan-table summary").click()
        assert screen.faults() == {}

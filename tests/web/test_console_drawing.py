"""Drawing the floor plan in the console: with a pointer, and all of it by keyboard; nobody's drawing is overwritten."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from gateway.floor_plan import queries as floor_plans
from gateway.floor_plan.drawing import AreaKind, FloorPlan, Point, WayKind
from gateway.floor_plan.guide import guide
from tests.web import map_builder
from tests.web.conftest import House
from tests.web.console_builder import Screen, employ, screen_at

pytestmark = pytest.mark.browser

SAVED = "平面图已保存。"


@pytest.fixture
def planned(house: House) -> House:
    map_builder.furnish(house)
    map_builder.draw(house)
    employ(house)
    return house


@pytest.fixture
def screen(browser: Browser, planned: House) -> Iterator[Screen]:
    with screen_at(browser, planned) as screen:
        screen.sign_in("s003")
        yield screen


def at_the_plan(screen: Screen) -> None:
    screen.at("plan")
    screen.page.locator(".plan-canvas").wait_for()


def plan_of(house: House) -> FloorPlan:
    with house.centre.sessions.read() as session:
        return floor_plans.current(session).plan


def press(screen: Screen, name: str) -> None:
    """As whoever has no mouse: to the button, and Enter."""
    button = screen.button(name)
    button.focus()
    screen.page.keyboard.press("Enter")


def choose(screen: Screen, label: str, option: str) -> None:
    screen.page.get_by_label(label, exact=True).select_option(option)


def save(screen: Screen) -> None:
    press(screen, "保存")
    expect(screen.page.get_by_text(SAVED)).to_be_visible()


def test_by_keyboard_alone_a_place_is_drawn_linked_to_the_ways_tried_and_saved(screen: Screen):
    page = screen.page
    screen.at("now")
    page.locator(".tiles").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("f")
    page.locator(".plan-canvas").wait_for()

    press(screen, "画长方形")
    page.get_by_label("中文名").fill("茶水间")
    page.get_by_label("英文名").fill("Tea kitchen")
    page.get_by_label("离左边（米）").fill("10")
    page.get_by_label("离下边（米）").fill("10")
    page.get_by_label("宽（米）").fill("3")
    page.get_by_label("深（米）").fill("2.5")
    page.locator(".plan-canvas").focus()
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp"):
        page.keyboard.press(key)
    press(screen, "放落脚点")
    page.get_by_label("离左边（米）").fill("10.4")
    page.get_by_label("离下边（米）").fill("11.5")
    choose(screen, "是哪里的门口", "area-1")
    choose(screen, "连到", "lockers")
    press(screen, "加一条路")
    choose(screen, "到", "area-1")
    expect(page.locator(".plan-steps li").last).to_contain_text("茶水间")
    save(screen)

    plan = plan_of(screen.house)
    kitchen = plan.area_of["area-1"]
    assert (kitchen.name_zh, kitchen.name_en, kitchen.kind) == ("茶水间", "Tea kitchen", AreaKind.OTHER)
    assert kitchen.outline == (Point(11, 10.1), Point(14, 10.1), Point(14, 12.6), Point(11, 12.6))
    assert guide(plan, start=None, goal="area-1", step_free=True).route.length_m == pytest.approx(10 + 2.4516, abs=0.01)


def test_what_was_done_is_undone_step_by_step_and_done_again(screen: Screen):
    at_the_plan(screen)
    page, canvas = screen.page, screen.page.locator(".plan-canvas")
    choose(screen, "这一层的东西", "desk")
    canvas.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Delete")
    expect(page.locator("[data-id=desk]")).to_have_count(0)

    canvas.focus()
    page.keyboard.press("Control+z")
    expect(page.locator("polygon[data-id=desk]")).to_have_attribute("points", "11,22.5 15,22.5 15,20 11,20")
    page.keyboard.press("Control+z")
    expect(page.locator("polygon[data-id=desk]")).to_have_attribute("points", "11,23 15,23 15,20.5 11,20.5")
    expect(screen.button("保存")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    save(screen)

    assert plan_of(screen.house).area_of["desk"].outline[0] == Point(11, 3.5)


def test_with_a_pointer_one_draws_drags_and_joins(screen: Screen):
    at_the_plan(screen)
    page = screen.page

    def at(x, y):
        box = page.locator(".plan-canvas svg").bounding_box()
        return box["x"] + x / 40 * box["width"], box["y"] + (26 - y) / 26 * box["height"]

    def drag(start, end):
        page.mouse.move(*at(*start))
        page.mouse.down()
        page.mouse.move(*at(*end), steps=3)
        page.mouse.up()

    screen.button("画长方形").click()
    drag((25, 1), (30, 5))
    drag((28, 3), (32, 3))
    screen.button("放落脚点").click()
    page.mouse.click(*at(28, 6.8))
    screen.button("连路").click()
    page.mouse.click(*at(28, 6.8))
    page.mouse.click(*at(16.1, 6.8))
    save(screen)

    plan = plan_of(screen.house)
    left, bottom = plan.area_of["area-1"].outline[0]
    assert (left, bottom) == (pytest.approx(29, abs=0.2), pytest.approx(1, abs=0.2))
    (way,) = [one for one in plan.ways if one.a == "spot-1" or one.b == "spot-1"]
    assert ({way.a, way.b}, way.kind) == ({"spot-1", "first-aid-door"}, WayKind.LEVEL)


def test_what_is_wrong_is_named_and_leads_to_it_and_what_is_cut_off_is_told(screen: Screen):
    at_the_plan(screen)
    choose(screen, "这一层的东西", "hall")
    choose(screen, "是哪一个", "")
    fault = screen.page.get_by_role("button", name="篮球馆：还没有选是哪一个")
    choose(screen, "这一层的东西", "")
    fault.click()
    expect(screen.page.locator(".plan-form h2").first).to_have_text("篮球馆")
    press(screen, "保存")
    expect(screen.page.get_by_role("alert").filter(has_text="平面图里有 1 处不对")).to_be_visible()

    choose(screen, "是哪一个", "hall")
    choose(screen, "这一层的东西", "stairs-foot")
    press(screen, "删除")
    choose(screen, "这一层的东西", "lift-door")
    press(screen, "删除")
    expect(screen.page.get_by_text("从大门走不到")).to_contain_text("琴房")


def test_of_two_who_draw_the_later_is_told_and_keeps_their_own(screen: Screen):
    at_the_plan(screen)
    choose(screen, "这一层的东西", "desk")
    screen.page.get_by_label("中文名").fill("服务台")
    map_builder.draw(screen.house)  # somebody else's
    press(screen, "保存")

    expect(screen.page.get_by_role("alert").filter(has_text="别的同事已经保存了新的平面图")).to_be_visible()
    expect(screen.page.get_by_label("中文名")).to_have_value("服务台")
    assert plan_of(screen.house).area_of["desk"].name_zh == "前台"


def test_a_plan_is_taken_along_as_geojson_brought_back_and_an_earlier_one_returns(screen: Screen, tmp_path: Path):
    at_the_plan(screen)
    page = screen.page
    with page.expect_download() as taken:
        screen.button("导出 GeoJSON").click()
    file = tmp_path / "plan.geojson"
    taken.value.save_as(file)
    plan = json.loads(file.read_text())
    line = next(one for one in plan["features"] if one["id"] == "way-1")
    assert line["geometry"] == {"type": "LineString", "coordinates": [[8, 2], [8, 3]]}
    plan["floors"][0]["name_zh"] = "底层"
    file.write_text(json.dumps(plan))

    page.get_by_label("导入 GeoJSON").set_input_files(file)
    save(screen)
    assert plan_of(screen.house).floors[0].name_zh == "底层"

    screen.button("看以前保存的").click()
    choose(screen, "回到以前保存的", "1")
    expect(page.get_by_text("已经换成第 1 版")).to_be_visible()
    save(screen)
    assert plan_of(screen.house).floors[0].name_zh == "一楼"
    (tmp_path / "no.json").write_text("{}")
    page.get_by_label("导入 GeoJSON").set_input_files(tmp_path / "no.json")
    expect(page.get_by_text("这个文件不是平面图。")).to_be_visible()


@pytest.mark.parametrize(("language", "scheme"), [("zh-CN", "dark"), ("en", "light")])
def test_axe_finds_nothing_wrong_where_the_plan_is_drawn(browser: Browser, planned: House, language, scheme):
    with screen_at(browser, planned, color_scheme=scheme) as screen:
        screen.sign_in(language=language)
        found = {}
        at_the_plan(screen)
        screen.page.locator(".plan-good").wait_for()
        floor, names = screen.page.locator(".map-ground").bounding_box(), screen.page.locator(".plan-name").all()
        boxes = {name.text_content(): name.bounding_box() for name in names}
        cut_off = [
            name for name, box in boxes.items() if not 0 <= box["x"] - floor["x"] <= floor["width"] - box["width"]
        ]
        assert boxes
        assert cut_off == []
        for thing in ("", "hall", "in", "way-1"):
            screen.page.locator(".plan-everything select").select_option(thing)
            found |= {f"{thing}: {rule}": nodes for rule, nodes in screen.faults().items()}
        assert found == {}

"""Work orders and assets at the staff's console."""

import pytest
from playwright.sync_api import expect

from gateway.centre import reading_store
from gateway.maintenance import assets, queries, service
from gateway.maintenance.assets import Thing, What, Wish
from gateway.maintenance.model import AssetKind, OpenedBy, OrderKind
from gateway.telemetry.store import Letter, Value, now_ms
from tests.centre_builder import a_photo
from tests.web.console_builder import Screen, employ, raise_alert, screen_at

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(browser, house):
    employ(house)
    with house.centre.sessions.begin() as session:
        assets.take_up_all(session, now=house.centre.clock.now())
    with screen_at(browser, house) as found:
        yield found


def a_real_alert(screen: Screen) -> None:
    """At a door that there is."""
    listed = screen.page.request.get(f"{screen.house.url}/api/v1/staff/locks").json()["items"]
    raise_alert(screen.house, listed[0]["id"])


def test_an_alert_becomes_a_work_order_that_goes_its_way_to_the_end(screen: Screen):
    screen.sign_in("s003")
    a_real_alert(screen)
    screen.at("now")
    screen.row("大厅 01 号柜").get_by_role("button", name="开工单").click()
    screen.go("开工单")
    expect(screen.page.get_by_text("工单已开")).to_be_visible()

    screen.at("orders")
    screen.row("特急", "门开了", "待处理").get_by_role("button", name="查看").click()
    screen.go("派给谁")
    screen.fill("技术员或管理员的编号", "s003")
    screen.go("派给谁")
    expect(screen.page.locator("dialog")).to_contain_text("已派工")
    expect(screen.page.locator("dialog")).to_contain_text("员工 s003（s003）")
    screen.go("做完了")
    screen.page.get_by_label("做了什么").fill("换了锁体")
    screen.page.get_by_label("用了几分钟").fill("25")
    screen.page.get_by_label("用的备件").fill("锁体 × 1，螺丝 4")
    screen.go("做完了")
    expect(screen.page.locator("dialog")).to_contain_text("锁体 × 1")
    expect(screen.page.locator("dialog")).to_contain_text("螺丝 × 4")
    expect(screen.page.locator("dialog")).to_contain_text("25 分钟")
    assert screen.faults() == {}


def test_an_order_that_stands_takes_its_space_out_of_use_and_gives_it_back(screen: Screen):
    screen.house.build("room")
    with screen.house.centre.sessions.begin() as session:
        facts = {"kind": OrderKind.REPAIR, "reason": "地板翘了", "opened_by": OpenedBy.HAND}
        service.open_order(session, about=Thing(What.SPACE, "room"), now=screen.house.centre.clock.now(), **facts)
    screen.sign_in("s003")
    screen.at("orders")
    screen.row("地板翘了").get_by_role("button", name="查看").click()
    for deed, step in (("修好前停用", "停用"), ("先恢复使用", "恢复使用")):
        screen.go(deed)
        screen.go(deed)
        expect(screen.page.locator("dialog .history li").last).to_contain_text(f"{step} ")
        with screen.house.centre.sessions.read() as session:
            [order] = queries.orders(session)
            assert order.blocks is (step == "停用")
    assert screen.faults() == {}


def test_a_thing_is_photographed_before_and_after_the_work_and_a_photo_is_removed(screen: Screen):
    screen.house.build("room")
    with screen.house.centre.sessions.begin() as session:
        facts = {"kind": OrderKind.REPAIR, "reason": "合页松了", "opened_by": OpenedBy.HAND}
        service.open_order(session, about=Thing(What.SPACE, "room"), now=screen.house.centre.clock.now(), **facts)
    screen.sign_in("s002")
    screen.at("orders")
    screen.row("合页松了").get_by_role("button", name="查看").click()
    card = screen.page.locator("dialog")
    for no, (caption, words) in enumerate((("左边的合页", "修前 · 左边的合页"), ("换好了", "修后 · 换好了"))):
        picture = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": a_photo(size=(1600, 1200))}
        card.get_by_label("添加照片").set_input_files(picture)
        screen.fill("说明", caption)
        screen.go("保存")
        expect(card.locator("figure")).to_have_count(no + 1)
        thumbnail = card.get_by_role("img", name=f"照片：{words}")
        expect(thumbnail).to_have_js_property("naturalWidth", 480)
    assert screen.faults() == {}
    card.get_by_role("button", name="移除照片 修前").click()
    screen.go("移除照片")
    expect(card.locator("figure")).to_have_count(1)
    expect(card.locator("figcaption")).to_contain_text("换好了")
    card.get_by_label("添加照片").set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"})
    expect(card.get_by_role("alert")).to_contain_text("这张照片打不开")


def test_a_plan_is_taken_over_and_an_asset_tells_how_far_it_is_and_that_nothing_is_known(screen: Screen):
    screen.sign_in("s001")
    screen.at("assets/plans")
    screen.page.get_by_role("button", name="采用 清洁锁舌").click()
    screen.go("采用")
    expect(screen.row("清洁锁舌", "柜门", "每 365 天")).to_have_count(1)

    screen.at("assets")
    expect(screen.page.locator("th[aria-sort=ascending]")).to_contain_text("名称")
    screen.row("柜门", "0 %").first.get_by_role("button", name="查看").click()
    card = screen.page.locator("dialog")
    expect(card).to_contain_text("0 % · 还早")
    expect(card).to_contain_text("开门记录还太少")
    screen.go("不再使用")
    screen.go("不再使用")
    expect(screen.page.locator("dialog")).to_have_count(0)
    screen.at("assets/failures")
    expect(screen.row("柜门", "0")).to_have_count(1)
    expect(screen.page.get_by_text("保养和检查不是故障")).to_be_visible()
    assert screen.faults() == {}


def test_a_machine_is_given_a_power_sensor_and_a_plan_by_the_hours_it_runs(screen: Screen):
    centre = screen.house.centre
    (centre.directory / "data").mkdir(exist_ok=True)
    readings = reading_store(centre.directory, centre.settings)
    readings.prepare()
    said = [Value("relay", "power", 900.0), Value("relay", "energy", 5.0)]
    readings.keep([Letter("plug-1", "0" * 16, 1, 1, now_ms(centre.clock.now()), said)])
    readings.close()
    with centre.sessions.begin() as session:
        wish = Wish(name_zh="跑步机", name_en="Treadmill")
        assets.add_asset(session, kind=AssetKind.MACHINE, wish=wish, actor="test", now=centre.clock.now())
    screen.sign_in("s003")
    screen.at("assets")
    screen.row("跑步机").get_by_role("button", name="查看").click()
    screen.go("按功率计运转小时")
    screen.page.get_by_label("功率传感器").select_option(label="plug-1 · relay")
    screen.fill("从多少瓦起算运转", "60")
    assert screen.faults() == {}
    screen.go("按功率计运转小时")
    expect(screen.page.locator("dialog")).to_have_count(0)
    screen.row("跑步机").get_by_role("button", name="查看").click()
    expect(screen.page.locator("dialog")).to_contain_text("plug-1 · relay，60 瓦起算运转")
    expect(screen.page.locator("dialog")).to_contain_text("小时（运转）")
    screen.go("新建保养计划")
    screen.fill("中文名", "换跑带")
    screen.fill("英文名", "Change the belt")
    screen.fill("每用多少", "2000")
    assert screen.faults() == {}
    screen.go("新建保养计划")
    expect(screen.page.locator("dialog")).to_have_count(0)

    screen.at("assets/plans")
    screen.row("换跑带", "每 2000 小时（运转）").get_by_role("link", name="跑步机").click()
    expect(screen.page.get_by_role("dialog", name="跑步机")).to_contain_text("plug-1 · relay")
    screen.page.keyboard.press("Escape")
    screen.at("assets/plans")
    screen.page.get_by_role("button", name="采用 润滑").click()
    screen.go("采用")
    expect(screen.row("润滑", "每 250 小时（运转）")).to_have_count(1)
    screen.page.get_by_role("button", name="新建保养计划").click()
    screen.page.get_by_label("给谁做").select_option(label="风扇")
    screen.fill("中文名", "换皮带")
    screen.fill("英文名", "Change its belt")
    screen.fill("每几天", "180")
    screen.fill("每用多少", "4000")
    screen.go("新建保养计划")
    expect(screen.row("换皮带", "风扇", "每 180 天，或每 4000 小时（运转）")).to_have_count(1)


def test_the_desk_opens_a_work_order_for_a_door_and_finds_no_step_that_is_not_its_own(screen: Screen):
    screen.sign_in("s002", language="en")
    screen.at("orders")
    screen.page.get_by_role("button", name="Open a work order").click()
    screen.fill("Why", "It does not shut")
    screen.go("Open a work order")
    screen.row("It does not shut", "open").get_by_role("button", name="Look").click()
    expect(screen.page.locator("dialog .history")).to_contain_text("s002")
    expect(screen.page.locator("dialog .cell")).to_have_count(0)
    assert screen.faults() == {}


def test_a_page_that_was_fetched_is_there_when_one_comes_back_to_it(screen: Screen):
    screen.sign_in("s003")
    for page, heading in (("orders", "工单"), ("assets", "设备资产"), ("orders", "工单"), ("assets", "设备资产")):
        screen.at(page)
        expect(screen.page.get_by_role("heading", level=1, name=heading)).to_be_visible()

"""The lockers at the staff's console: opening, giving back, care, keeping, counting, clearing out, freezing."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from gateway.lockers import service as lockers
from gateway.members import queries as members
from gateway.members.model import MemberSession
from gateway.unlocking.model import UnlockState as State
from gateway.zones import service as zones
from tests.centre_builder import sense
from tests.web.conftest import MEMBER, PASSWORD
from tests.web.console_builder import Screen, employ, screen_at

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(browser, house):
    employ(house)
    with screen_at(browser, house) as found:
        yield found


def rents(screen: Screen, *, for_days: int = 1, ago_days: int = 0) -> None:
    """Member 10001 rents 01 of bank-a."""
    with screen.house.centre.sessions.begin() as session:
        begun = screen.house.centre.clock.now() - timedelta(days=ago_days)
        member = members.member_by_no(session, member_no=MEMBER)
        lockers.rent(
            session,
            member=member,
            bank_id="bank-a",
            until=begun + timedelta(days=for_days),
            max_days=30,
            unsettled_locks=frozenset,
            now=begun,
        )


def box(screen: Screen, label: str, state: str):
    return screen.page.get_by_role("button", name=f"{label} {state}")


def test_a_door_is_opened_with_a_reason_and_the_screen_says_what_its_contact_saw(screen: Screen):
    screen.sign_in("s002")
    screen.at("lockers")
    box(screen, "01", "空着").first.click()
    screen.go("打开柜门")
    screen.go("打开")
    expect(screen.page.get_by_label("原因")).to_have_accessible_description("例如：会员忘了密码，本人在场 请填写")
    screen.fill("原因", "试锁")
    screen.go("打开")
    expect(screen.page.get_by_role("status").filter(has_text="正在打开")).to_be_visible()
    screen.house.move(State.AUTHORISED, State.SIGNED, State.OPENED, member="s002")
    expect(screen.page.get_by_text("门开了", exact=True)).to_be_visible()


def test_a_rented_locker_is_opened_looked_into_and_given_back(screen: Screen):
    rents(screen)
    screen.sign_in("s002")
    screen.at("lockers")
    box(screen, "01", "租用中").click()
    expect(screen.page.locator("dialog").get_by_text("王桂兰（10001）")).to_be_visible()
    screen.go("打开、看过并退还")
    screen.fill("原因", "会员来电退柜")
    screen.go("打开")
    expect(screen.page.get_by_role("status").filter(has_text="正在打开")).to_be_visible()
    screen.house.move(State.AUTHORISED, State.SIGNED, State.OPENED, member="s002")
    with screen.house.centre.sessions.begin() as session:
        sense(session, "01", "door_open", "door_closed", now=screen.house.centre.clock.now())
    screen.go("里面是空的，门关好了")
    screen.go("退还柜子")
    expect(screen.page.get_by_text("已退还")).to_be_visible()
    expect(box(screen, "01", "空着").first).to_be_visible()


def test_whoever_signed_in_a_while_ago_gives_the_password_on_the_spot_and_the_door_opens(screen: Screen):
    rents(screen)
    screen.sign_in("s002")
    with screen.house.centre.sessions.begin() as session:
        session.execute(update(MemberSession).values(created_at=screen.house.centre.clock.now() - timedelta(minutes=6)))
    screen.at("lockers")
    box(screen, "01", "租用中").click()
    screen.go("打开柜门")
    screen.fill("原因", "漏水")
    screen.go("打开")
    expect(screen.page.get_by_text("请先再输入一次您的密码")).to_be_visible()
    screen.fill("密码", PASSWORD)
    screen.go("打开")
    expect(screen.page.get_by_role("status").filter(has_text="正在打开")).to_be_visible()


def test_a_technician_opens_no_door_behind_which_somebody_has_things(screen: Screen):
    rents(screen)
    screen.sign_in("s003")
    screen.at("lockers")
    box(screen, "01", "租用中").click()
    expect(screen.page.locator("dialog").get_by_role("button", name="看过里面")).to_be_visible()
    expect(screen.page.locator("dialog").get_by_role("button", name="打开柜门")).to_have_count(0)


def test_a_locker_is_set_out_of_use_kept_for_staff_and_looked_into(screen: Screen):
    screen.sign_in("s002")
    screen.at("lockers")
    box(screen, "02", "空着").click()
    screen.go("停用、打扫或检查")
    screen.page.get_by_label("使用状态").select_option("cleaning")
    screen.fill("原因", "洒了饮料")
    screen.go("改好")
    box(screen, "02", "打扫中").click()
    screen.go("看过里面")
    screen.go("记下")
    box(screen, "01", "空着").first.click()
    screen.go("工作人员留用")
    screen.fill("原因", "放钥匙")
    screen.go("留用")
    expect(box(screen, "01", "工作人员留用")).to_be_visible()

    screen.at("lockers/count")
    expect(screen.row("02", "空的（s002")).to_have_count(1)
    expect(screen.page.get_by_role("link", name="打印清点单")).to_have_attribute(
        "href", "/api/v1/staff/reconciliation/print"
    )
    screen.at("lockers/held")
    screen.row("放钥匙").get_by_role("button", name="不再留用").click()
    screen.go("不再留用")
    expect(screen.page.get_by_text("没有留用的柜子")).to_be_visible()


def test_a_banks_terms_are_changed_by_the_manager_and_one_locker_is_rented_otherwise(screen: Screen):
    pool = {"zone_id": "pool", "name_zh": "泳池", "name_en": "Pool"}
    with screen.house.centre.sessions.begin() as session:
        zones.make_zone(session, **pool, actor="s003", now=screen.house.centre.clock.now())
    screen.sign_in("s001")
    screen.at("lockers/terms")
    screen.row("大厅", "随来随用").first.get_by_role("button", name="看看").click()
    screen.go("改怎么租")
    screen.page.get_by_label("怎么租", exact=True).select_option("time_limited")
    screen.fill("限时：一般租几分钟", "90")
    screen.fill("限时：最长几分钟", "60")
    screen.go("保存")
    expect(screen.page.locator("dialog").get_by_role("alert")).not_to_have_text("")
    screen.fill("限时：最长几分钟", "180")
    screen.go("保存")
    screen.row("限时：一般 90 分钟，最长 3 小时").get_by_role("button", name="看看").click()
    screen.go("改到期以后")
    screen.fill("宽限后再过几天", "3")
    screen.go("保存")
    screen.row("再过 3 天可以清柜").get_by_role("button", name="看看").click()
    screen.go("改位置")
    screen.page.get_by_label("区域").select_option(label="泳池")
    screen.go("保存")
    expect(screen.row("大厅", "泳池", "再过 3 天可以清柜")).to_have_count(1)

    screen.at("lockers")
    box(screen, "01", "空着").first.click()
    screen.go("改这个柜子怎么租")
    screen.page.get_by_label("怎么租", exact=True).select_option("fixed")
    screen.go("就这样定")
    expect(screen.page.get_by_text("已改好")).to_be_visible()
    path = f"{screen.house.url}/api/v1/staff/banks/bank-a/compartments"
    modes = [one["mode"] for one in screen.page.request.get(path).json()["items"]]
    assert modes == ["fixed", "time_limited"]

    box(screen, "02", "空着").first.click()
    screen.go("开放提前预订")
    expect(screen.page.get_by_label("中文名")).to_have_value("大厅 02")
    screen.page.get_by_label("每段多长").select_option("30")
    screen.go("开放预订")
    expect(screen.page.get_by_text("可以提前预订了")).to_be_visible()
    offered = screen.page.request.get(f"{screen.house.url}/api/v1/spaces").json()["items"]
    assert [(one["kind"], one["name"], one["slot_min"]) for one in offered] == [
        ("locker", {"zh-CN": "大厅 02", "en": "Lobby 02"}, 30)
    ]
    screen.page.reload()
    box(screen, "02", "空着").first.click()
    screen.go("改这个柜子怎么租")
    screen.go("就这样定")
    expect(screen.page.get_by_text("已改好")).to_be_visible()
    screen.page.reload()  # the card of a moment ago may not know yet
    box(screen, "02", "空着").first.click()
    screen.go("开放提前预订")  # once more: it keeps the name from before
    screen.fill("中文名", "别的名称")
    screen.go("开放预订")
    expect(screen.page.get_by_text("可以提前预订了")).to_be_visible()
    assert screen.page.request.get(path).json()["items"][1]["mode"] == "bookable"

    screen.sign_in("s002")
    screen.at("lockers/terms")
    screen.page.reload()
    screen.row("大厅", "限时").get_by_role("button", name="看看").click()
    expect(screen.page.locator("dialog .cell")).to_have_count(0)


def test_an_abandoned_locker_is_cleared_out_by_two_each_signed_in_themselves(screen: Screen):
    rents(screen, for_days=1, ago_days=60)
    screen.sign_in("s002")
    screen.at("lockers/late")
    screen.row("王桂兰", "可以清柜").get_by_role("button", name="清柜").click()
    screen.go("开始清柜（第一见证人）")
    screen.fill("原因", "两个月没来")
    screen.fill("袋子标签", "B-17")
    screen.go("开始清柜（第一见证人）")
    expect(screen.page.get_by_text("等第二位见证人")).to_be_visible()
    screen.go("我来见证（第二人）")
    screen.fill("袋子标签", "B-17")
    screen.go("我来见证（第二人）")
    expect(screen.page.locator("dialog").get_by_role("alert")).to_have_text("清柜需要两位不同的工作人员。")

    screen.sign_in("s004")
    screen.at("lockers/late")
    screen.page.reload()
    screen.row("王桂兰").get_by_role("button", name="清柜").click()
    screen.go("我来见证（第二人）")
    screen.fill("袋子标签", "B-17")
    screen.go("我来见证（第二人）")
    expect(screen.page.get_by_text("两人都在，可以开门")).to_be_visible()


def test_a_freeze_is_seen_at_once_and_ended_by_two(screen: Screen):
    screen.sign_in("s001")
    screen.at("lockers/emergency")
    expect(screen.row("大厅", "由系统逐个打开")).to_have_count(2)
    screen.page.get_by_role("button", name="停止开门").click()
    screen.fill("原因", "漏水")
    screen.go("停止开门")
    expect(screen.row("漏水", "进行中")).to_have_count(1)
    screen.at("now")
    expect(screen.page.get_by_text("已停止开门：整个中心。")).to_be_visible()
    screen.page.get_by_role("link", name="去处理").click()
    screen.row("漏水").get_by_role("button", name="结束").click()
    screen.go("结束")
    expect(screen.row("s001 要结束，等第二个人")).to_have_count(1)

    screen.sign_in("s003")
    screen.at("lockers/emergency")
    screen.page.reload()
    expect(screen.page.get_by_role("button", name="停止开门")).to_have_count(0)
    screen.row("漏水").get_by_role("button", name="结束").click()
    screen.go("结束")
    expect(screen.row("漏水", "已解除")).to_have_count(1)

"""Zones, what may join, channels, kiosks and groups at the staff's console."""

from datetime import timedelta
from functools import partial

import pytest
from playwright.sync_api import Route, expect
from sqlalchemy import update

from gateway.centre import make_seal
from gateway.feedback import service as feedback
from gateway.kiosks import service as kiosks
from gateway.kiosks import smiles
from gateway.kiosks.model import Kiosk, Mood
from gateway.members import queries as members
from gateway.zones import service as zones
from tests.web.conftest import MEMBER, House
from tests.web.console_builder import Screen, employ, screen_at

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(browser, house):
    make_seal(house.centre.directory)
    employ(house)
    house.build("room")
    with screen_at(browser, house) as found:
        found.sign_in("s001")
        yield found


LIVED = {
    "zone": "lobby",
    "day": "2026-11-25",
    "confidence": "rough",
    "doubt": "drift_seen",
    "capacity": 60,
    "entered": 141,
    "corrected": 17,
    "left_over": 2,
    "most": 27,
    "most_at": "2026-11-25T10:42:00Z",
    "points": [
        {"at": f"2026-11-25T{hour:02}:{minute:02}:00Z", "people": people}
        for hour, people in ((0, 0), (1, 4), (10, 26), (11, 9), (12, 0), (13, 0))
        for minute in (0, 30)
    ],
}


def test_a_zones_day_is_shown_as_bars_and_as_a_table_with_how_sure_it_is(screen: Screen):
    pool = {"zone_id": "lobby", "name_zh": "大厅", "name_en": "Lobby"}
    with screen.house.centre.sessions.begin() as session:
        zones.make_zone(session, **pool, actor="s003", now=screen.house.centre.clock.now())
    screen.at("zones")
    screen.row("大厅", "不知道").get_by_role("button", name="看看").click()
    screen.page.locator("dialog").get_by_role("button", name="一天的人数").click()
    card = screen.page.locator("dialog")
    expect(card).to_contain_text("不知道：这里的门口没有计数器")
    expect(card.locator("table")).to_have_count(0)

    screen.page.route("**/zones/lobby/day?day=2026-11-25", partial(Route.fulfill, json=LIVED))
    card.get_by_label("哪一天").fill("2026-11-25")
    expect(card).to_contain_text("27 人，18:42")
    expect(card).to_contain_text("141 人次")
    expect(card).to_contain_text("补了 17 人")
    rows = [row.split("\t") for row in card.locator("tbody tr").all_inner_texts()]
    assert rows == [["8", "0"], ["9", "4"], ["18", "26"], ["19", "9"], ["20", "0"]]
    assert screen.faults() == {}


def test_a_zone_is_made_a_device_put_there_and_not_retired_while_it_stands_there(screen: Screen):
    screen.at("zones")
    screen.page.get_by_role("button", name="新区域").click()
    screen.fill("代号", "lobby")
    screen.fill("中文名", "大厅")
    screen.fill("英文名", "Lobby")
    screen.go("新区域")
    screen.row("大厅", "lobby", "使用中").get_by_role("button", name="看看").click()
    screen.page.locator("dialog").get_by_role("button", name="放进一台设备").click()
    screen.page.get_by_label("哪一个").select_option("bank-a")
    screen.go("放进一台设备")
    screen.row("大厅").get_by_role("button", name="看看").click()
    expect(screen.page.locator("dialog dd").first).to_have_text("bank-a")
    screen.page.locator("dialog").get_by_role("button", name="停用这个区域").click()
    screen.go("停用这个区域")
    expect(screen.page.locator("dialog").get_by_role("alert")).not_to_have_text("")


def test_new_devices_may_join_for_a_while_and_no_longer(screen: Screen):
    screen.at("devices/joining")
    expect(screen.page.get_by_text("现在新设备不能加入。")).to_be_visible()
    screen.page.get_by_role("button", name="允许加入").click()
    screen.go("允许加入")
    screen.page.get_by_role("button", name="不再允许加入").click()
    screen.go("不再允许加入")
    expect(screen.page.get_by_text("现在新设备不能加入。")).to_be_visible()


def test_a_channel_tells_its_secret_once_never_its_address_and_what_became_of_a_message(screen: Screen):
    screen.at("channels")
    screen.page.get_by_role("button", name="新渠道").click()
    screen.fill("名称", "值班系统")
    screen.fill("地址", "https://alerts.example/hook-4711")
    screen.go("新渠道")
    assert screen.page.locator("dialog .secret").inner_text().startswith("whsec_")
    screen.page.keyboard.press("Escape")
    row = screen.row("值班系统", "22:00–08:00", "正常")
    expect(row).not_to_contain_text("hook-4711")
    row.get_by_role("button", name="发一条试试").click()
    screen.go("发一条试试")
    row.get_by_role("link", name="消息").click()
    expect(screen.row("等着发")).to_have_count(1)

    screen.at("channels")
    screen.row("值班系统").get_by_role("button", name="修改").click()
    screen.fill("名称", "值班室")
    screen.fill("安静时段从", "")
    screen.go("修改")
    expect(screen.page.get_by_text("已经保存。请发一条试试。")).to_be_visible()
    row = screen.row("值班室", "没有")
    row.get_by_role("button", name="删除").click()
    screen.go("删除")
    expect(row).to_have_count(0)


def test_a_kiosk_is_registered_by_an_address_told_once_and_retired(screen: Screen, browser):
    screen.at("kiosks")
    screen.page.get_by_role("button", name="登记自助机").click()
    screen.fill("中文名", "大厅")
    screen.fill("英文名", "Ground floor")
    screen.go("登记自助机")
    address = screen.page.locator("dialog .secret").inner_text()
    screen.page.keyboard.press("Escape")
    screen.row("大厅").get_by_role("button", name="改名字").click()
    screen.fill("中文名", "一楼大厅")
    screen.go("改名字")
    expect(screen.row("一楼大厅")).to_have_count(1)
    there = browser.new_context(locale="zh-CN")
    page = there.new_page()
    page.goto(address)
    page.locator("html[data-ready]").wait_for(state="attached")
    expect(page.get_by_role("banner")).to_contain_text("一楼大厅")
    page.locator(".k-reading [lang=en]").click()
    expect(page.get_by_role("banner")).to_contain_text("Ground floor")
    there.close()
    for minutes, said in ((0, "正常"), (4, "连不上")):
        was_seen(screen.house, minutes_ago=minutes)
        screen.page.reload()
        expect(screen.row("一楼大厅", said)).to_have_count(1)
    screen.row("一楼大厅").get_by_role("button", name="停用").click()
    screen.go("停用")
    expect(screen.row("一楼大厅")).to_have_count(0)


def was_seen(house: House, *, minutes_ago: int) -> None:
    """Whatever kiosks there are."""
    with house.centre.sessions.begin() as session:
        session.execute(update(Kiosk).values(seen_at=house.centre.clock.now() - timedelta(minutes=minutes_ago)))


def test_what_those_who_left_a_kiosk_said_is_counted_by_day(screen: Screen):
    with screen.house.centre.sessions.begin() as session:
        now = screen.house.centre.clock.now()
        day = now.date()
        hall, _ = kiosks.register(session, name="一楼大厅", bank_id=None, actor="s001", now=now)
        for mood in (Mood.GOOD, Mood.GOOD, Mood.POOR):
            smiles.smile(session, kiosk_id=hall.id, mood=mood, today=day)
        member = members.member_by_no(session, member_no=MEMBER)
        feedback.give(session, member=member, score=2, words="太吵", space_id=None, now=now)
    screen.sign_in("s002")  # the desk hears it too
    screen.at("reports/feedback")
    expect(screen.row("一楼大厅").locator("td")).to_have_text([day.isoformat(), "一楼大厅", "2", "0", "1"])
    expect(screen.row("太吵").locator("td").nth(1)).to_have_text("2")


def test_a_group_is_made_and_removed_by_the_manager_alone(screen: Screen):
    screen.at("members/groups")
    screen.page.get_by_role("button", name="新会员组").click()
    screen.fill("代号", "branch-3")
    screen.fill("中文名", "第三分会")
    screen.fill("英文名", "Branch 3")
    screen.page.get_by_label("什么组").select_option("branch")
    screen.go("新会员组")
    expect(screen.row("第三分会", "branch-3", "分会")).to_have_count(1)

    screen.sign_in("s002")
    screen.page.reload()
    expect(screen.row("第三分会")).to_have_count(1)
    expect(screen.page.get_by_role("button", name="新会员组")).to_have_count(0)

    screen.at("members/of/10001")
    for is_in in (True, False):
        screen.page.get_by_role("button", name="改会员组").click()
        screen.page.get_by_role("group", name="会员组").get_by_label("第三分会").set_checked(is_in, force=True)
        screen.go("保存")
        expect(screen.page.locator("dd", has_text="第三分会" if is_in else "没有加入")).to_have_count(1)

    screen.sign_in("s001")
    screen.at("members/groups")
    screen.page.reload()
    screen.row("第三分会").get_by_role("button", name="删除").click()
    screen.go("删除")
    expect(screen.row("第三分会")).to_have_count(0)

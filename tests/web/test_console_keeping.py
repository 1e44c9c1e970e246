"""Devices, policies, ballots, opening hours and the audit trail at the staff's console."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from gateway.__main__ import main
from gateway.ballots import draw
from gateway.ballots import queries as ballots
from gateway.ballots import service as ballots_service
from gateway.members import queries as members
from gateway.spaces.rules import Span
from tests.web.conftest import MEMBER, OTHER, House
from tests.web.console_builder import Screen, employ, screen_at

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(browser, house):
    employ(house)
    house.build("room")
    with screen_at(browser, house) as found:
        found.sign_in("s001")
        yield found


def test_a_device_is_suspended_and_approved_again_by_its_own_fingerprint(screen: Screen):
    screen.at("devices")
    screen.row("bank-b").get_by_role("button", name="暂停使用").click()
    screen.fill("原因", "漏水")
    screen.go("暂停使用")
    screen.row("bank-b", "已暂停", "漏水").get_by_role("button", name="批准使用").click()
    screen.fill("指纹", "wrong")
    screen.go("批准使用")
    expect(screen.page.locator("dialog").get_by_role("alert")).not_to_have_text("")
    shown = screen.page.request.get(f"{screen.house.url}/api/v1/staff/devices").json()["items"]
    screen.fill("指纹", next(one["fingerprint"] for one in shown if one["id"] == "bank-b"))
    screen.go("批准使用")
    expect(screen.row("bank-b", "使用中")).to_have_count(1)


def test_a_rule_is_looked_at_before_it_is_set_and_then_explains_a_refusal(screen: Screen):
    screen.at("policies")
    screen.page.get_by_role("button", name="新规则").click()
    screen.fill("规则名", "short")
    screen.page.get_by_label("管什么").select_option("max_minutes")
    screen.fill("限制", "30")
    screen.go("看看会怎样")
    expect(screen.page.get_by_text("没有现有的预订不符合。")).to_be_visible()
    screen.go("就这样定")
    expect(screen.row("最长几分钟", "30", "short")).to_have_count(1)

    screen.at("policies/explain")
    screen.page.get_by_role("button", name="问一问").click()
    screen.fill("会员号", "10001")
    screen.page.get_by_label("从", exact=True).fill("2030-01-07T10:00")
    screen.page.get_by_label("到", exact=True).fill("2030-01-07T11:00")
    screen.go("看规则")
    expect(screen.row("最长几分钟", "不可以", "short")).to_have_count(1)


def wish_for_the_same_hour_and_draw(house: House) -> None:
    """Two members want the first hour of what the ballot gives; then it closes."""
    with house.centre.sessions.begin() as session:
        policy, now = house.centre.booking_policy, house.centre.clock.now()
        [ballot] = ballots.ballots(session, now=now)
        noon = ballot.starts_at + timedelta(hours=12)
        for number in (MEMBER, OTHER):
            ballots_service.hand_in(
                session,
                ballot_id=ballot.id,
                member=members.member_by_no(session, member_no=number),
                wishes=[(ballot.space_id, Span(noon, noon + timedelta(hours=1)))],
                guests=0,
                policy=policy,
                now=now,
            )
        assert draw.draw(session, ballot_id=ballot.id, policy=policy, now=ballot.closes_at)


def test_a_ballot_is_opened_drawn_looked_at_entry_by_entry_and_drawn_again_from_its_record(screen: Screen, tmp_path):
    screen.at("ballots")
    screen.page.get_by_role("button", name="开始抽签").click()
    screen.go("开始抽签")
    screen.row("场地 room", "正在报名").get_by_role("link", name="看看").click()
    expect(screen.page.get_by_text("抽签后公开")).to_be_visible()
    commitment = screen.page.locator("dd .hash").inner_text()

    wish_for_the_same_hour_and_draw(screen.house)
    screen.page.reload()
    expect(screen.page.locator("tbody tr")).to_have_count(2)
    expect(screen.page.locator("tbody tr").nth(0)).to_contain_text("抽中")
    expect(screen.page.locator("tbody tr").nth(1)).to_contain_text("没有抽中")
    assert screen.faults() == {}
    with screen.page.expect_download() as download:
        screen.page.get_by_role("button", name="存下结果记录").click()
    download.value.save_as(tmp_path / "record.json")
    assert main(["ballot-replay", str(tmp_path / "record.json"), "--commitment", commitment]) == 0


def test_a_weekly_ballot_is_set_in_days_and_hours_and_only_the_manager_finds_the_buttons(screen: Screen):
    screen.at("ballots")
    screen.page.get_by_role("button", name="定一个每周抽签").click()
    screen.page.get_by_label("哪一天截止").select_option("4")
    screen.go("就这样定")
    expect(screen.row("场地 room", "周五 20:00")).to_have_count(1)
    screen.sign_in("s002")
    screen.page.reload()
    expect(screen.row("场地 room", "周五 20:00")).to_have_count(1)
    for button in ("开始抽签", "定一个每周抽签", "不再每周抽签"):
        expect(screen.page.get_by_role("button", name=button)).to_have_count(0)


def test_the_settings_say_where_each_is_changed_and_which_a_rule_has_replaced(screen: Screen):
    screen.at("settings")
    expect(screen.row("bookings.days_ahead", "14", "使用规则，马上生效")).to_have_count(1)
    expect(screen.row("database.url", "sqlite", "hearth.toml")).to_have_count(1)
    rule = {"rule": "days_ahead", "limit": 30, "layer": "centre", "scope": ""}
    assert screen.page.request.put(f"{screen.house.url}/api/v1/staff/policies/far", data=rule).ok
    screen.page.reload()
    expect(screen.row("bookings.days_ahead", "已由一条使用规则代替")).to_have_count(1)


def test_hours_and_a_closed_day_are_set_and_taken_back(screen: Screen):
    screen.at("hours")
    screen.row("周一").get_by_role("button", name="修改").click()
    screen.page.get_by_label("怎么定").select_option("open")
    screen.fill("几点开", "08:30")
    screen.fill("几点关", "00:00")
    screen.go("保存")
    expect(screen.row("周一", "8:30–24:00")).to_have_count(1)

    screen.page.get_by_role("button", name="定一个日子").click()
    screen.fill("原因", "年会")
    screen.go("保存")
    expect(screen.page.get_by_text("没有预订受影响。")).to_be_visible()
    screen.go("知道了")
    screen.row("年会").get_by_role("button", name="取消这个定法").click()
    screen.go("取消这个定法")
    expect(screen.row("年会")).to_have_count(0)


def test_the_trail_is_searched_by_who_and_what(screen: Screen):
    screen.at("devices")
    screen.row("bank-b").get_by_role("button", name="暂停使用").click()
    screen.fill("原因", "漏水")
    screen.go("暂停使用")
    expect(screen.row("bank-b", "已暂停")).to_have_count(1)
    screen.at("audit")
    expect(screen.row("s001", "device_suspended", "bank-b", "漏水")).to_have_count(1)
    screen.page.get_by_label("会员号").fill("s002")
    screen.page.get_by_role("button", name="查找").click()
    expect(screen.row("device_suspended")).to_have_count(0)
    screen.page.get_by_label("会员号").fill("s001")
    screen.page.get_by_label("对什么").fill("bank-b")
    screen.page.keyboard.press("Enter")
    expect(screen.page.locator("tbody tr")).to_have_count(1)

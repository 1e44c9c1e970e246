"""Members at the staff's console: found, made, let in again, their cards and points, and a list taken in."""

import re

import pytest
from playwright.sync_api import expect

from gateway.credit import queries as credit_queries
from gateway.credit import service as credit
from gateway.credit.model import Cause
from gateway.members import queries as members
from gateway.policies.model import Limit
from tests.centre_builder import a_rule
from tests.web.conftest import MEMBER, PASSWORD, House
from tests.web.console_builder import Screen, employ, screen_at
from tests.web.kiosk_builder import give_card

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(browser, house):
    employ(house)
    with screen_at(browser, house) as found:
        found.sign_in("s002")
        yield found


def choose(screen: Screen, text: str, *, encoding: str = "utf-8") -> None:
    chosen = {"name": "roll.csv", "mimeType": "text/csv", "buffer": text.encode(encoding)}
    screen.page.get_by_label("文件").set_input_files(chosen)


def test_a_member_is_found_and_gets_password_pin_and_card(screen: Screen):
    screen.at("members")
    screen.page.get_by_label("会员号或姓名").fill("桂兰")
    expect(screen.row("10001", "王桂兰")).to_have_count(1)
    expect(screen.page.locator("tbody tr")).to_have_count(1)
    screen.page.get_by_role("link", name="王桂兰").click()
    expect(screen.page.get_by_role("heading", name="会员 10001")).to_be_focused()

    screen.page.get_by_role("button", name="给一次性密码").click()
    screen.go("给密码")
    secret = screen.page.locator(".secret").inner_text()
    screen.page.locator("dialog .primary").click()
    answer = screen.page.request.post(
        f"{screen.house.url}/api/v1/session", data={"member_no": "10001", "password": secret}
    )
    assert answer.json()["must_set_password"] is True
    screen.sign_in("s002")
    screen.page.reload()

    screen.page.get_by_role("button", name="重设自助机密码").click()
    screen.go("重设")
    assert len(screen.page.locator(".secret").inner_text()) == 6
    screen.page.locator("dialog .primary").click()

    screen.page.get_by_role("button", name="登记卡").click()
    screen.fill("卡号", "04A21F99")
    screen.fill("怎么称呼这张卡", "蓝卡")
    screen.go("登记卡")
    screen.row("蓝卡", "可以用").get_by_role("button", name="挂失").click()
    screen.go("挂失")
    expect(screen.row("蓝卡", "已挂失")).to_have_count(1)


def miss_two_and_object_to_the_second(house: House) -> None:
    """Points are kept; the first time is free, and of the second the member says something."""
    house.build("lawn", opens_min=0, closes_min=1440, slot_min=5)
    bookings = [house.books("lawn", starts_in_min=minutes) for minutes in (120, 240)]
    with house.centre.sessions.begin() as session:
        a_rule(session, Limit.LOW_CREDIT_DAYS_AHEAD, 1)
        member, now = members.member_by_no(session, member_no=MEMBER), house.centre.clock.now()
        for booking in bookings:
            facts = {"member_id": member.id, "booking_id": booking, "cause": Cause.NO_SHOW}
            credit.note(session, **facts, now=now, space={}, starts_at="")
        second = credit_queries.entries_of(session, member_id=member.id)[0]
        credit.appeal(session, member=member, credit_id=second.id, reason="电梯坏了", now=now)


def test_an_appeal_is_answered_with_a_sentence_and_another_thing_forgiven_unasked(screen: Screen):
    miss_two_and_object_to_the_second(screen.house)
    screen.at("members")
    screen.page.get_by_role("link", name="信用分申诉").click()
    screen.row("王桂兰", "订了没来", "电梯坏了").get_by_role("button", name="还是扣").click()
    screen.fill("答复", "那天电梯是好的，下次请早点取消，让别人也能用上这个场地。")
    screen.go("还是扣")
    expect(screen.page.get_by_text("没有等答复的申诉。")).to_be_visible()

    screen.at("members/of/10001")
    expect(screen.page.get_by_text("还有 90 分，满分 100 分")).to_be_visible()
    expect(screen.row("还是扣：那天电梯是好的")).to_have_count(1)
    screen.row("没有申诉").get_by_role("button", name="不扣了").click()
    screen.fill("答复", "门锁有问题")
    screen.go("不扣了")
    expect(screen.page.get_by_text("还有 100 分，满分 100 分")).to_be_visible()
    assert screen.faults() == {}


def test_a_new_member_gets_a_password_shown_once(screen: Screen):
    screen.at("members")
    screen.page.get_by_role("button", name="新会员").click()
    screen.fill("会员号", "10001")
    screen.fill("姓名", "李新")
    screen.go("新会员")
    expect(screen.page.locator("dialog").get_by_role("alert")).to_have_text("会员号 10001 已有人使用。")
    screen.fill("会员号", "20001")
    screen.go("新会员")
    expect(screen.page.locator(".secret")).to_have_text(re.compile(r"^(\w{4}-){2}\w{4}$"))


def test_a_list_is_looked_at_before_it_is_taken_in(screen: Screen):
    screen.at("members/import")
    choose(screen, "会员号,姓名\n10001,王桂芳\n20001,\n")
    expect(screen.page.get_by_role("heading", name="有 1 处不对，什么都没有导入")).to_be_visible()
    expect(screen.row("3", "姓名", "没有填写。")).to_have_count(1)

    choose(screen, "会员号,姓名\n10001,王桂芳\n10002,李建国\n20001,李新\n", encoding="gb18030")
    expect(screen.row("10001", "变化", "王桂兰 → 王桂芳")).to_have_count(1)
    expect(screen.row("20001", "新会员", "李新")).to_have_count(1)
    screen.page.get_by_role("button", name="导入这 2 位").click()
    expect(screen.page.get_by_text("导入好了：新会员 1 位，有变化 1 位")).to_be_visible()
    screen.page.get_by_role("link", name="返回会员列表").click()
    expect(screen.row("20001", "李新")).to_have_count(1)


def test_a_name_that_a_spreadsheet_would_run_is_taken_along_as_a_text(screen: Screen):
    screen.at("members")
    screen.page.get_by_role("button", name="新会员").click()
    screen.fill("会员号", "20001")
    screen.fill("姓名", '=HYPERLINK("x"),+1')
    screen.go("新会员")
    screen.page.locator("dialog .primary").click()
    expect(screen.row("20001")).to_have_count(1)
    with screen.page.expect_download() as taken:
        screen.page.get_by_role("button", name="导出表格").click()
    assert """20001,"'=HYPERLINK(""x""),+1",""" in taken.value.path().read_text("utf-8-sig")


def test_an_account_is_closed_for_a_reason_and_opened_again_by_keys_alone(screen: Screen):
    keys, dialog = screen.page.keyboard, screen.page.locator("dialog")
    give_card(screen.house)
    screen.at("members/of/10001")
    screen.page.get_by_role("button", name="停用账号").focus()
    keys.press("Enter")
    expect(dialog.get_by_label("为什么停用")).to_be_focused()
    keys.press("Enter")
    expect(dialog.get_by_text("请填写")).to_be_visible()
    keys.type("已退会")
    keys.press("Enter")
    expect(dialog.get_by_text("退掉的预订：0 个。名下还有的柜子：0 个。")).to_be_visible()
    screen.go("知道了")
    expect(screen.page.get_by_text("谁也不能用它登录或开门")).to_be_visible()
    expect(screen.page.get_by_role("button", name="给一次性密码")).to_have_count(0)
    assert screen.faults() == {}
    wants = {"member_no": "10001", "password": PASSWORD}
    assert screen.page.request.post(f"{screen.house.url}/api/v1/session", data=wants).status == 401

    screen.page.get_by_role("button", name="恢复账号").click()
    expect(dialog.get_by_role("region", name="这些马上重新有效").get_by_role("listitem")).to_have_text(
        ["会员卡：1 张", "自助机密码"]
    )
    screen.go("恢复")
    expect(screen.page.get_by_role("button", name="停用账号")).to_be_visible()

    screen.sign_in("s001")
    screen.page.reload()
    screen.at("members/of/s002")
    expect(screen.page.get_by_role("button", name="停用账号")).to_be_visible()
    screen.at("members/of/s001")
    expect(screen.page.get_by_text("员工 s001", exact=True).nth(1)).to_be_visible()
    expect(screen.page.get_by_role("button", name="重设自助机密码")).to_be_visible()
    expect(screen.page.get_by_role("button", name="停用账号")).to_have_count(0)


def test_a_technician_finds_no_members_in_the_navigation(screen: Screen):
    screen.sign_in("s003")
    screen.at("members")
    names = screen.page.get_by_role("navigation", name="页面").get_by_role("link").all_inner_texts()
    assert "会员" not in names
    expect(screen.page.get_by_role("heading", name="现在")).to_be_visible()

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
from gateway.timekeeping import service as timekeeping
from tests.centre_builder import HandClock, a_device
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


def test_a_nodes_lamp_is_had_to_show_alarms_and_a_bank_has_none(screen: Screen):
    with screen.house.centre.sessions.begin() as session:
        a_device(session, "hall", kind="facility", doors=0, now=screen.house.centre.clock.now())
    screen.at("devices")
    screen.row("hall").get_by_role("button", name="用灯提示警报").click()
    screen.go("用灯提示警报")

    expect(screen.row("hall").get_by_role("button", name="不再用灯提示警报")).to_be_visible()
    expect(screen.row("bank-b").get_by_role("button", name="用灯提示警报")).to_have_count(0)


def test_a_rule_is_looked_at_before_it_is_set_and_then_explains_a_refusal(screen: Screen):
    screen.at("policies")
    screen.page.get_by_role("button", name="新规则").click()
    screen.page.get_by_label("管什么").select_option("max_minutes")
    screen.fill("几分钟", "30")
    screen.go("看看会怎样")
    expect(screen.page.get_by_text("没有现有的预订不符合。")).to_be_visible()
    screen.go("就这样定")
    expect(screen.row("最长几分钟", "30", "整个中心", "工作人员")).to_have_count(1)

    screen.at("policies/explain")
    screen.page.get_by_role("button", name="问一问").click()
    screen.fill("会员号", "10001")
    screen.page.get_by_label("从", exact=True).fill("2030-01-07T10:00")
    screen.page.get_by_label("到", exact=True).fill("2030-01-07T11:00")
    screen.go("看规则")
    expect(screen.row("最长几分钟", "不可以", "整个中心", "所有会员")).to_have_count(1)


def set_rule(screen: Screen, limit: str, **filled: str) -> None:
    """Fill in a new rule and go on."""
    screen.page.get_by_role("button", name="新规则").click()
    screen.page.get_by_label("管什么").select_option(limit)
    for label, text in filled.items():
        screen.fill(label, text)
    screen.go("看看会怎样")


def test_a_rule_is_filled_in_in_days_and_times_and_each_field_says_what_is_wrong_with_it(screen: Screen):
    screen.at("policies")
    set_rule(screen, "week_opens_at")
    fields = screen.page.locator("dialog .field")
    expect(fields.filter(has_text="几点").get_by_text("请填时刻")).to_be_visible()
    expect(screen.page.get_by_label("几点")).to_be_focused()
    screen.page.get_by_label("星期几").select_option(label="周二")
    screen.fill("几点", "12:30")
    screen.go("看看会怎样")
    screen.go("就这样定")
    opens = screen.row("一周几时开放预订", "周二 12:30", "工作人员")
    expect(opens).to_have_count(1)

    opens.get_by_role("button", name="修改").click()
    expect(screen.page.get_by_label("星期几")).to_have_value("1")
    expect(screen.page.get_by_label("几点")).to_have_value("12:30")
    screen.page.get_by_label("管什么").select_option("ballot_closes_at")
    screen.go("看看会怎样")
    expect(fields.filter(has_text="哪一个").get_by_text("请选一个")).to_be_visible()


def test_peak_hours_are_chosen_by_day_and_time_and_a_group_is_granted_more(screen: Screen):
    group = {"id": "choir", "kind": "standing", "name_zh": "合唱团", "name_en": "Choir"}
    assert screen.page.request.post(f"{screen.house.url}/api/v1/staff/groups", data=group).ok
    screen.at("policies")
    screen.page.get_by_role("button", name="新规则").click()
    screen.page.get_by_label("管什么").select_option("peak_minutes")
    for day in ("周一", "周二", "周三", "周四", "周五"):
        screen.page.locator("dialog").get_by_label(day).uncheck()
    screen.fill("到几点", "09:00")
    screen.go("看看会怎样")
    for said in ("请至少选一天", "结束要晚于开始", "请填 0 或更大的整数"):
        expect(screen.page.locator("dialog").get_by_text(said)).to_be_visible()
    for day in ("周六", "周日"):
        screen.page.locator("dialog").get_by_label(day).check()
    screen.fill("几分钟", "240")
    screen.fill("从几点", "08:30")
    screen.fill("到几点", "00:00")
    screen.page.get_by_label("对谁").select_option(label="合唱团")
    screen.page.get_by_label("对他们").select_option(label="放宽到这么多")
    screen.go("看看会怎样")
    screen.go("就这样定")

    expect(screen.row("高峰一周几分钟", "240", "合唱团（放宽）", "周六、周日 8:30–24:00")).to_have_count(1)
    items = screen.page.request.get(f"{screen.house.url}/api/v1/staff/policies").json()["items"]
    [rule] = [one for one in items if one["rule"] == "peak_minutes"]
    assert (rule["group"], rule["lifts"]) == ("choir", True)
    assert rule["peak"] == {"days": "67", "from_min": 510, "until_min": 1440}


def test_a_rule_of_alerts_is_refused_in_words_then_set_undone_and_put_back_for_all_or_for_a_zone(screen: Screen):
    gym = {"id": "gym", "name_zh": "健身房", "name_en": "Gym"}
    assert screen.page.request.post(f"{screen.house.url}/api/v1/staff/zones", data=gym).ok
    screen.at("rules")
    air = screen.row("空气不好")
    air.get_by_role("button", name="修改").focus()
    screen.page.keyboard.press("Enter")
    expect(screen.page.get_by_label("哪里")).to_be_focused()
    screen.fill("从多少起告警", "900")
    screen.page.keyboard.press("Enter")
    expect(screen.page.locator("dialog").get_by_role("alert")).to_contain_text("400 到 850 ppm")
    screen.fill("低于多少就解除", "700")
    screen.page.keyboard.press("Enter")
    expect(air.filter(has_text="900 ppm 起，低于 700 解除").filter(has_text="自己定的")).to_have_count(1)

    screen.page.get_by_role("button", name="撤销").click()
    expect(air.filter(has_text="1,500 ppm 起").filter(has_text="平常的")).to_have_count(1)
    air.get_by_role("button", name="修改").click()
    screen.page.get_by_label("开不开").select_option(label="关着")
    screen.go("就这样定")
    expect(air.filter(has_text="关着")).to_have_count(1)
    air.get_by_role("button", name="改回平常的").click()
    expect(air.filter(has_text="平常的").filter(has_text="知道一下")).to_have_count(1)
    air.get_by_role("button", name="修改").click()
    screen.page.get_by_label("哪里").select_option(label="区域：健身房")
    screen.fill("从多少起告警", "2000")
    screen.go("就这样定")
    expect(screen.row("空气不好 · 健身房", "2,000 ppm 起", "自己定的")).to_have_count(1)
    expect(screen.row("空气不好", "1,500 ppm 起", "平常的")).to_have_count(1)
    screen.page.get_by_role("button", name="撤销").click()
    expect(screen.row("空气不好 · 健身房")).to_have_count(0)

    screen.row("门一直开着").get_by_role("button", name="修改").click()
    screen.page.get_by_label("哪里").select_option(index=1)
    screen.fill("几分钟没人处理", "120")
    screen.go("就这样定")
    expect(screen.row("门一直开着 · ", "2 小时", "自己定的")).to_have_count(1)
    screen.row("门一直开着 · ").get_by_role("button", name="改回平常的").click()
    expect(screen.row("门一直开着 · ")).to_have_count(0)

    screen.row("漏水").get_by_role("button", name="修改").click()
    expect(screen.page.locator("dialog").get_by_text("关系到安全，不能关掉")).to_be_visible()
    expect(screen.page.locator("dialog").get_by_label("开不开")).to_have_count(0)


def test_a_manager_makes_an_alert_of_the_temperature_without_code_and_puts_it_away(screen: Screen):
    screen.at("rules")
    screen.page.get_by_role("button", name="自己定一种告警").click()
    screen.fill("叫什么（中文）", "冰箱太热")
    screen.fill("叫什么（英文）", "The fridge is too warm")
    screen.page.get_by_label("看什么").select_option(label="温度 (°C)")
    screen.go("下一步")
    screen.fill("从多少起告警", "8")
    screen.fill("低于多少就解除", "8")
    screen.go("就这样定")
    expect(screen.page.locator("dialog").get_by_role("alert")).to_contain_text("-60 到 7.9 °C")
    screen.fill("低于多少就解除", "6")
    screen.go("就这样定")
    made = screen.row("冰箱太热", "温度", "8 °C 起，低于 6 解除", "持续 5 分钟")
    expect(made).to_have_count(1)

    made.get_by_role("button", name="修改").click()
    screen.fill("从多少起告警", "9")
    screen.go("就这样定")
    changed = screen.row("冰箱太热", "9 °C 起")
    changed.get_by_role("button", name="去掉").click()
    expect(screen.row("冰箱太热")).to_have_count(0)
    screen.page.get_by_role("button", name="撤销").click()
    expect(changed).to_have_count(1)


def wish_for_the_same_hour_and_draw(house: House) -> None:
    """Two members want the first hour of what the ballot gives, each for three; then it closes."""
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
                guests=2,
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
    expect(screen.page.locator("tbody .wishes")).to_contain_text(["· 3 人"] * 2)
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


def test_after_a_clock_that_ran_ahead_the_manager_says_what_time_it_is(screen: Screen):
    screen.at("settings")
    clock = screen.page.get_by_role("region", name="中心的时钟")
    expect(clock.get_by_text("现在是")).to_be_visible()
    now = screen.house.centre.clock.now()
    with screen.house.centre.sessions.begin() as session:
        timekeeping.keep(session, clock=HandClock(instant=now + timedelta(days=300)))
    screen.page.reload()
    expect(clock.get_by_role("alert")).to_contain_text(f"{screen.house.on_the_wall(now):%Y-%m-%d}")

    clock.get_by_role("button", name="告诉系统现在几点").click()
    screen.fill("现在的日期和时间", f"{screen.house.on_the_wall(now + timedelta(hours=1)):%Y-%m-%dT%H:%M}")
    screen.go("现在就是这个时间")
    expect(screen.page.locator("dialog").get_by_role("alert")).to_contain_text("请先把时钟校准")
    screen.fill("现在的日期和时间", f"{screen.house.on_the_wall(now):%Y-%m-%dT%H:%M}")
    screen.go("现在就是这个时间")
    expect(clock.get_by_text("现在是")).to_be_visible()
    expect(clock.get_by_role("button")).to_have_count(0)


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
    expect(screen.row("s001", "暂停了设备", "bank-b", "原因：漏水")).to_have_count(1)
    screen.house.books_at("room", screen.house.tomorrow(10))
    screen.page.get_by_role("button", name="bank-b").first.click()
    expect(screen.page.get_by_label("对什么")).to_have_value("bank-b")
    expect(screen.row("登录了")).to_have_count(0)
    screen.page.get_by_label("对什么").fill("")
    screen.page.get_by_role("button", name="查找").click()
    expect(screen.row(MEMBER, "预订了", "场地：场地 room")).to_have_count(1)
    expect(screen.row("s001", "登录了").locator("td").nth(4)).to_have_text("s001")
    screen.page.get_by_label("会员号").fill("s002")
    screen.page.get_by_role("button", name="查找").click()
    expect(screen.row("暂停了设备")).to_have_count(0)
    screen.page.get_by_label("会员号").fill("s001")
    screen.page.get_by_label("做了什么").select_option("暂停了设备")
    screen.page.get_by_label("对什么").fill("bank-b")
    screen.page.keyboard.press("Enter")
    expect(screen.page.locator("tbody tr")).to_have_count(1)

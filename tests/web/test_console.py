"""The staff's console: who comes in, what each finds, the table, and what needs somebody now."""

import csv
import io
import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from gateway.alerts import service as alerts
from gateway.credit import queries as credit_queries
from gateway.credit import service as credit
from gateway.credit.model import Cause
from gateway.faults import places
from gateway.fleet import service as fleet
from gateway.fleet.model import DoorLevel, Lock
from gateway.fleet.rules import Presentation
from gateway.members import queries as members
from gateway.policies.model import Limit
from gateway.reports import service as reports
from gateway.reports.model import About, Wrong
from tests.centre_builder import FINGERPRINT, KEY, a_rule, lock_of
from tests.web.conftest import MEMBER, PASSWORD, House
from tests.web.console_builder import Screen, employ, raise_alert, screen_at

pytestmark = pytest.mark.browser


@pytest.fixture
def screen(browser, house):
    employ(house)
    with screen_at(browser, house) as found:
        yield found


def nav(screen: Screen) -> list[str]:
    return screen.page.get_by_role("navigation", name="页面").get_by_role("link").all_inner_texts()


def test_an_alert_comes_by_itself_and_is_taken_up_put_aside_and_cleared(screen: Screen):
    screen.sign_in("s002")
    screen.at("now")
    expect(screen.page.get_by_text("没有警报，一切正常。")).to_be_visible()

    raise_alert(screen.house)
    screen.row("大厅 01 号柜", "紧急").get_by_role("button", name="我来处理").click()
    screen.go("我来处理")
    expect(screen.row("大厅 01 号柜", "s002 在处理")).to_have_count(1)

    screen.row("大厅 01 号柜").get_by_role("button", name="处理好了").click()
    screen.fill("说明", "锁已修好")
    screen.go("处理好了")
    expect(screen.page.get_by_text("没有警报，一切正常。")).to_be_visible()

    raise_alert(screen.house, "lock-2", "ajar")
    expect(screen.row("大厅 01 号柜", "要注意")).to_have_count(1)  # long before the page would look by itself
    screen.row("大厅 01 号柜", "要注意").get_by_role("button", name="先放一放").click()
    screen.go("先放一放")
    expect(screen.page.get_by_text("没有警报，一切正常。")).to_be_visible()


def test_an_alert_is_told_with_where_it_is_and_whose_things_it_touches(screen: Screen):
    screen.sign_in("s002")
    phone, url = screen.page.context.browser.new_context().request, f"{screen.house.url}/api/v1"
    assert phone.post(f"{url}/session", data={"member_no": MEMBER, "password": PASSWORD}).ok
    wish = {"bank_id": "bank-a", "size": "S"}
    assert phone.post(f"{url}/rentals", data=wish, headers={"Idempotency-Key": "one"}).ok
    with screen.house.centre.sessions.begin() as session:
        now = screen.house.centre.clock.now()
        place = places.of_lock(session, session.get_one(Lock, lock_of(session, "01")), now=now)
        facts = {"facts": {"place": place.name}, "links": place.links}
        happened = now - timedelta(hours=5)  # its device was away meanwhile
        alerts.raise_alert(session, kind="forced", thing=place.thing, now=now, at=happened, **facts)
    screen.at("now")

    told = screen.row("紧急")
    expect(told).to_contain_text(place.name["zh-CN"])
    expect(told).to_contain_text(f"{screen.house.on_the_wall(happened):%H:%M}")
    expect(told.locator(".touched").last).to_contain_text("租用：")
    expect(told.locator(".touched").last).to_contain_text(f"（{MEMBER}）")
    assert screen.faults() == {}

    screen.sign_in("s002", language="en")
    screen.page.reload()
    expect(screen.row("alarm").get_by_role("button")).to_have_count(4)
    too_wide = (
        "[...document.querySelectorAll('.table-scroll')].filter((one) => one.scrollWidth > one.clientWidth).length"
    )
    assert screen.page.evaluate(too_wide) == 0


def test_a_door_that_opens_and_a_bank_that_goes_are_seen_at_once(screen: Screen):
    screen.sign_in("s003")
    screen.at("now")
    expect(screen.page.get_by_text("所有的门都关好了。")).to_be_visible()
    screen.house.door(DoorLevel.OPEN)
    expect(screen.row("01", "开着")).to_have_count(1)

    screen.house.bank_leaves("bank-b")
    expect(screen.page.get_by_role("heading", name="连不上的柜子")).to_be_visible()


def test_a_table_sorts_searches_turns_its_pages_and_is_taken_along(screen: Screen):
    for no in range(25):
        raise_alert(screen.house, f"lock-{no}", "ajar" if no % 2 else "forced")
    screen.sign_in("s001")
    screen.at("now")
    table = screen.page.get_by_role("table", name="要处理的警报")
    expect(table.locator("tbody tr")).to_have_count(20)
    screen.page.get_by_role("button", name="下一页").click()
    expect(table.locator("tbody tr")).to_have_count(5)

    table.get_by_role("button", name="轻重").click()
    expect(table.get_by_role("columnheader", name="轻重")).to_have_attribute("aria-sort", "ascending")
    table.get_by_role("button", name="轻重").click()
    expect(table.get_by_role("columnheader", name="轻重")).to_have_attribute("aria-sort", "descending")

    screen.page.get_by_label("在“要处理的警报”里查找").fill("要注意 大厅")
    expect(table.locator("tbody tr")).to_have_count(12)
    with screen.page.expect_download() as taken:
        screen.page.get_by_role("button", name="导出表格").first.click()
    text = taken.value.path().read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][0] == "轻重"
    assert len(rows) == 13


def test_a_member_who_comes_here_is_shown_the_way_and_no_more(screen: Screen):
    screen.sign_in("10001")
    screen.show("/staff/")
    expect(screen.page.get_by_role("heading", name="这里是工作人员用的")).to_be_focused()
    expect(screen.page.get_by_role("link", name="去会员页面")).to_have_attribute("href", "/app/")
    expect(screen.page.get_by_role("navigation")).to_have_count(0)


def test_the_consoles_page_writes_nothing_inline_and_needs_no_softer_policy(screen: Screen, built):
    with screen.page.expect_response("**/staff/") as answer:
        screen.show("/staff/")

    policy = answer.value.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    expect(screen.page.get_by_role("heading", name="工作台登录")).to_be_focused()


def test_a_manager_makes_a_copy_of_the_centre_and_finds_it_in_the_list(screen: Screen):
    (screen.house.centre.directory / "hearth.toml").write_text('site = "demo"\n')
    screen.sign_in("s001")
    screen.at("backups")
    expect(screen.page.get_by_text("还没有备份。")).to_be_visible()

    screen.page.get_by_role("button", name="马上备份").click()

    expect(screen.row("hearth-demo-", ".backup")).to_have_count(1)
    assert screen.faults() == {}


def test_staff_find_each_spaces_display_and_take_its_bookings_into_their_calendar(screen: Screen):
    screen.house.build("room")
    screen.sign_in("s002")
    screen.at("displays")
    link = screen.row("场地 room").get_by_role("link")
    assert link.get_attribute("href") == f"{screen.house.url}/door/room"

    screen.row("场地 room").get_by_role("button", name="放进日历").click()
    screen.go("生成地址")
    address = screen.page.locator("dialog .secret").inner_text()
    assert "场地 room 的预订" in screen.page.request.get(address).text()
    assert screen.faults() == {}
    screen.page.locator("dialog .primary").click()
    link.click()
    expect(screen.page.locator("[data-state]")).to_be_visible()


def keep_everybody_waiting(house: House) -> None:
    """A member asks for a room, objects to a point and reports a lamp; a device wants to join."""
    house.build("lawn", opens_min=0, closes_min=1440, slot_min=5)
    missed = [house.books("lawn", starts_in_min=minutes) for minutes in (120, 240)]
    now = house.centre.clock.now()
    with house.centre.sessions.begin() as session:
        member = members.member_by_no(session, member_no=MEMBER)
        a_rule(session, Limit.LOW_CREDIT_DAYS_AHEAD, 1)  # points are kept
        for booking in missed:
            facts = {
                "member_id": member.id,
                "booking_id": booking,
                "cause": Cause.NO_SHOW,
                "space": {},
                "starts_at": "",
            }
            credit.note(session, **facts, now=now)
        second = credit_queries.entries_of(session, member_id=member.id)[0]
        credit.appeal(session, member=member, credit_id=second.id, reason="电梯坏了", now=now)
        facts = {"about": About.SPACE, "thing_id": "lawn", "wrong": Wrong.NO_LIGHT, "words": "", "jpeg": None}
        reports.report(session, member=member, **facts, now=now)
        a_rule(session, Limit.NEEDS_APPROVAL, 1)
        stranger = Presentation(
            device_id="bank-new",
            online=True,
            boot_id="0" * 16,
            kind="locker_bank",
            public_key=KEY,
            fingerprint=FINGERPRINT,
            doors=2,
        )
        fleet.note_presence(session, stranger, now=now)
    house.books("lawn", starts_in_min=360)


BOOKINGS, APPEALS, REPORTS, DEVICES = "等您同意的预订", "对扣分的申诉", "还没人看的报修", "等批准的设备"


@pytest.mark.parametrize(
    ("number", "theirs"),
    [
        ("s001", [BOOKINGS, APPEALS, REPORTS, DEVICES]),
        ("s002", [BOOKINGS, APPEALS, REPORTS]),
        ("s003", [REPORTS, DEVICES]),
    ],
)
def test_each_is_told_what_waits_for_their_role_and_is_led_there(screen: Screen, number: str, theirs: list[str]):
    screen.sign_in(number)
    screen.at("now")
    waiting = screen.page.get_by_role("region", name="等您处理")
    expect(waiting).to_have_text(re.compile("没有人在等答复"))

    keep_everybody_waiting(screen.house)
    screen.page.reload()

    expect(waiting.get_by_role("link")).to_have_text(theirs)
    expect(waiting.locator(".badge")).to_have_text(["1"] * len(theirs))
    assert screen.faults() == {}
    waiting.get_by_role("link", name=REPORTS).click()
    expect(screen.page.get_by_role("heading", level=1, name="报修")).to_be_visible()

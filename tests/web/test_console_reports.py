"""Members' fault reports and spaces out of order at the staff's console."""

import json

import pytest
from playwright.sync_api import expect

from gateway.kit import photo
from gateway.maintenance import queries as maintenance
from gateway.members import queries as members
from gateway.notices import queries as notices
from gateway.reports import queries
from gateway.reports import service as reports
from gateway.reports.model import About, ReportState, Wrong
from gateway.spaces import queries as spaces
from gateway.spaces.rules import Span
from tests.centre_builder import a_photo
from tests.web.conftest import MEMBER, OTHER, PASSWORD, House
from tests.web.console_builder import Screen, employ, screen_at

pytestmark = pytest.mark.browser


def report(house: House, member_no: str = MEMBER, *, jpeg: bytes | None = None, about=About.SPACE, thing="room") -> str:
    """A member says that the lamps of the room are out."""
    with house.centre.sessions.begin() as session:
        member = members.member_by_no(session, member_no=member_no)
        made = reports.report(
            session,
            member=member,
            about=about,
            thing_id=thing,
            wrong=Wrong.NO_LIGHT,
            words="靠窗那一排",
            jpeg=jpeg,
            now=house.centre.clock.now(),
        )
        return made.id


def send_from_a_phone(screen: Screen) -> str:
    """As a member does."""
    phone, url = screen.page.context.browser.new_context().request, f"{screen.house.url}/api/v1"
    assert phone.post(f"{url}/session", data={"member_no": MEMBER, "password": PASSWORD}).ok
    wish = {"about": "space", "thing_id": "room", "wrong": "no_light"}
    return phone.post(f"{url}/reports", data=wish, headers={"Idempotency-Key": "one"}).json()["id"]


@pytest.fixture
def screen(browser, house):
    employ(house)
    house.build("room", opens_min=0, closes_min=1440, slot_min=30)
    with screen_at(browser, house) as found:
        yield found


def test_a_report_is_found_looked_at_with_its_photo_and_answered_for_all_who_reported_the_same(screen: Screen):
    house = screen.house
    first = report(house, jpeg=photo.redrawn(a_photo(size=(1600, 1200))))
    report(house, OTHER)
    report(house, about=About.ELSEWHERE, thing=None)
    screen.sign_in("s002")
    screen.at("reports")
    expect(screen.row("灯不亮")).to_have_count(3)
    screen.page.get_by_label("哪里").select_option(label="场地")
    expect(screen.row("灯不亮")).to_have_count(2)

    screen.row("王桂兰").get_by_role("button", name="查看").click()
    expect(screen.page.locator("dialog img")).to_have_js_property("naturalWidth", 1280)
    expect(screen.page.locator("dialog")).to_contain_text("靠窗那一排")
    expect(screen.page.locator("dialog")).to_contain_text("还有 1 个")
    assert screen.faults() == {}
    screen.go("答复")
    screen.page.get_by_label("现在怎么样").select_option(label="已修好")
    answer = "灯管已经换好了，可以放心使用。" * 6
    screen.fill("对会员说", answer)
    screen.go("答复")
    expect(screen.page.get_by_text("已答复，会员会收到通知")).to_be_visible()
    expect(screen.page.get_by_text("这类地方没有报修")).to_be_visible()

    screen.at("reports/over")
    expect(screen.row("已修好")).to_have_count(2)
    with house.centre.sessions.read() as session:
        for number in (MEMBER, OTHER):
            told = notices.notices_for(session, member_id=members.member_by_no(session, member_no=number).id, limit=9)
            assert [(one.kind, json.loads(one.facts)["answer"]) for one in told] == [("report_mended", answer)]
        assert queries.report(session, first).state is ReportState.MENDED


def test_a_new_report_comes_by_itself_and_becomes_a_work_order_that_closes_the_space(screen: Screen):
    screen.sign_in("s003")
    with screen.page.expect_response("**/api/v1/live"):  # opened later, it would have everything looked at anew
        screen.at("orders")
    screen.page.get_by_role("link", name="报修").click()
    expect(screen.page.get_by_text("没有等处理的报修")).to_be_visible()
    made = send_from_a_phone(screen)
    screen.row("场地 room").get_by_role("button", name="查看").click()
    screen.go("开工单")
    screen.fill("对会员说", "下午派人来")
    screen.page.get_by_label("停用").select_option("yes")
    screen.go("开工单")
    expect(screen.row("处理中", "已开工单")).to_have_count(1)

    screen.row("已开工单").get_by_role("button", name="查看").click()
    screen.go("看工单")
    expect(screen.page.locator("dialog")).to_contain_text("会员报修：灯不亮")
    with screen.house.centre.sessions.read() as session:
        [order] = maintenance.orders(session)
        assert (order.report_id, order.blocks) == (made, True)
    screen.at("reports/outages")
    expect(screen.row("场地 room", "修好为止")).to_have_count(1)


def test_a_technician_gives_a_space_back_that_was_out_of_order(screen: Screen):
    screen.sign_in("s003", language="en")
    screen.at("reports/outages")
    expect(screen.page.get_by_text("No space is out of order.")).to_be_visible()
    screen.page.get_by_role("button", name="Take out of order").click()
    screen.fill("Why", "New floor")
    screen.go("Take out of order")
    expect(screen.page.locator("dialog")).to_contain_text("until it is mended")
    screen.page.keyboard.press("Escape")
    screen.row("New floor").get_by_role("button", name="Back in order").click()
    screen.go("Back in order")
    expect(screen.page.get_by_text("No space is out of order.")).to_be_visible()
    assert out_of_order(screen.house) == []


def test_on_the_board_a_space_goes_out_of_order_and_it_is_said_how_many_are_offered_another(screen: Screen):
    house = screen.house
    house.books_at("room", house.tomorrow(10))
    house.books_at("room", house.tomorrow(15), member=OTHER)
    screen.sign_in("s002")
    screen.at("bookings")
    screen.page.get_by_role("button", name="后一天").click()
    screen.page.get_by_role("button", name="维修停用").click()
    screen.page.get_by_label("从", exact=True).fill(f"{screen.house.tomorrow(9):%Y-%m-%dT%H:%M}")
    screen.page.locator("dialog").get_by_label("到").fill(f"{screen.house.tomorrow(12):%Y-%m-%dT%H:%M}")
    screen.fill("原因", "换地板")
    screen.go("维修停用")
    expect(screen.page.locator("dialog")).to_contain_text("1 个，会请会员换时间或场地")
    assert [one.starts_at for one in out_of_order(house)] == [screen.house.tomorrow(9)]
    screen.page.keyboard.press("Escape")

    screen.page.get_by_role("button", name="维修停用 换地板").click()
    screen.go("恢复使用")
    screen.go("恢复使用")
    expect(screen.page.get_by_role("button", name="维修停用 换地板")).to_have_count(0)
    assert out_of_order(house) == []


def out_of_order(house: House):
    """What stands."""
    with house.centre.sessions.read() as session:
        return list(spaces.outages(session, Span(house.centre.clock.now(), spaces.FOR_EVER)))

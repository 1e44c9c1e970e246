"""Activities on the phone and on the desk's screen: published here, signed up for there."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from gateway.activities import queries, service
from gateway.activities.model import ActivityKind
from gateway.members import queries as members
from gateway.spaces.rules import Span
from tests.web.conftest import MEMBER, OTHER, House, Phone
from tests.web.console_builder import Screen, employ, screen_at
from tests.web.test_everybody import AXE, TEXT_SIZES

pytestmark = pytest.mark.browser


def publish(
    house: House,
    *,
    places: int = 2,
    weeks: int = 1,
    title: str = "太极拳",
    opens_in_h: int = -1,
    space_id: str | None = None,
) -> str:
    """The house offers something from the day after tomorrow on."""
    now = house.centre.clock.now()
    first = now + timedelta(days=2)
    times = [Span(first + timedelta(weeks=week), first + timedelta(weeks=week, hours=1)) for week in range(weeks)]
    with house.centre.sessions.begin() as session:
        made = service.publish(
            session,
            kind=ActivityKind.CLASS,
            title=(title, "Tai chi"),
            words=("零基础也可以\n请穿软底鞋", "For beginners"),
            times=times,
            places=places,
            opens_at=now + timedelta(hours=opens_in_h),
            closes_at=first,
            space_id=space_id,
            group_id=None,
            actor="test",
            now=now,
        )
        return made.id


def signs_up(house: House, activity_id: str, member_no: str) -> None:
    """Somebody does, somewhere else."""
    with house.centre.sessions.begin() as session:
        member = members.member_by_no(session, member_no=member_no)
        now = house.centre.clock.now()
        service.sign_up(session, activity_id=activity_id, member=member, may_wait=True, now=now)


def test_a_member_signs_up_finds_it_on_home_and_gives_the_place_back(phone: Phone):
    publish(phone.house, weeks=3)
    phone.sign_in()
    phone.show()
    phone.page.get_by_role("link", name="活动").click()
    expect(phone.page.get_by_text("还有 2 个名额，共 2 个")).to_be_visible()
    phone.button("我要报名").click()
    expect(phone.page.get_by_text("您已报名")).to_be_visible()
    expect(phone.page.get_by_text("共 3 次")).to_be_visible()

    phone.page.get_by_role("link", name="首页").click()
    phone.page.locator(".later").filter(has_text="太极拳").click()
    phone.button("不去了，取消报名").click()

    expect(phone.page.get_by_text("还有 2 个名额，共 2 个")).to_be_visible()


def test_a_member_waits_for_what_is_full_and_hears_when_a_place_is_theirs(phone: Phone):
    made = publish(phone.house, places=1)
    signs_up(phone.house, made, OTHER)
    phone.sign_in()
    phone.show("/app/#/activities")
    expect(phone.page.get_by_text("1 个名额都满了")).to_be_visible()
    phone.button("名额满了，排队等").click()
    expect(phone.page.get_by_text("您在排队，第 1 位")).to_be_visible()
    with phone.house.centre.sessions.begin() as session:
        other = members.member_by_no(session, member_no=OTHER)
        theirs = queries.registration_in(session, activity_id=made, member_id=other.id)
        now = phone.house.centre.clock.now()
        service.leave(session, activity_id=made, registration_id=theirs.id, member=other, now=now)
    phone.page.reload()

    expect(phone.page.get_by_text("您已报名")).to_be_visible()
    expect(phone.page.locator(".tab-count")).to_have_text("1")


@pytest.mark.parametrize(("language", "scheme", "elder"), [("zh-CN", "light", True), ("en", "dark", False)])
def test_everybody_can_use_the_page_of_activities(phone: Phone, language, scheme, elder):
    phone.page.add_init_script(f"localStorage.setItem('language', '{language}')")
    phone.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    phone.house.reads(language, elder_mode=elder)
    signs_up(phone.house, publish(phone.house, weeks=2), MEMBER)
    publish(phone.house, title="门球比赛")
    publish(phone.house, title="讲座", opens_in_h=5)
    phone.sign_in()
    phone.show("/app/#/activities")
    expect(phone.page.locator(".card")).to_have_count(3)

    phone.page.evaluate(AXE())
    found = phone.page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    assert {fault["id"]: [node["html"] for node in fault["nodes"]] for fault in found} == {}
    assert [text for text, size in phone.page.evaluate(TEXT_SIZES) if size < (18 if elder else 15)] == []
    assert phone.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    for text, _, height in phone.sizes("button:visible, nav a:visible, summary:visible"):
        assert height >= (59.5 if elder else 43.5), text


@pytest.fixture
def screen(browser, house):
    employ(house)
    with screen_at(browser, house) as found:
        yield found


def test_the_desk_publishes_an_activity_sees_who_comes_and_calls_it_off(screen: Screen):
    screen.house.build("room")
    screen.sign_in("s002")
    screen.at("activities")
    screen.page.get_by_role("button", name="发布活动").click()
    screen.page.get_by_label("中文名称").fill("太极拳")
    screen.page.get_by_label("英文名称").fill("Tai chi")
    screen.page.get_by_label("连续几周").fill("2")
    screen.go("发布活动")
    expect(screen.row("太极拳", "0 / 20")).to_have_count(1)
    with screen.house.centre.sessions.read() as session:
        [made] = queries.not_over(session, now=screen.house.centre.clock.now())
        assert len(queries.view(session, made).times) == 2
    signs_up(screen.house, made.id, MEMBER)

    screen.row("太极拳").get_by_role("button", name="名单").click()
    screen.row(MEMBER).get_by_role("button", name="来了").click()
    expect(screen.row(MEMBER, "是")).to_have_count(1)
    assert screen.faults() == {}

    screen.row("太极拳").get_by_role("button", name="取消活动").click()
    screen.page.get_by_label("原因").fill("老师病了")
    screen.go("取消活动")
    expect(screen.row("太极拳", "已取消：老师病了")).to_have_count(1)

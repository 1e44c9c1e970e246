"""The kiosk's face: whoever stands before it does what they came for, and leaves nothing behind."""

import math
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from gateway.alerts.model import Alert
from gateway.kiosks.model import KioskVisit, Smile
from gateway.lockers import queries as lockers
from gateway.members import queries as members
from gateway.policies.model import Limit
from gateway.spaces.model import SpaceKind
from gateway.unlocking.model import UnlockState as State
from tests.centre_builder import a_rule
from tests.web.conftest import MEMBER, OTHER, House, SetClock, whole_five_minutes
from tests.web.kiosk_builder import (
    PIN,
    SCREENS,
    TO_SIGNED,
    Kiosk,
    give_card,
    give_locker,
    give_reader,
    hold,
    kiosk_at,
    walk,
)

pytestmark = pytest.mark.browser

ASK = "您好，想做什么？"


@pytest.fixture
def kiosk(browser: Browser, house: House) -> Iterator[Kiosk]:
    with kiosk_at(browser, house) as kiosk:
        yield kiosk


def visits(house: House) -> int:
    with house.centre.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(KioskVisit))


def text_of(kiosk: Kiosk) -> str:
    return kiosk.page.evaluate("document.documentElement.innerHTML")


def test_staff_register_a_kiosk_by_its_code_and_it_remembers_when_it_starts_again(kiosk: Kiosk):
    kiosk.show()
    expect(kiosk.title).to_have_text("登记这台自助机")
    kiosk.page.get_by_label("登记代码").fill("no such code")
    kiosk.page.keyboard.press("Enter")
    expect(kiosk.page.get_by_role("alert")).to_contain_text("这台机器还没有登记")
    kiosk.page.get_by_label("登记代码").fill(f"http://centre/kiosk/#{kiosk.code}")
    kiosk.page.keyboard.press("Enter")
    expect(kiosk.title).to_have_text(ASK)

    kiosk.show()

    expect(kiosk.title).to_have_text(ASK)


def test_the_code_in_the_address_registers_it_and_does_not_stay_there(kiosk: Kiosk):
    kiosk.begin()

    assert kiosk.page.evaluate("location.href") == f"{kiosk.house.url}/kiosk/"


def test_what_is_free_is_told_to_anybody(kiosk: Kiosk):
    kiosk.house.build("room", opens_min=0, closes_min=1440, slot_min=5)
    kiosk.house.build("closed", opens_min=0, closes_min=5, slot_min=5)
    kiosk.house.build("desks", kind=SpaceKind.SEAT, opens_min=0, closes_min=1440, slot_min=5, places=4)
    kiosk.house.books_at("desks", whole_five_minutes(kiosk.house.centre.clock.now()), member=OTHER)
    kiosk.begin()
    kiosk.tile(3)

    rows = kiosk.page.get_by_role("listitem")
    expect(rows.first).to_contain_text("小柜 1 · 中柜 1")
    expect(rows.filter(has_text="room")).to_contain_text("有空")
    expect(rows.filter(has_text="room")).not_to_contain_text("位子")
    expect(rows.filter(has_text="desks")).to_contain_text("至少还有 3 个位子")
    expect(rows.filter(has_text="closed")).to_contain_text("今天没有了")


def test_it_says_when_the_house_is_away_and_when_only_its_doors_are(kiosk: Kiosk):
    kiosk.hold_time()
    kiosk.begin()
    kiosk.house.gateway_leaves()
    kiosk.page.clock.run_for(11_000)
    expect(kiosk.page.get_by_text("门和柜子暂时打不开")).to_be_visible()
    kiosk.page.context.set_offline(True)
    kiosk.page.clock.run_for(11_000)
    expect(kiosk.page.get_by_text("暂时连不上服务中心")).to_be_visible()
    kiosk.page.context.set_offline(False)
    kiosk.house.hub.feel_pulse(ready=True, at=math.inf)
    kiosk.page.clock.run_for(11_000)

    expect(kiosk.page.locator(".k-away")).to_have_count(0)
    expect(kiosk.title).to_have_text(ASK)


def test_with_a_card_an_elder_opens_their_locker_in_three_touches_besides_the_pin(kiosk: Kiosk):
    kiosk.house.reads("zh-CN", elder_mode=True)
    give_card(kiosk.house)
    give_locker(kiosk.house)
    kiosk.begin()
    kiosk.page.evaluate(COUNT_TOUCHES)

    kiosk.scan()
    kiosk.type(PIN)
    expect(kiosk.title).to_have_text("王*，您好，想做什么？")
    kiosk.tile(0)
    kiosk.press()
    kiosk.house.move(*TO_SIGNED, State.OPENED)

    expect(kiosk.disc).to_have_text("柜门已打开")
    expect(kiosk.page.locator("html[data-elder]")).to_be_attached()
    assert kiosk.page.evaluate("window.touched") <= 3
    assert "王桂兰" not in text_of(kiosk)


COUNT_TOUCHES = """
  window.touched = 0
  addEventListener('click', (event) => { if (!event.target.closest('.k-key')) window.touched++ })
"""


@pytest.mark.parametrize(
    ("states", "code", "said"),
    [
        ((*TO_SIGNED, State.NOT_OPENED), "no_edge", "没有打开"),
        ((*TO_SIGNED, State.POSSIBLE), "", "请看一下柜门"),
        ((*TO_SIGNED, State.ALREADY_OPEN), "", "本来就开着"),
        ((State.REFUSED,), "no_grant", "没有打开"),
    ],
)
def test_by_number_and_pin_one_hears_plainly_how_it_ended(kiosk: Kiosk, states, code, said):
    give_locker(kiosk.house)
    kiosk.begin()
    kiosk.tile(0)
    kiosk.type("1")
    kiosk.button("下一步").click()
    kiosk.type(PIN)
    kiosk.press()
    kiosk.house.move(*states, code=code)

    expect(kiosk.story).to_contain_text(said)


def test_a_wrong_pin_is_refused_and_tried_again_at_once(kiosk: Kiosk):
    give_card(kiosk.house)
    kiosk.begin()
    kiosk.scan()
    kiosk.type("111112")
    expect(kiosk.page.get_by_role("alert")).to_contain_text("对不上")
    kiosk.type(PIN)

    expect(kiosk.page.locator(".k-done")).to_be_visible()


def test_why_something_was_refused_is_at_hand_before_anybody_comes(kiosk: Kiosk):
    give_card(kiosk.house)
    kiosk.begin()
    kiosk.page.wait_for_load_state("networkidle")
    kiosk.page.route("**/assets/**", lambda route: route.abort())
    kiosk.scan()
    kiosk.type("111112")

    expect(kiosk.page.get_by_role("alert")).to_contain_text("对不上")


def test_with_the_desks_pin_one_chooses_ones_own_before_anything_else(kiosk: Kiosk):
    give_card(kiosk.house, one_time=True)
    kiosk.begin()
    kiosk.scan()
    kiosk.type(PIN)
    expect(kiosk.title).to_have_text("请设置您自己的密码")
    kiosk.type("483920")
    expect(kiosk.title).to_have_text("请再输一次")
    kiosk.type("483921")
    expect(kiosk.page.get_by_role("alert")).to_contain_text("两次输的不一样")
    for _ in range(2):
        kiosk.type("483920")

    expect(kiosk.title).to_have_text("王*，您好，想做什么？")


def test_by_card_one_rents_opens_and_gives_back(kiosk: Kiosk):
    give_card(kiosk.house)
    kiosk.begin()
    kiosk.come()
    kiosk.tile(1)
    kiosk.page.get_by_role("radio", name="中柜").check(force=True)
    kiosk.button("租这个柜子").click()
    expect(kiosk.title).to_have_text("租好了，您的柜号是 02")
    assert re.fullmatch(r"\d{6}", kiosk.page.locator(".k-pin").inner_text())
    kiosk.button("回首页").click()
    kiosk.tile(0)
    kiosk.button("不用了，退还柜子").click()
    kiosk.button("拿完了，退还").click()

    expect(kiosk.page.get_by_text("您现在没有柜子")).to_be_visible()
    with kiosk.house.centre.sessions.read() as session:
        member = members.member_by_no(session, member_no=MEMBER)
        [rental] = lockers.rentals_of(session, member_id=member.id, limit=5)
        assert rental.ended_at is not None


def test_by_card_one_books_what_the_house_allows_and_checks_in(kiosk: Kiosk):
    give_card(kiosk.house)
    kiosk.house.build("room", opens_min=0, closes_min=1440, slot_min=5)
    with kiosk.house.centre.sessions.begin() as session:
        a_rule(session, Limit.MAX_MINUTES, 10)
        a_rule(session, Limit.DAYS_AHEAD, 2)
    kiosk.begin()
    kiosk.tile(3)
    kiosk.page.locator(".k-line").click()
    kiosk.scan()
    kiosk.type(PIN)
    expect(kiosk.title).to_have_text("场地 room")  # what they came for is not asked for again
    strips = kiosk.page.locator(".choice-strip")
    expect(strips).to_have_count(2)  # the house has said what may be chosen
    days, lengths = strips.all()
    expect(days.get_by_role("radio")).to_have_count(3)
    expect(lengths.get_by_role("radio")).to_have_count(2)
    kiosk.page.get_by_role("button", name=re.compile("预订|订")).last.click()
    expect(kiosk.title).to_have_text("今天的预订")
    kiosk.button("我到了").click()

    expect(kiosk.page.locator(".k-there")).to_contain_text("已签到")
    [booking] = kiosk.house.bookings()
    assert booking.checked_in_at is not None


class TestShortlyBeforeMidnight:
    @pytest.fixture
    def clock(self):
        return SetClock.at("2026-12-31T23:56")

    def test_what_begins_right_after_it_opens_and_is_checked_in_to_already(self, kiosk: Kiosk):
        give_card(kiosk.house)
        kiosk.house.build("room", opens_min=0, closes_min=1440, slot_min=5)
        kiosk.house.books("room", starts_in_min=5)
        kiosk.begin()
        kiosk.come()
        kiosk.tile(2)
        expect(kiosk.page.locator(".booking-when")).to_have_text("明天 00:05–01:05")
        kiosk.button("我到了").click()

        expect(kiosk.page.locator(".k-there")).to_contain_text("已签到")


@pytest.mark.by_day
def test_who_come_together_say_so_with_a_touch_each_and_see_only_what_has_room_for_all(kiosk: Kiosk):
    """Whoever comes alone touches nothing more than before."""
    give_card(kiosk.house)
    kiosk.house.build("seats", places=3, opens_min=0, closes_min=1440, slot_min=5)
    soon = whole_five_minutes(kiosk.house.centre.clock.now())
    kiosk.house.books_at("seats", soon - timedelta(minutes=50), member=OTHER)
    kiosk.begin()
    kiosk.come()
    kiosk.tile(3)
    kiosk.page.locator(".k-line").click()
    times = kiosk.page.locator(".choice-grid").get_by_role("radio")
    expect(times.first).to_have_accessible_name(re.compile(" 剩 2$"))
    for button in (kiosk.button("少一个人"), kiosk.button("多一个人")):
        assert min(button.bounding_box()[side] for side in ("width", "height")) >= 60
    kiosk.button("多一个人").click()
    kiosk.button("多一个人").click()
    expect(kiosk.button("多一个人")).to_be_disabled()
    expect(kiosk.page.locator("output")).to_have_text("3 人")
    expect(times.first).to_have_accessible_name(re.compile(" 剩 3$"))
    kiosk.page.locator(".k-page > .primary").click()

    expect(kiosk.page.locator(".booking-when")).to_have_text(re.compile(r"–\d\d:\d\d · 3\s人$"))
    [booking] = kiosk.house.bookings()
    assert (booking.guests, booking.starts_at) == (2, soon + timedelta(minutes=10))


def test_after_a_quiet_minute_and_half_of_one_to_answer_nothing_is_left(kiosk: Kiosk):
    give_card(kiosk.house)
    give_locker(kiosk.house)
    kiosk.hold_time()
    kiosk.begin()
    kiosk.page.get_by_role("button", name="English").click()
    kiosk.come()
    kiosk.tile(0)
    expect(kiosk.disc).to_be_visible()
    kiosk.page.clock.run_for(59_000)
    expect(kiosk.page.locator(".k-still")).to_have_count(0)
    kiosk.page.clock.run_for(2_000)
    kiosk.button("I am here").click()
    expect(kiosk.page.locator(".k-still")).to_have_count(0)
    expect(kiosk.disc).to_be_visible()
    assert visits(kiosk.house) == 1

    kiosk.page.clock.run_for(60_000)
    expect(kiosk.page.locator(".k-still")).to_be_visible()
    with kiosk.page.expect_response(lambda told: told.request.method == "DELETE" and "/session" in told.url) as ended:
        kiosk.page.clock.run_for(31_000)

    assert ended.value.status == 204
    expect(kiosk.title).to_have_text(ASK)
    expect(kiosk.page.locator(".k-done")).to_have_count(0)
    assert visits(kiosk.house) == 0
    assert "王" not in text_of(kiosk)
    assert kiosk.page.evaluate("[...Object.entries(localStorage), ...Object.entries(sessionStorage)].length") == 1


def test_whoever_shows_a_card_while_another_is_waited_for_has_a_minute_of_their_own(kiosk: Kiosk):
    give_card(kiosk.house)
    kiosk.hold_time()
    kiosk.begin()
    kiosk.tile(1)
    kiosk.page.clock.run_for(61_000)
    expect(kiosk.page.locator(".k-still")).to_be_visible()
    kiosk.scan()
    expect(kiosk.page.locator(".k-still")).to_have_count(0)
    kiosk.page.clock.run_for(31_000)

    expect(kiosk.page.locator(".k-key").first).to_be_visible()


def test_in_elder_mode_there_are_two_minutes(kiosk: Kiosk):
    kiosk.hold_time()
    kiosk.begin()
    kiosk.button("大字版").click()
    kiosk.tile(3)
    kiosk.page.clock.run_for(119_000)
    expect(kiosk.page.locator(".k-still")).to_have_count(0)
    kiosk.page.clock.run_for(2_000)

    expect(kiosk.page.locator(".k-still")).to_be_visible()


def test_a_visit_that_the_house_ended_is_over_here_too(kiosk: Kiosk):
    give_card(kiosk.house)
    kiosk.begin()
    kiosk.come()
    kiosk.page.locator(".k-news").wait_for()  # the house has answered all that was asked of it
    with kiosk.house.centre.sessions.begin() as session:
        session.query(KioskVisit).delete()
    kiosk.tile(0)

    expect(kiosk.title).to_have_text("已经退出")
    expect(kiosk.page.locator(".k-done")).to_have_count(0)


def test_another_card_puts_out_whoever_stood_there_also_one_that_is_held_to_the_kiosks_own_reader(kiosk: Kiosk):
    give_card(kiosk.house)
    give_reader(kiosk)
    kiosk.begin()
    kiosk.come()
    kiosk.scan("0000000000")

    expect(kiosk.title).to_have_text("请输入密码")
    expect(kiosk.page.locator(".k-done")).to_have_count(0)
    assert "王" not in text_of(kiosk)

    kiosk.page.locator(".k-out").first.click()
    hold(kiosk)
    expect(kiosk.title).to_have_text("请输入密码")
    kiosk.type(PIN)
    expect(kiosk.page.locator(".k-done")).to_be_visible()


def test_somebody_who_is_done_says_how_it_was_and_staff_can_be_called(kiosk: Kiosk):
    give_card(kiosk.house)
    kiosk.begin()
    kiosk.button("叫工作人员").click()
    kiosk.button("请过来").click()
    expect(kiosk.page.get_by_text("已经通知工作人员")).to_be_visible()
    kiosk.button("好的").click()
    kiosk.come()
    kiosk.page.locator(".k-done").click()
    with kiosk.page.expect_response("**/kiosk/smiles") as told:
        kiosk.button("很好").click()

    assert told.value.status == 204
    assert visits(kiosk.house) == 0
    with kiosk.house.centre.sessions.read() as session:
        assert [(one.mood, one.count) for one in session.scalars(select(Smile))] == [("good", 1)]
        assert [one.kind for one in session.scalars(select(Alert))] == ["call_staff"]


def test_no_key_menu_or_link_leads_out(kiosk: Kiosk):
    kiosk.begin()

    for kind, more in [("contextmenu", {}), ("F1", {}), ("F5", {}), ("F12", {}), ("l", {"ctrlKey": True})]:
        assert kiosk.page.evaluate(IS_KEPT, [kind, more]), kind
    assert kiosk.page.evaluate(IS_KEPT, ["ArrowLeft", {"altKey": True}])
    assert kiosk.page.locator("a").count() == 0


IS_KEPT = """([kind, more]) => {
  const usual = { key: kind, cancelable: true, bubbles: true, ...more }
  const event = kind === 'contextmenu' ? new MouseEvent(kind, usual) : new KeyboardEvent('keydown', usual)
  document.body.dispatchEvent(event)
  return event.defaultPrevented
}"""


@pytest.mark.parametrize(("language", "elder", "size"), [("zh-CN", True, "portrait"), ("en", False, "landscape")])
def test_axe_finds_nothing_wrong_and_all_is_large_enough_on_any_screen(
    browser: Browser, house: House, language, elder, size
):
    give_card(house)
    house.reads(language, elder_mode=elder)
    found, seen = {}, []
    with kiosk_at(browser, house, size) as kiosk:
        kiosk.language, kiosk.elder = language, elder
        kiosk.hold_time()
        for screen in walk(kiosk):
            seen.append(screen)
            if faults := kiosk.faults(for_guests=screen != "registering"):
                found[screen] = faults
    assert found == {}
    assert sorted(seen) == sorted(SCREENS)


def test_the_strict_policy_holds_and_a_screen_without_scripts_is_told_so(kiosk: Kiosk, built):
    with kiosk.page.expect_response("**/kiosk/") as answer:
        kiosk.show()

    assert "unsafe" not in answer.value.headers["content-security-policy"]
    assert "<noscript>" in (built / "kiosk/index.html").read_text()

"""Finding something free by when: rooms, courts and lockers alike; and taking a locker that was booked."""

import re

import pytest
from playwright.sync_api import expect

from gateway.spaces.model import SpaceKind
from gateway.unlocking.model import UnlockState as State
from tests.web.conftest import OTHER, Phone, SetClock
from tests.web.console_builder import AXE
from tests.web.test_booking import confirm

pytestmark = pytest.mark.browser

TO_OPENED = (State.AUTHORISED, State.SIGNED, State.OPENED)


def look_for(phone: Phone, *, hour: int, minutes: int) -> None:
    """Tomorrow, on the page where something is looked for."""
    phone.show("/app/#/book")
    phone.page.get_by_role("radio", name=re.compile("明天|Tomorrow")).check(force=True)
    phone.page.locator("select").nth(0).select_option(str(hour * 60))
    phone.page.locator("select").nth(1).select_option(str(minutes))


def lists(phone: Phone):
    return phone.page.locator(".spaces")


def names(phone: Phone, nth: int):
    return lists(phone).nth(nth).locator("strong")


def test_one_says_when_and_sees_all_that_is_free_then_and_what_is_at_another_time(phone: Phone):
    phone.house.build("room")
    phone.house.build("z-hall", kind=SpaceKind.COURT)
    phone.house.build("a-half", kind=SpaceKind.COURT, lies_in="z-hall")
    phone.house.offers("01", slot_min=30)
    phone.house.books_at("room", phone.house.tomorrow(10), member=OTHER)
    phone.sign_in()
    look_for(phone, hour=10, minutes=60)

    expect(phone.page.get_by_role("heading", level=2)).to_have_text(["明天 10:00–11:00 空着的", "这天别的时间空着的"])
    expect(names(phone, 0)).to_have_text(["场地 z-hall", "场地 a-half", "大厅 01 号柜"])
    expect(lists(phone).nth(0).locator("small")).to_have_text(
        ["可用到 22:00", "可用到 22:00 · 在场地 z-hall", "可用到 00:00"]
    )
    expect(names(phone, 1)).to_have_text(["场地 room"])
    expect(lists(phone).nth(1)).to_contain_text("09:00–10:00 空着")
    phone.speak("en")
    expect(phone.page.get_by_role("heading", level=2).first).to_have_text("Free tomorrow 10:00–11:00")


def test_who_come_together_find_only_what_has_room_for_all_of_them(phone: Phone):
    """Where it is asked how many come: a locker is nobody's to share."""
    phone.house.build("pair", capacity=2)
    phone.house.build("seats", kind=SpaceKind.SEAT, places=4)
    phone.house.offers("01", slot_min=30)
    phone.house.books_at("seats", phone.house.tomorrow(10), member=OTHER, guests=1)
    phone.sign_in()
    look_for(phone, hour=10, minutes=60)
    expect(names(phone, 0)).to_have_text(["场地 pair", "场地 seats", "大厅 01 号柜"])
    expect(lists(phone).nth(0)).to_contain_text("至少还有 2 个位子")
    phone.page.get_by_label("几个人来").select_option("3")
    expect(names(phone, 0)).to_have_text(["大厅 01 号柜"])
    expect(names(phone, 1)).to_have_text(["场地 seats"])
    names(phone, 1).click()

    expect(
        phone.page.get_by_role("group", name="一共几个人来？最多 4 人").get_by_role("radio", name="3 人")
    ).to_be_checked()
    expect(confirm(phone, re.compile(r"^预订 明天 (09|11):00–1[02]:00 · 3\s人$"))).to_be_enabled()
    phone.button("返回").click()
    phone.page.get_by_role("radio", name="储物柜").check(force=True)
    expect(phone.page.get_by_label("几个人来")).to_have_count(0)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_on_a_narrow_phone_the_three_questions_stand_beside_each_other_and_their_answers_fit(phone: Phone, language):
    phone.house.build("room", capacity=4)
    phone.house.reads(language)
    phone.page.set_viewport_size({"width": 360, "height": 740})
    phone.sign_in()
    look_for(phone, hour=10, minutes=90)
    phone.page.get_by_label(re.compile("几个人来|People")).select_option("3")
    expect(phone.page.locator(".find-when select")).to_have_count(3)
    names(phone, 0).wait_for()

    fields = phone.page.locator(".find-when select").evaluate_all(
        "all => all.map((one) => [one.getBoundingClientRect().top, one.scrollWidth > one.clientWidth])"
    )
    assert len(fields) == 3
    assert {tuple(field) for field in fields} == {(fields[0][0], False)}


def test_what_was_found_is_booked_with_the_time_that_was_looked_for_and_the_search_stays(phone: Phone):
    phone.house.build("room")
    phone.house.offers("01", slot_min=30)
    phone.sign_in()
    look_for(phone, hour=10, minutes=90)
    phone.page.get_by_role("radio", name="储物柜").check(force=True)
    expect(names(phone, 0)).to_have_text(["大厅 01 号柜"])
    names(phone, 0).click()
    expect(confirm(phone, "预订 明天 10:00–11:30")).to_be_enabled()

    phone.button("返回").click()
    expect(phone.page.get_by_role("radio", name="储物柜")).to_be_checked()
    expect(phone.page.locator("select").nth(0)).to_have_value("600")
    names(phone, 0).click()
    confirm(phone, "预订 明天 10:00–11:30").click()

    expect(phone.page.locator(".booking-when")).to_have_text("明天 10:00–11:30")
    [booking] = phone.house.bookings()
    assert booking.starts_at == phone.house.tomorrow(10)


def test_a_booked_locker_is_taken_with_one_press_and_is_a_locker_of_theirs_from_then_on(phone: Phone):
    """The story of the press goes on there. It is not kept longer: what comes after it may be booked."""
    locker = phone.house.offers("01")
    phone.house.books(locker, starts_in_min=0)
    phone.sign_in()
    phone.show()
    expect(phone.page.locator(".booking h2")).to_have_text("大厅 01 号柜")
    expect(phone.disc).to_have_text("取用柜子")
    phone.press()
    phone.house.move(*TO_OPENED)

    expect(phone.page.locator(".locker-label")).to_contain_text("01")
    expect(phone.page.locator(".booking")).to_have_count(0)
    expect(phone.disc).to_have_count(1)
    expect(phone.disc).to_have_text("柜门已打开")
    expect(phone.page.get_by_role("button", name=re.compile("延长"))).to_have_count(0)
    phone.button("不用了，退还柜子").click()
    phone.page.locator("dialog .primary").click()
    expect(phone.page.locator(".booking h2")).to_have_text("大厅 01 号柜")


def day(phone: Phone, name: str):
    return phone.page.get_by_role("radio", name=re.compile(name))


BEGINS = "今天没有空的了，先看明天的。"


class TestInTheEvening:
    @pytest.fixture
    def clock(self):
        return SetClock.at("2026-03-04T21:10")

    def test_one_looks_at_the_first_day_that_has_anything_of_what_is_looked_for(self, phone: Phone):
        """A locker is there all night, a room is not."""
        phone.house.build("room")
        phone.house.offers("01", slot_min=30)
        phone.sign_in()
        phone.show("/app/#/book")
        expect(names(phone, 0)).to_have_text(["大厅 01 号柜"])
        expect(day(phone, "今天")).to_be_checked()

        phone.page.get_by_role("radio", name="房间").check(force=True)
        expect(phone.page.get_by_text(BEGINS)).to_be_visible()
        expect(day(phone, "明天")).to_be_checked()
        expect(phone.page.get_by_role("heading", level=2)).to_have_text(["明天 08:00–09:00 空着的"])
        day(phone, "今天").check(force=True)
        expect(phone.page.get_by_text("这一天没有空的了，请换一天看看。")).to_be_visible()
        expect(phone.page.get_by_text(BEGINS)).to_have_count(0)

        day(phone, "明天").check(force=True)
        phone.page.get_by_role("radio", name="全部").check(force=True)
        expect(names(phone, 0)).to_have_text(["场地 room", "大厅 01 号柜"])


class TestAfterClosing:
    @pytest.fixture
    def clock(self):
        return SetClock.at("2026-03-04T23:10")

    def test_today_is_over_and_can_be_looked_at_all_the_same(self, phone: Phone):
        phone.house.reads("en")
        phone.house.build("room")
        phone.sign_in()
        phone.show("/app/#/book")
        expect(
            phone.page.get_by_text("Nothing is left today. Tomorrow is the first day with something free.")
        ).to_be_visible()
        expect(names(phone, 0)).to_have_text(["Space room"])
        day(phone, "Today").check(force=True)

        expect(phone.page.get_by_text("Nothing is left on this day. Please look at another.")).to_be_visible()
        expect(phone.page.get_by_label("From when")).to_have_count(0)
        phone.page.evaluate(AXE())
        assert phone.page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"] == []


@pytest.mark.by_day
@pytest.mark.parametrize(("language", "words"), [("zh-CN", "起可以取用"), ("en", "You can take it from today ")])
def test_before_its_time_a_booked_locker_says_from_when_and_axe_finds_nothing_wrong(phone: Phone, language, words):
    phone.house.reads(language)
    locker = phone.house.offers("01")
    phone.house.books(locker, starts_in_min=60)
    phone.sign_in()
    phone.show()

    expect(phone.disc).to_have_attribute("aria-disabled", "true")
    expect(phone.story).to_contain_text(words)
    phone.page.evaluate(AXE())
    assert phone.page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"] == []

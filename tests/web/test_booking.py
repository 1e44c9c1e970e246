"""Finding a space, booking it, and what a booking is good for."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from gateway.bookings.model import BookingState
from gateway.fleet.model import DoorLevel
from gateway.unlocking.model import UnlockState as State
from tests.web.conftest import OTHER, Phone, hold
from tests.web.test_opening import ENDINGS, TO_SIGNED

pytestmark = pytest.mark.browser

TIMES = re.compile(r"/availability\?")
ALWAYS = {"opens_min": 0, "closes_min": 1440, "slot_min": 5}  # its next slot is never further than its key reaches

# What is said of a booked space's door: as of a locker's, in words of its own where those speak of lockers.
DOOR_ENDINGS = {
    "opened": ("门已打开 请进，进去后请把门关好。", "It is open Come in, and please shut the door behind you."),
    "already open": (
        "门本来就开着 请看一下门，进去后请关好。",
        "It was already open Please look at the door, and shut it behind you.",
    ),
    "uncertain": (
        "请看看门开没开 不知道门有没有打开。如果没开，请找工作人员。",
        "Look at the door We cannot tell whether it opened. If it did not, please ask our staff.",
    ),
    "no edge": (
        "门没有打开 门没有弹开。请用手推一下门，再试一次。",
        "It did not open The door did not spring open. Push it with your hand, then try again.",
    ),
    "rate": (
        "门没有打开 开得太勤了。请等一分钟再试。",
        "It did not open It was opened too often just now. Please wait a minute.",
    ),
}


@pytest.mark.by_day
def test_a_space_is_found_booked_seen_at_home_and_its_door_opened(phone: Phone):
    phone.house.build("piano", door=True, **ALWAYS)
    phone.sign_in()
    phone.show()
    tab(phone, "预订").click()
    expect(phone.page.get_by_role("heading", name="预订")).to_be_focused()
    phone.page.get_by_role("button", name="场地 piano").click()
    expect(phone.page.get_by_role("heading", name="场地 piano")).to_be_focused()
    free_slot(phone).nth(1).check(force=True)
    confirm(phone, "预订 ").click()

    expect(phone.page.get_by_text(re.compile("^订好了："))).to_be_visible()
    expect(phone.page.get_by_role("heading", name="我的安排")).to_be_focused()
    [booking] = phone.house.bookings()
    expect(phone.page.locator(".booking-when")).to_contain_text(f"{phone.house.on_the_wall(booking.starts_at):%H:%M}–")
    phone.press()
    phone.house.move(*TO_SIGNED, State.OPENED)
    expect(phone.story).to_have_text("门已打开 请进，进去后请把门关好。")
    expect(phone.disc).to_have_text("门已打开")


@pytest.mark.by_day
def test_how_many_come_is_said_where_a_space_is_for_so_many(phone: Phone):
    phone.house.build("studio", capacity=4, **ALWAYS)
    phone.sign_in()
    phone.show("#/book/studio")
    people = phone.page.get_by_role("group", name="一共几个人来？最多 4 人")
    expect(people.get_by_role("radio")).to_have_count(4)
    people.get_by_role("radio", name="3 人").check(force=True)
    free_slot(phone).nth(1).check(force=True)
    confirm(phone, "预订 ").click()

    expect(phone.page.get_by_text(re.compile("^订好了："))).to_be_visible()
    assert [booking.guests for booking in phone.house.bookings()] == [2]


@pytest.mark.by_day
def test_a_party_says_how_many_come_to_a_row_of_seats_and_each_has_one(phone: Phone):
    phone.house.build("seats", places=3, **ALWAYS)
    phone.sign_in()
    phone.show("#/book/seats")
    people = phone.page.get_by_role("group", name="一共几个人来？最多 3 人")
    people.get_by_role("radio", name="3 人").check(force=True)
    left(phone, 3).nth(1).check(force=True)
    confirm(phone, "预订 ").click()

    expect(phone.page.get_by_text(re.compile(r"^订好了：.* · 3\s人$"))).to_be_visible()
    [booking] = phone.house.bookings()
    span = {"from": booking.starts_at.isoformat(), "to": booking.ends_at.isoformat()}
    asked = phone.page.request.get(f"{phone.house.url}/api/v1/spaces/seats/availability", params=span)
    assert [slot["places_free"] for slot in asked.json()["items"]] == [0]


def test_a_time_is_free_only_when_there_is_room_for_all_and_what_is_offered_instead_is_too(phone: Phone):
    phone.house.build("seats", places=3)
    phone.sign_in()
    phone.house.books_at("seats", phone.house.tomorrow(11), member=OTHER, guests=1)
    phone.show("/app/#/book/seats")
    day_of(phone, "明天").check(force=True)
    expect(phone.page.get_by_role("radio", name="11:00 剩 1", exact=True)).to_be_visible()
    phone.page.get_by_role("radio", name="2 人").check(force=True)
    expect(phone.page.get_by_role("radio", name="11:00 剩 1 可排队")).to_be_visible()
    phone.page.get_by_role("radio", name="10:00 剩 3").check(force=True)
    phone.house.books_at("seats", phone.house.tomorrow(10), member=OTHER, guests=1)
    confirm(phone, "预订 明天 10:00–11:00 · 2 人").click()

    sheet = phone.page.get_by_role("dialog", name="这个时间刚被订走")
    expect(sheet.get_by_role("button", name=re.compile("^预订 明天 "))).to_have_text(
        ["预订 明天 08:00–09:00 · 2 人", "预订 明天 09:00–10:00 · 2 人", "预订 明天 12:00–13:00 · 2 人"]
    )
    sheet.get_by_role("button", name="预订 明天 12:00–13:00 · 2 人").click()
    expect(phone.page.locator(".booking-when")).to_have_text("明天 12:00–13:00 · 2 人")
    phone.speak("en")
    expect(phone.page.locator(".booking-when")).to_have_text("tomorrow 12:00–13:00, for 2")


def test_one_more_comes_along_where_there_is_a_place_for_them(phone: Phone):
    phone.house.build("seats", places=4)
    phone.sign_in()
    phone.house.books_at("seats", phone.house.tomorrow(10), guests=1)
    phone.house.books_at("seats", phone.house.tomorrow(10), member=OTHER)
    phone.show()
    phone.button("改时间或取消").click()
    phone.button("换个时间").click()
    day_of(phone, "明天").check(force=True)
    phone.page.get_by_role("radio", name="4 人").check(force=True)
    expect(phone.page.get_by_role("radio", name="10:00 已被订")).to_be_disabled()
    phone.page.get_by_role("radio", name="3 人").check(force=True)
    slot(phone, "10:00").check(force=True)
    confirm(phone, "改到 明天 10:00–11:00 · 3 人").click()

    expect(phone.page.locator(".booking-when")).to_have_text("明天 10:00–11:00 · 3 人")
    assert [booking.guests for booking in phone.house.bookings()] == [2]


@pytest.mark.parametrize("ending", DOOR_ENDINGS)
def test_a_booked_door_ends_as_honestly_as_a_locker_and_speaks_of_no_locker(phone: Phone, ending):
    moves, code, *_ = ENDINGS[ending]
    at_the_door(phone)
    phone.press()
    phone.house.move(*moves, code=code)

    for language, sentence in zip(("zh-CN", "en"), DOOR_ENDINGS[ending], strict=True):
        phone.speak(language)
        expect(phone.story).to_have_text(sentence)


def test_a_booked_door_that_cannot_be_reached_is_said_to_stay_shut(phone: Phone):
    at_the_door(phone)
    phone.house.bank_leaves("doors")
    phone.press()

    expect(phone.story).to_have_text("门没有打开 这扇门断网了，现在打不开。请找工作人员。")
    expect(phone.disc).to_have_text("再试一次")


def test_the_locker_and_the_booked_door_tell_each_its_own_story(phone: Phone):
    at_the_door(phone, with_locker=True)
    [door, locker] = [phone.page.locator(".disc").nth(index) for index in (0, 1)]
    with phone.page.expect_response("**/unlocks"):
        door.click()
    phone.house.move(*TO_SIGNED)
    expect(door).to_have_text("正在打开")
    expect(locker).to_have_text("打开柜门")
    expect(locker).to_have_attribute("aria-disabled", "true")
    phone.house.move(State.OPENED)

    expect(door).to_have_text("门已打开")
    phone.house.door(DoorLevel.OPEN)
    phone.house.door(DoorLevel.SHUT)
    expect(phone.page.get_by_text("柜门关着")).to_be_visible()
    expect(door).to_have_text("门已打开")
    with phone.page.expect_response("**/unlocks"):
        locker.click()
    phone.house.move(*TO_SIGNED, State.OPENED)
    expect(locker).to_have_text("柜门已打开")
    assert len({unlock.lock_id for unlock in phone.house.unlocks()}) == 2


def test_a_page_loaded_again_takes_up_the_booked_door_not_the_locker(phone: Phone):
    at_the_door(phone, with_locker=True)
    with phone.page.expect_response("**/unlocks"):
        phone.disc.first.click()
    phone.house.move(*TO_SIGNED)
    phone.page.reload()

    expect(phone.disc.first).to_have_text("正在打开")
    expect(phone.disc.last).to_have_text("打开柜门")


def test_before_its_time_the_door_cannot_be_pressed_and_it_is_said_from_when(phone: Phone):
    phone.house.build("piano", door=True, **ALWAYS)
    phone.house.books("piano", starts_in_min=60)
    phone.sign_in()
    phone.show()
    [booking] = phone.house.bookings()
    from_when = phone.house.on_the_wall(booking.starts_at - timedelta(minutes=10))

    expect(phone.disc).to_have_attribute("aria-disabled", "true")
    expect(phone.story).to_contain_text(f"{from_when:%H:%M} 起可以开门")
    phone.disc.click(force=True)
    assert phone.house.unlocks() == []


def test_a_bookings_time_comes_while_the_page_is_open(phone: Phone):
    phone.house.build("piano", door=True, **ALWAYS)
    phone.house.books("piano", starts_in_min=60)
    phone.sign_in()
    phone.rent()  # without a locker the page asks again now and then, and would notice by that
    phone.hold_time()
    phone.show()
    expect(phone.disc.first).to_have_attribute("aria-disabled", "true")
    phone.page.clock.fast_forward("56:00")
    phone.page.clock.run_for(20_000)

    expect(phone.disc.first).to_have_attribute("aria-disabled", "false")
    expect(phone.story.first).to_have_text("站到门口，再按按钮")


def test_without_a_door_one_says_that_one_is_there(phone: Phone):
    phone.house.build("court", **ALWAYS)
    phone.house.books("court", starts_in_min=0)
    phone.sign_in()
    phone.show()
    phone.button("我到了").click()

    expect(phone.button("已签到")).to_be_visible()
    expect(phone.story).to_have_text("请直接进去。")
    assert phone.house.bookings()[0].checked_in_at is not None


def test_a_time_that_has_just_gone_is_answered_with_others_and_one_tap_takes_one(phone: Phone):
    choose_tomorrow(phone, "10:00")
    taken = phone.page.locator(".choice-grid input:checked").get_attribute("value")
    held = hold(phone.page, TIMES)  # so that the page does not hear of it before the press
    phone.house.books_at("room", datetime.fromisoformat(taken), member=OTHER)
    confirm(phone, "预订 ").click()

    sheet = phone.page.get_by_role("dialog", name="这个时间刚被订走")
    expect(sheet.get_by_role("button", name=re.compile("^预订 明天 "))).to_have_text(
        ["预订 明天 08:00–09:00", "预订 明天 09:00–10:00", "预订 明天 11:00–12:00"]
    )
    for asked in held:
        asked.continue_()
    phone.page.unroute(TIMES)
    expect(phone.page.get_by_role("radio", name="10:00 可排队", include_hidden=True)).to_be_visible()
    sheet.get_by_role("button", name="预订 明天 11:00–12:00").click()
    expect(phone.page.locator(".booking-when")).to_have_text("明天 11:00–12:00")


def test_a_longer_time_is_had_where_it_is_free_and_as_long_as_the_house_allows(phone: Phone):
    """It says so in a refusal, where the page could not be told before."""
    phone.page.route("**/api/v1/me/policy", lambda route: route.abort())
    phone.house.build("room")
    phone.sign_in()
    phone.house.books_at("room", phone.house.tomorrow(17), member=OTHER)
    choose_tomorrow(phone, "15:00", is_built=True)
    expect(phone.page.get_by_role("radio", name=re.compile("小时$"))).to_have_count(2)
    slot(phone, "10:00").check(force=True)
    phone.page.get_by_role("radio", name="3小时").check(force=True)
    confirm(phone, "预订 明天 10:00–13:00").click()
    expect(phone.page.get_by_text("一次不能预订那么长时间。")).to_be_visible()
    expect(phone.page.get_by_role("radio", name="3小时")).to_have_count(0)
    confirm(phone, "预订 明天 10:00–12:00").click()

    expect(phone.page.locator(".booking-when")).to_have_text("明天 10:00–12:00")


def test_what_is_taken_or_closed_is_seen_and_said(phone: Phone):
    phone.house.build("room")
    phone.sign_in()
    phone.house.books_at("room", phone.house.tomorrow(9), member=OTHER)
    phone.house.closes("room", phone.house.tomorrow(12))
    choose_tomorrow(phone, "11:00", is_built=True)

    expect(phone.page.get_by_role("radio", name="12:00 停用")).to_be_disabled()
    expect(phone.page.get_by_role("radio", name="09:00 可排队")).to_be_enabled()
    expect(phone.page.get_by_role("radio", name="10:00 空闲")).to_be_enabled()


def test_a_closed_day_says_why_in_the_strip_and_below_it(phone: Phone):
    phone.house.build("room")
    phone.sign_in()
    day = phone.house.tomorrow(0).date() + timedelta(days=1)
    phone.house.closes_on(day, reason="消防演习")
    phone.show("/app/#/book/room")
    phone.page.get_by_role("radio", name=re.compile("休息$")).check(force=True)

    expect(phone.page.get_by_text("消防演习，这一天不开放，请看别的日子。")).to_be_visible()


def test_an_answer_that_was_lost_is_asked_for_again_and_books_once(phone: Phone):
    choose_tomorrow(phone, "10:00")

    def deliver_and_lose(route):
        route.fetch()
        route.abort()

    phone.page.route("**/api/v1/bookings", deliver_and_lose, times=1)
    confirm(phone, "预订 ").click()
    expect(phone.page.get_by_text("连不上服务中心。请检查手机网络，再试一次。")).to_be_visible()
    confirm(phone, "预订 ").click()

    expect(phone.page.locator(".booking-when")).to_have_text("明天 10:00–11:00")
    assert len(phone.house.bookings()) == 1


def test_a_booking_is_cancelled_after_one_question(phone: Phone):
    phone.house.build("room")
    phone.sign_in()
    phone.house.books_at("room", phone.house.tomorrow(10))
    phone.show()
    phone.button("改时间或取消").click()
    phone.button("不去了，取消预订").click()
    expect(phone.page.get_by_role("dialog", name="取消这次预订？")).to_contain_text("场地 room · 明天 10:00–11:00")
    phone.button("取消预订").click()

    expect(phone.page.get_by_text("已取消，谢谢您")).to_be_visible()
    expect(phone.page.get_by_role("heading", level=1)).to_be_focused()
    expect(phone.page.locator(".booking")).to_have_count(0)
    assert phone.house.bookings()[0].state is BookingState.CANCELLED


def test_one_can_think_better_of_cancelling(phone: Phone):
    phone.house.build("room")
    phone.sign_in()
    phone.house.books_at("room", phone.house.tomorrow(10))
    phone.show()
    phone.button("改时间或取消").click()
    phone.button("不去了，取消预订").click()
    phone.button("先不取消").click()

    expect(phone.page.get_by_role("dialog")).to_have_count(0)
    expect(phone.page.locator(".booking-when")).to_have_text("明天 10:00–11:00")
    assert phone.house.bookings()[0].state is BookingState.CONFIRMED


def test_a_booking_is_moved_also_to_a_time_that_it_has_itself_in_part(phone: Phone):
    phone.house.build("room")
    phone.sign_in()
    phone.house.books_at("room", phone.house.tomorrow(10))
    phone.show()
    phone.button("改时间或取消").click()
    phone.button("换个时间").click()
    expect(phone.page.get_by_role("heading", name="换个时间")).to_be_focused()
    day(phone, "明天").check(force=True)
    slot(phone, "10:00").check(force=True)
    phone.page.get_by_role("radio", name="2小时").check(force=True)
    confirm(phone, "改到 明天 10:00–12:00").click()

    expect(phone.page.get_by_text("已改到 明天 10:00–12:00")).to_be_visible()
    expect(phone.page.locator(".booking-when")).to_have_text("明天 10:00–12:00")
    assert len(phone.house.bookings()) == 1


def test_what_was_given_to_others_is_had_again_by_coming_after_all(phone: Phone):
    lost_booking(phone)
    expect(phone.page.get_by_text("没看到您来，已经让给别人了。")).to_be_visible()
    phone.button("我到了，还要用").click()

    expect(phone.page.get_by_text("好的，还是您的")).to_be_visible()
    expect(phone.button("已签到")).to_be_visible()
    assert phone.house.bookings()[0].state is BookingState.CONFIRMED


def test_what_somebody_else_has_by_now_is_refused_in_words_with_a_way_on(phone: Phone):
    booking_id = lost_booking(phone)
    [booking] = phone.house.bookings()
    phone.house.books_at("court", booking.starts_at, member=OTHER)
    phone.button("我到了，还要用").click()

    expect(phone.page.locator(".booking .fault")).to_have_text("这个时段已经被订了，请换一个时间。")
    phone.button("重新预订").click()
    expect(phone.page.get_by_role("heading", name="场地 court")).to_be_focused()
    assert phone.house.bookings()[0].id == booking_id


def test_a_booking_made_moved_and_given_back_elsewhere_appears_by_itself(phone: Phone):
    phone.house.build("court", **ALWAYS)
    phone.sign_in()
    phone.show()
    expect(phone.button("租这个柜子")).to_be_visible()
    booking_id = phone.house.books("court", starts_in_min=-25)
    expect(phone.button("我到了")).to_be_visible()
    phone.house.nobody_came(booking_id)

    expect(phone.button("我到了，还要用")).to_be_visible()


def test_each_booking_whose_time_it_is_can_be_used_and_later_ones_are_listed(phone: Phone):
    phone.house.build("court", **ALWAYS)
    phone.house.build("piano", door=True, **ALWAYS)
    phone.house.books("court", starts_in_min=-5)
    phone.house.books("piano", starts_in_min=0)
    phone.house.books("court", starts_in_min=90)
    phone.sign_in()
    phone.show()

    expect(phone.page.locator(".booking h2")).to_have_text(["场地 court", "场地 piano"])
    expect(phone.button("开门")).to_have_attribute("aria-disabled", "false")
    phone.page.locator(".later").click()
    expect(phone.page.get_by_role("dialog", name="场地 court")).to_be_visible()


def test_with_nothing_to_book_that_is_said(phone: Phone):
    phone.sign_in()
    phone.show("/app/#/book")

    expect(phone.page.get_by_text("这里还没有可以预订的。")).to_be_visible()


def test_a_space_that_is_not_there_is_said_so_and_left_again(phone: Phone):
    phone.sign_in()
    phone.show("/app/#/book/nowhere")
    expect(phone.page.get_by_text("找不到了，可能刚刚有变化。")).to_be_visible()
    phone.button("返回").click()

    expect(phone.page.get_by_role("heading", name="租一个柜子")).to_be_visible()


def test_without_a_network_there_is_a_way_to_try_again(phone: Phone):
    phone.sign_in()
    phone.page.route("**/api/v1/spaces?*", lambda route: route.abort(), times=1)
    phone.show("/app/#/book")
    expect(phone.page.get_by_text("连不上服务中心。请检查手机网络，再试一次。")).to_be_visible()
    phone.button("再试一次").click()

    expect(phone.page.get_by_text("这里还没有可以预订的。")).to_be_visible()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_word_of_booking_is_in_the_readers_language(phone: Phone, language):
    words = {
        "zh-CN": ("哪一天", "几点开始", "预订 明天 10:00–11:00", "明天 10:00–11:00"),
        "en": ("Which day", "From when", "Book tomorrow 10:00–11:00", "tomorrow 10:00–11:00"),
    }[language]
    phone.house.reads(language)
    choose_tomorrow(phone, "10:00")

    for word in words[:2]:
        expect(phone.page.get_by_text(word, exact=True)).to_be_visible()
    confirm(phone, words[2]).click()
    expect(phone.page.locator(".booking-when")).to_have_text(words[3])


def at_the_door(phone: Phone, *, with_locker: bool = False) -> None:
    """With a booking whose time it is."""
    phone.house.build("piano", door=True, **ALWAYS)
    phone.house.books("piano", starts_in_min=0)
    phone.sign_in()
    if with_locker:
        phone.rent()
    phone.show()
    expect(phone.disc.first).to_have_attribute("aria-disabled", "false")


def lost_booking(phone: Phone) -> str:
    """Of a court; given to others by now."""
    phone.house.build("court", **ALWAYS)
    booking_id = phone.house.books("court", starts_in_min=-25)
    phone.house.nobody_came(booking_id)
    phone.sign_in()
    phone.show()
    return booking_id


def choose_tomorrow(phone: Phone, start: str, *, is_built: bool = False) -> None:
    """On the page of a room that is open from 8 to 22."""
    if not is_built:
        phone.house.build("room")
        phone.sign_in()
    phone.show("/app/#/book/room")
    day(phone, re.compile("明天|Tomorrow")).check(force=True)
    slot(phone, start).check(force=True)


def tab(phone: Phone, name: str):
    return phone.page.get_by_role("navigation").get_by_role("link", name=name)


def day(phone: Phone, name):
    return phone.page.locator(".choice-strip").first.get_by_role("radio", name=name)


def slot(phone: Phone, start: str):
    return phone.page.locator(".choice-grid").get_by_role("radio", name=start)


def day_of(phone: Phone, name: str):
    """Where how many come is asked too."""
    return phone.page.get_by_role("group", name="哪一天").get_by_role("radio", name=name)


def left(phone: Phone, count: int):
    """Times at which so many places are."""
    return phone.page.locator(".choice-grid").get_by_role("radio", name=re.compile(f" 剩 {count}$"))


def free_slot(phone: Phone):
    return phone.page.locator(".choice-grid").get_by_role("radio", name=re.compile("空闲$"))


def confirm(phone: Phone, words: str):
    return phone.page.locator(".confirm").get_by_role("button", name=words)

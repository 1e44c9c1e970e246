"""Waiting for a time that somebody else has, and being offered it."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from gateway.bookings.model import BookingState
from gateway.bookings.waits import Wait
from gateway.policies import service as policies
from gateway.policies.model import Limit
from gateway.policies.rules import Rule
from tests.web.conftest import OTHER, Phone
from tests.web.test_booking import choose_tomorrow, confirm, day_of, slot

pytestmark = pytest.mark.browser


@pytest.fixture
def taken(phone: Phone):
    """Somebody has the room tomorrow at ten; the member looks at that day."""
    phone.house.build("room")
    phone.sign_in()
    booking_id = phone.house.books_at("room", phone.house.tomorrow(10), member=OTHER)
    choose_tomorrow(phone, "11:00", is_built=True)
    return booking_id


def wait(phone: Phone):
    slot(phone, "10:00").check(force=True)
    confirm(phone, "排队等 明天 10:00–11:00").click()
    expect(phone.page.get_by_text("已排队等 明天 10:00–11:00，空出来会通知您。")).to_be_visible()


def test_what_is_taken_can_be_waited_for_and_the_place_in_the_queue_is_seen(phone: Phone, taken):
    wait(phone)

    expect(phone.page.get_by_role("heading", name="我的安排")).to_be_focused()
    expect(phone.page.get_by_text("现在有人订了，您排在第 1 位。")).to_be_visible()
    phone.speak("en")
    expect(phone.page.get_by_text("Somebody has it. You are number 1 in the queue.")).to_be_visible()


def test_what_comes_free_is_offered_while_one_looks_and_taken_with_one_tap(phone: Phone, taken):
    wait(phone)
    phone.house.gives_back(taken)

    expect(phone.page.get_by_text(re.compile("^空出来了！为您保留到 "))).to_be_visible()
    phone.button("我要了").click()
    expect(phone.page.get_by_text("订好了：明天 10:00–11:00")).to_be_visible()
    expect(phone.page.get_by_text("空出来了")).to_have_count(0)
    [booking] = phone.house.bookings()
    assert booking.state is BookingState.CONFIRMED


def test_a_party_waits_and_is_offered_places_for_all_of_it(phone: Phone):
    phone.house.build("seats", places=3)
    phone.sign_in()
    taken = phone.house.books_at("seats", phone.house.tomorrow(10), member=OTHER)
    phone.show("/app/#/book/seats")
    day_of(phone, "明天").check(force=True)
    phone.page.get_by_role("radio", name="3 人").check(force=True)
    phone.page.get_by_role("radio", name="10:00 剩 2 可排队").check(force=True)
    confirm(phone, "排队等 明天 10:00–11:00 · 3 人").click()
    expect(phone.page.locator(".booking-when")).to_have_text("明天 10:00–11:00 · 3 人")
    phone.house.gives_back(taken)
    phone.button("我要了").click()

    expect(phone.page.get_by_text("订好了：明天 10:00–11:00 · 3 人")).to_be_visible()
    assert [booking.guests for booking in phone.house.bookings()] == [2]


def test_who_waits_no_longer_sees_nothing_of_it(phone: Phone, taken):
    wait(phone)
    phone.button("不等了").click()
    expect(phone.page.get_by_text("您排在第")).to_have_count(0)

    phone.house.gives_back(taken)
    expect(phone.page.get_by_text("空出来了")).to_have_count(0)


def test_waiting_twice_is_said_to_be_waiting_already(phone: Phone, taken):
    wait(phone)
    choose_tomorrow(phone, "10:00", is_built=True)
    confirm(phone, "排队等 ").click()

    expect(phone.page.get_by_text("您已经在排队等这个时段。")).to_be_visible()


@pytest.mark.by_day
def test_before_a_day_opens_one_may_stand_in_line_and_is_told_that_its_order_is_drawn(phone: Phone):
    phone.house.build("room")
    with phone.house.centre.sessions.begin() as session:
        for limit, value in ((Limit.DAYS_AHEAD, 1), (Limit.OPENS_AT, 1439)):
            rule = Rule(id=limit.value, limit=limit, value=value)
            policies.put_rule(session, rule=rule, actor="test", now=phone.house.centre.clock.now())
    phone.sign_in()
    phone.show("/app/#/book/room")
    phone.page.get_by_role("radio", name="明天").check(force=True)
    phone.page.get_by_role("radio", name="10:00").check(force=True)
    confirm(phone, "预订 明天 10:00–11:00").click()
    expect(phone.page.get_by_role("alert")).to_have_text("这一天还没开始预订，请今天晚些时候再来。")
    confirm(phone, "先排队等 明天 10:00–11:00，开放时抽签定先后").click()

    expect(phone.page.get_by_text("今天 23:59 开放，到时抽签定次序")).to_be_visible()
    with phone.house.centre.sessions.read() as session:
        [wait] = session.scalars(select(Wait)).all()
        assert wait.line_id is not None

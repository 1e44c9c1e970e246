"""What others than the phone read with: a calendar's address, a program's token. Made, copied and ended on it."""

from datetime import timedelta

import pytest
import vobject
from playwright.sync_api import expect

from tests.web.conftest import PASSWORD, Phone

pytestmark = pytest.mark.browser


@pytest.fixture
def context_options():
    return {"permissions": ["clipboard-read", "clipboard-write"]}


def test_a_members_calendar_address_is_made_copied_read_and_ended(phone: Phone):
    phone.house.build("room", opens_min=0, closes_min=1440, slot_min=5)
    booking_id = phone.house.books("room", starts_in_min=60)
    phone.sign_in()
    phone.show("/app/#/settings")
    phone.button("把预订放进手机日历").click()
    phone.button("生成地址").click()
    address = phone.page.get_by_label("您的日历地址（只显示这一次）").input_value()
    phone.button("复制地址").click()
    expect(phone.page.get_by_text("已复制，请粘贴到日历里")).to_be_visible()

    assert phone.page.evaluate("navigator.clipboard.readText()") == address
    assert address.startswith(f"{phone.house.url}/api/v1/bookings.ics?token=")
    opens = phone.page.get_by_role("link", name="直接打开手机日历").get_attribute("href")
    assert opens == address.replace("http:", "webcal:")
    [event] = vobject.readOne(phone.page.request.get(address).text()).vevent_list
    assert event.uid.value.startswith(booking_id)
    assert event.dtend.value - event.dtstart.value == timedelta(hours=1)

    phone.page.reload()
    expect(phone.button("停用")).to_be_visible()
    expect(phone.page.get_by_label("您的日历地址（只显示这一次）")).to_have_count(0)

    phone.button("停用").click()
    expect(phone.page.get_by_text("已停用，日历里不会再更新")).to_be_visible()
    expect(phone.page.get_by_label("您的日历地址（只显示这一次）")).to_have_count(0)
    expect(phone.button("停用")).to_have_count(0)
    assert phone.page.request.get(address).status == 404


def test_a_program_is_let_in_copied_and_ended(phone: Phone):
    phone.sign_in()
    phone.show("/app/#/me/programs")
    phone.button("接入一个程序").click()
    phone.page.get_by_label("给哪个程序用").fill("家里的电脑")
    phone.page.get_by_role("switch", name="可以替您办事").check()
    phone.page.get_by_label("密码", exact=True).fill(PASSWORD)
    phone.button("生成令牌").click()
    token = phone.page.get_by_label("令牌（只显示这一次）").input_value()
    phone.button("复制令牌").click()
    expect(phone.page.get_by_text("已复制，请粘贴到您的程序里")).to_be_visible()
    expect(phone.page.get_by_text("可以替您办事 · 还能用 90 天 · 还没用过")).to_be_visible()

    assert phone.page.evaluate("navigator.clipboard.readText()") == token
    shows = {"Authorization": f"Bearer {token}"}
    assert phone.page.request.get(f"{phone.house.url}/api/v1/bookings", headers=shows).status == 200

    phone.button("停用 家里的电脑").click()
    expect(phone.page.get_by_text("还没有接入程序。")).to_be_visible()
    expect(phone.page.get_by_label("令牌（只显示这一次）")).to_have_count(0)
    assert phone.page.request.get(f"{phone.house.url}/api/v1/bookings", headers=shows).status == 401

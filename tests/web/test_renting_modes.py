"""Lockers without an end, for some hours, and such as staff assigned: what the phone says and offers of them."""

import re

import pytest
from playwright.sync_api import expect

from gateway.lockers import assignments, service
from gateway.lockers.model import Bank, Mode
from gateway.unlocking.model import UnlockState
from tests.centre_builder import compartment_labelled
from tests.web.conftest import MEMBER, OTHER, House, Phone

pytestmark = pytest.mark.browser


def make(house: House, bank_id: str, **terms) -> None:
    with house.centre.sessions.begin() as session:
        bank = session.get_one(Bank, bank_id)
        service.set_terms(session, bank=bank, actor="s001", now=house.centre.clock.now(), **terms)


def stand_by_the_pool(house: House, bank_id: str) -> None:
    where = {"name_zh": "泳池", "name_en": "Pool", "actor": "s001", "now": house.centre.clock.now()}
    with house.centre.sessions.begin() as session:
        service.set_zone(session, bank=session.get_one(Bank, bank_id), **where)


def assign(house: House, *member_nos: str) -> None:
    """Compartment 01 of bank-b, without an end."""
    make(house, "bank-b", mode=Mode.FIXED)
    with house.centre.sessions.begin() as session:
        assignments.assign(
            session,
            compartment_id=compartment_labelled(session, "01", "bank-b").id,
            member_nos=member_nos,
            until=None,
            note="",
            actor="s002",
            unsettled_locks=frozenset,
            now=house.centre.clock.now(),
        )


@pytest.mark.parametrize(
    ("language", "kept", "rent"),
    [
        ("zh-CN", "一直保留到您归还", "租这个柜子"),
        ("en", "Kept until you give it back", "Rent this locker"),
    ],
)
def test_a_locker_without_an_end_says_until_when_it_is_kept_and_offers_no_other_end(phone: Phone, language, kept, rent):
    make(phone.house, "bank-a", mode=Mode.KEPT_UNTIL_RELEASED)
    phone.sign_in()
    phone.show()
    phone.speak(language)
    expect(phone.page.locator("label", has_text=kept)).to_be_visible()

    phone.button(rent).click()

    expect(phone.page.locator(".locker-until")).to_have_text(kept)
    expect(phone.page.get_by_role("button", name=re.compile("延长到|Keep it until"))).to_have_count(0)
    expect(phone.page.get_by_text(re.compile("NaN|Invalid|1970|null"))).to_have_count(0)


def test_a_locker_without_an_end_is_opened_and_given_back(phone: Phone):
    make(phone.house, "bank-a", mode=Mode.KEPT_UNTIL_RELEASED)
    phone.hold_a_locker()
    phone.press()
    assert len(phone.house.unlocks()) == 1

    phone.house.move(UnlockState.EXPIRED, code="late")
    phone.button("不用了，退还柜子").click()
    phone.button("拿完了，退还").click()

    expect(phone.page.get_by_text("已退还，谢谢您")).to_be_visible()


def test_where_time_is_limited_the_phone_says_so_and_offers_no_more_than_can_be_had(phone: Phone):
    make(phone.house, "bank-a", mode=Mode.TIME_LIMITED, usual_min=60, longest_min=90)
    stand_by_the_pool(phone.house, "bank-a")
    phone.sign_in()
    phone.show()
    expect(phone.page.locator("label", has_text="大厅").first).to_contain_text("泳池")
    expect(phone.page.get_by_text("一次最多用 1.5小时")).to_be_visible()
    phone.button("租这个柜子").click()
    offer = phone.page.get_by_role("button", name=re.compile("^延长到 "))
    promised = offer.inner_text().removeprefix("延长到 ")

    offer.click()

    expect(phone.page.locator(".locker-until")).to_have_text(f"可用到 {promised}")
    expect(offer).to_have_count(0)


def test_what_staff_assigned_is_shown_and_opened_and_has_no_end_to_be_changed(phone: Phone):
    assign(phone.house, MEMBER)
    phone.sign_in()
    phone.show()

    expect(phone.page.get_by_role("heading", name="我的柜子")).to_be_visible()
    expect(phone.page.locator(".locker")).to_contain_text("由工作人员分配给您")
    expect(phone.page.locator(".locker-until")).to_have_text("一直保留到您归还")
    expect(phone.page.get_by_role("button", name=re.compile("延长到"))).to_have_count(0)
    phone.press()
    assert phone.house.unlocks()[0].lock_id


def test_a_team_that_would_give_its_locker_back_is_sent_to_the_desk(phone: Phone):
    assign(phone.house, MEMBER, OTHER)
    phone.sign_in()
    phone.show()
    phone.button("不用了，退还柜子").click()
    phone.button("拿完了，退还").click()

    expect(phone.page.get_by_role("alert")).to_have_text("这个柜子由工作人员分配。请找工作人员。")


def test_whoever_has_one_from_the_staff_rents_one_besides_and_sees_both(phone: Phone):
    assign(phone.house, MEMBER)
    phone.sign_in()
    phone.show()
    expect(phone.button("租这个柜子")).to_have_count(0)

    phone.button("另外租一个柜子").click()
    phone.button("租这个柜子").click()

    expect(phone.page.locator(".locker")).to_have_count(2)
    expect(phone.page.locator(".locker").first).to_contain_text("小柜")
    expect(phone.button("另外租一个柜子")).to_have_count(0)


def test_with_two_lockers_each_button_opens_its_own(phone: Phone):
    assign(phone.house, MEMBER)
    phone.sign_in()
    phone.rent()
    phone.show()

    phone.page.locator(".disc").nth(1).click()
    expect(phone.page.locator(".disc").nth(1)).to_have_attribute("data-phase", "asking")

    expect(phone.page.locator(".disc").nth(0)).to_have_attribute("data-phase", "ready")
    expect(phone.page.locator(".disc").nth(0)).to_have_attribute("aria-disabled", "true")

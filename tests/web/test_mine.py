"""The pages with everything that is the member's: each journey by thumb, and everybody can use every page."""

import json
import re

import pytest
from playwright.sync_api import expect

from gateway.fleet.model import DoorLevel
from gateway.members import queries as members
from gateway.members import service as members_service
from gateway.notices import service as notices
from gateway.policies.model import Limit
from gateway.unlocking.model import UnlockState as State
from tests.centre_builder import a_rule
from tests.web.conftest import MEMBER, OTHER, PASSWORD, House, Phone
from tests.web.test_everybody import AXE, TEXT_SIZES

pytestmark = pytest.mark.browser

OPENED = (State.AUTHORISED, State.SIGNED, State.OPENED)
PAGES = [
    "",
    "/notices",
    "/history",
    "/shares",
    "/drop-offs",
    "/pins",
    "/passkeys",
    "/programs",
    "/feedback",
    "/draws",
    "/reports",
    "/credit",
    "/data",
]


def tell(house: House, kind: str, **facts) -> None:
    """The house leaves the member a notice."""
    with house.centre.sessions.begin() as session:
        member = members.member_by_no(session, member_no=MEMBER)
        notices.leave(session, member_id=member.id, kind=kind, about="r1", now=house.centre.clock.now(), **facts)


def as_other(phone: Phone, method: str, path: str, body: dict) -> dict:
    """Member 10002 asks the API, from somewhere else."""
    house = phone.house
    with house.centre.sessions.begin() as session:
        other = members.member_by_no(session, member_no=OTHER)
        token = members_service.begin_session(session, member=other, now=house.centre.clock.now())
    theirs = phone.page.context.browser.new_context()
    headers = {"Cookie": f"hearth={token}", "Idempotency-Key": method + path}
    answer = theirs.request.fetch(f"{house.url}/api/v1{path}", method=method, data=body, headers=headers)
    told = answer.json()
    theirs.close()
    assert answer.ok, told
    return told


def misses_a_booking(house: House) -> None:
    """Points are kept, and the member has not come twice: the first is forgiven."""
    house.build("court", opens_min=0, closes_min=1440, slot_min=5)
    with house.centre.sessions.begin() as session:
        a_rule(session, Limit.LOW_CREDIT_DAYS_AHEAD, 1)
    for minutes in (-55, -25):
        house.build(f"court{-minutes}", opens_min=0, closes_min=1440, slot_min=5)
        house.nobody_came(house.books(f"court{-minutes}", starts_in_min=minutes))


def fill(phone: Phone) -> None:
    """Something for every page."""
    phone.house.door(DoorLevel.SHUT)
    phone.hold_a_locker()
    phone.press()
    phone.house.move(*OPENED)
    phone.page.request.post(
        f"{phone.house.url}/api/v1/rentals/{rental_of(phone)}/shares", data={"member_no": OTHER, "once": True}
    )
    theirs = as_other(phone, "POST", "/rentals", {"bank_id": "bank-a"})
    as_other(phone, "POST", f"/rentals/{theirs['id']}/shares", {"member_no": MEMBER})
    phone.page.request.post(
        f"{phone.house.url}/api/v1/drop-offs",
        data={"to_member_no": OTHER, "note": "钥匙"},
        headers={"Idempotency-Key": "leave"},
    )
    tell(phone.house, "password_reset")
    misses_a_booking(phone.house)
    phone.house.build("glade")
    phone.house.gives_by_lot("glade", phone.house.tomorrow(0))


def rental_of(phone: Phone) -> str:
    """The one that the member rents."""
    return phone.page.request.get(f"{phone.house.url}/api/v1/rentals").json()["items"][0]["id"]


def test_a_notice_is_counted_read_and_put_away_where_it_only_tells_news(phone: Phone):
    phone.sign_in()
    phone.rent()
    tell(phone.house, "password_reset")
    tell(phone.house, "kiosk_pin_reset")
    phone.show()
    expect(phone.page.locator(".tab-count")).to_have_text("2")
    phone.page.locator(".tab").last.click()
    phone.page.locator(".cells .cell").first.click()

    expect(phone.page.locator(".notice")).to_have_count(2)
    phone.button("知道了").first.click()
    expect(phone.page.locator(".notice")).to_have_count(1)
    assert len(phone.page.request.get(f"{phone.house.url}/api/v1/notices").json()["items"]) == 1
    phone.button("知道了").click()
    expect(phone.page.get_by_text("现在没有通知。")).to_be_visible()


def test_who_opened_what_is_read_with_names_and_times(phone: Phone):
    fill(phone)
    phone.show("/app/#/me/history")

    expect(phone.page.locator(".lines li").filter(has_text="租了柜子")).to_contain_text("01 号柜 · 您")
    expect(phone.page.locator(".lines li").filter(has_text="让别人也能开")).to_contain_text("今天")


def test_a_locker_is_shared_and_taken_back(phone: Phone):
    phone.hold_a_locker()
    phone.show("/app/#/me/shares")
    phone.button("让别人也能开").click()
    phone.page.get_by_label("对方的会员号").fill(OTHER)
    phone.button("让对方开 01 号柜").click()
    expect(phone.page.get_by_text(f"会员 {OTHER}")).to_be_visible()
    assert as_other(phone, "GET", "/shares", {})["items"][0]["label"] == "01"

    phone.button(f"不再让 {OTHER} 开").click()
    expect(phone.page.get_by_text(f"会员 {OTHER}")).to_have_count(0)
    assert as_other(phone, "GET", "/shares", {})["items"] == []


def test_what_somebody_else_shares_is_opened_here(phone: Phone):
    phone.sign_in()
    theirs = as_other(phone, "POST", "/rentals", {"bank_id": "bank-a"})
    as_other(phone, "POST", f"/rentals/{theirs['id']}/shares", {"member_no": MEMBER})
    phone.show("/app/#/me/shares")
    expect(phone.page.get_by_text("李建国的柜子")).to_be_visible()

    phone.press()
    phone.house.move(*OPENED)

    expect(phone.disc).to_have_text("柜门已打开")
    assert phone.house.unlocks()[0].lock_id == theirs["lock_id"]


def test_things_are_left_for_somebody_and_collected(phone: Phone):
    phone.sign_in()
    phone.show("/app/#/me/drop-offs")
    phone.button("我要留东西").click()
    phone.page.get_by_label("留给谁（会员号）").fill(OTHER)
    phone.page.get_by_role("radio", name="小柜").check(force=True)
    phone.button("要一个柜子").click()
    expect(phone.page.get_by_text(f"留给会员 {OTHER}")).to_be_visible()
    phone.button("放好了，通知对方").click()
    expect(phone.page.locator(".fault")).to_have_text("柜门还没有打开过，请先开门。")
    phone.button("不留了，东西我拿回").click()
    expect(phone.page.locator(".lines li")).to_contain_text("已拿回")


def test_a_new_locker_pin_is_shown_once_and_a_card_pin_is_chosen(phone: Phone):
    phone.hold_a_locker()
    phone.show("/app/#/me/pins")
    phone.button("生成新密码").click()
    expect(phone.page.locator(".pin")).to_have_text(re.compile(r"^[0-9]{3} [0-9]{3}$"))
    phone.page.reload()
    expect(phone.button("生成新密码")).to_be_visible()
    expect(phone.page.locator(".pin")).to_have_count(0)

    phone.button("设一个新的会员卡密码").click()
    phone.page.get_by_label("六位数字").fill("123456")
    phone.button("保存").click()
    expect(phone.page.locator(".fault")).to_contain_text("太容易被猜到")
    phone.page.get_by_label("六位数字").fill("739205")
    phone.button("保存").click()
    expect(phone.page.get_by_text("您已经设了会员卡密码。")).to_be_visible()
    phone.button("不要会员卡密码了").click()
    expect(phone.page.get_by_text("刷卡还不能用")).to_be_visible()


def test_points_are_read_with_their_reasons_and_objected_to_once(phone: Phone):
    phone.sign_in()
    misses_a_booking(phone.house)
    phone.show("/app/#/me")
    expect(phone.page.get_by_text("90 分")).to_be_visible()
    phone.page.get_by_text("信用分").click()
    expect(phone.page.locator(".score-points")).to_have_text("90")
    expect(phone.page.get_by_text("扣 10 分", exact=True)).to_be_visible()
    phone.button("我有话说").first.click()
    phone.page.get_by_label("当时的情况").fill("电梯坏了")
    phone.button("交给工作人员").click()

    expect(phone.page.get_by_text("您说：电梯坏了")).to_be_visible()
    expect(phone.button("我有话说")).to_have_count(1)


def test_a_draw_to_enter_leads_to_its_times(phone: Phone):
    phone.sign_in()
    phone.house.build("glade")
    phone.house.gives_by_lot("glade", phone.house.tomorrow(0))
    phone.show("/app/#/me/draws")
    phone.button("选个时间报名").click()
    phone.page.locator(".choice-strip input").nth(1).check(force=True)
    phone.page.locator(".choice-grid input").nth(4).check(force=True)
    phone.page.locator(".confirm .primary").click()
    phone.page.locator(".booking .lead").wait_for()
    phone.show("/app/#/me/draws")

    expect(phone.page.get_by_text("您已报名：")).to_be_visible()
    phone.button("不参加了").click()
    expect(phone.button("选个时间报名")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "scheme", "elder"), [("zh-CN", "light", True), ("en", "dark", False), ("en", "light", True)]
)
def test_everybody_can_use_every_page(phone: Phone, language, scheme, elder):
    phone.page.add_init_script(f"localStorage.setItem('language', '{language}')")
    phone.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    phone.house.reads(language, elder_mode=elder)
    fill(phone)
    wrong = {}
    for path in PAGES:
        phone.show(f"/app/#/me{path}")
        phone.page.locator("main .cell, main .card, main .lines, main .primary").first.wait_for()
        expect(phone.page.locator(".waiting")).to_have_count(0)
        expect(phone.page.locator("html")).to_have_attribute("lang", language)
        if not phone.page.evaluate("typeof axe !== 'undefined'"):
            phone.page.evaluate(AXE())
        found = phone.page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
        wrong |= {f"{path} {fault['id']}": [node["html"] for node in fault["nodes"]] for fault in found}
        least_px, text_px = (60, 18) if elder else (44, 15)
        for text, width, height in phone.sizes("button:visible, nav a:visible"):
            if height < least_px - 0.5 or width < 44:
                wrong[f"{path} {text}"] = width, height
        small = {text: size for text, size in phone.page.evaluate(TEXT_SIZES) if size < text_px}
        wrong |= {f"{path} small": small} if small else {}
        wide = phone.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrong |= {f"{path} is too wide": wide} if wide else {}
    assert wrong == {}


def test_all_that_is_kept_is_counted_and_taken_along_and_what_they_just_said_too(phone: Phone):
    phone.hold_a_locker()
    phone.show("/app/#/me/feedback")
    phone.button("说一说").click()
    phone.page.get_by_role("radio", name="不太好").check()
    phone.page.get_by_label("想说的话（可以不写）").fill("太吵")
    phone.button("发送").click()
    expect(phone.page.locator("main .card").filter(has_text="不太好")).to_contain_text("太吵")
    phone.show("/app/#/me/data")
    expect(phone.page.locator(".lines li").filter(has_text="意见：1 条")).to_be_visible()
    expect(phone.page.locator(".lines li").filter(has_text="租柜记录：1 条")).to_be_visible()
    with phone.page.expect_download() as download:
        phone.page.get_by_role("link", name="下载我的全部数据").click()

    told = json.loads(download.value.path().read_text())
    assert (told["format"], told["name"]) == ("hearth-personal-data/1", "王桂兰")


def test_an_account_is_deleted_in_two_steps_and_the_password_asked_for(phone: Phone):
    phone.hold_a_locker()
    phone.show("/app/#/me/data")
    phone.button("删除我的账号").click()
    phone.button("我明白了，继续").click()
    phone.page.get_by_label("密码", exact=True).fill("wrong horse")
    phone.button("删除账号").click()
    expect(phone.page.locator(".fault")).to_have_text("现在的密码不对，请再看一看。")
    phone.page.get_by_label("密码", exact=True).fill(PASSWORD)
    phone.button("删除账号").click()
    expect(phone.page.locator(".fault")).to_contain_text("您还有柜子没退")
    phone.house.door(DoorLevel.SHUT)
    answer = phone.page.request.delete(
        f"{phone.house.url}/api/v1/rentals/{rental_of(phone)}", headers={"Content-Type": "application/json"}
    )
    assert answer.ok, answer.text()
    phone.button("删除账号").click()

    expect(phone.page.get_by_role("heading", name="您好，请登录")).to_be_visible()
    expect(phone.page.get_by_text("账号已删除")).to_be_visible()
    expect(phone.page.get_by_text("请重新登录")).to_have_count(0)
    with phone.house.centre.sessions.read() as session:
        assert members.member_by_no(session, member_no=MEMBER) is None

"""Reporting a fault with a photo, and being moved out of what is broken: by thumb, in real Chromium."""

from datetime import timedelta
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from gateway.bookings import moving
from gateway.reports import queries as reports
from gateway.spaces import outages
from gateway.spaces import queries as spaces
from tests.centre_builder import a_photo
from tests.web.conftest import Phone
from tests.web.test_everybody import AXE

pytestmark = pytest.mark.browser


def write(phone: Phone) -> None:
    """All that a report may have, and not yet sent."""
    phone.show("/app/#/me/reports")
    phone.button("我要报修").click()
    phone.page.get_by_label("哪里").select_option(label="场地 room")
    phone.page.get_by_role("radio", name="灯不亮").check(force=True)
    phone.page.get_by_label("再说几句（可以不写）").fill("靠窗那一排")
    photo = a_photo(size=(3000, 2000), quality=95)
    phone.page.locator("input[type=file]").set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": photo})
    expect(phone.page.locator("dialog img.photo")).to_be_visible()


@pytest.fixture
def member(phone: Phone):
    for room in ("room", "study"):
        phone.house.build(room, opens_min=0, closes_min=1440, slot_min=5)
    phone.sign_in()
    return phone


def violations(phone: Phone) -> list[str]:
    phone.page.evaluate(AXE())
    found = phone.page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    return [f"{fault['id']}: {node['html']}" for fault in found for node in fault["nodes"]]


def test_a_report_with_a_photo_is_sent_small_and_its_answer_is_read(member: Phone):
    write(member)
    assert violations(member) == []
    with member.page.expect_request("**/api/v1/reports") as asked:
        member.button("发送").click()
    expect(member.page.get_by_text("已收到，谢谢！")).to_be_visible()
    expect(member.page.get_by_role("heading", name="场地 room")).to_be_visible()
    expect(member.page.locator("main img.photo")).to_have_js_property("naturalWidth", 480)

    assert len(asked.value.post_data) < 300_000
    with member.house.centre.sessions.read() as session:
        [(report, _)] = reports.reports(session, is_over=False, limit=9)
        kept = Image.open(BytesIO(reports.photo(session, report.id)))
    assert (report.thing_id, report.wrong, report.words) == ("room", "no_light", "靠窗那一排")
    assert kept.size == (1280, 853)


def test_nothing_that_was_written_is_lost_when_the_network_goes_and_it_is_sent_once(member: Phone):
    write(member)
    lost = []

    def lose_the_answer(route):
        route.fetch()
        lost.append(route.abort())

    member.page.route("**/api/v1/reports", lose_the_answer, times=1)
    member.button("发送").click()
    expect(member.page.locator("dialog .fault")).to_be_visible()
    expect(member.page.get_by_label("再说几句（可以不写）")).to_have_value("靠窗那一排")

    member.button("发送").click()
    expect(member.page.get_by_text("已收到，谢谢！")).to_be_visible()
    assert len(lost) == 1
    expect(member.page.locator("main .card")).to_have_count(1)
    member.complaints.clear()  # a browser tells of a lost answer by itself


def test_whoever_leaves_the_page_finds_their_words_again(member: Phone):
    write(member)

    member.page.reload()
    member.button("我要报修").click()

    expect(member.page.get_by_label("再说几句（可以不写）")).to_have_value("靠窗那一排")
    expect(member.page.get_by_role("radio", name="灯不亮")).to_be_checked()


def test_whose_booked_room_is_broken_is_moved_with_one_press_on_home(member: Phone):
    house = member.house
    booking_id = house.books("room", starts_in_min=180)
    now = house.centre.clock.now()
    with house.centre.sessions.begin() as session:
        room, span = spaces.space(session, "room"), {"starts_at": now, "ends_at": now + timedelta(days=30)}
        outages.begin(session, space=room, reason="换地板", actor="test", now=now, **span)
        moving.offer(session, booking_id=booking_id, policy=house.centre.booking_policy, now=now)
        offered = moving.options_of(session, moving.open_offer(session, booking_id).id)
        assert offered

    member.show()

    expect(member.page.get_by_text("这里要维修：换地板")).to_be_visible()
    assert violations(member) == []
    member.button("换到这里").click()
    expect(member.page.get_by_text("换好了：")).to_be_visible()
    expect(member.page.get_by_text("这里要维修")).to_have_count(0)
    assert [one.space_id for one in house.bookings()] == ["study"]

"""The display at a door: now, next, a code to scan, and nothing that may not be true any more."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import zxingcpp
from playwright.sync_api import Browser, Route, expect

from tests.web.conftest import House, Phone, watched, whole_five_minutes
from tests.web.console_builder import AXE

pytestmark = [pytest.mark.browser, pytest.mark.by_day]

TABLET = {"width": 1280, "height": 800}
UPRIGHT = {"width": 800, "height": 1280}
ASKED = "**/api/v1/door/room"
LONGEST = "地板重新打蜡，请走东侧门" * 5 + "谢谢大家"  # as many letters as a reason may have


@pytest.fixture
def display(browser: Browser, house: House) -> Iterator[Phone]:
    """At the door of a room that never closes; its time moves when told to."""
    house.build("room", opens_min=0, closes_min=1440, slot_min=5)
    with watched(browser, house, Phone, viewport=TABLET) as display:
        display.hold_time()
        yield display


def taken_now(house: House) -> str:
    """Somebody has had it for some minutes, and the next for an hour after that."""
    now = whole_five_minutes(house.centre.clock.now())
    return house.books_at("room", now - timedelta(minutes=20))


def state(display: Phone):
    return display.page.locator("[data-state]")


def shows(display: Phone, wanted: str) -> None:
    expect(state(display)).to_have_attribute("data-state", wanted)


def test_it_shows_now_and_next_in_both_languages_to_whoever_walks_by(display: Phone):
    now = whole_five_minutes(display.house.centre.clock.now())
    display.house.books_at("room", now + timedelta(minutes=30))
    display.show("/door/room")

    shows(display, "free")
    expect(display.page.get_by_role("heading", level=1)).to_have_text("场地 room Space room")
    for text in ("空闲", "Free", "接下来", "Next", "已预订", "Booked", "扫码预订"):
        expect(display.page.get_by_text(text, exact=True).first).to_be_visible()
    assert "王" not in display.page.content()
    assert "10001" not in display.page.content()


def test_it_says_why_it_is_closed_now_and_why_it_will_be(display: Phone):
    now = whole_five_minutes(display.house.centre.clock.now())
    for begins in (-20, 60, 120, 180):
        display.house.closes("room", now + timedelta(minutes=begins), reason=LONGEST)
    display.show("/door/room")

    shows(display, "closed")
    expect(display.page.locator(".now .why")).to_have_text(LONGEST)
    expect(display.page.locator("li .why").first).to_contain_text(LONGEST)
    for viewport in (TABLET, UPRIGHT):
        display.page.set_viewport_size(viewport)
        assert outside(display.page) == []
        assert height_of(display.page, ".state > span") >= min(viewport.values()) / 8
        assert height_of(display.page, ".until > span") >= min(viewport.values()) / 16


def test_its_code_as_the_screen_draws_it_leads_to_where_the_space_is_booked(display: Phone):
    display.show("/door/room")
    image = display.page.locator(".scan img")
    expect(image).to_be_visible()
    side, pixels = image.evaluate(
        """async (image) => {
            await image.decode()
            const canvas = document.createElement('canvas')
            canvas.width = canvas.height = Math.round(image.getBoundingClientRect().width)
            const paper = canvas.getContext('2d')
            paper.drawImage(image, 0, 0, canvas.width, canvas.width)
            const { data } = paper.getImageData(0, 0, canvas.width, canvas.width)
            return [canvas.width, Array.from(data).filter((_, at) => at % 4 === 0)]
        }"""
    )
    assert side >= 200
    [code] = zxingcpp.read_barcodes(memoryview(bytes(pixels)).cast("B", (side, side)))
    assert code.text == f"{display.house.url}/app/#/book/room"

    display.sign_in()
    display.page.goto(code.text)
    expect(display.page.get_by_role("heading", name="场地 room")).to_be_visible()


def test_it_follows_what_is_booked_and_given_back_by_itself(display: Phone):
    display.show("/door/room")
    shows(display, "free")
    booking_id = taken_now(display.house)
    display.page.clock.fast_forward(10_000)
    shows(display, "taken")

    display.house.gives_back(booking_id)
    display.page.clock.fast_forward(10_000)
    shows(display, "free")


def test_free_is_gone_the_moment_the_network_is(display: Phone):
    display.show("/door/room")
    shows(display, "free")

    display.page.context.set_offline(True)
    shows(display, "unknown")
    expect(display.page.get_by_text("空闲")).to_have_count(0)
    expect(display.page.get_by_text("现在联系不上中心")).to_be_visible()
    expect(display.page.get_by_text("We cannot reach the house.")).to_be_visible()
    display.page.context.set_offline(False)
    shows(display, "free")


def test_free_is_gone_when_one_look_fails_and_back_with_the_next_that_does_not(display: Phone):
    display.show("/door/room")
    shows(display, "free")

    display.page.route(ASKED, lambda route: route.abort())
    display.page.clock.fast_forward(10_000)
    shows(display, "unknown")
    display.page.unroute(ASKED)
    display.page.clock.fast_forward(10_000)
    shows(display, "free")


def test_free_is_gone_when_nobody_answers_at_all(display: Phone):
    display.show("/door/room")
    shows(display, "free")

    with display.page.expect_request(ASKED):
        display.page.route(ASKED, lambda _: None)
        display.page.clock.fast_forward(10_000)
    display.page.clock.fast_forward(5_000)
    shows(display, "unknown")


def test_a_screen_that_slept_believes_nothing_of_before(display: Phone):
    display.show("/door/room")
    shows(display, "free")

    display.page.route(ASKED, lambda _: None)
    display.page.clock.fast_forward(31_000)
    expect(state(display)).to_have_attribute("data-state", "unknown", timeout=2_500)  # before its look runs out


def test_a_booking_begins_on_the_screen_at_its_minute_without_a_further_look(display: Phone):
    now = whole_five_minutes(display.house.centre.clock.now())
    display.house.books_at("room", now + timedelta(minutes=5))
    begins = (now + timedelta(minutes=5)).isoformat()

    def soon(route: Route) -> None:
        """The same, told seven seconds before the booking begins."""
        answer = route.fetch()
        told = answer.json()
        told["as_of"] = (now + timedelta(minutes=5, seconds=-7)).isoformat()
        assert begins.startswith(told["stretches"][1]["starts_at"][:16])
        route.fulfill(response=answer, json=told)

    display.page.route(ASKED, soon)
    display.show("/door/room")
    shows(display, "free")
    display.page.route(ASKED, lambda _: None)
    display.page.clock.fast_forward(8_000)
    shows(display, "taken")


def test_a_display_of_nothing_says_so(display: Phone):
    display.show("/door/nowhere")

    expect(display.page.get_by_text("没有这个场地")).to_be_visible()
    expect(display.page.get_by_text("There is no such space")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [TABLET, UPRIGHT], ids=["lying", "upright"])
def test_it_is_read_from_three_metres_fits_every_screen_and_axe_finds_nothing_wrong(display: Phone, scheme, viewport):
    page = display.page
    page.set_viewport_size(viewport)
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    now = whole_five_minutes(display.house.centre.clock.now())
    for hours in (1, 2, 3, 5):
        display.house.books_at("room", now + timedelta(hours=hours), member="10002" if hours > 2 else "10001")
    found = {}
    for wanted in ("free", "taken", "unknown"):
        if wanted == "taken":
            taken_now(display.house)
        if wanted == "unknown":
            page.route(ASKED, lambda route: route.abort())
        display.show("/door/room")
        shows(display, wanted)
        page.evaluate(AXE())
        result = page.evaluate("axe.run({ resultTypes: ['violations'] })")
        found |= {f"{wanted}: {fault['id']}": [one["html"] for one in fault["nodes"]] for fault in result["violations"]}
        shorter = min(viewport.values())
        assert height_of(page, ".state > span") >= shorter / 8
        assert height_of(page, ".until > span") >= shorter / 16
        if wanted != "unknown":
            assert height_of(page, "li strong") >= shorter / 16
        assert outside(page) == [], wanted
    assert found == {}


def height_of(page, selector: str) -> float:
    """Of its letters, in pixels."""
    return page.locator(selector).first.evaluate("(element) => parseFloat(getComputedStyle(element).fontSize)")


def outside(page) -> list[str]:
    """What does not fit on the screen, or into what it stands in."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.door *')].filter((one) => {
            const box = one.getBoundingClientRect()
            const isOut = box.right > innerWidth + 1 || box.bottom > innerHeight + 1 || box.left < -1 || box.top < -1
            return isOut || (one.tagName === 'SECTION' && one.scrollHeight > one.clientHeight + 1)
        }).map((one) => one.outerHTML.slice(0, 80))"""
    )

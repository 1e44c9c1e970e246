"""How full the centre is, on the member's home and at the kiosk: a sentence, bars, a table; unknown is said."""

import json
import re
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.conftest import House, Phone, hold
from tests.web.kiosk_builder import Kiosk, give_card, kiosk_at

pytestmark = pytest.mark.browser

NAME = {"zh-CN": "健身区", "en": "Gym"}


def hour(at: int, level: str, share: float | None) -> dict:
    """That hour in Shanghai on the day of which the house tells."""
    return {
        "starts_at": f"2026-11-26T{at - 8:02}:00:00Z",
        "level": level,
        "share": share,
        "least": share,
        "most": share,
    }


DAY = [
    hour(9, "quiet", 0.0),
    hour(10, "quiet", 0.2),
    hour(11, "unknown", None),
    *(hour(at, "quiet", 0.3) for at in range(12, 19)),
]
EVENING = [hour(19, "full", 0.95), hour(20, "moderate", 0.6), hour(21, "quiet", 0.1)]


def told(
    level: str = "quiet",
    people: int | None = 9,
    later: Sequence[dict] = (*DAY, *EVENING),
    opens_at: str | None = None,
) -> dict:
    """What the house answers."""
    now = {"level": level, "people": people, "fullness": None, "confidence": "known"}
    zones = [{**now, "id": "gym", "name": NAME, "level": "moderate", "people": 4}]
    return {
        **now,
        "at": "2026-11-26T00:10:00Z",
        "opens_at": opens_at,
        "zones": zones if people else [],
        "later": [*later],
    }


def say(page: Page, answer: dict) -> None:
    """The house answers so from now on."""
    page.unroute("**/api/v1/busy")
    page.route("**/api/v1/busy", lambda route: route.fulfill(body=json.dumps(answer), content_type="application/json"))


def card(page: Page) -> Locator:
    return page.locator(".busy")


@pytest.fixture
def kiosk(browser: Browser, house: House) -> Iterator[Kiosk]:
    with kiosk_at(browser, house) as kiosk:
        yield kiosk


def test_a_centre_that_nobody_counts_is_said_to_be_unknown_by_the_real_house(kiosk: Kiosk):
    kiosk.begin()

    expect(card(kiosk.page)).to_contain_text("现在人多不多，暂时不知道")
    expect(card(kiosk.page)).not_to_contain_text("人不多，")
    expect(card(kiosk.page).locator("table")).to_have_count(0)


def test_the_member_reads_it_on_home_and_a_screen_reader_finds_the_hours_in_a_table(phone: Phone):
    say(phone.page, told())
    phone.sign_in()
    phone.show()

    expect(card(phone.page).locator(".busy-says")).to_have_text("现在人不多，19:00 前后通常人最多。")
    expect(card(phone.page)).to_contain_text("馆里现在大约 9 人。")
    expect(phone.page.get_by_role("list", name="各个区域现在")).to_have_text("健身区 人有一些")
    rows = phone.page.get_by_role("table", name="接下来几个小时").get_by_role("row")
    expect(rows).to_have_count(1 + len(DAY) + len(EVENING))
    expect(rows.nth(1)).to_have_text("09:000%，人不多")
    expect(rows.nth(3)).to_have_text("11:00不知道")
    expect(rows.nth(11)).to_have_text("19:0095%，人很多")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (told("full", 20, EVENING[1:2]), "现在人很多，20:00 前后通常人最多。"),
        (told("quiet", 1, DAY), "现在人不多，接下来通常人都不多。"),
        (told("unknown", None, DAY[2:3]), "现在人多不多，暂时不知道，接下来的情况暂时不知道。"),
        (told("moderate", 9, []), "现在人有一些。"),
        (told("closed", 3, []), "现在没有开放。"),
        (told("closed", 3, DAY, "2026-12-25T00:00:00Z"), "现在没有开放，12月25日周五 08:00 开门。"),
        (told("quiet", 0, []), "现在人不多。"),
    ],
)
def test_the_sentence_says_no_more_than_is_known(phone: Phone, answer: dict, sentence: str):
    say(phone.page, answer)
    phone.sign_in()
    phone.show()

    expect(card(phone.page).locator(".busy-says")).to_have_text(sentence)
    expect(card(phone.page).get_by_text("大约")).to_have_count(
        1 if answer["people"] and answer["level"] != "closed" else 0
    )
    # Of a house that is closed every area is.
    expect(card(phone.page).locator(".busy-zones")).to_have_count(
        1 if answer["zones"] and answer["level"] != "closed" else 0
    )
    # A lone bar would say nothing that the sentence has not said.
    expect(card(phone.page).locator(".busy-bars")).to_have_count(1 if len(answer["later"]) > 1 else 0)


def test_what_was_so_before_the_house_fell_silent_is_no_longer_said(kiosk: Kiosk):
    say(kiosk.page, told())
    kiosk.hold_time()
    kiosk.begin()
    kiosk.button("大字版").click()  # whose two minutes are not over when the house is asked again
    expect(card(kiosk.page)).to_contain_text("现在人不多")

    kiosk.page.unroute("**/api/v1/busy")
    kiosk.page.context.set_offline(True)
    kiosk.page.clock.run_for(61_000)

    expect(card(kiosk.page)).to_contain_text("现在人多不多，暂时不知道")
    expect(card(kiosk.page)).not_to_contain_text("9 人")


def test_what_comes_while_the_language_is_changed_is_said_in_the_new_one(kiosk: Kiosk):
    say(kiosk.page, told())
    held = hold(kiosk.page, re.compile("/assets/(en|Busy)-"))

    def let_come(name: str) -> None:
        while not (found := [route for route in held if f"/{name}-" in route.request.url]):
            kiosk.page.wait_for_timeout(10)
        for route in found:
            route.continue_()

    kiosk.begin()
    kiosk.page.locator(".k-reading [lang=en]").click()
    let_come("Busy")
    expect(card(kiosk.page)).to_contain_text("现在人不多")
    kiosk.page.unroute(re.compile("/assets/(en|Busy)-"))
    let_come("en")

    expect(card(kiosk.page)).to_contain_text("Quiet now")


@pytest.mark.parametrize(
    ("language", "elder", "size", "scheme"),
    [("zh-CN", True, "landscape", "light"), ("en", False, "portrait", "dark")],
)
def test_all_fits_the_first_screen_and_axe_finds_nothing_wrong(
    browser: Browser, house: House, language, elder, size, scheme
):
    give_card(house)
    house.reads(language, elder_mode=elder)
    with kiosk_at(browser, house, size, color_scheme=scheme) as kiosk:
        say(kiosk.page, told())
        kiosk.language, kiosk.elder = language, elder
        kiosk.begin()
        kiosk.read()
        card(kiosk.page).wait_for()

        assert kiosk.faults() == {}
        height = kiosk.page.viewport_size["height"]
        assert kiosk.page.evaluate("document.documentElement.scrollHeight") <= height
        kiosk.come()
        kiosk.page.locator(".k-news").wait_for()  # that they were given the card
        assert kiosk.page.evaluate("document.documentElement.scrollHeight") <= height

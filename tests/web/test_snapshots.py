"""Key screens of the three faces look as they did: in both languages, by day and by night. See album.py."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from gateway.unlocking.model import UnlockState as State
from tests.centre_builder import HandClock
from tests.web.album import KEPT, Album, difference, must_be_the_same_machine
from tests.web.conftest import House, Phone, watched
from tests.web.console_builder import LOBBY, employ, raise_alert, screen_at
from tests.web.kiosk_builder import kiosk_at
from tests.web.map_builder import draw, furnish

pytestmark = pytest.mark.browser

NOW = datetime(2026, 3, 4, 2, 30, tzinfo=UTC)  # 10:30 of a Wednesday in China
LANGUAGES = ("zh-CN", "en")
COURT = {"zh-CN": "篮球馆 空闲", "en": "Sports hall free"}  # on the map, as soon as it is known
OPENED = (State.AUTHORISED, State.SIGNED, State.OPENED)


@pytest.fixture
def clock() -> HandClock:
    """The house's stands still, and so does that of each page."""
    return HandClock(NOW, NOW)


@contextmanager
def album_of(looking: Phone) -> Iterator[Album]:
    """What the page shows is kept, or held against what is kept."""
    must_be_the_same_machine(looking.page)
    album = Album(looking.page)
    yield album
    album.close()


def test_a_members_home_and_an_open_door_look_as_they_did(browser: Browser, house: House):
    house.build("piano-room", name_zh="琴房", name_en="Piano room", opens_min=0, closes_min=1440, slot_min=5)
    house.books("piano-room", starts_in_min=90)
    held = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with watched(browser, house, Phone, **held) as phone:
        phone.page.clock.set_fixed_time(NOW)
        phone.sign_in()
        phone.rent()
        phone.show()
        with album_of(phone) as album:
            for language in LANGUAGES:
                house.reads(language)
                phone.show()
                phone.page.locator(f"html[lang={language}]").wait_for()
                expect(phone.page.locator(".disc-ready")).to_be_visible()
                expect(phone.page.locator(".busy")).to_be_visible()
                album.hold(f"home-{language}")
            phone.page.locator(".disc-ready").click()
            house.move(*OPENED)
            phone.page.locator("[data-phase=opened]").wait_for()
            album.hold("opened-en")


def test_the_kiosks_first_screen_and_its_map_look_as_they_did(browser: Browser, house: House):
    furnish(house)
    with kiosk_at(browser, house) as kiosk:
        draw(house)
        kiosk.page.clock.set_fixed_time(NOW)
        kiosk.begin()
        with album_of(kiosk) as album:
            for language in LANGUAGES:
                kiosk.language = language
                kiosk.read()
                expect(kiosk.page.locator(".busy")).to_be_visible()
                album.hold(f"kiosk-{language}")
                kiosk.page.get_by_role("button", name={"zh-CN": "地图", "en": "Map"}[language]).first.click()
                expect(kiosk.page.get_by_role("button", name=COURT[language])).to_be_visible()
                album.hold(f"map-{language}")
                kiosk.page.locator(".k-head .k-out").click()


def test_what_the_console_says_of_now_looks_as_it_did(browser: Browser, house: House):
    employ(house)
    furnish(house)
    draw(house, has_kiosk=False)
    raise_alert(house)
    with screen_at(browser, house) as screen:
        screen.page.clock.set_fixed_time(NOW)
        screen.sign_in("s001")
        screen.at("now")
        with album_of(screen) as album:
            for language in LANGUAGES:
                screen.sign_in("s001", language=language)
                screen.at("now")
                screen.page.reload()
                screen.page.locator(f"html[lang={language}]").wait_for()
                expect(screen.page.get_by_role("button", name=COURT[language])).to_be_visible()
                expect(screen.row(LOBBY[language])).to_have_count(1)
                screen.settled()
                album.hold(f"now-{language}")


@pytest.fixture
def kept() -> Image.Image:
    """One that has a big button in its midst."""
    return Image.open(KEPT / "home-en-light.webp").convert("RGB")


def test_a_picture_that_is_the_same_but_for_a_letters_edge_is_the_same(kept: Image.Image):
    blurred = kept.copy()
    blurred.putpixel((20, 20), (0, 0, 0))

    assert difference(kept, kept.point([min(255, value + 4) for value in range(256)] * 3)) is None
    assert difference(kept, blurred) is None


def test_a_colour_that_is_another_and_a_button_that_has_moved_by_two_pixels_are_seen(kept: Image.Image):
    recoloured, moved = kept.copy(), kept.copy()
    red, green, blue = recoloured.split()
    recoloured = Image.merge("RGB", (red, green.point([max(0, value - 20) for value in range(256)]), blue))
    band = (0, kept.height // 3, kept.width, 2 * kept.height // 3)
    moved.paste(kept.crop(band), (1, band[1]))  # of a halved picture

    assert "pixels differ within" in (difference(kept, recoloured) or "")
    assert "pixels differ within" in (difference(kept, moved) or "")
    assert "instead of" in (difference(kept, kept.reduce(2)) or "")

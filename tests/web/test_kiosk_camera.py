"""A pass that is held before the kiosk's camera: Chromium's own pretended one, which shows what the test has drawn."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import BrowserType, Page, expect

from tests.web.conftest import ROOT, House
from tests.web.kiosk_builder import CARD, Kiosk, give_card, kiosk_at
from tests.web.test_pass import code_on, make, phone

pytestmark = pytest.mark.browser

__all__ = ["phone"]

AXE = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text
WIDTH, HEIGHT = 640, 480
SEEN_BY = "用摄像头扫码"
WELCOME = "王*，您好，想做什么？"


def film(picture: Image.Image, folder: Path) -> Path:
    """What the camera sees, over and over: that picture at half of the height, a little turned, on a grey wall."""
    shown = picture.convert("L").resize((HEIGHT // 2, HEIGHT // 2)).rotate(7, expand=True, fillcolor=255)
    scene = Image.new("L", (WIDTH, HEIGHT), 120)
    scene.paste(shown, ((WIDTH - shown.width) // 2, (HEIGHT - shown.height) // 2))
    greys = b"FRAME\n" + scene.tobytes() + bytes([128]) * (WIDTH * HEIGHT // 2)
    made = folder / "camera.y4m"
    made.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420\n".encode() + 2 * greys)
    return made


def code(text: str) -> Image.Image:
    """As it is printed, with the white around it."""
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(drawn.to_image(scale=4, add_quiet_zones=True))


@contextmanager
def seeing(
    browser_type: BrowserType, launch: dict, house: House, picture: Image.Image, folder: Path, **options
) -> Iterator[Kiosk]:
    """A kiosk with a camera that sees this, and may use it, as the policy in deploy/ lets it."""
    flags = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film(picture, folder)}"]
    browser = browser_type.launch(**{**launch, "args": [*launch.get("args", []), *flags]})
    try:
        with kiosk_at(browser, house, **{"permissions": ["camera"], **options}) as kiosk:
            kiosk.page.add_init_script(KEEP_STREAMS)
            yield kiosk
    finally:
        browser.close()


# What the page has switched on, so that the test can ask whether it is off again.
KEEP_STREAMS = """
  window.streams = []
  const { mediaDevices } = navigator
  const switchOn = mediaDevices.getUserMedia.bind(mediaDevices)
  mediaDevices.getUserMedia = async (wanted) => {
    const stream = await switchOn(wanted)
    window.streams.push(stream)
    return stream
  }
"""
LIVE = "window.streams.flatMap((stream) => stream.getTracks()).filter(({ readyState }) => readyState === 'live').length"
FETCHED = "performance.getEntriesByType('resource').filter(({ name }) => /Camera|decoder/.test(name)).length"


def switched_on(page: Page) -> int:
    return page.evaluate("window.streams.length")


def show_to_camera(kiosk: Kiosk) -> None:
    kiosk.page.get_by_role("button", name=SEEN_BY).click()


def is_looking(kiosk: Kiosk) -> None:
    expect(kiosk.page.locator("video")).to_have_js_property("paused", value=False)
    assert kiosk.page.evaluate(LIVE) == 1


def is_off(kiosk: Kiosk) -> None:
    expect(kiosk.page.locator("video")).to_have_count(0)
    assert kiosk.page.evaluate(LIVE) == 0


def test_the_pass_on_a_members_phone_is_read_by_the_camera_and_lets_them_in(
    browser_type, browser_type_launch_args, phone, tmp_path
):
    make(phone)
    picture = Image.open(io.BytesIO(code_on(phone).screenshot()))

    with seeing(browser_type, browser_type_launch_args, phone.house, picture, tmp_path) as kiosk:
        kiosk.begin()
        show_to_camera(kiosk)
        expect(kiosk.title).to_have_text(WELCOME)

        assert switched_on(kiosk.page) == 1
        is_off(kiosk)

        # The same code again, after they have left: nobody is let in by it a second time.
        kiosk.page.locator(".k-done").click()
        kiosk.page.locator(".k-ending .k-out").click()
        show_to_camera(kiosk)
        expect(kiosk.page.get_by_text("这个码已经用过了")).to_be_visible()
        is_looking(kiosk)


def test_a_code_on_a_card_goes_the_way_that_a_scanner_of_it_goes(
    browser_type, browser_type_launch_args, house, tmp_path
):
    give_card(house)
    with seeing(browser_type, browser_type_launch_args, house, code(CARD), tmp_path) as kiosk:
        kiosk.begin()
        show_to_camera(kiosk)

        expect(kiosk.title).to_have_text("请输入密码")
        is_off(kiosk)


def test_the_camera_is_off_at_home_and_when_nobody_is_there_any_more_and_what_is_no_pass_is_said_to_be_none(
    browser_type, browser_type_launch_args, house, tmp_path
):
    poster = code("https://example.org/offer")
    with seeing(browser_type, browser_type_launch_args, house, poster, tmp_path) as kiosk:
        page = kiosk.page
        kiosk.hold_time()
        kiosk.begin()
        assert page.evaluate(FETCHED) == 0

        show_to_camera(kiosk)
        is_looking(kiosk)
        expect(page.get_by_text("这不是会员的码")).to_be_visible()
        kiosk.page.locator(".k-head .k-out").click()
        is_off(kiosk)

        show_to_camera(kiosk)
        is_looking(kiosk)
        page.clock.run_for(61_000)
        expect(page.locator(".k-still")).to_be_visible()
        page.clock.run_for(31_000)
        expect(kiosk.title).to_have_text("您好，想做什么？")
        is_off(kiosk)
        assert switched_on(page) == 2


CAMERAS = "navigator.mediaDevices.enumerateDevices().then((all) => all.map(({ kind }) => kind))"


def test_without_a_camera_nothing_is_said_of_one(browser, house):
    with kiosk_at(browser, house) as kiosk:
        kiosk.begin()
        kiosk.tile(0)
        expect(kiosk.page.locator(".k-identify")).to_be_visible()

        assert "videoinput" not in kiosk.page.evaluate(CAMERAS)
        expect(kiosk.page.locator(".k-by-camera")).to_have_count(0)


# As browsers say it: a policy or a person does not allow it; it was taken away meanwhile; something else has it.
TROUBLES = {
    "NotAllowedError": "这台机器不让用摄像头",
    "NotFoundError": "找不到摄像头",
    "NotReadableError": "摄像头现在用不了",
}
ONE_THAT_FAILS = """
  const camera = { kind: 'videoinput', deviceId: '', groupId: '', label: '' }
  navigator.mediaDevices.enumerateDevices = async () => [camera]
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', window.trouble))
"""


def test_why_a_camera_cannot_be_used_is_said_with_what_to_do_instead(browser, house):
    with kiosk_at(browser, house) as kiosk:
        page = kiosk.page
        page.add_init_script(ONE_THAT_FAILS)
        kiosk.begin()
        for trouble, said in TROUBLES.items():
            page.evaluate("(trouble) => { window.trouble = trouble }", trouble)
            kiosk.tile(0)
            show_to_camera(kiosk)
            expect(page.get_by_role("alert")).to_contain_text(said)
            page.get_by_role("button", name="用别的办法").click()
            expect(page.locator(".k-identify")).to_be_visible()
            page.locator(".k-head .k-out").click()


def test_everybody_can_use_the_camera_in_both_languages(browser_type, browser_type_launch_args, house, tmp_path):
    nothing = Image.new("L", (40, 40), 200)
    with seeing(browser_type, browser_type_launch_args, house, nothing, tmp_path) as kiosk:
        kiosk.begin()
        kiosk.page.evaluate(AXE())
        for language in ("zh-CN", "en"):
            kiosk.language = language
            kiosk.read()
            expect(kiosk.page.locator(".k-by-camera")).to_be_visible()
            kiosk.tile(0)
            expect(kiosk.page.locator(".k-by-camera")).to_be_visible()
            at_the_button = kiosk.page.evaluate("axe.run()")["violations"]
            kiosk.page.locator(".k-by-camera").click()
            is_looking(kiosk)

            assert (at_the_button, kiosk.page.evaluate("axe.run()")["violations"]) == ([], [])
            kiosk.page.locator(".k-head .k-out").click()


def test_no_other_page_may_ask_for_a_camera(phone):
    for path, allowed in {"/kiosk/": True, "/app/": False, "/staff/": False, "/door/": False}.items():
        told = phone.page.request.get(phone.house.url + path).headers["permissions-policy"]
        assert ("camera=(self)" in told) is allowed, path
        assert "microphone=()" in told, path

"""The pass on a member's phone: made once with a network, shown without one, and read at a kiosk."""

import base64
import re
from datetime import timedelta

import pytest
import zxingcpp
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from gateway.credentials.model import Phone as RegisteredPhone
from gateway.credentials.passes import Pass, PublicKey
from tests.web.conftest import PASSWORD, House, Phone, watched
from tests.web.kiosk_builder import kiosk_at
from tests.web.test_everybody import AXE

pytestmark = pytest.mark.browser

PAGE = "/app/#/pass"


@pytest.fixture
def phone(browser: Browser, house: House):
    """One that keeps the pages, as phones do."""
    held = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    with watched(browser, house, Phone, **held, service_workers="allow") as phone:
        yield phone


def make(phone: Phone) -> None:
    """From the first screen on, as somebody does who has read nothing."""
    phone.sign_in()
    phone.show()
    phone.page.get_by_role("link", name="我的码").click()
    phone.page.get_by_label("登录密码").fill(PASSWORD)
    phone.button("生成我的码").click()
    expect(code_on(phone)).to_be_visible()


def code_on(phone: Phone):
    return phone.page.get_by_role("img", name=re.compile("我的通行码|My pass"))


def read(phone: Phone) -> str:
    """What a scanner sees there."""
    side, pixels = seen(phone)
    [found] = zxingcpp.read_barcodes(memoryview(pixels).cast("B", (side, side)))
    assert found.ec_level == "M"
    return found.text


def seen(phone: Phone) -> tuple[int, bytes]:
    """The code as it is on the screen: how wide, and its greys row by row."""
    picture = base64.b64encode(code_on(phone).screenshot()).decode()
    side, pixels = phone.page.evaluate(GREYS, picture)
    return side, bytes(pixels)


GREYS = """
  async (picture) => {
    const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const side = Math.min(image.width, image.height)
    const pen = Object.assign(document.createElement('canvas'), { width: side, height: side }).getContext('2d')
    pen.drawImage(image, 0, 0)
    const { data } = pen.getImageData(0, 0, side, side)
    return [side, Array.from({ length: side * side }, (_, at) => data[4 * at])]
  }
"""


def public_key(house: House) -> PublicKey:
    with house.centre.sessions.read() as session:
        return PublicKey.read(session.scalars(select(RegisteredPhone.public_key)).one())


def keep_the_pages(phone: Phone) -> None:
    phone.page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def test_a_pass_is_made_with_the_password_and_a_scanner_reads_what_this_phone_signed(phone: Phone):
    phone.sign_in()
    phone.show(PAGE)
    phone.page.get_by_label("登录密码").fill("wrong")
    phone.button("生成我的码").click()
    expect(phone.page.get_by_role("alert")).to_contain_text("密码不对")
    phone.page.get_by_label("登录密码").fill(PASSWORD)
    phone.button("生成我的码").click()
    expect(code_on(phone)).to_be_visible()

    told = Pass.read(read(phone))

    assert told.is_by(public_key(phone.house))
    assert told.is_shown_now(phone.house.centre.clock.now())


def test_the_key_cannot_be_taken_out_of_the_phone(phone: Phone):
    make(phone)

    said = phone.page.evaluate(TAKE_OUT)

    assert said == {"extractable": False, "refused": "InvalidAccessError"}


TAKE_OUT = """
  new Promise((resolve) => { indexedDB.open('pass').onsuccess = ({ target }) => {
    target.result.transaction('phone').objectStore('phone').get('mine').onsuccess = ({ target }) => {
      const { key } = target.result
      const refused = ({ name }) => resolve({ extractable: key.extractable, refused: name })
      crypto.subtle.exportKey('pkcs8', key).catch(refused)
    }
  } })
"""


def test_with_no_network_the_page_opens_and_shows_a_pass_that_a_kiosk_takes(browser: Browser, phone: Phone):
    make(phone)
    keep_the_pages(phone)
    phone.page.context.set_offline(True)
    phone.page.goto("about:blank")

    phone.show()
    expect(phone.page.get_by_role("alert")).to_contain_text("连不上")
    phone.button("我的码").click()
    expect(code_on(phone)).to_be_visible()
    phone.page.goto("about:blank")
    phone.page.goto(phone.house.url + PAGE)  # as its own shortcut does
    expect(code_on(phone)).to_be_visible()

    with kiosk_at(browser, phone.house) as kiosk:
        kiosk.begin()
        kiosk.scan(read(phone))
        expect(kiosk.title).to_have_text("王*，您好，想做什么？")


def test_the_code_is_another_after_half_a_minute_and_whenever_the_phone_is_taken_up(phone: Phone):
    phone.hold_time()
    make(phone)
    first = Pass.read(read(phone))

    phone.page.clock.run_for(20_000)
    assert Pass.read(read(phone)) == first
    phone.page.clock.run_for(11_000)
    second = Pass.read(read(phone))
    phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(phone.page.get_by_text("30 秒后换新码")).to_be_visible()

    assert first.made_at < second.made_at < Pass.read(read(phone)).made_at


def test_a_phone_whose_clock_is_wrong_learns_the_houses_when_it_is_online(phone: Phone):
    phone.hold_time(phone.house.centre.clock.now() + timedelta(hours=1))
    make(phone)

    assert Pass.read(read(phone)).is_shown_now(phone.house.centre.clock.now())


def test_without_a_pass_and_without_a_network_it_says_how_to_come_by_one(phone: Phone):
    phone.sign_in()
    phone.show()
    keep_the_pages(phone)
    phone.page.context.set_offline(True)
    phone.page.goto("about:blank")
    phone.page.goto(phone.house.url + PAGE)

    expect(phone.page.get_by_text("这部手机还没有码")).to_be_visible()
    expect(phone.page.get_by_text("现在没有网络")).to_be_visible()


def test_whoever_signs_out_leaves_no_pass_behind(phone: Phone):
    make(phone)
    phone.page.locator(".bar .plain").click()
    phone.button("退出登录").click()
    expect(phone.page.get_by_label("会员号")).to_be_visible()

    assert phone.page.evaluate(LEFT) == 0
    phone.page.goto(phone.house.url + PAGE)
    expect(phone.page.get_by_text("这部手机还没有码")).to_be_visible()


LEFT = """
  async () => {
    for (let tries = 0; tries < 40 && (await indexedDB.databases()).length > 0; tries++)
      await new Promise((done) => setTimeout(done, 50))
    return (await indexedDB.databases()).length
  }
"""


def test_a_pass_that_was_removed_elsewhere_is_gone_when_the_phone_is_online_again(phone: Phone):
    make(phone)
    phone.house.ends_sessions()

    phone.page.reload()

    expect(phone.page.get_by_text("这部手机还没有码")).to_be_visible()


def test_a_pass_is_removed_in_the_list_of_phones(phone: Phone):
    make(phone)
    expect(phone.page.get_by_role("listitem")).to_contain_text("这部手机")

    phone.button("移除").click()

    expect(phone.page.get_by_label("登录密码")).to_be_visible()


def test_it_is_black_on_white_in_the_dark_too_and_everybody_can_use_it(phone: Phone):
    phone.page.emulate_media(color_scheme="dark")
    make(phone)
    phone.page.evaluate(AXE())

    assert phone.page.evaluate("axe.run().then(({ violations }) => violations.map(({ id }) => id))") == []
    read(phone)
    side, pixels = seen(phone)
    assert (pixels[8 * side + 40], min(pixels)) == (255, 0)


def test_what_is_kept_for_no_network_is_nobodys(phone: Phone):
    make(phone)
    keep_the_pages(phone)

    kept = phone.page.evaluate(KEPT)

    assert "/app/" in kept
    assert [path for path in kept if not path.startswith(("/app/", "/assets/"))] == []


KEPT = """
  caches.keys()
    .then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys()))))
    .then((all) => all.flat().map(({ url }) => new URL(url).pathname))
"""


def test_a_scanner_that_reads_on_is_one_visit_and_a_used_pass_says_what_to_do(browser: Browser, phone: Phone):
    make(phone)
    code = read(phone)
    with kiosk_at(browser, phone.house) as kiosk:
        kiosk.begin()
        for _ in range(3):
            kiosk.scan(code)
        expect(kiosk.title).to_have_text("王*，您好，想做什么？")
    with kiosk_at(browser, phone.house) as other:
        other.begin()
        other.scan(code.lower())
        expect(other.title).to_have_text("这个码没能通过")
        expect(other.page.get_by_text("这个码用过了")).to_be_visible()

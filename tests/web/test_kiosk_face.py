"""The kiosk's face: whoever stands before it does what they came for, and leaves nothing behind."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from gateway.kiosks import service as kiosks
from tests.web.conftest import House, Phone, watched

pytestmark = pytest.mark.browser

SIZES = {"portrait": (1080, 1920), "landscape": (1280, 800)}


@dataclass
class Kiosk(Phone):
    """A screen in the hall; whatever it complains about on its console fails the test."""

    code: str = ""

    def show(self, path: str = "/kiosk/") -> None:
        super().show(path)

    def begin(self) -> None:
        """Registered, with the first screen on it."""
        self.show(f"/kiosk/#{self.code}")
        expect(self.title).to_have_text("您好，想做什么？")

    @property
    def title(self):
        return self.page.get_by_role("heading", level=1)


@pytest.fixture
def kiosk(browser: Browser, house: House) -> Iterator[Kiosk]:
    """Registered by staff, standing at bank-a; nobody has told its screen yet."""
    width, height = SIZES["landscape"]
    with watched(browser, house, Kiosk, viewport={"width": width, "height": height}, has_touch=True) as screen:
        with house.centre.sessions.begin() as session:
            now = house.centre.clock.now()
            _, screen.code = kiosks.register(session, name="大厅", bank_id="bank-a", actor="test", now=now)
        yield screen


def test_staff_register_a_kiosk_by_its_code_and_it_remembers_when_it_starts_again(kiosk: Kiosk):
    kiosk.show()
    expect(kiosk.title).to_have_text("登记这台自助机")
    kiosk.page.get_by_label("登记代码").fill("no such code")
    kiosk.page.keyboard.press("Enter")
    expect(kiosk.page.get_by_role("alert")).to_contain_text("这台机器还没有登记")
    kiosk.page.get_by_label("登记代码").fill(f"http://centre/kiosk/#{kiosk.code}")
    kiosk.page.keyboard.press("Enter")
    expect(kiosk.title).to_have_text("您好，想做什么？")

    kiosk.show()

    expect(kiosk.title).to_have_text("您好，想做什么？")


def test_the_code_in_the_address_registers_it_and_does_not_stay_there(kiosk: Kiosk):
    kiosk.begin()

    assert kiosk.page.evaluate("location.href") == f"{kiosk.house.url}/kiosk/"


def test_what_is_free_is_told_to_anybody(kiosk: Kiosk):
    kiosk.house.build("room", opens_min=0, closes_min=1440, slot_min=5)
    kiosk.house.build("closed", opens_min=0, closes_min=5, slot_min=5)
    kiosk.begin()
    kiosk.button("看看哪里有空 柜子、房间和场地").click()

    expect(kiosk.page.get_by_role("listitem").first).to_contain_text("小柜 1 · 中柜 1")
    expect(kiosk.page.get_by_role("listitem").filter(has_text="room")).to_contain_text("有空")
    expect(kiosk.page.get_by_role("listitem").filter(has_text="closed")).to_contain_text("今天没有了")


def test_it_says_when_the_house_is_away_and_when_only_its_doors_are(kiosk: Kiosk):
    kiosk.page.clock.install()
    kiosk.begin()
    kiosk.house.gateway_leaves()
    kiosk.page.clock.run_for(11_000)
    expect(kiosk.page.get_by_text("门和柜子暂时打不开")).to_be_visible()
    kiosk.page.context.set_offline(True)
    kiosk.page.clock.run_for(11_000)
    expect(kiosk.page.get_by_text("暂时连不上服务中心")).to_be_visible()
    kiosk.page.context.set_offline(False)
    kiosk.house.hub.feel_pulse(ready=True, at=math.inf)
    kiosk.page.clock.run_for(11_000)

    expect(kiosk.page.locator(".k-away")).to_have_count(0)
    expect(kiosk.title).to_have_text("您好，想做什么？")

"""The kiosk aloud: whoever reads badly hears what each screen is for, and why something was not done."""

import pytest
from playwright.sync_api import Browser

from tests.web.conftest import House
from tests.web.kiosk_builder import SCREENS, give_card, kiosk_at, walk

pytestmark = pytest.mark.browser

# A voice of the machine's own, which no test machine has, and what it was asked to say.
VOICE = """
  window.spoken = []
  const voice = { lang: 'zh-CN', localService: true }
  const value = { getVoices: () => [voice], cancel() {}, addEventListener() {}, speak: ({ text }) => spoken.push(text) }
  Object.defineProperty(window, 'speechSynthesis', { value })
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } }
"""


def test_in_elder_mode_every_screen_and_every_refusal_is_said_aloud(browser: Browser, house: House):
    give_card(house)
    house.reads("zh-CN", elder_mode=True)
    heard: dict[str, list[str]] = {}
    with kiosk_at(browser, house, "portrait") as kiosk:
        kiosk.elder = True
        kiosk.page.add_init_script(VOICE)
        kiosk.page.clock.install()
        for screen in walk(kiosk):
            kiosk.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
            kiosk.page.clock.run_for(100)  # what is said is said after the screen is drawn
            heard[screen] = kiosk.page.evaluate("spoken.splice(0)")

    assert [screen for screen in SCREENS if screen != "registering" and not heard[screen]] == []
    assert heard["calling"][-1] == "要请工作人员到这里来吗？"
    assert "对不上" in heard["wrong pin"][-1]
    assert "没有打开" in heard["not opened"][-1]

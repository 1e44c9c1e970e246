"""A kiosk in the hall of a house, and somebody before it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, expect

from gateway.credentials import service as credentials
from gateway.credentials.model import PinOf
from gateway.credentials.service import HashedPin
from gateway.fleet import service as fleet
from gateway.fleet.rules import Presentation
from gateway.kiosks import queries as kiosk_queries
from gateway.kiosks import readers
from gateway.kiosks import service as kiosks
from gateway.lockers import pins
from gateway.lockers import service as lockers
from gateway.lockers.model import Size
from gateway.members import queries as members
from gateway.unlocking.model import UnlockState as State
from tests.web.conftest import CHEAP, MEMBER, House, Phone, watched
from tests.web.console_builder import AXE

SIZES = {"portrait": (1080, 1920), "landscape": (1280, 800)}
CARD, PIN = "04A21F99", "728577"
TO_SIGNED = (State.AUTHORISED, State.SIGNED)

# A voice of the machine's own, which no test machine has: what it was asked to say, and what of it was cut off.
VOICE = """
  window.spoken = []
  window.cut = []
  let queue = []
  const value = {
    getVoices: () => ['zh-CN', 'en-GB'].map((lang) => ({ lang, localService: true })),
    addEventListener() {},
    get speaking() { return queue.length > 0 },
    cancel() { cut.push(...queue.splice(0).map(({ text }) => text)) },
    speak(said) { queue.push(said), spoken.push(said.text) },
  }
  window.spokenToTheEnd = () => queue.splice(0).forEach((said) => said.dispatchEvent(new Event('end')))
  Object.defineProperty(window, 'speechSynthesis', { value })
  window.SpeechSynthesisUtterance = class extends EventTarget { constructor(text) { super(); this.text = text } }
"""

# 18 pt are 24 px. What is smaller than it should be: words, targets, and a page wider than its screen.
SMALL = """(text_px) => {
  const found = []
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    const size = parseFloat(getComputedStyle(node.parentElement).fontSize)
    if (node.textContent.trim() && size < text_px) found.push([node.textContent.trim(), size])
  }
  for (const target of document.querySelectorAll('button, label.option')) {
    const { width, height } = target.getBoundingClientRect()
    if (width > 0 && (width < 60 || height < 60)) found.push([target.textContent, `${width} x ${height}`])
  }
  const page = document.documentElement
  if (page.scrollWidth > page.clientWidth) found.push(['width', page.scrollWidth])
  return found
}"""


@dataclass
class Kiosk(Phone):
    """Whatever its screen complains about on its console fails the test."""

    code: str = ""
    language: str = "zh-CN"
    elder: bool = False

    def show(self, path: str = "/kiosk/") -> None:
        """Switch it on."""
        super().show(path)

    def begin(self) -> None:
        """Registered, with the first screen on it."""
        self.show(f"/kiosk/#{self.code}")
        self.page.locator(".k-tiles").wait_for()

    def read(self) -> None:
        """As this person likes to, from the first screen on."""
        if self.elder:
            self.page.locator(".k-reading .pill").first.click()
        if self.language != "zh-CN":
            self.page.locator(f".k-reading [lang={self.language}]").click()
        self.page.locator(f"html[lang={self.language}]").wait_for()

    @property
    def title(self):
        """What the screen is called."""
        return self.page.get_by_role("heading", level=1)

    def faults(self, *, for_guests: bool = True) -> dict[str, object]:
        """What axe finds wrong with the screen as it is and, if guests see it, what is too small to read or touch."""
        if not self.page.evaluate("typeof axe !== 'undefined'"):
            self.page.evaluate(AXE())
        result = self.page.evaluate("axe.run({ resultTypes: ['violations'] })")
        found: dict[str, object] = {one["id"]: [node["html"] for node in one["nodes"]] for one in result["violations"]}
        if for_guests:
            found |= dict(self.page.evaluate(SMALL, 24 if self.elder else 20))
        return found

    def tile(self, no: int) -> None:
        """Touch one of the first screen's."""
        self.page.locator(".k-tile").nth(no).click()

    def scan(self, card: str = CARD) -> None:
        """A card at the reader, which types."""
        self.page.keyboard.type(card)
        self.page.keyboard.press("Enter")

    def type(self, digits: str) -> None:
        """On the screen's own keys."""
        for digit in digits:
            self.page.locator(".k-key").get_by_text(digit, exact=True).click()

    def come(self) -> None:
        """By card, to the first screen."""
        self.scan()
        self.type(PIN)
        expect(self.page.locator(".k-done")).to_be_visible()


@contextmanager
def kiosk_at(
    browser: Browser, house: House, size: str = "landscape", *, bank_id: str | None = "bank-a", **options
) -> Iterator[Kiosk]:
    """Registered by staff, standing at a bank; nobody has told its screen yet."""
    width, height = SIZES[size]
    screen = {"viewport": {"width": width, "height": height}, "has_touch": True}
    with watched(browser, house, Kiosk, **screen, **options) as kiosk:
        with house.centre.sessions.begin() as session:
            now = house.centre.clock.now()
            _, kiosk.code = kiosks.register(session, name="一楼大厅", bank_id=bank_id, actor="test", now=now)
        yield kiosk


def give_card(house: House, *, one_time: bool = False) -> None:
    """10001 has a card, and a PIN: of their own, or the desk's."""
    centre = house.centre
    with centre.sessions.begin() as session:
        member, now = members.member_by_no(session, member_no=MEMBER), centre.clock.now()
        kept = CHEAP.hash(centre.pepper.pin(PIN, of=PinOf.MEMBER, of_id=member.id))
        made = HashedPin(hash=kept, pepper=centre.pepper.name)
        if one_time:
            credentials.give_one_time_pin(session, member=member, made=made, actor="test", now=now)
        else:
            credentials.choose_pin(session, member=member, made=made, now=now)
        number_hash = centre.pepper.card(CARD)
        credentials.register_card(
            session, member=member, number_hash=number_hash, pepper=centre.pepper.name, label="", actor="test", now=now
        )


def give_reader(kiosk: Kiosk) -> None:
    """Beside its screen, on a device that staff approved."""
    now = kiosk.house.centre.clock.now()
    told = Presentation(
        device_id="reader", online=True, boot_id="1" * 16, kind="kiosk", public_key="k", fingerprint="F"
    )
    with kiosk.house.centre.sessions.begin() as session:
        fleet.note_presence(session, told, now=now)
        fleet.approve(session, device_id="reader", fingerprint="F", actor="test", now=now)
        here = kiosk_queries.kiosk_with(session, token=kiosk.code)
        readers.bind(session, kiosk_id=here.id, device_id="reader", actor="test", now=now)


def hold(kiosk: Kiosk, card: str = CARD) -> None:
    """A card to its own reader: what the gateway makes of that."""
    centre = kiosk.house.centre
    with centre.sessions.begin() as session:
        here = kiosk_queries.kiosk_with(session, token=kiosk.code)
        shown = {"handle": secrets.token_hex(32), "card_hash": centre.pepper.card(card), "code": None}
        readers.present(session, kiosk=here, at=centre.clock.now(), **shown)


def give_locker(house: House) -> None:
    """10001 rents 01 of bank-a, with the same PIN."""
    centre = house.centre
    with centre.sessions.begin() as session:
        member, now = members.member_by_no(session, member_no=MEMBER), centre.clock.now()
        wish = {"bank_id": "bank-a", "size": Size.S, "until": None, "max_days": 7}
        rental = lockers.rent(session, member=member, unsettled_locks=frozenset, now=now, **wish)
        kept = CHEAP.hash(centre.pepper.pin(PIN, of=PinOf.RENTAL, of_id=rental.id))
        made = HashedPin(hash=kept, pepper=centre.pepper.name)
        pins.put(session, rental_id=rental.id, made=made, actor=member.audit_id, now=now)


def walk(kiosk: Kiosk) -> Iterator[str]:
    """Go through all the screens; yields the name of each. The house has member 10001's card, and no locker yet."""
    page, house = kiosk.page, kiosk.house
    house.build("room", opens_min=0, closes_min=1440, slot_min=5)
    kiosk.show()
    page.locator(".field-box").wait_for()
    yield "registering"
    kiosk.begin()
    kiosk.read()
    yield "first"
    page.locator(".k-call").click()
    page.locator("dialog .primary").wait_for()
    yield "calling"
    page.keyboard.press("Escape")
    kiosk.tile(3)
    page.locator(".k-line").first.wait_for()
    yield "free"
    page.locator(".k-line").first.click()
    page.locator(".k-card").wait_for()
    yield "card"
    kiosk.scan()
    page.locator(".k-dots").wait_for()
    kiosk.type(PIN[:-1] + str((int(PIN[-1]) + 1) % 10))
    page.locator(".fault").wait_for()
    yield "wrong pin"
    kiosk.type(PIN)
    page.locator(".choice-grid").wait_for()  # what they had touched before they were asked who they are
    page.locator(".k-head .secondary").click()
    page.locator(".k-tiles").wait_for()
    yield "known"
    kiosk.tile(0)
    page.locator(".k-page .primary").wait_for()
    yield "no locker"
    page.locator(".k-page .primary").click()
    page.locator(".choice-row").wait_for()
    yield "renting"
    page.locator(".k-page > .primary").click()
    page.locator(".k-pin").wait_for()
    yield "rented"
    page.locator(".k-head .secondary").click()
    kiosk.tile(0)
    page.locator(".disc-ready").wait_for()
    yield "locker"
    kiosk.press()
    house.move(*TO_SIGNED, State.NOT_OPENED, code="no_edge")
    page.locator("[data-phase=not-opened]").wait_for()
    yield "not opened"
    kiosk.press()
    house.move(*TO_SIGNED, State.OPENED)
    page.locator("[data-phase=opened]").wait_for()
    yield "opened"
    page.locator(".k-acts > .secondary").click()
    page.locator("dialog .primary").wait_for()
    yield "giving back"
    page.keyboard.press("Escape")
    page.locator(".k-head .secondary").click()
    kiosk.tile(3)
    page.locator(".k-line").first.click()
    page.locator(".choice-grid").wait_for()
    yield "booking"
    page.locator(".k-page > .primary").click()
    page.locator(".booking").wait_for()
    yield "bookings"
    page.clock.run_for(121_000 if kiosk.elder else 61_000)
    page.locator(".k-still").wait_for()
    yield "still there"
    page.locator(".k-still .primary").click()
    page.locator(".k-done").click()
    page.locator(".k-moods").wait_for()
    yield "thanks"
    page.locator(".k-ending .k-out").click()
    kiosk.read()
    kiosk.tile(0)
    page.locator(".k-keys").wait_for()
    yield "number"


SCREENS = ["registering", "first", "calling", "free", "card", "wrong pin", "known", "no locker", "renting", "rented"]
SCREENS += ["locker", "not opened", "opened", "giving back", "booking", "bookings", "still there", "thanks", "number"]

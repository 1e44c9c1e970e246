"""The staff's screen: a computer at the front desk, and those who work at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, expect

from gateway.alerts import service as alerts
from gateway.members.model import Role
from tests.centre_builder import a_member
from tests.web.conftest import CHEAP, PASSWORD, ROOT, House, Phone, watched

AXE = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text
STAFF = {"s001": Role.MANAGER, "s002": Role.DESK, "s003": Role.TECHNICIAN, "s004": Role.DESK}
LOBBY = {"zh-CN": "大厅 01 号柜", "en": "Lobby 01"}


def employ(house: House) -> None:
    """People who work here."""
    with house.centre.sessions.begin() as session:
        for number, role in STAFF.items():
            password_hash = CHEAP.hash(PASSWORD)
            now = house.centre.clock.now()
            a_member(session, number, name=f"员工 {number}", role=role, password_hash=password_hash, now=now)


def raise_alert(house: House, thing: str = "lock-1", kind: str = "forced") -> str:
    """A door came open and nobody had asked."""
    with house.centre.sessions.begin() as session:
        now = house.centre.clock.now()
        return alerts.raise_alert(session, kind=kind, thing=thing, now=now, facts={"place": LOBBY}).id


@dataclass
class Screen(Phone):
    """What is on the desk."""

    def sign_in(self, number: str = "s001", *, language: str = "zh-CN") -> None:
        """Without the screens for it."""
        url = f"{self.house.url}/api/v1"
        answer = self.page.request.post(f"{url}/session", data={"member_no": number, "password": PASSWORD})
        assert answer.ok, answer.text()
        self.page.request.patch(f"{url}/me", data={"language": language})

    def at(self, page: str) -> None:
        """A page of the console."""
        self.show(f"/staff/#/{page}")
        self.settled()

    def settled(self) -> None:
        """Nothing is looked for any more."""
        expect(self.page.locator(".nothing[role=status]:not(:empty)")).to_have_count(0)

    def row(self, *words: str):
        """The table's row with all of these in it."""
        found = self.page.locator("tbody tr")
        for word in words:
            found = found.filter(has_text=word)
        return found

    def fill(self, label: str, text: str) -> None:
        """In the card that is shown."""
        self.page.locator("dialog").get_by_label(label).fill(text)

    def go(self, name: str) -> None:
        """Press the card's button."""
        self.page.locator("dialog").get_by_role("button", name=name, exact=True).click()

    def faults(self) -> dict[str, list[str]]:
        """What axe finds wrong on the screen, by rule."""
        if not self.page.evaluate("typeof axe !== 'undefined'"):
            self.page.evaluate(AXE())
        result = self.page.evaluate("axe.run({ resultTypes: ['violations'] })")
        return {fault["id"]: [node["html"] for node in fault["nodes"]] for fault in result["violations"]}


@contextmanager
def screen_at(browser: Browser, house: House, **options) -> Iterator[Screen]:
    """A browser of the desk's computer's size; it has seen nothing yet."""
    with watched(
        browser, house, Screen, **{"viewport": {"width": 1280, "height": 800}, "accept_downloads": True, **options}
    ) as screen:
        yield screen

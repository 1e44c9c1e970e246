"""A kiosk of a house, and somebody before it."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.api.conftest import Browser, House


@dataclass
class Screen:
    """A registered kiosk, and the token of whoever stands before it."""

    browser: Browser
    token: str
    visit: str = ""

    def ask(self, verb: str, path: str, **more: Any) -> httpx.Response:
        return self.browser.ask(verb, f"/kiosk{path}", headers=self.headers(**more.pop("headers", {})), **more)

    def asking(self, verb: str, path: str, **more: Any):
        """The same, to be awaited beside others."""
        return self.browser.asking(verb, f"/kiosk{path}", headers=self.headers(), **more)

    def headers(self, **more: str) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.token}"}
        return own | ({"Kiosk-Visit": self.visit} if self.visit else {}) | more

    def get(self, path: str = "") -> httpx.Response:
        return self.ask("GET", path)

    def post(self, path: str, body: Any, *, key: str | None = None) -> httpx.Response:
        return self.ask("POST", path, body=body, headers={"Idempotency-Key": key} if key else {})

    def patch(self, path: str, body: Any) -> httpx.Response:
        return self.ask("PATCH", path, body=body)

    def delete(self, path: str) -> httpx.Response:
        return self.ask("DELETE", path)

    def come(self, **shown: str) -> httpx.Response:
        """Show a locker's number or a card, with a PIN; whoever is let in stands here from then on."""
        answer = self.post("/session", shown)
        if answer.status_code == 201:
            self.visit = answer.json()["token"]
        return answer


def a_kiosk(house: House, name: str = "大厅", **more: str) -> Screen:
    """Registered by a technician."""
    answer = house.signed_in("s003").post("/staff/kiosks", {"name": name, **more})
    assert answer.status_code == 201, answer.text
    return Screen(house.browser(), answer.json()["token"])


def a_card(house: House, number: str, pin: str, member_no: str = "10001") -> str:
    """Registered at the desk, and the member's own PIN chosen; returns the card's id."""
    answer = house.signed_in("s002").post(f"/staff/members/{member_no}/cards", {"number": number})
    assert answer.status_code == 201, answer.text
    assert house.signed_in(member_no).patch("/me/kiosk-pin", {"pin": pin}).status_code == 200
    return answer.json()["id"]

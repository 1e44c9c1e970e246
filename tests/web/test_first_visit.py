"""The first visit on a slow line: what home asks is on its way before the scripts that will ask it."""

import pytest
from playwright.sync_api import expect

from api.webfaces import HOME_ASKS
from tests.web.conftest import Phone, hold

pytestmark = pytest.mark.browser


def test_what_home_asks_is_answered_before_a_script_runs_and_is_not_asked_again_for_it(phone: Phone):
    phone.sign_in()
    phone.rent()
    answered, held = [], hold(phone.page, "**/assets/home-*.js")
    phone.page.on("requestfinished", lambda request: answered.append(request.url.partition("/api/v1/")[2]))
    phone.page.goto(f"{phone.house.url}/app/", wait_until="commit")
    while not set(HOME_ASKS) <= set(answered):
        phone.page.wait_for_timeout(10)

    phone.page.route("**/api/v1/**", lambda route: route.abort())
    held[0].continue_()

    expect(phone.disc).to_be_visible()


def test_whoever_is_not_signed_in_asks_nothing(phone: Phone):
    asked = []
    phone.page.on("request", lambda request: asked.append(request.url))
    phone.show()

    expect(phone.page.locator("input").first).to_be_visible()
    assert [url for url in asked if "/api/" in url] == []

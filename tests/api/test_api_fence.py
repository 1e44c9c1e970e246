"""What is turned away before any door, and the headers on every answer."""

import asyncio
import json

import pytest

from api.security import MOST_BYTES, Fence
from api.words import WORDS
from gateway.settings import HttpSettings, Settings

JSON = {"Content-Type": "application/json"}


def change(house, browser, **headers):
    return browser.ask("PATCH", "/me", content=b"{}", headers=JSON | headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://127.0.0.1:8000"},
    ],
)
def test_our_own_pages_and_programs_come_in(house, headers):
    assert change(house, house.signed_in(), **headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"},
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:8001"},
        {"Origin": "null"},
        {"Origin": "http://[broken"},
    ],
)
def test_another_sites_request_is_refused(house, headers):
    answer = change(house, house.signed_in(), **headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_origin")


def test_another_site_cannot_sign_somebody_in(house):
    answer = house.browser().post("/session", {}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.json()["code"] == "cross_origin"


def test_another_site_cannot_sign_somebody_out(house):
    browser = house.signed_in()

    answer = browser.delete("/session", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.json()["code"] == "cross_origin"
    assert browser.get("/session").status_code == 200


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_taken(house, media_type):
    answer = house.signed_in().ask("PATCH", "/me", content=b"{}", headers={"Content-Type": media_type})

    assert (answer.status_code, answer.json()["code"]) == (415, "json_only")


def test_json_may_say_in_which_characters_it_is_written(house):
    answer = house.signed_in().ask(
        "PATCH", "/me", content=b"{}", headers={"Content-Type": "application/json; charset=utf-8"}
    )

    assert answer.status_code == 200


def test_a_delete_without_a_body_needs_no_format(house):
    assert house.signed_in().delete("/session").status_code == 204


def test_a_body_that_is_too_large_is_refused(house):
    body = json.dumps({"language": "x" * MOST_BYTES})

    answer = house.signed_in().ask("PATCH", "/me", content=body, headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.parametrize("length", ["9" * 5000, "-1", "1e3", "", "²"])
def test_a_body_whose_length_is_none_is_refused(house, length):
    answer = house.signed_in().ask("PATCH", "/me", content=b"{}", headers=JSON | {"Content-Length": length.encode()})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_body_that_does_not_tell_its_length_is_cut_off_at_the_same_size(house):
    async def endless():
        for _ in range(100):
            yield b" " * 1024

    answer = house.signed_in().ask("PATCH", "/me", content=endless(), headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_body_of_just_the_most_is_read(house):
    body = json.dumps({"language": "en"}).ljust(MOST_BYTES)

    assert house.signed_in().ask("PATCH", "/me", content=body, headers=JSON).status_code == 200


def test_a_body_that_does_not_come_is_not_waited_for(house):
    sent = []

    async def never():
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "PATCH", "path": "/api/v1/me", "headers": [], "app": house.app}
    house.run(Fence(house.app, body_s=0.01)(scope, never, send))

    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["code"] == "too_slow"


def paths_of(house):
    """Every route, with something in place of its ids; and what is no route at all."""
    document = house.browser().get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for verb in operations:
            yield verb.upper(), path.replace("{", "").replace("}", "")
    yield from [("GET", "/"), ("GET", "/app/"), ("GET", "/nothing"), ("GET", "/api/v1/nothing"), ("PUT", "/api/v1/me")]


def test_every_answer_has_the_security_headers(house):
    browser = house.browser()
    for verb, path in list(paths_of(house)):
        headers = browser.page(path, verb).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert "unsafe" not in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path
        assert headers["Permissions-Policy"] == "camera=(), microphone=(), geolocation=()", path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", path
        assert "Strict-Transport-Security" not in headers, path


def test_nothing_under_the_api_is_ever_kept_by_a_browser(house):
    browser = house.browser()
    for verb, path in list(paths_of(house)):
        if path.startswith("/api"):
            assert browser.page(path, verb).headers["Cache-Control"] == "no-store", path


class TestBehindTls:
    @pytest.fixture
    def settings(self):
        return Settings(site="demo", http=HttpSettings(secure=True))

    def test_browsers_are_told_to_insist_on_it(self, house):
        assert house.browser().get("/session").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_what_nobody_foresaw_is_answered_and_told_to_the_log_alone(house, caplog):
    engine, house.centre.sessions.engine = house.centre.sessions.engine, None  # a fault of ours
    answer = house.browser().post("/session", {"member_no": "10001", "password": "secret words"})
    house.centre.sessions.engine = engine

    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.json()["detail"] == WORDS["internal"].zh
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Traceback" in caplog.text
    assert "secret words" not in caplog.text

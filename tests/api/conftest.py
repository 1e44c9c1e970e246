"""A centre with an API, two members and two locker banks; browsers that talk to it without a network."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.line import LocalLine
from gateway.centre import Centre, make_pepper, make_seal
from gateway.kit.db import Sessions
from gateway.members import queries as members
from gateway.members.model import Role
from gateway.members.passwords import Hasher
from gateway.settings import Settings
from tests.centre_builder import HandClock, a_bank, a_member
from tests.database_fixture import ON_POSTGRES, engine_of, lay_out, leave

PASSWORD = "correct horse battery"
HOST = "http://127.0.0.1:8000"
NO_BODY = object()
CHEAP = Hasher(time_cost=1, memory_kib=8)


@cache
def kept_password() -> str:
    """Hashing is slow on purpose; once is enough."""
    return CHEAP.hash(PASSWORD)


@dataclass
class House:
    """The API of a small centre, run step by step on the test's own thread."""

    centre: Centre
    clock: HandClock
    line: LocalLine
    app: Any
    runner: asyncio.Runner
    browsers: list["Browser"] = field(default_factory=list)

    def run(self, coroutine):
        """Let the loop live until this is done."""
        return self.runner.run(coroutine)

    def browser(self, **headers: str) -> "Browser":
        """Nobody is signed in there."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        client = httpx.AsyncClient(transport=transport, base_url=HOST, headers=headers)
        self.browsers.append(Browser(self, client))
        return self.browsers[-1]

    def signed_in(self, member_no: str = "10001", **headers: str) -> "Browser":
        """Somebody's."""
        browser = self.browser(**headers)
        answer = browser.post("/session", {"member_no": member_no, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return browser

    def change(self, act, *arguments: Any, **facts: Any) -> Any:
        """Something happens that did not come by HTTP."""
        with self.centre.sessions.begin() as session:
            return act(session, *arguments, **facts)

    def pulse(self, *, ready: bool = True) -> None:
        """The gateway lives."""

        async def say() -> None:
            await asyncio.sleep(0)
            self.line.say("pulse", ready=ready)

        self.run(say())

    def member_id(self, member_no: str) -> str:
        """Whose number that is."""
        with self.centre.sessions.read() as session:
            member = members.member_by_no(session, member_no=member_no)
            assert member is not None
            return member.id

    def rent(self, member_no: str, **wish: Any) -> dict[str, Any]:
        """Let somebody rent a compartment."""
        answer = self.signed_in(member_no).post("/rentals", wish, key=f"rent-{member_no}")
        assert answer.status_code == 201, answer.text
        return answer.json()


@dataclass
class Browser:
    """One cookie jar."""

    house: House
    client: httpx.AsyncClient

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, body: Any, *, key: str | None = None, **more: Any) -> httpx.Response:
        headers = {"Idempotency-Key": key} if key is not None else {}
        return self.ask("POST", path, body=body, headers=headers | more.pop("headers", {}), **more)

    def patch(self, path: str, body: Any, **more: Any) -> httpx.Response:
        return self.ask("PATCH", path, body=body, **more)

    def delete(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("DELETE", path, **more)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self.house.run(self.asking(method, path, **more))

    def asking(self, method: str, path: str, *, body: Any = NO_BODY, **more: Any):
        """The same, to be awaited beside others."""
        if body is not NO_BODY:
            # Not httpx's own `json=`: that one cannot write the half characters that a hostile program can.
            more["content"] = json.dumps(body)
            more["headers"] = {"Content-Type": "application/json"} | more.get("headers", {})
        return self.client.request(method, f"/api/v1{path}", **more)

    def page(self, path: str, method: str = "GET", **more: Any) -> httpx.Response:
        """Outside the API."""
        return self.house.run(self.client.request(method, path, **more))


def together(house: House, *coroutines: Any) -> list[Any]:
    """Several at once."""

    async def gather() -> list[Any]:
        return await asyncio.gather(*coroutines)

    return house.run(gather())


@pytest.fixture
def settings() -> Settings:
    """Those of a centre where nobody changed any."""
    return Settings(site="demo")


@pytest.fixture
def webroot(tmp_path: Path) -> Path:
    """Where no pages have been built."""
    return tmp_path / "webroot"


def move_in(url: str) -> str:
    """Members 10001 and 10002, a technician s003 and a manager s001; bank-a with two doors, bank-b with one."""
    sessions = Sessions(engine_of(url))
    with sessions.begin() as session:
        for member_no, role in [
            ("10001", Role.MEMBER),
            ("10002", Role.MEMBER),
            ("s001", Role.MANAGER),
            ("s002", Role.DESK),
            ("s003", Role.TECHNICIAN),
        ]:
            a_member(session, member_no, role=role, password_hash=kept_password())
        a_bank(session, "bank-a", sizes="SM")
        a_bank(session, "bank-b", sizes="L")
    leave(sessions)
    return url


@pytest.fixture(scope="session")
def sqlite_template(sqlite_template: Path) -> Path:
    """A file to copy in which they have moved in: that takes longer than most tests here."""
    move_in(lay_out(sqlite_template, sqlite_template.with_name("moved-in.db")))
    return sqlite_template.with_name("moved-in.db")


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database in which they have moved in."""
    if request.param == "sqlite":
        return lay_out(request.getfixturevalue("sqlite_template"), request.getfixturevalue("sqlite_file"))
    url = request.getfixturevalue("postgres_url")
    request.getfixturevalue("postgres").empty(url)
    return move_in(url)


@pytest.fixture
def house(
    tmp_path: Path, sqlite_template: Path, sqlite_file: Path, settings: Settings, webroot: Path
) -> Iterator[House]:
    """On SQLite, gateway there."""
    yield from opened(lay_out(sqlite_template, sqlite_file), tmp_path, settings, webroot)


@pytest.fixture
def house_on_each(database_url: str, tmp_path: Path, settings: Settings, webroot: Path) -> Iterator[House]:
    """On SQLite and on PostgreSQL."""
    yield from opened(database_url, tmp_path, settings, webroot)


@pytest.fixture
def phone(house: House) -> Browser:
    """A member's."""
    return house.signed_in("10001")


@pytest.fixture
def manager(house: House) -> Browser:
    return house.signed_in("s001")


@pytest.fixture
def desk(house: House) -> Browser:
    return house.signed_in("s002")


@pytest.fixture
def technician(house: House) -> Browser:
    return house.signed_in("s003")


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """One for all tests of a file that are turned away at its doors: they change nothing in it."""
    directory = tmp_path_factory.mktemp("shared-house")
    url = lay_out(sqlite_template, tmp_path_factory.mktemp("shared-house-database") / "hearth.db")
    yield from opened(url, directory, Settings(site="demo"), directory / "webroot")


def opened(url: str, directory: Path, settings: Settings, webroot: Path) -> Iterator[House]:
    """The house of those who have moved in there."""
    sessions, clock = Sessions(engine_of(url)), HandClock()
    centre = Centre(directory, settings, sessions, clock)
    make_pepper(directory)
    make_seal(directory)
    line = LocalLine(clock)
    app = create_app(centre, line=line, hasher=CHEAP, webroot=webroot, look_again_s=0.1)
    with asyncio.Runner() as runner:
        house = House(centre, clock, line, app, runner)
        living = app.router.lifespan_context(app)
        house.run(living.__aenter__())
        house.pulse()
        yield house
        for browser in house.browsers:
            house.run(browser.client.aclose())
        house.run(living.__aexit__(None, None, None))
    leave(sessions)

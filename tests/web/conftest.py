"""A small centre with its real API on a real port, and a phone that looks at it. The test plays the gateway."""

import asyncio
import fcntl
import math
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from api import server
from api.app import create_app
from api.line import LocalLine
from api.webfaces import WEBROOT
from gateway.ballots import service as ballots_service
from gateway.ballots.model import Ballot
from gateway.bookings import booked_lockers, no_shows
from gateway.bookings import queries as bookings
from gateway.bookings import service as bookings_service
from gateway.bookings.model import Booking
from gateway.calendar import service as calendar_service
from gateway.calendar.model import HOUSE, DayKind
from gateway.calendar.national import public_calendar
from gateway.centre import Centre, make_pepper
from gateway.fleet import queries as fleet_queries
from gateway.fleet import service as fleet
from gateway.fleet.model import Device, DoorLevel
from gateway.fleet.rules import Presentation
from gateway.kit.clock import Clock, SystemClock, at_wall
from gateway.kit.db import Sessions
from gateway.members import queries as members
from gateway.members import service as members_service
from gateway.members.model import Language, Member
from gateway.members.passwords import Hasher
from gateway.settings import Settings
from gateway.spaces import queries as spaces
from gateway.spaces import service as spaces_service
from gateway.spaces.model import Space
from gateway.spaces.rules import Span
from gateway.unlocking import queries as unlocking
from gateway.unlocking import service as unlocking_service
from gateway.unlocking.model import Unlock, UnlockState
from tests.centre_builder import a_bank, a_device, a_member, a_space, compartment_labelled
from tests.database_fixture import engine_of, lay_out

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"
PATIENCE_S = 10.0
MEMBER, OTHER = "10001", "10002"
CHEAP = Hasher(time_cost=1, memory_kib=8)

expect.set_options(timeout=10_000)


@dataclass(frozen=True)
class SetClock(SystemClock):
    """The machine's, set forward by so much, or back."""

    ahead: timedelta

    @classmethod
    def at(cls, wall: str) -> "SetClock":
        """It is that time in Shanghai, as "2026-12-31T23:50", and goes on from there."""
        return cls(datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo("Asia/Shanghai")) - SystemClock().now())

    def now(self) -> datetime:
        """The aware UTC instant."""
        return super().now() + self.ahead


@dataclass
class House:
    """A centre with members 10001 and 10002, bank-a (S and M), bank-b (L) and a room's door, all shut and online."""

    url: str
    centre: Centre
    hub: object

    def on_the_wall(self, instant: datetime) -> datetime:
        """As its own clock shows it."""
        return instant.astimezone(self.centre.booking_policy.zone)

    def tomorrow(self, hour: int) -> datetime:
        """That hour of tomorrow, by its own clock."""
        day = self.on_the_wall(self.centre.clock.now()).date() + timedelta(days=1)
        return self.on_the_wall(at_wall(self.centre.booking_policy.zone, day, hour * 60))

    def move(self, *states: UnlockState, code: str = "", member: str = MEMBER) -> None:
        """The gateway moves somebody's newest unlock on, a transaction a step; `code` belongs to the last.

        The page says that it asks before the house has heard it: so wait for that.
        """
        gives_up_at = time.monotonic() + PATIENCE_S
        for state in states:
            while not self._moved(state, code=code if state is states[-1] else "", member=member):
                assert time.monotonic() < gives_up_at, f"nothing was asked for that could become {state}"
                time.sleep(0.02)

    def _moved(self, state: UnlockState, *, code: str, member: str) -> bool:
        with self.centre.sessions.begin() as session:
            member_id = members.member_by_no(session, member_no=member).id
            newest = unlocking.unlocks_of(session, member_id=member_id, limit=1)
            now = self.centre.clock.now()
            return bool(newest) and unlocking_service.move(session, newest[0], state, now=now, code=code)

    def unlocks(self) -> list[Unlock]:
        """What was asked for, newest first."""
        with self.centre.sessions.read() as session:
            return list(unlocking.unlocks_of(session, member_id=self._member(session).id, limit=50))

    def door(self, level: DoorLevel, *, bank: str = "bank-a", no: int = 1) -> None:
        """A contact says so."""
        with self.centre.sessions.begin() as session:
            fleet.note_levels(session, device_id=bank, levels={no: level}, now=self.centre.clock.now())

    def bank_leaves(self, bank: str = "bank-a") -> None:
        """Its will arrives."""
        with self.centre.sessions.begin() as session:
            told = Presentation(device_id=bank, online=False, boot_id=session.get_one(Device, bank).boot_id)
            fleet.note_presence(session, told, now=self.centre.clock.now())

    def build(self, space_id: str, *, door: bool = False, lies_in: str | None = None, **more) -> None:
        """Something to book; with `door`: behind the door of the device "doors"."""
        with self.centre.sessions.begin() as session:
            lock_id = fleet_queries.lock_at(session, "doors", 1).id if door else None
            a_space(session, space_id, lock_id=lock_id, parent_id=lies_in, **more)

    def offers(self, label: str, *, bank: str = "bank-a", slot_min: int = 5) -> str:
        """A compartment is booked ahead from now on, under the id that is returned."""
        with self.centre.sessions.begin() as session:
            return booked_lockers.offer_for_booking(
                session,
                compartment_id=compartment_labelled(session, label, bank).id,
                name_zh=f"大厅 {label} 号柜",
                name_en=f"Lobby locker {label}",
                opens_min=0,
                closes_min=1440,
                slot_min=slot_min,
                buffer_min=0,
                actor="test",
                now=self.centre.clock.now(),
            ).id

    def books(self, space_id: str, *, starts_in_min: int, member: str = MEMBER) -> str:
        """A member has it since yesterday for an hour, from the next whole five minutes after so many."""
        soon = whole_five_minutes(self.centre.clock.now())
        return self.books_at(space_id, soon + timedelta(minutes=starts_in_min), member=member)

    def books_at(self, space_id: str, starts_at: datetime, *, member: str = MEMBER, guests: int = 0) -> str:
        """A member has it since yesterday for an hour, and so many others come along."""
        with self.centre.sessions.begin() as session:
            booking = bookings_service.book(
                session,
                member=members.member_by_no(session, member_no=member),
                space_id=space_id,
                span=Span(starts_at, starts_at + timedelta(hours=1)),
                guests=guests,
                policy=replace(self.centre.booking_policy, zone=where_it_is_noon(starts_at)),
                now=starts_at - timedelta(days=1),
            )
            return booking.id

    def gives_by_lot(self, space_id: str, starts_at: datetime) -> Ballot:
        """A day of a space is drawn for; wishes are handed in until it begins."""
        with self.centre.sessions.begin() as session:
            return ballots_service.open_ballot(
                session,
                space=spaces.space(session, space_id),
                within=Span(starts_at, starts_at + timedelta(days=1)),
                closes_at=starts_at,
                actor="test",
                now=starts_at - timedelta(days=2),
            )

    def gives_back(self, booking_id: str) -> None:
        """Whoever has it no longer wants it."""
        with self.centre.sessions.begin() as session:
            booking = session.get_one(Booking, booking_id)
            bookings_service.cancel(
                session,
                booking=booking,
                member=session.get_one(Member, booking.member_id),
                policy=self.centre.booking_policy,
                now=self.centre.clock.now(),
            )

    def closes_on(self, day: date, *, reason: str) -> None:
        """The staff closes the whole centre for a day."""
        with self.centre.sessions.begin() as session:
            calendar_service.set_day(
                session,
                whose=HOUSE,
                day=day,
                kind=DayKind.CLOSED,
                reason=reason,
                opening=None,
                actor="test",
                now=self.centre.clock.now(),
            )

    def closes(self, space_id: str, starts_at: datetime, *, reason: str = "cleaning") -> None:
        """The staff closes it for an hour."""
        with self.centre.sessions.begin() as session:
            spaces_service.close(
                session,
                space=session.get_one(Space, space_id),
                span=Span(starts_at, starts_at + timedelta(hours=1)),
                reason=reason,
                actor="test",
                now=self.centre.clock.now(),
            )

    def nobody_came(self, booking_id: str) -> None:
        """The gateway gives it back, which it does a quarter of an hour after its start."""
        with self.centre.sessions.begin() as session:
            assert no_shows.release(
                session, booking_id=booking_id, policy=self.centre.booking_policy, now=self.centre.clock.now()
            )

    def bookings(self) -> list[Booking]:
        """The member's, the latest time first."""
        with self.centre.sessions.read() as session:
            return list(bookings.bookings_of(session, member_id=self._member(session).id, limit=50))

    def gateway_leaves(self) -> None:
        """No pulse any more."""
        self.hub.feel_pulse(ready=False, at=math.inf)

    def reads(self, language: str, *, elder_mode: bool = False) -> None:
        """What the member's account remembers."""
        with self.centre.sessions.begin() as session:
            member, now = self._member(session), self.centre.clock.now()
            members_service.set_preferences(
                session, member=member, now=now, language=Language(language), elder_mode=elder_mode
            )

    def gives_one_time_password(self) -> None:
        """As the desk does for a new member."""
        with self.centre.sessions.begin() as session:
            self._member(session).password_ends_at = self.centre.clock.now().replace(year=2999)

    def ends_sessions(self) -> None:
        """As a new password, chosen elsewhere, does."""
        with self.centre.sessions.begin() as session:
            member = self._member(session)
            members_service.change_password(
                session, member=member, password_hash=member.password_hash, token=None, now=self.centre.clock.now()
            )

    def _member(self, session):
        return members.member_by_no(session, member_no=MEMBER)


def whole_five_minutes(instant: datetime) -> datetime:
    """The next, or this one."""
    past = timedelta(minutes=instant.minute % 5, seconds=instant.second, microseconds=instant.microsecond)
    return instant - past + timedelta(minutes=5) if past else instant


def where_it_is_noon(instant: datetime) -> ZoneInfo:
    """So that no opening hours end then, and no day."""
    return ZoneInfo(f"Etc/GMT{instant.astimezone(UTC).hour - 12:+d}")


def hold(page: Page, url: str | re.Pattern[str], *, times: int | None = None) -> list[Route]:
    """Requests that wait from now on, as they come; `continue_()` lets one go."""
    held: list[Route] = []

    def keep(route: Route) -> None:  # a function of its own: Playwright writes on it that it was heard
        held.append(route)

    page.route(url, keep, times=times)
    return held


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """The pages of today's sources. One test process builds them, the others wait: a build empties the folder first."""
    with (tmp_path_factory.getbasetemp().parent / "web.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        page = WEBROOT / "app" / "index.html"
        if not page.exists() or page.stat().st_mtime < max(file.stat().st_mtime for file in sources()):
            subprocess.run([sys.executable, ROOT / "tools" / "web.py", "build"], check=True)
    return WEBROOT


def sources() -> list[Path]:
    """What the pages are built of; openapi.json only passes through there, whenever the types are checked."""
    found = (file for file in (ROOT / "web").rglob("*") if file.is_file() and "node_modules" not in file.parts)
    return [file for file in found if file.name != "openapi.json"]


@pytest.fixture
def zone(request: pytest.FixtureRequest, clock: Clock) -> str:
    """By whose clock the house goes; tests override it."""
    by_day = request.node.get_closest_marker("by_day")
    return where_it_is_noon(clock.now()).key if by_day else "Asia/Shanghai"


@pytest.fixture
def clock(request: pytest.FixtureRequest) -> Clock:
    """The house's, set anew for each test, so that no test is run at another hour or day than it was written at.

    It goes on from there. `--at` says from when; tests override it.
    """
    return SetClock.at(request.config.getoption("--at"))


@pytest.fixture
def house(
    tmp_path: Path, sqlite_template: Path, sqlite_file: Path, built: Path, zone: str, clock: Clock
) -> Iterator[House]:
    """A fresh one for each test."""
    sessions = Sessions(engine_of(lay_out(sqlite_template, sqlite_file)))
    with sessions.begin() as session:
        a_member(session, MEMBER, name="王桂兰", password_hash=CHEAP.hash(PASSWORD), now=clock.now())
        a_bank(session, "bank-a", sizes="SM", now=clock.now())
        a_bank(session, "bank-b", sizes="L", now=clock.now())
        a_device(session, "doors", doors=1, now=clock.now())
        a_member(session, OTHER, name="李建国", now=clock.now())
        work_on_holidays(session, near=clock.now().astimezone(ZoneInfo(zone)).date(), now=clock.now())
    centre = Centre(tmp_path, Settings(site="demo", zone=zone), sessions, clock)
    make_pepper(tmp_path)
    app = create_app(centre, line=LocalLine(clock), hasher=CHEAP, webroot=built)
    hub = app.state.desk.hub
    hub.feel_pulse(ready=True, at=math.inf)
    with answering(app, clock) as url:
        yield House(url, centre, hub)
        hub.close()
    sessions.close()


def work_on_holidays(session, *, near: date, now: datetime) -> None:
    """The days around are like any other: `--at` may be a public holiday, on which nothing would be open."""
    public, days = public_calendar(ZoneInfo("Asia/Shanghai")), [near + timedelta(days=ahead) for ahead in range(-1, 15)]
    for day in days:
        if (said := public.of(day)) is not None and said.kind is DayKind.HOLIDAY:
            like_others = {"kind": DayKind.WORKDAY, "reason": "in these tests", "opening": None}
            calendar_service.set_day(session, whose=HOUSE, day=day, actor="test", now=now, **like_others)


@contextmanager
def answering(app, clock: Clock) -> Iterator[str]:
    """An app on a free port, in a thread of its own, at a machine of that clock."""
    with server.listen("127.0.0.1", 0) as listener:
        quiet = {"log_config": None, "access_log": False, "timeout_graceful_shutdown": 1}
        began = [("date", format_datetime(clock.now(), usegmt=True))]
        config = uvicorn.Config(app, date_header=False, headers=began, **quiet)
        program = PromptServer(config)
        thread = threading.Thread(target=program.run, kwargs={"sockets": [listener]})
        thread.start()
        assert program.is_up.wait(PATIENCE_S)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        program.end()
        thread.join()


class PromptServer(uvicorn.Server):
    """Ends when told to: uvicorn itself looks ten times a second, and then gives the connections as long again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    def end(self) -> None:
        """From any thread."""
        self._loop.call_soon_threadsafe(self._told_to_end.set)

    async def main_loop(self) -> None:
        await self.on_tick(0)
        self._loop, self._told_to_end = asyncio.get_running_loop(), asyncio.Event()
        self.is_up.set()
        await self._told_to_end.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for listening in self.servers:
            listening.close()
        await asyncio.sleep(0)  # whoever was let in at the last moment is a connection only now
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            _, late = await asyncio.wait(set(self.server_state.tasks), timeout=1)
            for task in late:
                task.cancel()
        while connections := list(self.server_state.connections):  # none may outlive its loop
            for connection in connections:
                connection.transport.abort()
            await asyncio.sleep(0)
        await self.lifespan.shutdown()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The system's own Chromium; nothing is downloaded."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if found is None:
        pytest.skip("no Chromium on this machine")
    without = f"--disable-features={','.join([*_OFF_FOR_PLAYWRIGHT, *_OFF_FOR_SPEED])}"
    return {**browser_type_launch_args, "executable_path": found, "args": [without]}


# Chromium heeds one such list, the last, so what Playwright itself turns off is said again.
_OFF_FOR_PLAYWRIGHT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
# Each new window, so each test, would load two pages of the browser's own that wait behind the address bar: two
# further processes, and nearly half of the processor time that a fresh window costs.
_OFF_FOR_SPEED = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")


@dataclass
class Phone:
    """A phone in somebody's hand. Whatever a page complains about on its console fails the test."""

    page: Page
    house: House
    complaints: list[str] = field(default_factory=list)

    def show(self, path: str = "/app/") -> None:
        """Go there, and wait until something is to be seen."""
        self.page.goto(self.house.url + path)
        self.page.locator("html[data-ready]").wait_for(state="attached")

    def hold_time(self, at: datetime | None = None) -> None:
        """The page's time goes on, and may be moved from now on: `page.clock` does. `at`: not from the house's now."""
        # What moves it reckons with the machine's own.
        self.page.context.add_init_script(UNSET_CLOCK)
        self.page.evaluate(UNSET_CLOCK)
        self.page.clock.install(time=at or self.house.centre.clock.now())

    def sign_in(self) -> None:
        """Without the screens for it."""
        answer = self.page.request.post(
            f"{self.house.url}/api/v1/session", data={"member_no": MEMBER, "password": PASSWORD}
        )
        assert answer.ok, answer.text()

    def rent(self) -> None:
        """Compartment 01 of bank-a, without the screens for it."""
        answer = self.page.request.post(
            f"{self.house.url}/api/v1/rentals",
            data={"bank_id": "bank-a", "size": "S"},
            headers={"Idempotency-Key": "rent"},
        )
        assert answer.ok, answer.text()

    def hold_a_locker(self) -> None:
        """Signed in, with a locker, looking at it."""
        self.sign_in()
        self.rent()
        self.show()
        expect(self.disc).to_be_visible()

    def speak(self, language: str) -> None:
        """Choose a language in the settings, and close them again."""
        self.page.locator(".bar .plain").click()
        self.page.get_by_role("radio", name={"zh-CN": "中文", "en": "English"}[language]).check(force=True)
        self.page.locator(f"html[lang={language}]").wait_for()
        self.page.locator("dialog header button").click()
        self.page.locator("dialog").wait_for(state="detached")

    def sizes(self, which: str) -> list[tuple[str, float, float]]:
        """What is written on each of them, how wide it is, and how high: of all of them in one question."""
        return self.page.locator(which).evaluate_all(SIZES)

    def press(self) -> None:
        """Press the big button; the request has arrived when this returns."""
        with self.page.expect_response(
            lambda answer: answer.request.method == "POST" and answer.url.endswith("/unlocks")
        ):
            self.disc.click()

    @property
    def disc(self):
        """The big button."""
        return self.page.locator(".disc")

    @property
    def story(self):
        """What is said below it, aloud too."""
        return self.page.locator(".opening [role=status]")

    def button(self, name: str):
        """By what is written on it."""
        return self.page.get_by_role("button", name=name, exact=True)


SIZES = """
all => all.map((one) => {
  const { width, height } = one.getBoundingClientRect()
  return [one.innerText, width, height]
})
"""

# A browser itself reports every answer of 400 and more; ours are asked for. Files of the pages must never be missing.
_ASKED_FOR = re.compile(
    r"Failed to load resource: (the server responded with a status of [45]|net::ERR_)"
    r"|Service Worker registration blocked"  # by these tests themselves
)


@pytest.fixture
def context_options() -> dict:
    """What kind of phone it is; tests override it."""
    return {}


@pytest.fixture
def phone(browser: Browser, house: House, context_options: dict) -> Iterator[Phone]:
    """Set to Chinese, of the usual size."""
    held = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, **context_options}
    with watched(browser, house, Phone, **held) as phone:
        yield phone


P = TypeVar("P", bound=Phone)


# A page's clock, set forward by so many milliseconds.
SET_CLOCK = """
(ahead) => {
  const now = () => real.now() + ahead
  const real = Date
  Date = new Proxy(real, {
    construct: (_, given, as) => Reflect.construct(real, given.length > 0 ? given : [now()], as),
    get: (_, name) => name === 'now' ? now : name === 'machines' ? real : Reflect.get(real, name),
  })
}
"""
UNSET_CLOCK = "Date = Date.machines"


@contextmanager
def watched(browser: Browser, house: House, kind: type[P], **options) -> Iterator[P]:
    """A browser that complains about nothing, whose clock is the house's; set to Chinese unless said otherwise."""
    # Without a service worker: what it keeps would stand between the tests and the network that they play with.
    alone = {"service_workers": "block"}
    usual = {"locale": "zh-CN", "timezone_id": house.centre.settings.zone, "reduced_motion": "reduce", **alone}
    context: BrowserContext = browser.new_context(**{**usual, **options})
    ahead = house.centre.clock.now() - SystemClock().now()
    context.add_init_script(f"({SET_CLOCK})({ahead / timedelta(milliseconds=1):.0f})")
    looking = kind(context.new_page(), house)
    page, complaints = looking.page, looking.complaints
    page.on("console", lambda said: said.type in ("error", "warning") and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "response",
        lambda answer: answer.status >= 400 and "/api/" not in answer.url and complaints.append(answer.url),
    )
    yield looking
    context.close()
    assert [said for said in complaints if not _ASKED_FOR.match(said)] == []

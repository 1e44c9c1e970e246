"""A centre in virtual time, whole from the phone's request to the door and back: the real API, the real gateway, the
bank's own firmware, and a cabinet whose doors hang on lock boards, or on pins. Only time, the network and the doors
are pretended.
"""

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any

import httpx

from api.app import create_app
from api.line import LocalLine, take
from devices.boards.bank import BoardPlan
from devices.boards.bus import FIRST_LOOK_S
from devices.boards.families import family as family_of
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.board_lines import VirtualPort
from firmware_sim.building import Building
from firmware_sim.configured_boards import ConfiguredBoards
from firmware_sim.doors import Hands
from gateway import wiring
from gateway.centre import Centre, make_pepper
from gateway.intake import Letter
from gateway.kit.db import Sessions
from gateway.link.memory import MemoryCarriage
from gateway.members.model import Role
from gateway.program import PULSE_S, TICK_S
from gateway.settings import Settings
from gateway.timetable import open_timetable
from tests.api.conftest import CHEAP, HOST, PASSWORD, kept_password
from tests.asker import DEVICE_KEY, GATEWAY_KEY
from tests.centre_builder import a_machine, a_member
from tests.database_fixture import engine_of
from tests.model.world import VirtualClock

BANK = "bank-a"
GPIO = "gpio"
DOORS_OF_A_BOARD = 4
BOARDS = 2
DOORS = BOARDS * DOORS_OF_A_BOARD
DOOR = DOORS_OF_A_BOARD + 2  # the second door of the second board
SPRING_S = 0.15


@dataclass
class BoardCentre:
    """One bank of eight doors: on two boards of `family`, the first four doors on the first, or all on pins."""

    family: str
    database_url: str
    directory: Any
    runner: asyncio.Runner
    building: Building = field(default_factory=lambda: Building(gateway=GATEWAY_KEY.public(), start_s=1000.0))
    line: BoardCabinet | None = None  # None on pins
    presses: Counter[int] = field(default_factory=Counter)  # by door
    _keys: Any = field(default_factory=lambda: (f"key-{no}" for no in count()))

    def __post_init__(self) -> None:
        self.clockwork = self.building.clockwork
        self.clock = VirtualClock(self.clockwork)
        self._plug_cabinet()
        self._open_api()
        self._start_gateway()
        self.staff = self._browser("s003")
        self.members = [self._browser(member_no) for member_no in ("10001", "10002")]

    # --- the house

    def _plug_cabinet(self) -> None:
        if self.family == GPIO:
            self.building.add_bank(BANK, doors=DOORS, key=DEVICE_KEY, hands=Hands(spring_s=SPRING_S))
            return
        plans = [
            BoardPlan(
                family=self.family,
                port="line",
                address=address,
                first_door=1 + place * DOORS_OF_A_BOARD,
                doors=DOORS_OF_A_BOARD,
                shut_is=True,
                occupied_is=family_of(self.family).profile.senses_inside or None,
            )
            for place, address in enumerate([1, 2])
        ]
        cabinet = ConfiguredBoards(
            BANK,
            plans,
            supplies={},
            physics=self.clockwork,
            ledger=self.building.ledger,
            hands=Hands(spring_s=SPRING_S),
            open_port=lambda lines: lambda url, baud, timers: VirtualPort(lines[url].wires, baud=baud, timers=timers),
        )
        self.line = cabinet.lines["line"]
        self.building.add_bank(BANK, cabinet=cabinet, key=DEVICE_KEY)

    def _open_api(self) -> None:
        """With sessions of its own, as another process would have."""
        make_pepper(self.directory)
        sessions = Sessions(engine_of(self.database_url))
        with sessions.begin() as session:
            for member_no, role in [("10001", Role.MEMBER), ("10002", Role.MEMBER), ("s003", Role.TECHNICIAN)]:
                a_member(session, member_no, role=role, password_hash=kept_password(), now=self.clock.now())
        centre = Centre(self.directory, Settings(site=self.building.site), sessions, self.clock)
        make_pepper(self.directory)
        line = _PostLine(self.building, self.clock)
        self._app = create_app(centre, line=line, hasher=CHEAP, webroot=self.directory / "webroot", look_again_s=0.1)
        self._living = self._app.router.lifespan_context(self._app)
        self.runner.run(self._living.__aenter__())
        live = f"hearth/1/{self.building.site}/gateway/live/#"
        self.building.post.join("api", topics=[live], receive=self._hear)
        self.building.post.arrive("api")

    def _hear(self, topic: str, payload: bytes, retained: bool) -> None:
        take(self._app.state.desk.hub, topic, payload, at=self.clock.monotonic())

    def _start_gateway(self) -> None:
        post, sessions = self.building.post, Sessions(engine_of(self.database_url))
        centre = Centre(self.directory, Settings(site=self.building.site), sessions, self.clock)
        self._timetable = open_timetable(centre, key=GATEWAY_KEY, machine=a_machine(centre))
        self._timetable.start(paused=True)
        self.gateway = wiring.assemble(
            site=self.building.site,
            sessions=sessions,
            clock=self.clock,
            key=GATEWAY_KEY,
            carriage=MemoryCarriage(lambda said: post.send("gateway", said.topic, said.payload, qos=said.qos)),
            pepper=lambda: centre.pepper,
        )
        topics = [topic for topic, _ in wiring.subscriptions(self.building.site)]
        receive = lambda *letter: self.gateway.intake.receive([Letter(*letter)])  # noqa: E731
        post.join("gateway", topics=topics, receive=receive)
        self.gateway.engine.start()
        post.arrive("gateway")
        self._tick()
        self._pulse()

    def _tick(self) -> None:
        self.gateway.engine.tick()
        self.clockwork.call_later(TICK_S, self._tick)

    def _pulse(self) -> None:
        self.gateway.carrier.pulse(ready=True)
        self.clockwork.call_later(PULSE_S, self._pulse)

    def close(self) -> None:
        """And look whether anything has burnt."""
        self._timetable.shutdown(wait=False)
        for client in (self.staff, *self.members):
            self.runner.run(client.aclose())
        self.runner.run(self._living.__aexit__(None, None, None))
        engine_of(self.database_url).dispose()  # another file takes its place
        if self.line is not None:
            self.line.supply.assert_unharmed()

    # --- what people do

    def _browser(self, member_no: str) -> httpx.AsyncClient:
        client = httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=f"{HOST}/api/v1")
        self._post(client, "/session", {"member_no": member_no, "password": PASSWORD}, 200)
        return client

    def power_on(self) -> None:
        """Switch the bank on and wait until its boards were looked at."""
        self.building.banks[BANK].power_on()
        self.clockwork.advance(FIRST_LOOK_S + 1)

    def install(self, *, compartments: int = DOORS) -> None:
        """A technician compares the fingerprint, approves, and labels the compartments: those doors, from the first."""
        bank = {
            "name_zh": "大厅",
            "name_en": "Lobby",
            "compartments": [{"door": no, "label": f"{no:02}", "size": "M"} for no in range(1, compartments + 1)],
        }
        approval = {"fingerprint": DEVICE_KEY.public().fingerprint(), "bank": bank}
        self._post(self.staff, f"/staff/devices/{BANK}/approve", approval, 200)
        self.clockwork.advance(3)

    @property
    def member(self) -> httpx.AsyncClient:
        """The first member's phone."""
        return self.members[0]

    def rent(self, door: int, *, minutes: int | None = None) -> dict[str, Any]:
        """The member takes that very compartment; for so long, or the usual time."""
        until = {} if minutes is None else {"until": (self.clock.now() + timedelta(minutes=minutes)).isoformat()}
        return self._post(self.member, "/rentals", self._wish(door) | until, 201)

    def refusal_to_rent(self, door: int) -> str:
        """Why the member does not get it."""
        return self._post(self.member, "/rentals", self._wish(door), 409)["code"]

    def _wish(self, door: int) -> dict[str, str]:
        found = self._ask(self.staff, "GET", f"/staff/banks/{BANK}/compartments").json()["items"]
        (wanted,) = [one["id"] for one in found if one["label"] == f"{door:02}"]
        return {"bank_id": BANK, "compartment_id": wanted}

    def press(self, rental: dict[str, Any]) -> str:
        """And wants it open: 202, and the name of the unlock."""
        self.presses[int(rental["compartment"]["label"])] += 1
        return self._post(self.member, "/unlocks", {"rental_id": rental["id"]}, 202)["id"]

    def give_back(self, rental: dict[str, Any], **query: str) -> tuple[int, str]:
        """And what the phone is answered: the status, and the state or the code."""
        answer = self._ask(self.member, "DELETE", f"/rentals/{rental['id']}", params=query)
        return answer.status_code, answer.json().get("code") or answer.json()["state"]

    def let_another_come(self) -> None:
        """From now on it is another member who acts."""
        self.members.reverse()

    def told(self, unlock_id: str) -> dict[str, Any]:
        """What the member's phone reads of it now."""
        return self._ask(self.member, "GET", f"/unlocks/{unlock_id}").json()

    def alerts(self) -> dict[str, dict[str, Any]]:
        """What staff read of what is wrong, by its kind."""
        found = self._ask(self.staff, "GET", "/staff/alerts").json()["items"]
        return {one["kind"]: one for one in found if one["state"] != "CLEARED"}

    def locks(self) -> dict[int, dict[str, Any]]:
        """What staff read of each door."""
        return {one["door"]: one for one in self._ask(self.staff, "GET", "/staff/locks").json()["items"]}

    def reminders(self) -> list[str]:
        """What stands on the member's phone."""
        return [one["kind"] for one in self._ask(self.member, "GET", "/notices").json()["items"]]

    def inside(self, door: int) -> str:
        """What staff read of a compartment's inside."""
        found = self._ask(self.staff, "GET", f"/staff/banks/{BANK}/compartments").json()["items"]
        return next(one["inside"] for one in found if one["label"] == f"{door:02}")

    def put_in(self, door: int) -> None:
        """Something stands in the beam, where there is one."""
        if self.line is not None:
            self.line.beams[door].is_broken = True

    def take_out(self, door: int) -> None:
        """Nothing does."""
        if self.line is not None:
            self.line.beams[door].is_broken = False

    def pass_minutes(self, minutes: int) -> None:
        """Time goes by, and the gateway's timetable does what it does each minute."""
        for _ in range(minutes):
            self.clockwork.advance(60)
            for job in ("look_for_faults", "look_after_alerts", "tell_of_late_rentals"):
                self._timetable.get_job(job).func()

    def pass_seconds(self, seconds: int) -> None:
        """Time goes by, and the gateway's timetable does what it does each second."""
        for _ in range(seconds):
            self.clockwork.advance(1)
            for job in self._timetable.get_jobs():
                if job.trigger.interval == timedelta(seconds=1):
                    job.func()

    def door(self, no: int) -> Any:
        """For hands."""
        return self.building.door(BANK, no)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The member's phone asks, and this is the answer, a refusal too."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": next(self._keys)}
        content = None if body is None else json.dumps(body)
        return self._ask(self.member, method, path, content=content, headers=headers).json()

    def sessions(self) -> Sessions:
        """To look past the API."""
        return Sessions(engine_of(self.database_url))

    def _post(self, client: httpx.AsyncClient, path: str, body: dict[str, Any], expected: int) -> dict[str, Any]:
        answer = self._ask(
            client,
            "POST",
            path,
            content=json.dumps(body),
            headers={"Content-Type": "application/json", "Idempotency-Key": next(self._keys)},
        )
        assert answer.status_code == expected, answer.text
        return answer.json()

    def _ask(self, client: httpx.AsyncClient, method: str, path: str, **more: Any) -> httpx.Response:
        return self.runner.run(client.request(method, path, **more))


class _PostLine(LocalLine):
    """Rings through the building's post."""

    def __init__(self, building: Building, clock: VirtualClock) -> None:
        super().__init__(clock)
        self._building = building

    def wake(self) -> None:
        super().wake()
        self._building.post.send("api", f"hearth/1/{self._building.site}/gateway/wake", b"", qos=0)

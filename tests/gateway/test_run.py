"""`hearth run --demo` as a whole: real broker, gateway, pretended building and web side."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.broker_fixture import eventually, free_port, has_mosquitto

ROOT = Path(__file__).parents[2]
PATIENCE_S = 150.0  # its eight weeks and its day take a quarter of a minute, where nobody else is at work
PASSWORD = "only-for-this-test-1"

pytestmark = pytest.mark.processes


class Running:
    """A centre as `make run` runs it; what it says goes into a file."""

    def __init__(self, centre: Path, said: Path, *more: str, **environ: str) -> None:
        self.port = free_port()
        self.said = said
        self.centre = centre
        ports = {"HEARTH_HTTP_PORT": str(self.port), "HEARTH_BROKER_PORT": str(free_port())}
        with said.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway", "run", "--demo", "--centre", str(centre), *more],
                cwd=ROOT,
                env={**os.environ, **ports, **environ},
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def until_up(self) -> None:
        eventually(lambda: "Hearth is up" in self.said.read_text() or self.process.poll() is not None, PATIENCE_S)
        assert self.process.poll() is None, self.said.read_text()

    def get(self, path: str) -> dict[str, object]:
        with self.client() as browser:
            return browser.get(path).raise_for_status().json()

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}/api/v1", timeout=10, trust_env=False)

    def children(self) -> list[int]:
        return [
            int(pid) for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]


def kept_of_the_hall(centre: Path) -> int:
    """How many readings of the hall's sensors are kept."""
    file = centre / "data" / "readings.db"
    if not file.exists():
        return 0
    asked = (
        "SELECT count(*) FROM reading_samples JOIN reading_series AS of ON of.id = series WHERE device = 'hall-node'"
    )
    with contextlib.closing(sqlite3.connect(file)) as connection:
        return connection.execute(asked).fetchone()[0]


def is_more_kept(centre: Path, than: int) -> bool:
    return kept_of_the_hall(centre) > than


@pytest.fixture
def run(tmp_path):
    """Start the demo centre; whatever is left of it at the end is killed."""
    started: list[Running] = []

    def start(**environ: str) -> Running:
        started.append(Running(tmp_path / "centre", tmp_path / f"said-{len(started)}", **environ))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()


def test_the_demo_comes_up_on_either_broker_with_the_same_people_and_ctrl_c_ends_all_of_it(run, tmp_path):
    """Found where there is no Mosquitto; then one is installed. `lived_in` is founded on that."""
    tables = []
    for kind in ("embedded", "mosquitto") if has_mosquitto() else ("embedded", "embedded"):
        kept_before = kept_of_the_hall(tmp_path / "centre")
        running = run(HEARTH_BROKER_KIND=kind)
        running.until_up()
        children, said = running.children(), running.said.read_text()

        assert running.get("/health/ready")["ready"] is True
        assert len(children) == 5
        assert ("embedded broker stands in" in said) is (kind == "embedded")
        eventually(partial(is_more_kept, running.centre, kept_before), PATIENCE_S)

        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(PATIENCE_S) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in children)
        assert "Traceback" not in running.said.read_text()
        told = [line for line in said.splitlines() if line.startswith("  ")]
        tables.append([line.replace(f":{running.port}/", ":PORT/") for line in told])

    assert tables[0] == tables[1]
    assert any("10001 to 10200" in line for line in tables[0])
    assert [line.split(":PORT")[1].partition("#")[0] for line in tables[0] if ":PORT" in line] == [
        "/app/",
        "/kiosk/",
        "/staff/",
    ]


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory):
    """A demo centre that is up, and whose house has a day behind it, as `make day` runs it."""
    directory = tmp_path_factory.mktemp("day")
    running = Running(directory / "centre", directory / "said", "--day", HEARTH_DEMO_PASSWORD=PASSWORD)
    try:
        running.until_up()
        yield running
    finally:
        running.process.kill()
        running.process.wait()


@pytest.fixture(scope="module")
def desk(lived_in):
    """The desk's browser, once everything that the node had kept has come."""
    with lived_in.client() as browser:
        browser.post("/session", json={"member_no": "s002", "password": PASSWORD}).raise_for_status()
        eventually(lambda: _crowd(browser, "hall")["people"] is not None, PATIENCE_S)
        yield browser


def _crowd(browser: httpx.Client, zone: str) -> dict[str, object]:
    return next(one["crowd"] for one in browser.get("/staff/zones").json()["items"] if one["id"] == zone)


def _last_closing() -> date:
    """The last day whose evening is over: the house closes at ten."""
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    return now.date() if now.hour >= 22 else now.date() - timedelta(days=1)


@pytest.mark.parametrize("zone", ["hall", "pool", "first-floor"])
def test_every_zone_fills_in_the_day_that_was_lived_and_is_empty_when_it_closes(desk, zone):
    """Whatever the hour is now: its 24 hours lie on two days, and only one of these has closed."""
    closed, today = (
        desk.get(f"/staff/zones/{zone}/day", params=asked).json() for asked in ({"day": str(_last_closing())}, {})
    )
    at_closing = next(one for one in closed["points"] if datetime.fromisoformat(one["at"]).hour == 14)  # in UTC

    assert max(closed["most"], today["most"] or 0) >= 3
    assert (at_closing["people"], closed["left_over"], closed["corrected"]) == (0, 0, 0)


def test_of_one_leak_and_one_call_there_is_one_alert_each_and_a_leak_becomes_a_repair(desk):
    alerts = desk.get("/staff/alerts").json()["items"]
    found = {one["kind"]: one for one in alerts}

    assert Counter(one["kind"] for one in alerts if one["kind"] in {"leak", "call_staff"}) == {
        "leak": 1,
        "call_staff": 1,
    }
    assert "大厅" in found["leak"]["text"]
    assert "泳池" in found["call_staff"]["text"]
    leak = found["leak"]["id"]
    desk.post(f"/staff/alerts/{leak}/work-order", json={}, headers={"Idempotency-Key": leak}).raise_for_status()
    orders = desk.get("/staff/work-orders", params={"limit": 100}).json()["items"]
    assert [one["alert_id"] for one in orders].count(leak) == 1


def test_the_day_was_used_by_bookings_kept_and_missed_and_by_lockers(desk):
    """Since yesterday: of a day that has just begun nothing need be used yet."""
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    span = {"from": str(today - timedelta(days=1)), "to": str(today)}
    usage = desk.get("/staff/usage", params=span).json()
    hours = desk.get("/staff/usage/heat", params=span).json()["hours"]

    assert sum(one["utilisation"] or 0 for one in usage["spaces"]) > 0
    assert sum(one["rentals"] for one in usage["banks"] if one["bank_id"] == "bank-a") > 0
    assert sum(hour or 0 for day in hours for hour in day) > 0
    month = desk.get("/staff/usage", params=span | {"from": str(today - timedelta(days=28))}).json()
    assert sum(one["no_shows"] for one in month["spaces"]) > 0


def test_the_air_the_window_and_the_power_of_the_day_can_be_read(desk):
    now = datetime.now(UTC)
    asked = {"from": (now - timedelta(hours=25)).isoformat(), "to": now.isoformat(), "step": "sample", "limit": 1000}
    most = {}
    for one in desk.get("/staff/sensors", params={"limit": 100}).json()["items"]:
        points = desk.get(f"/staff/sensors/{one['id']}/history", params=asked).json()["items"]
        most[one["sensor"], one["metric"]] = max(
            (hour["most"] for hour in points if hour["most"] is not None), default=0
        )

    assert most["pool-air", "co2"] > 450
    assert most["pool-window", "open"] == most["upstairs", "motion"] == most["cellar", "water_leak"] == 1
    assert most["mains", "energy"] > 10


def test_one_centre_is_run_once(lived_in):
    second = Running(lived_in.centre, lived_in.said.with_name("second"))

    assert second.process.wait(PATIENCE_S) == 1
    assert "this centre is running already" in second.said.read_text()
    assert lived_in.get("/health/ready")["ready"] is True


def test_a_gateway_that_is_killed_comes_back_and_the_web_side_says_so_meanwhile(lived_in):
    running = lived_in
    gateway = next(
        pid for pid in running.children() if b"gateway\0gateway" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    os.kill(gateway, signal.SIGKILL)

    eventually(lambda: "the gateway was killed by SIGKILL; starting it again" in running.said.read_text())

    def is_ready() -> bool:
        try:
            return running.get("/health/ready")["ready"] is True
        except httpx.HTTPError:
            return False

    eventually(is_ready, PATIENCE_S)

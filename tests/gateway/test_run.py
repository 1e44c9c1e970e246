"""`hearth run --demo` as a whole: real broker, gateway, pretended building and web side."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.broker_fixture import eventually, free_port, has_mosquitto

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0

pytestmark = pytest.mark.processes


class Running:
    """A centre as `make run` runs it; what it says goes into a file."""

    def __init__(self, centre: Path, said: Path, **environ: str) -> None:
        self.port = free_port()
        self.said = said
        self.centre = centre
        ports = {"HEARTH_HTTP_PORT": str(self.port), "HEARTH_BROKER_PORT": str(free_port())}
        with said.open("w") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway", "run", "--demo", "--centre", str(centre)],
                cwd=ROOT,
                env={**os.environ, **ports, **environ},
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def until_up(self) -> None:
        eventually(lambda: "Hearth is up" in self.said.read_text() or self.process.poll() is not None, PATIENCE_S)
        assert self.process.poll() is None, self.said.read_text()

    def get(self, path: str) -> dict[str, object]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/v1{path}", timeout=10) as answer:
            return json.load(answer)

    def children(self) -> list[int]:
        return [
            int(pid) for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]


def measuring(centre: Path) -> set[str]:
    """The devices of which anything has been kept."""
    with contextlib.closing(sqlite3.connect(centre / "data" / "readings.db")) as connection:
        return {device for (device,) in connection.execute("SELECT device FROM reading_series")}


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


@pytest.mark.parametrize(
    "kind",
    [pytest.param("mosquitto", marks=pytest.mark.skipif(not has_mosquitto(), reason="no Mosquitto")), "embedded"],
)
def test_the_demo_comes_up_on_either_broker_and_ctrl_c_ends_all_of_it(run, kind):
    running = run(HEARTH_BROKER_KIND=kind)
    running.until_up()
    children = running.children()

    assert running.get("/health/ready")["ready"] is True
    assert len(children) == 5
    assert ("embedded broker stands in" in running.said.read_text()) is (kind == "embedded")

    eventually(lambda: "hall-node" in measuring(running.centre), PATIENCE_S)

    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(PATIENCE_S) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)
    assert "Traceback" not in running.said.read_text()


def test_the_people_stay_the_same_from_run_to_run(run):
    tables = []
    for _ in range(2):
        running = run()
        running.until_up()
        said = running.said.read_text().replace(f":{running.port}/", ":PORT/")
        tables.append([line for line in said.splitlines() if line.startswith("  ")])
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(PATIENCE_S) == 0

    assert tables[0] == tables[1]
    assert any("10001 to 10200" in line for line in tables[0])
    assert [line.split(":PORT")[1].partition("#")[0] for line in tables[0] if ":PORT" in line] == [
        "/app/",
        "/kiosk/",
        "/staff/",
    ]


def test_one_centre_is_run_once(run):
    first = run()
    first.until_up()
    second = run()

    assert second.process.wait(PATIENCE_S) == 1
    assert "this centre is running already" in second.said.read_text()
    assert first.get("/health/ready")["ready"] is True


def test_a_gateway_that_is_killed_comes_back_and_the_web_side_says_so_meanwhile(run):
    running = run()
    running.until_up()
    gateway = next(
        pid for pid in running.children() if b"gateway\0gateway" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    os.kill(gateway, signal.SIGKILL)

    eventually(lambda: "the gateway was killed by SIGKILL; starting it again" in running.said.read_text())

    def is_ready() -> bool:
        try:
            return running.get("/health/ready")["ready"] is True
        except OSError:
            return False

    eventually(is_ready, PATIENCE_S)

"""What tests of several packages need: a real broker, a fresh database."""

import contextlib
import logging
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import cache
from logging.handlers import QueueHandler
from pathlib import Path

import pytest
from hypothesis import settings

from tests.database_fixture import (
    database_url,
    empty_database_url,
    postgres,
    postgres_url,
    sessions,
    sqlite_file,
    sqlite_template,
)

__all__ = [
    "database_url",
    "empty_database_url",
    "postgres",
    "postgres_url",
    "sessions",
    "sqlite_file",
    "sqlite_template",
]

# `make test` tries the same examples each time, so that red today is red tomorrow; `make fuzz` tries others. How long
# one takes is no fault of the example: the machine may be busy.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("other", derandomize=False, deadline=None)
settings.load_profile("same")


class Mosquitto:
    """A real Mosquitto on a free loopback port, anonymous unless `lines` say otherwise."""

    host = "127.0.0.1"

    def __init__(self, directory: Path, lines: str) -> None:
        self.port = _free_port()
        self.log = directory / "mosquitto.log"
        self._config = directory / "mosquitto.conf"
        # Started by root it would otherwise become a user who cannot read this directory.
        self._config.write_text(f"user root\nlistener {self.port} {self.host}\npersistence false\n{lines}\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again on the same port; it answers when this returns."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                ["mosquitto", "-v", "-c", str(self._config)], stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + 10
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"mosquitto did not start: {self.log.read_text()}")
            time.sleep(0.01)  # a process of somebody else's offers nothing to wait on

    def freeze(self) -> None:
        """It keeps every connection and answers nothing, as with a stalled card."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """No goodbye to anybody. Safe to repeat."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _send(self, number: signal.Signals) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), timeout=1):
            return True
        return False


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@pytest.fixture
def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    return _free_port()


@pytest.fixture
def make_mosquitto(tmp_path: Path) -> Iterator[Callable[[str], Mosquitto]]:
    """`make_mosquitto(lines)`: a running broker whose configuration ends with these lines."""
    if shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin") is None:
        pytest.skip("no Mosquitto on this machine")
    brokers: list[Mosquitto] = []

    def make(lines: str = "allow_anonymous true") -> Mosquitto:
        directory = tmp_path / f"mosquitto-{len(brokers)}"
        directory.mkdir()
        brokers.append(Mosquitto(directory, lines))
        brokers[-1].start()
        return brokers[-1]

    yield make
    for broker in brokers:
        broker.kill()


@pytest.fixture
def mosquitto(make_mosquitto: Callable[[], Mosquitto]) -> Mosquitto:
    """A running broker that lets everybody in."""
    return make_mosquitto()


@pytest.fixture(autouse=True)
def _logging_as_before():
    """A program that a test calls in its own process sets logging up; the next test must not inherit that."""
    handlers, level = list(logging.root.handlers), logging.root.level
    yield
    for handler in [one for one in logging.root.handlers if isinstance(one, QueueHandler) and one not in handlers]:
        logging.root.removeHandler(handler)
    logging.root.setLevel(level)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """For each of these markers `make test` reads only the files that name it, and would lose one marked elsewhere."""
    for item in items:
        for mark in ("processes", "browser", "model"):
            if item.get_closest_marker(mark) and f"mark.{mark}" not in _text_of(item.path):
                raise pytest.UsageError(f"{item.path} must itself say that its tests are `{mark}`")


@cache
def _text_of(file: Path) -> str:
    return file.read_text()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How long the model of the unlock protocol is tried: `--schedules 1000000 --first-seed 7` for a long night.

    And by what clock the browser tests live: `--at 2026-12-31T23:50` for the last minutes of a year.
    """
    parser.addoption("--schedules", type=int, default=3_000, help="random fault schedules to play (default 3000)")
    parser.addoption("--first-seed", type=int, default=0, help="the first schedule's seed (default 0)")
    parser.addoption(
        "--at", default="2026-03-04T10:20", help="when browser tests begin, in Shanghai (default: %(default)s)"
    )

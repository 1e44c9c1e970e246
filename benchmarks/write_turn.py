"""What one program waits for another that writes to SQLite: `python benchmarks/write_turn.py [--seconds N]`.

One program does one act after another, of three milliseconds each, as the gateway does when it looks after fifty locks
in a row. Another wants to write now and then, as the API does when somebody presses: in turn as ours do, who try again
in even steps, and with SQLite's own waiting, whose steps grow. First of all it is alone, which is the floor.

Printed is how long it waited until it could write.
"""

import argparse
import itertools
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import text

from gateway.kit.db import BUSY_TIMEOUT_MS, Sessions, open_engine

ACT_S = 0.003
REST_S = 0.02  # at the most
TURN_S = 1.0
AT_LEAST = 2  # of each, however little time there is
ALONE = 100


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="how long it is measured (default 20)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hearth-bench-") as folder:
        file = Path(folder) / "core.db"
        sessions = Sessions(open_engine(f"sqlite:///{file}"))
        with sessions.begin() as session:
            session.execute(text("CREATE TABLE acts (no)"))
        with closing(sqlite3.connect(file, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)) as raw:
            ways = {"in even steps": lambda: waited_s(sessions), "in SQLite's own": lambda: waited_raw_s(raw)}
            report("alone, the floor", [waited_s(sessions) for _ in range(ALONE)])
            with busy(file):
                waits = measure(ways, options.seconds)
        sessions.close()
    for name, some in waits.items():
        report(f"beside one who writes without a pause, {name}", some)
    return 0


def measure(ways: dict[str, Callable[[], float]], seconds: float) -> dict[str, list[float]]:
    """How long each way had to wait: a second of the one, a second of the other."""
    waits: dict[str, list[float]] = {name: [] for name in ways}
    until, dice = time.monotonic() + seconds, random.Random(1)
    for name in itertools.cycle(ways):
        if time.monotonic() > until and all(len(some) >= AT_LEAST for some in waits.values()):
            return waits
        its_turn_until = time.monotonic() + TURN_S
        while time.monotonic() < its_turn_until:
            time.sleep(dice.random() * REST_S)
            waits[name].append(ways[name]())
    raise AssertionError


def waited_s(sessions: Sessions) -> float:
    """Until a transaction of ours may write."""
    began = time.perf_counter()
    with sessions.begin() as session:
        session.connection()
        return time.perf_counter() - began


def waited_raw_s(raw: sqlite3.Connection) -> float:
    """Until a bare one may."""
    began = time.perf_counter()
    raw.execute("BEGIN IMMEDIATE")
    took_s = time.perf_counter() - began
    raw.execute("ROLLBACK")
    return took_s


@contextmanager
def busy(file: Path) -> Iterator[None]:
    """Another program does one act after another meanwhile."""
    process = subprocess.Popen([sys.executable, __file__, "--serve-busy", file], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()  # it has begun
        yield
        if process.poll() is not None:
            raise RuntimeError("the other program has ended")
    finally:
        process.terminate()
        process.wait(10)


def serve_busy(file: str) -> None:
    """One act after another, until somebody ends it."""
    sessions = Sessions(open_engine(f"sqlite:///{file}"))
    for no in itertools.count():
        with sessions.begin() as session:
            until = time.perf_counter() + ACT_S
            session.execute(text("INSERT INTO acts VALUES (:no)"), {"no": no})
            while time.perf_counter() < until:
                session.execute(text("SELECT 1"))
        if no == 0:
            print("at it", flush=True)


def report(what: str, waits: list[float]) -> None:
    """One line."""
    hundredths = statistics.quantiles(waits, n=100, method="inclusive")
    p50, p90, p99 = (f"{hundredths[no - 1] * 1e3:.2f}" for no in (50, 90, 99))
    print(f"{what}: {len(waits)} times, p50 {p50} ms, p90 {p90}, p99 {p99}, most {max(waits) * 1e3:.1f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve-busy"]:
        serve_busy(sys.argv[2])
    else:
        sys.exit(main())

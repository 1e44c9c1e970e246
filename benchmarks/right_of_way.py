"""What a flood of readings costs an unlock within one process: `python benchmarks/right_of_way.py [--seconds N]`.

One thread acts as the gateway's does: four transactions of thirty small statements, what an unlock asks all in all, and
three pauses between, in which the door answers. Beside it the real recorder takes in 5,000 readings again and again. In
turn the unlock has no right of way, has it act by act, and has it from the first act until the last, so that all three
see the same machine; first of all it is alone, which is the floor.

Printed are how long it took, and how much of the recorder's processor time fell within it, which holds on a machine at
work, too.
"""

import argparse
import contextlib
import functools
import itertools
import math
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from devices.wire import codec
from devices.wire.messages import Measurement, Readings
from gateway.centre import Centre, open_centre, reading_store
from gateway.founding import found
from gateway.kit.right_of_way import RightOfWay
from gateway.program import ANSWER_S, TURN_S
from gateway.recorder import Recorder

SITE, DEVICE = "bench", "meter"
ACTS = 4
STATEMENTS = 30  # of each
ANSWERS_S = 0.004  # the door, and the network
BATCH = 5_000
SENSORS = 50
REST_S = 0.005
AT_LEAST = 2  # of each, however little time there is
WAYS = {  # how long the way stays taken after an act; None: it is not taken at all
    "without the right of way": None,
    "with it, act by act": 0.0,
    "with it, as a whole": ANSWER_S,
}


@dataclass(frozen=True)
class Unlock:
    """What one came to, in seconds."""

    took_s: float
    readings_s: float  # processor time of the thread that takes readings in


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="how long it is measured (default 20)")
    options = parser.parse_args()
    sys.setswitchinterval(TURN_S)
    with tempfile.TemporaryDirectory(prefix="hearth-bench-") as name:
        directory = Path(name) / "centre"
        found(directory, site=SITE, zone="Asia/Shanghai", now=datetime.now(UTC), environ={})
        centre = open_centre(directory, environ={})
        way = RightOfWay()
        alone = [unlock(centre, way, None, lambda: 0.0) for _ in range(30)]
        figures = measure(centre, way, options.seconds)
        centre.sessions.close()
    report("alone", alone)
    for name, unlocks in figures.items():
        report(f"beside readings, {name}", unlocks)
    return 0


def measure(centre: Centre, way: RightOfWay, seconds: float) -> dict[str, list[Unlock]]:
    """Unlocks beside readings, in turn with each of the ways."""
    flood = Flood(centre, way)
    unlocks: dict[str, list[Unlock]] = {name: [] for name in WAYS}
    until = time.monotonic() + seconds
    for name in itertools.cycle(WAYS):
        if time.monotonic() > until and all(len(some) >= AT_LEAST for some in unlocks.values()):
            return unlocks
        batch = threading.Thread(target=flood.take_in)
        batch.start()
        clock = time.pthread_getcpuclockid(batch.ident or 0)
        flood.is_at_it.wait()
        while batch.is_alive():
            one = unlock(centre, way, WAYS[name], functools.partial(cpu_s, batch, clock))
            if batch.is_alive():
                unlocks[name].append(one)
            time.sleep(REST_S)
        batch.join()
    raise AssertionError


def cpu_s(thread: threading.Thread, clock: int) -> float:
    """Processor time of a thread; NaN once it has ended."""
    return time.clock_gettime(clock) if thread.is_alive() else math.nan


def unlock(centre: Centre, way: RightOfWay, and_then_s: float | None, readings_s: Callable[[], float]) -> Unlock:
    """One, act by act."""
    began, before = time.perf_counter(), readings_s()
    for no in range(ACTS):
        if no:
            time.sleep(ANSWERS_S)
        with contextlib.nullcontext() if and_then_s is None else way.taken(and_then_s=and_then_s):
            act(centre)
    return Unlock(time.perf_counter() - began, readings_s() - before)


def act(centre: Centre) -> None:
    """One of its transactions."""
    with centre.sessions.begin() as session:
        for _ in range(STATEMENTS):
            session.execute(text("SELECT count(*) FROM devices WHERE id = :id"), {"id": DEVICE})


class Flood:
    """The real recorder, and readings without end: each of them news."""

    def __init__(self, centre: Centre, way: RightOfWay) -> None:
        store = reading_store(centre.directory, centre.settings)
        store.prepare()
        self.is_at_it = threading.Event()
        self._numbers = itertools.count(1)
        self._recorder = Recorder(
            store,
            site=SITE,
            clock=centre.clock,
            judge=lambda own, _others: own.keys(),
            acknowledge=lambda _kept: None,
            bury=lambda _buried: None,
            judge_again=lambda: None,
            right_of_way=way,
        )

    def take_in(self) -> None:
        """One batch; `is_at_it` when it has come."""
        self.is_at_it.clear()
        for no in itertools.islice(self._numbers, BATCH):
            reading = Measurement(sensor=f"sensor-{no % SENSORS}", metric="energy", value=float(no))
            message = codec.encode_readings(Readings(store="0" * 16, seq=no, oldest=1, age_ms=0, readings=[reading]))
            self._recorder.hear(f"hearth/1/{SITE}/{DEVICE}/reading", message)
        self.is_at_it.set()
        self._recorder.take()


def report(what: str, unlocks: list[Unlock]) -> None:
    """One line."""
    took = statistics.quantiles([one.took_s for one in unlocks], n=10, method="inclusive")
    readings = statistics.mean(one.readings_s for one in unlocks)
    print(
        f"{what}: {len(unlocks)} unlocks, p50 {took[4] * 1e3:.1f} ms, p90 {took[8] * 1e3:.1f};"
        f" readings within one {readings * 1e3:.1f} ms of processor time"
    )


if __name__ == "__main__":
    sys.exit(main())

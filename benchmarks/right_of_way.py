"""What a flood of readings costs an unlock within one process: `python benchmarks/right_of_way.py [--seconds N]`.

One thread acts as the gateway's does: a transaction of 120 small statements, what an unlock asks all in all. Beside it
the real recorder takes in 5,000 readings again and again. In turn the act has the right of way, and has it not, so that
both see the same machine; first of all it is alone, which is the floor.
"""

import argparse
import contextlib
import itertools
import statistics
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from devices.wire import codec
from devices.wire.messages import Measurement, Readings
from gateway.centre import Centre, open_centre, reading_store
from gateway.founding import found
from gateway.kit.right_of_way import RightOfWay
from gateway.program import TURN_S
from gateway.recorder import Recorder

SITE, DEVICE = "bench", "meter"
STATEMENTS = 120
BATCH = 5_000
SENSORS = 50
REST_S = 0.005


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20, help="how long both are measured (default 20)")
    options = parser.parse_args()
    sys.setswitchinterval(TURN_S)
    with tempfile.TemporaryDirectory(prefix="hearth-bench-") as name:
        directory = Path(name) / "centre"
        found(directory, site=SITE, zone="Asia/Shanghai", now=datetime.now(UTC), environ={})
        centre = open_centre(directory, environ={})
        alone = [timed(centre) for _ in range(100)]
        figures = measure(centre, options.seconds)
        centre.sessions.close()
    report("alone", alone)
    report("beside readings, without the right of way", figures[False])
    report("beside readings, with it", figures[True])
    return 0


def measure(centre: Centre, seconds: float) -> dict[bool, list[float]]:
    """How long an act took beside readings, with the right of way and without."""
    way = RightOfWay()
    flood = Flood(centre, way)
    times: dict[bool, list[float]] = {True: [], False: []}
    until = time.monotonic() + seconds
    for has_way in itertools.cycle((True, False)):
        if time.monotonic() > until:
            return times
        batch = threading.Thread(target=flood.take_in)
        batch.start()
        while batch.is_alive():
            with way.taken() if has_way else contextlib.nullcontext():
                took = timed(centre)
            if batch.is_alive():
                times[has_way].append(took)
            time.sleep(REST_S)
        batch.join()
    raise AssertionError


def timed(centre: Centre) -> float:
    """Seconds for one act."""
    began = time.perf_counter()
    with centre.sessions.begin() as session:
        for _ in range(STATEMENTS):
            session.execute(text("SELECT count(*) FROM devices WHERE id = :id"), {"id": DEVICE})
    return time.perf_counter() - began


class Flood:
    """The real recorder, and readings without end: each of them news."""

    def __init__(self, centre: Centre, way: RightOfWay) -> None:
        store = reading_store(centre.directory, centre.settings)
        store.prepare()
        self._numbers = itertools.count(1)
        self._recorder = Recorder(
            store,
            site=SITE,
            clock=centre.clock,
            judge=lambda own, _others: own.keys(),
            acknowledge=lambda _kept: None,
            bury=lambda _buried: None,
            right_of_way=way,
        )

    def take_in(self) -> None:
        """One batch."""
        for no in itertools.islice(self._numbers, BATCH):
            reading = Measurement(sensor=f"sensor-{no % SENSORS}", metric="energy", value=float(no))
            message = codec.encode_readings(Readings(store="0" * 16, seq=no, oldest=1, age_ms=0, readings=[reading]))
            self._recorder.hear(f"hearth/1/{SITE}/{DEVICE}/reading", message)
        self._recorder.take()


def report(what: str, times: list[float]) -> None:
    """One line."""
    marks = statistics.quantiles(times, n=100, method="inclusive")
    print(
        f"{what}: {len(times)} acts, p50 {marks[49] * 1e3:.1f} ms, p90 {marks[89] * 1e3:.1f}, p99 {marks[98] * 1e3:.1f}"
    )


if __name__ == "__main__":
    sys.exit(main())

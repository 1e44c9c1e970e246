"""Run the checks and the tests, lane by lane, and sum them up in one last line.

check   format, lint, types, import rules, the pages' types, and the tests that take no more than a moment
test    the same, and every other test: random schedules, PostgreSQL, real processes, a real browser
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from need import THINGS

BIN = Path(sys.executable).parent
CHECKS: dict[str, list[str | Path]] = {
    "format": [BIN / "ruff", "format", "--check", "--quiet", "."],
    "lint": [BIN / "ruff", "check", "--quiet", "."],
    "types": [BIN / "mypy"],
    "import rules": [BIN / "lint-imports", "--no-logo"],
    "pages' types": [sys.executable, "tools/web.py", "check"],
}
SLOW = ("processes", "browser", "postgres", "model")  # the markers of pyproject.toml
AT_ONCE = 2  # tests side by side; whatever is slow or timed has a centre, a house or a database of its own
TESTS = Path("tests")
NEEDS = {"processes": "broker", "browser": "browser", "postgres": "database"}


@dataclass(frozen=True)
class Lane:
    """One run of pytest over some of the tests."""

    name: str
    marks: str
    only: str | None = None  # the marker that all of its tests bear: only files that name it are read
    apart: bool = False  # one file's tests may run in different processes: none shares anything costly
    beside: bool = False  # nothing in it is timed: it takes the processor whenever the other lanes leave it idle


def main() -> int:
    """Run what was asked for; 1 when anything failed."""
    if sys.argv[1:] not in (["check"], ["test"]):
        print(__doc__, file=sys.stderr)
        return 2
    started = time.monotonic()
    with ThreadPoolExecutor() as together:
        is_well = dict(zip(CHECKS, together.map(_check, CHECKS, CHECKS.values()), strict=True))
    failed_checks = [name for name, is_ok in is_well.items() if not is_ok]
    missing = [mark for mark, thing in NEEDS.items() if not THINGS[thing].is_here()]
    counts: Counter[str] = Counter()
    failed_lanes = run_all(lanes(sys.argv[1], missing), counts)
    outcome = Outcome(failed_checks, failed_lanes, missing, counts)
    print(sum_up(sys.argv[1], outcome, time.monotonic() - started))
    return 0 if outcome.is_good() else 1


def lanes(asked: str, missing: list[str]) -> list[Lane]:
    if asked == "check":
        return [Lane("fast tests", _none_of(SLOW))]
    left_out = [mark for mark in NEEDS if mark in missing]
    every = {
        "tests": Lane("tests", _none_of(["processes", "browser", "model", *left_out])),
        "model": Lane("random schedules", "model", only="model", apart=True, beside=True),
        "processes": Lane(
            "tests with real processes", f"processes and {_none_of(['browser', *left_out])}", only="processes"
        ),
        "browser": Lane(
            "tests in a real browser", " and ".join(["browser", *(f"not {one}" for one in left_out)]), only="browser"
        ),
    }
    return [lane for mark, lane in every.items() if mark not in missing]


def files_of(lane: Lane, tests: Path = TESTS) -> list[Path]:
    """What pytest is to read for a lane. A test bears one of these markers only where its own file says so."""
    if lane.only is None:
        return [tests]
    return sorted(file for file in tests.rglob("test_*.py") if f"mark.{lane.only}" in file.read_text())


def _none_of(marks: list[str] | tuple[str, ...]) -> str:
    return f"not ({' or '.join(dict.fromkeys(marks))})"


def _check(name: str, command: list[str | Path]) -> bool:
    started = time.monotonic()
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    ok = done.returncode == 0
    said = "" if ok else f"{done.stdout}{done.stderr}\n"
    print(f"{'ok    ' if ok else 'FAILED'} {name} ({time.monotonic() - started:.1f} s)\n{said}", end="", flush=True)
    return ok


def run_all(chosen: list[Lane], counts: Counter[str]) -> list[str]:
    """One lane after another, and meanwhile those that run beside; the names of those that failed."""
    aside = {lane: _start_aside(lane) for lane in chosen if lane.beside}
    try:
        failed = [lane.name for lane in chosen if lane not in aside and not _run(lane)]
        failed += [lane.name for lane, process in aside.items() if process.wait() != 0]
    finally:
        for process in aside.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
    for lane in aside:
        print(f"\n{lane.name}, beside the others\n{_said_by(lane).read_text()}", end="", flush=True)
    for lane in chosen:
        if _report_of(lane).exists():
            suite = next(ET.parse(_report_of(lane)).getroot().iter("testsuite"))
            counts.update({word: int(suite.get(word, "0")) for word in ("tests", "failures", "errors", "skipped")})
    return failed


def _run(lane: Lane) -> bool:
    print(f"\n{lane.name}", flush=True)
    return subprocess.run(_command(lane), env=_with_bytecode(), check=False).returncode == 0


def _start_aside(lane: Lane) -> subprocess.Popen[bytes]:
    """Linux shares the processor among sessions first and inside each then: so it has one, and that one is nice too."""
    with _said_by(lane).open("w") as said:
        command = ["nice", "-n", "19", *_command(lane)]
        process = subprocess.Popen(command, env=_with_bytecode(), stdout=said, stderr=said, start_new_session=True)
    with contextlib.suppress(OSError):  # a kernel that does not share so
        Path(f"/proc/{process.pid}/autogroup").write_text("19")
    return process


def _command(lane: Lane) -> list[str | Path]:
    _report_of(lane).unlink(missing_ok=True)
    way = "load" if lane.apart else "loadfile"
    side_by_side = ["-n", str(AT_ONCE), "--dist", way]
    chosen = ["-m", lane.marks, *map(str, files_of(lane))]
    return [sys.executable, "-m", "pytest", "-q", *chosen, *side_by_side, f"--junitxml={_report_of(lane)}"]


def _report_of(lane: Lane) -> Path:
    return Path(".make") / f"{lane.name.replace(' ', '-')}.xml"


def _said_by(lane: Lane) -> Path:
    return _report_of(lane).with_suffix(".txt")


def _with_bytecode() -> dict[str, str]:
    """This environment, in which Python keeps what it has compiled: a test run starts hundreds of processes."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass
class Outcome:
    """What became of one run."""

    failed_checks: list[str]
    failed_lanes: list[str]
    missing: list[str]  # markers whose tests could not run here
    counts: Counter[str]

    def is_good(self) -> bool:
        return not (self.failed_checks or self.failed_lanes)


def sum_up(asked: str, outcome: Outcome, took_s: float) -> str:
    counts = outcome.counts
    failed = counts["failures"] + counts["errors"]
    parts = [
        f"{counts['tests'] - failed - counts['skipped']} tests passed, {failed} failed, {counts['skipped']} skipped",
        *(f"{name} FAILED" for name in outcome.failed_checks + outcome.failed_lanes),
    ]
    if asked == "test":
        parts += [f"NOT RUN: {mark} ({THINGS[NEEDS[mark]].name} is not installed)" for mark in outcome.missing]
    verdict = "ok" if outcome.is_good() else "FAILED"
    return f"\nmake {asked}: {verdict}: {'; '.join(parts)}; {took_s // 60:.0f} min {took_s % 60:.0f} s"


if __name__ == "__main__":
    sys.exit(main())

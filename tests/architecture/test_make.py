"""`make`: what it runs where something is missing, and what it says of it."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SLOW = ("processes", "browser", "postgres", "model")


@pytest.fixture
def lanes(monkeypatch):
    """tools/lanes.py, as it is imported when run."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return __import__("lanes")


def chosen(expression: str, mark: str) -> bool:
    """Whether pytest would take a test with this one marker."""
    return bool(eval(expression, {"__builtins__": {}}, {name: name == mark for name in (*SLOW, "none")}))


@pytest.mark.parametrize(
    ("words", "does"),
    [
        (["run"], 'hearth run --demo --centre ".centre"'),
        (["day"], 'hearth run --demo --day --centre ".centre-day"'),
        (["day", "CENTRE=here"], 'hearth run --demo --day --centre "here"'),
    ],
)
def test_make_day_is_make_run_in_a_centre_of_its_own_that_has_lived_a_day(words, does):
    said = subprocess.run(
        ["make", "-n", *words], cwd=ROOT, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=True
    )

    assert does in said.stdout


def test_each_kind_of_test_is_run_in_exactly_one_lane(lanes):
    for mark in (*SLOW, "none"):
        assert sum(chosen(lane.marks, mark) for lane in lanes.lanes("test", [])) == 1, mark


@pytest.mark.parametrize("mark", ["processes", "browser", "model"])
def test_a_lane_of_few_reads_the_files_that_name_its_marker_and_no_others(lanes, tmp_path, mark):
    (tmp_path / "test_one.py").write_text(f"pytestmark = pytest.mark.{mark}")
    (tmp_path / "test_other.py").write_text("def test_it(): ...")
    (lane,) = [lane for lane in lanes.lanes("test", []) if lane.only == mark]

    assert lanes.files_of(lane, tmp_path) == [tmp_path / "test_one.py"]


def test_a_test_marked_from_elsewhere_stops_the_run_since_no_lane_would_read_it(tmp_path):
    (tmp_path / "conftest.py").write_text(
        "import pytest\nfrom tests.conftest import pytest_collection_modifyitems\nSLOW = pytest.mark.processes\n"
    )
    (tmp_path / "test_marked.py").write_text("from conftest import SLOW\n\n@SLOW\ndef test_it(): ...\n")
    words = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path)]
    said = subprocess.run([*words, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)

    assert said.returncode == pytest.ExitCode.USAGE_ERROR
    assert "must itself say that its tests are `processes`" in said.stdout + said.stderr


def test_beside_the_others_runs_only_what_takes_no_time_by_the_clock(lanes):
    """Whatever waits for a process, a page or a deadline would wait longer with its processor taken away."""
    beside = [lane for lane in lanes.lanes("test", []) if lane.beside]

    assert [mark for mark in (*SLOW, "none") for lane in beside if chosen(lane.marks, mark)] == ["model"]


def test_a_lane_beside_the_others_takes_what_they_leave_is_told_counted_and_fails_the_whole(
    lanes, tmp_path, monkeypatch, capfd
):
    aside, first = lanes.Lane("aside", "not model", only="model", beside=True), lanes.Lane("first", "not model")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(lanes, "AT_ONCE", 0)
    (tmp_path / ".make").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_one.py").write_text("def test_well(): ...")
    (tmp_path / "tests" / "test_other.py").write_text(
        f"import os, pathlib  # mark.{aside.only}\n"
        "def test_ill():\n"
        "    shared = pathlib.Path('/proc/self/autogroup')\n"
        "    raise EOFError(f'nice {os.nice(0)}', shared.read_text().split()[-1] if shared.exists() else '19')\n"
    )
    counts = Counter()

    assert lanes.run_all([aside, first], counts) == ["first", "aside"]
    assert (counts["tests"], counts["failures"]) == (3, 2)
    said = capfd.readouterr().out
    assert said.index("1 failed, 1 passed") < said.index("aside, beside the others")
    assert "EOFError: ('nice 19', '19')" in said.partition("aside, beside the others")[2]


def test_check_leaves_the_slow_ones_out(lanes):
    (lane,) = lanes.lanes("check", [])
    assert chosen(lane.marks, "none")
    assert not any(chosen(lane.marks, mark) for mark in SLOW)


@pytest.mark.parametrize("missing", [["processes"], ["browser"], ["postgres"], ["processes", "browser", "postgres"]])
def test_what_cannot_run_is_left_out_and_the_rest_is_not(lanes, missing):
    for mark in (*SLOW, "none"):
        times = sum(chosen(lane.marks, mark) for lane in lanes.lanes("test", missing))
        assert times == (0 if mark in missing else 1), mark


def test_what_was_not_run_is_said_in_the_last_line(lanes):
    counts = Counter(tests=12, failures=0, errors=0, skipped=2)
    last = lanes.sum_up("test", lanes.Outcome([], [], ["browser"], counts), 61).splitlines()[-1]

    assert last == (
        "make test: ok: 10 tests passed, 0 failed, 2 skipped; NOT RUN: browser (Chromium is not installed); 1 min 1 s"
    )


def test_a_failed_check_is_named_and_makes_the_whole_fail(lanes):
    outcome = lanes.Outcome(["lint"], [], [], Counter(tests=3))

    assert not outcome.is_good()
    assert "FAILED: 3 tests passed, 0 failed, 0 skipped; lint FAILED" in lanes.sum_up("check", outcome, 2)


@pytest.mark.parametrize("target", ["run", "test", "check", "web", "lock", "bench", "clean", "help"])
def test_help_lists_every_target(target):
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"  make {target} " in said


def test_run_moves_its_ports_and_directory():
    words = ["make", "--dry-run", "run", "PORT=8123", "BROKER_PORT=1999", "CENTRE=/some/where"]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert "HEARTH_HTTP_PORT=8123 HEARTH_BROKER_PORT=1999" in said
    assert '--centre "/some/where"' in said


def test_ci_runs_make_test():
    assert "exec make test" in (ROOT / ".ci" / "run").read_text()
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111

"""The benchmarks are run by hand, and seldom: that they still can be is seen here, their types with all the others."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

BENCHMARKS = sorted(path.name for path in (ROOT / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("name", BENCHMARKS)
def test_each_says_what_it_does_and_how_it_is_asked(name, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", [name, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "benchmarks" / name), run_name="__main__")
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert f"`python benchmarks/{name} [--" in said
    assert "floor" in said


def test_the_one_that_needs_no_other_program_prints_its_figures():
    run = [sys.executable, ROOT / "benchmarks" / "right_of_way.py", "--seconds", "0"]
    printed = subprocess.run(run, env={"PYTHONPATH": str(ROOT)}, check=True, capture_output=True, text=True).stdout
    assert [line.partition(":")[0] for line in printed.splitlines()] == [
        "alone",
        "beside readings, without the right of way",
        "beside readings, with it, act by act",
        "beside readings, with it, as a whole",
    ]

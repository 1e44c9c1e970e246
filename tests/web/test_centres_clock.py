"""Times on every page are the centre's, in whatever zone a phone, a kiosk or a desk is."""

import json
import re
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.kit.clock import at_wall
from tools.web import NODE

WEB = Path(__file__).parents[2] / "web" / "src"
CLOCK = WEB / "shared" / "clock.ts"

# Half an hour, an hour, none; changes of clocks at midnight and at two in the morning.
ZONES = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe"]
DAYS = [date(2026, 1, 1) + timedelta(days=day) for day in range(366)]
MINUTES = [0, 30, 90, 120, 150, 180, 1_410]

_ASK = """
globalThis.document = {documentElement: {dataset: {zone: process.argv[2]}}}
const {atMinute, dayOf, fieldTime, instantOf, midnight} = await import(process.argv[1])
const {noons, minutes} = JSON.parse(require('fs').readFileSync(0))
console.log(JSON.stringify(noons.map((noon) => ({
  day: dayOf(noon),
  next: dayOf(midnight(noon, 1)),
  times: minutes.map((each) => atMinute(noon, each).toISOString()),
  typed: instantOf(fieldTime(noon)),
}))))
"""


@pytest.mark.parametrize("zone", ZONES)
def test_days_begin_and_times_are_when_the_centres_own_rules_say(zone):
    there = ZoneInfo(zone)
    noons = [at_wall(there, day, 720) for day in DAYS]
    asked = json.dumps({"noons": [noon.isoformat() for noon in noons], "minutes": MINUTES})
    command = [NODE / "bin" / "node", "--input-type=commonjs", "-e", f"(async () => {{{_ASK}}})()", CLOCK, zone]
    answer = subprocess.run(command, input=asked, capture_output=True, text=True, check=True, timeout=60)
    told = json.loads(answer.stdout)

    assert [one["day"] for one in told] == [day.isoformat() for day in DAYS]
    assert [one["next"] for one in told] == [(day + timedelta(days=1)).isoformat() for day in DAYS]
    for day, noon, one in zip(DAYS, noons, told, strict=True):
        times = [datetime.fromisoformat(time) for time in one["times"]]
        assert times == [at_wall(there, day, minutes) for minutes in MINUTES], day
        assert datetime.fromisoformat(one["typed"]) == noon.astimezone(UTC)


TAKES_APART = re.compile(
    r"\.(get|set)(FullYear|Month|Date|Day|Hours|Minutes)\(|\.toLocale(Date|Time)?String\(|\.toDateString\("
    r"|new Date\([^)]*,"
)


def test_no_page_takes_an_instant_apart_by_the_phones_own_zone():
    assert len(_sources()) > 100
    assert _found(TAKES_APART) == []


COUNTS_HOURS = re.compile(r"(dayOf|midnight)\((Date\.now\(\)|[\w.]+) [+-]")


def test_no_page_takes_a_day_for_24_hours():
    """On the day that a change of clocks makes longer, tomorrow would be today."""
    assert _found(COUNTS_HOURS) == []


def _found(pattern: re.Pattern[str]) -> list[str]:
    return [f"{file.relative_to(WEB)}: {line}" for file in _sources() for line in _lines(file) if pattern.search(line)]


def _sources() -> list[Path]:
    return [file for file in sorted(WEB.rglob("*.ts*")) if file not in {CLOCK, WEB / "shared" / "api.gen.ts"}]


def _lines(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").splitlines()

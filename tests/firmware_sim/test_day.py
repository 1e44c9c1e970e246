"""A day that a pretended node lives through: the same each time, and never twice."""

import os
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from devices.runtime import program
from devices.runtime.config import ConfigError
from devices.runtime.reading_store import SqliteReadings
from devices.wire.signing import SigningKey
from firmware_sim import day, wanted
from firmware_sim.day import between

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 22, 12, tzinfo=ZONE)


@pytest.mark.parametrize("hour", range(24))
def test_whenever_a_day_ends_it_has_one_leak_one_call_and_an_empty_house_at_closing(hour):
    end = NOON.replace(hour=hour, minute=45)
    there = Counter()
    at_closing, begun = None, Counter()

    for one in between(end - day.LASTS, end, ZONE, doors=3):
        if one.at.astimezone(ZONE).time() >= day.CLOSES_AT and at_closing is None:
            at_closing = +there
        there[one.door] += {"come": 1, "go": -1}.get(one.what, 0)
        if one.door:
            there[0] -= {"come": 1, "go": -1}.get(one.what, 0)
        assert min(there.values(), default=0) >= 0
        begun[one.what] += one.is_on

    assert begun["water_leak"] == begun["call"] == 1
    assert at_closing == Counter()


def test_two_halves_of_a_day_are_the_whole_but_for_whoever_was_inside_then():
    begin, middle = NOON - day.LASTS, NOON - timedelta(hours=14)  # the middle is ten in the evening: nobody is
    whole = between(begin, NOON, ZONE, doors=3)

    assert [*between(begin, middle, ZONE, doors=3), *between(middle, NOON, ZONE, doors=3)] == whole
    assert len(whole) > 800


def test_whoever_would_not_have_gone_by_the_end_never_came_where_all_are_to_be_out():
    there = Counter()
    for one in between(NOON - day.LASTS, NOON, ZONE, doors=3, all_out=True):
        there[one.door] += {"come": 1, "go": -1}.get(one.what, 0)

    assert +there == Counter()
    assert len(between(NOON - day.LASTS, NOON, ZONE, doors=3, all_out=True)) > 800


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("since_h", "until_h", "spans_h"),
    [
        (None, None, [(24, 0, False)]),
        (0.3, None, [(24, 0, False)]),  # made a moment ago, and never run
        (2, 0, [(24, 2, True)]),  # up for two hours
        (2, 1, [(24, 2, True), (1, 0, False)]),  # and stopped an hour ago
        (24, 0, []),  # asked a second time
        (30, 3, [(3, 0, False)]),
        (90, 26, [(24, 0, False)]),
    ],
)
def test_a_node_lives_what_of_the_last_day_it_has_not_lived(since_h, until_h, spans_h):
    since, until = (None if hours is None else NOON - hours * HOUR for hours in (since_h, until_h))

    assert day.not_lived(since=since, until=until, now=NOON) == [
        (NOON - begin * HOUR, NOON - end * HOUR, all_out) for begin, end, all_out in spans_h
    ]


@pytest.fixture
def node(tmp_path):
    """The file of a node that was made 22 hours ago and has run since."""
    gateway = SigningKey.generate().public().text()
    (tmp_path / "facility.toml").write_text(NODE.format(gateway=gateway))
    made = (NOON - 22 * HOUR).timestamp()
    program.own_key(tmp_path / "device.pem")
    SqliteReadings(tmp_path / "readings.db").close()
    os.utime(tmp_path / "device.pem", (made, made))
    for file in tmp_path.glob("readings.db*"):
        os.utime(file, (NOON.timestamp(), NOON.timestamp()))
    return tmp_path / "facility.toml"


NODE = """
site = "demo"
device = "node"
gateway_key = "{gateway}"

[broker]
host = "127.0.0.1"

[[beams]]
name = "door"
outer_pin = 17
inner_pin = 27
"""


def test_a_node_that_is_up_has_lived_the_day_before_it_was_made_once_it_is_asked(node):
    lived = day.live_until_now(node, zone=ZONE, now=NOON)

    assert lived.hours == 2
    assert sum(lived.there.values()) == 0  # what it has lived since began with nobody
    readings = SqliteReadings(node.with_name("readings.db"))
    kept = readings.waiting(after=0, limit=100_000)
    readings.close()
    assert len(kept) > 100
    first, last = kept[0].clock_ms / 1000, kept[-1].clock_ms / 1000
    assert (first, last) == (
        pytest.approx((NOON - 24 * HOUR).timestamp(), abs=60),
        pytest.approx((NOON - 22 * HOUR).timestamp(), abs=60),
    )
    assert day.live_until_now(node, zone=ZONE, now=NOON).hours == 0


def test_a_running_node_hears_once_that_a_day_is_wanted_of_it(node):
    heard = []
    wanted.ask([node], ZONE, pause=lambda _s: heard.append(wanted.taken(node)))

    assert heard == [ZONE]
    assert wanted.taken(node) is None


def test_where_no_node_runs_asking_for_a_day_is_said_to_be_in_vain(node):
    waits = []
    with pytest.raises(ConfigError, match="no pretended node runs here"):
        wanted.ask([node], ZONE, pause=waits.append)

    assert sum(waits) == 10
    assert wanted.taken(node) is None  # nor when it starts later

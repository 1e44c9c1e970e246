"""Each reading is kept once, added up once, and let go by age and by size."""

import random
import sqlite3
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from gateway.telemetry import queries, rules
from gateway.telemetry.queries import Step
from gateway.telemetry.rules import HOUR_MS, MINUTE_MS
from gateway.telemetry.store import Kept, NoReadingsError, ReadingStore, StoreFullError
from tests.gateway.telemetry.conftest import START_MS, STORE, Node, kept_values, points_of

DAY_MS = 24 * HOUR_MS


def test_a_batch_says_how_far_each_device_is_kept(store):
    first, second = Node("air-1"), Node("air-2")

    kept = store.keep([first.says(1), first.says(2), second.says(7)])

    assert sorted(kept, key=lambda one: one.device) == [Kept("air-1", STORE, 2), Kept("air-2", STORE, 1)]


def test_a_device_that_can_wait_is_told_when_a_gateway_that_was_started_anew_hears_what_it_has(open_store, node):
    letters = [node.says(1, can_wait=True), node.says(2, can_wait=True)]
    assert open_store().keep(letters) == []

    assert open_store().keep(letters[1:]) == [Kept("air-1", STORE, 2)]


def test_what_is_sent_again_is_kept_once(store, node):
    letters = [node.says(1), node.says(2)]

    store.keep(letters)
    again = store.keep([*letters, *letters])

    assert kept_values(store) == [1, 2]
    assert again == [Kept("air-1", STORE, 2)]


def test_also_by_a_gateway_that_was_started_anew(open_store, node):
    letters = [node.says(1), node.says(2)]
    open_store().keep(letters)

    restarted = open_store()
    assert restarted.keep([letters[1]]) == [Kept("air-1", STORE, 2)]
    restarted.keep([node.says(3)])

    assert kept_values(restarted) == [1, 2, 3]


def test_what_follows_a_gap_waits_until_the_gap_is_filled(store, node):
    first, lost, third = node.says(1), node.says(2), node.says(3)

    assert store.keep([first, third]) == [Kept("air-1", STORE, 1)]
    store.keep([lost, third])

    assert kept_values(store) == [1, 2, 3]


def test_a_gap_that_its_device_had_to_let_go_is_not_waited_for(store, node):
    store.keep([node.says(1)])

    assert store.keep([node.says(9, seq=9, oldest=9)]) == [Kept("air-1", STORE, 9)]
    assert kept_values(store) == [1, 9]


def test_a_device_with_a_new_card_begins_anew(store, node):
    store.keep([node.says(1), node.says(2)])

    replaced = Node(store="f" * 16)
    assert store.keep([replaced.says(10)]) == [Kept("air-1", "f" * 16, 1)]

    assert kept_values(store) == [1, 2, 10]


def test_any_order_any_losses_and_any_restarts_leave_each_reading_once(open_store):
    """What a device would do: send what is left, in order, through a way that loses, doubles and delays."""
    chance = random.Random(7)
    node, store = Node(), open_store()
    letters = [node.says(number) for number in range(300)]
    acknowledged = 0
    while acknowledged < len(letters):
        window = letters[acknowledged : acknowledged + 40]
        arriving = [one for one in window for _ in range(chance.choice([0, 1, 1, 1, 2]))]
        if chance.random() < 0.3:
            chance.shuffle(arriving)
        if chance.random() < 0.2:
            store = open_store()
        kept = store.keep(arriving)
        if kept and chance.random() < 0.7:  # an acknowledgement may be lost, too
            acknowledged = max(acknowledged, kept[0].seq)

    assert kept_values(store) == list(range(300))


def test_noise_within_the_deadband_is_not_kept_and_still_acknowledged(store, node):
    values = [20.0, 20.04, 19.97, 20.2]
    kept = store.keep([node.says(v, START_MS + i * 1000, metric="temperature") for i, v in enumerate(values)])

    assert kept[0].seq == 4
    assert kept_values(store, metric="temperature") == [20.0, 20.2]


def test_a_value_that_does_not_change_is_kept_every_ten_minutes(store, node):
    store.keep([node.says(20.0, START_MS + m * MINUTE_MS, metric="temperature") for m in range(31)])

    assert len(kept_values(store, metric="temperature")) == 4


def test_what_comes_late_hides_no_change_that_came_since(store, node):
    store.keep([node.says(30, START_MS + 60_000), node.says(20, START_MS)])
    store.keep([node.says(20, START_MS + 61_000)])
    store.roll_up(now_ms=START_MS + 62_000)
    assert kept_values(store) == [20, 30, 20]
    minute = points_of(store, Step.MINUTE)[-1]
    assert minute.rollup.last_value == 20


def test_after_a_clock_was_set_back_noise_is_noise_again(store, node):
    store.keep([node.says(20, START_MS + DAY_MS), node.says(20, START_MS), node.says(20, START_MS + 1_000)])
    assert kept_values(store) == [20, 20]


def test_unknown_is_kept_as_unknown(store, node):
    store.keep([node.says(1.0), node.says(None, START_MS + 1000)])

    assert kept_values(store) == [1.0, None]


def test_minutes_hours_and_days_say_least_most_mean_last_and_the_mean_over_time(store, node):
    # 10 for 15 s, then 40 for 45 s, then the next minute begins with 0.
    store.keep([node.says(10, START_MS), node.says(40, START_MS + 15_000), node.says(0, START_MS + MINUTE_MS)])
    store.roll_up(now_ms=START_MS + 2 * MINUTE_MS)

    minute = points_of(store, Step.MINUTE)[0]
    assert minute.from_ms == START_MS
    rollup = minute.rollup
    assert (rollup.least, rollup.most, rollup.mean, rollup.last_value, rollup.measured) == (10, 40, 25, 40, 2)
    assert rollup.time_weighted == pytest.approx((10 * 15 + 40 * 45) / 60)
    hour, day = points_of(store, Step.HOUR)[0].rollup, points_of(store, Step.DAY)[0].rollup
    assert (hour.measured, hour.least, hour.most) == (day.measured, day.least, day.most) == (3, 0, 40)


def test_a_day_is_the_centres_day(store, node):
    midnight_in_shanghai = START_MS + 16 * HOUR_MS
    store.keep([node.says(1, midnight_in_shanghai - 1), node.says(2, midnight_in_shanghai)])
    store.roll_up(now_ms=START_MS + DAY_MS)

    assert [point.from_ms for point in points_of(store, Step.DAY)] == [
        midnight_in_shanghai - DAY_MS,
        midnight_in_shanghai,
    ]


def test_every_sample_is_added_up_once_however_often_and_late_that_is_done(open_store):
    node, store = Node(), open_store()
    for round_no in range(6):
        store.keep([node.says(round_no * 10 + i, START_MS + (round_no * 10 + i) * 20_000) for i in range(10)])
        if round_no % 2:
            store = open_store()
        store.roll_up(now_ms=START_MS + round_no * MINUTE_MS)
        store.roll_up(now_ms=START_MS + round_no * MINUTE_MS + 1)
    # Stored away at the device for an hour, and older than everything else.
    store.keep([node.says(1000, START_MS - HOUR_MS)])
    store.roll_up(now_ms=START_MS + HOUR_MS)

    for step in (Step.MINUTE, Step.HOUR, Step.DAY):
        assert sum(point.rollup.measured for point in points_of(store, step)) == 61
    assert points_of(store, Step.HOUR)[0].rollup.most == 1000


def test_a_silent_sensor_is_unknown_after_a_quarter_of_an_hour(store, node):
    store.keep([node.says(5.0)])

    def now(later_ms):
        with store.read() as connection:
            return queries.all_series(connection)[0].value_at(START_MS + later_ms)

    assert now(rules.HOLDS_MS) == 5.0
    assert now(rules.HOLDS_MS + 1) is None


@pytest.mark.parametrize("rolled_up", [False, True])
def test_the_newest_value_is_known_before_and_after_it_is_added_up(store, node, rolled_up):
    store.keep([node.says(1), node.says(2, START_MS + 5)])
    if rolled_up:
        store.roll_up(now_ms=START_MS + 10)

    with store.read() as connection:
        series = queries.all_series(connection)[0]
        assert queries.one_series(connection, series.id) == series
    assert series.last.value == 2


def test_the_newest_is_the_one_of_the_latest_time_and_of_two_of_one_time_what_came_later(store, node):
    store.keep([node.says(1, START_MS + 9), node.says(2, START_MS + 5), node.says(3, START_MS + 9)])
    store.keep([node.says(4, START_MS + 7)])

    with store.read() as connection:
        (series,) = queries.all_series(connection)
    assert series.last == rules.Sample(START_MS + 9, 3)


def test_whoever_asks_for_the_newest_is_handed_one_row_a_series_however_many_have_come(tmp_path, node):
    store = ReadingStore(f"sqlite:///{tmp_path / 'readings.db'}", zone=ZoneInfo("UTC"))
    store.prepare()
    for sensor in ("a", "b"):
        store.keep([node.says(n, START_MS + n, sensor=sensor) for n in range(500)])
    handed = []

    def count(_cursor, row):
        handed.append(row)
        return row

    with store.read() as connection:
        connection.connection.dbapi_connection.row_factory = count
        assert [one.last.value for one in queries.all_series(connection)] == [499, 499]
    store.close()
    assert len(handed) < 10


def test_samples_go_after_their_days_and_what_they_added_up_to_stays(store, node):
    store.keep([node.says(n, START_MS + n * 1000) for n in range(100)])
    store.roll_up(now_ms=START_MS + 200_000)
    store.keep([node.says(500, START_MS + 3 * DAY_MS)])
    store.roll_up(now_ms=START_MS + 3 * DAY_MS)

    store.prune(now_ms=START_MS + 3 * DAY_MS)

    assert kept_values(store) == [500]
    assert sum(point.rollup.measured for point in points_of(store, Step.HOUR)) == 101


def test_what_was_let_go_is_not_added_up_again(store, node):
    """A number that began anew once every sample was gone would be taken for one that is added up already."""
    store.keep([node.says(1)])
    store.roll_up(now_ms=START_MS)
    store.prune(now_ms=START_MS + 30 * DAY_MS)
    store.keep([node.says(2, START_MS + 30 * DAY_MS)])
    store.roll_up(now_ms=START_MS + 30 * DAY_MS)

    assert sum(point.rollup.measured for point in points_of(store, Step.DAY)) == 2


def test_minutes_go_before_hours_and_hours_before_days(store, node):
    store.keep([node.says(1)])
    store.roll_up(now_ms=START_MS)

    left = []
    for days in (31, 731, 3651):
        store.prune(now_ms=START_MS + days * DAY_MS)
        left.append([len(points_of(store, step)) for step in (Step.MINUTE, Step.HOUR, Step.DAY)])

    assert left == [[0, 1, 1], [0, 0, 1], [0, 0, 0]]


def test_beyond_its_size_the_oldest_samples_go_and_the_disk_has_them_back(tmp_path, node):
    file = tmp_path / "readings.db"
    most = 1024 * 1024
    keeping = rules.Keeping(most_bytes=most, spare_bytes=0)
    store = ReadingStore(f"sqlite:///{file}", zone=ZoneInfo("UTC"), keeping=keeping)
    store.prepare()
    for batch in range(20):
        store.keep([node.says(batch * 5000 + n, START_MS + batch * 5000 + n) for n in range(5000)])
        store.roll_up(now_ms=START_MS + batch * 5000)
    assert store.used_bytes() > most

    store.prune(now_ms=START_MS + 200_000)

    assert store.used_bytes() <= most
    values = kept_values(store)
    assert values == list(range(int(values[0]), 100_000))
    assert file.with_name("readings.db-wal").stat().st_size < 5 * 1024 * 1024, "what one long batch had needed is free"
    store.close()
    assert file.stat().st_size <= most


def test_a_full_disk_keeps_nothing_half_and_goes_on_when_there_is_room(tmp_path, node):
    file = tmp_path / "readings.db"
    store = ReadingStore(f"sqlite:///{file}", zone=ZoneInfo("UTC"), keeping=rules.Keeping(spare_bytes=0))
    store.prepare()
    store.keep([node.says(1)])
    letters = [node.says(n, START_MS + n) for n in range(2, 20_000)]

    def no_more_pages(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {most}")

    most = 20
    event.listen(store._engine, "checkout", no_more_pages)
    store._engine.dispose()
    with pytest.raises(StoreFullError):
        store.keep(letters)
    assert kept_values(store) == [1]

    most = 1_000_000
    assert store.keep(letters)[0].seq == letters[-1].seq
    assert len(kept_values(store)) == 19_999
    store.close()


def test_what_is_left_of_the_disk_is_left_to_the_core(open_store, node, empty_database_url):
    store = open_store(spare_bytes=2**60)

    if empty_database_url.startswith("sqlite"):
        with pytest.raises(StoreFullError):
            store.keep([node.says(1)])
    else:
        assert store.keep([node.says(1)])  # PostgreSQL's disk is its own affair


def test_where_nothing_was_ever_kept_nothing_is_made_by_looking(tmp_path):
    store = ReadingStore(f"sqlite:///{tmp_path / 'readings.db'}", zone=ZoneInfo("UTC"))

    with pytest.raises(NoReadingsError), store.read():
        pass
    assert list(tmp_path.iterdir()) == []

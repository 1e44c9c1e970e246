"""What every store of readings promises, whatever it is made of."""

import sqlite3

import pytest

from devices.ports import KeptReadings
from devices.runtime.reading_store import SqliteReadings
from devices.runtime.store import LogError
from devices.wire.messages import Measurement
from firmware_sim.memory_readings import MemoryReadings


def measured(value):
    return [Measurement(sensor="hall", metric="co2", value=value)]


def draft(measurements):
    return KeptReadings(boot_id="0" * 16, mono_ms=5, clock_ms=7, measurements=measurements)


def append(log, value):
    return log.append(draft(measured(value)))


@pytest.fixture(params=["sqlite", "memory"])
def log(request, tmp_path):
    if request.param == "memory":
        yield MemoryReadings()
        return
    opened = SqliteReadings(tmp_path / "readings.db")
    yield opened
    opened.close()


def test_a_new_one_holds_nothing(log):
    assert log.oldest() == 1
    assert log.waiting(after=0, limit=10) == []


def test_it_numbers_from_one_and_gives_back_what_it_was_given(log):
    assert [append(log, value) for value in (1.0, True, None)] == [1, 2, 3]

    kept = log.waiting(after=0, limit=10)
    assert [one.seq for one in kept] == [1, 2, 3]
    assert [one.measurements for one in kept] == [measured(1.0), measured(True), measured(None)]
    assert (kept[0].boot_id, kept[0].mono_ms, kept[0].clock_ms) == ("0" * 16, 5, 7)


def test_it_tells_no_more_than_asked_and_only_what_comes_after(log):
    for value in range(5):
        append(log, float(value))

    assert [one.seq for one in log.waiting(after=1, limit=2)] == [2, 3]


def test_numbers_go_on_when_everything_is_forgotten(log):
    append(log, 1.0)
    append(log, 2.0)
    log.forget(2)
    log.forget(1)
    assert log.oldest() == 3

    append(log, 3.0)
    assert [one.seq for one in log.waiting(after=0, limit=10)] == [3]


def test_on_a_card_it_survives_a_restart_under_the_same_name(tmp_path):
    first = SqliteReadings(tmp_path / "readings.db")
    append(first, 1.0)
    first.close()

    second = SqliteReadings(tmp_path / "readings.db")
    append(second, 2.0)
    assert second.store == first.store
    assert [one.seq for one in second.waiting(after=0, limit=10)] == [1, 2]
    second.close()


def test_an_empty_card_has_a_new_name(tmp_path):
    names = set()
    for number in range(2):
        log = SqliteReadings(tmp_path / f"{number}.db")
        names.add(log.store)
        log.close()
    assert len(names) == 2


def test_a_card_holds_so_many_and_lets_the_oldest_go(tmp_path):
    log = SqliteReadings(tmp_path / "readings.db", most_waiting=3)
    for value in range(10):
        append(log, float(value))

    assert log.oldest() == 8
    assert [one.seq for one in log.waiting(after=0, limit=10)] == [8, 9, 10]
    log.close()


def test_a_file_that_is_none_of_ours_is_left_as_it_is(tmp_path):
    file = tmp_path / "readings.db"
    file.write_bytes(b"something else entirely, and much longer than a header of a database would be" * 20)

    with pytest.raises(LogError, match=r"readings\.db"):
        SqliteReadings(file)
    assert file.read_bytes().startswith(b"something else")


def test_a_disk_that_refuses_leaves_the_numbers_as_they_were(tmp_path):
    log = SqliteReadings(tmp_path / "readings.db")
    append(log, 1.0)
    log._db.execute("PRAGMA max_page_count = 1")
    with pytest.raises(sqlite3.Error):
        log.append(draft(measured(1.0) * 1000))
    log._db.execute("PRAGMA max_page_count = 1000000")

    append(log, 9.0)
    seqs = [one.seq for one in log.waiting(after=0, limit=2000)]
    assert seqs == list(range(1, len(seqs) + 1))
    log.close()

"""The log on the card: crashes, damage, and a gateway that stays away for ever."""

import os
import sqlite3
import subprocess
import sys
from itertools import pairwise

import pytest

from devices.ports import DoorMemory, Draft
from devices.runtime.store import LogError, SqliteLog
from devices.wire.codec import event_hash
from devices.wire.messages import EventKind, Level

APPEND_FOR_EVER = """
import sys
from pathlib import Path
from devices.ports import DoorMemory, Draft
from devices.runtime.store import SqliteLog
from devices.wire.messages import EventKind, Level

log = SqliteLog(Path(sys.argv[1]))
while True:
    seq = log.last_seq() + 1
    log.append(
        Draft(kind=EventKind.INTENT, dev_boot="0" * 16, mono_ms=seq, door=1),
        {1: DoorMemory(level=Level.SHUT, pending=f"{seq:032x}")},
    )
    print(seq, flush=True)
"""


def draft(kind=EventKind.DOOR_OPEN):
    return Draft(kind=kind, dev_boot="0" * 16, mono_ms=1)


def append_all(log, kinds):
    return [log.append(draft(kind), {}) for kind in kinds]


def test_every_commit_is_on_the_disk_before_it_returns(tmp_path):
    log = SqliteLog(tmp_path / "log.db")

    assert log._db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert log._db.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    log.close()


@pytest.mark.parametrize("told_before_it_dies", [1, 7, 40])
def test_what_append_has_returned_from_survives_sigkill(tmp_path, told_before_it_dies):
    path = tmp_path / "log.db"
    command = [sys.executable, "-c", APPEND_FOR_EVER, str(path)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=env) as child:
        for _ in range(told_before_it_dies):
            told = int(child.stdout.readline())
        child.kill()
        told = max(
            [told, *(int(line) for line in child.stdout.read().splitlines(keepends=True) if line.endswith(b"\n"))]
        )

    log = SqliteLog(path)
    events = log.waiting(100_000)

    assert told <= log.last_seq() <= told + 1
    assert [event.seq for event in events] == list(range(1, log.last_seq() + 1))
    assert all(later.prev_hash == event_hash(earlier) for earlier, later in pairwise(events))
    assert log.doors() == {1: DoorMemory(level=Level.SHUT, pending=f"{log.last_seq():032x}")}
    log.close()


def test_an_append_that_fails_changes_nothing(tmp_path):
    log = SqliteLog(tmp_path / "log.db")
    log.append(draft(), {1: DoorMemory(level=Level.SHUT)})
    log._db.execute("PRAGMA max_page_count = 1")  # as good as a full disk
    with pytest.raises(sqlite3.Error):
        append_all(log, [EventKind.DOOR_OPEN] * 1000)
    kept = log.last_seq()
    log._db.execute("PRAGMA max_page_count = 1000000")

    assert [event.seq for event in log.waiting(2000)] == list(range(1, kept + 1))
    assert log.append(draft(), {}).seq == kept + 1
    log.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "log.db"
    path.write_bytes(b"not a database at all" * 100)

    with pytest.raises(LogError, match=r"log\.db cannot be used as a log"):
        SqliteLog(path)

    assert path.read_bytes() == b"not a database at all" * 100


def test_a_damaged_log_is_refused(tmp_path):
    path = tmp_path / "log.db"
    log = SqliteLog(path)
    append_all(log, [EventKind.DOOR_OPEN] * 500)
    log.close()
    content = bytearray(path.read_bytes())
    content[8192:12288] = bytes(4096)
    path.write_bytes(content)

    with pytest.raises(LogError):
        SqliteLog(path)


def test_beyond_its_bound_the_oldest_shut_door_goes_first(tmp_path):
    log = SqliteLog(tmp_path / "log.db", most_waiting=3)

    append_all(
        log, [EventKind.DOOR_OPEN, EventKind.DOOR_CLOSED, EventKind.FORCED, EventKind.DOOR_CLOSED, EventKind.INTENT]
    )

    assert [(event.seq, event.kind) for event in log.waiting()] == [
        (1, EventKind.DOOR_OPEN),
        (3, EventKind.FORCED),
        (5, EventKind.INTENT),
    ]
    log.close()


def test_an_opening_is_dropped_only_when_nothing_else_waits(tmp_path):
    log = SqliteLog(tmp_path / "log.db", most_waiting=3)

    append_all(log, [EventKind.DOOR_OPEN] * 4)

    assert [event.seq for event in log.waiting()] == [2, 3, 4]
    log.close()


def test_numbers_and_chain_go_on_over_what_was_dropped(tmp_path):
    log = SqliteLog(tmp_path / "log.db", most_waiting=3)

    events = append_all(log, [EventKind.DOOR_CLOSED, EventKind.DOOR_OPEN] * 5)

    assert [event.seq for event in events] == list(range(1, 11))
    assert all(later.prev_hash == event_hash(earlier) for earlier, later in pairwise(events))
    assert len(log.waiting()) == 3
    log.close()


def test_after_the_gateway_has_caught_up_nothing_more_is_dropped(tmp_path):
    log = SqliteLog(tmp_path / "log.db", most_waiting=3)
    append_all(log, [EventKind.DOOR_CLOSED] * 10)
    log.forget(10)

    append_all(log, [EventKind.DOOR_CLOSED] * 3)

    assert [event.seq for event in log.waiting()] == [11, 12, 13]
    log.close()

"""A store of readings on each database, and somebody who sends them."""

import itertools
from zoneinfo import ZoneInfo

import pytest

from gateway.telemetry import queries
from gateway.telemetry.queries import Step
from gateway.telemetry.rules import Keeping
from gateway.telemetry.store import Letter, ReadingStore, Value

START_MS = 1_795_564_800_000  # 2026-11-25 00:00 UTC
STORE = "0123456789abcdef"


@pytest.fixture
def open_store(empty_database_url):
    """Open that database; again and again, as after restarts."""
    opened = []

    def open_one(**keeping):
        store = ReadingStore(
            empty_database_url, zone=ZoneInfo("Asia/Shanghai"), keeping=Keeping(**{"spare_bytes": 0} | keeping)
        )
        store.prepare()
        opened.append(store)
        return store

    yield open_one
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store):
    return open_store()


class Node:
    """A device that numbers what it sends."""

    def __init__(self, device="air-1", store=STORE):
        self.device, self.store = device, store
        self.numbers = itertools.count(1)

    def says(self, value, at_ms=START_MS, *, seq=None, oldest=1, metric="energy", sensor="s", can_wait=False):
        seq = next(self.numbers) if seq is None else seq
        return Letter(self.device, self.store, seq, oldest, at_ms, [Value(sensor, metric, value)], can_wait)


@pytest.fixture
def node():
    return Node()


def kept_values(store, *, metric="energy"):
    """Every sample of the one series of that metric."""
    return [point.rollup.last_value for point in points_of(store, Step.SAMPLE, metric=metric)]


def points_of(store, step, *, metric="energy"):
    with store.read() as connection:
        found = [series for series in queries.all_series(connection) if series.metric == metric]
        if not found:
            return []
        wanted = {"from_ms": 0, "to_ms": 2**52, "limit": 100_000}
        return queries.points(connection, series_id=found[0].id, step=step, **wanted)

"""Readings come in by a door of their own: bytes become samples or counted dead letters, and each is answered."""

import json
import sqlite3
import threading
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from devices.wire import codec
from devices.wire.messages import Measurement, Readings
from gateway.kit.right_of_way import PIECE, RightOfWay
from gateway.recorder import COMMIT_S, MOST_WAITING, Recorder
from gateway.telemetry import queries
from gateway.telemetry.rules import Keeping
from gateway.telemetry.store import Kept, Letter, ReadingStore, Value, now_ms
from tests.centre_builder import HandClock

STORE = "0123456789abcdef"
TOPIC = "hearth/1/demo/air-1/reading"
OTHER = "hearth/1/demo/door-1/reading"


class Desk:
    """A recorder whose thread is the test's own."""

    def __init__(self, directory, **keeping):
        self.clock = HandClock()
        self.keeping = keeping
        self.store = ReadingStore(
            f"sqlite:///{directory / 'readings.db'}",
            zone=ZoneInfo("UTC"),
            keeping=Keeping(**{"spare_bytes": 0} | keeping),
        )
        self.store.prepare()
        self.acknowledged, self.buried, self.watched = [], [], []
        self.looked_again = 0
        self.recorder = Recorder(
            self.store,
            site="demo",
            clock=self.clock,
            judge=self.judge,
            acknowledge=self.acknowledged.append,
            bury=self.buried.extend,
            judge_again=self.judge_again,
        )

    def judge(self, own, others):
        self.watched += [letter for letters in own.values() for letter in letters] + list(others)
        return own.keys() - {"stranger"}

    def judge_again(self):
        self.looked_again += 1

    def hears(self, payload, topic=TOPIC):
        self.recorder.hear(topic, payload)
        self.recorder.take()

    def latest(self):
        with self.store.read() as connection:
            return {(s.sensor, s.metric): s.last for s in queries.all_series(connection)}


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    yield made
    made.store.close()


def said(*measurements, seq=1, **more):
    readings = [Measurement(sensor=s, metric=m, value=v) for s, m, v in measurements]
    return codec.encode_readings(Readings(store=STORE, seq=seq, oldest=1, readings=readings, **more))


def test_what_nobody_says_more_of_is_looked_at_each_time(desk):
    desk.recorder.take()
    desk.recorder.take()

    assert (desk.looked_again, desk.watched) == (2, [])


def test_a_message_is_kept_and_then_acknowledged(desk):
    desk.hears(said(("hall", "temperature", 21.5), ("door", "open", True), age_ms=2_000))

    latest = desk.latest()
    assert latest["hall", "temperature"].value == 21.5
    assert latest["door", "open"].value == 1.0
    assert latest["door", "open"].taken_ms == now_ms(desk.clock.now()) - 2_000
    assert desk.acknowledged == [Kept("air-1", STORE, 1)]
    assert desk.buried == []


def test_what_can_wait_is_kept_and_acknowledged_with_the_next_that_cannot(desk):
    desk.hears(said(("hall", "co2", 600.0), can_wait=True))
    desk.hears(said(("hall", "co2", 700.0), seq=2, can_wait=True))
    assert desk.latest()["hall", "co2"].value == 700.0
    assert desk.acknowledged == []

    desk.hears(said(("hall", "co2", 800.0), seq=3))
    assert desk.acknowledged == [Kept("air-1", STORE, 3)]


def test_who_asks_together_with_what_can_wait_is_told_of_both(desk):
    desk.recorder.hear(TOPIC, said(("hall", "co2", 600.0)))
    desk.hears(said(("hall", "co2", 700.0), seq=2, can_wait=True))

    assert desk.acknowledged == [Kept("air-1", STORE, 2)]


@pytest.mark.parametrize("seq", [2, 4])
def test_what_comes_again_or_follows_a_gap_is_answered_although_it_can_wait(desk, seq):
    for no in (1, 2):
        desk.hears(said(("hall", "co2", 600.0), seq=no, can_wait=True))
    desk.hears(said(("hall", "co2", 600.0), seq=seq, can_wait=True))

    assert desk.acknowledged == [Kept("air-1", STORE, 2)]


@pytest.mark.parametrize(
    ("topic", "payload", "fault"),
    [
        (TOPIC, b"{", "malformed"),
        (TOPIC, b"[1,2]", "malformed"),
        (TOPIC, b"\xff\xfe", "malformed"),
        (TOPIC, b"[" * 4000, "malformed"),
        (TOPIC, b" " * 5000, "too_long"),
        (TOPIC, said(("hall", "temperature", 1.0)).replace(b"1.0", b"NaN"), "malformed"),
        ("hearth/1/demo/stranger/reading", said(("hall", "temperature", 1.0)), "stranger"),
        ("hearth/1/elsewhere/air-1/reading", said(("hall", "temperature", 1.0)), "topic"),
    ],
)
def test_what_cannot_be_read_is_counted_and_keeps_nobody_else_from_being_heard(desk, topic, payload, fault):
    desk.recorder.hear(topic, payload)
    desk.recorder.hear(topic, payload)
    desk.hears(said(("hall", "temperature", 21.0)))

    assert [(one.fault, one.count) for one in desk.buried] == [(fault, 2)]
    assert desk.latest()["hall", "temperature"].value == 21.0


@pytest.mark.parametrize(
    "raving",
    [("hall", "temperature", 900.0), ("hall", "phlogiston", 1.0), ("hall", "open", 2.0), ("n", "people", True)],
)
def test_one_sensor_that_raves_is_counted_and_takes_nothing_from_the_others(desk, raving):
    desk.hears(said(raving, ("hall", "co2", 600.0)))

    assert [one.fault for one in desk.buried] == ["implausible"]
    assert raving[1] in desk.buried[0].detail
    assert list(desk.latest()) == [("hall", "co2")]
    assert desk.acknowledged  # it would send the same again for ever


def test_members_that_newer_firmware_adds_are_passed_over(desk):
    body = json.loads(said(("hall", "co2", 600.0))) | {"novelty": {"a": 1}}
    desk.hears(json.dumps(body).encode())

    assert desk.latest()["hall", "co2"].value == 600.0


def test_a_full_disk_acknowledges_nothing_so_that_devices_hold_what_they_have(tmp_path):
    desk = Desk(tmp_path, spare_bytes=2**60)
    message = said(("hall", "co2", 600.0))
    desk.hears(message)
    assert desk.recorder.is_full
    assert desk.acknowledged == []

    desk.store.close()
    roomy = Desk(tmp_path)
    roomy.hears(message)
    assert roomy.acknowledged == [Kept("air-1", STORE, 1)]
    roomy.store.close()


def test_a_disk_on_which_nothing_can_be_let_go_either_is_full_and_no_fault(tmp_path):
    def refuse(_cursor, statement, *_):
        if statement.startswith(("INSERT", "DELETE")):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error

    desk = Desk(tmp_path)
    event.listen(desk.store._engine, "do_execute", refuse)
    desk.hears(said(("hall", "co2", 600.0)))
    assert desk.recorder.is_full

    event.remove(desk.store._engine, "do_execute", refuse)
    desk.hears(said(("hall", "co2", 600.0)))
    assert not desk.recorder.is_full
    desk.store.close()


def test_a_disk_stays_full_while_nothing_comes_and_until_something_was_kept(tmp_path, monkeypatch):
    desk, free = Desk(tmp_path, spare_bytes=1), 0
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=free))
    desk.hears(said(("hall", "co2", 600.0)))
    assert desk.recorder.is_full
    desk.recorder.take()  # a second later nothing has come: whether there is room nobody has tried
    assert desk.recorder.is_full

    free = 2
    desk.recorder.take()
    assert desk.recorder.is_full
    desk.hears(said(("hall", "co2", 600.0)))
    assert not desk.recorder.is_full
    assert desk.acknowledged == [Kept("air-1", STORE, 1)]
    desk.store.close()


def test_what_comes_faster_than_it_can_be_kept_is_let_go_and_comes_again(desk):
    for seq in range(1, MOST_WAITING + 100):
        desk.recorder.hear(TOPIC, said(("hall", "energy", float(seq)), seq=seq))
    desk.recorder.take()

    assert desk.acknowledged == [Kept("air-1", STORE, MOST_WAITING)]


def test_its_own_thread_keeps_what_came_before_it_was_stopped(desk):
    desk.recorder.start()
    desk.recorder.hear(TOPIC, said(("hall", "co2", 600.0)))
    desk.recorder.stop()

    assert desk.acknowledged == [Kept("air-1", STORE, 1)]


def test_each_reading_is_watched_once_and_before_it_is_acknowledged(desk):
    message = said(("cellar", "water_leak", True))
    desk.recorder.hear(TOPIC, message)
    desk.hears(message)
    desk.hears(message)

    assert [(one.seq, one.values[0].metric) for one in desk.watched] == [(1, "water_leak")]


def test_what_could_not_be_watched_comes_again(desk):
    message = said(("cellar", "water_leak", True))

    def no_database(own, others):
        raise OSError("away")

    desk.recorder._judge = no_database
    desk.recorder.hear(TOPIC, message)
    with pytest.raises(OSError, match="away"):
        desk.recorder.take()
    assert desk.acknowledged == []

    desk.recorder._judge = desk.judge
    desk.hears(message)
    assert len(desk.watched) == 1
    assert desk.acknowledged == [Kept("air-1", STORE, 1)]


CALL = [("button", "call", True)]


def test_what_somebody_waits_for_goes_ahead_with_what_its_device_said_before_and_nothing_else(desk):
    desk.recorder.hear(TOPIC, said(("hall", "co2", 600.0)))
    desk.recorder.hear(OTHER, said(("door", "open", True)))
    desk.recorder.hear(TOPIC, said(*CALL, seq=2, hurry=True))
    desk.recorder.take_awaited()

    assert [(one.device, one.seq) for one in desk.watched] == [("air-1", 1), ("air-1", 2)]
    assert desk.acknowledged == [Kept("air-1", STORE, 2)]

    desk.recorder.hear(TOPIC, said(("hall", "co2", 900.0), seq=3))
    desk.recorder.take()
    assert [(one.device, one.seq) for one in desk.watched[2:]] == [("door-1", 1), ("air-1", 3)]
    assert desk.acknowledged[1:] == [Kept("door-1", STORE, 1), Kept("air-1", STORE, 3)]


def test_a_call_waits_for_no_group_commit_and_those_who_do_not_call_still_wait_for_it(desk):
    told = threading.Event()
    desk.recorder._acknowledge = lambda kept: (desk.acknowledged.append(kept), told.set())
    desk.recorder.start()
    desk.recorder.hear(OTHER, said(("door", "open", True)))
    desk.recorder.hear(TOPIC, said(*CALL, hurry=True))

    assert told.wait(COMMIT_S / 2)
    assert desk.acknowledged == [Kept("air-1", STORE, 1)]
    desk.recorder.stop()
    assert desk.acknowledged[1:] == [Kept("door-1", STORE, 1)]


def test_a_stranger_in_a_hurry_is_counted_and_never_kept(desk):
    desk.recorder.hear("hearth/1/demo/stranger/reading", b"{")
    desk.recorder.hear("hearth/1/demo/stranger/reading", said(*CALL, hurry=True))
    desk.recorder.take_awaited()

    assert [(one.fault, one.count) for one in desk.buried] == [("stranger", 2)]
    assert desk.acknowledged == []
    assert desk.latest() == {}


class Counted(RightOfWay):
    """Notes how many things were done in one go."""

    def __init__(self):
        super().__init__()
        self.pieces = []

    def giving_way(self, things, **_):
        for no, thing in enumerate(super().giving_way(things), start=1):
            self.pieces.append(no)
            yield thing


def test_many_readings_are_read_kept_and_added_up_in_small_pieces_between_which_an_unlock_goes_first(desk):
    way = Counted()
    desk.recorder._right_of_way = way
    many = 5 * PIECE
    for seq in range(1, many + 1):
        desk.recorder.hear(TOPIC, said(("hall", "energy", float(seq)), seq=seq))
        desk.recorder.hear(f"hearth/1/demo/meter-{seq}/reading", said(("hall", "energy", float(seq))))
    desk.recorder.take()

    # Read: of one device, and of many devices one each; known already?; kept; added up, noted series by series, and
    # written down as minutes, hours and days.
    assert way.pieces.count(many) == 9
    assert way.pieces.count(2 * many) == 3


def test_in_a_flood_values_are_added_up_before_their_time_so_that_never_many_wait_for_it(desk, monkeypatch):
    monkeypatch.setattr("gateway.recorder.ROLL_UP_AT", 3)
    added_up = []
    for seq in range(1, 8):
        desk.clock.advance(seconds=1)
        desk.hears(said(("hall", "energy", float(seq)), seq=seq))
        with desk.store.read() as connection:
            upto_ms = queries.rolled_up_to(connection)
        if upto_ms == now_ms(desk.clock.now()):
            added_up.append(seq)

    assert added_up == [1, 4, 7], "the first is that of every start"


def test_what_came_by_another_way_is_kept_and_not_acknowledged_on_ours(desk):
    other = Letter("lamp", "f" * 16, 1, 1, now_ms(desk.clock.now()), [Value("device", "power", 12.5)])
    desk.recorder = Recorder(
        desk.store,
        site="demo",
        clock=desk.clock,
        judge=desk.judge,
        acknowledge=desk.acknowledged.append,
        bury=desk.buried.extend,
        judge_again=desk.judge_again,
        others=lambda: [other],
    )
    desk.hears(said(("hall", "temperature", 21.0)))

    assert {name for name, last in desk.latest().items() if last} == {("hall", "temperature"), ("device", "power")}
    assert [kept.device for kept in desk.acknowledged] == ["air-1"]
    assert {letter.device for letter in desk.watched} == {"air-1", "lamp"}

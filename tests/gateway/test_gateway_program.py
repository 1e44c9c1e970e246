"""The gateway's one deciding thread."""

import threading

import pytest
from sqlalchemy import select

from devices.runtime.mqtt import Incoming
from devices.wire.errors import Fault
from devices.wire.signing import SigningKey
from gateway.centre import open_centre
from gateway.fleet.model import DeadLetter
from gateway.founding import found
from gateway.kit.right_of_way import PIECE
from gateway.program import ANSWER_S, GatewayProgram
from tests.centre_builder import NOON


@pytest.fixture
def program(tmp_path):
    found(tmp_path, site="demo", zone="Asia/Shanghai", now=NOON, environ={})
    (tmp_path / "broker" / "secrets").mkdir(parents=True, exist_ok=True)
    (tmp_path / "broker" / "secrets" / "gateway").write_text("a password")
    centre = open_centre(tmp_path, environ={})
    yield GatewayProgram(centre, key=SigningKey.load(tmp_path / "keys" / "gateway.pem"), reached=lambda step: None)
    centre.sessions.close()


def test_readings_wait_between_two_pieces_of_theirs_for_as_long_as_an_act_lasts(program):
    taken_in, way = [], program._right_of_way
    way._most_s = 60.0

    def take_in():
        taken_in.extend(program._recorder._right_of_way.giving_way(range(PIECE)))
        is_through.set()

    is_through = threading.Event()
    readings = threading.Thread(target=take_in, daemon=True)

    def act():
        readings.start()
        assert not is_through.wait(0.05)

    assert program._do(act)
    assert is_through.wait(60.0)


def test_what_the_clock_asks_for_waits_too(program):
    program._right_of_way._most_s = 60.0
    program._timetable.start(paused=True)
    is_done = threading.Event()

    def work():
        program._timetable.get_job("remind_of_bookings").func()
        is_done.set()

    job = threading.Thread(target=work, daemon=True)

    def act():
        job.start()
        assert not is_done.wait(0.05)

    assert program._do(act)
    assert is_done.wait(60.0)
    program._timetable.shutdown(wait=False)


def test_what_a_message_is_part_of_goes_first_until_the_next_one_has_had_time_to_come(program, monkeypatch):
    spans, taken = [], program._right_of_way.taken

    def noted(*, and_then_s):
        spans.append(and_then_s)
        return taken(and_then_s=and_then_s)

    monkeypatch.setattr(program._right_of_way, "taken", noted)
    program._take([Incoming("hearth/1/demo/bank-1/chal", b"", retained=False, qos=0, mid=1)])
    program._do(program._tick)

    assert spans == [ANSWER_S, 0.0], "the clock's acts are nobody's unlock"


def test_readings_come_on_a_connection_of_their_own_so_that_no_word_of_an_unlock_stands_behind_them(program):
    def topics(connection):
        return {topic.rpartition("/")[2] for topic, _ in connection._settings.subscriptions}

    assert topics(program._readings) == {"reading"}
    assert topics(program._connection) == {"state", "chal", "evt", "wake"}
    assert program._readings._settings.client_id != program._connection._settings.client_id


def test_a_reading_that_the_broker_has_kept_is_history_and_only_counted(program):
    payload = b'{"v":1,"store":"0123456789abcdef","seq":1,"oldest":1,"readings":[]}'
    reading = Incoming("hearth/1/demo/air-1/reading", payload, retained=True, qos=0, mid=0)
    program._hear(reading)
    program._hear(reading._replace(retained=False))
    program._do_next(until=0.0)

    assert [len(messages) for messages in program._recorder._heard.values()] == [1]
    with program._centre.sessions.read() as session:
        assert [letter.fault for letter in session.scalars(select(DeadLetter))] == [Fault.RETAINED]

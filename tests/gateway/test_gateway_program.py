"""The gateway's one deciding thread."""

import threading

import pytest

from devices.wire.signing import SigningKey
from gateway.centre import open_centre
from gateway.founding import found
from gateway.kit.right_of_way import PIECE
from gateway.program import GatewayProgram
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
    taken_in = []

    def take_in():
        taken_in.extend(program._recorder._giving_way(range(PIECE), patience_s=60.0))
        is_through.set()

    is_through = threading.Event()
    readings = threading.Thread(target=take_in, daemon=True)

    def act():
        readings.start()
        assert not is_through.wait(0.05)

    assert program._do(act)
    assert is_through.wait(60.0)

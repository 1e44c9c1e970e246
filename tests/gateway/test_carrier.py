"""What leaves the house is true: it is told after the commit, on its own topic, and never when there was none."""

import json

import pytest

from devices.wire.signing import SigningKey
from gateway import wiring
from gateway.credentials.pepper import Pepper
from gateway.kit.db import announce
from gateway.link.memory import MemoryCarriage
from tests.centre_builder import HandClock


@pytest.fixture
def ear():
    return MemoryCarriage()


@pytest.fixture
def gateway(sessions, ear):
    return wiring.assemble(
        site="demo",
        sessions=sessions,
        clock=HandClock(),
        key=SigningKey.generate(),
        carriage=ear,
        pepper=Pepper.generate,
    )


def test_a_change_is_told_only_once_it_is_committed(sessions, ear, gateway):
    with sessions.begin() as session:
        announce(session, "unlock", id="u", state="OPENED")
        assert ear.said == []
    (told,) = ear.said
    assert told.topic == "hearth/1/demo/gateway/live/unlock"
    assert json.loads(told.payload) == {"v": 1, "kind": "unlock", "id": "u", "state": "OPENED"}


def fail_after_announcing(sessions):
    with sessions.begin() as session:
        announce(session, "unlock", id="u", state="OPENED")
        raise ZeroDivisionError


def test_nothing_is_told_of_what_was_rolled_back(sessions, ear, gateway):
    with pytest.raises(ZeroDivisionError):
        fail_after_announcing(sessions)
    assert ear.said == []


def test_what_is_told_is_never_kept_by_the_broker(ear, gateway):
    gateway.carrier.pulse(ready=True)
    assert [(told.qos, told.retain) for told in ear.said] == [(0, False)]

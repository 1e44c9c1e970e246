"""What stands on the broker for Home Assistant is brought in line with what should, whatever happened before."""

import pytest

from gateway.announcer import HEARING_S, LATEST_BIRTH_S, SAY_AGAIN_S, Announcer
from gateway.home_assistant.documents import STATUS
from tests.centre_builder import HandClock

BANK = "homeassistant/device/hearth-demo/bank-a-0/config"
STATE = "hearth/1/demo/gateway/shown/devices/bank-a"
PRESENCE = "hearth/1/demo/gateway/shown/presence"


class Post:
    """A broker that keeps what is retained, and tells whoever listens."""

    def __init__(self):
        self.stands, self.said, self.loses = {}, [], False

    def publish(self, topic, payload, *, qos, retain=False, expiry_s=None):
        assert (qos, retain, expiry_s) == (1, True, None)
        self.said.append(topic)
        if self.loses:
            return True
        if payload:
            self.stands[topic] = payload
        else:
            self.stands.pop(topic, None)
        self.listener.hear(topic, payload)
        return True


class House:
    """An announcer whose time and wishes are the test's."""

    def __init__(self):
        self.clock, self.post, self.wanted = HandClock(), Post(), {BANK: b"config", STATE: b"state"}
        self.waits = []
        self.announcer = self.post.listener = Announcer(
            self.post, site="demo", clock=self.clock, wanted=lambda: self.wanted, uniform=self.wait
        )

    def wait(self, least, most):
        self.waits.append((least, most))
        return most / 2

    def connects(self):
        self.announcer.begin()
        for topic, payload in self.post.stands.items():
            self.announcer.hear(topic, payload)
        self.clock.advance(seconds=HEARING_S)
        self.announcer.look()

    def look(self, seconds=2.0):
        self.clock.advance(seconds=seconds)
        self.announcer.look()


@pytest.fixture
def house():
    made = House()
    made.connects()
    return made


def test_everything_stands_there_soon_after_the_broker_is_reached(house):
    assert house.post.stands == {PRESENCE: b"online", BANK: b"config", STATE: b"state"}


def test_what_stands_there_already_is_not_said_again(house):
    house.post.said.clear()
    house.look()
    house.connects()
    assert house.post.said == []


def test_a_door_that_moves_is_one_message(house):
    house.post.said.clear()
    house.wanted[STATE] = b"moved"
    house.look()
    assert house.post.said == [STATE]
    assert house.post.stands[STATE] == b"moved"


def test_a_device_that_is_retired_leaves_nothing_behind(house):
    house.wanted.clear()
    house.look()
    assert house.post.stands == {PRESENCE: b"online"}


def test_what_an_earlier_life_left_behind_is_cleared_and_other_peoples_is_not(house):
    ghost, anothers = "homeassistant/device/hearth-demo/bank-z-0/config", "homeassistant/device/0x00158d/config"
    house.post.stands |= {ghost: b"old", anothers: b"theirs", "hearth/1/demo/gateway/shown/devices/bank-z": b"old"}
    house.connects()
    assert house.post.stands == {PRESENCE: b"online", BANK: b"config", STATE: b"state", anothers: b"theirs"}


def test_what_the_will_left_is_put_right(house):
    house.post.stands[PRESENCE] = b"offline"
    house.connects()
    assert house.post.stands[PRESENCE] == b"online"


def test_a_broker_that_lost_everything_is_told_everything(house):
    house.announcer.end()
    house.post.stands.clear()
    house.connects()
    assert set(house.post.stands) == {PRESENCE, BANK, STATE}


def test_nothing_is_said_before_it_is_known_what_stands_there_nor_without_a_broker(house):
    house.announcer.end()
    house.post.said.clear()
    house.wanted[STATE] = b"moved"
    house.look()
    house.announcer.begin()
    house.announcer.look()
    assert house.post.said == []


def test_a_message_that_was_lost_is_said_again_but_not_at_once(house):
    house.post.loses = True
    house.wanted[STATE] = b"moved"
    house.look()
    house.look()
    assert house.post.said.count(STATE) == 2  # at the start, and once since
    house.post.loses = False
    house.look(SAY_AGAIN_S)
    assert house.post.stands[STATE] == b"moved"


def test_home_assistants_birth_has_everything_said_again_after_a_random_wait(house):
    house.post.said.clear()
    house.announcer.hear(STATUS, b"online")
    house.announcer.look()
    assert house.post.said == []
    house.look(LATEST_BIRTH_S / 2)
    assert set(house.post.said) == {PRESENCE, BANK, STATE}
    assert house.waits == [(0.0, LATEST_BIRTH_S)]


def test_what_goes_while_everything_is_said_again_is_cleared_all_the_same(house):
    house.announcer.hear(STATUS, b"online")
    del house.wanted[STATE]
    house.look(LATEST_BIRTH_S)
    assert set(house.post.stands) == {PRESENCE, BANK}


def test_its_last_will_has_nothing_said(house):
    house.post.said.clear()
    house.announcer.hear(STATUS, b"offline")
    house.look(LATEST_BIRTH_S * 2)
    assert house.post.said == []

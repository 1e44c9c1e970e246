"""A broker that dies, freezes, keeps messages or says them again; a bank that is not there. Nothing opens late."""

import json
import threading
import time
from contextlib import contextmanager

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from firmware_sim.ledger import What
from tests.processes.rig import DEVICE, Rig, eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

CMD = f"hearth/1/demo/{DEVICE}/cmd"
TOO_LATE_S = 13.5  # after this a command that was asked for can open nothing


@contextmanager
def listening_as(rig: Rig, user: str, topic: str):
    """A second client with a known user's password: what it hears, and a way to say it again."""
    port, password = rig.broker_login(user)
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"test-{user}-{time.monotonic_ns()}")
    client.username_pw_set(user, password)
    heard: list[paho.MQTTMessage] = []
    subscribed = threading.Event()
    client.on_message = lambda _client, _data, message: heard.append(message)
    client.on_connect = lambda client, *_: client.subscribe(topic, 1)
    client.on_subscribe = lambda *_: subscribed.set()
    client.connect("127.0.0.1", port)
    client.loop_start()
    assert subscribed.wait(10)
    try:
        yield client, heard
    finally:
        client.disconnect()
        client.loop_stop()


def openings(rig: Rig) -> int:
    return len(rig.facts(What.OPENED))


def test_everything_ever_said_may_be_said_again_and_nothing_opens(rig: Rig, rental: dict):
    with listening_as(rig, DEVICE, CMD) as (_, heard):
        assert rig.outcome(rig.press(rental).json()["id"])["state"] == "OPENED"
        rig.shut_all()
        eventually(lambda: len(heard) >= 4, "the commands were not overheard")
    before = openings(rig)
    with listening_as(rig, "gateway", f"{CMD}/nothing") as (client, _):
        for _ in range(3):
            for message in list(heard):
                client.publish(CMD, message.payload, qos=0).wait_for_publish(5)
        rig.bank.kill()
        for message in heard:  # for a broker that would queue them
            client.publish(CMD, message.payload, qos=1).wait_for_publish(5)
        rig.bank.start()
        rig.ready_or_dead(rig.bank)
        for message in heard:
            client.publish(CMD, message.payload, qos=1).wait_for_publish(5)
    assert rig.outcome(rig.press(rental).json()["id"])["state"] == "OPENED"  # so all before it was taken
    assert openings(rig) == before + 1


def test_a_retained_unlock_opens_nothing_for_whoever_comes_later(rig: Rig, rental: dict):
    with listening_as(rig, DEVICE, CMD) as (_, heard):
        rig.outcome(rig.press(rental).json()["id"])
        eventually(lambda: len(heard) >= 2, "the commands were not overheard")
    rig.shut_all()
    before = openings(rig)
    longest = max(heard, key=lambda message: len(message.payload))  # the permission itself
    with listening_as(rig, "gateway", f"{CMD}/nothing") as (client, _):
        client.publish(CMD, longest.payload, qos=1, retain=True).wait_for_publish(5)
        rig.bank.kill()
        rig.bank.start()
        rig.ready_or_dead(rig.bank)
        client.publish(CMD, b"", qos=1, retain=True).wait_for_publish(5)
    rig.ready()
    assert openings(rig) == before


def test_a_bank_that_is_stopped_is_said_to_be_offline_and_never_opens_late(rig: Rig, rental: dict):
    before = openings(rig)
    rig.bank.stop()
    eventually(lambda: rig.press(rental).status_code == 409, "the bank is still taken to be there")
    answer = rig.press(rental)
    assert answer.json()["code"] == "bank_offline"
    rig.bank.start()
    rig.ready_or_dead(rig.bank)
    assert openings(rig) == before


def test_an_unlock_asked_of_a_bank_that_dies_expires_and_is_not_kept_for_its_return(rig: Rig, rental: dict):
    before = openings(rig)
    rig.bank.freeze()  # still connected as far as the broker knows
    pressed_at = time.monotonic()
    unlock = rig.press(rental).json()
    told = rig.outcome(unlock["id"])
    assert told["state"] in {"EXPIRED", "REFUSED"}, told
    assert time.monotonic() - pressed_at < TOO_LATE_S
    rig.bank.thaw()
    rig.ready()
    assert openings(rig) == before


def test_a_broker_that_is_killed_delivers_nothing_afterwards(rig: Rig, rental: dict):
    before = openings(rig)
    rig.broker.kill()
    answer = rig.press(rental)
    rig.broker.start()
    rig.heal()
    told = rig.outcome(answer.json()["id"]) if answer.status_code == 202 else None
    if told is None:
        assert answer.status_code in {409, 503}
        assert openings(rig) == before
    else:
        assert (told["state"] == "OPENED") == (openings(rig) == before + 1), told


def test_a_broker_frozen_for_ten_seconds_never_opens_later_than_thirteen(rig: Rig, rental: dict):
    before = openings(rig)
    rig.broker.freeze()
    pressed_at = time.clock_gettime(time.CLOCK_BOOTTIME)
    answer = rig.press(rental)
    threading.Event().wait(10.0)  # the very span that the broker has to be frozen for
    rig.broker.thaw()
    rig.heal()
    late = [fact for fact in rig.facts(What.OPENED)[before:] if fact.at > pressed_at + 13.0]
    assert late == []
    if answer.status_code == 202:
        told = rig.outcome(answer.json()["id"])
        assert (told["state"] == "OPENED") == (openings(rig) == before + 1), told


def test_one_key_pressed_twice_at_once_is_one_unlock(rig: Rig, rental: dict):
    before = openings(rig)
    answers: list = []
    presses = [threading.Thread(target=lambda: answers.append(rig.press(rental, "the same key"))) for _ in range(2)]
    for press in presses:
        press.start()
    for press in presses:
        press.join()
    assert [answer.status_code for answer in answers] == [202, 202], [a.text for a in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert rig.outcome(answers[0].json()["id"])["state"] == "OPENED"
    assert openings(rig) == before + 1


def test_a_stranger_on_the_broker_changes_nothing_and_is_counted(rig: Rig, rental: dict):
    """With a device's own password, but neither its key nor the gateway's."""
    before = openings(rig)
    with listening_as(rig, DEVICE, CMD) as (client, _):
        for channel, payload in [
            ("evt", b"not a message"),
            ("chal", b'{"v":1}'),
            ("evt", b"\xff" * 2000),
            ("state", json.dumps({"v": 1, "online": True}).encode()),
        ]:
            client.publish(f"hearth/1/demo/{DEVICE}/{channel}", payload, qos=1).wait_for_publish(5)
    eventually(lambda: rig.dead_letters() >= 4, "the malformed messages were not counted")
    assert rig.outcome(rig.press(rental).json()["id"])["state"] == "OPENED"
    assert openings(rig) == before + 1


def test_doors_that_were_forced_are_written_down_as_forced(rig: Rig, rental: dict):
    rig.bank.tell("force 9")
    eventually(lambda: rig.records("door_forced") >= 1, "the forced door was not written down")


def test_a_jammed_door_is_never_called_open(rig: Rig, rental: dict):
    door = int(rental["compartment"]["label"][1:])
    rig.bank.tell(f"jam {door}")
    told = rig.outcome(rig.press(rental).json()["id"])
    rig.bank.tell(f"unjam {door}")
    assert (told["state"], told["code"]) == ("NOT_OPENED", "no_edge")

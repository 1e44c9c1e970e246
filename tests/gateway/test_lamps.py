"""Lamps and buzzers say that somebody should come: a cry before it is written down, an alarm as long as it stands."""

from functools import partial
from typing import NamedTuple

import pytest

from devices.wire import codec
from devices.wire.messages import Measurement, Readings
from devices.wire.metrics import BOOLEANS, COMES_AT_ONCE
from gateway.alerts import service as alerts
from gateway.alerts.kinds import KINDS
from gateway.channels.model import Severity
from gateway.facility.watch import KIND_OF
from gateway.fleet import queries as fleet_queries
from gateway.fleet import service as fleet
from gateway.fleet.model import Device, DeviceState, Presence
from gateway.kit.errors import Conflict
from gateway.lamps import AGAIN_S, CRY_S, LOOK_AGAIN_S, STAND_S, Lamps
from gateway.members import queries as members
from gateway.members.model import Role
from tests.centre_builder import NOON, a_member

TOPIC = "hearth/1/demo/pool/reading"


class Shown(NamedTuple):
    lamp: str
    alarm: bool
    beep: bool
    for_s: int


class House:
    """A node at the desk whose lamp shows alarms, and one at the pool with a button."""

    def __init__(self, sessions, clock):
        self.sessions, self.clock, self.shown = sessions, clock, []
        self.lamps = Lamps(sessions, shower=self, clock=clock)
        with sessions.begin() as session:
            session.add_all(a_node(name) for name in ("desk", "pool"))
            session.add(a_node("bank", kind="locker_bank"))

    def show(self, device_id, *, alarm, beep, for_s):
        self.shown.append(Shown(device_id, alarm, beep, for_s))

    def has_shown(self, *nodes, shown=True):
        with self.sessions.begin() as session:
            for node in nodes:
                fleet.have_alarms_shown(session, device_id=node, shown=shown, actor="test", now=NOON)

    def raised(self, thing="hall/wall", kind="leak"):
        with self.sessions.begin() as session:
            return alerts.raise_alert(session, kind=kind, thing=thing, now=self.clock.now()).id

    def looked(self):
        """What is shown because of a look."""
        self.shown.clear()
        self.lamps.look()
        return list(self.shown)

    def cried(self, payload, topic=TOPIC):
        """What is shown because of a message."""
        self.shown.clear()
        self.lamps.hear(topic, payload)
        return list(self.shown)


@pytest.fixture
def house(sessions, clock):
    return House(sessions, clock)


@pytest.fixture
def lit(house):
    """The lamp at the desk shows alarms, and the gateway knows."""
    house.has_shown("desk")
    house.lamps.look()
    return house


@pytest.fixture
def technician(sessions):
    with sessions.begin() as session:
        a_member(session, "s003", role=Role.TECHNICIAN)
    return partial(members.member_by_no, member_no="s003")


def a_node(name, kind="facility", state=DeviceState.APPROVED):
    return Device(
        id=name,
        kind=kind,
        state=state,
        public_key="",
        fingerprint="",
        presence=Presence.ONLINE,
        heard_at=NOON,
        first_seen_at=NOON,
    )


def says(metric="call", value=True, *, hurry=True, age_ms=0):
    readings = [Measurement(sensor="wall", metric=metric, value=value)]
    return codec.encode_readings(
        Readings(store="0" * 16, seq=1, oldest=1, age_ms=age_ms, hurry=hurry, readings=readings)
    )


# --- a cry


@pytest.mark.parametrize("metric", sorted(COMES_AT_ONCE))
def test_a_cry_is_shown_when_it_is_heard_and_nothing_has_been_written(lit, monkeypatch, metric):
    monkeypatch.setattr(lit.lamps, "_sessions", None)

    assert lit.cried(says(metric)) == [Shown("desk", alarm=True, beep=True, for_s=CRY_S)]


def test_on_every_lamp(house):
    house.has_shown("desk", "pool")
    house.lamps.look()

    assert [one.lamp for one in house.cried(says())] == ["desk", "pool"]


@pytest.mark.parametrize(
    "payload",
    [
        says(value=False),
        says(hurry=False),
        says("motion"),
        says("temperature", 40.0),
        says(age_ms=61_000),
        says(age_ms=None),
        b'{"hurry":true',
        b'"hurry":true',
    ],
)
def test_what_is_no_cry(lit, payload):
    assert lit.cried(payload) == []


def test_a_stranger_lights_no_lamp(lit):
    assert lit.cried(says(), topic="hearth/1/demo/nobody/reading") == []


def test_a_node_that_was_suspended_is_not_heeded_for_long(lit):
    with lit.sessions.begin() as session:
        fleet.suspend(session, device_id="pool", reason="odd", actor="test", now=NOON)
    lit.clock.advance(seconds=LOOK_AGAIN_S)
    lit.lamps.look()

    assert lit.cried(says()) == []


def test_where_no_lamp_is_nothing_is_shown(house):
    house.lamps.look()

    assert house.cried(says()) == []


def test_what_comes_at_once_are_the_alarms_that_a_switch_can_tell_of():
    alarms = {metric for metric, kind in KIND_OF.items() if KINDS[kind].severity is Severity.ALARM}

    assert alarms & BOOLEANS == COMES_AT_ONCE
    assert all(KINDS[KIND_OF[metric]].is_guarded for metric in COMES_AT_ONCE), "no centre can have it switched off"


# --- an alarm that stands


def test_an_alarm_is_shown_with_a_sound_once(lit):
    lit.raised()

    assert lit.looked() == [Shown("desk", alarm=True, beep=True, for_s=STAND_S)]
    lit.clock.advance(seconds=1)
    assert lit.looked() == []


def test_it_is_said_again_before_it_is_forgotten_and_without_a_sound(lit):
    lit.raised()
    lit.lamps.look()
    lit.clock.advance(seconds=AGAIN_S)

    assert lit.looked() == [Shown("desk", alarm=True, beep=False, for_s=STAND_S)]
    assert 2 * AGAIN_S < STAND_S, "one word may be lost"


def test_another_alarm_sounds_again(lit):
    lit.raised()
    lit.lamps.look()
    lit.raised(thing="cellar/floor")

    assert [one.beep for one in lit.looked()] == [True]


@pytest.mark.parametrize("act", [alerts.acknowledge, alerts.clear])
def test_it_is_over_when_somebody_has_taken_it_up(lit, technician, act):
    raised = lit.raised()
    lit.lamps.look()
    with lit.sessions.begin() as session:
        act(session, alert_id=raised, actor=technician(session), now=NOON)

    assert [one.alarm for one in lit.looked()] == [False]


def test_while_another_stands_it_goes_on_without_a_sound(lit, technician):
    first, _ = lit.raised(), lit.raised(thing="cellar/floor")
    lit.lamps.look()
    with lit.sessions.begin() as session:
        alerts.acknowledge(session, alert_id=first, actor=technician(session), now=NOON)
    lit.clock.advance(seconds=AGAIN_S)

    assert lit.looked() == [Shown("desk", alarm=True, beep=False, for_s=STAND_S)]


def test_what_is_less_urgent_is_not_shown(lit):
    lit.raised(kind="door_unsure")

    assert lit.looked() == []


def test_a_gateway_that_starts_shows_what_stands_and_does_not_sound(house):
    house.raised()
    house.has_shown("desk")

    assert house.looked() == [Shown("desk", alarm=True, beep=False, for_s=STAND_S)]


def test_a_lamp_that_is_chosen_meanwhile_shows_it_and_one_that_no_longer_is_stops(lit):
    lit.raised()
    lit.lamps.look()
    lit.has_shown("pool")
    assert {one.lamp: one.alarm for one in lit.looked()} == {"desk": True, "pool": True}

    lit.has_shown("desk", shown=False)
    assert {one.lamp: one.alarm for one in lit.looked()} == {"desk": False, "pool": True}


# --- whose lamps


def test_only_our_own_facility_nodes_have_one(house):
    with pytest.raises(Conflict, match="no_lamp"):
        house.has_shown("bank")


def test_a_suspended_node_is_no_lamp(lit):
    with lit.sessions.begin() as session:
        fleet.suspend(session, device_id="desk", reason="odd", actor="test", now=NOON)
        assert fleet_queries.alarm_lamps(session) == []

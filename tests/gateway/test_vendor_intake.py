"""Off-the-shelf devices come in by a door of their own: readings of approved ones, and nothing else."""

import json
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from gateway.alerts import queries as alerts
from gateway.facility import buttons
from gateway.faults import service as faults
from gateway.fleet import joining, service
from gateway.fleet import queries as fleet
from gateway.fleet import rules as fleet_rules
from gateway.fleet.model import Button, DeviceState, Lock, Presence
from gateway.fleet.rules import Presentation
from gateway.kit.db import Sessions
from gateway.kit.errors import Conflict
from gateway.kit.ids import new_boot_id
from gateway.kit.right_of_way import PIECE, RightOfWay
from gateway.telemetry.store import ReadingStore
from gateway.unlocking.model import Unlock
from gateway.vendor_intake import MOST_AT_ONCE, VendorIntake
from gateway.zones import service as zones
from gateway.zones.model import Placed
from tests.centre_builder import NOON, HandClock, a_device

AIR = {"temperature": 21.5, "humidity": 40}


class Hall:
    """The door, and a maker's hand before it."""

    def __init__(self, sessions):
        self.sessions, self.clock = sessions, HandClock()
        self.intake = VendorIntake(
            sessions=sessions, clock=self.clock, is_ours=lambda topic: topic.startswith("homeassistant/device/hearth")
        )

    def says(self, topic, payload, *, retained=False):
        """One message; the readings that came of it, by sensor and metric."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.intake.hear(topic, body, retained=retained)
        return [(v.sensor, v.metric, v.value) for letter in self.intake.letters() for v in letter.values]

    def look(self):
        """Some seconds later, though nobody has said anything."""
        self.clock.advance(seconds=2)
        self.intake.letters()

    def devices(self):
        with self.sessions.read() as session:
            return {one.maker_name: one for one in fleet.outsiders(session)}

    def approve(self, name):
        device_id = self.devices()[name].id
        with self.sessions.begin() as session:
            service.approve(session, device_id=device_id, fingerprint="", actor="test", now=NOON)
        return device_id

    def retire(self, name):
        device_id = self.devices()[name].id
        with self.sessions.begin() as session:
            service.retire(session, device_id=device_id, actor="test", now=NOON)


@pytest.fixture
def hall(sessions):
    return Hall(sessions)


@pytest.fixture
def gym(hall):
    """A hall in which one sensor, of Zigbee2MQTT, is approved."""
    hall.says("zigbee2mqtt/gym/door", AIR)
    hall.approve("gym/door")
    return hall


def test_whoever_is_heard_for_the_first_time_waits_and_nothing_of_it_is_kept(hall):
    assert hall.says("zigbee2mqtt/gym/door", AIR) == []
    assert hall.says("zigbee2mqtt/gym/door", AIR) == []

    (device,) = hall.devices().values()
    assert (device.state, device.maker, device.maker_name) == (DeviceState.PENDING, "zigbee2mqtt", "gym/door")


@pytest.mark.parametrize(
    ("maker", "topic", "payload", "reading"),
    [
        ("zigbee2mqtt", "zigbee2mqtt/hall", {"contact": False}, ("device", "open", 1.0)),
        (
            "shelly",
            "lamp/events/rpc",
            {"src": "shelly1-a0", "method": "NotifyStatus", "params": {"ts": 1.0, "switch:0": {"apower": 12.5}}},
            ("switch:0", "power", 12.5),
        ),
        (
            "tasmota",
            "tele/sauna/SENSOR",
            {"DS18B20": {"Temperature": 70.5}, "TempUnit": "C"},
            ("DS18B20", "temperature", 70.5),
        ),
        ("esphome", "hall/sensor/hall_temperature/state", 21.5, ("hall_temperature", "temperature", 21.5)),
    ],
)
def test_each_maker_is_heard_and_what_an_approved_one_measures_is_a_reading(hall, maker, topic, payload, reading):
    hall.says(topic, payload)
    (name,) = [one.maker_name for one in hall.devices().values() if one.maker == maker]
    hall.approve(name)

    assert hall.says(topic, payload) == [reading]


def test_what_describes_itself_is_read_by_its_description(hall):
    config = {
        "uniq_id": "t", "stat_t": "any/where", "dev_cla": "temperature", "unit_of_meas": "°C",
        "val_tpl": "{{ value_json.t }}", "dev": {"ids": ["box"], "name": "Box"},
    }  # fmt: skip
    hall.says("homeassistant/sensor/box/config", config, retained=True)
    hall.approve("box")

    assert hall.says("any/where", {"t": 20.5}) == [("t", "temperature", 20.5)]


def test_a_homie_device_is_read_by_its_description(hall):
    properties = {"temperature": {"datatype": "float", "unit": "°C"}}
    described = {"homie": "5.0", "version": 1, "nodes": {"air": {"properties": properties}}}
    hall.says("homie/5/box/$description", described, retained=True)
    hall.approve("box")

    assert hall.says("homie/5/box/air/temperature", b"21.5") == [("air/temperature", "temperature", 21.5)]


def test_what_the_broker_kept_from_before_is_no_reading_of_now(gym):
    assert gym.says("zigbee2mqtt/gym/door", AIR, retained=True) == []
    assert gym.says("zigbee2mqtt/gym/door", AIR) != []


def test_a_retained_press_of_a_button_is_history(gym):
    assert gym.says("zigbee2mqtt/gym/door", {"action": "single", "battery": 80}, retained=True) == []
    assert gym.devices()["gym/door"].presence is Presence.ONLINE  # by what it had said before


@pytest.mark.parametrize("state", ["SUSPENDED", "RETIRED"])
def test_of_one_that_was_put_out_of_use_nothing_is_kept(gym, state):
    device_id = gym.devices()["gym/door"].id
    with gym.sessions.begin() as session:
        if state == "SUSPENDED":
            service.suspend(session, device_id=device_id, reason="raves", actor="test", now=NOON)
        else:
            service.retire(session, device_id=device_id, actor="test", now=NOON)

    assert gym.says("zigbee2mqtt/gym/door", AIR) == []
    assert gym.devices()["gym/door"].state == state


def test_what_cannot_be_read_is_counted_with_its_sample(gym):
    for _ in range(3):
        assert gym.says("zigbee2mqtt/gym/door", b'{"temperature": ') == []

    with gym.sessions.read() as session:
        (letter,) = fleet.dead_letters(session)
    assert (letter.device, letter.channel, letter.fault, letter.count) == ("gym/door", "zigbee2mqtt", "unreadable", 3)
    assert bytes.fromhex(letter.sample) == b'{"temperature": '


def test_a_value_that_no_sensor_can_give_takes_nothing_from_the_others(gym):
    assert gym.says("zigbee2mqtt/gym/door", {"temperature": 4000, "humidity": 41}) == [("device", "humidity", 41.0)]


def test_unknown_stays_unknown(gym):
    assert gym.says("zigbee2mqtt/gym/door", {"water_leak": None}) == [("device", "water_leak", None)]


def test_its_maker_says_whether_it_is_there_and_its_next_word_says_it_too(gym):
    gym.says("zigbee2mqtt/gym/door/availability", {"state": "offline"}, retained=True)
    assert gym.devices()["gym/door"].presence is Presence.OFFLINE

    gym.says("zigbee2mqtt/gym/door", AIR)
    assert gym.devices()["gym/door"].presence is Presence.ONLINE


def test_renamed_it_is_found_by_its_hardware_and_keeps_its_record(gym):
    before = gym.devices()["gym/door"].id
    listed = [{"friendly_name": "gym/door", "ieee_address": "0x00A1", "type": "EndDevice"}]
    gym.says("zigbee2mqtt/bridge/devices", listed, retained=True)
    gym.says("zigbee2mqtt/pool/door", AIR)  # under its new name, before the bridge has told

    gym.says("zigbee2mqtt/bridge/devices", [listed[0] | {"friendly_name": "pool/door"}])

    assert {name: one.id for name, one in gym.devices().items()} == {"pool/door": before}
    assert gym.says("zigbee2mqtt/pool/door", AIR) != []


def test_two_that_change_names_keep_their_records(gym):
    def tell(**names):
        listed = [{"friendly_name": name, "ieee_address": ieee, "type": "Router"} for ieee, name in names.items()]
        gym.says("zigbee2mqtt/bridge/devices", listed)

    tell(a1="gym/door", b2="hall")
    gym.approve("hall")
    before = {name: one.id for name, one in gym.devices().items()}

    tell(a1="hall", b2="gym/door")

    assert {name: one.id for name, one in gym.devices().items()} == {
        "hall": before["gym/door"],
        "gym/door": before["hall"],
    }


def test_another_makers_description_of_the_same_hardware_is_no_second_device(gym):
    gym.says("zigbee2mqtt/bridge/devices", [{"friendly_name": "gym/door", "ieee_address": "0x00a1", "type": "Router"}])
    config = {"uniq_id": "t", "stat_t": "zigbee2mqtt/gym/door", "dev": {"ids": ["zigbee2mqtt_0x00a1"]}}
    gym.says("homeassistant/sensor/x/t/config", config, retained=True)

    assert set(gym.devices()) == {"gym/door"}


def test_a_retirement_clears_every_topic_that_its_device_has_spoken_on(gym):
    gym.says("zigbee2mqtt/gym/door/availability", {"state": "online"}, retained=True)
    gym.says("zigbee2mqtt/hall", AIR)
    assert gym.intake.to_clear() == []

    gym.retire("gym/door")
    gym.says("zigbee2mqtt/hall", AIR)

    assert sorted(gym.intake.to_clear()) == ["zigbee2mqtt/gym/door", "zigbee2mqtt/gym/door/availability"]
    assert gym.intake.to_clear() == []


def test_what_is_kept_and_says_nothing_to_us_is_cleared_with_its_device_too(hall):
    hall.says("hall/text_sensor/version/state", "1.2", retained=True)
    hall.says("hall/sensor/hall_temperature/state", 21.5, retained=True)
    hall.says("hall/sensor/hall_humidity/state", "wet", retained=True)
    hall.approve("hall")

    hall.retire("hall")
    hall.look()

    assert sorted(hall.intake.to_clear()) == [
        "hall/sensor/hall_humidity/state", "hall/sensor/hall_temperature/state", "hall/text_sensor/version/state",
    ]  # fmt: skip


def test_another_makers_description_of_the_same_hardware_goes_with_it(gym):
    gym.says("zigbee2mqtt/bridge/devices", [{"friendly_name": "gym/door", "ieee_address": "0x00a1"}])
    config = "homeassistant/binary_sensor/0x00a1/contact/config"
    dev = {"ids": ["zigbee2mqtt_0x00a1"]}
    gym.says(config, {"stat_t": "zigbee2mqtt/gym/door", "dev_cla": "door", "dev": dev}, retained=True)

    gym.retire("gym/door")
    gym.look()

    assert sorted(gym.intake.to_clear()) == [config, "zigbee2mqtt/gym/door"]


def test_what_a_bridge_or_a_root_says_of_a_device_is_not_cleared_with_it(hall):
    hall.says("zigbee2mqtt/bridge/devices", [{"friendly_name": "door", "ieee_address": "0x00a1"}], retained=True)
    hall.says("homie/5/hub/$description", {"homie": "5.0", "version": 1, "children": ["kid"]}, retained=True)
    hall.says("homie/5/hub/$state", b"lost", retained=True)
    for name in ("door", "kid"):
        hall.retire(name)
    hall.look()
    assert hall.intake.to_clear() == []


def test_a_topic_that_speaks_of_two_is_cleared_with_the_second(hall):
    for name in ("a", "b"):
        config = {"stat_t": f"{name}/s", "dev_cla": "door", "avty_t": "hub/up", "dev": {"ids": [name]}}
        hall.says(f"homeassistant/binary_sensor/{name}/config", config, retained=True)
    hall.says("hub/up", b"online", retained=True)

    hall.retire("a")
    hall.look()
    assert hall.intake.to_clear() == ["homeassistant/binary_sensor/a/config"]
    hall.retire("b")
    hall.look()
    assert sorted(hall.intake.to_clear()) == ["homeassistant/binary_sensor/b/config", "hub/up"]


def test_what_we_cleared_is_not_cleared_again_and_again(hall):
    properties = {"temperature": {"datatype": "float", "unit": "°C"}}
    nodes = {"air": {"properties": properties}}
    hall.says("homie/5/box/$description", {"homie": "5.0", "version": 1, "nodes": nodes}, retained=True)
    hall.says("homie/5/box/air/temperature", b"21.5", retained=True)
    hall.says("homie/5/box/$alert/low", b"low", retained=True)
    hall.retire("box")
    hall.look()
    cleared = hall.intake.to_clear()
    assert len(cleared) == 3

    for topic in sorted(cleared, reverse=True):
        hall.says(topic, b"")

    assert hall.intake.to_clear() == []


def test_a_retirement_clears_its_topics_in_a_house_where_nothing_is_said_any_more(gym):
    gym.says("zigbee2mqtt/gym/door/availability", {"state": "online"}, retained=True)
    gym.retire("gym/door")

    gym.look()

    assert sorted(gym.intake.to_clear()) == ["zigbee2mqtt/gym/door", "zigbee2mqtt/gym/door/availability"]


def test_a_renaming_clears_what_stands_under_the_old_name(gym):
    listed = {"friendly_name": "gym/door", "ieee_address": "0x00a1", "type": "EndDevice"}
    gym.says("zigbee2mqtt/bridge/devices", [listed])
    gym.says("zigbee2mqtt/gym/door", AIR)

    gym.says("zigbee2mqtt/bridge/devices", [listed | {"friendly_name": "pool/door"}])

    assert gym.intake.to_clear() == ["zigbee2mqtt/gym/door"]


def test_another_beginning_of_its_topics_clears_what_stands_below_the_old_one(hall):
    def says(beginning):
        said = {"src": "shelly1-a0", "method": "NotifyStatus", "params": {"switch:0": {"output": True}}}
        hall.says(f"{beginning}/events/rpc", said)
        hall.says(f"{beginning}/status/switch:0", {"output": True}, retained=True)
        hall.says(f"{beginning}/online", b"true", retained=True)

    says("hall/lamp")
    assert hall.intake.to_clear() == []
    says("gym/lamp")

    assert sorted(hall.intake.to_clear()) == [
        "hall/lamp/events/rpc", "hall/lamp/online", "hall/lamp/status/switch:0",
    ]  # fmt: skip
    assert list(hall.devices()) == ["shelly1-a0"]


def test_one_that_takes_itself_away_before_anybody_approved_it_is_forgotten(hall):
    hall.says("zigbee2mqtt/hall", AIR)
    hall.says("zigbee2mqtt/hall", b"")
    assert hall.devices() == {}


def test_a_node_that_describes_itself_is_one_device_whatever_it_says(hall):
    """ESPHome's descriptions name its hardware, its topics its name."""
    config = {
        "stat_t": "hall/sensor/air/state", "avty_t": "hall/status", "dev_cla": "temperature", "unit_of_meas": "°F",
        "dev": {"ids": "aabbccddeeff", "name": "hall"},
    }  # fmt: skip
    hall.says("hall/status", b"online", retained=True)
    hall.says("homeassistant/sensor/hall/air/config", config, retained=True)
    hall.says("hall/sensor/air/state", 70.7)
    hall.says("hall/switch/lamp/state", b"ON")
    hall.says("hall/status", b"online")

    (device,) = hall.devices().values()
    assert (device.maker, device.maker_name, device.hardware_id) == ("esphome", "hall", "aabbccddeeff")
    hall.approve("hall")
    assert hall.says("hall/sensor/air/state", 70.7) == [("air", "temperature", 21.5)]


@pytest.mark.parametrize(
    ("introduction", "said", "topic", "word"),
    [
        (
            "hall/lamp/events/rpc",
            {"src": "shelly1-a0", "method": "NotifyStatus", "params": {"switch:0": {"output": True}}},
            "hall/lamp/online",
            b"false",
        ),
        (
            "tasmota/discovery/A0B1/config",
            {"t": "lamp", "ft": "%topic%/%prefix%/", "tp": ["tu", "ist", "sagt"], "ofln": "fort", "onln": "da"},
            "lamp/sagt/LWT",
            b"fort",
        ),
    ],
)
def test_the_will_of_one_whose_topics_are_of_its_owners_making_is_heard(hall, introduction, said, topic, word):
    hall.says(introduction, said)
    hall.says(topic, word)
    (device,) = hall.devices().values()
    assert device.presence is Presence.OFFLINE


def test_whatever_lies_below_its_description_is_the_same_device(hall):
    config = {"state_topic": "homeassistant/binary_sensor/garden/state", "device_class": "motion"}
    hall.says("homeassistant/binary_sensor/garden/config", config, retained=True)
    hall.says("homeassistant/binary_sensor/garden/state", b"ON")
    assert [(one.maker, one.maker_name) for one in hall.devices().values()] == [("homeassistant", "garden")]


def test_only_so_many_wait_for_approval(hall, monkeypatch):
    monkeypatch.setattr(fleet_rules, "MOST_PENDING", 3)
    for number in range(10):
        hall.says(f"zigbee2mqtt/door-{number}", AIR)
    assert len(hall.devices()) == 3


def test_our_own_descriptions_are_nobody_elses_device(hall):
    hall.says("homeassistant/device/hearth-demo/config", {"dev": {"ids": ["x"]}, "o": {"name": "x"}, "cmps": {}})
    assert hall.devices() == {}


def test_nothing_that_it_says_makes_it_a_device_of_ours(gym):
    """Neither a lock of it, nor a key: whoever comes under its name on our own topics is not heard."""
    device_id = gym.devices()["gym/door"].id
    told = Presentation(device_id=device_id, online=True, boot_id=new_boot_id(), public_key="", doors=4)
    with gym.sessions.begin() as session:
        assert not service.note_presence(session, told, now=NOON)
        assert session.get_one(type(gym.devices()["gym/door"]), device_id).doors == 0
        service.approve(session, device_id=device_id, fingerprint="", actor="test", now=NOON)
        assert session.scalars(select(Lock)).all() == []
        assert fleet.pinned_key(session, device_id) is None
        assert device_id not in fleet.approved_ids(session)


def test_a_silent_sensor_is_not_away_only_because_the_broker_was(gym):
    later = NOON + timedelta(hours=3)
    with gym.sessions.begin() as session:
        service.lose_sight(session, now=later)
        service.give_up_on_the_unheard(session, since=later, now=later)
    assert gym.devices()["gym/door"].presence is Presence.UNKNOWN


@pytest.mark.parametrize("payload", [b"\xff", b"[" * 5000, b"{}", b"null", b'{"temperature": 1e999}', b"x" * 100_000])
@pytest.mark.parametrize(
    "topic", ["zigbee2mqtt/a", "zigbee2mqtt/" + "n" * 300, "zigbee2mqtt/\x01", "tele/x/SENSOR", "x/events/rpc"]
)
def test_nothing_that_is_said_ends_the_door(gym, topic, payload):
    gym.says(topic, payload)
    assert gym.says("zigbee2mqtt/gym/door", AIR) != []


def test_the_numbers_of_its_letters_go_on_after_one_was_not_kept(gym, tmp_path):
    store = ReadingStore(f"sqlite:///{tmp_path / 'readings.db'}", zone=ZoneInfo("UTC"))
    store.prepare()
    for turn in range(4):
        gym.intake.hear("zigbee2mqtt/gym/door", json.dumps({"temperature": 20 + turn}).encode(), retained=False)
        letters = gym.intake.letters()
        if turn != 1:
            assert len(store.fresh(letters)) == 1
            store.keep(letters)
    store.close()


def joins(hall, act, **facts):
    with hall.sessions.begin() as session:
        act(session, actor="test", now=hall.clock.now(), **facts)


def test_a_join_window_is_told_to_each_bridge_once_and_closes_by_itself(hall):
    hall.says("zigbee2mqtt/bridge/state", {"state": "online"}, retained=True)
    assert hall.intake.requests() == []

    joins(hall, joining.open_window, lasting=timedelta(seconds=120))
    hall.clock.advance(seconds=5)
    assert hall.intake.requests() == [("zigbee2mqtt/bridge/request/permit_join", b'{"time": 115}')]
    assert hall.intake.requests() == []

    hall.clock.advance(seconds=200)  # the bridge has closed it, as it was told
    assert hall.intake.requests() == []


def test_a_join_window_that_is_closed_early_is_closed_at_the_bridge(hall):
    hall.says("zigbee2mqtt/bridge/state", {"state": "online"})
    joins(hall, joining.open_window, lasting=timedelta(hours=9))
    assert hall.intake.requests() == [("zigbee2mqtt/bridge/request/permit_join", b'{"time": 254}')]

    joins(hall, joining.close_window)

    assert hall.intake.requests() == [("zigbee2mqtt/bridge/request/permit_join", b'{"time": 0}')]
    assert hall.intake.requests() == []


def test_a_bridge_that_is_met_while_the_window_is_open_is_told_the_rest(hall):
    joins(hall, joining.open_window, lasting=timedelta(seconds=60))
    hall.clock.advance(seconds=40)
    hall.says("zigbee2mqtt/bridge/state", {"state": "online"})

    assert hall.intake.requests() == [("zigbee2mqtt/bridge/request/permit_join", b'{"time": 20}')]


@pytest.fixture
def bell(hall):
    """A button on the wall, approved, that calls staff."""
    hall.says("zigbee2mqtt/bell", {"action": "single"})
    device_id = hall.approve("bell")
    joins(hall, service.choose_button, device_id=device_id, button=Button.CALL_STAFF)
    return device_id


def standing_alerts(hall):
    with hall.sessions.read() as session:
        return [(one.kind, one.thing, one.count) for one in alerts.all_standing(session)]


def test_a_press_of_a_chosen_button_calls_staff_to_its_zone(hall, bell):
    with hall.sessions.begin() as session:
        zones.make_zone(session, zone_id="pool", name_zh="泳池", name_en="Pool", actor="test", now=NOON)
        zones.place(session, what=Placed.DEVICE, ref=bell, zone_id="pool", actor="test", now=NOON)

    hall.says("zigbee2mqtt/bell", {"action": "single"})

    assert standing_alerts(hall) == [("call_staff", bell, 1)]
    with hall.sessions.read() as session:
        [one] = alerts.all_standing(session)
        assert json.loads(one.facts)["place"] == {"zh-CN": "泳池（bell）", "en": "Pool (bell)"}


def test_a_button_that_nobody_chose_a_meaning_for_calls_nobody(hall, gym):
    hall.says("zigbee2mqtt/gym/door", {"action": "single"})

    assert standing_alerts(hall) == []


def test_a_retained_press_is_history_and_calls_nobody(hall, bell):
    hall.says("zigbee2mqtt/bell", {"action": "single"}, retained=True)

    assert standing_alerts(hall) == []


def test_letting_go_is_no_press_and_one_press_told_thrice_counts_once(hall, bell):
    hall.says("zigbee2mqtt/bell", {"action": "release"})
    assert standing_alerts(hall) == []

    for action in ("press", "single", "release"):
        hall.says("zigbee2mqtt/bell", {"action": action})
    assert standing_alerts(hall) == [("call_staff", bell, 1)]

    hall.clock.advance(seconds=5)
    hall.says("zigbee2mqtt/bell", {"action": "single"})
    assert standing_alerts(hall) == [("call_staff", bell, 2)]


def test_a_card_at_a_makers_reader_is_never_a_key_nor_a_call(hall):
    hall.says("tele/door/SENSOR", {"Time": "2026-11-22T04:00:00", "RDM6300": {"UID": "04A21F99"}})
    reader = hall.approve("door")
    joins(hall, service.choose_button, device_id=reader, button=Button.CALL_STAFF)

    hall.says("tele/door/SENSOR", {"Time": "2026-11-22T04:00:01", "RDM6300": {"UID": "04A21F99"}})

    assert standing_alerts(hall) == []
    with hall.sessions.read() as session:
        assert session.scalars(select(Unlock)).all() == []


@pytest.mark.parametrize("word", ["card", "release", "hold_release", "btn_up", "button_up", "boot"])
def test_what_is_no_press(word):
    assert not buttons.is_press(word)


@pytest.mark.parametrize("word", ["single", "double", "hold", "press", "single_push", "btn_down", "on", "toggle"])
def test_what_is_a_press(word):
    assert buttons.is_press(word)


def speaks(hall, gaps):
    """It says something, and again after each of these seconds; what it says is new each time."""
    heard = []
    for number, gap in enumerate(gaps):
        hall.clock.advance(seconds=gap)
        heard += hall.says("zigbee2mqtt/gym/door", {"temperature": 20 + number % 7})
    return heard


def passes(hall, *, minutes):
    """Time, with nothing said; the readings that came of that."""
    letters = []
    for _ in range(minutes):
        hall.clock.advance(minutes=1)
        letters += hall.intake.letters()
    return [(v.sensor, v.metric, v.value) for letter in letters for v in letter.values]


def test_a_device_that_misses_three_of_its_usual_times_is_silent_and_its_values_unknown(hall, gym):
    hall.says("zigbee2mqtt/gym/door", AIR)
    speaks(hall, [300] * 10)
    assert hall.devices()["gym/door"].usual_s == 300

    assert passes(hall, minutes=15) == []
    assert hall.devices()["gym/door"].presence is Presence.ONLINE

    assert passes(hall, minutes=2) == [("device", "humidity", None), ("device", "temperature", None)]
    assert hall.devices()["gym/door"].presence is Presence.OFFLINE
    with hall.sessions.begin() as session:
        for minute in range(4):
            now = hall.clock.now() + timedelta(minutes=minute)
            faults.look_at_device(session, device_id=hall.devices()["gym/door"].id, now=now)
    assert standing_alerts(hall) == [("sensor_silent", hall.devices()["gym/door"].id, 1)]

    hall.says("zigbee2mqtt/gym/door", {"temperature": 21})
    assert hall.devices()["gym/door"].presence is Presence.ONLINE


def test_who_has_just_spoken_is_not_called_silent_though_it_was_for_long(hall, gym):
    hall.says("zigbee2mqtt/gym/door", AIR)
    speaks(hall, [300] * 10)
    hall.clock.advance(minutes=17)

    assert None not in [value for _, _, value in hall.says("zigbee2mqtt/gym/door", AIR)]


def test_one_long_outage_does_not_move_what_is_usual(hall, gym):
    speaks(hall, [60] * 9 + [20_000] + [60] * 9)

    assert hall.devices()["gym/door"].usual_s == 60


def test_who_speaks_only_when_something_happens_is_never_called_silent(hall, gym):
    speaks(hall, [7, 900, 30, 4_000, 11, 60, 2_000, 15, 300, 9_000, 12, 600])
    assert hall.devices()["gym/door"].usual_s == 0

    assert passes(hall, minutes=600) == []
    assert hall.devices()["gym/door"].presence is Presence.ONLINE


def test_after_a_start_of_ours_nobody_is_called_silent_for_what_we_did_not_hear(hall, gym):
    speaks(hall, [300] * 10)
    hall.clock.advance(hours=9)  # switched off
    again = VendorIntake(sessions=hall.sessions, clock=hall.clock, is_ours=lambda _topic: False)

    hall.clock.advance(minutes=10)
    assert again.letters() == []
    assert hall.devices()["gym/door"].presence is Presence.ONLINE
    hall.clock.advance(minutes=10)
    again.letters()
    assert hall.devices()["gym/door"].presence is Presence.OFFLINE


def test_a_button_of_our_own_devices_cannot_be_given_a_meaning(sessions):
    with sessions.begin() as session:
        a_device(session, "bank-a")
        with pytest.raises(Conflict, match="no_button"):
            service.choose_button(session, device_id="bank-a", button=Button.CALL_STAFF, actor="test", now=NOON)


def test_many_messages_are_read_in_small_pieces_and_taken_in_short_transactions_between_which_an_unlock_goes_first(gym):
    class Noted(RightOfWay):
        def give_way(self, **_):
            gave_way.append(gym.sessions.is_in_turn)

    class Turns(Sessions):
        is_in_turn = False

        @contextmanager
        def begin(self):
            with super().begin() as session:
                transactions.append(session)
                self.is_in_turn = True
                yield session
            self.is_in_turn = False

    gave_way, transactions = [], []
    gym.sessions = Turns(gym.sessions.engine)
    gym.intake._sessions, gym.intake._right_of_way = gym.sessions, Noted()
    for no in range(MOST_AT_ONCE + 1):
        gym.intake.hear("zigbee2mqtt/gym/door", json.dumps({"temperature": no / 100}).encode(), retained=False)
    take, taken = gym.intake._take, Counter()

    def counted(*one):
        taken[len(transactions)] += 1
        return take(*one)

    gym.intake._take = counted
    letters = gym.intake.letters()

    assert [one.values[0].value for one in letters] == [no / 100 for no in range(MOST_AT_ONCE + 1)]
    assert taken == {1: MOST_AT_ONCE, 2: 1}, "messages of each transaction"
    assert gave_way == [False] * (MOST_AT_ONCE // PIECE + 2)

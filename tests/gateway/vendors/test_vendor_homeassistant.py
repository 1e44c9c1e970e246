"""Home Assistant discovery: nothing is read that was not described, and no template is executed."""

import pytest

from tests.gateway.vendors.teller import Teller

DEVICE = {"ids": ["d-1"], "name": "Door", "mf": "Maker", "mdl": "M1", "sw": "1.2"}


@pytest.fixture
def ha():
    return Teller("homeassistant")


def describe(ha, component, said):
    return ha.one(
        f"homeassistant/{component}/thing/config", {"stat_t": "thing/state", "dev": DEVICE, **said}, retained=True
    )


def test_a_description_is_a_discovery(ha):
    said = describe(ha, "sensor", {"dev_cla": "temperature", "unit_of_meas": "°C", "uniq_id": "t1"})
    assert said == {
        "kind": "discovery", "device": "d-1", "readings": [], "retained": True,
        "info": {
            "id": ["d-1"], "name": "Door", "maker": "Maker", "model": "M1", "firmware": "1.2",
            "entities": ["sensor: t1"],
        },
    }  # fmt: skip


def test_a_topic_that_nobody_described_is_not_guessed_at(ha):
    said = ha.one("thing/state", '{"temperature": 21}')
    assert (said["kind"], said["readings"]) == ("ignore", [])


def test_several_entities_read_one_message(ha):
    for name, cla, unit in [("t", "temperature", "°F"), ("b", "battery", "%")]:
        said = {"stat_t": "thing/state", "dev": DEVICE, "uniq_id": name, "dev_cla": cla, "unit_of_meas": unit}
        ha.all(f"homeassistant/sensor/thing/{name}/config", {**said, "val_tpl": f"{{{{ value_json.{name} }}}}"})
    assert ha.one("thing/state", {"t": 70.7, "b": "80"})["readings"] == [
        {"metric": "temperature", "value": 21.5, "unit": "°C", "sensor": "t"},
        {"metric": "battery", "value": 80, "unit": "%", "sensor": "b"},
    ]


def test_a_device_describes_all_its_entities_at_once(ha):
    ha.all(
        "homeassistant/device/d-1/config",
        {
            "dev": DEVICE, "o": {"name": "maker2mqtt"}, "state_topic": "d-1/state",
            "cmps": {
                "p": {"p": "sensor", "device_class": "power", "unit_of_measurement": "kW",
                      "value_template": "{{ value_json.power }}", "unique_id": "p1"},
                "d": {"p": "binary_sensor", "device_class": "door", "value_template": "{{ value_json.contact }}",
                      "payload_on": False, "payload_off": True, "unique_id": "c1"},
                "gone": {"p": "sensor"},
            },
        },
    )  # fmt: skip
    assert ha.values("d-1/state", {"power": 1.5, "contact": True}) == {"power": 1500, "open": False}
    assert ha.values("d-1/state", {"power": 1.5, "contact": False}) == {"power": 1500, "open": True}


def test_the_base_topic_is_put_in_for_its_sign(ha):
    describe(ha, "sensor", {"~": "house/t", "stat_t": "~/state", "dev_cla": "humidity", "avty_t": "~/up"})
    assert ha.values("house/t/state", "44") == {"humidity": 44}
    assert ha.one("house/t/up", "offline")["available"] is False


def test_a_new_description_replaces_the_old_one(ha):
    describe(ha, "sensor", {"dev_cla": "humidity"})
    describe(ha, "sensor", {"dev_cla": "humidity", "stat_t": "other/state"})
    assert ha.one("thing/state", "44")["kind"] == "ignore"
    assert ha.values("other/state", "44") == {"humidity": 44}


def test_zero_bytes_remove_the_device_and_its_topics(ha):
    describe(ha, "sensor", {"dev_cla": "humidity"})
    said = ha.one("homeassistant/sensor/thing/config")
    assert (said["kind"], said["device"]) == ("removal", "d-1")
    assert ha.one("thing/state", "44")["kind"] == "ignore"


def test_a_description_on_the_move_removes_nothing(ha):
    describe(ha, "sensor", {"dev_cla": "humidity"})
    assert ha.one("homeassistant/sensor/thing/config", {"migrate_discovery": True})["kind"] == "ignore"
    assert ha.values("thing/state", "44") == {"humidity": 44}


@pytest.mark.parametrize(
    "template",
    [
        "{% if value_json.x %}1{% else %}0{% endif %}",
        "{{ value_json.x | regex_replace('a', 'b') }}",
        "{{ states('sensor.other') }}",
        "{{ value_json.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''.__class__ }}",
        "{{ value_json.x if value_json.x else 0 }}",
        "{{ value_json.x }} {{ value_json.y }}",
        "plain",
    ],
)
def test_a_template_beyond_the_simple_ones_is_flagged_and_never_executed(ha, template):
    said = describe(ha, "sensor", {"dev_cla": "humidity", "uniq_id": "h", "val_tpl": template})
    assert said["kind"] == "discovery"
    assert said["info"]["flags"][0].startswith("h: a template ")
    said = ha.one("thing/state", '{"x": 1}')
    assert (said["kind"], said["device"], said["readings"]) == ("malformed", "d-1", [])
    assert said["reason"].startswith("h: a template ")


def test_beside_an_entity_that_cannot_be_read_the_others_are(ha):
    describe(ha, "sensor", {"dev_cla": "humidity", "uniq_id": "h", "val_tpl": "{{ states('x') }}"})
    ha.all(
        "homeassistant/sensor/other/config",
        {"stat_t": "thing/state", "uniq_id": "b", "dev": DEVICE, "dev_cla": "battery", "val_tpl": "{{ value_json.b }}"},
    )
    values, unread = ha.all("thing/state", '{"b": 80}')
    assert (values["kind"], [one["value"] for one in values["readings"]]) == ("telemetry", [80])
    assert (unread["kind"], unread["device"]) == ("malformed", "d-1")


@pytest.mark.parametrize("said", [{"dev_cla": "timestamp"}, {"dev_cla": "wind_speed", "unit_of_meas": "mph"}, {}])
def test_what_is_described_and_not_kept_is_still_known_whose_it_is(ha, said):
    describe(ha, "sensor", {"json_attr_t": "thing/more", **said})
    for topic in ("thing/state", "thing/more"):
        told = ha.one(topic, "5")
        assert (told["kind"], told["device"]) == ("ignore", "d-1")


def test_a_value_without_a_unit_that_could_be_two_things_is_flagged(ha):
    said = describe(ha, "sensor", {"dev_cla": "temperature", "uniq_id": "t"})
    assert said["info"]["flags"] == ["t: unit null for temperature"]


@pytest.mark.parametrize("topic", [None, 17, ["thing/state"]])
def test_a_sensor_that_is_described_without_a_topic_to_read_is_flagged(ha, topic):
    said = describe(ha, "sensor", {"dev_cla": "humidity", "uniq_id": "h", "stat_t": topic})
    assert said["info"]["flags"][0].startswith("h: ")
    assert said["info"]["flags"][0].endswith(" is no state_topic")


def test_a_unit_written_without_its_sign_is_understood(ha):
    describe(ha, "sensor", {"dev_cla": "temperature", "unit_of_meas": "C"})
    assert ha.values("thing/state", "21.5") == {"temperature": 21.5}


@pytest.mark.parametrize(
    ("cla", "metric"),
    [
        ("door", "open"), ("window", "open"), ("motion", "occupancy"), ("moisture", "water_leak"), ("tamper", "tamper"),
        ("battery", "battery_low"), ("smoke", "alarm"), ("plug", "on"),
    ],
)  # fmt: skip
def test_a_boolean_is_true_when_the_thing_named_is_so(ha, cla, metric):
    describe(ha, "binary_sensor", {"dev_cla": cla})
    assert ha.values("thing/state", "ON") == {metric: True}
    assert ha.values("thing/state", "OFF") == {metric: False}


@pytest.mark.parametrize("said", ["unavailable", "unknown", "None", ""])
def test_unavailable_is_neither_on_nor_off(ha, said):
    describe(ha, "binary_sensor", {"dev_cla": "door"})
    assert all(reading["value"] is None for reading in ha.one("thing/state", said)["readings"])


def test_a_word_of_neither_kind_is_malformed(ha):
    describe(ha, "binary_sensor", {"dev_cla": "door"})
    assert ha.one("thing/state", "PERHAPS")["kind"] == "malformed"


def test_a_binary_sensor_of_a_lock_is_on_when_unlocked(ha):
    describe(ha, "binary_sensor", {"dev_cla": "lock"})
    assert ha.values("thing/state", "ON") == {"lock": "unlocked"}


@pytest.mark.parametrize(
    ("word", "lock"),
    [("zu", "locked"), ("UNLOCKED", "unlocked"), ("JAMMED", "jammed"), ("LOCKING", "unknown"), ("unknown", "unknown")],
)
def test_a_lock_speaks_its_own_words_and_unknown_is_never_unlocked(ha, word, lock):
    describe(ha, "lock", {"stat_locked": "zu"})
    assert ha.values("thing/state", word) == {"lock": lock}


@pytest.mark.parametrize(("word", "is_open"), [("open", True), ("closed", False), ("opening", None)])
def test_a_cover_on_its_way_is_unknown(ha, word, is_open):
    describe(ha, "cover", {})
    assert ha.values("thing/state", word) == {"open": is_open}


def test_availability_by_list_template_and_own_words(ha):
    avty = [{"t": "up", "val_tpl": "{{ value_json.state }}", "pl_avail": "yes", "pl_not_avail": "no"}]
    describe(ha, "switch", {"avty": avty})
    assert ha.one("up", '{"state": "yes"}')["available"] is True
    assert ha.one("up", '{"state": "no"}')["available"] is False
    assert ha.one("up", '{"state": "maybe"}')["kind"] == "malformed"


@pytest.mark.parametrize(
    ("mode", "there"),
    [
        ("all", [True, False, False, True]),
        ("any", [True, True, True, True]),
        ("latest", [True, False, True, True]),
        (None, [True, False, True, True]),
    ],
)
def test_several_availability_topics_count_together_as_their_maker_says(ha, mode, there):
    avty = [{"t": "bridge"}, {"t": "thing/up"}]
    describe(ha, "switch", {"avty": avty, **({"avty_mode": mode} if mode else {})})
    said = [("bridge", "online"), ("thing/up", "offline"), ("bridge", "online"), ("thing/up", "online")]
    assert [ha.one(topic, word)["available"] for topic, word in said] == there


def test_a_trigger_without_a_payload_is_fired_by_whatever_is_said(ha):
    ha.all("homeassistant/device_automation/thing/config", {"topic": "button", "type": "press", "dev": DEVICE})
    assert ha.one("button", "anything")["event"] == "anything"


def test_an_event_that_was_not_declared_is_malformed(ha):
    describe(ha, "event", {"stat_t": "bell", "evt_typ": ["press", "hold"]})
    assert ha.one("bell", '{"event_type": "hold"}')["event"] == "hold"
    assert ha.one("bell", '{"event_type": "explode"}')["kind"] == "malformed"


@pytest.mark.parametrize(("word", "lock"), [("OPEN", "unlocked"), ("OPENING", "unknown")])
def test_a_lock_whose_latch_is_drawn_back_is_not_locked(ha, word, lock):
    describe(ha, "lock", {})
    assert ha.values("thing/state", word) == {"lock": lock}


def test_events_triggers_and_cards_are_events_while_live(ha):
    describe(ha, "event", {"stat_t": "bell"})
    trigger = {"topic": "button", "pl": "dbl", "type": "button_double_press", "stype": "left", "dev": DEVICE}
    ha.all("homeassistant/device_automation/thing/config", trigger)
    ha.all("homeassistant/tag/thing/config", {"topic": "desk", "val_tpl": "{{ value_json.PN532.UID }}", "dev": DEVICE})

    assert ha.one("bell", '{"event_type": "press"}')["event"] == "press"
    assert ha.one("button", "dbl")["event"] == "left button_double_press"
    assert ha.one("button", "other")["kind"] == "ignore"
    card = ha.one("desk", '{"PN532": {"UID": "E9F35959"}}')
    assert (card["event"], card["info"]) == ("card", {"card": "E9F35959"})
    for topic, payload in [("bell", '{"event_type": "press"}'), ("button", "dbl"), ("desk", '{"PN532": {"UID": "E"}}')]:
        assert ha.one(topic, payload, retained=True)["kind"] == "ignore"


@pytest.mark.parametrize("payload", ["{", "[]", '"x"', b"\xff"])
def test_a_description_that_is_none_is_malformed(ha, payload):
    assert ha.one("homeassistant/sensor/thing/config", payload)["kind"] == "malformed"


def test_its_own_birth_says_nothing(ha):
    assert ha.one("homeassistant/status", "online")["kind"] == "ignore"

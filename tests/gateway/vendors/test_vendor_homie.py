"""Homie 5: a description first, then bare values."""

import pytest

from tests.gateway.vendors.teller import Teller

NODES = {
    "air": {
        "properties": {
            "temperature": {"datatype": "float", "unit": "°F"},
            "humidity": {"datatype": "integer", "unit": "%"},
            "motion": {"datatype": "boolean"},
            "odd": {"datatype": "float", "unit": "furlong"},
        }
    },
    "door": {
        "properties": {
            "state": {"datatype": "enum", "format": "open,closed"},
            "lock": {"datatype": "enum", "format": "locked,unlocked"},
            "bell": {"datatype": "enum", "format": "ring", "retained": False},
        }
    },
}


@pytest.fixture
def homie():
    teller = Teller("homie")
    teller.all("homie/5/box/$description", {"homie": "5.0", "version": 7, "name": "Box", "nodes": NODES}, retained=True)
    return teller


def test_a_description_is_a_discovery():
    said = Teller("homie").one(
        "homie/5/box/$description", {"homie": "5.0", "version": 7, "name": "Box", "nodes": NODES}
    )
    assert (said["kind"], said["device"], said["info"]["name"]) == ("discovery", "box", "Box")
    assert "air/temperature: float" in said["info"]["entities"]


def test_a_value_before_its_description_is_not_guessed_at():
    said = Teller("homie").one("homie/5/box/air/temperature", "21.5")
    assert said["kind"] == "ignore"
    assert "$description" in said["reason"]


def test_unit_and_type_come_from_the_description(homie):
    assert homie.one("homie/5/box/air/temperature", "70.7", retained=True)["readings"] == [
        {"metric": "temperature", "value": 21.5, "unit": "°C", "sensor": "air/temperature"}
    ]
    assert homie.values("homie/5/box/air/humidity", "44") == {"humidity": 44}
    assert homie.values("homie/5/box/door/state", "closed") == {"open": False}
    assert homie.values("homie/5/box/door/lock", "unlocked") == {"lock": "unlocked"}


def test_a_unit_nobody_knows_is_not_converted(homie):
    assert homie.one("homie/5/box/air/odd", "3")["kind"] == "ignore"


@pytest.mark.parametrize(("said", "is_so"), [("true", True), ("false", False), ("\0", None), ("", None)])
def test_a_boolean_is_true_or_false_or_unknown(homie, said, is_so):
    assert homie.values("homie/5/box/air/motion", said) == {"occupancy": is_so}


@pytest.mark.parametrize(
    ("topic", "said"),
    [("air/motion", "ON"), ("air/temperature", "warm"), ("door/state", "ajar"), ("door/lock", "shut")],
)
def test_a_value_against_its_description_is_malformed(homie, topic, said):
    assert homie.one(f"homie/5/box/{topic}", said)["kind"] == "malformed"


@pytest.mark.parametrize("topic", ["air/temperature/set", "air/temperature/$target"])
def test_what_is_wanted_is_not_state(homie, topic):
    assert homie.one(f"homie/5/box/{topic}", "70")["kind"] == "ignore"


def test_a_property_that_is_not_retained_is_an_event_and_history_once_retained(homie):
    said = homie.one("homie/5/box/door/bell", "ring")
    assert (said["kind"], said["event"], said["info"]) == ("event", "ring", {"part": "door/bell"})
    assert homie.one("homie/5/box/door/bell", "ring", retained=True)["kind"] == "ignore"


@pytest.mark.parametrize(
    ("word", "available", "asleep"),
    [
        ("init", False, False),
        ("ready", True, False),
        ("disconnected", False, False),
        ("sleeping", False, True),
        ("lost", False, False),
    ],
)
def test_its_lifecycle_is_availability_and_sleep_is_no_loss(homie, word, available, asleep):
    said = homie.one("homie/5/box/$state", word, retained=True)
    assert (said["kind"], said["available"], said.get("asleep", False)) == ("availability", available, asleep)
    assert said["info"] == {"state": word}


def test_a_lost_root_takes_its_children_along(homie):
    homie.all("homie/5/hub/$description", {"homie": "5.0", "version": 1, "children": ["a", "b"]})
    said = homie.all("homie/5/hub/$state", "lost")
    assert [(one["device"], one["available"]) for one in said] == [("hub", False), ("a", False), ("b", False)]
    assert len(homie.all("homie/5/hub/$state", "disconnected")) == 1


def test_whoever_hangs_on_a_childs_child_is_lost_with_the_root_too(homie):
    for device, child in [("hub", "a"), ("a", "a-1"), ("a-1", "hub")]:
        homie.all(f"homie/5/{device}/$description", {"homie": "5.0", "version": 1, "children": [child]})
    assert [one["device"] for one in homie.all("homie/5/hub/$state", "lost")] == ["hub", "a", "a-1"]


def test_a_cleared_state_is_a_removal(homie):
    assert homie.one("homie/5/box/$state")["kind"] == "removal"
    assert homie.one("homie/5/box/air/humidity", "45")["kind"] == "ignore"


def test_what_a_new_description_leaves_out_means_nothing_any_more(homie):
    nodes = {"air": {"properties": {"temperature": {"datatype": "float", "unit": "°C"}}}}
    homie.all("homie/5/box/$description", {"homie": "5.0", "version": 8, "nodes": nodes})
    assert homie.values("homie/5/box/air/temperature", "21.5") == {"temperature": 21.5}
    assert homie.one("homie/5/box/air/humidity", "45")["kind"] == "ignore"
    homie.all("homie/5/box/$description", "")
    assert homie.one("homie/5/box/air/temperature", "21.5")["kind"] == "ignore"


@pytest.mark.parametrize(
    ("datatype", "shape", "said", "is_good"),
    [
        ("integer", "0:100", "100", True), ("integer", "0:100", "101", False), ("integer", None, "4.5", False),
        ("float", "-20:", "-20.5", False), ("float", ":5", "4.9", True), ("float", "0:10:2", "3", True),
        ("float", "odd", "3", True), ("float", "", "1e3", True),
    ],
)  # fmt: skip
def test_a_number_is_held_against_its_described_range(homie, datatype, shape, said, is_good):
    brightness = {"datatype": datatype, "unit": "%", "format": shape}
    nodes = {"lamp": {"properties": {"brightness": brightness}}}
    homie.all("homie/5/lamp/$description", {"homie": "5.0", "version": 1, "nodes": nodes})
    assert homie.one("homie/5/lamp/lamp/brightness", said)["kind"] == ("telemetry" if is_good else "malformed")


def test_an_event_beside_its_described_words_is_malformed(homie):
    assert homie.one("homie/5/box/door/bell", "ring")["event"] == "ring"
    assert homie.one("homie/5/box/door/bell", "knock")["kind"] == "malformed"


def test_an_alert_stands_until_it_is_cleared(homie):
    raised = homie.one("homie/5/box/$alert/battery", "Battery is low", retained=True)
    assert raised["readings"] == [{"metric": "alarm", "value": True, "sensor": "battery"}]
    assert raised["info"] == {"text": "Battery is low"}
    assert homie.values("homie/5/box/$alert/battery", "") == {"alarm": False}


@pytest.mark.parametrize(
    "topic", ["homie/5/$broadcast/alarm", "homie/5/box/$log/warn", "homie/box/$state", "homie/box/air/temperature"]
)
def test_broadcasts_logs_and_older_layouts_say_nothing(homie, topic):
    assert homie.one(topic, "x")["kind"] == "ignore"


def test_a_state_nobody_knows_is_malformed(homie):
    assert homie.one("homie/5/box/$state", "fine")["kind"] == "malformed"

"""A facility node's node.toml: what may stand there, and what is said of what may not."""

import pytest

from devices.runtime import facility_config
from devices.runtime.config import ConfigError
from tests.asker import GATEWAY_KEY

HEAD = f"""
site = "demo"
device = "hall"
gateway_key = "{GATEWAY_KEY.public().text()}"
[broker]
host = "127.0.0.1"
"""
WHOLE = f"""{HEAD}
[[switch]]
name = "cellar"
means = "water_leak"
pin = 5
[[switch]]
name = "desk"
means = "call"
pin = 6
on_is_low = false
[[beams]]
name = "main-door"
outer_pin = 17
inner_pin = 27
[[meter]]
name = "mains"
pin = 22
pulses_per_kwh = 800
[[air]]
name = "air"
chip = "scd41"
[lamp]
pin = 23
[buzzer]
pin = 24
active_high = false
"""


@pytest.fixture
def load(tmp_path):
    def load(text):
        file = tmp_path / "node.toml"
        file.write_text(text)
        return facility_config.load(file)

    return load


def test_a_whole_one(load):
    config = load(WHOLE)

    assert [(one.name, one.means, one.pin, one.on_is_low) for one in config.switch] == [
        ("cellar", "water_leak", 5, True),
        ("desk", "call", 6, False),
    ]
    assert config.beams[0].outer_pin == 17
    assert config.meter[0].pulses_per_kwh == 800
    assert (config.lamp.pin, config.buzzer.active_high) == (23, False)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD, "at least one of them"),
        (WHOLE.replace("pin = 6", "pin = 5"), "pin 5 stands there twice"),
        (WHOLE.replace("inner_pin = 27", "inner_pin = 23"), "pin 23 stands there twice"),
        (WHOLE.replace('"desk"', '"cellar"'), "name cellar stands there twice"),
        (WHOLE.replace('"water_leak"', '"flood"'), r"switch\[0\].means.*flood"),
        (WHOLE.replace('"cellar"', '"Cellar 1"'), r"switch\[0\].name.*Cellar 1"),
        (WHOLE.replace("pulses_per_kwh = 800", "pulses_per_kwh = 0"), "pulses_per_kwh"),
        (WHOLE + "\n[[strike]]\npin = 1\n", "strike"),
        (WHOLE.replace(GATEWAY_KEY.public().text(), "nonsense"), "gateway_key"),
        (WHOLE.replace('device = "hall"', 'device = "The Hall"'), "device"),
    ],
)
def test_what_is_wrong_is_named(load, text, says):
    with pytest.raises(ConfigError, match=says):
        load(text)

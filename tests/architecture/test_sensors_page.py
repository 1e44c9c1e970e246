"""docs/sensors.md says what the configuration takes."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from devices.runtime import facility_config
from devices.runtime.facility_config import FacilityConfig

PAGE = (Path(__file__).parents[2] / "docs" / "sensors.md").read_text()
SECTIONS = {
    "switch": facility_config.SwitchConfig,
    "beams": facility_config.BeamsConfig,
    "meter": facility_config.MeterConfig,
    "air": facility_config.AirConfig,
    "lamp": facility_config.LampConfig,
}


def test_the_example_is_a_configuration_with_everything_in_it():
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    config = msgspec.convert(tomllib.loads(text), FacilityConfig)

    assert all((config.switch, config.beams, config.meter, config.air, config.lamp, config.buzzer))


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_is_explained(section):
    row = next(line for line in PAGE.splitlines() if line.startswith((f"| `[[{section}]]`", f"| `[{section}]`")))
    for key in set(SECTIONS[section].__struct_fields__) - {"name"}:
        assert f"`{key}`" in row

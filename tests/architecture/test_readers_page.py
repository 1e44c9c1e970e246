"""docs/readers.md says what the configuration takes."""

import re
import tomllib
from pathlib import Path

import msgspec

from devices.runtime.kiosk_config import KioskConfig, ReaderConfig

PAGE = (Path(__file__).parents[2] / "docs" / "readers.md").read_text()


def test_the_example_is_a_configuration_with_both_kinds_of_reader():
    (text,) = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    config = msgspec.convert(tomllib.loads(text), KioskConfig)

    assert {(one.port is None, one.input is None) for one in config.reader} == {(False, True), (True, False)}


def test_every_key_is_explained():
    row = next(line for line in PAGE.splitlines() if line.startswith("| `[[reader]]`"))
    for key in ReaderConfig.__struct_fields__:
        assert f"`{key}`" in row

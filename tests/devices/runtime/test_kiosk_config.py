"""A kiosk node's node.toml: what may stand there, and what is said of what may not."""

import pytest

from devices.runtime import kiosk_config
from devices.runtime.config import ConfigError
from tests.asker import GATEWAY_KEY

HEAD = f"""
site = "demo"
device = "kiosk-1"
gateway_key = "{GATEWAY_KEY.public().text()}"
[broker]
host = "127.0.0.1"
"""
CARD = """
[[reader]]
name = "card"
port = "/dev/serial0"
"""
SCANNER = """
[[reader]]
name = "scanner"
input = "/dev/input/by-id/usb-scanner-event-kbd"
held_ms = 500
"""


def load(tmp_path, text):
    path = tmp_path / "node.toml"
    path.write_text(text, encoding="utf-8")
    return kiosk_config.load(path)


def test_a_reader_that_sends_lines_and_one_that_types_may_stand_side_by_side(tmp_path):
    card, scanner = load(tmp_path, HEAD + CARD + SCANNER).reader

    assert (card.port, card.baud, card.input, card.held_ms) == ("/dev/serial0", 9600, None, 2000)
    assert (scanner.port, scanner.input, scanner.held_ms) == (None, "/dev/input/by-id/usb-scanner-event-kbd", 500)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (HEAD, "reader: a kiosk node needs at least one"),
        (HEAD + CARD + 'input = "/dev/input/event3"\n', "expected port (it sends lines) or input (it types)"),
        (HEAD + '[[reader]]\nname = "card"\n', "expected port (it sends lines) or input (it types)"),
        (HEAD + CARD + CARD, "reader: name card stands there twice"),
        (HEAD + CARD + CARD.replace('"card"', '"other"'), "reader: port or input /dev/serial0 stands there twice"),
        (HEAD + CARD + "baud = 115201\n", "reader[0].baud"),
        (HEAD.replace("kiosk-1", "Kiosk 1") + CARD, "device: expected 1 to 32 of a-z"),
        (HEAD.replace(GATEWAY_KEY.public().text(), "no key") + CARD, "gateway_key: expected the 43 characters"),
        (HEAD + CARD + "strike_pin = 5\n", "strike_pin"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, complaint):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)

    assert complaint in str(caught.value)

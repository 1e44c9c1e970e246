"""The gateway's few sentences."""

import pytest

from devices.wire.signing import SigningKey
from gateway.link.speaker import EXPIRY_S, Speaker


class Noted:
    """Carries nothing, and knows how it was asked to."""

    def __init__(self):
        self.asked = []

    def publish(self, _topic, _payload, **how):
        self.asked.append(how)
        return True


@pytest.fixture
def carriage():
    return Noted()


@pytest.fixture
def speaker(carriage):
    return Speaker(carriage=carriage, site="demo", key=SigningKey.generate(), gw_boot="0" * 16)


def test_every_word_that_an_unlock_is_made_of_is_lost_when_it_is_late(speaker, carriage):
    speaker.prepare("bank-1", cmd_id="c", door=1)
    speaker.open("bank-1", cmd_id="c", door=1, nonce="n", boot_id="b")
    speaker.ask("bank-1", q="q")
    speaker.acknowledge("bank-1", seq=1)
    speaker.give("kiosk-1", which="w", q="q")
    assert carriage.asked == [{"qos": 0, "expiry_s": EXPIRY_S}] * 5


def test_that_readings_are_kept_is_as_true_later(speaker, carriage):
    speaker.acknowledge_readings("air-1", store="0" * 16, seq=1)
    assert carriage.asked == [{"qos": 0, "expiry_s": None}]

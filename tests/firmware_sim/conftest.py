"""A building with one bank and the barest gateway."""

import pytest

from firmware_sim.building import Building
from tests.asker import DEVICE_KEY, GATEWAY_KEY, Asker


@pytest.fixture
def building() -> Building:
    """With `bank-a`, two doors, and no power yet."""
    building = Building(gateway=GATEWAY_KEY.public())
    building.add_bank("bank-a", doors=2, key=DEVICE_KEY)
    return building


@pytest.fixture
def asker(building: Building) -> Asker:
    """The gateway of a building whose bank is up and has told its first events."""
    asker = Asker(building)
    building.banks["bank-a"].power_on()
    building.clockwork.advance(1)
    return asker

"""Pins and time for one part."""

from collections.abc import Iterator

import pytest
from gpiozero.pins.mock import MockFactory

from devices.runtime.mailbox import Mailbox
from firmware_sim.clockwork import Clockwork

PATIENCE_S = 10.0  # for what another thread or process does at once


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    """A board of mock pins."""
    factory = MockFactory()
    yield factory
    factory.close()
    factory.reset()


@pytest.fixture
def clockwork() -> Clockwork:
    """Virtual time, from a moment that is not zero."""
    return Clockwork(start_s=1000.0)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Real time on a running thread."""
    mailbox = Mailbox("test")
    mailbox.start()
    yield mailbox
    mailbox.stop()

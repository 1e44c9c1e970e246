"""A building with one bank of two doors, and the barest gateway."""

from tests.firmware_sim.conftest import asker, building

__all__ = ["asker", "building"]

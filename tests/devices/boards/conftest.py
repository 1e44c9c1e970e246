"""Rigs that are looked over when their test has ended: nothing may have burnt."""

import pytest

from tests.devices.boards.rig import Rig


@pytest.fixture
def make_rig():
    """`make_rig(family, **as Rig)`: started."""
    rigs = []

    def make(name, **how):
        before_start = how.pop("before_start", lambda rig: None)
        rigs.append(Rig(name, **how))
        before_start(rigs[-1])
        return rigs[-1].start()

    yield make
    for rig in rigs:
        rig.close()

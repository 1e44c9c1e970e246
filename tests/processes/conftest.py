"""One centre of real processes for all fault tests: each leaves it healed for the next."""

import pytest

from tests.broker_fixture import has_mosquitto
from tests.processes.rig import Rig, running_rig


@pytest.fixture(scope="session")
def centre(tmp_path_factory):
    """Up and running, with a member signed in."""
    if not has_mosquitto():
        pytest.skip("Mosquitto is not installed: the fault tests over a real broker do not run")
    with running_rig(tmp_path_factory.mktemp("centre") / "here") as rig:
        yield rig


@pytest.fixture
def rig(centre: Rig):
    """Healed before and compared after: what opened was written down once."""
    centre.heal()
    centre.shut_all()
    yield centre
    centre.heal()
    centre.compare()


@pytest.fixture
def rental(rig: Rig):
    """A compartment of a member of its own, given back when the test is done with it."""
    rig.sign_in(next(_members))
    rental = rig.rent()
    yield rental
    rig.heal()
    rig.shut_all()
    rig.client.delete(f"/rentals/{rental['id']}").raise_for_status()


_members = (str(number) for number in range(10_010, 10_200))

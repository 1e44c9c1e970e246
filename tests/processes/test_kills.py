"""SIGKILL at every named step of an unlock: heal, and then ledger, audit and what the member was told agree."""

import pytest

from firmware_sim.ledger import What
from tests.model.schedule import DEVICE_STEPS, GATEWAY_STEPS
from tests.processes.rig import Rig

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

TOLD_NOT_OPENED = {"NOT_OPENED", "EXPIRED", "REFUSED"}


def opened(rig: Rig, rental: dict) -> int:
    door = int(rental["compartment"]["label"][1:])
    return len(rig.facts(What.OPENED, door))


@pytest.mark.parametrize(
    ("name", "step"), [*(("gateway", step) for step in GATEWAY_STEPS), *(("bank", step) for step in DEVICE_STEPS)]
)
def test_a_program_killed_at_any_step_neither_opens_twice_nor_lies(rig: Rig, rental: dict, name: str, step: str):
    killed = {"gateway": rig.gateway, "bank": rig.bank}[name]
    before = opened(rig, rental)
    killed.kill()
    killed.start(HEARTH_KILL_AT=step)
    rig.ready_or_dead(killed)
    unlock = rig.press_until_taken(rental)
    killed.wait_killed()

    rig.heal()

    judge(rig, rental, before, rig.outcome(unlock["id"]) if unlock else None)


def judge(rig: Rig, rental: dict, before: int, told: dict | None) -> None:
    times = opened(rig, rental) - before
    assert times <= 1
    if told is None:
        assert times == 0
    elif told["state"] in TOLD_NOT_OPENED:
        assert times == 0, told
    elif told["state"] == "OPENED":
        assert times == 1, told
    else:
        assert told["state"] == "POSSIBLE", told

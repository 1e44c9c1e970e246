"""The bench from a node.toml: every channel of every board, whatever the file says of doors, and every pair of pins."""

import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Final

from devices.boards.bank import BoardPlan, OpenPort, PlanError, open_serial
from devices.boards.bus import Board, Bus
from devices.boards.families import family
from devices.boards.frames import FrameError
from devices.boards.line import Line
from devices.boards.power import SUPPLY_A, Supply
from devices.commission.bench import SWEEP_S, BoardLines, PinLines
from devices.guard.process import Guard, StrikePin
from devices.parts.contact import Contact
from devices.plans import board_plans, supplies
from devices.ports import Timers
from devices.runtime.config import NodeConfig
from devices.runtime.mailbox import Mailbox

_STEP_S: Final = 0.01
_HUNG_S: Final = 30.0


class RealStage:
    """A mailbox's thread, and the time of the world."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.timers = mailbox

    def do(self, act: Callable[[], None]) -> None:
        """Run it there, and raise here what it raises."""
        done: Future[None] = Future()

        def run() -> None:
            try:
                act()
                done.set_result(None)
            except Exception as error:  # noqa: BLE001 - raised below
                done.set_exception(error)

        self.timers.call_soon(run)
        done.result(_HUNG_S)

    def wait(self, is_so: Callable[[], bool], patience_s: float) -> bool:
        """Look again until it is so."""
        gives_up = self.timers.now() + patience_s
        while not is_so():
            if self.timers.now() >= gives_up:
                return False
            threading.Event().wait(_STEP_S)
        return True


def board_lines(config: NodeConfig, timers: Timers, open_port: OpenPort = open_serial) -> list[BoardLines]:
    """One for each port. Raises PlanError for what the families do not know."""
    fed_by = {name: Supply(amperes, name=name) for name, amperes in supplies(config).items()}
    by_port: dict[str, dict[int, BoardPlan]] = defaultdict(dict)
    for no, plan in enumerate(board_plans(config)):
        by_port[plan.port][no] = plan
        fed_by.setdefault(plan.supply, Supply(SUPPLY_A, name=plan.supply))
    try:
        return [_line(wired, fed_by, timers, open_port) for wired in by_port.values()]
    except FrameError as error:
        raise PlanError(f"board: {error}") from error


def _line(wired: dict[int, BoardPlan], fed_by: dict[str, Supply], timers: Timers, open_port: OpenPort) -> BoardLines:
    first = next(iter(wired.values()))
    spoken = family(first.family, first.ways)
    if first.baud is not None:
        spoken.profile = replace(spoken.profile, baud=first.baud)
    boards = {
        no: Board(
            plan.address,
            channels=range(1, spoken.profile.ways + 1),
            shut_is=True,  # bits as they are
            supply=fed_by[plan.supply],
            lock_amperes=plan.lock_amperes,
            pulse_s=plan.pulse_s,
        )
        for no, plan in wired.items()
    }
    line = Line(open_port(first.port, spoken.profile.baud, timers), spoken, timers=timers)
    return BoardLines(Bus(line, spoken, boards.values(), timers=timers, sweep_s=SWEEP_S), boards)


def pin_lines(config: NodeConfig, timers: Timers, cutoff: Timers) -> PinLines:
    """Through the guard, as the firmware does it. Raises OSError when a pin cannot be had."""
    guard = Guard(
        {
            no: StrikePin(door.strike_pin, active_high=door.strike_active_high)
            for no, door in enumerate(config.doors, 1)
        },
        watch=cutoff,
    )
    contacts = {
        no: Contact(
            door.contact_pin,
            closed_is_low=door.contact_closed_is_low,
            settle_s=config.settle_ms / 1000,
            timers=timers,
        )
        for no, door in enumerate(config.doors, 1)
    }
    return PinLines({no: (guard.strike(no), contact) for no, contact in contacts.items()}, timers, guard.close)

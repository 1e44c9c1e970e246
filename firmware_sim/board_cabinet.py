"""A cabinet whose doors hang on simulated lock boards of one family."""

from collections.abc import Callable

from devices.ports import Timers
from firmware_sim.board_lines import Wires
from firmware_sim.coils import Coil, Reed, Supply
from firmware_sim.doors import SimulatedDoor
from firmware_sim.ledger import Ledger
from firmware_sim.lock_boards import BOARDS

DEVICE = "bank-a"


class BoardCabinet:
    """`boards` boards with `ways` doors each, numbered through from 1, on one supply."""

    def __init__(
        self,
        family: str,
        *,
        addresses: list[int],
        ways: int,
        timers: Timers,
        supply_a: float = 3.0,
        lock_a: float = 2.4,
        pulse_s: float = 0.4,
        spring_s: float = 0.15,
        closes_after_s: Callable[[], float] | None = None,
    ) -> None:
        """All shut. `pulse_s`: what a board does that times its pulses by itself."""
        self.supply = Supply(supply_a)
        self.ledger = Ledger()
        self.doors: dict[int, SimulatedDoor] = {}
        self.coils: dict[int, Coil] = {}
        self.wires = Wires([])
        for place, address in enumerate(addresses):
            channels: dict[int, tuple[Coil, Reed]] = {}
            for channel in range(1, ways + 1):
                no = place * ways + channel
                coil, reed = Coil(f"door {no}", supply=self.supply, timers=timers, amperes=lock_a), Reed()
                channels[channel] = (coil, reed)
                self.coils[no] = coil
                self.doors[no] = SimulatedDoor(
                    no,
                    device=DEVICE,
                    strike=coil,
                    contact=reed,
                    timers=timers,
                    ledger=self.ledger,
                    spring_s=spring_s,
                    closes_after_s=closes_after_s,
                )
            self.wires.add(BOARDS[family](address, channels, timers=timers, pulse_s=pulse_s))

    def pulses(self, door: int) -> int:
        """How often a door's coil was energised."""
        return len(self.ledger.pulses(DEVICE, door))

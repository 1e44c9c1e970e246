"""A cabinet whose doors hang on simulated lock boards of one family, on one line."""

from collections.abc import Callable, Collection, Mapping

from devices.boards.families import family as profile_of
from devices.ports import Timers
from firmware_sim.board_lines import Wires
from firmware_sim.coils import Beam, Coil, Reed, Supply
from firmware_sim.doors import Hands, SimulatedDoor
from firmware_sim.ledger import Ledger
from firmware_sim.lock_boards import BOARDS

DEVICE = "bank-a"

Place = tuple[int, int]  # a board's address, and a channel of it


class BoardCabinet:
    """Boards with `ways` channels each. Unless told otherwise doors are numbered through from 1, all on one supply."""

    def __init__(
        self,
        family: str,
        *,
        addresses: Collection[int],
        ways: int,
        timers: Timers,
        strikes: Mapping[Place, int] | None = None,
        contacts: Mapping[Place, int] | None = None,
        reversed_contacts: Collection[int] = (),
        supply_a: float = 3.0,
        lock_a: float = 2.4,
        pulse_s: float = 0.4,
        shut_is: bool = True,
        occupied_is: bool = True,
        spring_s: float = 0.15,
        closes_after_s: Callable[[], float] | None = None,
        device: str = DEVICE,
        ledger: Ledger | None = None,
    ) -> None:
        """All shut. `pulse_s`: what a board does that times its pulses by itself.

        `strikes` and `contacts`: the door whose lock, and whose contact, is wired to a place; `contacts` None: the
        same. A door with one of them only has a dead lock or a dead contact. `reversed_contacts`: doors with a switch
        of the other kind.
        """
        if strikes is None:
            strikes = {(a, c): n * ways + c for n, a in enumerate(addresses) for c in range(1, ways + 1)}
        contacts = strikes if contacts is None else contacts
        self.supply = Supply(supply_a)
        self.ledger = ledger or Ledger()
        self.wires = Wires([])
        self.coils: dict[int, Coil] = {}
        self.beams: dict[int, Beam] = {}  # by door; a kind of board without inputs for them does not feel them
        self.reeds: dict[int, Reed] = {}  # by door
        for address in addresses:
            channels: dict[int, tuple[Coil, Reed]] = {}
            beams: dict[int, Beam] = {}
            for channel in range(1, ways + 1):
                place = (address, channel)
                name = f"door {strikes[place]}" if place in strikes else f"board {address} channel {channel}"
                channels[channel] = Coil(name, supply=self.supply, timers=timers, amperes=lock_a), Reed()
                if place in strikes:
                    self.coils[strikes[place]] = channels[channel][0]
                    self.beams[strikes[place]] = beams[channel] = Beam()
                if place in contacts:
                    self.reeds[contacts[place]] = channels[channel][1]
                else:
                    channels[channel][1].wire(True)  # nothing is connected
            self.wires.add(
                BOARDS[family](
                    address,
                    channels,
                    timers=timers,
                    pulse_s=pulse_s,
                    shut_is=shut_is,
                    beams=beams,
                    occupied_is=occupied_is,
                )
            )
        loose = Supply(lock_a)
        self.doors = {
            no: SimulatedDoor(
                no,
                device=device,
                strike=self.coils.get(no) or Coil("", supply=loose, timers=timers),
                contact=self.reeds.get(no) or Reed(),
                contact_closed_is_low=no not in reversed_contacts,
                timers=timers,
                ledger=self.ledger,
                spring_s=spring_s,
                closes_after_s=closes_after_s,
            )
            for no in sorted(self.coils.keys() | self.reeds.keys())
        }
        self.baud = profile_of(family).profile.baud
        self._device = device

    def lay(self, hands: Hands) -> None:
        """Let every door behave so from now on."""
        for door in self.doors.values():
            door.spring_s, door.bounce_s, door.closes_after_s = (
                hands.spring_s,
                tuple(hands.bounce_s),
                hands.closes_after_s,
            )

    def pulses(self, door: int) -> int:
        """How often a door's coil was energised."""
        return len(self.ledger.pulses(self._device, door))

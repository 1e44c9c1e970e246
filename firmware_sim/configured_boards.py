"""The lock boards that a node.toml tells of, with doors behind them: a cabinet for a SimulatedBank."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from devices.boards.bank import BoardBank, BoardPart, BoardPlan, OpenPort, doors_by_channel, inputs_by_channel
from devices.boards.bus import LAG_S
from devices.boards.families import family
from devices.boards.power import SUPPLY_A
from devices.nodes.locker_bank import Door
from devices.ports import Timers
from firmware_sim.board_cabinet import BoardCabinet
from firmware_sim.doors import Hands, SimulatedDoor
from firmware_sim.ledger import Ledger


class ConfiguredBoards:
    """Every board wired as its plan says. `lines`: what lies behind each port."""

    def __init__(
        self,
        device: str,
        plans: Sequence[BoardPlan],
        *,
        supplies: Mapping[str, float],
        physics: Timers,
        ledger: Ledger,
        hands: Hands,
        open_port: Callable[[Mapping[str, BoardCabinet]], OpenPort],
    ) -> None:
        """All shut. `open_port` gets the lines by port, and says how the firmware comes to them.

        Raises FrameError and PlanError for plans that do not fit.
        """
        # What does not fit is found now, not at the first start.
        BoardBank(plans, supplies=supplies, timers=physics)
        self._plans = list(plans)
        self._supplies = supplies
        by_port: dict[str, list[BoardPlan]] = defaultdict(list)
        for plan in plans:
            by_port[plan.port].append(plan)
        self.lines = {
            port: _line(wired, supplies=supplies, timers=physics, device=device, ledger=ledger)
            for port, wired in by_port.items()
        }
        self.doors: dict[int, SimulatedDoor] = {}
        for line in self.lines.values():
            line.lay(hands)
            self.doors |= line.doors
        self._open_port = open_port(self.lines)

    def plug(self, life: Timers) -> "PluggedBoards":
        """Open the ports."""
        return PluggedBoards(BoardBank(self._plans, supplies=self._supplies, timers=life, open_port=self._open_port))


class PluggedBoards:
    """The buses of one run."""

    strike_lag_s = LAG_S

    def __init__(self, boards: BoardBank) -> None:
        self.doors = {
            no: Door(strike, contact, strike, boards.beams.get(no)) for no, (strike, contact) in boards.doors.items()
        }
        self._boards = boards

    def parts(self) -> Sequence[BoardPart]:
        """Every board."""
        return self._boards.parts()

    def watch(self, when_changed: Callable[[], None]) -> None:
        """Be told when a board is lost, or answers again."""
        self._boards.when_changed = when_changed

    def look(self, when_seen: Callable[[], None]) -> None:
        """Ask every board."""
        self._boards.start(when_seen)

    def close(self) -> None:
        """Give the ports up."""
        self._boards.close()


def _line(
    plans: Sequence[BoardPlan], *, supplies: Mapping[str, float], timers: Timers, device: str, ledger: Ledger
) -> BoardCabinet:
    """Boards of one line share supply, lock and beams; a board of the other polarity has all its switches reversed."""
    first, profile = plans[0], family(plans[0].family, plans[0].ways).profile
    shut_is = {plan.address: profile.shut_is if plan.shut_is is None else plan.shut_is for plan in plans}
    strikes, contacts, reversed_contacts = {}, {}, set()
    for plan in plans:
        inputs = inputs_by_channel(plan, profile)
        for channel, door in doors_by_channel(plan, profile).items():
            strikes[plan.address, channel] = door
            contacts[plan.address, inputs[channel]] = door
            if (shut_is[plan.address] != shut_is[first.address]) is not (inputs[channel] in plan.reversed_contacts):
                reversed_contacts.add(door)
    return BoardCabinet(
        first.family,
        addresses=list(shut_is),
        ways=profile.ways,
        strikes=strikes,
        contacts=contacts,
        reversed_contacts=reversed_contacts,
        supply_a=supplies.get(first.supply, SUPPLY_A),
        lock_a=first.lock_amperes,
        pulse_s=first.pulse_s,
        shut_is=shut_is[first.address] is not False,
        occupied_is=first.occupied_is is not False,
        timers=timers,
        device=device,
        ledger=ledger,
    )

"""From what node.toml says of boards to what the boards' own code takes."""

from collections.abc import Mapping

from devices.boards.bank import BoardPlan
from devices.runtime.config import BoardConfig, NodeConfig


def board_plan(board: BoardConfig) -> BoardPlan:
    """One section."""
    return BoardPlan(
        family=board.family,
        port=board.port,
        address=board.address,
        first_door=board.first_door,
        ways=board.ways,
        doors=board.doors,
        shut_is=None if board.shut_is is None else bool(board.shut_is),
        pulse_s=board.pulse_ms / 1000,
        lock_amperes=board.lock_amperes,
        supply=board.supply,
        baud=board.baud,
        numbers=board.numbers,
        contacts=board.contacts,
        reversed_contacts=board.reversed,
        occupied_is=None if board.occupied_is is None else bool(board.occupied_is),
        no_beam=board.no_beam,
    )


def board_plans(config: NodeConfig) -> list[BoardPlan]:
    """Every section, in order."""
    return [board_plan(board) for board in config.board]


def supplies(config: NodeConfig) -> Mapping[str, float]:
    """In amperes, by name."""
    return {supply.name: supply.amperes for supply in config.supply}

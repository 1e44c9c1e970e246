"""Hands laid on doors and keys by word: one line in, one line out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from devices.wire.messages import SecondKey
from firmware_sim.doors import SimulatedDoor
from firmware_sim.keys import SimulatedKey

Doors = Mapping[int, SimulatedDoor]

_ONE_DOOR: Final[Mapping[str, Callable[[SimulatedDoor], None]]] = {
    "shut": SimulatedDoor.shut,
    "force": SimulatedDoor.force,
    "jam": SimulatedDoor.jam,
    "unjam": SimulatedDoor.unjam,
}
_KEYS: Final[Mapping[str, SecondKey]] = {"key": SecondKey.KEY_SWITCH, "fire": SecondKey.FIRE_CONTACT}
_ONE_KEY: Final[Mapping[str, Callable[[SimulatedKey], None]]] = {
    "on": SimulatedKey.turn_on,
    "off": SimulatedKey.turn_off,
    "cut": SimulatedKey.cut,
}


class Cabinet(Protocol):
    """What hands can be laid on."""

    @property
    def doors(self) -> Doors:
        """By number."""

    @property
    def keys(self) -> Mapping[SecondKey, SimulatedKey]:
        """As far as it has any."""


def follow(words: Sequence[str], banks: Mapping[str, Cabinet]) -> str:
    """Do what one line asks and answer it. The bank's name may be left out when there is only one."""
    said = " ".join(words)
    try:
        bank, order = _whose(words, banks)
        return " ".join(["ok", said, *_do(order, bank)])
    except ValueError as error:
        return f"error {said}: {error}"


def _whose(words: Sequence[str], banks: Mapping[str, Cabinet]) -> tuple[Cabinet, Sequence[str]]:
    if words[0] in banks:
        return banks[words[0]], words[1:]
    if len(banks) == 1:
        return next(iter(banks.values())), words
    raise ValueError(f"begin with one of {', '.join(banks)}")


def _do(order: Sequence[str], bank: Cabinet) -> list[str]:
    match order:
        case ["doors"]:
            return [str(no) for no, door in bank.doors.items() if door.is_open]
        case ["shut-all"]:
            for door in bank.doors.values():
                door.shut()
        case [act, number] if act in _ONE_DOOR:
            _ONE_DOOR[act](_door(number, bank.doors))
        case [name, position] if name in _KEYS and position in _ONE_KEY:
            _ONE_KEY[position](_key(_KEYS[name], bank))
        case _:
            raise ValueError(
                f"expected {', '.join(_ONE_DOOR)} and a door's number, or shut-all, or doors,"
                f" or {' or '.join(_KEYS)} and {', '.join(_ONE_KEY)}"
            )
    return []


def _door(number: str, doors: Doors) -> SimulatedDoor:
    if not number.isdecimal() or int(number) not in doors:
        raise ValueError(f"there is no door {number}")
    return doors[int(number)]


def _key(name: SecondKey, bank: Cabinet) -> SimulatedKey:
    if name not in bank.keys:
        raise ValueError(f"there is no {name} here")
    return bank.keys[name]

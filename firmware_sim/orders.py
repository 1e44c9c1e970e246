"""Hands laid on doors by word: one line in, one line out."""

from collections.abc import Callable, Mapping, Sequence

from firmware_sim.doors import SimulatedDoor

Doors = Mapping[int, SimulatedDoor]

_ONE_DOOR: Mapping[str, Callable[[SimulatedDoor], None]] = {
    "shut": SimulatedDoor.shut,
    "force": SimulatedDoor.force,
    "jam": SimulatedDoor.jam,
    "unjam": SimulatedDoor.unjam,
}


def follow(words: Sequence[str], banks: Mapping[str, Doors]) -> str:
    """Do what one line asks of the doors and answer it. The bank's name may be left out when there is only one."""
    said = " ".join(words)
    try:
        doors, order = _whose(words, banks)
        return " ".join(["ok", said, *_do(order, doors)])
    except ValueError as error:
        return f"error {said}: {error}"


def _whose(words: Sequence[str], banks: Mapping[str, Doors]) -> tuple[Doors, Sequence[str]]:
    if words[0] in banks:
        return banks[words[0]], words[1:]
    if len(banks) == 1:
        return next(iter(banks.values())), words
    raise ValueError(f"begin with one of {', '.join(banks)}")


def _do(order: Sequence[str], doors: Doors) -> list[str]:
    match order:
        case ["doors"]:
            return [str(no) for no, door in doors.items() if door.is_open]
        case ["shut-all"]:
            for door in doors.values():
                door.shut()
        case [act, number] if act in _ONE_DOOR:
            _ONE_DOOR[act](_door(number, doors))
        case _:
            raise ValueError(f"expected {', '.join(_ONE_DOOR)} and a door's number, or shut-all, or doors")
    return []


def _door(number: str, doors: Doors) -> SimulatedDoor:
    if not number.isdecimal() or int(number) not in doors:
        raise ValueError(f"there is no door {number}")
    return doors[int(number)]

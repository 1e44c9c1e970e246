"""What does not go together at a compartment: plain values in, an answer out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from gateway.counts.model import Seen
from gateway.fleet.model import DoorLevel

EXPLAIN_WITHIN: Final = timedelta(hours=24)  # an opening that nobody asked for is looked into within so long


class Difference(StrEnum):
    """Something to go and look at, the gravest first."""

    THINGS_IN_FREE = "things_in_free"  # seen inside, and it is nobody's
    FORCED = "forced"  # opened by a key or by force, and nobody has looked since
    FREE_OPEN = "free_open"
    DOOR_UNKNOWN = "door_unknown"
    TAKEN_OPEN = "taken_open"
    RENTED_EMPTY = "rented_empty"  # seen empty, and a member took it for a time


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A compartment as it stands: whether it is somebody's, and whether a member took it, rather than was given it.

    `stands_since`: when its present holder came, or its last one left; None: never. `seen`, `seen_at`: the newest that
    staff saw inside, whosever it was then; `seen_taken`: it was somebody's.
    """

    taken: bool
    rented: bool
    stands_since: datetime | None
    door: DoorLevel
    forced_at: datetime | None = None  # the newest of the last day
    seen: Seen | None = None
    seen_at: datetime | None = None
    seen_taken: bool = False


def is_seen_as_it_stands(facts: Facts) -> bool:
    """Staff looked inside since the present holder came, or the last one left: what they saw still says something."""
    if facts.seen_at is None or facts.seen_taken is not facts.taken:
        return False
    return facts.stands_since is None or facts.seen_at >= facts.stands_since


def differences(facts: Facts) -> list[Difference]:
    """All that does not go together, the gravest first."""
    found = set(_at_the_door(facts)) | set(_inside(facts))
    return [one for one in Difference if one in found]


def _at_the_door(facts: Facts) -> Iterator[Difference]:
    if facts.forced_at is not None and (facts.seen_at is None or facts.seen_at < facts.forced_at):
        yield Difference.FORCED
    if facts.door is DoorLevel.UNKNOWN:
        yield Difference.DOOR_UNKNOWN
    if facts.door is DoorLevel.OPEN:
        yield Difference.TAKEN_OPEN if facts.taken else Difference.FREE_OPEN


def _inside(facts: Facts) -> Iterator[Difference]:
    if not is_seen_as_it_stands(facts):
        return
    if facts.rented and facts.seen is Seen.EMPTY:
        yield Difference.RENTED_EMPTY
    if not facts.taken and facts.seen is Seen.THINGS:
        yield Difference.THINGS_IN_FREE


def hold_refusal(*, taken: bool, seen: Seen) -> str | None:
    """Why a compartment is not kept back for staff, or None: only where things lie in what is nobody's."""
    return "nothing_to_keep" if taken or seen is not Seen.THINGS else None

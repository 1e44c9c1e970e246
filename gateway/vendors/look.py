"""One message on its way through a profile, and how what was found in it becomes results."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from gateway.vendors.fields import Taken
from gateway.vendors.known import Fact, Known
from gateway.vendors.profile import Profile, Route
from gateway.vendors.results import SAMPLE_BYTES, Kind, Message, Result

NOTHING: Final = "nothing in it that Hearth keeps"
_PLACE: Final = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True)
class Read:
    """All that was understood, in order of importance, and what it teaches about later messages."""

    results: list[Result]
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True)
class Look:
    """What a shape is shown: the message, its route and the topic's places. `device`: as the route names it."""

    profile: Profile
    route: Route
    message: Message
    places: Mapping[str, str]
    known: Known

    @property
    def device(self) -> str:
        """The maker's name for it, from the topic."""
        return filled(self.route.device, self.places)

    def ignored(self, reason: str, device: str | None = None) -> Read:
        """Nothing to say, and why."""
        return Read([Result(Kind.IGNORE, device or self.device or None, reason=reason)])

    def settled(
        self,
        taken: Taken,
        *,
        device: str | None = None,
        at: datetime | None = None,
        kind: Kind = Kind.TELEMETRY,
        info: Mapping[str, object] | None = None,
        note: str | None = None,
    ) -> list[Result]:
        """Events first, then values as `kind`, then what could not be read; never nothing.

        Where a maker sends old values along with an event, only those of `rides_along` are told, with the event.
        """
        device = device or self.device
        info = info or {}
        beside = self.profile.rides_along if taken.events else None
        readings = tuple(r for r in taken.readings if beside is None or not beside or r.metric in beside)
        results = [
            Result(Kind.EVENT, device, readings if beside else (), at, event, info=info) for event in taken.events
        ]
        if (readings and not (beside and results)) or (not results and kind is not Kind.TELEMETRY):
            results.append(Result(kind, device, readings, at, info=info, note=note))
        if taken.problems:
            results.append(malformed(self.message, "; ".join(taken.problems[:5]), device))
        return results or [Result(Kind.IGNORE, device, reason=NOTHING)]


def filled(pattern: str, places: Mapping[str, str]) -> str:
    """`{device}` and the like replaced by what stands in the topic."""
    return _PLACE.sub(lambda place: places.get(place[1], ""), pattern)


def malformed(message: Message, reason: str, device: str | None = None) -> Result:
    """What could not be read, with its first bytes."""
    return Result(Kind.MALFORMED, device or None, reason=reason, sample=message.payload[:SAMPLE_BYTES])


def plain(value: object, deep: int = 3) -> object:
    """A maker's own value as it may be shown: short, shallow, and never a number that JSON cannot say."""
    if isinstance(value, str):
        return value[:200]
    if isinstance(value, list) and deep:
        return [plain(one, deep - 1) for one in value[:20]]
    if isinstance(value, dict) and deep:
        return {str(name)[:64]: plain(one, deep - 1) for name, one in list(value.items())[:20]}
    small = value is None or isinstance(value, bool) or (isinstance(value, int | float) and abs(value) <= 2**53)
    return value if small else None

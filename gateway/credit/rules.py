"""What things cost, and what is left of it: plain values in, an answer out."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from gateway.credit.model import Appeal, Cause

MOST: Final = 100
LOW_BELOW: Final = 85  # with fewer points the rules for low credit hold
COSTS: Final[Mapping[Cause, int]] = MappingProxyType({Cause.NO_SHOW: 10, Cause.LATE_CANCEL: 5})
IN_FULL_FOR: Final = timedelta(days=30)
BY_HALF_UNTIL: Final = timedelta(days=60)  # then it costs nothing any more
KEPT_FOR: Final = timedelta(days=365)
LATE_WITHIN: Final = timedelta(hours=2)  # before its start; later than that a booking is given back late
SECOND_THOUGHTS: Final = timedelta(minutes=15)  # after booking; given back so soon it is never late


class Thing(NamedTuple):
    """What happened, as far as it is judged."""

    id: str
    cause: Cause
    at: datetime
    appeal: Appeal


class Counted(NamedTuple):
    """What it costs today. `forgiven`: it is the one that costs nothing."""

    id: str
    points: int
    forgiven: bool


class Score(NamedTuple):
    """What a member has left, and how it comes to that: in the order in which things happened."""

    points: int
    counted: list[Counted]

    @property
    def is_low(self) -> bool:
        """Whether the rules for low credit hold."""
        return self.points < LOW_BELOW


def score(things: Iterable[Thing], now: datetime) -> Score:
    """Of all that still counts one is forgiven, the dearest, so that a first time costs nothing.

    What an appeal took away never was. Neither time nor an appeal that was accepted ever takes points.
    """
    found = sorted(things, key=lambda one: (one.at, one.id))
    costs = {one.id: 0 if one.appeal is Appeal.ACCEPTED else cost_now(one.cause, age=now - one.at) for one in found}
    dearest = max(costs, key=lambda name: costs[name], default=None)  # of equals the first
    forgiven = dearest if dearest is not None and costs[dearest] else None
    counted = [Counted(one.id, 0 if one.id == forgiven else costs[one.id], one.id == forgiven) for one in found]
    return Score(max(MOST - sum(one.points for one in counted), 0), counted)


def cost_now(cause: Cause, *, age: timedelta) -> int:
    """In full for thirty days, half of it, rounded down, until sixty, and then nothing."""
    if age < IN_FULL_FOR:
        return COSTS[cause]
    return COSTS[cause] // 2 if age < BY_HALF_UNTIL else 0


def is_late(*, starts_at: datetime, booked_at: datetime, now: datetime) -> bool:
    """Whether a booking that is given back now is given back too late for others."""
    return now > starts_at - LATE_WITHIN and now > booked_at + SECOND_THOUGHTS


def appeal_refusal(appeal: Appeal) -> str | None:
    """Why a member cannot object to it (any more), or None."""
    return None if appeal is Appeal.NONE else "already_appealed"


def answer_refusal(appeal: Appeal) -> str | None:
    """Why staff cannot decide about it any more, or None."""
    return "appeal_answered" if appeal in {Appeal.ACCEPTED, Appeal.REFUSED} else None

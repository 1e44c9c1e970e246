"""Judgements about plans and about how often things fail: plain values in, an answer out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import fmean
from typing import Final

PLANNED_FROM: Final = 0.9  # of a plan's interval: the work is ordered, so that it is done in time
DUE_FROM: Final = 1.0

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


class PlanStage(StrEnum):
    """How near a plan's next work is."""

    LATER = "later"
    PLANNED = "planned"
    DUE = "due"
    UNKNOWN = "unknown"  # it comes round by a use that nobody counts


def share(
    *, every_days: int | None, every_uses: int | None, used: int | None, since: datetime, now: datetime
) -> float | None:
    """How much of a plan's interval has gone, by time or by use, whichever is further; None: nobody can tell."""
    by_time = None if every_days is None else (now - since) / _DAY / every_days
    by_use = None if every_uses is None or used is None else used / every_uses
    known = [one for one in (by_time, by_use) if one is not None]
    return max(known) if known else None


def stage(gone: float | None) -> PlanStage:
    """What that share asks for."""
    if gone is None:
        return PlanStage.UNKNOWN
    if gone >= DUE_FROM:
        return PlanStage.DUE
    return PlanStage.PLANNED if gone >= PLANNED_FROM else PlanStage.LATER


@dataclass(frozen=True)
class Failure:
    """A repair: from when it was asked for until it was done; None: it is not yet."""

    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True)
class Reliability:
    """How often something fails and how long a repair takes, in hours; None: nobody can tell, for it did not happen."""

    failures: int
    mtbf_h: float | None
    mttr_h: float | None


def reliability(
    things: Sequence[tuple[datetime, datetime, Collection[Failure]]], *, first: datetime, last: datetime
) -> Reliability:
    """Of things, each with since when and until when it was in use, and its failures, over `[first, last)`.

    MTBF: time in use without the time under repair, by failures that began in the period. MTTR: mean time of the
    repairs that ended in it.
    """
    up, failures, repairs = timedelta(), 0, []
    for since_at, until_at, failed in things:
        begins, ends = max(since_at, first), min(until_at, last)
        if begins >= ends:
            continue
        spans = [(max(one.from_at, begins), min(one.until_at or ends, ends)) for one in failed]
        up += ends - begins - _length(spans)
        failures += sum(begins <= one.from_at < ends for one in failed)
        repairs += [
            (one.until_at - one.from_at) / _HOUR
            for one in failed
            if one.until_at is not None and begins <= one.until_at < ends
        ]
    return Reliability(failures, up / _HOUR / failures if failures else None, fmean(repairs) if repairs else None)


def _length(spans: Collection[tuple[datetime, datetime]]) -> timedelta:
    """Of all of them together: an hour under two repairs is one hour."""
    total, reached = timedelta(), None
    for begins, ends in sorted(spans):
        start = begins if reached is None else max(begins, reached)
        if ends > start:
            total += ends - start
        reached = ends if reached is None else max(reached, ends)
    return total

"""Judgements about compartments and rentals."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from gateway.fleet.model import DoorLevel
from gateway.lockers.model import CareAfter, Condition, Stage


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A compartment as somebody who wants one finds it."""

    compartment_id: str
    lock_id: str
    label: str
    accessible: bool
    taken: bool
    condition: Condition
    bank_there: bool  # its device is approved and online
    door: DoorLevel
    last_used_at: datetime | None  # when its last rental ended; None: never rented


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a bank says of rentals that come to their end."""

    remind_before: timedelta
    grace: timedelta  # from the end on
    clear_out_after: timedelta  # from the end of the grace on


@dataclass(frozen=True, kw_only=True)
class Ending:
    """The instants at which a rental passes from one stage to the next."""

    remind_at: datetime
    until: datetime
    grace_until: datetime
    clear_out_at: datetime

    def stage(self, now: datetime) -> Stage:
        """Where a rental stands that has not been given back."""
        if now < self.remind_at:
            return Stage.RUNNING
        if now < self.until:
            return Stage.ENDING
        if now < self.grace_until:
            return Stage.GRACE
        return Stage.OVERDUE if now < self.clear_out_at else Stage.CLEAR_OUT


NOTICES: Final[Mapping[Stage, str]] = MappingProxyType(
    {
        Stage.ENDING: "rental_ending",
        Stage.GRACE: "rental_grace",
        Stage.OVERDUE: "rental_overdue",
        Stage.CLEAR_OUT: "rental_clear_out",
    }
)
"""What the member is told at each stage. While a rental runs there is nothing to say."""


def ending(*, from_at: datetime, until: datetime, terms: Terms) -> Ending:
    """How a rental will come to its end. Nobody is reminded before half of it has passed."""
    grace_until = until + terms.grace
    return Ending(
        remind_at=until - min(terms.remind_before, (until - from_at) / 2),
        until=until,
        grace_until=grace_until,
        clear_out_at=grace_until + terms.clear_out_after,
    )


def new_use_refusal(stage: Stage) -> str | None:
    """Why the holder of such a rental gets nothing new of it (a later end, a share), or None. Openings never ask."""
    return "rental_overdue" if stage in {Stage.OVERDUE, Stage.CLEAR_OUT} else None


MOST_SHARES: Final = 10  # of one rental at a time


def share_refusal(stage: Stage | None, *, until: datetime, rental_until: datetime, shares: int) -> str | None:
    """Why a rental cannot be shared until then, or None: only one that runs, no longer than it runs, with so many."""
    if stage is None:
        return "rental_ended"
    if stage not in {Stage.RUNNING, Stage.ENDING}:
        return "rental_overdue"
    if until > rental_until:
        return "policy.share_within_rental"
    return "policy.max_shares" if shares >= MOST_SHARES else None


CLEAR_OUT_WINDOW: Final = timedelta(minutes=30)  # the two stand before the door together


def may_be_proposed(stage: Stage | None) -> bool:
    """Nobody's things are touched before their bank's time for it has come; None: they have been taken out."""
    return stage is Stage.CLEAR_OUT


def has_lapsed(*, step_at: datetime, now: datetime) -> bool:
    """Too long ago that somebody was there for this: they begin anew."""
    return now >= step_at + CLEAR_OUT_WINDOW


def witness_refusal(*, first_id: str, second_id: str, holder_id: str) -> str | None:
    """Why this person cannot be the second witness (for the first: `second_id` is their own), or None."""
    if holder_id in {first_id, second_id}:
        return "witness_is_holder"
    return "witness_is_the_first" if first_id == second_id else None


def bagging_refusal(door: DoorLevel, *, unsettled: bool, has_opened: bool, seen_by_eye: bool) -> str | None:
    """Why nobody can say yet that the things are in the bag, or None: the door was opened for it, and is shut again.

    `seen_by_eye`: staff say that they see it shut. It counts where the contact tells nothing, and only there.
    """
    if seen_by_eye and door is DoorLevel.UNKNOWN:
        return _door_refusal(DoorLevel.SHUT, unsettled=unsettled)
    if not has_opened:
        return "not_opened_yet"
    return _door_refusal(door, unsettled=unsettled)


LOOK_WINDOW: Final = timedelta(minutes=30)  # from asking for the door on: what staff saw inside is no older


def release_refusal(door: DoorLevel, *, unsettled: bool, has_looked: bool, seen_by_eye: bool) -> str | None:
    """Why staff cannot end somebody's rental yet, or None: they have looked inside, and the door is shut again.

    `has_looked`: the door has moved since staff asked for it. `seen_by_eye` as in `bagging_refusal`.
    """
    if seen_by_eye and door is DoorLevel.UNKNOWN:
        return _door_refusal(DoorLevel.SHUT, unsettled=unsettled)
    return _door_refusal(door, unsettled=unsettled) or (None if has_looked else "not_looked_inside")


def rent_refusal(offer: Offer, unsettled_locks: Collection[str]) -> str | None:
    """Why nobody can rent this compartment now, or None.

    A lock with an unsettled unlock is in quarantine: it may yet open for somebody else than its next holder.
    """
    if offer.taken:
        return "compartment_taken"
    if offer.condition is not Condition.READY:
        return "compartment_not_ready"
    if not offer.bank_there:
        return "bank_offline"
    return _door_refusal(offer.door, unsettled=offer.lock_id in unsettled_locks)


def condition_after(condition: Condition, care: CareAfter, *, door_was_sensed: bool = True) -> Condition:
    """How a compartment stands once its rental is over. What staff said of it meanwhile stays said.

    One whose door nothing sensed goes to nobody before somebody has repaired that, or has looked at it once more.
    """
    if not door_was_sensed and condition is not Condition.OUT_OF_SERVICE:
        return Condition.INSPECTION
    if condition is not Condition.READY or care is CareAfter.NONE:
        return condition
    return Condition(care.value)


def end_refusal(door: DoorLevel, *, unsettled: bool) -> str | None:
    """Why a rental cannot end now, or None: only a door known to be shut, with nothing under way, is given back."""
    return _door_refusal(door, unsettled=unsettled)


def until_fault(*, from_at: datetime, until: datetime, now: datetime, max_days: int) -> str | None:
    """Why a rental cannot run until then (`in_the_past`, `policy.max_days`), or None."""
    if until <= now:
        return "in_the_past"
    if until - from_at > timedelta(days=max_days):
        return "policy.max_days"
    return None


def best_first(offers: Iterable[Offer], *, accessible_wanted: bool) -> list[Offer]:
    """Least recently used first, so that all wear alike.

    Accessible ones come first for those who want one, and last for those who do not: they are kept for others.
    """

    def rank(offer: Offer) -> tuple[bool, bool, float, str]:
        in_reach_or_not = offer.accessible is not accessible_wanted
        last_used = offer.last_used_at.timestamp() if offer.last_used_at else 0.0
        return in_reach_or_not, offer.last_used_at is not None, last_used, offer.label

    return sorted(offers, key=rank)


def nothing_free(refusals: Collection[str | None]) -> str:
    """What to say when no compartment could be had: that the banks are away, if that alone is in the way."""
    return "bank_offline" if refusals and set(refusals) == {"bank_offline"} else "no_compartment_free"


def _door_refusal(door: DoorLevel, *, unsettled: bool) -> str | None:
    if door is DoorLevel.UNKNOWN:
        return "door_unknown"
    if door is DoorLevel.OPEN:
        return "door_open"
    return "unlock_under_way" if unsettled else None

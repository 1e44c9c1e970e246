"""Judgements about compartments and rentals."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from gateway.fleet.model import DoorLevel, Inside
from gateway.lockers.model import CareAfter, Condition, DropOffState, Mode, Stage, Use
from gateway.policies.model import Limit
from gateway.policies.rules import Rule


@dataclass(frozen=True, kw_only=True)
class Times:
    """For how long a compartment can be had: when nobody says, and at most."""

    usual: timedelta
    longest: timedelta | None  # None: as the rules of the house say


def limit_of_bank(*, usual_min: int, longest_min: int) -> Times:
    """What a time-limited bank allows."""
    usual, longest = timedelta(minutes=usual_min), timedelta(minutes=longest_min)
    return Times(usual=usual, longest=longest)


AT_ONCE: Final = 1  # compartments that a member rents, unless a rule says otherwise


def defaults(*, max_days: int) -> list[Rule]:
    """The rules that hold for everybody where no rule for everybody takes their place."""
    return [
        Rule(id="rentals.max_days", limit=Limit.MAX_DAYS, value=max_days),
        Rule(id="rentals.at_once", limit=Limit.RENTALS_AT_ONCE, value=AT_ONCE),
    ]


def usual_times(*, days: int) -> Times:
    """What a centre allows where its bank says nothing of its own."""
    return Times(usual=timedelta(days=days), longest=None)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A compartment as somebody who wants one finds it."""

    compartment_id: str
    bank_id: str
    lock_id: str
    label: str
    accessible: bool
    mode: Mode
    limit: Times  # of a time-limited one
    taken: bool
    condition: Condition
    bank_there: bool  # its device is approved and online
    door: DoorLevel
    uses: int  # how often it was somebody's
    last_used_at: datetime | None  # when it last came to an end; None: never


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


def has_proved_empty(
    *, inside: Inside, has_opened: bool, seen_empty_at: datetime | None, has_opened_since: bool
) -> bool:
    """Whoever has it has taken their things out, as far as anybody can prove that.

    By the beam behind a door that is sensed shut, `inside`, when the door was opened in their time; or by the eyes of
    staff, when it was not opened since. An opening alone proves nothing, so where there is neither, nothing is proved.
    It frees nothing and ends nothing: a beam may be wrong.
    """
    by_beam = inside is Inside.EMPTY and has_opened
    return by_beam or (seen_empty_at is not None and not has_opened_since)


def stage_to_tell(stage: Stage, *, proved_empty: bool) -> Stage:
    """Of which stage its people are told. Nobody is reminded to take out what they have taken out."""
    return Stage.RUNNING if proved_empty else stage


IDLE_NOTICES: Final[Mapping[Stage, str]] = MappingProxyType(
    {
        Stage.ENDING: "rental_idle",
        Stage.GRACE: "rental_idle_grace",
        Stage.OVERDUE: "rental_idle_overdue",
        Stage.CLEAR_OUT: "rental_clear_out",
    }
)
"""What is told of a rental without an end that nobody opens: opening it is all that it takes."""


DROP_OFF_NOTICES: Final[Mapping[Stage, str]] = MappingProxyType(
    {
        Stage.ENDING: "drop_off_ending",
        Stage.GRACE: "drop_off_grace",
        Stage.OVERDUE: "drop_off_overdue",
        Stage.CLEAR_OUT: "drop_off_clear_out",
    }
)
"""What both are told of things that one left for the other."""


def notices(use: Use, *, has_end: bool) -> Mapping[Stage, str]:
    """What is told at each stage of what is used like this."""
    if use is Use.DROP_OFF:
        return DROP_OFF_NOTICES
    return NOTICES if has_end else IDLE_NOTICES


MOST_DROP_OFFS: Final = 3  # that one member has waiting or is filling, at a time
DROP_OFF_LASTS: Final = timedelta(days=3)


def drop_off_until(offer: Offer, now: datetime) -> datetime:
    """Until when things left there from now on are to be collected."""
    longest = offer.limit.longest if offer.mode is Mode.TIME_LIMITED else None
    return now + min(longest or DROP_OFF_LASTS, DROP_OFF_LASTS)


def drop_off_state(
    *, waiting_at: datetime | None, collected_at: datetime | None, taken_back_at: datetime | None, is_over: bool
) -> DropOffState:
    """Where the things are."""
    if collected_at is not None:
        return DropOffState.COLLECTED
    if taken_back_at is not None:
        return DropOffState.TAKEN_BACK
    if is_over:
        return DropOffState.REMOVED
    return DropOffState.FILLING if waiting_at is None else DropOffState.WAITING


def moving_refusal(door: DoorLevel, *, unsettled: bool, has_opened: bool) -> str | None:
    """Why nobody can say yet that things went in or came out there, or None: the door was opened, and is shut again."""
    return _door_refusal(door, unsettled=unsettled) or (None if has_opened else "open_it_first")


def times(mode: Mode, *, limit: Times, usual: Times) -> Times | None:
    """For how long a compartment of that mode is had: its bank's limit, or the centre's usual; None: without an end."""
    if mode is Mode.KEPT_UNTIL_RELEASED:
        return None
    return limit if mode is Mode.TIME_LIMITED else usual


def until_of(allowed: Times | None, *, wished: datetime | None, now: datetime) -> datetime | None:
    """Until when a rental runs that begins now; None: until it is given back."""
    return wished or (now + allowed.usual if allowed else None)


def new_use_refusal(stage: Stage) -> str | None:
    """Why the holder of such a rental gets nothing new of it (a later end, a share), or None. Openings never ask."""
    return "rental_overdue" if stage in {Stage.OVERDUE, Stage.CLEAR_OUT} else None


MOST_SHARES: Final = 10  # of one rental at a time


def share_refusal(
    stage: Stage | None, *, until: datetime | None, rental_until: datetime | None, shares: int
) -> str | None:
    """Why a rental cannot be shared until then, or None: only one that runs, no longer than it runs, with so many.

    `until` None: as long as it runs; `rental_until` None: it has no end.
    """
    if stage is None:
        return "rental_ended"
    if stage not in {Stage.RUNNING, Stage.ENDING}:
        return "rental_overdue"
    if until and rental_until and until > rental_until:
        return "policy.share_within_rental"
    return "policy.max_shares" if shares >= MOST_SHARES else None


CLEAR_OUT_WINDOW: Final = timedelta(minutes=30)  # the two stand before the door together


def may_be_proposed(stage: Stage | None) -> bool:
    """Nobody's things are touched before their bank's time for it has come; None: they have been taken out."""
    return stage is Stage.CLEAR_OUT


def has_lapsed(*, step_at: datetime, now: datetime) -> bool:
    """Too long ago that somebody was there for this: they begin anew."""
    return now >= step_at + CLEAR_OUT_WINDOW


def witness_refusal(*, first_id: str, second_id: str, holder_ids: Collection[str]) -> str | None:
    """Why this person cannot be the second witness (for the first: `second_id` is their own), or None."""
    if {first_id, second_id} & set(holder_ids):
        return "witness_is_holder"
    return "witness_is_the_first" if first_id == second_id else None


def bagging_refusal(
    door: DoorLevel, *, unsettled: bool, has_opened: bool, is_suspect: bool, seen_by_eye: bool
) -> str | None:
    """Why nobody can say yet that the things are in the bag, or None: the door was opened for it, and is shut again.

    `seen_by_eye`: both say that they see it shut. It counts where the contact tells nothing, and where it says
    open and `is_suspect`, as in `end_refusal`; nowhere else.
    """
    if seen_by_eye and (door is DoorLevel.UNKNOWN or (door is DoorLevel.OPEN and is_suspect)):
        return _door_refusal(DoorLevel.SHUT, unsettled=unsettled)
    if not has_opened:
        return "not_opened_yet"
    return _door_refusal(door, unsettled=unsettled)


LOOK_WINDOW: Final = timedelta(minutes=30)  # from asking for the door on: what staff saw inside is no older


def release_refusal(
    door: DoorLevel, *, unsettled: bool, has_asked: bool, has_looked: bool, seen_by_eye: bool
) -> str | None:
    """Why staff cannot end somebody's rental yet, or None: they have looked inside, and the door is shut again.

    `has_asked`: staff asked for the door a short while ago; `has_looked`: and it has moved since. `seen_by_eye`: they
    say that they see it shut. It counts where the contact tells nothing; against one that says open it counts for
    whoever has asked for that door: one that was left ajar, seen from a desk, is no broken contact.
    """
    if seen_by_eye and (door is DoorLevel.UNKNOWN or (door is DoorLevel.OPEN and has_asked)):
        return _door_refusal(DoorLevel.SHUT, unsettled=unsettled)
    return _door_refusal(door, unsettled=unsettled) or (None if has_looked else "not_looked_inside")


def rent_refusal(offer: Offer, unsettled_locks: Collection[str]) -> str | None:
    """Why nobody can rent this compartment now, or None.

    A lock with an unsettled unlock is in quarantine: it may yet open for somebody else than its next holder.
    """
    if offer.taken:
        return "compartment_taken"
    if offer.mode is Mode.FIXED:
        return "compartment_fixed"
    if offer.mode is Mode.BOOKABLE:
        return "compartment_bookable"
    return arrival_refusal(offer, unsettled_locks)


def arrival_refusal(offer: Offer, unsettled_locks: Collection[str]) -> str | None:
    """Why whoever has it by right, as who booked it, cannot have this compartment now, or None."""
    if offer.taken:
        return "compartment_taken"
    if offer.condition is not Condition.READY:
        return "compartment_not_ready"
    if not offer.bank_there:
        return "bank_offline"
    return _door_refusal(offer.door, unsettled=offer.lock_id in unsettled_locks)


def set_aside_refusal(offer: Offer, unsettled_locks: Collection[str]) -> str | None:
    """Why staff cannot set this compartment aside, or None. Its door may be anyhow: nothing is put in yet."""
    if offer.taken:
        return "compartment_taken"
    if offer.mode is Mode.BOOKABLE:
        return "compartment_bookable"
    if offer.condition is not Condition.READY:
        return "compartment_not_ready"
    return "unlock_under_way" if offer.lock_id in unsettled_locks else None


def assign_refusal(offer: Offer, unsettled_locks: Collection[str]) -> str | None:
    """Why staff cannot assign this compartment to somebody, or None: only a fixed one, that nobody has."""
    if offer.mode is not Mode.FIXED:
        return "compartment_not_fixed"
    return set_aside_refusal(offer, unsettled_locks)


def give_back_refusal(use: Use, *, people: int) -> str | None:
    """Why its holder cannot give it back by themselves, or None: things of several are nobody's alone to leave."""
    return "assigned_by_staff" if use is Use.ASSIGNED and people > 1 else None


def is_extendable(use: Use, mode: Mode, stage: Stage | None, *, has_end: bool) -> bool:
    """Whether its holder may ask for a later end of it now: then their policies alone decide."""
    runs = stage is not None and new_use_refusal(stage) is None
    return runs and has_end and change_refusal(use) is None and mode is not Mode.BOOKABLE


def change_refusal(use: Use) -> str | None:
    """Why a holder cannot have another end of it or share it, or None: what staff assign, they alone change."""
    return None if use is Use.RENTED else "assigned_by_staff"


def naming_refusal(*, before: Collection[str], after: Collection[str], has_opened: bool) -> str | None:
    """Why an assignment cannot pass from these to those, or None: whoever put things in must not all be shut out."""
    return "things_may_be_inside" if has_opened and not set(before) & set(after) else None


def withdraw_refusal(door: DoorLevel, *, unsettled: bool, has_opened: bool) -> str | None:
    """Why staff cannot take an assignment away at once, or None: once its door was opened, things may be inside."""
    return _door_refusal(door, unsettled=unsettled) or ("things_may_be_inside" if has_opened else None)


def condition_after(condition: Condition, care: CareAfter, *, door_was_sensed: bool = True) -> Condition:
    """How a compartment stands once its rental is over. What staff said of it meanwhile stays said.

    One whose door nothing sensed goes to nobody before somebody has repaired that, or has looked at it once more.
    """
    if not door_was_sensed and condition is not Condition.OUT_OF_SERVICE:
        return Condition.INSPECTION
    if condition is not Condition.READY or care is CareAfter.NONE:
        return condition
    return Condition(care.value)


def end_refusal(door: DoorLevel, *, unsettled: bool, is_suspect: bool, seen_by_eye: bool) -> str | None:
    """Why a rental cannot end now, or None: only a door known to be shut, with nothing under way, is given back.

    `is_suspect`: staff have been told that its contact is not to be believed when it says open. Then the word of its
    holder counts, `seen_by_eye`, and staff look at the compartment before anybody else gets it.
    """
    if door is DoorLevel.OPEN and is_suspect:
        return _door_refusal(DoorLevel.SHUT, unsettled=unsettled) if seen_by_eye else "sensor_suspect"
    return _door_refusal(door, unsettled=unsettled)


def hold_end_refusal(door: DoorLevel, *, unsettled: bool, seen_by_eye: bool) -> str | None:
    """The same for what staff hold. `seen_by_eye`: they see it shut, whatever its contact says; no member is in it."""
    if seen_by_eye and door is not DoorLevel.SHUT:
        return _door_refusal(DoorLevel.SHUT, unsettled=unsettled)
    return _door_refusal(door, unsettled=unsettled)


def until_fault(allowed: Times | None, *, from_at: datetime, until: datetime | None) -> str | None:
    """Why a rental cannot run until then, or None. `allowed` None: it has no end, so none can be wished."""
    if until is None:
        return None
    if allowed is None:
        return "policy.no_end"
    return "policy.longest_use" if allowed.longest and until - from_at > allowed.longest else None


def best_first(offers: Iterable[Offer], *, accessible_wanted: bool) -> list[Offer]:
    """Least used first, and of those the longest rested, so that all wear alike; what is kept without an end last.

    Accessible ones come first for those who want one, and last for those who do not: they are kept for others.
    """

    def rank(offer: Offer) -> tuple[bool, bool, int, float, str, str]:
        is_kept = offer.mode is Mode.KEPT_UNTIL_RELEASED
        in_reach_or_not = offer.accessible is not accessible_wanted
        last_used = offer.last_used_at.timestamp() if offer.last_used_at else 0.0
        return is_kept, in_reach_or_not, offer.uses, last_used, offer.label, offer.bank_id

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

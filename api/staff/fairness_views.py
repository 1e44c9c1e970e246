"""How evenly peak hours are spread, as JSON; no figure without its meaning."""

from datetime import date
from typing import Final, Self

from api.policy_views import PeakHoursView
from api.staff.definition_views import DefinitionView, definitions
from api.staff.fairness_words import FIGURES
from api.staff.usage_views import RefusedView, UnmetView
from api.views import InBothLanguages, View, name_of
from gateway.members.model import Language, Member
from gateway.personal.rules import is_erased
from gateway.usage.fairness import FEWEST_IN_A_GROUP, Fairness, GroupShare
from gateway.usage.queries import Unmet

_WISHES: Final = frozenset({"bookings", "ballots", "waitlist", "series"})


class SpreadView(View):
    """So many members have so many bookings in peak hours."""

    bookings: int
    members: int


class GroupShareView(View):
    """One group's part. null: so few are in it that a figure would be about one of them."""

    group_id: str
    name: InBothLanguages
    members: int
    wanting: int | None
    peak_h: float | None
    peak_h_each: float | None
    entries: int | None
    won: int | None
    waits: int | None
    waits_unseated: int | None

    @classmethod
    def of(cls, share: GroupShare) -> Self:
        """As it was counted."""
        is_told = share.members >= FEWEST_IN_A_GROUP

        def told(value: float) -> float | None:
            return round(value, 2) if is_told else None

        def counted(value: int) -> int | None:
            return value if is_told else None

        return cls(
            group_id=share.group.id,
            name=name_of(share.group.name_zh, share.group.name_en),
            members=share.members,
            wanting=counted(share.wanting),
            peak_h=told(share.peak_h),
            peak_h_each=told(share.peak_h / share.members) if share.members else None,
            entries=counted(share.entries),
            won=counted(share.won),
            waits=counted(share.waits),
            waits_unseated=counted(share.waits_unseated),
        )


class MostView(View):
    """Somebody who has many hours. Only managers read who it is."""

    member_no: str
    member_name: str
    peak_h: float

    @classmethod
    def of(cls, member: Member, hours: float) -> Self:
        """As it was counted."""
        return cls(member_no=member.member_no, member_name=member.name, peak_h=round(hours, 2))


class FairnessView(View):
    """How evenly peak hours were spread over those who wanted something. `most`: null for who is no manager."""

    first: date
    last: date
    peaks: list[PeakHoursView]
    wanting: int
    peak_bookings: int
    peak_h: float
    gini: float | None
    top_tenth_share: float | None
    spread: list[SpreadView]
    first_timers: int
    entries: int
    won: int
    won_first: int
    waits: int
    waits_unseated: int
    refused: list[RefusedView]
    groups: list[GroupShareView]
    most: list[MostView] | None
    definitions: list[DefinitionView]

    @classmethod
    def of(
        cls, found: Fairness, unmet: Unmet, *, first: date, last: date, language: Language, with_names: bool
    ) -> Self:
        """As it was counted, for one reader."""
        return cls(
            first=first,
            last=last,
            peaks=[PeakHoursView(days=one.days, from_min=one.from_min, until_min=one.until_min) for one in found.peaks],
            wanting=found.wanting,
            peak_bookings=found.peak_bookings,
            peak_h=round(found.peak_h, 2),
            gini=_rounded(found.gini),
            top_tenth_share=_rounded(found.top_tenth),
            spread=[SpreadView(bookings=number, members=members) for number, members in found.spread],
            first_timers=found.first_timers,
            entries=found.entries,
            won=found.won,
            won_first=found.won_first,
            waits=found.waits,
            waits_unseated=found.waits_unseated,
            refused=[one for one in UnmetView.of(unmet, language).refused if one.wish in _WISHES],
            groups=[GroupShareView.of(one) for one in found.groups],
            most=[MostView.of(*one) for one in found.most if not _is_nobody(one[0])] if with_names else None,
            definitions=definitions(FIGURES, language),
        )


def _is_nobody(member: Member) -> bool:
    """Whoever had them has been erased: there is no name to tell."""
    return is_erased(member.password_hash)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)

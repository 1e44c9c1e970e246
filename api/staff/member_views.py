"""Members, as those at the desk find, add and import them."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StrictBool, StringConstraints

from api.views import AnyId, Ask, View
from gateway.members.model import Language, Member, Role
from gateway.members.roll import LONGEST_NAME, Fault, Judged, Plan, What
from gateway.members.roll_words import FAULTS

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME, pattern=r"^[^\x00-\x1f\x7f]+$"),
]


class FoundMember(View):
    """An account. `one_time_until`: its password is a one-time one, good until then; null once they chose their own."""

    member_no: str
    name: str
    role: Role
    created_at: datetime
    one_time_until: datetime | None
    disabled_at: datetime | None

    @classmethod
    def of(cls, member: Member) -> Self:
        """As the row says."""
        return cls(
            member_no=member.member_no,
            name=member.name,
            role=member.role,
            created_at=member.created_at,
            one_time_until=member.password_ends_at,
            disabled_at=member.disabled_at,
        )


class NewMember(Ask):
    """Somebody who becomes a member. `language` null: nobody has asked; it is their phone's until they choose."""

    member_no: AnyId
    name: Name
    language: Language | None = None


class OneTimePassword(View):
    """What to tell the member at the desk. `password`: told this once; null when this request was answered before."""

    member_no: str
    password: str | None
    ends_at: datetime


class Roll(Ask):
    """A list of members as CSV: its first line names the columns `member_no`, `name`, if wanted `language`, `groups`.

    `dry_run`: only tell what it would do.
    """

    csv: Annotated[str, StringConstraints(max_length=1_000_000)]
    dry_run: StrictBool = True


class RollLine(View):
    """What a line does. `was_name`, `were_groups`: as they are now, where the line says otherwise."""

    line: int
    member_no: str
    name: str
    what: What
    was_name: str | None
    groups: list[str] | None
    were_groups: list[str] | None

    @classmethod
    def of(cls, one: Judged) -> Self:
        """As it was judged."""
        return cls(
            line=one.entry.line,
            member_no=one.entry.member_no,
            name=one.entry.name,
            what=one.what,
            was_name=one.was_name,
            groups=None if one.entry.groups is None else list(one.entry.groups),
            were_groups=None if one.were_groups is None else list(one.were_groups),
        )


class RollFault(View):
    """What is wrong with a line. `field` empty: with all of it. `text`: in the reader's language."""

    line: int
    field: str
    why: str
    text: str

    @classmethod
    def of(cls, fault: Fault, language: Language) -> Self:
        """As this reader should read it."""
        return cls(line=fault.line, field=fault.field, why=fault.why, text=FAULTS[fault.why].sentence(language, {}))


class RollPlan(View):
    """What taking the list in does, or did; with any fault it does nothing. `lines`: those that do something."""

    is_done: bool
    adds: int
    changes: int
    same: int
    lines: list[RollLine]
    faults: Annotated[list[RollFault], Field(description="In the order of their lines.")]

    @classmethod
    def of(cls, plan: Plan, language: Language, *, is_done: bool) -> Self:
        """As it was judged."""
        counted = {what: sum(one.what is what for one in plan.lines) for what in What}
        return cls(
            is_done=is_done,
            adds=counted[What.ADD],
            changes=counted[What.CHANGE],
            same=counted[What.SAME],
            lines=[RollLine.of(one) for one in plan.lines if one.what is not What.SAME],
            faults=[RollFault.of(fault, language) for fault in plan.faults],
        )

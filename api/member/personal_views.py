"""What is kept about a member, as JSON, and the word by which they have it erased."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import StringConstraints

from api.member.personal_words import TABLES
from api.views import Ask, InBothLanguages, View, name_of
from gateway.members.model import Member
from gateway.personal.queries import Told
from gateway.personal.rules import NOT_ABOUT_ONE, Fate

FORMAT = "hearth-personal-data/1"


class Farewell(Ask):
    """The password once more: whoever finds a phone must not be able to erase its owner."""

    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class KeptRows(View):
    """What one table has about the reader, row by row. `at_erasure`: what becomes of the rows then.

    Where a row names members, it says `you` or `somebody else`.
    """

    table: str
    name: InBothLanguages
    at_erasure: Fate
    rows: list[dict[str, Any]]

    @classmethod
    def of(cls, told: Told) -> Self:
        """As it stands."""
        return cls(table=told.table, name=name_of(*TABLES[told.table]), at_erasure=told.fate, rows=told.rows)


class PersonalData(View):
    """Everything that is kept about a member. `not_told`: tables that could lead to them, and why each is left out."""

    format: str
    made_at: datetime
    site: str
    member_no: str
    name: str
    kept: list[KeptRows]
    not_told: dict[str, str]

    @classmethod
    def of(cls, member: Member, told: list[Told], *, site: str, now: datetime) -> Self:
        """As it stands in this moment."""
        return cls(
            format=FORMAT,
            made_at=now,
            site=site,
            member_no=member.member_no,
            name=member.name,
            kept=[KeptRows.of(one) for one in told],
            not_told=NOT_ABOUT_ONE,
        )

"""Somebody's own account and how they sign in to it, as JSON."""

from typing import Annotated, Self

from pydantic import StrictBool, StringConstraints

from api.views import Ask, View
from gateway.members.model import Language, Member, Role


class SignIn(Ask):
    """Who somebody says they are."""

    member_no: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32, pattern=r"^[^\x00-\x1f\x7f]+$")
    ]
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class NewPassword(Ask):
    """A password in place of another."""

    current: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    new: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class MeChange(Ask):
    """What a member wants different; what is left out or null stays."""

    language: Language | None = None
    elder_mode: StrictBool | None = None
    prefers_accessible: StrictBool | None = None
    password: NewPassword | None = None


class Me(View):
    """The account of whoever asks. `must_set_password`: they signed in with a one-time code.

    `language`: they are answered in it; unless they have chosen it, it is what their browser asks for.
    """

    member_no: str
    name: str
    role: Role
    language: Language
    has_chosen_language: bool
    elder_mode: bool
    prefers_accessible: bool
    must_set_password: bool

    @classmethod
    def of(cls, member: Member, *, language: Language) -> Self:
        """As the row says, told in `language`."""
        return cls(
            member_no=member.member_no,
            name=member.name,
            role=member.role,
            language=member.chosen_language or language,
            has_chosen_language=member.has_chosen_language,
            elder_mode=member.elder_mode,
            prefers_accessible=member.prefers_accessible,
            must_set_password=member.password_ends_at is not None,
        )

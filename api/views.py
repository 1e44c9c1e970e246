"""What requests and answers are made of, as JSON. Every one has a name in the OpenAPI document."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Generic, LiteralString, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from api.deps import Page
from gateway.kit.errors import NotFound

_FIRST_YEAR, _LAST_YEAR = 1900, 9000  # so that a day or a year more or less is a time, too


def _rfc3339(value: object) -> object:
    """Only text: a bare number would be taken for seconds since 1970."""
    if not isinstance(value, str) or "T" not in value.upper():
        raise ValueError("write an instant like 2026-05-01T18:00:00Z")
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        instant = value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("no such instant") from error
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise ValueError("no such instant")
    return instant


Instant = Annotated[AwareDatetime, BeforeValidator(_rfc3339), AfterValidator(_in_utc)]
PlainText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")
]
AnyId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,32}$")]


class Ask(BaseModel):
    """A request's body. What is not expected is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def wrong(field: str, why: LiteralString) -> PydanticCustomError:
    """For a validator that looks at several fields: which of them whoever asked should look at, and why."""
    return PydanticCustomError("wrong", why, {"field": field})


class View(BaseModel):
    """An answer's body."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True)


V = TypeVar("V", bound=View)
Row = TypeVar("Row")


class Items(View, Generic[V]):
    """Part of a list. `next`, given as `after`, brings the part behind it; null at the end."""

    items: list[V]
    next: str | None


def items(rows: Sequence[Row], page: Page, *, view: Callable[[Row], V], name: Callable[[Row], str]) -> Items[V]:
    """One page of a list whose query was asked for one row more than the page holds."""
    shown = rows[: page.limit]
    has_more = len(rows) > page.limit
    return Items(items=[view(row) for row in shown], next=name(shown[-1]) if has_more else None)


def behind(rows: Sequence[Row], page: Page, *, name: Callable[[Row], str]) -> Sequence[Row]:
    """The rest of a short list, from behind the row that `after` names. Raises NotFound when there is none."""
    if page.after is None:
        return rows
    names = [name(row) for row in rows]
    if page.after not in names:
        raise NotFound("page")
    return rows[names.index(page.after) + 1 :]


def seq_of(after: str) -> int:
    """The place in the audit trail that `after` names. Raises NotFound when it names none."""
    if not (after.isascii() and after.isdecimal() and len(after) < 19):
        raise NotFound("page")
    return int(after)


class InBothLanguages(View):
    """A name, by language."""

    zh: str = Field(alias="zh-CN")
    en: str


def name_of(zh: str, en: str) -> InBothLanguages:
    """A name that is kept in two columns."""
    return InBothLanguages.model_validate({"zh-CN": zh, "en": en})


class FieldFault(View):
    """What is wrong with one field."""

    field: str
    why: str


class Problem(BaseModel):
    """Why something was not done (RFC 9457). `code` is stable; `detail` is for a person, in their language."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
    retry_after_s: int | None = None
    field: str | None = None
    fields: list[FieldFault] | None = None

"""What is asked and what is answered, as JSON. Every one has a name in the OpenAPI document."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Generic, Literal, LiteralString, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError
from sqlalchemy.orm import Session

from api.deps import Page
from api.words import NOTICES, told_to
from gateway.fleet.model import Button, DeadLetter, Device, DeviceState, DoorLevel, Inside, Presence, SecondKey
from gateway.kit.audit import AuditEntry
from gateway.kit.errors import NotFound
from gateway.lockers import queries as lockers
from gateway.lockers.history import Happening
from gateway.lockers.model import (
    CareAfter,
    ClearOut,
    ClearOutState,
    Compartment,
    Condition,
    Mode,
    Rental,
    RentalState,
    Size,
    Stage,
    Use,
)
from gateway.lockers.rules import CLEAR_OUT_WINDOW
from gateway.lockers.shares import Share
from gateway.members.model import Language, Member, Role
from gateway.members.rules import is_staff
from gateway.notices.model import Notice
from gateway.notices.rules import NEWS
from gateway.unlocking.model import Unlock, UnlockState
from gateway.unlocking.rules import DEADLINE_S

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


# Problems


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


# People


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


# Lockers


class InBothLanguages(View):
    """A name, by language."""

    zh: str = Field(alias="zh-CN")
    en: str


class FreeBySize(View):
    """How many compartments are free, by size."""

    S: int
    M: int
    L: int


class Bank(View):
    """A locker bank, from outside. `zone`: where in the building; null when nobody said.

    `usual_min`, `longest_min`: for how long one can be had when `mode` is `time_limited`, else null.
    """

    id: str
    name: InBothLanguages
    zone: InBothLanguages | None
    mode: Mode
    usual_min: int | None
    longest_min: int | None
    presence: Presence
    free: FreeBySize
    total: int

    @classmethod
    def of(cls, found: lockers.BankView) -> Self:
        """As the query found it."""
        return cls(**_bank_fields(found))


class FreeCompartment(View):
    """A compartment to be had."""

    id: str
    label: str
    size: Size
    accessible: bool


class BankDetail(Bank):
    """A locker bank and what is free in it."""

    compartments: list[FreeCompartment]

    @classmethod
    def with_free(cls, found: lockers.BankView, free: Sequence[Compartment]) -> Self:
        """As the queries found them."""
        compartments = [
            FreeCompartment(id=one.id, label=one.label, size=one.size, accessible=one.accessible) for one in free
        ]
        return cls(**_bank_fields(found), compartments=compartments)


def _bank_fields(found: lockers.BankView) -> dict[str, Any]:
    bank, is_limited = found.bank, found.bank.mode is Mode.TIME_LIMITED
    return {
        "id": bank.id,
        "name": name_of(bank.name_zh, bank.name_en),
        "zone": zone_of(found),
        "mode": bank.mode,
        "usual_min": bank.usual_min if is_limited else None,
        "longest_min": bank.longest_min if is_limited else None,
        "presence": found.presence,
        "free": FreeBySize(S=found.free[Size.S], M=found.free[Size.M], L=found.free[Size.L]),
        "total": found.total,
    }


def name_of(zh: str, en: str) -> InBothLanguages:
    """A name that is kept in two columns."""
    return InBothLanguages.model_validate({"zh-CN": zh, "en": en})


def zone_of(found: lockers.BankView) -> InBothLanguages | None:
    """Where in the building a bank stands; None when nobody said."""
    return name_of(found.zone.name_zh, found.zone.name_en) if found.zone else None


class RentalWish(Ask):
    """What kind of compartment somebody wants. What is left out is for us to choose; `until` is then the usual time.

    `zone`: its name in either language. Where a compartment is kept until it is given back, there is no `until`.
    """

    bank_id: AnyId | None = None
    zone: PlainText | None = None
    size: Size | None = None
    accessible: StrictBool | None = None
    compartment_id: AnyId | None = None
    until: Instant | None = None


class RentalChange(Ask):
    """A new end."""

    until: Instant


class RentedCompartment(View):
    """The compartment of a rental."""

    id: str
    label: str
    size: Size


class RentalView(View):
    """A member's rental and how its door stands, as far as anybody can tell.

    `use`: `rented` by the member, or `assigned` by staff to them and perhaps to others. `until` null: theirs until it
    is given back. `stage`: how far it is past its end; null once given back. The holder may open it at every stage.
    `extendable`: whether a later end may be asked for; the limits of its bank and the member's policies stay.
    """

    id: str
    state: RentalState
    use: Use
    bank_id: str
    bank_name: InBothLanguages
    bank_presence: Presence
    compartment: RentedCompartment
    lock_id: str
    door: DoorLevel
    from_at: datetime = Field(alias="from")
    until: datetime | None
    stage: Stage | None
    extendable: bool
    grace_until: datetime | None
    clear_out_at: datetime | None

    @classmethod
    def of(cls, session: Session, rental: Rental, now: datetime) -> Self:
        """As it stands in this transaction."""
        found = lockers.view(session, rental)
        compartment = found.compartment
        return cls.model_validate(
            {
                "id": rental.id,
                "state": rental.state,
                "use": rental.use,
                "bank_id": found.bank.id,
                "bank_name": name_of(found.bank.name_zh, found.bank.name_en),
                "bank_presence": found.presence,
                "compartment": RentedCompartment(id=compartment.id, label=compartment.label, size=compartment.size),
                "lock_id": compartment.lock_id,
                "door": found.door,
                "from": rental.from_at,
                "until": rental.until_at,
                "stage": found.stage(now),
                "extendable": found.is_extendable(now),
                "grace_until": found.ending.grace_until if found.ending else None,
                "clear_out_at": found.ending.clear_out_at if found.ending else None,
            }
        )


class NewShare(Ask):
    """Who else may open a rental: once, or as often as they like; without `until` as long as the rental runs."""

    member_no: Annotated[PlainText, StringConstraints(max_length=32)]
    once: StrictBool = False
    until: Instant | None = None


class ShareView(View):
    """Somebody else may open a rental. As they see it, and as its holder does. `until` null: as long as it runs."""

    id: str
    rental_id: str
    lock_id: str
    bank_name: InBothLanguages
    label: str
    holder_name: str
    member_no: str
    once: bool
    until: datetime | None

    @classmethod
    def of(cls, found: Share) -> Self:
        """As the query found it."""
        place, until = found.place, found.grant.until_at
        return cls(
            id=found.grant.id,
            rental_id=place.rental.id,
            lock_id=place.compartment.lock_id,
            bank_name=name_of(place.bank.name_zh, place.bank.name_en),
            label=place.compartment.label,
            holder_name=found.holder.name,
            member_no=found.member.member_no,
            once=found.grant.once_after_seq is not None,
            until=until or place.rental.until_at,
        )


# Unlocks


class UnlockWish(Ask):
    """Which lock to open: by its own id, or by that of the rental or booking that gives the right. Just one of them."""

    lock_id: AnyId | None = None
    rental_id: AnyId | None = None
    booking_id: AnyId | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if [self.lock_id, self.rental_id, self.booking_id].count(None) != 2:
            raise wrong("lock_id", "name lock_id, rental_id or booking_id, and only one of them")
        return self


class UnlockView(View):
    """One press of the button. After `deadline` the door certainly does not open for it any more."""

    id: str
    state: UnlockState
    code: str
    lock_id: str
    requested_at: datetime
    deadline: datetime
    settled_at: datetime | None

    @classmethod
    def of(cls, unlock: Unlock) -> Self:
        """As the row says."""
        return cls(
            id=unlock.id,
            state=unlock.state,
            code=unlock.code,
            lock_id=unlock.lock_id,
            requested_at=unlock.requested_at,
            deadline=unlock.requested_at + timedelta(seconds=DEADLINE_S),
            settled_at=unlock.settled_at,
        )


# Notices


class NoticeView(View):
    """Something the reader should know, in their language and the centre's time.

    `about`: the id of a rental or a booking. `news`: it only tells what has happened, and can be put away.
    """

    id: str
    kind: str
    text: str
    about: str
    at: datetime
    news: bool

    @classmethod
    def of(cls, notice: Notice, language: Language, zone: ZoneInfo) -> Self:
        """As this reader should read it."""
        text = NOTICES[notice.kind].sentence(language, told_to(language, zone, json.loads(notice.facts)))
        return cls(
            id=notice.id, kind=notice.kind, text=text, about=notice.about, at=notice.left_at, news=notice.kind in NEWS
        )


# History


class Doer(View):
    """Who did something: the reader, another member, staff, the house by itself, or nobody can tell (a forced door)."""

    who: Literal["you", "member", "staff", "house", "unknown"]
    name: str | None


class HappeningView(View):
    """Something that happened to a rental of the reader's or at its door. `act`: as in the audit trail.

    `reason`: why staff did it; `bag_label`: where the things lie; both empty where there is none.
    """

    id: str
    at: datetime
    act: str
    rental_id: str
    label: str
    by: Doer
    reason: str
    bag_label: str

    @classmethod
    def of(cls, found: Happening, reader_id: str) -> Self:
        """As the query found it."""
        return cls(
            id=str(found.entry.seq),
            at=found.entry.at,
            act=found.entry.act,
            rental_id=found.rental.id,
            label=found.label,
            by=_doer(found, reader_id),
            reason=found.reason,
            bag_label=found.bag_label,
        )


def _doer(found: Happening, reader_id: str) -> Doer:
    by = found.by
    if by is None:
        by_itself = found.entry.actor == "gateway" or found.entry.act == "door_emergency"
        return Doer(who="house" if by_itself else "unknown", name=None)
    if by.id == reader_id:
        return Doer(who="you", name=by.name)
    return Doer(who="staff" if is_staff(by.role) else "member", name=by.name)


# For staff


class DeviceView(View):
    """A device on the wire. `reason`: why it is suspended. `key_switch`, `fire_contact`: the cabinet's own inputs.

    `maker`: of one off the shelf, else empty; `maker_name`: what it is called there; `hardware_id`: what stays its own.
    `button`: what a press of its button means. `usual_s`: so often it speaks, as was learnt; 0: at no rhythm.
    """

    id: str
    kind: str
    state: DeviceState
    reason: str
    fingerprint: str
    doors: int
    firmware: str
    maker: str
    maker_name: str
    hardware_id: str
    button: Button
    usual_s: int
    presence: Presence
    heard_at: datetime
    key_switch: SecondKey
    fire_contact: SecondKey

    @classmethod
    def of(cls, device: Device) -> Self:
        """As the row says."""
        return cls.model_validate(device, from_attributes=True)


class NewCompartment(Ask):
    """One box of a bank to be: behind which door, and what is printed on it."""

    door: Annotated[StrictInt, Field(ge=1, le=1000)]
    label: Annotated[PlainText, StringConstraints(max_length=8)]
    size: Size
    accessible: StrictBool = False


class NewBank(Ask):
    """The locker bank that a device becomes."""

    name_zh: PlainText
    name_en: PlainText
    compartments: Annotated[list[NewCompartment], Field(min_length=1, max_length=1000)]


class Approval(Ask):
    """Somebody stood before the device and read its fingerprint. Without `bank` it keeps the one it has.

    One off the shelf has no fingerprint, and `""` is said. `zone`: the id of the zone where it stands.
    """

    fingerprint: PlainText | Literal[""] = ""
    bank: NewBank | None = None
    zone: AnyId | None = None
    button: Button | None = None


class Suspension(Ask):
    """Why nothing may open there."""

    reason: PlainText


Minutes = Annotated[StrictInt, Field(ge=0, le=30 * 24 * 60)]
UseMinutes = Annotated[StrictInt, Field(ge=10, le=366 * 24 * 60)]
ZoneName = Annotated[str, StringConstraints(strip_whitespace=True, max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]


class BankTermsChange(Ask):
    """How a bank should be rented, and what it should say of rentals that come to their end; null stays as it is.

    `usual_min`, `longest_min`: for how long, when time-limited. `idle_after_days`: after how long unopened a rental
    without an end counts as at its end, until it is opened; 0: never. `zone_zh`, `zone_en`: where it stands, which is
    its device's zone: the one of that name, made when there is none; both empty: nobody knows.
    `care_after`: what is done with a compartment between two holders. `ajar_after_min`: how long a door may stand open
    before staff are told.

    Nobody's things are cleared out sooner than a day after the grace.
    """

    mode: Mode | None = None
    usual_min: UseMinutes | None = None
    longest_min: UseMinutes | None = None
    idle_after_days: Annotated[StrictInt, Field(ge=0, le=3660)] | None = None
    zone_zh: ZoneName | None = None
    zone_en: ZoneName | None = None
    remind_before_min: Minutes | None = None
    grace_min: Minutes | None = None
    clear_out_after_min: Annotated[StrictInt, Field(ge=24 * 60, le=366 * 24 * 60)] | None = None
    care_after: CareAfter | None = None
    ajar_after_min: Annotated[StrictInt, Field(ge=1, le=24 * 60)] | None = None


class BankTerms(View):
    """How a bank is rented; and what it says of the end: minutes before it, after it, and after the grace."""

    id: str
    name: InBothLanguages
    zone: InBothLanguages | None
    mode: Mode
    usual_min: int
    longest_min: int
    idle_after_days: int
    remind_before_min: int
    grace_min: int
    clear_out_after_min: int
    care_after: CareAfter
    ajar_after_min: int

    @classmethod
    def of(cls, found: lockers.BankView) -> Self:
        """As the query found it."""
        bank = found.bank
        return cls(
            id=bank.id,
            name=name_of(bank.name_zh, bank.name_en),
            zone=zone_of(found),
            mode=bank.mode,
            usual_min=bank.usual_min,
            longest_min=bank.longest_min,
            idle_after_days=bank.idle_after_days,
            remind_before_min=bank.remind_before_min,
            grace_min=bank.grace_min,
            clear_out_after_min=bank.clear_out_after_min,
            care_after=bank.care_after,
            ajar_after_min=bank.ajar_after_min,
        )


class ConditionChange(Ask):
    """Whether a compartment can have a next holder, and why."""

    condition: Condition
    reason: PlainText


class ModeChange(Ask):
    """How a compartment should come to its holders; null: as its bank's do."""

    mode: Mode | None


class StaffCompartment(View):
    """A compartment, for staff. `rental_id`, `use`, `until`, `note`: by what it is somebody's; null when it is not."""

    id: str
    bank_id: str
    label: str
    size: Size
    accessible: bool
    mode: Mode
    lock_id: str
    door: DoorLevel
    inside: Inside
    condition: Condition
    condition_reason: str
    condition_at: datetime | None
    rental_id: str | None
    use: Use | None
    until: datetime | None
    note: str | None

    @classmethod
    def of(cls, found: lockers.CompartmentView) -> Self:
        """As the query found it."""
        one, rental = found.compartment, found.rental
        return cls(
            id=one.id,
            bank_id=one.bank_id,
            label=one.label,
            size=one.size,
            accessible=one.accessible,
            mode=found.mode,
            lock_id=one.lock_id,
            door=found.door,
            inside=found.inside,
            condition=one.condition,
            condition_reason=one.condition_reason,
            condition_at=one.condition_at,
            rental_id=rental.id if rental else None,
            use=rental.use if rental else None,
            until=rental.until_at if rental else None,
            note=rental.note if rental else None,
        )


class StaffRentalView(View):
    """Somebody's rental, for staff. Of several whose it is, `member_no` and `member_name` are the first's."""

    id: str
    use: Use
    member_no: str
    member_name: str
    bank_id: str
    label: str
    lock_id: str
    door: DoorLevel
    from_at: datetime = Field(alias="from")
    until: datetime | None
    stage: Stage | None

    @classmethod
    def of(cls, session: Session, found: lockers.RentalView, now: datetime) -> Self:
        """As it stands in this transaction."""
        holder = session.get_one(Member, lockers.people_of(session, found.rental)[0])
        return cls.model_validate(
            {
                "id": found.rental.id,
                "use": found.rental.use,
                "member_no": holder.member_no,
                "member_name": holder.name,
                "bank_id": found.bank.id,
                "label": found.compartment.label,
                "lock_id": found.compartment.lock_id,
                "door": found.door,
                "from": found.rental.from_at,
                "until": found.rental.until_at,
                "stage": found.stage(now),
            }
        )


class NewClearOut(Ask):
    """Why somebody's things must be taken out, and what stands on the bag they will be in."""

    reason: PlainText
    bag_label: PlainText


class Witnessing(Ask):
    """The bag that the second witness sees."""

    bag_label: PlainText


class Bagging(Ask):
    """That everything is in the bag. `seen_shut_and_empty`: they see the door shut, which its contact cannot tell."""

    seen_shut_and_empty: StrictBool = False


class ClearOutView(View):
    """How far a clear-out has come. From WITNESSED until `open_until` its two witnesses may open `lock_id`."""

    id: str
    rental_id: str
    lock_id: str
    state: ClearOutState
    reason: str
    bag_label: str
    first_witness: str
    second_witness: str | None
    proposed_at: datetime
    witnessed_at: datetime | None
    open_until: datetime | None
    closed_at: datetime | None
    handed_over_at: datetime | None

    @classmethod
    def of(cls, session: Session, clear_out: ClearOut) -> Self:
        """As the row says; witnesses by their numbers."""
        second = clear_out.second_witness_id
        return cls(
            id=clear_out.id,
            rental_id=clear_out.rental_id,
            lock_id=lockers.view(session, lockers.rental(session, clear_out.rental_id)).compartment.lock_id,
            state=clear_out.state,
            reason=clear_out.reason,
            bag_label=clear_out.bag_label,
            first_witness=session.get_one(Member, clear_out.first_witness_id).member_no,
            second_witness=session.get_one(Member, second).member_no if second else None,
            proposed_at=clear_out.proposed_at,
            witnessed_at=clear_out.witnessed_at,
            open_until=clear_out.witnessed_at + CLEAR_OUT_WINDOW if clear_out.witnessed_at else None,
            closed_at=clear_out.closed_at,
            handed_over_at=clear_out.handed_over_at,
        )


class DeadLetterView(View):
    """Messages that were not taken, counted by who sent them and what was wrong. `sample`: the newest, hex."""

    device: str
    channel: str
    fault: str
    count: int
    first_at: datetime
    last_at: datetime
    detail: str
    sample: str

    @classmethod
    def of(cls, letter: DeadLetter) -> Self:
        """As the row says."""
        return cls.model_validate(letter, from_attributes=True)


class AuditView(View):
    """One entry of the audit trail.

    `actor_no`, `thing_no`: the member number of whoever did it, and of whom it was done to, while they have an account.
    """

    seq: int
    at: datetime
    actor: str
    actor_no: str | None
    act: str
    thing: str
    thing_no: str | None
    detail: dict[str, Any]
    hash: str

    @classmethod
    def of(cls, entry: AuditEntry, numbers: Mapping[str, str]) -> Self:
        """As the row says; `numbers`: of members, by how the trail knows them."""
        return cls(
            seq=entry.seq,
            at=entry.at,
            actor=entry.actor,
            actor_no=numbers.get(entry.actor),
            act=entry.act,
            thing=entry.thing,
            thing_no=numbers.get(entry.thing),
            detail=json.loads(entry.detail),
            hash=entry.hash,
        )

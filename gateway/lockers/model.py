"""Tables of lockers."""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class Size(StrEnum):
    """How big a compartment is: S a bag, M a rucksack, L a suitcase."""

    S = "S"
    M = "M"
    L = "L"


class Mode(StrEnum):
    """How the compartments of a bank, or a single one, come to their holders."""

    FREE_CHOICE = "free_choice"  # whoever comes picks one or is given one, until a time
    TIME_LIMITED = "time_limited"  # the same, for no longer than its bank says
    KEPT_UNTIL_RELEASED = "kept_until_released"  # the same, without an end: until it is given back
    FIXED = "fixed"  # staff assign it; it is offered to nobody
    BOOKABLE = "bookable"  # it is booked for a time, like a room; whoever comes without a booking is not offered it


class Use(StrEnum):
    """By what right a compartment is somebody's. Whatever it is, nobody else can have it meanwhile."""

    RENTED = "rented"  # a member took it for themselves
    ASSIGNED = "assigned"  # staff gave it to one or several named members: each has an access grant of it
    DROP_OFF = "drop_off"  # a member left something in it for another
    HELD = "held"  # staff keep it


class RentalState(StrEnum):
    """Whether somebody's things may be inside."""

    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


class Stage(StrEnum):
    """How far a rental is past its end. It decides about new use, never about opening: things are always let out."""

    RUNNING = "running"
    ENDING = "ending"  # its end is near: the member is reminded
    GRACE = "grace"  # past its end: may still be extended
    OVERDUE = "overdue"  # to be emptied and given back, and nothing else
    CLEAR_OUT = "clear_out"  # staff may take the things out, two together


class Condition(StrEnum):
    """Whether a compartment can have a next holder. It keeps nobody from what is already theirs."""

    READY = "ready"
    CLEANING = "cleaning"
    INSPECTION = "inspection"
    OUT_OF_SERVICE = "out_of_service"


class CareAfter(StrEnum):
    """What a bank wants done with a compartment between two holders."""

    NONE = "none"
    CLEANING = "cleaning"
    INSPECTION = "inspection"


class ClearOutState(StrEnum):
    """How far two members of staff have come with taking somebody's things out."""

    PROPOSED = "PROPOSED"  # one has said so; nothing may be opened
    WITNESSED = "WITNESSED"  # another has said the same: both may open
    BAGGED = "BAGGED"  # the things are in the labelled bag, the rental is over
    HANDED_OVER = "HANDED_OVER"  # the member has them back
    CALLED_OFF = "CALLED_OFF"


CLEAR_OUT_MOVES: Final = MappingProxyType(
    {
        ClearOutState.WITNESSED: frozenset({ClearOutState.PROPOSED}),
        ClearOutState.BAGGED: frozenset({ClearOutState.WITNESSED}),
        ClearOutState.HANDED_OVER: frozenset({ClearOutState.BAGGED}),
        ClearOutState.CALLED_OFF: frozenset({ClearOutState.PROPOSED, ClearOutState.WITNESSED}),
    }
)


class Bank(Base):
    """A locker bank: one cabinet, one device. What it says of late rentals counts for those that run, too."""

    __tablename__ = "banks"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), unique=True)
    name_zh: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64))
    mode: Mapped[Mode] = mapped_column(word_column(Mode), default=Mode.FREE_CHOICE, server_default=Mode.FREE_CHOICE)
    usual_min: Mapped[int] = mapped_column(default=120, server_default="120")  # when time-limited: if nobody says
    longest_min: Mapped[int] = mapped_column(default=240, server_default="240")  # when time-limited: at most
    idle_after_days: Mapped[int] = mapped_column(default=0, server_default="0")  # when kept: not opened so long; 0: any
    remind_before_min: Mapped[int] = mapped_column(default=60, server_default="60")
    grace_min: Mapped[int] = mapped_column(default=60, server_default="60")
    clear_out_after_min: Mapped[int] = mapped_column(default=10_080, server_default="10080")  # from the grace's end on
    care_after: Mapped[CareAfter] = mapped_column(
        word_column(CareAfter), default=CareAfter.NONE, server_default=CareAfter.NONE
    )
    ajar_after_min: Mapped[int] = mapped_column(default=5, server_default="5")  # so long open, and staff are told


class Compartment(Base):
    """One box of a bank, behind one lock."""

    __tablename__ = "compartments"
    __table_args__ = (UniqueConstraint("bank_id", "label"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    bank_id: Mapped[str] = mapped_column(ForeignKey("banks.id"))
    lock_id: Mapped[str] = mapped_column(ForeignKey("locks.id"), unique=True)
    label: Mapped[str] = mapped_column(String(8))  # as printed on the door
    size: Mapped[Size] = mapped_column(word_column(Size))
    accessible: Mapped[bool] = mapped_column(default=False)  # can be reached from a wheelchair
    condition: Mapped[Condition] = mapped_column(
        word_column(Condition), default=Condition.READY, server_default=Condition.READY
    )
    condition_reason: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))
    condition_at: Mapped[datetime | None] = mapped_column(Instant)  # None: since it was founded
    own_mode: Mapped[Mode | None] = mapped_column(word_column(Mode))  # None: its bank's


class Rental(Base):
    """Somebody's claim on a compartment. It ends when it is given back, not when `until_at` passes (None: no end).

    `member_id`: who rents it; None for what staff assign or hold.
    """

    __tablename__ = "rentals"
    __table_args__ = (
        # One holder a compartment, whatever its use: held by the database.
        Index(
            "uq_rentals_compartment",
            "compartment_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_rentals_compartment", "compartment_id", "ended_at"),  # who was there last
        Index("ix_rentals_member", "member_id", "from_at"),
        CheckConstraint("(state = 'ENDED') = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("(use IN ('assigned', 'held')) = (member_id IS NULL)", name="whose"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    compartment_id: Mapped[str] = mapped_column(ForeignKey("compartments.id"))
    use: Mapped[Use] = mapped_column(word_column(Use), default=Use.RENTED, server_default=Use.RENTED)
    member_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"))
    state: Mapped[RentalState] = mapped_column(word_column(RentalState))
    from_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    note: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))  # what staff say of it
    seen_empty_at: Mapped[datetime | None] = mapped_column(Instant)  # when staff last saw it so; None: or saw things
    told_stage: Mapped[Stage] = mapped_column(  # of which the member was told last; where it stands says `rules.stage`
        word_column(Stage), default=Stage.RUNNING, server_default=Stage.RUNNING
    )


class DropOffState(StrEnum):
    """Where things are that one member leaves for another."""

    FILLING = "FILLING"  # they are being put in; the other knows nothing of it yet
    WAITING = "WAITING"  # the other may open, and so may whoever left them
    COLLECTED = "COLLECTED"
    TAKEN_BACK = "TAKEN_BACK"
    REMOVED = "REMOVED"  # staff took them out


class DropOff(Base):
    """Something that the member of a rental leaves in it for another. Its state says `rules.drop_off_state`."""

    __tablename__ = "drop_offs"
    __table_args__ = (Index("ix_drop_offs_recipient", "recipient_id"),)

    rental_id: Mapped[str] = mapped_column(ForeignKey("rentals.id"), primary_key=True)
    recipient_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    waiting_at: Mapped[datetime | None] = mapped_column(Instant)
    collected_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_back_at: Mapped[datetime | None] = mapped_column(Instant)


class ClearOut(Base):
    """Two members of staff take a late member's things out. That they are two is held by the database."""

    __tablename__ = "clear_outs"
    __table_args__ = (
        Index(
            "uq_clear_outs_open",
            "rental_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_clear_outs_rental", "rental_id", "proposed_at"),
        CheckConstraint("second_witness_id <> first_witness_id", name="two_witnesses"),
        CheckConstraint(
            "state IN ('PROPOSED', 'CALLED_OFF') OR second_witness_id IS NOT NULL", name="no_step_without_the_second"
        ),
        CheckConstraint("(state IN ('PROPOSED', 'WITNESSED')) = (closed_at IS NULL)", name="closed"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    rental_id: Mapped[str] = mapped_column(ForeignKey("rentals.id"))
    state: Mapped[ClearOutState] = mapped_column(word_column(ClearOutState))
    reason: Mapped[str] = mapped_column(String(64))
    bag_label: Mapped[str] = mapped_column(String(64))
    first_witness_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    second_witness_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    witnessed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)  # bagged, or called off
    handed_over_at: Mapped[datetime | None] = mapped_column(Instant)

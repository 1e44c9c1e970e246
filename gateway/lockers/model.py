"""Tables of lockers."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class Size(StrEnum):
    """How big a compartment is: S a bag, M a rucksack, L a suitcase."""

    S = "S"
    M = "M"
    L = "L"


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


class Bank(Base):
    """A locker bank: one cabinet, one device. What it says of late rentals counts for those that run, too."""

    __tablename__ = "banks"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), unique=True)
    name_zh: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64))
    remind_before_min: Mapped[int] = mapped_column(default=60, server_default="60")
    grace_min: Mapped[int] = mapped_column(default=60, server_default="60")
    clear_out_after_min: Mapped[int] = mapped_column(
        default=10_080, server_default="10080"
    )  # from the end of the grace


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
    in_service: Mapped[bool] = mapped_column(default=True)


class Rental(Base):
    """A member's claim on a compartment. It ends when the member (or staff) ends it, not when `until_at` passes."""

    __tablename__ = "rentals"
    __table_args__ = (
        # One holder a compartment, one compartment a member: held by the database.
        Index(
            "uq_rentals_compartment",
            "compartment_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_rentals_member",
            "member_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_rentals_compartment", "compartment_id", "ended_at"),  # who was there last
        Index("ix_rentals_member", "member_id", "from_at"),
        CheckConstraint("(state = 'ENDED') = (ended_at IS NOT NULL)", name="ended"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    compartment_id: Mapped[str] = mapped_column(ForeignKey("compartments.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    state: Mapped[RentalState] = mapped_column(word_column(RentalState))
    from_at: Mapped[datetime] = mapped_column(Instant)
    until_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    told_stage: Mapped[Stage] = mapped_column(  # of which the member was told last; where it stands says `rules.stage`
        word_column(Stage), default=Stage.RUNNING, server_default=Stage.RUNNING
    )

"""Tables of activities, of their places, and of who has signed up."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class ActivityKind(StrEnum):
    """What an activity is to people."""

    CLASS = "class"
    LECTURE = "lecture"
    MATCH = "match"
    OTHER = "other"


class Activity(Base):
    """Something that the house offers at one or several times, for which members sign up as a whole.

    It has its space at all of them as a closure under the activity's id. `group_id`: for whom alone it is; None:
    everybody. `starts_at`: of its first time; `ends_at`: of its last.
    """

    __tablename__ = "activities"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        CheckConstraint("opens_at < closes_at", name="registration"),
        CheckConstraint("(called_off_at IS NULL) = (called_off_for = '')", name="called_off"),
        Index("ix_activities_ends", "ends_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[ActivityKind] = mapped_column(word_column(ActivityKind))
    title_zh: Mapped[str] = mapped_column(String(64))
    title_en: Mapped[str] = mapped_column(String(64))
    words_zh: Mapped[str] = mapped_column(Text)
    words_en: Mapped[str] = mapped_column(Text)
    space_id: Mapped[str | None] = mapped_column(ForeignKey("spaces.id"))  # None: somewhere else
    group_id: Mapped[str | None] = mapped_column(ForeignKey("member_groups.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    opens_at: Mapped[datetime] = mapped_column(Instant)  # one can sign up from then
    closes_at: Mapped[datetime] = mapped_column(Instant)  # until before then
    published_at: Mapped[datetime] = mapped_column(Instant)
    called_off_at: Mapped[datetime | None] = mapped_column(Instant)
    called_off_for: Mapped[str] = mapped_column(String(200), default="", server_default=text("''"))


class ActivityTime(Base):
    """One of its times, from 0 on. `reminded_at`: when whoever comes was reminded of it."""

    __tablename__ = "activity_times"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="span"),
        Index("ix_activity_times_starts", "starts_at"),
    )

    activity_id: Mapped[str] = mapped_column(ForeignKey("activities.id"), primary_key=True)
    no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)


class ActivityPlace(Base):
    """A place that there is, from 0 on. Whoever signs up has one of them, so that there are never more than places."""

    __tablename__ = "activity_places"

    activity_id: Mapped[str] = mapped_column(ForeignKey("activities.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class RegistrationState(StrEnum):
    """Where somebody stands."""

    REGISTERED = "REGISTERED"
    WAITING = "WAITING"  # for a place that somebody gives back
    LEFT = "LEFT"


class Registration(Base):
    """A member has a place in an activity, or waits for one, or did.

    The database refuses two in one place, a place that there is not, and one member twice.
    """

    __tablename__ = "activity_registrations"
    __table_args__ = (
        ForeignKeyConstraint(
            ["activity_id", "place"],
            ["activity_places.activity_id", "activity_places.place"],
            name="fk_activity_registrations_place_activity_places",
        ),
        CheckConstraint("(state = 'REGISTERED') = (place IS NOT NULL)", name="placed"),
        CheckConstraint("(state = 'LEFT') = (left_at IS NOT NULL)", name="gone"),
        CheckConstraint("came_at IS NULL OR state = 'REGISTERED'", name="came"),
        Index(
            "uq_activity_registrations_place",
            "activity_id",
            "place",
            unique=True,
            sqlite_where=text("place IS NOT NULL"),
            postgresql_where=text("place IS NOT NULL"),
        ),
        Index(
            "uq_activity_registrations_member",
            "activity_id",
            "member_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_activity_registrations_member", "member_id", "joined_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    activity_id: Mapped[str] = mapped_column(ForeignKey("activities.id"))
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    state: Mapped[RegistrationState] = mapped_column(word_column(RegistrationState))
    place: Mapped[int | None]
    joined_at: Mapped[datetime] = mapped_column(Instant)
    placed_at: Mapped[datetime | None] = mapped_column(Instant)  # since when they have a place, or had one
    left_at: Mapped[datetime | None] = mapped_column(Instant)
    came_at: Mapped[datetime | None] = mapped_column(Instant)  # as staff say

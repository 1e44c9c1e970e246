"""Tables of channels, of what is to be told through them, and of the messages on their way."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column
from gateway.members.model import Language


class Severity(StrEnum):
    """How much something presses."""

    INFO = "info"  # worth a look this week
    WARNING = "warning"  # today
    ALARM = "alarm"  # now


class Why(StrEnum):
    """Why an alert is told."""

    RAISED = "raised"  # it is so, or has happened
    AGAIN = "again"  # it has happened many times more
    ESCALATED = "escalated"  # nobody has taken it up
    OVER = "over"  # it is no longer so


class DeliveryState(StrEnum):
    """Where a message stands."""

    WAITING = "WAITING"  # to be sent, or sent again
    SENT = "SENT"  # the other end has said that it has it
    GIVEN_UP = "GIVEN_UP"  # it was tried for long enough


class Channel(Base):
    """A way out to whoever should know: a mailbox, a chat group, a program. One that is removed sends no more."""

    __tablename__ = "channels"
    __table_args__ = (
        CheckConstraint("(quiet_from_min IS NULL) = (quiet_until_min IS NULL)", name="quiet"),
        CheckConstraint("(removed_at IS NULL) = (sealed IS NOT NULL)", name="sealed"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    goes_to: Mapped[str] = mapped_column(String(128))  # what of its address may be shown
    sealed: Mapped[str | None] = mapped_column(Text)  # address and secret, for the gateway alone to open
    language: Mapped[Language] = mapped_column(word_column(Language))
    from_severity: Mapped[Severity] = mapped_column(word_column(Severity))  # what presses less is not told here
    hears_escalated: Mapped[bool]  # … unless it was left alone for too long
    quiet_from_min: Mapped[int | None]  # minutes of the centre's day, in which nobody is disturbed; None: at any hour
    quiet_until_min: Mapped[int | None]
    made_at: Mapped[datetime] = mapped_column(Instant)
    failing_since: Mapped[datetime | None] = mapped_column(Instant)  # nothing has got out since then
    removed_at: Mapped[datetime | None] = mapped_column(Instant)


class Delivery(Base):
    """One message to one channel, as it is sent. Its id stays the same however often it is tried."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index("ix_deliveries_channel", "channel_id", "made_at"),
        Index(
            "ix_deliveries_waiting",
            "next_try_at",
            sqlite_where=text("state = 'WAITING'"),
            postgresql_where=text("state = 'WAITING'"),
        ),
        CheckConstraint("(state = 'SENT') = (sent_at IS NOT NULL)", name="sent"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id"))
    state: Mapped[DeliveryState] = mapped_column(word_column(DeliveryState))
    content: Mapped[str] = mapped_column(Text)  # JSON: `messages.Message`
    made_at: Mapped[datetime] = mapped_column(Instant)
    tries: Mapped[int]
    next_try_at: Mapped[datetime] = mapped_column(Instant)
    failed_with: Mapped[str] = mapped_column(String(200))  # why the last try came to nothing; empty: it did not
    sent_at: Mapped[datetime | None] = mapped_column(Instant)


class Telling(Base):
    """An alert is to be told to one channel. Written with what happened, and folded with others into a delivery."""

    __tablename__ = "tellings"
    __table_args__ = (
        # Of each reason one waits, however often it comes.
        Index(
            "uq_tellings_waiting",
            "channel_id",
            "alert_id",
            "why",
            unique=True,
            sqlite_where=text("delivery_id IS NULL"),
            postgresql_where=text("delivery_id IS NULL"),
        ),
        Index("ix_tellings_alert", "alert_id", "channel_id"),
        Index("ix_tellings_delivery", "delivery_id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel_id: Mapped[str] = mapped_column(ForeignKey("channels.id"))
    alert_id: Mapped[str] = mapped_column(ForeignKey("alerts.id"))
    why: Mapped[Why] = mapped_column(word_column(Why))
    keeps_quiet: Mapped[bool]  # it waits until the channel's quiet hours are over
    at: Mapped[datetime] = mapped_column(Instant)
    delivery_id: Mapped[str | None] = mapped_column(ForeignKey("deliveries.id"))
    told_count: Mapped[int | None]  # how often it was then said to have happened

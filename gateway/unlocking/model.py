"""The table of unlocks and the moves a row may make."""

from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class UnlockState(StrEnum):
    """Where an unlock stands. What is not terminal may still open the door."""

    REQUESTED = "REQUESTED"  # asked; the gateway has not taken it
    AUTHORISED = "AUTHORISED"  # allowed; waiting for the lock's challenge
    SIGNED = "SIGNED"  # the one permission is given
    UNCERTAIN = "UNCERTAIN"  # given, and nobody can tell yet what came of it
    OPENED = "OPENED"  # the contact saw the door open
    ALREADY_OPEN = "ALREADY_OPEN"  # pulsed; the door stood open before
    NOT_OPENED = "NOT_OPENED"  # certain: it did not open and will not
    POSSIBLE = "POSSIBLE"  # the device lost power in the act and found the door shut
    EXPIRED = "EXPIRED"  # certain: never signed
    REFUSED = "REFUSED"  # not allowed; `code` says why


TERMINAL: Final = frozenset(
    {
        UnlockState.OPENED,
        UnlockState.ALREADY_OPEN,
        UnlockState.NOT_OPENED,
        UnlockState.POSSIBLE,
        UnlockState.EXPIRED,
        UnlockState.REFUSED,
    }
)
UNSIGNED: Final = frozenset({UnlockState.REQUESTED, UnlockState.AUTHORISED})
AFTER_SIGNING: Final = frozenset({UnlockState.SIGNED, UnlockState.UNCERTAIN})

# To which states a row may move, and from which. Nothing else is possible: `service.move` asks here.
MOVES: Final = MappingProxyType(
    {
        UnlockState.AUTHORISED: frozenset({UnlockState.REQUESTED}),
        UnlockState.REFUSED: UNSIGNED,
        UnlockState.EXPIRED: UNSIGNED,
        UnlockState.SIGNED: frozenset({UnlockState.AUTHORISED}),
        UnlockState.UNCERTAIN: frozenset({UnlockState.SIGNED}),
        UnlockState.OPENED: AFTER_SIGNING,
        UnlockState.ALREADY_OPEN: AFTER_SIGNING,
        UnlockState.NOT_OPENED: AFTER_SIGNING,
        UnlockState.POSSIBLE: AFTER_SIGNING,
    }
)


class Unlock(Base):
    """One request to open one lock once. Its id is the `cmd_id` on the wire."""

    __tablename__ = "unlocks"
    __table_args__ = (
        # One unsettled unlock a lock: held by the database.
        Index(
            "uq_unlocks_unsettled",
            "lock_id",
            unique=True,
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
        Index("ix_unlocks_lock", "lock_id", "requested_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), index=True)
    lock_id: Mapped[str] = mapped_column(ForeignKey("locks.id"))
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"))
    door: Mapped[int]
    state: Mapped[UnlockState] = mapped_column(word_column(UnlockState))
    code: Mapped[str] = mapped_column(String(32), default="")
    requested_at: Mapped[datetime] = mapped_column(Instant)
    requested_mono: Mapped[float]  # on the clock of `host_boot`
    host_boot: Mapped[str] = mapped_column(String(36))
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    nonce: Mapped[str | None] = mapped_column(String(32))
    pulsed_at: Mapped[datetime | None] = mapped_column(Instant)  # the device's `done` came
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    emergency_id: Mapped[str | None] = mapped_column(ForeignKey("emergencies.id"), index=True)  # asked for by no hand
    program_id: Mapped[str | None] = mapped_column(String(32))  # of the token of a program that asked in their name

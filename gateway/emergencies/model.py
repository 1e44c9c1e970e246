"""The table of emergencies."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column

WHOLE_CENTRE: Final = "*"  # as a scope; no bank can be called that


class EmergencyKind(StrEnum):
    """What is declared."""

    FREEZE = "freeze"  # nothing opens by command
    EMERGENCY_OPEN = "emergency_open"  # every door opens by command


class EmergencyState(StrEnum):
    """How far it has come."""

    PROPOSED = "PROPOSED"  # one person has said so; nothing follows from it
    ACTIVE = "ACTIVE"
    CLEARED = "CLEARED"  # two persons have ended it
    CALLED_OFF = "CALLED_OFF"  # the second person never came


class Emergency(Base):
    """A freeze, or the opening of every door; of a bank or the whole centre. The database holds that it takes two."""

    __tablename__ = "emergencies"
    __table_args__ = (
        Index(
            "uq_emergencies_open",
            "kind",
            "scope",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_emergencies_proposed", "proposed_at"),
        CheckConstraint("second_id <> first_id", name="two_persons"),
        CheckConstraint(
            "kind = 'freeze' OR begun_at IS NULL OR second_id IS NOT NULL OR by_key_switch",
            name="not_opened_by_one_alone",
        ),
        CheckConstraint("clear_second_id <> clear_first_id", name="two_clear"),
        CheckConstraint(
            "state <> 'CLEARED' OR (clear_first_id IS NOT NULL AND clear_second_id IS NOT NULL)",
            name="not_cleared_by_one_alone",
        ),
        CheckConstraint("state NOT IN ('ACTIVE', 'CLEARED') OR begun_at IS NOT NULL", name="begun"),
        CheckConstraint("(state IN ('CLEARED', 'CALLED_OFF')) = (closed_at IS NOT NULL)", name="closed"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[EmergencyKind] = mapped_column(word_column(EmergencyKind))
    scope: Mapped[str] = mapped_column(String(32))  # the bank's id, or WHOLE_CENTRE
    bank_id: Mapped[str | None] = mapped_column(ForeignKey("banks.id"))  # None: the whole centre
    reason: Mapped[str] = mapped_column(String(64))
    state: Mapped[EmergencyState] = mapped_column(word_column(EmergencyState))
    first_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    second_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"))
    by_key_switch: Mapped[bool] = mapped_column(default=False)  # it stood for the second person
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    begun_at: Mapped[datetime | None] = mapped_column(Instant)
    clear_first_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"))
    clear_asked_at: Mapped[datetime | None] = mapped_column(Instant)
    clear_second_id: Mapped[str | None] = mapped_column(ForeignKey("members.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Instant)

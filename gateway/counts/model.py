"""The table of what staff saw inside."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.fleet.model import DoorLevel
from gateway.kit.db import Base, Instant, word_column


class Seen(StrEnum):
    """What is inside."""

    EMPTY = "empty"
    THINGS = "things"


class Sighting(Base):
    """What one of the staff saw in a compartment; beside it whose it was then, and what its contact said."""

    __tablename__ = "sightings"
    __table_args__ = (Index("ix_sightings_compartment", "compartment_id", "seen_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    compartment_id: Mapped[str] = mapped_column(ForeignKey("compartments.id"))
    rental_id: Mapped[str | None] = mapped_column(ForeignKey("rentals.id"))
    seen: Mapped[Seen] = mapped_column(word_column(Seen))
    note: Mapped[str] = mapped_column(String(64))
    door: Mapped[DoorLevel] = mapped_column(word_column(DoorLevel))
    seen_by_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    seen_at: Mapped[datetime] = mapped_column(Instant)

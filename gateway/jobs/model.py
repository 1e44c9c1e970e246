"""The table of jobs, a row each."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant


class Job(Base):
    """Something the gateway does every so many minutes, and how the last time went. `fault`: what went wrong then."""

    __tablename__ = "jobs"
    __table_args__ = (CheckConstraint("every_min >= 1", name="every"),)

    name: Mapped[str] = mapped_column(String(48), primary_key=True)
    every_min: Mapped[int]
    watched_since: Mapped[datetime] = mapped_column(Instant)  # the start of the gateway that says so
    ran_at: Mapped[datetime | None] = mapped_column(Instant)
    done_at: Mapped[datetime | None] = mapped_column(Instant)  # the last time that nothing went wrong
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    fault: Mapped[str] = mapped_column(String(120), default="", server_default=text("''"))

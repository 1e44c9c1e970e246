"""The table with the latest time that is known to have come: one row, or none yet."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant


class TimeMark(Base):
    """It was `at`, at the least, when the machine's own count of seconds since `host_boot` stood at `mono_s`."""

    __tablename__ = "time_marks"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    mono_s: Mapped[float]
    host_boot: Mapped[str] = mapped_column(String(36))

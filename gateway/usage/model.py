"""The table of what people asked for and did not get."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant


class Refusals(Base):
    """How often a wish of one kind was refused for one reason in one hour. Whose wish it was is not kept."""

    __tablename__ = "refusals"

    hour: Mapped[datetime] = mapped_column(Instant, primary_key=True)  # when it began
    wish: Mapped[str] = mapped_column(String(32), primary_key=True)  # bookings, rentals, unlocks …: as the API's path
    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]

"""Tables of zones, and of what was placed in them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class Placed(StrEnum):
    """What can be placed in a zone."""

    DEVICE = "device"  # and with it all its sensors, and the bank that it drives
    SENSOR = "sensor"  # one that hangs elsewhere than its device
    SPACE = "space"  # and with it its parts


class Zone(Base):
    """A room or an area of the house. Once retired nothing is placed there any more; its name stays."""

    __tablename__ = "zones"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64))
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


class Placement(Base):
    """Where something stands. What has no row of its own stands where the greater thing stands that it is part of."""

    __tablename__ = "placements"

    what: Mapped[Placed] = mapped_column(word_column(Placed), primary_key=True)
    ref: Mapped[str] = mapped_column(String(96), primary_key=True)  # an id; of a sensor `device/sensor`
    zone_id: Mapped[str] = mapped_column(ForeignKey("zones.id"), index=True)
